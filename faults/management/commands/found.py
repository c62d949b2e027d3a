"""``manage.py found``: the small zone in which the laboratory works."""

from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from faults.course import CATEGORIES, PASSWORD
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.service import SYSTEM, seal
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.testing.cast import assemble
from jiceng.kernel.workdays.service import workdays
from jiceng.systems.grid import actions
from jiceng.systems.grid.terms import Kind


class Command(BaseCommand):
    """Write the cast, their passwords and a few categories."""

    help = "为故障实验室建立一个小演示区。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the tables, found the zone and seal what that recorded."""
        call_command("migrate", verbosity=0, run_syncdb=True)
        at = clock.read() - timedelta(days=1)
        with transaction.atomic():
            assemble(at)
            for code in CATEGORIES:
                actions.set_category(
                    by=SYSTEM,
                    at=at,
                    code=code,
                    name=f"实验类别{code}",
                    kind=Kind.EVENT,
                    limit=workdays(3),
                    closing_condition="已恢复",
                )
            one = Officer(staff_no="model")
            one.set_password(PASSWORD)
            Officer.objects.filter(staff_no__in=["1001", "1004", "1005"]).update(
                password=one.password
            )
        seal(clock.read())
