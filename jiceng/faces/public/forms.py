"""What residents type on the public face itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_RECEIPT = 64_000


class ReceiptForm(forms.Form):
    """A receipt, as the file that was downloaded or as its text."""

    file = forms.FileField(
        label=_("回执文件"), required=False, help_text=_("下载回执时得到的 .json 文件")
    )
    text = forms.CharField(
        label=_("或粘贴回执内容"), required=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    def clean(self) -> dict[str, Any]:
        """Return the bytes of the document; one of the two fields is enough."""
        cleaned: dict[str, Any] = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if file is not None and file.size > MAX_RECEIPT:
            raise forms.ValidationError(_("这个文件太大，不会是回执。"), code="too_large")
        document = file.read() if file is not None else text.encode("utf-8", "replace")
        if not document.strip():
            raise forms.ValidationError(_("请选择回执文件，或粘贴回执内容。"), code="missing")
        return cleaned | {"document": document[: MAX_RECEIPT + 1]}
