"""What officers type on the desk itself."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.terms import PASSWORD_MAX
from jiceng.ui.forms import Form


def _password(kind: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": kind, "maxlength": PASSWORD_MAX})


class SignInForm(AuthenticationForm):
    """Staff number and password. Every wrong pair gets the same answer."""

    error_messages = {
        "invalid_login": _("工号或密码不正确。"),
        "inactive": _("工号或密码不正确。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("工号")
        self.fields["password"].label = _("密码")
        # Django only tells the browser; the log of failures keeps 255 signs and breaks at more.
        longest = Officer._meta.get_field("staff_no").max_length
        self.fields["username"].validators.append(MaxLengthValidator(longest))
        # Hashing is slow on purpose; a password of megabytes must not reach it.
        self.fields["password"].validators.append(MaxLengthValidator(PASSWORD_MAX))


class PasswordForm(Form):
    """The old password once, the new one twice."""

    old = forms.CharField(label=_("现在的密码"), widget=_password("current-password"))
    new = forms.CharField(
        label=_("新密码"),
        widget=_password("new-password"),
        help_text=_("至少八位，不要用生日、电话或常见的词。"),
    )
    again = forms.CharField(label=_("再输一次新密码"), widget=_password("new-password"))

    def clean(self) -> dict[str, Any]:
        """Refuse a new password that was typed in two ways."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "new" in cleaned and cleaned["new"] != cleaned.get("again"):
            self.add_error(
                "again", forms.ValidationError(_("两次输入的新密码不一样。"), "mismatch")
            )
        return cleaned
