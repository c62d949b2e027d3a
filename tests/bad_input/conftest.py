"""A town to send bad input to: a reported case with a photo, its duty officer, its reporter."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base import clock
from jiceng.kernel.base.models import Attempt
from jiceng.kernel.ledger.service import seal
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import assemble
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.appealing import DAY, ended_late, file
from jiceng.systems.grid.tests.scene import Grid
from tests.bad_input.door import changed


@dataclass(frozen=True)
class Town:
    """Where the tests of this folder knock."""

    grid: Grid
    case: Case
    photo: Attachment
    late: Case
    appeal: Case
    reporter: Client
    stranger: Client = field(default_factory=Client)

    @property
    def wang(self) -> Client:
        """Return a browser of the duty officer, who holds the case."""
        return sending.desk(self.grid.cast.wang)

    @property
    def qian(self) -> Client:
        """Return a browser of the handler, whose case ended late yesterday."""
        return sending.desk(self.grid.cast.qian)


@pytest.fixture(autouse=True)
def _fast_hash(settings: Settings) -> None:
    """Hash passwords fast: not how long guessing takes is tested here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def _settled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """Settle the town once a module, in a transaction around its tests: it takes longer than most
    of them, and each rolls back to it."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        reporter = Client()
        grid = scene.draw_up(assemble())
        case = sending.send_report(reporter, photos=[scene.upload()])
        photo = Attachment.objects.get(subject=case.subject)
        after = clock.read() - DAY - grid.cast.at
        appeal = file(grid, ended_late(grid, after)).value
        town = Town(grid, case, photo, ended_late(grid, after), appeal, reporter)
    yield town
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def town(_settled: Town, db: None) -> Town:
    """Return a town in which one thing was reported, and two were dealt with too late, as it was
    before any test."""
    reporter = Client()
    reporter.cookies = deepcopy(_settled.reporter.cookies)
    parts = deepcopy((_settled.grid, _settled.case, _settled.photo, _settled.late, _settled.appeal))
    return Town(*parts, reporter)


@pytest.fixture
def sealed(town: Town) -> None:
    """Seal what happened; the first signature also writes down the key."""
    while seal(clock.read()):
        pass


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

    def send(self, town: Town, body: Callable[..., Any], name: str, value: bytes) -> Any:
        """Send the sound filling with one field replaced, as ``body`` writes it."""
        Attempt.objects.all().delete()  # how often one may try has tests of its own
        fields = changed(self.words(town), name, value)
        return self.client(town).post(self.address(town), **body(fields))


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
