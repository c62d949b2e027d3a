"""Going back to before extensions, and forward again, with a clock in the table."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from jiceng.kernel.workdays.tests.telling import SUBJECT, at

BEFORE = [("workdays", "0001_initial")]
AFTER = [("workdays", "0002_extensions")]
VALUES = {
    "subject": SUBJECT,
    "kind": "promised",
    "limit_kind": "workdays",
    "limit_amount": 2,
    "convention": "rolling",
    "started_at": at("07-06 10:00"),
    "changed_at": at("07-06 10:00"),
    "due_at": at("07-08 10:00"),
}


def migrated(target: list[tuple[str, str]]) -> Any:
    """Go to ``target`` and return the clocks as they are there."""
    MigrationExecutor(connection).migrate(target)
    apps = MigrationExecutor(connection).loader.project_state(target).apps
    return apps.get_model("workdays", "Clock").objects


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_clocks_are_kept_there_and_back() -> None:
    try:
        old = migrated(BEFORE)
        old.create(**VALUES)
        with pytest.raises(IntegrityError):
            old.create(**VALUES | {"kind": "level"})
        new = migrated(AFTER)
        new.create(**VALUES | {"kind": "level"}).delete()
        new.get().extensions.create(number=1, amount=2, basis="雨天", granted_at=at("07-06 10:00"))
        assert migrated(BEFORE).get().limit_amount == 2
    finally:
        call_command("migrate", verbosity=0)
