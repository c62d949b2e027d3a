"""A year of ten reports, told move by move, small enough to count by hand.

Each is promised within two hours, by day and night, and so is each of its steps. All of it happens
in Beijing time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Appeal
from jiceng.systems.grid.terms import Source
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid

SOLVED = {"effect": 5, "speed": 5, "solved": True}
UNSOLVED = {"effect": 1, "speed": 2, "solved": False}
DEALT_WITH = ("dispose 10:00", "verify 10:20", "close 10:40")


def on(day: str, hour: str = "23:59") -> datetime:
    """Return an instant of the year, such as ``on("03-09", "09:10")``."""
    return datetime.fromisoformat(f"2026-{day}T{hour}").replace(tzinfo=SHANGHAI)


@dataclass
class Year:
    """The scene, and the reports by their letters."""

    grid: Grid
    cases: dict[str, Case]

    def report(self, letter: str, day: str, hour: str = "09:00", **given: Any) -> None:
        """File a report in the community."""
        self.cases[letter] = scene.report(self.grid, at=on(day, hour), **given)

    def move(self, letter: str, day: str, *moves: str, **given: Any) -> None:
        """Make moves such as "judge 09:10", each as whoever holds the case."""
        for told in moves:
            move, hour = told.split()
            scene.make(self.grid, self.cases[letter], move, at=on(day, hour), **given)

    def rate(self, letter: str, day: str, marks: dict[str, Any]) -> None:
        """Let the reporter say what it was worth."""
        number = self.cases[letter].number
        actions.rate(by=RESIDENT, at=on(day, "12:00"), number=number, **marks)


def tell(grid: Grid) -> Year:
    """Let the year happen."""
    year = Year(grid, {})
    cast = grid.cast
    smooth_and_late(year)
    merged_and_extended(year)
    refused_then_taken_up(year)
    moved_elsewhere(year)
    split(year)
    reopened(year)
    # Found on a patrol, and nobody looked at it.
    patrol = {"by": cast.li, "source": Source.PATROL, "phone": "", "reporter_name": ""}
    year.report("K", "03-19", "14:30", **patrol)
    return year


def smooth_and_late(year: Year) -> None:
    """A is done in time; B after it, which two people excuse a week later."""
    year.report("A", "03-09")
    year.move("A", "03-09", "judge 09:10", "dispatch 09:20", *DEALT_WITH)
    year.rate("A", "03-10", SOLVED)
    year.report("B", "03-10")
    year.move("B", "03-10", "judge 09:10", "dispatch 09:20")
    year.move("B", "03-10", "dispose 12:00", "verify 12:30", "close 13:00")
    excuse(year, "B")


def excuse(year: Year, letter: str) -> None:
    """Let the handler appeal on the 12th, and the second reviewer uphold it on the 16th."""
    cast, about = year.grid.cast, year.cases[letter]
    given: dict[str, Any] = {"number": about.number, "reason": "交通管制，无法进场。"}
    actions.file_appeal(by=cast.qian, at=on("03-12", "09:00"), **given)
    appeal = Appeal.objects.get(about=about).case
    review: list[tuple[str, Capacity, str, dict[str, Any]]] = [
        ("pass", cast.wang, "03-13", {}),
        ("uphold", cast.zhang, "03-16", {"reason": "确有管制。"}),
    ]
    for move, by, day, words in review:
        step = scene.open_step(appeal).pk
        given = {"number": appeal.number, "step_id": step, **words}
        actions.APPEAL_MOVES[move](by=by, at=on(day, "09:00"), **given)


def merged_and_extended(year: Year) -> None:
    """E is given more time and sent back once; D was the same matter until May, then refused."""
    year.report("E", "03-12", "08:50")
    year.move("E", "03-12", "judge 09:00", "dispatch 09:10")
    year.report("D", "03-12")
    year.move("D", "03-12", "merge 09:30", case=year.cases["E"].number)
    year.move("E", "03-12", "ask_extension 09:40", "extend 09:50", "dispose 12:00")
    year.move("E", "03-12", "rework 12:10", "dispose 12:20", "verify 12:30", "close 12:40")
    year.move("D", "05-11", "unmerge 09:00", "refuse 09:30")


def refused_then_taken_up(year: Year) -> None:
    """C is refused in March, and done a month later with a promise of its own."""
    year.report("C", "03-11")
    year.move("C", "03-11", "refuse 09:30")
    year.move("C", "04-13", "take_up 09:00", "judge 09:10", "dispatch 09:20", *DEALT_WITH)


def moved_elsewhere(year: Year) -> None:
    """F is handed to another street, which is late, and a neighbour joins; G goes to the zone,
    which sends it out, and there it stays."""
    cast = year.grid.cast
    other = {"unit": cast.other_street}
    hold(officer("1010", "吴小区"), post(cast.zone, "duty_officer"), at=cast.at)
    hold(officer("1011", "郑小岭"), post(cast.other_street, "handler"), at=cast.at)
    year.report("F", "03-16")
    year.move("F", "03-16", "judge 09:10", "dispatch 09:20")
    joined = {"by": RESIDENT, "source": Source.RESIDENT, "phone": scene.PHONE}
    actions.join_incident(at=on("03-16", "09:30"), main=year.cases["F"], **joined)
    year.move("F", "03-16", "reassign 09:40", **other)
    year.move("F", "03-16", "dispose 12:00", "verify 12:10", "close 12:30")
    year.report("G", "03-17")
    year.move("G", "03-17", "pass_up 09:20", "judge 09:30", "dispatch 09:40")


def split(year: Year) -> None:
    """H is two things: one is done, the other is not."""
    year.report("H", "03-18")
    year.move("H", "03-18", "judge 09:10", "split 09:20")
    parts = Case.objects.filter(main_links__main=year.cases["H"]).order_by("id")
    year.cases |= dict(zip(("H1", "H2"), parts, strict=True))
    year.move("H1", "03-18", *DEALT_WITH)


def reopened(year: Year) -> None:
    """I is closed, but not solved; then it is."""
    year.report("I", "06-08")
    year.move("I", "06-08", "judge 09:10", "dispatch 09:20", *DEALT_WITH)
    year.rate("I", "06-08", UNSOLVED)
    year.move("I", "06-09", "reopen 09:00", "dispatch 09:20", *DEALT_WITH)
    year.rate("I", "06-10", SOLVED)
