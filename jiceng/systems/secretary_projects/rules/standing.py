"""抓两头带中间: the best and the laggards, found by a rule that is published, not by taste.

A project begins with the points of a hundred by which it is ahead of its plan, or behind: what
inspections found counts, and the owner's word only where nobody has looked. Then points are
taken off. The best are the first tenth of those without any fault; the laggards the last tenth of
those below nought. A tenth is at least one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

LATE_STEP, CONTRADICTED, OVERDUE_FINDING = 5, 10, 10
MISSING_REPORT, LATE_REPORT = 5, 2
TENTH = 10


@dataclass(frozen=True)
class Facts:
    """What the rule asks of a project that runs."""

    number: str
    planned: Decimal
    claimed: Decimal
    verified: Decimal | None
    late_steps: int = 0
    contradicted: int = 0
    overdue_findings: int = 0
    missing_reports: int = 0
    late_reports: int = 0

    @property
    def progress(self) -> Decimal:
        """Return what counts as progress: what was found, or what is claimed."""
        return self.claimed if self.verified is None else self.verified


@dataclass(frozen=True)
class Scored:
    """A project with its points, and where each comes from: code, how many, points."""

    facts: Facts
    points: Decimal
    reasons: tuple[tuple[str, Decimal, Decimal], ...]

    @property
    def faultless(self) -> bool:
        """Tell whether nothing was taken off."""
        return all(code in ("ahead", "behind") for code, _many, _points in self.reasons)


def score(facts: Facts) -> Scored:
    """Return the points of a project, with every step of the sum."""
    ahead = facts.progress - facts.planned
    faults = [
        ("late_step", facts.late_steps, LATE_STEP),
        ("contradicted", facts.contradicted, CONTRADICTED),
        ("overdue_finding", facts.overdue_findings, OVERDUE_FINDING),
        ("missing_report", facts.missing_reports, MISSING_REPORT),
        ("late_report", facts.late_reports, LATE_REPORT),
    ]
    reasons = [("ahead" if ahead >= 0 else "behind", abs(ahead), ahead)]
    reasons += [(c, Decimal(many), Decimal(-many * off)) for c, many, off in faults if many]
    points = sum((points for _c, _m, points in reasons), Decimal(0))
    return Scored(facts, points, tuple(reasons))


@dataclass(frozen=True)
class Ends:
    """The best and the laggards, both with their reasons, of how many."""

    best: Sequence[Scored]
    laggards: Sequence[Scored]
    among: int


def ends(all_of_them: Sequence[Facts]) -> Ends:
    """Return the first and the last tenth by points; equals by number."""
    scored = sorted(map(score, all_of_them), key=lambda s: (-s.points, s.facts.number))
    tenth = max(1, len(scored) // TENTH)
    best = [each for each in scored if each.points >= 0 and each.faultless][:tenth]
    behind = [each for each in scored if each.points < 0]
    return Ends(best, behind[::-1][:tenth], len(scored))
