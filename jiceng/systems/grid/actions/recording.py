"""What the acts of an incident have in common: who may try, and what history is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import attach, facts_of
from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.ledger.service import Actor, Recorded
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import Transition

Shown = Sequence[Mapping[str, str]]


def may_move(*, by: Actor, **given: Any) -> None:
    """Only an officer moves a case; whether the step is theirs is the engine's question, asked
    under the lock of the case."""
    if not isinstance(by, Capacity):
        raise NotAllowed()


def attach_photos(photos: Sequence[Attachment], case: Case, claim: str) -> Shown:
    """Give the uploads of this session to the case; the entry keeps what proves each photo."""
    if not photos:
        return []
    return facts_of(attach([photo.uid for photo in photos], subject=case.subject, claim=claim))


def recorded(moved: Transition, shown: Shown = (), **words: str) -> Recorded[Case]:
    """Hand a move to the ledger: what changed in clear, what people wrote under a commitment."""
    spoken = {field: text for field, text in words.items() if text}
    facts = moved.facts | ({"photos": list(shown)} if shown else {})
    return Recorded(moved.case, subject=moved.case.subject, facts=facts, personal=spoken)
