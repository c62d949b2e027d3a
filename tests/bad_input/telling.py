"""Which test stands for which row of the catalogue, and what is said of them after a run.

A plugin of the root ``conftest.py``: where several processes run the tests, the one that tells of
them at the end collects none, and would not find a ``conftest.py`` of this folder.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

ROW = "row of the catalogue"
SWEEP = re.compile(r"tests/bad_input/test_catalogue\.py::test_\w*row\w*\[([A-F]\d\d)\]")
OURS = re.compile(r"tests/bad_input/(test_\w+)\.py::(.+?)(?:\[.*)?$")


@cache
def _rows_by_test() -> dict[str, set[str]]:
    from tests.bad_input.catalogue import ROWS  # the catalogue needs Django, which is not up yet

    found: dict[str, set[str]] = {}
    for code, row in ROWS.items():
        for test in row.tests:
            found.setdefault(test, set()).add(code)
    return found


def rows_of(item: pytest.Item) -> set[str]:
    """Return the rows that a test stands for: its own of the sweep, or those that name it."""
    swept = SWEEP.search(item.nodeid)
    if swept:
        return {swept[1]}
    ours = OURS.search(item.nodeid)
    if not ours:
        return set()
    name = f"{ours[1]}.{ours[2].replace('::', '.')}"
    return {
        code
        for test, codes in _rows_by_test().items()
        if name == test or name.startswith(f"{test}.")
        for code in codes
    }


def _rows_in(reports: list[Any]) -> set[str]:
    return {
        value
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == ROW
    }


def summary(stats: Mapping[str, list[Any]]) -> str:
    """Return how many rows were run, failed and wait; "" where none was part of the run."""
    from tests.bad_input.catalogue import PENDING, ROWS

    ran = _rows_in([r for r in stats.get("passed", []) if r.when == "call"])
    failed = _rows_in([*stats.get("failed", []), *stats.get("error", [])])
    if not ran | failed:
        return ""
    waiting = ran & PENDING.keys()
    partly = sorted(code for code in ran & ROWS.keys() if ROWS[code].waits)
    swept = len((ran | failed) & ROWS.keys())
    counts = f"{swept} run ({len(partly)} of them in part), {len(failed)} failed"
    lines = [
        f"{len(ROWS) + len(PENDING)} rows: {counts}, {len(waiting)} pending",
        *(
            f"  pending {code}  {PENDING[code].title}: {PENDING[code].reason}"
            for code in sorted(waiting)
        ),
        *(f"  in part {code}  {ROWS[code].title}: {ROWS[code].waits}" for code in partly),
        *(f"  FAILED  {code}" for code in sorted(failed)),
    ]
    return "\n".join(lines)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell each test which rows of the catalogue it stands for: the report carries it on."""
    for item in items:
        item.user_properties += [(ROW, row) for row in sorted(rows_of(item))]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many rows were run and which wait for a surface, on one process as on several."""
    told = summary(terminalreporter.stats)
    if told:
        terminalreporter.section("bad input, swept")
        terminalreporter.write_line(told)
