"""A case as its reporter reads it."""

from dataclasses import dataclass
from datetime import datetime

from jiceng.kernel.base.ids import read_number
from jiceng.kernel.ledger.service import entries_of, personal_of_many
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid import terms


def public_case(number: str) -> Case | None:
    """Return a case with what its reporter may see."""
    cases = Case.objects.filter(system=terms.SYSTEM, number=number)
    return cases.select_related("unit", "incident__category").first()


@dataclass(frozen=True)
class PublicMoment:
    """One line of the timeline that a reporter reads: no names, no words of officers."""

    title: str
    at: datetime
    note: str
    tone: str


def public_moments(case: Case) -> list[PublicMoment]:
    """Return what the reporter may read of the history. A refusal comes with its reason."""
    entries = list(entries_of(case.subject))
    words = personal_of_many([entry for entry in entries if entry.event == terms.REFUSED])
    return [
        PublicMoment(
            title=str(terms.PUBLIC_LABELS[entry.event]),
            at=entry.at,
            note=words.get(entry.uid, {}).get("reason", ""),
            tone=terms.PUBLIC_TONES.get(entry.event, ""),
        )
        for entry in entries
        if entry.event in terms.PUBLIC_LABELS
    ]


def tracked_case(typed: str, phone_tail: str) -> Case | None:
    """Return the case with this number if the reporter's phone ends in ``phone_tail``.

    A number alone opens nothing; a wrong number and a wrong tail are the same ``None``.
    """
    number = read_number(typed)
    case = Case.objects.filter(system=terms.SYSTEM, number=number or "").first()
    if case is None or len(phone_tail) != 4:
        return None
    first = entries_of(case.subject).first()
    phone = personal_of_many([first]).get(first.uid, {}).get("phone", "") if first else ""
    return case if phone and phone.endswith(phone_tail) else None
