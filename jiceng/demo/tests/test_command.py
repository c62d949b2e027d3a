"""What ``manage.py demo`` says where there is something already."""

from io import StringIO

import pytest
from django.core.management import call_command

from jiceng.demo import zone
from jiceng.demo.organisation import ACCOUNTS, PASSWORD
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.terms import ROLES
from jiceng.kernel.testing.cast import Cast

pytestmark = pytest.mark.django_db


def said() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def test_accounts_are_not_promised_where_the_units_are_somebody_else_s(cast: Cast) -> None:
    before = Unit.objects.count(), Officer.objects.count()

    assert PASSWORD not in said()
    assert (Unit.objects.count(), Officer.objects.count()) == before


def test_accounts_are_printed_where_the_zone_is_the_demo_s(cast: Cast) -> None:
    Unit.objects.filter(pk=cast.zone.pk).update(code=zone.ZONE[0])
    for account in ACCOUNTS:
        Officer.objects.get_or_create(
            staff_no=account.staff_no, defaults={"name": account.what[:20]}
        )

    assert all(account.staff_no in said() for account in ACCOUNTS)


def test_every_account_has_a_role_that_exists_and_a_number_of_its_own() -> None:
    assert {account.role for account in ACCOUNTS} <= {role.code for role in ROLES}
    assert len({account.staff_no for account in ACCOUNTS}) == len(ACCOUNTS)
