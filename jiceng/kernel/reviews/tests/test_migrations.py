"""The guards can be taken back and put up again."""

import pytest
from django.core.management import call_command
from django.db import connection


def _guards() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT count(DISTINCT trigger_name || event_object_table)"
                " FROM information_schema.triggers WHERE trigger_name LIKE 'reviews_%%'"
            )
        else:
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
                " AND tbl_name LIKE 'reviews_%%'"
            )
        return int(cursor.fetchone()[0])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_back_and_forth() -> None:
    before = _guards()
    assert before >= 14
    try:
        call_command("migrate", "reviews", "0001", verbosity=0)
        assert _guards() == 0
    finally:
        call_command("migrate", "reviews", verbosity=0)
    assert _guards() == before
