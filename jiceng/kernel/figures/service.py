"""The door of figures 指标: everything that other packages may use, besides models and terms.

Define with ``@count``, ``@total`` and ``ratio``; ask with ``read`` and ``read_many``; open with
``rows`` and ``export``.
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
from jiceng.kernel.figures.reading import export, read, read_many, rows
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
from jiceng.kernel.figures.rules import Period, change, percent, shares
from jiceng.kernel.figures.views import Value, View, as_of_day, view_at

__all__ = [
    "FIGURES",
    "AlreadyCorrected",
    "AlreadyPublished",
    "BadAsOf",
    "BadPeriod",
    "Column",
    "Figure",
    "FigureAbsent",
    "MayNotPublish",
    "NoReason",
    "NotAPart",
    "Period",
    "UnitAbsent",
    "Value",
    "View",
    "as_of_day",
    "change",
    "count",
    "export",
    "figure_of",
    "fingerprint",
    "percent",
    "ratio",
    "read",
    "read_many",
    "rows",
    "shares",
    "total",
    "view_at",
]
