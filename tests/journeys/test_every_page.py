"""Every page that a route has, in a browser, at both widths, by somebody who may open it."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.conftest import enter
from tests.journeys.sights import Sights, Visit
from tests.journeys.walker import DESKTOP, PHONE, Walker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.longest,
    pytest.mark.django_db(transaction=True),
]
HTML = "text/html"
PAGE = f"200 {HTML}"


def told(sights: Sights, visits: list[Visit]) -> dict[Visit, str]:
    """Return what each route answers: its status, and its kind of file or where it leads."""
    clients = {who: sights.browser(who) for who in {visit.who for visit in visits}}
    answers = {}
    for visit in visits:
        answer: Any = clients[visit.who].get(visit.address)
        deque(answer, maxlen=0)  # a file is closed when it was read to its end
        kind = answer["Content-Type"].partition(";")[0]
        answers[visit] = f"{answer.status_code} {answer.get('Location') or kind}"
    return answers


def faults(walker: Walker, visit: Visit) -> Iterator[str]:
    """Yield what is wrong with a page, wide or narrow; its colours are looked at once, where most
    of it is shown."""
    for width in (DESKTOP, PHONE):
        walker.page.set_viewport_size({"width": width, "height": 780})
        try:
            walker.go(visit.address) if width == DESKTOP else walker.look()
            walker.audit(colours=width == DESKTOP)
        except AssertionError as fault:
            walker.wrong.clear()
            yield f"{visit.name} at {width}: {fault}"


def seen(walk: Callable[..., Any], sights: Sights, visits: list[Visit]) -> Iterator[str]:
    """Yield what is wrong with any of several pages, each in the window of who opens it."""
    for who in sorted({visit.who for visit in visits}, key=str):
        with walk(width=DESKTOP) as walker:
            enter(walker, sights.browser(who))
            for visit in visits:
                if visit.who == who:
                    yield from faults(walker, visit)


@pytest.mark.parametrize("bar", ["public", "desk"])
def test_nothing_keeps_anybody_out_of_a_page(
    walk: Callable[..., Any],
    staffed: Grid,
    record_property: Callable[[str, object], None],
    bar: str,
) -> None:
    sights = Sights(staffed)
    visits = [
        visit for visit in sights.visits() if visit.name.startswith("desk:") == (bar == "desk")
    ]
    answers = told(sights, visits)
    pages = [visit for visit in visits if answers[visit] == PAGE]
    # A file, data for a program, or a way to another page: the answer itself says why.
    others = {visit.name: answers[visit] for visit in visits if answers[visit] != PAGE}
    record_property("no page", others)

    assert {name: answer for name, answer in others.items() if HTML in answer} == {}
    assert {answer.partition(" ")[0] for answer in others.values()} <= {"200", "302"}
    assert list(seen(walk, sights, pages)) == []
