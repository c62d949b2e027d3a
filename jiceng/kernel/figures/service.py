"""The door of figures 指标: everything that other packages may use, besides models and terms.

Define with ``@count``, ``@total`` and ``ratio``; ask with ``read`` and ``read_many``; open with
``rows`` and ``export``; say it in public with ``publish`` and ``correct``. ``watched`` is for the
migrations of tables whose rows are counted.
"""

from jiceng.kernel.exports.service import Column
from jiceng.kernel.figures.definitions import (
    FIGURES,
    Figure,
    count,
    figure_of,
    fingerprint,
    ratio,
    total,
)
from jiceng.kernel.figures.publishing import (
    Reproduction,
    correct,
    publish,
    reproduces,
    rows_sha256,
    view_of,
)
from jiceng.kernel.figures.reading import export, read, read_many, rows
from jiceng.kernel.figures.recounting import Difference, Recount, recount
from jiceng.kernel.figures.refusals import (
    AlreadyCorrected,
    AlreadyPublished,
    BadAsOf,
    BadPeriod,
    FigureAbsent,
    MayNotPublish,
    NoReason,
    NotAPart,
    UnitAbsent,
)
from jiceng.kernel.figures.rollups import build, build_missing, count_again
from jiceng.kernel.figures.rules import Period, change, percent, shares
from jiceng.kernel.figures.views import Value, View, as_of_day, view_at
from jiceng.kernel.figures.watching import watched

__all__ = [
    "FIGURES",
    "AlreadyCorrected",
    "AlreadyPublished",
    "BadAsOf",
    "BadPeriod",
    "Column",
    "Difference",
    "Figure",
    "FigureAbsent",
    "MayNotPublish",
    "NoReason",
    "NotAPart",
    "Period",
    "Recount",
    "Reproduction",
    "UnitAbsent",
    "Value",
    "View",
    "as_of_day",
    "build",
    "build_missing",
    "change",
    "correct",
    "count",
    "count_again",
    "export",
    "figure_of",
    "fingerprint",
    "percent",
    "publish",
    "ratio",
    "read",
    "read_many",
    "recount",
    "reproduces",
    "rows",
    "rows_sha256",
    "shares",
    "total",
    "view_at",
    "view_of",
    "watched",
]
