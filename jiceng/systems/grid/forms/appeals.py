"""What is typed to appeal against a lateness."""

from django.utils.translation import gettext_lazy as _

from jiceng.ui.forms import CleanCharField, Form


class AppealForm(Form):
    """Why the lateness should not be counted."""

    reason = CleanCharField(
        label=_("申诉理由"),
        paragraphs=True,
        max_length=500,
        help_text=_("说明超期是怎样造成的、为什么不由本单位负责。"),
    )
