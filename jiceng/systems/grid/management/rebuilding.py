"""What history alone says of a case, beside what the tables say.

Every act tells in its entry what it changed, and so do the jobs that hand on, raise and reckon
anew. So the tables follow from the entries of a case, read in their order; where they do not, one
of the two was changed by another way.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import islice
from typing import Any

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.procedures.models import Case, CaseLink, CaseStep
from jiceng.kernel.procedures.terms import ESCALATED, REASSIGNED, LinkKind, Outcome, Priority
from jiceng.kernel.workdays.terms import REPROJECTED, ClockKind
from jiceng.systems.grid import terms
from jiceng.systems.grid.terms import Judgement

BATCH = 500
OPENINGS = frozenset({terms.REPORTED, terms.JOINED, terms.SPLIT_OFF, terms.IMPORTED})
PROMISES = frozenset({ClockKind.PROMISED, ClockKind.GIVEN})
# An entry of an earlier release did not say it.
UNTOLD: Any = "…"
Facts = Mapping[str, Any]


@dataclass
class Account:
    """Where a case stands: by its history, or by the tables. Units are codes, ``links`` the cases
    that it belongs to now, as kind and number, ``open_steps`` pairs of step and unit."""

    unit: str = ""
    contact_unit: str = ""
    open_steps: dict[str, str] = field(default_factory=dict)
    outcome: str = ""
    due_at: datetime | None = None
    links: dict[str, str] = field(default_factory=dict)
    priority: int = Priority.NORMAL
    judgement: str = ""
    reopenings: int = 0
    version: int = 0


NAMES = tuple(each.name for each in fields(Account))


@dataclass(frozen=True)
class Difference:
    """One field of one case in which history and tables disagree."""

    number: str
    name: str
    told: Any
    stored: Any


@dataclass(frozen=True)
class Comparison:
    """What came of comparing a batch: how many cases, what differs, and how many fields of them
    the history of an earlier release leaves open."""

    cases: int
    differences: list[Difference]
    untold: int


def compare(cases: Iterable[Case]) -> Iterator[Comparison]:
    """Compare cases with their history, batch by batch: a few queries each, whatever its size."""
    rest = iter(cases)
    while batch := list(islice(rest, BATCH)):
        found = _compare(batch)
        if found.differences:
            # Somebody may have moved a case between the two readings: those are read once more.
            numbers = {difference.number for difference in found.differences}
            again = _compare([case for case in batch if case.number in numbers])
            found = Comparison(len(batch), again.differences, found.untold)
        yield found


def _compare(cases: list[Case]) -> Comparison:
    told, held = told_of(cases), stored_of(cases)
    pairs = [(case.number, told[case.pk], held[case.pk]) for case in cases]
    differences = [each for pair in pairs for each in _differing(*pair)]
    untold = sum(getattr(told[case.pk], name) is UNTOLD for case in cases for name in NAMES)
    return Comparison(len(cases), differences, untold)


def _differing(number: str, told: Account, held: Account) -> Iterator[Difference]:
    for name in NAMES:
        said, stored = getattr(told, name), getattr(held, name)
        if said is not UNTOLD and said != stored:
            yield Difference(number, name, said, stored)


# --- by history --------------------------------------------------------------------------------


def told_of(cases: Iterable[Case]) -> dict[int, Account]:
    """Return what history says of each of ``cases``."""
    keys = {case.subject: case.pk for case in cases}
    accounts = {pk: Account() for pk in keys.values()}
    rows = Entry.objects.filter(subject__in=keys).order_by("id")
    entries = [
        (subject, event, json.loads(payload))
        for subject, event, payload in rows.values_list("subject", "event", "payload")
    ]
    mains = _mains(facts for _subject, _event, facts in entries)
    for subject, event, facts in entries:
        read(accounts[keys[subject]], event, mains.get(facts.get("main_entry", ""), {}) | facts)
    return accounts


def _mains(told: Iterable[Facts]) -> dict[str, dict[str, str]]:
    """Return the number of each case that is named by the uid of its first entry."""
    uids = {facts["main_entry"] for facts in told if "main_entry" in facts}
    named = Entry.objects.filter(uid__in=uids).values_list("uid", "subject")
    return {uid: {"main": subject.rpartition(":")[2]} for uid, subject in named}


def read(account: Account, event: str, facts: Facts) -> None:
    """Let ``account`` follow one entry of its case."""
    if event in OPENINGS:
        _opened(account, event, facts)
    elif event in KEPT:
        KEPT[event](account, facts)
    elif "move" in facts:
        _moved(account, event, facts)


def _opened(account: Account, event: str, facts: Facts) -> None:
    account.unit = facts["unit"]
    account.due_at = _instant(facts.get("due_at"))
    account.outcome = facts.get("outcome", "")
    if event == terms.JOINED:
        account.outcome = Outcome.MERGED
        account.links = {LinkKind.MERGED: facts["main"]}
        account.priority = facts.get("priority", UNTOLD)
        account.contact_unit = facts.get("contact_unit", UNTOLD)
        return
    account.open_steps = _steps(facts["to"]) if "to" in facts else UNTOLD
    if event == terms.SPLIT_OFF:
        account.links = {LinkKind.SPLIT: facts["main"]}
        account.priority, account.judgement = facts["priority"], facts["judgement"]


def _moved(account: Account, event: str, facts: Facts) -> None:
    account.version = facts["version"]
    account.outcome = facts["outcome"]
    account.due_at = _instant(facts["due_at"]) if "due_at" in facts else UNTOLD
    _walked(account, facts)
    if event in CHANGED:
        CHANGED[event](account, facts)


def _walked(account: Account, facts: Facts) -> None:
    """Take the step that was left out of the open ones, and put those opened in."""
    if facts["outcome"]:
        account.open_steps = {}
    elif account.open_steps is not UNTOLD:
        account.open_steps.pop(facts["step"], None)
        account.open_steps |= _steps(facts["to"])


def _judged(account: Account, facts: Facts) -> None:
    account.judgement = facts.get("judgement", UNTOLD)


def _found_major(account: Account, facts: Facts) -> None:
    account.judgement = Judgement.MAJOR


def _passed_up(account: Account, facts: Facts) -> None:
    account.judgement = Judgement.BEYOND
    account.unit = facts.get("unit", UNTOLD)
    account.contact_unit = facts["contact_unit"]


def _merged(account: Account, facts: Facts) -> None:
    account.links[LinkKind.MERGED] = facts["main"]


def _unmerged(account: Account, facts: Facts) -> None:
    account.links.pop(LinkKind.MERGED, None)


def _reopened(account: Account, facts: Facts) -> None:
    account.reopenings, account.priority = facts["reopenings"], facts["priority"]


def _changed_hands(account: Account, facts: Facts) -> None:
    if account.open_steps is not UNTOLD:
        account.open_steps[facts["step"]] = facts["to_unit"]


def _reprojected(account: Account, facts: Facts) -> None:
    if facts["kind"] in PROMISES:
        account.due_at = _instant(facts["due_at"])


# What a move changes beside the steps, and what changes without a move.
CHANGED: dict[str, Callable[[Account, Facts], None]] = {
    terms.JUDGED: _judged,
    terms.FOUND_MAJOR: _found_major,
    terms.PASSED_UP: _passed_up,
    terms.MERGED: _merged,
    terms.UNMERGED: _unmerged,
    terms.REOPENED: _reopened,
    terms.REOPENED_BY_OFFICE: _reopened,
}
KEPT: dict[str, Callable[[Account, Facts], None]] = {
    ESCALATED: _changed_hands,
    REASSIGNED: _changed_hands,
    REPROJECTED: _reprojected,
}


def _steps(told: Iterable[Facts]) -> dict[str, str]:
    return {step["step"]: step["unit"] for step in told}


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# --- by the tables -----------------------------------------------------------------------------


def stored_of(cases: Iterable[Case]) -> dict[int, Account]:
    """Return what the tables say of each of ``cases``, read anew."""
    keys = [case.pk for case in cases]
    steps, links = _open_steps(keys), _links(keys)
    rows = Case.objects.filter(pk__in=keys).values_list("pk", *COLUMNS)
    return {
        pk: Account(
            unit=unit,
            contact_unit=contact or "",
            outcome=outcome,
            due_at=due_at,
            priority=priority,
            version=version,
            judgement=judgement,
            reopenings=reopenings,
            open_steps=steps[pk],
            links=links[pk],
        )
        for pk, unit, contact, outcome, due_at, priority, version, judgement, reopenings in rows
    }


COLUMNS = (
    "unit__code",
    "contact_unit__code",
    "outcome",
    "due_at",
    "priority",
    "version",
    "incident__judgement",
    "incident__reopenings",
)


def _open_steps(keys: list[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    rows = CaseStep.objects.open().filter(case__in=keys)
    for case, step, unit in rows.values_list("case", "step", "unit__code"):
        found[case][step] = unit
    return found


def _links(keys: list[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    rows = CaseLink.objects.filter(other__in=keys, ended_at__isnull=True)
    for case, kind, main in rows.values_list("other", "kind", "main__number"):
        found[case][kind] = main
    return found
