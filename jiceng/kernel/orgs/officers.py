"""Officers come, change their password, and leave."""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.base.text import clean_line, phone_number
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.grants import (
    may_change_own,
    may_issue_password,
    may_manage_officer,
    may_register,
)
from jiceng.kernel.orgs.models import Delegation, Officer, Tenure, normal_staff_no
from jiceng.kernel.orgs.posts import (
    call_off_delegations,
    end_intervals,
    tell_ends,
    tell_vacancies,
)
from jiceng.kernel.orgs.terms import PASSWORD_MAX
from jiceng.kernel.orgs.tree import take_turn

# Without the signs that are mistaken for one another when a password is read out.
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class BadStaffNo(BadInput):
    """A staff number with signs that none may have (422)."""

    code = "bad_staff_no"
    sentence = _("工号应为字母、数字、点或连字符，最长32位。")


class StaffNoTaken(Conflict):
    """Another officer has this number, perhaps in other case (409)."""

    code = "staff_no_taken"
    sentence = _("工号已被使用。")


class BadPassword(BadInput):
    """A password that may not be used (422)."""

    code = "bad_password"
    sentence = _("密码不符合要求。")


class WrongPassword(BadInput):
    """The old password is another one (422)."""

    code = "wrong_password"
    sentence = _("原密码不正确。")


class AlreadyInactive(Conflict):
    """The officer has been deactivated before (409)."""

    code = "officer_inactive"
    sentence = _("该人员已停用。")


@act("orgs.officer.registered", label=_("登记人员"), may=may_register)
def register_officer(
    *, by: Actor, at: datetime, staff_no: str, name: str, phone: str = ""
) -> Recorded[Officer]:
    """Register an officer without post and password; ``issue_password`` gives the first one.

    Name and telephone enter the ledger as commitments. Raises ``BadStaffNo``, ``BadInput`` (422),
    ``StaffNoTaken`` (409).
    """
    number = normal_staff_no(staff_no)
    if not number:
        raise BadStaffNo()
    officer = Officer(
        staff_no=number, name=clean_line(name, 100), phone=phone_number(phone) if phone else ""
    )
    if not officer.name:
        raise BadInput(_("姓名不能为空。"), code="bad_name", field="name")
    officer.set_unusable_password()
    try:
        with transaction.atomic():
            officer.save(force_insert=True)
    except IntegrityError as error:
        raise StaffNoTaken() from error
    personal = {"name": officer.name, "phone": officer.phone}
    return Recorded(officer, officer.subject, {"staff_no": number}, personal)


@act("orgs.officer.deactivated", label=_("停用人员"), may=may_manage_officer)
def deactivate_officer(*, by: Actor, at: datetime, officer: Officer) -> Recorded[Officer]:
    """End every tenure and delegation of an officer and every session, now.

    Posts that fall vacant are told to ``on_vacancy``, tenures that were under way to
    ``on_tenure_end``, in the same transaction. Raises ``AlreadyInactive`` (409).
    """
    take_turn()
    active = Officer.objects.filter(pk=officer.pk, is_active=True)
    if not active.update(is_active=False, session_epoch=F("session_epoch") + 1):
        raise AlreadyInactive()
    held = list(Tenure.objects.unfinished(at).filter(officer=officer).select_related("post__unit"))
    taken = list(Delegation.objects.unfinished(at).filter(taker=officer))
    live = {row.post_id for row in [*held, *taken] if row.starts_at <= at}
    under_way = [row for row in held if row.starts_at <= at]
    end_intervals([*held, *taken], at)
    call_off_delegations(officer, [row.post_id for row in held], at)
    tell_vacancies(live, by, at)
    tell_ends(under_way, by, at)
    fresh = Officer.objects.get(pk=officer.pk)
    return Recorded(fresh, fresh.subject, {"posts": sorted(row.post.subject for row in held)})


def check_new_password(officer: Officer, password: str) -> None:
    """Raise ``BadPassword`` unless ``password`` may be used; the length is looked at first."""
    if len(password) > PASSWORD_MAX:
        raise BadPassword(_("密码过长。"), code="password_too_long", field="new")
    if any(0xD800 <= ord(sign) <= 0xDFFF or ord(sign) < 32 for sign in password):
        raise BadPassword(_("密码含有不能使用的字符。"), code="bad_char", field="new")
    try:
        validate_password(password, officer)
    except ValidationError as error:
        raise BadPassword("".join(error.messages), code="weak_password", field="new") from error


def _store(officer: Officer, encoded: str, must_change: bool) -> Recorded[Officer]:
    """Keep the hash. Sessions are signed with it, so that those of before are dead."""
    changed = Officer.objects.filter(pk=officer.pk, is_active=True).update(
        password=encoded, must_change_password=must_change
    )
    if not changed:
        raise AlreadyInactive()
    fresh = Officer.objects.get(pk=officer.pk)
    return Recorded(fresh, fresh.subject, {"must_change": must_change})


@act("orgs.officer.password_changed", label=_("更换密码"), may=may_change_own)
def _keep_changed(*, by: Actor, at: datetime, officer: Officer, encoded: str) -> Recorded[Officer]:
    return _store(officer, encoded, must_change=False)


@act("orgs.officer.password_issued", label=_("发放密码"), may=may_issue_password)
def _keep_issued(
    *, by: Actor, at: datetime, officer: Officer, encoded: str, must_change: bool
) -> Recorded[Officer]:
    return _store(officer, encoded, must_change)


def change_password(*, by: Actor, at: datetime, officer: Officer, old: str, new: str) -> Officer:
    """Replace a password by its owner; every other session of the owner ends.

    The hash is made before the transaction, since hashing is slow and SQLite has one writer.
    Returns the fresh row, for ``update_session_auth_hash``. Raises ``WrongPassword``,
    ``BadPassword`` (422).
    """
    if not officer.check_password(old):
        raise WrongPassword(field="old")
    if new == old:
        raise BadPassword(_("新密码不能与现在的相同。"), code="same_password", field="new")
    check_new_password(officer, new)
    _keep_changed(by=by, at=at, officer=officer, encoded=make_password(new))
    return Officer.objects.get(pk=officer.pk)


def issue_password(
    *, by: Actor, at: datetime, officer: Officer, new: str = "", must_change: bool = True
) -> str:
    """Give an officer a password and return it; "" lets one be drawn. Every session ends.

    The ledger learns that it happened, never the password or its hash. Raises ``BadPassword``.
    """
    password = new or "-".join(
        "".join(secrets.choice(READABLE) for _sign in range(4)) for _group in range(4)
    )
    check_new_password(officer, password)
    encoded = make_password(password)
    _keep_issued(by=by, at=at, officer=officer, encoded=encoded, must_change=must_change)
    return password
