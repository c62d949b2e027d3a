"""Every form that takes what people type, as one table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from jiceng.kernel.base.models import Attempt
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
    "verify": Surface(
        lambda town: "/verify/",
        stranger,
        lambda town: {"text": "{}"},
        {"text": "free"},
        frozenset({200, 422}),  # what is no receipt gets a verdict
    ),
}
