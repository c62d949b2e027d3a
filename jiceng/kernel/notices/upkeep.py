"""What happens to notices by itself: periods end, and erased words leave the board."""

from datetime import datetime

from jiceng.kernel.base.jobs import every
from jiceng.kernel.ledger.service import SYSTEM, Actor, on_erasure
from jiceng.kernel.notices.models import Comment, Notice, Objection, Said
from jiceng.kernel.notices.publishing import close
from jiceng.kernel.notices.refusals import NoticeEnded, ObjectionsOpen
from jiceng.kernel.notices.terms import COMMENT_SUBJECT, OBJECTION_SUBJECT

BATCH = 200


@every(300, "tick")
def end_periods(at: datetime) -> int:
    """Close what hung out its period with nothing in its way; return how many."""
    over = Notice.objects.completed(at).filter(closed_at__isnull=True).order_by("pk")
    return sum(_closed(notice, at) for notice in over.select_related("unit")[:BATCH])


def _closed(notice: Notice, at: datetime) -> bool:
    try:
        close(by=SYSTEM, at=at, notice=notice)
    except (NoticeEnded, ObjectionsOpen):
        return False  # somebody came first; it is found again if there is anything left to do
    return True


KEPT: dict[str, type[Said]] = {OBJECTION_SUBJECT: Objection, COMMENT_SUBJECT: Comment}


@on_erasure
def forget_voice(*, subject: str, by: Actor, at: datetime) -> list[str]:
    """Blank what a resident said and was answered; that something was said stays counted."""
    head, mark, uid = subject.partition(":")
    model = KEPT.get(head + mark)
    row = model._default_manager.filter(uid=uid).first() if model else None
    if model is None or row is None:
        return []
    blanked = [name for name in ("text", "answer", "reason") if getattr(row, name, "")]
    # A comment that was kept back says so for a reason, which the database asks for.
    kept = {"reason": "—"} if "reason" in blanked else {}
    blank = dict.fromkeys(blanked, "") | kept
    model._default_manager.filter(pk=row.pk).update(**blank)
    return [f"{head}.{name}" for name in blanked]
