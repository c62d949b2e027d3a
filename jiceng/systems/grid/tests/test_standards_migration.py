"""Categories of before they were versions: kept, dated by the ledger, and what was closed ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("grid", "0002_keep_what_was_sent")]
AFTER = [("grid", "0004_standards_have_versions")]


def migrated(target: list[tuple[str, str]]) -> Any:
    """Go to ``target`` and return the models as they are there."""
    MigrationExecutor(connection).migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_rows_are_kept_there_and_back() -> None:
    try:
        old = migrated(BEFORE).get_model("grid", "Category").objects
        given = {"kind": "event", "limit_kind": "workdays", "limit_amount": 3, "name": "类"}
        old.create(code="E1", **given)
        old.create(code="E2", active=False, **given)

        new = migrated(AFTER).get_model("grid", "Category").objects
        open_ended, ended = new.get(code="E1"), new.get(code="E2")
        assert (open_ended.limit_amount, open_ended.name) == (3, "类")
        assert open_ended.valid_until is None
        assert open_ended.valid_from == datetime(2000, 1, 1, tzinfo=UTC)
        assert ended.valid_until == ended.valid_from + timedelta(microseconds=1)

        back = migrated(BEFORE).get_model("grid", "Category").objects
        assert list(back.order_by("code").values_list("code", "active")) == [
            ("E1", True),
            ("E2", False),
        ]
    finally:
        call_command("migrate", verbosity=0)
