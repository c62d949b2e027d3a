"""Sending the forms of the grid as a browser does."""

import re
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.base.ids import new_number, spaced_number
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests import scene

# Signs of the page, new at every request, that say nothing about what was asked for.
CHANGING = re.compile(
    r'[2-9A-Z]{4}-[2-9A-Z]{4}|name="(?:csrfmiddlewaretoken|key)" value="\w+"|value="/[^"]*"'
)


def words_of_report(**changes: Any) -> dict[str, Any]:
    """Return a whole report as its form sends it."""
    return {
        "category": "C101",
        "description": scene.WORDS,
        "place": scene.CORNER,
        "point_lat": str(scene.IN_COMMUNITY.lat),
        "point_lng": str(scene.IN_COMMUNITY.lng),
        "unit": "",
        "phone": scene.PHONE,
        "reporter_name": scene.REPORTER,
        "key": "",
    } | changes


def send_report(client: Client, **changes: Any) -> Case:
    """File a report through the page; return its case."""
    answer = client.post("/report/", words_of_report(**changes))
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.get(number=answer["Location"].strip("/").rpartition("/")[2])


def desk(capacity: Capacity) -> Client:
    """Return a browser in which somebody of the cast is signed in."""
    client = Client()
    client.force_login(capacity.officer)
    return client


def words_of_move(case: Case, move: str) -> dict[str, Any]:
    """Return what the form of a move sends, with a photo where one is due."""
    words: dict[str, Any] = {"key": ""}
    if move not in scene.BACK:
        words["step"] = scene.open_step(case).pk
    if move == "shelve":
        words["until"] = f"{clock.read() + timedelta(days=30):%Y-%m-%d}"
    if move == "split":
        code = scene.open_step(case).unit.code
        for place, what in enumerate(scene.PARTS, 1):
            words |= {f"part_{place}_words": what, f"part_{place}_unit": code}
    if move in scene.TO_A_UNIT:
        words["unit"] = scene.open_step(case).unit.code
    if move in ("dispose", "finish"):
        words |= {"note": "已更换新井盖。", "photo": scene.upload(1, "处置后.jpg")}
    return words | scene.WORDS_OF.get(move, {})


def press(client: Client, case: Case, move: str, **changes: Any) -> HttpResponse:
    """Send the form of a move."""
    address = f"/desk/grid/cases/{case.number}/moves/{move}/"
    return client.post(address, words_of_move(case, move) | changes)  # type: ignore[return-value]


def number_of_no_case(case: Case) -> str:
    """Return a number with a right check digit that names nothing."""
    while True:
        number = new_number(case.opened_at.date())
        if not Case.objects.filter(number=number).exists():
            return number


def telling(answer: HttpResponse) -> tuple[int, str]:
    """Return what an answer tells: its status and its body without what is new every time."""
    return answer.status_code, CHANGING.sub("", answer.content.decode())


def codes(answer: Any) -> set[str]:
    """Return the codes of the errors of a form that was sent back."""
    by_field = answer.context["form"].errors.as_data()
    return {error.code for errors in by_field.values() for error in errors}


def telling_of(answers: list[Any], numbers: list[str]) -> list[tuple[int, str]]:
    """Return what answers about several numbers tell, apart from the number asked for."""
    told = map(telling, answers)
    return [
        (status, body.replace(number, "").replace(spaced_number(number), ""))
        for (status, body), number in zip(told, numbers, strict=True)
    ]
