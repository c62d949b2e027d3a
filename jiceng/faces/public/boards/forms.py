"""What residents type about a notice."""

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.notices.terms import LONGEST_NAME, LONGEST_TEXT
from jiceng.ui.forms import CleanCharField, Form, PhoneField, SearchField


class SearchForm(Form):
    """Words to find a board or a notice by."""

    q = SearchField(label=_("搜单位或公示"), max_length=100, required=False)


class VoiceForm(Form):
    """What somebody says, and how to reach them; only the words are ever public."""

    text = CleanCharField(label=_("内容"), paragraphs=True, max_length=LONGEST_TEXT)
    name = CleanCharField(
        label=_("称呼"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("不公开，只给办理的人看。"),
    )
    phone = PhoneField(
        label=_("电话"), required=False, help_text=_("不公开；留电话的，办理的人可以联系您核实。")
    )


class ObjectionForm(VoiceForm):
    """What is wrong with what is shown."""

    field_order = ["text", "name", "phone"]
    text = CleanCharField(
        label=_("异议内容"),
        paragraphs=True,
        max_length=LONGEST_TEXT,
        help_text=_("写明哪一项不对、事实是什么。电话和身份证号会自动遮盖。"),
    )
    sure = forms.BooleanField(label=_("以上内容属实"))


class CommentForm(VoiceForm):
    """What somebody thinks or asks."""

    field_order = ["text", "name", "phone"]
    text = CleanCharField(
        label=_("留言内容"),
        paragraphs=True,
        max_length=LONGEST_TEXT,
        help_text=_("审核后公开并答复。电话和身份证号会自动遮盖。"),
    )
