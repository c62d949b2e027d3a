"""The law of visibility: what a surface shows is what the details answer, for everybody."""

from collections.abc import Callable

import pytest
from django.db import connection

from tests.conformance.sweep import routes
from tests.visibility.personas import PERSONAS, Persona
from tests.visibility.reading import Reader
from tests.visibility.surfaces import SURFACES, violations
from tests.visibility.town import Town

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# The rules are the same on both: on the second database every fourth persona goes through them.
CHOSEN = PERSONAS if connection.vendor == "sqlite" else PERSONAS[::4]
AsReader = Callable[[Persona], Reader]


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    names = [surface.name for surface in SURFACES]
    assert set(names) == set(routes())
    assert len(names) == len(set(names))


@pytest.mark.parametrize("persona", CHOSEN, ids=lambda persona: persona.label)
def test_every_surface_shows_what_may_be_opened(
    town: Town, as_reader: AsReader, persona: Persona
) -> None:
    """What may be opened is written down by hand; every surface has to agree with it."""
    reader = as_reader(persona)
    assert reader.differ(persona.label, reader.seen, town.named(persona.sees)) == []
    assert reader.appeals == ({town.appeal} if persona.appeals else set())
    found = violations(reader)
    assert not found, "\n".join(found)
