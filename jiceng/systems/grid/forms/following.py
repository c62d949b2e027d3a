"""What a reporter says to the own case: an answer, a mark."""

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.ui.forms import CleanCharField, Form

MARKS = [("5", _("很好")), ("4", _("较好")), ("3", _("一般")), ("2", _("较差")), ("1", _("很差"))]
SOLVED = [("yes", _("解决了")), ("no", _("没有解决"))]


class AnswerForm(Form):
    """What the reporter adds when asked."""

    note = CleanCharField(label=_("补充的情况"), paragraphs=True, max_length=500)


class RatingForm(Form):
    """Whether it was solved, how well and how fast; who is not satisfied says what is missing."""

    solved = forms.ChoiceField(label=_("问题解决了吗"), choices=SOLVED, widget=forms.RadioSelect)
    effect = forms.ChoiceField(label=_("办理效果"), choices=MARKS, widget=forms.RadioSelect)
    speed = forms.ChoiceField(label=_("办理速度"), choices=MARKS, widget=forms.RadioSelect)
    words = CleanCharField(label=_("还想说什么"), paragraphs=True, max_length=500, required=False)
    again = forms.BooleanField(label=_("请重新办理"), required=False)

    def clean(self) -> dict[str, object]:
        """Ask what is missing from who wants it dealt with again."""
        said: dict[str, object] = super().clean() or {}
        if said.get("again") and not said.get("words"):
            self.add_error(
                "words", forms.ValidationError(_("请写明哪里没有解决，便于重新办理。"), "missing")
            )
        return said
