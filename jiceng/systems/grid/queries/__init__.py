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
from jiceng.systems.grid.queries.history import Moment, label_of
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
    "CaseFile",
    "Moment",
    "OpenStep",
    "PublicMoment",
    "case_file",
    "case_for",
    "categories",
    "cell_at",
    "cells_map",
    "first_entry",
    "handling_units",
    "label_of",
    "offered",
    "offered_labels",
    "pressed_before",
    "public_case",
    "public_moments",
    "purpose_of",
    "reporting_units",
    "step_shown",
    "tracked_case",
]
