"""The town, settled once a module in a transaction around its tests; each rolls back to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from jiceng.kernel.base import clock
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import capacities
from jiceng.systems.grid.queries import listed
from tests.visibility.personas import Persona
from tests.visibility.reading import Reader
from tests.visibility.town import Town, settle


@pytest.fixture(scope="module")
def _settled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    with django_db_blocker.unblock(), ExitStack() as around:
        around.enter_context(transaction.atomic())
        around.callback(transaction.set_rollback, True)
        town = settle()
        with django_db_blocker.block():
            yield town


@pytest.fixture
def town(_settled: Town, db: None) -> Town:
    """Return the town as it was before any test."""
    return deepcopy(_settled)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Return a function that stops the clock at an instant."""
    return lambda instant: monkeypatch.setattr(clock, "read", lambda: instant)


@pytest.fixture
def as_reader(
    town: Town, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Persona], Reader]:
    """Return a function that sits somebody down in front of a browser, at their instant."""
    # So short that a list of this town has several pages.
    monkeypatch.setattr(listed, "PAGE", 9)

    def sit_down(persona: Persona) -> Reader:
        instant = town.now + persona.after
        at(instant)
        client, posts = Client(), frozenset[int]()
        if persona.who:
            officer = Officer.objects.get(pk=town.people[persona.who].pk)
            client.force_login(officer)
            posts = frozenset(held.post.pk for held in capacities(officer, instant))
        mine = town.named(persona.opened)
        if mine:
            session = client.session
            session["tracked_cases"] = sorted(mine)
            session["filed_cases"] = sorted(mine)
            session.save()
            client.cookies["sessionid"] = session.session_key
        return Reader(town, client, mine, posts)

    return sit_down
