"""Filters of the list: each value shows a part of it, and all values together the whole."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.terms import Outcome
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.procedure import GRID_CASE
from jiceng.systems.grid.terms import Judgement, Pressure, Source
from tests.visibility.reading import CASE, Reader

NONE = Q(pk__in=())


@dataclass(frozen=True)
class Partition:
    """Values that no two of a filter share a case; ``rest`` are the cases that have none."""

    queries: Sequence[str]
    rest: Q = NONE


def _of(name: str, values: Iterable[str]) -> list[str]:
    return [f"{name}={value}" for value in values if value]


def partitions() -> Mapping[str, Partition]:
    """Return every filter with values that share no case."""
    steps = [step.code for step in GRID_CASE.steps if step.holder is not None]
    codes = Category.objects.values_list("code", flat=True).distinct()
    return {
        "open or ended": Partition(_of("state", ["open", "ended"])),
        "state": Partition(_of("state", [*steps, *Outcome.values])),
        "light": Partition(
            _of("light", Pressure.values), Q(due_at__isnull=True) | Q(closed_at__isnull=False)
        ),
        "category": Partition(_of("category", codes), Q(incident__category__isnull=True)),
        "source": Partition(_of("source", Source.values)),
        "judgement": Partition(_of("judgement", Judgement.values), Q(incident__judgement="")),
        "candidate": Partition(["candidate=1"], Q(incident__major_candidate=False)),
        "day": Partition(["until=2026-03-02", "since=2026-03-03"]),
    }


def _numbers(reader: Reader, address: str) -> set[str]:
    answer = reader.get(address)
    if not answer.open:
        return set()
    return {line[0] for line in csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))} - {"编号"}


def partitioned(reader: Reader, address: str) -> Iterable[str]:
    """The values of each filter together show all that may be opened, each case once."""
    for name, parts in partitions().items():
        shown = [
            number for query in parts.queries for number in _numbers(reader, f"{address}?{query}")
        ]
        rest = set(Case.objects.filter(parts.rest).values_list("number", flat=True))
        yield from reader.differ(f"filter {name}", shown, reader.seen - rest)
        if len(shown) != len(set(shown)):
            yield f"filter {name}: a case has two values"
    for number in sorted(reader.town.numbers.values()):
        found = _numbers(reader, f"{address}?q={number}")
        yield from reader.differ(
            f"search for {reader.name_of(number)}", found, {number} & reader.seen
        )


def filtered(reader: Reader, address: str) -> Iterable[str]:
    """What a filter shows of the list is part of it; searched words and units too."""
    for query in ("q=井盖", "q=mdjf", "tab=mine", "tab=unit"):
        shown = set(reader.listed(f"{address}?{query}"))
        yield from reader.differ(f"list {query}", shown - reader.seen, ())
    for code in ("990000", "990000001", "990000002"):
        pages = reader.pages(f"{address}?unit={code}")
        shown = {number for page in pages for number in CASE.findall(page.text)}
        under = Case.objects.filter(unit__path__in=_paths_under(code))
        meant = set(under.values_list("number", flat=True)) & reader.seen
        # A unit that is not seen is no choice: the page refuses it and shows nothing.
        yield from reader.differ(f"unit {code}", shown, meant if pages[0].status == 200 else ())


def _paths_under(code: str) -> list[str]:
    paths = Case.objects.values_list("unit__path", "unit__code").distinct()
    return [path for path, of in paths if of.startswith(code)]
