"""What of the text of a request stands in an answer, and in the log."""

import logging
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from jiceng.systems.grid.tests import sending
from tests.bad_input.town import Town

pytestmark = pytest.mark.django_db


def test_an_answer_in_json_says_the_same(town: Town) -> None:
    answer = Client().post(
        "/report/",
        b"a=\xff",
        "application/x-www-form-urlencoded",
        headers={"accept": "application/json"},
    )
    told = answer.json()

    assert (answer.status_code, told["code"]) == (400, "bad_encoding")
    assert "UTF-8" in told["message"]


def test_a_line_break_does_not_write_into_the_log(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    forged = "不受理\n2026-11-24 00:00:00 INFO jiceng: 审批通过"
    sending.press(town.wang, town.case, "refuse", reason=forged)
    town.stranger.get("/cases/x%0a2026-11-24%20INFO%20审批通过/")
    town.stranger.get("/track/", QUERY_STRING="number=%0d%0aINFO+x")

    for record in caplog.records:
        assert "\n" not in record.getMessage()
        assert "审批通过" not in record.getMessage() or "\\n" in record.getMessage()


def test_names_and_numbers_are_not_echoed_where_the_form_is_another_s(town: Town) -> None:
    """The number of the link fills the form, as text."""
    answer: Any = town.stranger.get("/track/", {"number": '"><script>alert(1)</script>'})

    assert "<script>alert" not in answer.content.decode()
    assert escape('"><script>') in answer.content.decode()
