"""What officers type on the desk itself."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.terms import PASSWORD_MAX


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
        # Hashing is slow on purpose; a password of megabytes must not reach it.
        self.fields["password"].validators.append(MaxLengthValidator(PASSWORD_MAX))
