"""What is sent to take a ledger in: one file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.ui.forms import Form


class TableForm(Form):
    """A table as a spreadsheet saves it."""

    file = forms.FileField(
        label=_("表格文件"),
        help_text=_("CSV（UTF-8 或 GBK）或 XLSX，最大 10 MB。"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        allow_empty_file=True,
    )
