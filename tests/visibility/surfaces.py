"""Every route, and how one reads from it which cases it shows. A route without a row fails.

A «list» shows exactly what the reader may open, or a stated part of it. A «detail» answers what
may be opened, and is otherwise absent in the very words of a number that nothing has. A «public»
surface shows everybody the same: exactly what is public. «none» shows no case by itself; whatever
it answers is read for numbers all the same.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.http import urlencode
from python_calamine import CalamineWorkbook

from jiceng.kernel.base.ids import spaced_number
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.systems.grid.queries.nearness import ref_of
from jiceng.systems.grid.terms import Sort
from tests.visibility import choosing
from tests.visibility.counting import FIGURE_PAGES
from tests.visibility.reading import ANY_CASE, NO_NUMBER, NO_STEP, NO_UID, Reader, telling
from tests.visibility.silent import SILENT
from tests.visibility.town import Town

Problems = Iterable[str]
Check = Callable[[Reader], Problems]
LIST, MAP = "/desk/grid/cases/", "/desk/grid/map/"
POINTS, BULK = "/desk/grid/cases/map.json", "/desk/grid/bulk/"
# What neighbours read: judged here, open, not secret, and reported by somebody.
PUBLIC = ("ordinary", "main", "far", "split", "reopened", "lent")


@dataclass(frozen=True)
class Surface:
    """A route with its check."""

    name: str
    kind: Literal["list", "detail", "public", "none"]
    check: Check


# --- lists -----------------------------------------------------------------------------------


def inbox(reader: Reader) -> Problems:
    """Each tab shows the open cases that belong on it, and says how many."""
    standing = CaseStep.objects.open()
    held = standing.filter(post__in=reader.posts).values_list("case__number", flat=True)
    still = standing.values_list("case__number", flat=True)
    for place, tab in enumerate(("mine", "unit", "watching")):
        shown = reader.listed(f"/desk/?tab={tab}", ANY_CASE)
        both = reader.seen | reader.appeals
        yield from reader.differ(f"inbox {tab}", set(shown) - both, ())
        meant = {"mine": set(held), "watching": set(still) & reader.seen}
        if tab in meant:
            yield from reader.differ(f"inbox {tab}", shown, meant[tab] if reader.posts else ())
        page = reader.get(f"/desk/?tab={tab}")
        if reader.posts and page.context["tabs"][place]["count"] != len(shown):
            yield f"inbox {tab}: counts {page.context['tabs'][place]['count']}, has {len(shown)}"


def cases(reader: Reader) -> Problems:
    """The list, in each order, under each filter; its count; what is searched and watched."""
    for sort in Sort.values:
        shown = reader.listed(f"{LIST}?sort={sort}")
        yield from reader.differ(f"list by {sort}", shown, reader.seen)
        if len(shown) != len(set(shown)):
            yield f"list by {sort}: a case stands there twice"
    page = reader.get(LIST)
    if page.open and page.context["found"].total != len(reader.seen):
        yield f"list: counts {page.context['found'].total}, may open {len(reader.seen)}"
    yield from reader.differ("watched", reader.listed(f"{LIST}?tab=watching"), reader.seen)
    yield from choosing.filtered(reader, LIST)


def exported(reader: Reader) -> Problems:
    """Both files hold the list."""
    lines = csv.reader(io.StringIO(_file(reader, "csv").decode("utf-8-sig")))
    yield from reader.differ("csv", [line[0] for line in lines][1:], reader.seen)
    content = _file(reader, "xlsx")
    if content:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python()
        named = {str(cell) for row in rows for cell in row} & reader.town.known
        yield from reader.differ("xlsx", named, reader.seen)
    elif reader.posts:
        yield "xlsx: nothing came"
    yield from choosing.partitioned(reader, "/desk/grid/cases/export.csv")


def _file(reader: Reader, kind: str) -> bytes:
    answer = reader.get(f"/desk/grid/cases/export.{kind}")
    return answer.content if answer.open else b""


def _located(reader: Reader) -> set[str]:
    placed = Case.objects.filter(incident__lng__isnull=False)
    return set(placed.values_list("number", flat=True)) & reader.seen


def points(reader: Reader) -> Problems:
    """The map has the cases with a point, and counts the others."""
    answer = reader.get(POINTS)
    found = json.loads(answer.text) if answer.open else {"features": [], "total": 0, "located": 0}
    shown = [feature["properties"]["number"] for feature in found["features"]]
    yield from reader.differ("points", shown, _located(reader))
    if (found["total"], found["located"]) != (len(reader.seen), len(_located(reader))):
        yield f"points: counts {found['total']} and {found['located']}"


def beside_the_map(reader: Reader) -> Problems:
    """The list beside the map has what the map has."""
    yield from reader.differ("beside the map", reader.listed(MAP), _located(reader))


def bulk(reader: Reader) -> Problems:
    """Of all picked steps, those of cases that may be opened are named; a step is as none."""
    standing = list(CaseStep.objects.open().filter(case__system="grid").select_related("case"))
    answer = reader.get(f"{BULK}?{urlencode([('step', step.pk) for step in standing])}")
    named = [s.case.number for s in standing if spaced_number(s.case.number) in answer.text]
    meant = {step.case.number for step in standing} & reader.seen
    yield from reader.differ("bulk", named, meant)
    absent = telling(reader.get(f"{BULK}?step={NO_STEP}"), *_echoes(NO_STEP))
    for step in standing:
        if step.case.number not in reader.seen:
            here = reader.get(f"{BULK}?step={step.pk}")
            if telling(here, *_echoes(step.pk)) != absent:
                yield f"bulk: a step of {reader.name_of(step.case.number)} answers unlike none"


def _echoes(step: int) -> list[str]:
    """Return how an answer repeats the step of its own address."""
    return [f'value="{step}"', f"step={step}", f"step%3D{step}"]


def trial(reader: Reader) -> Problems:
    """Rules are tried on what the reader may open, and on nothing else."""
    page = reader.get("/desk/grid/routing/try/")
    tried = page.context["trial"].tried if page.status == 200 else None
    if tried not in (None, len(reader.seen)):
        yield f"trial: tried {tried}, may open {len(reader.seen)}"


def number_box(reader: Reader) -> Problems:
    """A number leads to what may be opened, typed in either way."""
    address = reverse("desk:cases")
    absent = telling(reader.get(f"{address}?number={NO_NUMBER}"), NO_NUMBER)
    for number in sorted(reader.town.known):
        typings = (number, spaced_number(number).replace(" ", "+"))
        for typed in typings[: 2 if number in reader.may_know else 1]:
            answer = reader.get(f"{address}?number={typed}")
            leads = answer.status == 302 and number in answer.location
            may = number in reader.seen | reader.appeals
            if may and not (leads and "login" not in answer.location):
                yield f"number box: does not find {reader.name_of(number)}"
            if not may and telling(answer, number) != absent:
                yield f"number box: {reader.name_of(number)} answers unlike none"


# --- details ---------------------------------------------------------------------------------


# What tells most, or costs least, is asked for in full by everybody.
ALWAYS = ("desk:grid:case", "desk:grid_appeal:case", "desk:grid:receipt")


def detail(name: str, *more: str, method: str = "GET", of: str = "seen") -> Surface:
    """Return the row of a route that shows one case; ``of`` says which it opens to a reader."""

    def check(reader: Reader) -> Problems:
        opens = getattr(reader, of) if of else frozenset()
        shut = sorted(reader.town.known - opens)
        # These pages ask the session alone: of who holds a post, one number will do.
        shut = shut[:2] if of == "mine" and reader.posts else shut
        first = name in ALWAYS or of == "mine"
        numbers = [*(sorted(opens) if first else reader.share(opens)), *shut]
        data = {"watch": "1"} if method == "POST" else None
        absent = reader.ask(method, reverse(name, args=[NO_NUMBER, *more]), data)
        for number in numbers:
            answer = reader.ask(method, reverse(name, args=[number, *more]), data)
            if number in opens:
                if answer.status == 404 or "login" in answer.location:
                    yield f"{name}: {reader.name_of(number)} may be opened, but is not there"
            elif telling(answer, number, *more) != telling(absent, NO_NUMBER, *more):
                yield f"{name}: {reader.name_of(number)} answers unlike none ({answer.status})"

    return Surface(name, "detail", check)


def photo(name: str, *, of: str) -> Surface:
    """Return the row of a route that gives the photos of a case, and none of another case."""

    def check(reader: Reader) -> Problems:
        opens = getattr(reader, of)
        own = {subject.rpartition(":")[2]: uid for subject, uid in reader.town.photos.items()}
        none = reader.get(reverse(name, args=[NO_NUMBER, NO_UID]))
        for number, uid in own.items():
            answer = reader.get(reverse(name, args=[number, uid]))
            if number in opens and answer.status != 200:
                yield f"{name}: {reader.name_of(number)} has no photo"
            if number not in opens and telling(answer, number, uid) != telling(
                none, NO_NUMBER, NO_UID
            ):
                yield f"{name}: the photo of {reader.name_of(number)} answers unlike none"
            yield from _crosswise(reader, name, sorted(opens - {number}), uid)

    return Surface(name, "detail", check)


def _crosswise(reader: Reader, name: str, others: list[str], uid: str) -> Problems:
    """A photo is not given under the number of another case, though that may be opened."""
    for other in others[:1]:
        answer = reader.get(reverse(name, args=[other, uid]))
        none = reader.get(reverse(name, args=[other, NO_UID]))
        if telling(answer, other, uid) != telling(none, other, NO_UID):
            yield f"{name}: a photo of another case under {reader.name_of(other)}"


# --- what is public --------------------------------------------------------------------------


def _refs(town: Town) -> dict[str, str]:
    return {f"/nearby/{ref_of(case)}/join/": case.number for case in town.cases.values()}


def _public(reader: Reader, label: str, text: str) -> set[str]:
    return {number for link, number in _refs(reader.town).items() if link in text}


def nearby(reader: Reader) -> Problems:
    """The page of neighbours: all, and by community."""
    public = reader.town.named(PUBLIC)
    everywhere = reader.get("/nearby/").text
    yield from reader.differ("nearby", _public(reader, "nearby", everywhere), public)
    apart: set[str] = set()
    for unit in ("990000001001", "990000001201", "990000002001"):
        apart |= _public(reader, unit, reader.get(f"/nearby/?unit={unit}").text)
    yield from reader.differ("nearby by community", apart, public)


def feeds(reader: Reader) -> Problems:
    """The feeds of all grids together."""
    found: set[str] = set()
    for cell in reader.town.grid.cells.values():
        address = reverse("public:grid:feed", args=[cell.code])
        found |= _public(reader, address, reader.get(address).text)
    yield from reader.differ("feeds", found, reader.town.named(PUBLIC))


def near_cases(reader: Reader) -> Problems:
    """The map of neighbours counts in each grid what is public there."""
    found = json.loads(reader.get(reverse("public:grid:near-cases")).text)["features"]
    counts = {f["properties"]["code"]: f["properties"].get("count", 0) for f in found}
    cells = Case.objects.filter(number__in=reader.town.named(PUBLIC))
    for code in {cell.code for cell in reader.town.grid.cells.values()}:
        meant = cells.filter(incident__cell__code=code).count()
        if counts[code] != meant:
            yield f"near cases: {counts[code]} in {code}, {meant} are public"


def join(reader: Reader) -> Problems:
    """“Me too” is offered for what is public; all else is as absent as a wrong reference."""
    name = "public:grid:join"
    absent = telling(reader.get(reverse(name, args=["1.x"])), "1.x")
    for link, number in _refs(reader.town).items():
        answer = reader.get(link)
        public = number in reader.town.named(PUBLIC)
        if public and answer.status != 200:
            yield f"join: {reader.name_of(number)} is public, but not there"
        if not public and telling(answer, link.split("/")[2]) != absent:
            yield f"join: {reader.name_of(number)} answers unlike none"


# --- pages that show no case -------------------------------------------------------------------


def silent(name: str, *arguments: str) -> Surface:
    """Return the row of a page that shows no case; what it says is read for numbers."""

    def check(reader: Reader) -> Problems:
        reader.get(reverse(name, args=arguments))
        return ()

    return Surface(name, "none", check)


SURFACES: list[Surface] = [
    Surface("desk:inbox", "list", inbox),
    Surface("desk:cases", "list", number_box),
    *(Surface(name, "list", check) for name, check in FIGURE_PAGES.items()),
    Surface("desk:grid:cases", "list", cases),
    Surface("desk:grid:map", "list", beside_the_map),
    Surface("desk:grid:points", "list", points),
    Surface("desk:grid:export", "list", exported),
    Surface("desk:grid:bulk", "list", bulk),
    Surface("desk:grid:routing-trial", "list", trial),
    detail("desk:grid:case"),
    detail("desk:grid:watch", method="POST"),
    detail("desk:grid:move", "judge"),
    photo("desk:grid:photo", of="seen"),
    detail("desk:grid:slip"),
    detail("desk:grid:print"),
    detail("desk:grid:receipt"),
    detail("desk:grid:appeal"),
    detail("desk:grid:phone-filed", of=""),  # only of one's own call, and nobody was called
    detail("desk:grid_appeal:case", of="appeals"),
    detail("desk:grid_appeal:move", "pass", of="appeals"),
    detail("public:grid:status", of="mine"),
    detail("public:grid:answer", of="mine"),
    detail("public:grid:withdraw", of="mine"),
    detail("public:grid:rate", of="mine"),
    detail("public:grid:slip", of="mine"),
    detail("public:grid:receipt", of="mine"),
    photo("public:grid:photo", of="mine"),
    Surface("public:grid:nearby", "public", nearby),
    Surface("public:grid:near-cases", "public", near_cases),
    Surface("public:grid:feed", "public", feeds),
    Surface("public:grid:join", "public", join),
    *(silent(*route) for route in SILENT),
]


def violations(reader: Reader, surfaces: Iterable[Surface] = SURFACES) -> list[str]:
    """Return everything in which what surfaces show is not what the details answer."""
    found = [problem for surface in surfaces for problem in surface.check(reader)]
    return [*found, *sorted(set(reader.leaks))]
