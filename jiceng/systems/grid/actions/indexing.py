"""What a report is found by: its card in the search."""

from collections.abc import Iterable, Iterator

from jiceng.kernel.search.models import Card
from jiceng.kernel.search.service import Item, drop, indexed, new_card, put_many
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.terms import SEARCHED

BATCH = 1_000


def _item(incident: Incident) -> Item:
    case, category = incident.case, incident.category
    names = [case.title, category.name if category else "", incident.place]
    return Item(incident.pk, names, [incident.description, case.number])


@indexed(SEARCHED)
def every_incident() -> Iterator[Item]:
    """Yield all that there is to be found, for making the index again."""
    incidents = Incident.objects.select_related("case", "category").order_by("pk")
    yield from map(_item, incidents.iterator(chunk_size=BATCH))


def index_cases(incidents: Iterable[Incident]) -> int:
    """Index reports, new or changed, in the transaction that changes them; return how many."""
    return put_many(SEARCHED, map(_item, incidents))


def index_case(incident: Incident) -> None:
    """Index one report."""
    index_cases([incident])


def card_of_new(incident: Incident) -> Card:
    """Return the card of a report that is about to be inserted, to be inserted with it."""
    return new_card(SEARCHED, _item(incident))


def forget_case(incident: Incident) -> None:
    """Take every word of a report out of the index, and put in again what it still has."""
    drop(SEARCHED, incident.pk)
    index_case(incident)
