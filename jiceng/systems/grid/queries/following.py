"""What a reporter hears of a case, wherever it is dealt with now, and what they can say to it."""

from dataclasses import dataclass

from jiceng.kernel.ledger.service import entries_of, personal_of_many
from jiceng.kernel.procedures.models import Case, CaseLink, CaseStep
from jiceng.kernel.procedures.service import main_case
from jiceng.kernel.procedures.terms import LinkKind
from jiceng.systems.grid import terms
from jiceng.systems.grid.queries.closing import Aftermath, aftermath
from jiceng.systems.grid.queries.public import PublicMoment, public_moments


@dataclass(frozen=True)
class Following:
    """What the page of a reporter shows beside the report itself."""

    main: Case
    moments: list[PublicMoment]
    question: str
    asked: CaseStep | None
    withdrawable: CaseStep | None
    after: Aftermath | None


def following(own: Case) -> Following:
    """Return what the reporter of ``own`` hears and can do."""
    steps = {step.step: step for step in own.steps.open()}
    asked = steps.get("asked")
    return Following(
        main=main_case(own),
        moments=heard(own),
        question=_question(own) if asked else "",
        asked=asked,
        withdrawable=asked or steps.get("reported"),
        after=aftermath(own),
    )


def heard(own: Case) -> list[PublicMoment]:
    """Return the public history of ``own``, and of each case it was merged into for as long as it
    belonged there: nobody who reported is left out of an update."""
    moments = public_moments(own)
    for row in _stays(own):
        told = [moment for moment in public_moments(row.main) if _meanwhile(moment, row)]
        moments += told
    return sorted(moments, key=lambda moment: moment.at)


def _stays(own: Case) -> list[CaseLink]:
    """Return the times in which ``own`` was dealt with in another case, through others too."""
    found: list[CaseLink] = []
    front = [own.pk]
    while front:
        rows = CaseLink.objects.filter(other__in=front, kind=LinkKind.MERGED)
        layer = list(rows.select_related("main").order_by("at", "id"))
        found += layer
        front = [row.main_id for row in layer]
    return found


def _meanwhile(moment: PublicMoment, row: CaseLink) -> bool:
    return row.at <= moment.at and (row.ended_at is None or moment.at <= row.ended_at)


def _question(own: Case) -> str:
    asked = entries_of(own.subject).filter(event=terms.ASKED).last()
    return personal_of_many([asked])[asked.uid].get("question", "") if asked else ""
