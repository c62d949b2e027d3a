"""Every form that takes what people type, as one table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.base.models import Attempt
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.testing.boards import hang, objection
from jiceng.systems.grid.tests import scene, sending
from tests.bad_input.door import changed
from tests.bad_input.town import Town


@dataclass(frozen=True)
class Surface:
    """A form that takes what people type: where, by whom, a sound filling, and its text fields.

    The kind of a field says what is refused there: «line» and «text» clean what they can and
    refuse the rest, «free» is a secret or a choice that simply does not fit.
    """

    address: Callable[[Town], str]
    client: Callable[[Town], Client]
    words: Callable[[Town], dict[str, str]]
    kinds: dict[str, str]
    refuses: frozenset[int] = frozenset({422})

    def knock(
        self, town: Town, body: Callable[..., Any], name: str, value: bytes
    ) -> Callable[[], Any]:
        """Return the sending of the sound filling with one field replaced, as ``body`` writes."""
        Attempt.objects.all().delete()  # how often one may try has tests of its own
        client, address = self.client(town), self.address(town)
        written = body(changed(self.words(town), name, value))
        return lambda: client.post(address, **written)


def _report_words(town: Town) -> dict[str, str]:
    return {name: str(value) for name, value in sending.words_of_report().items()}


def _move_words(**words: str) -> Callable[[Town], dict[str, str]]:
    return lambda town: {"step": str(scene.open_step(town.case).pk), "key": "", **words}


def _moves(move: str) -> Callable[[Town], str]:
    return lambda town: f"/desk/grid/cases/{town.case.number}/moves/{move}/"


def stranger(town: Town) -> Client:
    """Return somebody's browser."""
    return Client()


def hung(town: Town) -> Notice:
    """Return the notice of this town, hung when it is first asked for."""
    return Notice.objects.first() or hang(town.grid.cast, clock.read())


def _board(town: Town, name: str) -> str:
    return f"/notices/{hung(town).uid}/{name}/"


def _desk_board(town: Town, name: str) -> str:
    return f"/desk/boards/{hung(town).uid}/{name}/"


def _doubt(town: Town) -> str:
    return f"/desk/boards/objections/{objection(hung(town), clock.read()).uid}/"


def head(town: Town) -> Client:
    """Return the browser of the head of the street, who keeps its boards."""
    return sending.desk(town.grid.cast.zhang)


SURFACES: dict[str, Surface] = {
    "report": Surface(
        lambda town: "/report/",
        stranger,
        _report_words,
        {
            "description": "text",
            "place": "line",
            "reporter_name": "line",
            "phone": "line",
            "category": "free",
            "unit": "free",
            "point_lat": "free",
            "point_lng": "free",
        },
    ),
    "patrol": Surface(
        lambda town: "/desk/grid/report/",
        lambda town: town.wang,
        lambda town: {
            name: value for name, value in _report_words(town).items() if name != "phone"
        },
        {"description": "text", "place": "line", "category": "free", "point_lat": "free"},
    ),
    "track": Surface(
        lambda town: "/track/",
        stranger,
        lambda town: {"number": town.case.number, "phone_tail": "0000"},
        {"number": "line", "phone_tail": "line"},
    ),
    "sign-in": Surface(
        lambda town: "/desk/login/",
        stranger,
        lambda town: {"username": "1001", "password": "wrong", "next": ""},
        {"username": "free", "password": "free"},
        frozenset({422, 429}),  # guessing locks the number
    ),
    "password": Surface(
        lambda town: "/desk/password/",
        lambda town: town.wang,
        lambda town: {"old": "wrong", "new": "staple-horse-9", "again": "staple-horse-9"},
        {"old": "free", "new": "free", "again": "free"},
    ),
    "judge": Surface(
        _moves("judge"),
        lambda town: town.wang,
        _move_words(note=""),
        {"note": "text"},
    ),
    "refuse": Surface(
        _moves("refuse"), lambda town: town.wang, _move_words(reason="不受理"), {"reason": "text"}
    ),
    "object": Surface(
        lambda town: _board(town, "object"),
        stranger,
        lambda town: {"text": "不实", "name": "甲", "phone": "13800000000", "sure": "on"},
        {"text": "text", "name": "line", "phone": "line"},
    ),
    "comment": Surface(
        lambda town: _board(town, "comment"),
        stranger,
        lambda town: {"text": "好", "name": "甲", "phone": "13800000000"},
        {"text": "text", "name": "line", "phone": "line"},
    ),
    "answer an objection": Surface(
        _doubt,
        head,
        lambda town: {"upheld": "no", "answer": "已核对", "public": "on"},
        {"answer": "text", "upheld": "free"},
    ),
    "correct a notice": Surface(
        lambda town: _desk_board(town, "correct"),
        head,
        lambda town: {"title": "更正", "shown_name": "路灯", "reason": "有误"},
        {"title": "line", "shown_name": "text", "reason": "line"},
    ),
    "withdraw a notice": Surface(
        lambda town: _desk_board(town, "withdraw"),
        head,
        lambda town: {"reason": "有误"},
        {"reason": "line"},
    ),
    "verify": Surface(
        lambda town: "/verify/",
        stranger,
        lambda town: {"text": "{}"},
        {"text": "free"},
        frozenset({200, 422}),  # what is no receipt gets a verdict
    ),
}
