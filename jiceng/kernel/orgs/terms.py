"""The words of the organisation: kinds of unit, roles, and the limits that hold for all of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.registry import Registry

MAX_DEPTH = 12
PASSWORD_MAX = 128
# A spreadsheet runs a cell that starts with one of these.
FORMULA_SIGNS = tuple("=+-@＝＋－＠")
LONGEST_DELEGATION = timedelta(days=366)


class Kind(TextChoices):
    """What a unit is."""

    PROVINCE = "province", _("省")
    CITY = "city", _("市")
    COUNTY = "county", _("县区")
    ZONE = "zone", _("开发区")
    STREET = "street", _("街道")
    TOWN = "town", _("乡镇")
    COMMUNITY = "community", _("社区")
    VILLAGE = "village", _("村")
    GRID = "grid", _("网格")
    OFFICE = "office", _("部门")
    PARTY = "party", _("党组织")
    OTHER = "other", _("其他")


# One tree has one root, and only a territory can be it.
ROOT_KINDS = (Kind.ZONE, Kind.COUNTY, Kind.CITY, Kind.PROVINCE)

Sees = Literal["subtree", "unit"]


@dataclass(frozen=True)
class Role:
    """What a post is for. Its holder sees the whole subtree of the unit, or the unit alone."""

    code: str
    label: str | Promise
    sees: Sees


ROLES: Registry[Role] = Registry("role")


def register_role(code: str, label: str | Promise, sees: Sees) -> Role:
    """Register a role of a system; a code in use raises ``ValueError``."""
    return ROLES.add(code, Role(code, label, sees))


ORG_ADMIN = register_role("org_admin", _("组织管理员"), "subtree")
AUDITOR = register_role("auditor", _("审计员"), "subtree")

# Roles that every grassroots unit knows, whichever systems it runs.
UNIT_HEAD = register_role("unit_head", _("负责人"), "subtree")
DUTY_OFFICER = register_role("duty_officer", _("值班员"), "subtree")
GRID_MEMBER = register_role("grid_member", _("网格员"), "unit")
HANDLER = register_role("handler", _("处置员"), "unit")
VERIFIER = register_role("verifier", _("核查员"), "unit")
