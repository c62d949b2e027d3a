"""Who looks after boards."""

from datetime import datetime
from typing import Any

from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.ledger.service import OPERATOR, RESIDENT, SYSTEM, Actor
from jiceng.kernel.notices.models import Comment, Notice, Objection
from jiceng.kernel.notices.terms import KEEPERS
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity


def keeps(by: Actor, unit: Unit) -> bool:
    """Tell whether ``by`` looks after what ``unit`` published."""
    return isinstance(by, Capacity) and by.role in KEEPERS and by.unit.contains(unit)


def may_keep(*, by: Actor, at: datetime, notice: Notice, **given: Any) -> None:
    """Raise ``NotAllowed`` (403) unless ``by`` keeps the notice, or it is done at set-up."""
    if by not in (SYSTEM, OPERATOR) and not keeps(by, notice.unit):
        raise NotAllowed()


def may_publish(*, by: Actor, at: datetime, unit: Unit, **given: Any) -> None:
    """Raise ``NotAllowed`` (403) unless ``by`` keeps what the unit publishes, or it is done at
    set-up."""
    if by not in (SYSTEM, OPERATOR) and not keeps(by, unit):
        raise NotAllowed()


def may_answer(*, by: Actor, at: datetime, said: Objection | Comment, **given: Any) -> None:
    """Raise ``NotAllowed`` (403) unless ``by`` keeps the notice that something was said to."""
    may_keep(by=by, at=at, notice=said.notice)


def may_speak(*, by: Actor, at: datetime, **given: Any) -> None:
    """Raise ``NotAllowed`` (403) unless a resident speaks: officers have other ways."""
    if by != RESIDENT:
        raise NotAllowed()
