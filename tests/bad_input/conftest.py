"""A town to send bad input to, settled once a module, and the dice of the run."""

import os
from collections.abc import Iterator
from copy import deepcopy
from random import Random

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.service import seal
from jiceng.kernel.testing.cast import assemble
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.appealing import DAY, ended_late, file
from tests.bad_input.town import Town


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


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> Random:
    """Return the dice of this test: they fall the same in every run, for a gate that throws anew
    each time stops changes that have nothing to do with what it hits. ``DICE=7`` throws others."""
    return Random(f"{os.environ.get('DICE', '1')} {request.node.name}")
