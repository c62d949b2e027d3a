"""A form that is sent again because nobody can tell what became of it."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import words_of_report

pytestmark = pytest.mark.django_db


def _session_is_lost(execute: Any, sql: str, *more: Any) -> Any:
    if "UPDATE" in sql and "django_session" in sql:
        raise OperationalError("the connection is closed")
    return execute(sql, *more)


def test_a_report_whose_session_could_not_be_kept_is_not_called_a_mistake(
    client: Client, grid: Grid
) -> None:
    client.get("/report/")  # the cookie of the form tells who presses twice
    words = words_of_report(key="pressed-once")
    with connection.execute_wrapper(_session_is_lost):
        answer = client.post("/report/", words)
    assert (answer.status_code, b"database_unavailable" in answer.content) == (503, True)
    case = Case.objects.get()
    again = client.post("/report/", words)
    assert (again.status_code, again["Location"]) == (302, f"/cases/{case.number}/")
    assert Case.objects.count() == 1
