"""What the public says to a notice, and what it is answered."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.text import clean_line, clean_text, mask_personal, phone_number
from jiceng.kernel.ledger.service import Actor, Done, Recorded, act
from jiceng.kernel.notices import terms
from jiceng.kernel.notices.models import Comment, Notice, Objection, Said
from jiceng.kernel.notices.permission import may_answer, may_speak
from jiceng.kernel.notices.publishing import held
from jiceng.kernel.notices.refusals import (
    AlreadyAnswered,
    NotPublic,
    NotTaken,
    PeriodOver,
    Wordless,
)
from jiceng.kernel.notices.terms import Moderation, Outcome


def _open(notice: Notice, at: datetime, taken: str) -> Notice:
    """Return a notice that takes words of this sort now."""
    fresh = held(notice)
    if not getattr(fresh.definition, taken):
        raise NotTaken()
    if not fresh.takes_words(at):
        raise PeriodOver()
    return fresh


def _words(typed: str) -> tuple[str, str]:
    """Return what was typed, and what of it the public may read."""
    text = clean_text(typed, terms.LONGEST_TEXT)
    if not text:
        raise Wordless(field="text")
    return text, mask_personal(text)


def _personal(text: str, name: str, phone: str) -> dict[str, str]:
    """Return what enters history as commitments only: it can be erased."""
    called = clean_line(name, terms.LONGEST_NAME)
    number = phone_number(phone) if phone else ""
    told = {"text": text, "name": called, "phone": number}
    return {field: value for field, value in told.items() if value}


@act(terms.OBJECTED, label=_("提出异议"), may=may_speak, key_of="claim")
def object_to(
    *,
    by: Actor,
    at: datetime,
    notice: Notice,
    text: str,
    name: str = "",
    phone: str = "",
    claim: str = "",
) -> Recorded[Objection]:
    """Object to a notice whose period runs; until it is dealt with, the notice cannot complete.

    Raises ``PeriodOver``, ``NotTaken`` (409), ``Wordless``, ``BadInput`` «bad_phone» (422).
    """
    fresh = _open(notice, at, "objections")
    typed, public = _words(text)
    personal = _personal(typed, name, phone)
    row = Objection.objects.create(uid=new_uid(), notice=fresh, at=at, text=public)
    return Recorded(row, row.ledger_subject, {"notice": fresh.uid}, personal)


@act(terms.COMMENTED, label=_("留言"), may=may_speak, key_of="claim")
def comment(
    *,
    by: Actor,
    at: datetime,
    notice: Notice,
    text: str,
    name: str = "",
    phone: str = "",
    claim: str = "",
) -> Recorded[Comment]:
    """Comment on a notice whose period runs; it is read once somebody has looked at it.

    Raises what ``object_to`` raises.
    """
    fresh = _open(notice, at, "comments")
    typed, public = _words(text)
    personal = _personal(typed, name, phone)
    row = Comment.objects.create(uid=new_uid(), notice=fresh, at=at, text=public)
    return Recorded(row, row.ledger_subject, {"notice": fresh.uid}, personal)


def _change(said: Said, awaited: dict[str, Any], **changes: Any) -> None:
    """Change what nobody else has changed meanwhile; the loser is told."""
    if not type(said)._default_manager.filter(pk=said.pk, **awaited).update(**changes):
        raise AlreadyAnswered()
    for name, value in changes.items():
        setattr(said, name, value)


@act(terms.OBJECTION_ANSWERED, label=_("答复异议"), may=may_answer)
def answer_objection(
    *,
    by: Actor,
    at: datetime,
    said: Objection,
    upheld: bool,
    answer: str,
    public: bool = True,
) -> Recorded[Objection]:
    """Answer an objection: upheld, so that a correction has to follow, or not.

    The answer is public, and the masked words with it unless ``public`` is false. Raises
    ``AlreadyAnswered`` (409), ``Wordless`` (422).
    """
    held(said.notice)
    typed, shown = _words(answer)
    state = Outcome.UPHELD if upheld else Outcome.NOT_UPHELD
    _change(
        said,
        {"state": Outcome.OPEN},
        state=state,
        public=public,
        answer=shown,
        answered_at=at,
        answered_by=by.title,
    )
    facts = {"notice": said.notice.uid, "outcome": state, "public": public}
    return Recorded(said, said.ledger_subject, facts, {"answer": typed})


@act(terms.MODERATED, label=_("审核留言"), may=may_answer)
def moderate(
    *, by: Actor, at: datetime, said: Comment, show: bool, reason: str = ""
) -> Recorded[Comment]:
    """Let a comment be read, or keep it back for a reason. Both are counted.

    Raises ``AlreadyAnswered`` (409), ``Wordless`` (422).
    """
    why = "" if show else clean_line(reason, terms.LONGEST_REASON)
    if not show and not why:
        raise Wordless(field="reason")
    state = Moderation.SHOWN if show else Moderation.HIDDEN
    _change(
        said,
        {"state": Moderation.WAITING},
        state=state,
        moderated_at=at,
        moderated_by=by.title,
        reason=why,
    )
    facts = {"notice": said.notice.uid, "state": state}
    return Recorded(said, said.ledger_subject, facts, {"reason": why} if why else {})


@act(terms.COMMENT_ANSWERED, label=_("答复留言"), may=may_answer)
def answer_comment(*, by: Actor, at: datetime, said: Comment, answer: str) -> Recorded[Comment]:
    """Answer a comment that may be read. Raises ``NotPublic``, ``AlreadyAnswered`` (409)."""
    if said.state != Moderation.SHOWN:
        raise NotPublic()
    typed, shown = _words(answer)
    _change(
        said,
        {"state": Moderation.SHOWN, "answered_at": None},
        answer=shown,
        answered_at=at,
        answered_by=by.title,
    )
    facts = {"notice": said.notice.uid}
    return Recorded(said, said.ledger_subject, facts, {"answer": typed})


def show_and_answer(
    *, by: Actor, at: datetime, said: Comment, answer: str
) -> tuple[Done[Comment], Done[Comment]]:
    """Let a comment be read and answer it at once: both or neither."""
    with transaction.atomic():
        shown = moderate(by=by, at=at, said=said, show=True)
        return shown, answer_comment(by=by, at=at, said=said, answer=answer)
