"""Many cases from few: the cases of the demo zone, copied by SQL until there are as many as wanted.

Every copy has a number of its own, its steps, clock, history, personal values, report, rating and
card, all moved by the same time; three of two hundred are open. Not copied are photos, and cases
that are linked, appealed against, or whose clock was paused or extended. What an entry of a copy
says of days is what its pattern said: it is hashed, sealed and read like any other.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.ids import check_digit
from jiceng.kernel.base.loading import load
from jiceng.kernel.ledger.models import Entry, PersonalDatum
from jiceng.kernel.procedures.models import Case, CaseLink, CaseStep
from jiceng.kernel.search.models import Card
from jiceng.kernel.search.rules import tokens
from jiceng.kernel.workdays.models import Clock
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Incident, Rating

SEED, BATCH = 2026, 5_000
OPEN_SHARE = 0.015
OPEN_SINCE = 3 * 86_400  # seconds: the open ones were reported in the last days
# A stride that walks through all numbers of a day: they look drawn, and none comes twice.
STRIDE, NUMBERS_A_DAY = 618_033, 10**6
PLAN = (
    "CREATE TABLE bench_copy (id bigint PRIMARY KEY, source bigint NOT NULL,"
    " pattern varchar(13) NOT NULL, number varchar(13) NOT NULL, shift bigint NOT NULL)"
)
OLD, NEW = (f"'{terms.SYSTEM}.case:' || g.{number}" for number in ("pattern", "number"))
# Of the pattern's identifier the first 19 digits, then the number: 32 that nobody else has.
UID = "substr({0}, 1, 19) || g.number"


@dataclass(frozen=True)
class Pattern:
    """A case that is copied, and when it was opened and last touched."""

    pk: int
    number: str
    opened_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Copy:
    """A copy that is to be made, ``shift`` seconds after its pattern."""

    pk: int
    pattern: Pattern
    number: str
    shift: int


def patterns(*, ended: bool) -> list[Pattern]:
    """Return the cases that may be copied."""
    subject = Concat(Value(f"{terms.SYSTEM}.case:"), OuterRef("number"))
    odd = Q(pauses__isnull=False) | Q(extensions__isnull=False)
    clocks = Clock.objects.filter(subject=subject).filter(odd)
    links = CaseLink.objects.filter(Q(main=OuterRef("pk")) | Q(other=OuterRef("pk")))
    cases = Case.objects.filter(
        ~Exists(clocks),
        ~Exists(links),
        system=terms.SYSTEM,
        closed_at__isnull=not ended,
        appeal_about__isnull=True,
    )
    rows = cases.order_by("pk").values_list("pk", "number", "opened_at", "closed_at")
    return [Pattern(pk, number, since, until or since) for pk, number, since, until in rows]


def plan(missing: int, at: datetime) -> Iterator[Copy]:
    """Yield what is to be copied, the same at every run; ``at`` is now."""
    chance, taken = random.Random(SEED), Counter[date]()
    ended, running = patterns(ended=True), patterns(ended=False)
    held = set(Case.objects.values_list("number", flat=True))
    first = 1 + (Case.objects.aggregate(models.Max("pk"))["pk__max"] or 0)
    for pk in range(first, first + missing):
        if chance.random() < OPEN_SHARE:
            pattern = chance.choice(running)
            shift = -chance.randrange(OPEN_SINCE)
        else:
            pattern = chance.choice(ended)
            shift = chance.randrange(int((at - pattern.last_at).total_seconds()))
        day = legal_day(pattern.opened_at + timedelta(seconds=shift))
        yield Copy(pk, pattern, _free(day, taken, held), shift)


def _free(day: date, taken: Counter[date], held: Collection[str]) -> str:
    """Return the next number of a day that no case of the zone drew."""
    while True:
        taken[day] += 1
        if (number := _number(day, taken[day])) not in held:
            return number


def _number(day: date, place: int) -> str:
    digits = f"{day:%y%m%d}{place * STRIDE % NUMBERS_A_DAY:06d}"
    return digits + check_digit(digits)


def grow(size: int, at: datetime) -> None:
    """Copy until there are ``size`` cases."""
    copies = list(plan(size - Case.objects.count(), at))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAN)
        cursor.executemany(
            "INSERT INTO bench_copy VALUES (%s, %s, %s, %s, %s)",
            [(c.pk, c.pattern.pk, c.pattern.number, c.number, c.shift) for c in copies],
        )
        for statement in _statements():
            cursor.execute(statement)
        cursor.execute("DROP TABLE bench_copy")
        _put_cards(copies)


def _statements() -> Iterator[str]:
    """Yield what copies each table; the entries last, since the personal values ask them."""
    own = {"id": "g.id", "number": "g.number"}
    yield _copied(Case, "t.id = g.source", own)
    yield _copied(CaseStep, "t.case_id = g.source", {"case_id": "g.id"})
    # Neighbours of one pattern do not lie on top of each other.
    beside = {name: f"t.{name} + (g.id % 97) * 0.00001" for name in ("lng", "lat")}
    yield _copied(Incident, "t.case_id = g.source", {"case_id": "g.id", **beside})
    yield _copied(Rating, "t.case_id = g.source", {"case_id": "g.id"})
    yield _copied(Clock, f"t.subject = {OLD}", {"subject": NEW})
    joined = f"t.entry_uid IN (SELECT uid FROM ledger_entry WHERE subject = {OLD})"
    yield _copied(PersonalDatum, joined, {"entry_uid": UID.format("t.entry_uid")})
    said = {"subject": NEW, "uid": UID.format("t.uid")}
    yield _copied(Entry, f"t.subject = {OLD}", said)
    if connection.vendor == "postgresql":
        key = "pg_get_serial_sequence('procedures_case', 'id')"
        yield f"SELECT setval({key}, max(id)) FROM procedures_case"


def _copied(model: type[models.Model], match: str, instead: dict[str, str]) -> str:
    """Return the statement that copies the rows of one table, each time moved."""
    meta = model._meta
    fields = [field for field in meta.concrete_fields if not _given_by_database(field, instead)]
    names = [str(field.column) for field in fields]
    values = [instead.get(name) or _moved(field) for name, field in zip(names, fields, strict=True)]
    table, order = meta.db_table, f"g.id, t.{cast(Any, meta.pk).column}"
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM bench_copy g JOIN {table} t ON {match} ORDER BY {order}"
    )


def _given_by_database(field: Any, instead: dict[str, str]) -> bool:
    return isinstance(field, models.AutoField) and field.column not in instead


def _moved(field: Any) -> str:
    column = f"t.{field.column}"
    if not isinstance(field, models.DateTimeField):
        return column
    if connection.vendor == "postgresql":
        return f"{column} + g.shift * interval '1 second'"
    return f"datetime({column}, g.shift || ' seconds')"


def _put_cards(copies: list[Copy]) -> None:
    """Let each copy be found by the words of its pattern and by its own number."""
    held = dict(Card.objects.filter(kind=terms.SEARCHED).values_list("key", "words"))
    numbers = {copy.pattern.pk: tokens([], [copy.pattern.number]) for copy in copies}
    words = {pk: held[pk] - own for pk, own in numbers.items()}
    for start in range(0, len(copies), BATCH):
        load(
            [
                Card(
                    kind=terms.SEARCHED,
                    key=copy.pk,
                    words=words[copy.pattern.pk] | tokens([], [copy.number]),
                )
                for copy in copies[start : start + BATCH]
            ]
        )


def settle() -> None:
    """Let PostgreSQL see how large its tables are, as its own housekeeping would soon do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
