"""The way into this package: kinds, publishing, the period, and what the public says.

A system registers what may be shown of its records with ``register_kind`` and publishes with
``publish``, or with ``post`` inside an act of its own; ``completed`` and ``latest`` tell it where
that stands.
"""

from jiceng.kernel.notices.permission import keeps, may_keep
from jiceng.kernel.notices.publishing import close, correct, post, publish, withdraw
from jiceng.kernel.notices.reading import (
    NoticePage,
    blocking,
    boards,
    completed,
    days_left,
    facts_of,
    find,
    latest,
    on_board,
    page_of,
    search,
)
from jiceng.kernel.notices.refusals import (
    AlreadyAnswered,
    BadPeriod,
    NoBoard,
    NothingChanged,
    NothingShown,
    NoticeEnded,
    NotPublic,
    NotShowable,
    NotTaken,
    ObjectionsOpen,
    PeriodOver,
    PeriodProvisional,
    PeriodRunning,
    Wordless,
)
from jiceng.kernel.notices.rules import Difference, differences, lines, original
from jiceng.kernel.notices.terms import KINDS, NoticeKind, register_kind
from jiceng.kernel.notices.upkeep import end_periods
from jiceng.kernel.notices.voices import (
    answer_comment,
    answer_objection,
    comment,
    moderate,
    object_to,
    show_and_answer,
)

__all__ = [
    "KINDS",
    "AlreadyAnswered",
    "BadPeriod",
    "Difference",
    "NoBoard",
    "NotPublic",
    "NotShowable",
    "NotTaken",
    "NothingChanged",
    "NothingShown",
    "NoticeEnded",
    "NoticeKind",
    "NoticePage",
    "ObjectionsOpen",
    "PeriodOver",
    "PeriodProvisional",
    "PeriodRunning",
    "Wordless",
    "answer_comment",
    "answer_objection",
    "blocking",
    "boards",
    "close",
    "comment",
    "completed",
    "correct",
    "days_left",
    "differences",
    "end_periods",
    "facts_of",
    "find",
    "keeps",
    "latest",
    "lines",
    "may_keep",
    "moderate",
    "object_to",
    "on_board",
    "original",
    "page_of",
    "post",
    "publish",
    "register_kind",
    "search",
    "show_and_answer",
    "withdraw",
]
