"""A case as its reporter reads it."""

from dataclasses import dataclass
from datetime import datetime

from jiceng.kernel.base.ids import read_number
from jiceng.kernel.ledger.service import entries_of, personal_of_many
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid import terms

# The end of a phone number, and an access code: so many digits.
TAIL, CODE = 4, 6


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
    """Return the case with this number if ``phone_tail`` is the end of its reporter's phone, or
    the access code of one who left no phone.

    A number alone opens nothing; a wrong number and a wrong tail are the same ``None``.
    """
    number = read_number(typed)
    case = Case.objects.filter(system=terms.SYSTEM, number=number or "").first()
    if case is None or len(phone_tail) not in (TAIL, CODE):
        return None
    told = first_words(case)
    phone, code = told.get("phone", ""), told.get("code", "")
    right = code if len(phone_tail) == CODE else phone[-TAIL:]
    return case if len(right) == len(phone_tail) and right == phone_tail else None


def first_words(case: Case) -> dict[str, str]:
    """Return what the reporter of a case said of themselves, and the access code."""
    first = entries_of(case.subject).first()
    return personal_of_many([first]).get(first.uid, {}) if first else {}


def access_code(case: Case) -> str:
    """Return the code by which a reporter without phone opens the case, "" where there is none."""
    return first_words(case).get("code", "")


def phone_tail(case: Case) -> str:
    """Return by which end of the phone its reporter opens the case, "" where there is none."""
    return first_words(case).get("phone", "")[-TAIL:]
