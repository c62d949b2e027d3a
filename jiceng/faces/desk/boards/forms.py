"""What the keepers of boards type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.service import lines
from jiceng.kernel.notices.terms import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE
from jiceng.ui.forms import CleanCharField, Form

OUTCOMES = [("no", _("异议不成立")), ("yes", _("异议成立，将更正公示"))]
DECISIONS = [("show", _("公开")), ("hide", _("不予公开"))]
SHOWN = "shown_"
# A list has two hundred lines at most.
LONGEST_LIST = 20_000


class AnswerForm(Form):
    """What becomes of an objection, and why."""

    upheld = forms.ChoiceField(label=_("结论"), choices=OUTCOMES, widget=forms.RadioSelect)
    answer = CleanCharField(
        label=_("答复"),
        paragraphs=True,
        max_length=LONGEST_TEXT,
        help_text=_("公开。写明核实的经过和结果。"),
    )
    public = forms.BooleanField(
        label=_("同时公开异议内容"),
        required=False,
        initial=True,
        help_text=_("电话和身份证号已遮盖。涉及他人隐私的，请不要公开。"),
    )


class ModerationForm(Form):
    """Whether a comment may be read; an answer can be given at once."""

    decision = forms.ChoiceField(label=_("处理"), choices=DECISIONS, widget=forms.RadioSelect)
    answer = CleanCharField(
        label=_("答复"),
        paragraphs=True,
        required=False,
        max_length=LONGEST_TEXT,
        help_text=_("公开的，可以现在答复，也可以以后答复。"),
    )
    reason = CleanCharField(
        label=_("不予公开的理由"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=_("不公开的必填，写入台账。"),
    )

    def clean(self) -> dict[str, Any]:
        """Ask why of who keeps a comment back."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("decision") == "hide" and not typed.get("reason"):
            self.add_error("reason", forms.ValidationError(_("请写明不予公开的理由。"), "missing"))
        return typed


class CommentAnswerForm(Form):
    """The answer to a comment that is read already."""

    answer = CleanCharField(
        label=_("答复"), paragraphs=True, max_length=LONGEST_TEXT, help_text=_("公开。")
    )


class ReasonForm(Form):
    """Why a notice is withdrawn."""

    reason = CleanCharField(
        label=_("撤回原因"), max_length=LONGEST_REASON, help_text=_("公开，写在公示页上。")
    )


class CorrectionForm(Form):
    """The notice anew: its title, each thing it may show, and why it is corrected."""

    title = CleanCharField(label=_("标题"), max_length=LONGEST_TITLE)
    reason = CleanCharField(
        label=_("更正原因"), max_length=LONGEST_REASON, help_text=_("公开，写在公示页上。")
    )

    def __init__(self, notice: Notice, *args: Any, **kwargs: Any) -> None:
        self.lists = {name for name, value in notice.shown.items() if isinstance(value, list)}
        super().__init__(*args, initial={"title": notice.title}, **kwargs)
        for name, label in notice.definition.fields.items():
            self.fields[f"{SHOWN}{name}"] = self._field(name, label, notice)

    def _field(self, name: str, label: Any, notice: Notice) -> forms.Field:
        whole = name in self.lists
        return CleanCharField(
            label=label,
            paragraphs=True,
            required=False,
            max_length=LONGEST_LIST if whole else LONGEST_TEXT,
            initial="\n".join(lines(notice.shown.get(name, ""))),
            help_text=_("一行一条。") if whole else "",
        )

    @property
    def shown_fields(self) -> list[Any]:
        """Return the fields of what is shown, for the template."""
        return [self[name] for name in self.fields if name.startswith(SHOWN)]

    @property
    def shown(self) -> dict[str, Any]:
        """Return what is to be shown; what was a list is one again."""
        named = {
            name.removeprefix(SHOWN): value
            for name, value in self.cleaned_data.items()
            if name.startswith(SHOWN)
        }
        return {
            name: value.split("\n") if name in self.lists else value
            for name, value in named.items()
        }
