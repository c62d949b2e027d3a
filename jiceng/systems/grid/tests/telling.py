"""What an act told the ledger, and what a refusal must leave alone."""

import json
from typing import Any

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import personal_of
from jiceng.kernel.procedures.models import Case, CaseLink, CaseStep
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.terms import ClockKind
from jiceng.systems.grid.models import Incident, Rating


def facts_of(done: Any) -> dict[str, Any]:
    """Return what the entry of an act says in clear."""
    told: dict[str, Any] = json.loads(done.entry.payload)
    return {name: fact for name, fact in told.items() if not _is_commitment(fact)}


def _is_commitment(fact: Any) -> bool:
    return isinstance(fact, dict) and set(fact) == {"commitment"}


def words_of(done: Any) -> dict[str, str]:
    """Return what people wrote, having looked that the entry itself does not say it."""
    words = personal_of(done.entry)
    told = json.loads(done.entry.payload)
    for field, text in words.items():
        assert _is_commitment(told[field])
        assert text not in done.entry.payload
    return words


def promise(case: Case) -> Clock:
    """Return the newest promised clock of a case."""
    clock = Clock.objects.of(case.subject).filter(kind=ClockKind.PROMISED).order_by("-id").first()
    assert clock is not None
    return clock


def everything() -> tuple[Any, ...]:
    """Return every row that an act of the grid may write."""
    tables = (Case, CaseStep, CaseLink, Clock, Incident, Rating, Attachment, Entry)
    return tuple(list(table.objects.order_by("pk").values()) for table in tables)
