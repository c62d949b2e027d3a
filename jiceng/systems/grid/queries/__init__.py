"""Reads that pages and acts share."""

from jiceng.systems.grid.queries.cases import (
    SHOWN,
    CaseFile,
    OpenStep,
    case_file,
    case_for,
    first_entry,
    offered,
    offered_labels,
    pressed_before,
    purpose_of,
    step_shown,
)
from jiceng.systems.grid.queries.closing import Aftermath, aftermath, reopen_until
from jiceng.systems.grid.queries.following import Following, following, heard
from jiceng.systems.grid.queries.history import Moment, label_of
from jiceng.systems.grid.queries.listed import (
    CasePage,
    CaseRow,
    Options,
    lines,
    options,
    page_of,
    points,
    saved_filters,
    step_labels,
    watched_cases,
    watching,
)
from jiceng.systems.grid.queries.lists import Choice, chosen
from jiceng.systems.grid.queries.places import (
    categories,
    cell_at,
    cells_map,
    handling_units,
    reporting_units,
)
from jiceng.systems.grid.queries.public import (
    PublicMoment,
    public_case,
    public_moments,
    tracked_case,
)

__all__ = [
    "SHOWN",
    "Aftermath",
    "CaseFile",
    "CasePage",
    "CaseRow",
    "Choice",
    "Following",
    "Moment",
    "OpenStep",
    "Options",
    "PublicMoment",
    "aftermath",
    "case_file",
    "case_for",
    "categories",
    "cell_at",
    "cells_map",
    "chosen",
    "first_entry",
    "following",
    "handling_units",
    "heard",
    "label_of",
    "lines",
    "offered",
    "offered_labels",
    "options",
    "page_of",
    "points",
    "pressed_before",
    "public_case",
    "public_moments",
    "purpose_of",
    "reopen_until",
    "reporting_units",
    "saved_filters",
    "step_labels",
    "step_shown",
    "tracked_case",
    "watched_cases",
    "watching",
]
