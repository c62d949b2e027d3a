"""Real acts, asked for in plain words; the same for the door over HTTP and inside a process."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from faults.course import STREET
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import RESIDENT, receipt_for
from jiceng.kernel.orgs.models import Tenure, Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import CaseStep
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.terms import Source


def capacity(staff_no: str) -> Capacity:
    """Return an officer of the cast in the post held."""
    tenure = Tenure.objects.select_related("officer", "post__unit").get(officer__staff_no=staff_no)
    return Capacity(tenure.officer, tenure.post)


def perform(asked: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Perform the act that ``asked`` names and return its receipt and the next step of the case."""
    done = _report(asked, at) if asked["act"] == "report" else _move(asked, at)
    receipt = receipt_for(done.entry.uid)
    return {
        "uid": done.entry.uid,
        "leaf": receipt["leaf_sha256"],
        "replayed": done.replayed,
        "receipt": receipt,
        **standing(done.entry),
    }


def standing(entry: Entry) -> dict[str, Any]:
    """Return the number of the case of an entry, and where it stands now."""
    number = entry.subject.partition(":")[2]
    step = CaseStep.objects.open().filter(case__number=number).first()
    return {"number": number, "step": step.step if step else "", "step_id": step and step.pk}


def _report(asked: Mapping[str, Any], at: datetime) -> Any:
    code = asked["category"]
    return actions.report_incident(
        by=RESIDENT,
        at=at,
        source=Source.RESIDENT,
        category=Category.objects.valid(at).get(code=code),
        description=asked["mark"],
        unit=Unit.objects.get(code=asked["unit"]),
        phone="13800138000",
        claim=asked["claim"],
        key=asked["key"],
    )


def _move(asked: Mapping[str, Any], at: datetime) -> Any:
    words = {asked["word"]: asked["mark"]}
    if asked["act"] == "dispatch":
        words |= {"unit": Unit.objects.get(code=STREET)}
    if asked["act"] == "consult":
        words |= {"party": "供电公司"}
    return actions.MOVES[asked["act"]](
        by=capacity(asked["by"]),
        at=at,
        number=asked["number"],
        step_id=asked["step_id"],
        key=asked["key"],
        **words,
    )
