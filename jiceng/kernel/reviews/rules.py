"""How marks become a ranking, with every step of it kept for the page. Plain Python.

A ballot is worth the weighted share of the best marks, of a hundred. Under «z» each ballot is
then measured by the judge's own habit: how far above or below what this judge gives on average,
in this judge's own spread (population standard deviation), so that a strict judge who saw one
half of the candidates does not sink that half. A judge with one ballot, or with the same total
for all, says nothing about the order: such a ballot is worth 0, the average.

Totals, means and variances are exact fractions and nothing is a binary float: adding a constant
to all ballots of a judge changes no digit of a z-score. What is compared is what is published:
the score rounded half up to ``DIGITS``.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any, Literal, cast, get_args

from jiceng.kernel.reviews.refusals import (
    BadBest,
    BadRule,
    BadWeight,
    MarkMissing,
    MarkOutOfRange,
    MarkTooFine,
    MarkUnknown,
    NoCriteria,
    SecondBallot,
)

Normalise = Literal["raw", "z"]
Ties = Literal["shared", "dense"]

DIGITS = 4
PRECISION = 50
MOST = Decimal(1000)
MOST_CRITERIA = 20
FINEST_WEIGHT, FINEST_MARK = 4, 2
# With fewer there would be nothing left between the highest and the lowest.
TRIM_FROM = 3
PERCENT = 100


def _usable(value: object, digits: int) -> bool:
    """Tell whether ``value`` is a decimal in (0, 1000] with so many places; NaN and 1e999 are no
    such thing."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return False
    return 0 < value <= MOST and _places(value) <= digits


def _places(value: Decimal) -> int:
    return -cast(int, value.normalize().as_tuple().exponent)


@dataclass(frozen=True)
class Level:
    """What a mark means: ``meaning`` holds from the mark ``start`` up to the next level."""

    start: Decimal
    meaning: str


@dataclass(frozen=True)
class Criterion:
    """A criterion 指标: its weight beside the others, and the best mark that can be given."""

    code: str
    label: str
    weight: Decimal
    best: Decimal
    levels: tuple[Level, ...] = ()

    def __post_init__(self) -> None:
        if not _usable(self.weight, FINEST_WEIGHT):
            raise BadWeight(field=self.code)
        if not _usable(self.best, FINEST_MARK):
            raise BadBest(field=self.code)

    def check(self, mark: Decimal) -> None:
        """Raise ``MarkOutOfRange`` or ``MarkTooFine`` unless ``mark`` can be given."""
        if not isinstance(mark, Decimal) or not mark.is_finite() or not 0 <= mark <= self.best:
            raise MarkOutOfRange(field=self.code)
        if mark and _places(mark) > FINEST_MARK:
            raise MarkTooFine(field=self.code)


@dataclass(frozen=True)
class Rule:
    """A published rule 评分规则. What exists is sound: the constructor refuses everything else.

    ``trim`` leaves out the highest and the lowest of a candidate's ballots where there are three
    or more. ``ties`` numbers equals «1, 2, 2, 4» (shared) or «1, 2, 2, 3» (dense).
    """

    criteria: tuple[Criterion, ...]
    normalise: Normalise = "raw"
    trim: bool = False
    ties: Ties = "shared"

    def __post_init__(self) -> None:
        if not self.criteria:
            raise NoCriteria()
        codes = {criterion.code for criterion in self.criteria}
        once = len(codes) == len(self.criteria) <= MOST_CRITERIA and all(codes)
        known = self.normalise in get_args(Normalise) and self.ties in get_args(Ties)
        if not (once and known):
            raise BadRule()

    @property
    def weights(self) -> Decimal:
        """Return the sum of all weights."""
        return sum((criterion.weight for criterion in self.criteria), Decimal(0))

    def check(self, marks: Mapping[str, Decimal]) -> None:
        """Raise the refusal of a mark that is missing, unknown, out of range or too fine."""
        if marks.keys() - {criterion.code for criterion in self.criteria}:
            raise MarkUnknown()
        for criterion in self.criteria:
            if criterion.code not in marks:
                raise MarkMissing(field=criterion.code)
            criterion.check(marks[criterion.code])

    def canonical(self) -> str:
        """Return the rule as one canonical JSON text, numbers as text."""
        data = {
            "criteria": [_plain_criterion(criterion) for criterion in self.criteria],
            "normalise": self.normalise,
            "trim": self.trim,
            "ties": self.ties,
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def fingerprint(self) -> str:
        """Return the SHA-256 of the canonical text, in hexadecimal."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def digits_of(value: Decimal) -> str:
    """Return a number as it is written once: 10 for 10.0 and 1E+1."""
    return format(value.normalize() + 0, "f")


def _plain_criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "code": criterion.code,
        "label": str(criterion.label),
        "weight": digits_of(criterion.weight),
        "best": digits_of(criterion.best),
        "levels": [[digits_of(level.start), str(level.meaning)] for level in criterion.levels],
    }


def read_rule(text: str) -> Rule:
    """Return the rule that ``canonical`` wrote."""
    data = json.loads(text)
    criteria = tuple(
        Criterion(
            each["code"],
            each["label"],
            Decimal(each["weight"]),
            Decimal(each["best"]),
            tuple(Level(Decimal(start), meaning) for start, meaning in each["levels"]),
        )
        for each in data["criteria"]
    )
    return Rule(criteria, data["normalise"], data["trim"], data["ties"])


# ---- what is counted and what comes out ---------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """The marks of one judge for one candidate, by criterion."""

    judge: str
    candidate: str
    marks: Mapping[str, Decimal]


@dataclass(frozen=True)
class Habit:
    """How a judge marks: ballots, average and spread of the totals. Flat says nothing of order."""

    judge: str
    count: int
    mean: Decimal
    spread: Decimal

    @property
    def flat(self) -> bool:
        """Tell whether all totals are the same, as those of a single ballot are."""
        return not self.spread


@dataclass(frozen=True)
class Heard:
    """One ballot on its way into a score: marks, total of a hundred, value, whether it counts."""

    judge: str
    marks: tuple[tuple[Criterion, Decimal], ...]
    total: Decimal
    habit: Habit
    value: Decimal
    dropped: Literal["", "highest", "lowest"] = ""


@dataclass(frozen=True)
class Standing:
    """Where a candidate stands, and why. Whom nobody scored has neither score nor place."""

    candidate: str
    score: Decimal | None
    place: int | None
    tied: tuple[str, ...]
    heard: tuple[Heard, ...]

    @property
    def counted(self) -> tuple[Heard, ...]:
        """Return the ballots that were not left out."""
        return tuple(each for each in self.heard if not each.dropped)

    @property
    def plain(self) -> Decimal | None:
        """Return the average total of the counted ballots, as it would be without «z»."""
        return _mean([each.total for each in self.counted])


@dataclass(frozen=True)
class Ranking:
    """The standings in their order, the ones without a place at the end."""

    rule: Rule
    standings: tuple[Standing, ...]

    def of(self, candidate: str) -> Standing:
        """Return the standing of ``candidate``; ``KeyError`` where it did not stand."""
        for standing in self.standings:
            if standing.candidate == candidate:
                return standing
        raise KeyError(candidate)

    @property
    def ties(self) -> tuple[tuple[str, ...], ...]:
        """Return every group of candidates that share a place."""
        groups: dict[int, list[str]] = defaultdict(list)
        for standing in self.standings:
            if standing.place is not None:
                groups[standing.place].append(standing.candidate)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _decimal(value: Fraction) -> Decimal:
    with localcontext(prec=PRECISION):
        return Decimal(value.numerator) / Decimal(value.denominator)


def rounded(value: Decimal) -> Decimal:
    """Return a score as it is published and compared; there is no minus nought."""
    with localcontext(prec=PRECISION):
        return value.quantize(Decimal(1).scaleb(-DIGITS), ROUND_HALF_UP) + 0


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    if not values:
        return None
    with localcontext(prec=PRECISION):
        return rounded(sum(values, Decimal(0)) / len(values))


def _total(rule: Rule, sheet: Sheet) -> Fraction:
    rule.check(sheet.marks)
    shares = (
        Fraction(criterion.weight)
        * Fraction(sheet.marks[criterion.code])
        / Fraction(criterion.best)
        for criterion in rule.criteria
    )
    return sum(shares, Fraction(0)) * PERCENT / Fraction(rule.weights)


def _root(value: Fraction) -> Decimal:
    with localcontext(prec=PRECISION):
        return _decimal(value).sqrt()


def _measured(totals: Sequence[Fraction]) -> tuple[Fraction, Decimal]:
    """Return the exact average of the totals and their spread."""
    mean = sum(totals, Fraction(0)) / len(totals)
    variance = sum(((total - mean) ** 2 for total in totals), Fraction(0)) / len(totals)
    return mean, _root(variance)


def _value(rule: Rule, total: Fraction, mean: Fraction, spread: Decimal) -> Decimal:
    if rule.normalise == "raw":
        return _decimal(total)
    if not spread:
        return Decimal(0)
    with localcontext(prec=PRECISION):
        return _decimal(total - mean) / spread


def _heard(rule: Rule, sheets: Sequence[Sheet]) -> dict[str, list[Heard]]:
    """Return every ballot with its value, by candidate, each in the order of the judges."""
    totals = [_total(rule, sheet) for sheet in sheets]
    of_judge: dict[str, list[Fraction]] = defaultdict(list)
    for sheet, total in zip(sheets, totals, strict=True):
        of_judge[sheet.judge].append(total)
    measured = {judge: _measured(own) for judge, own in of_judge.items()}
    found: dict[str, list[Heard]] = defaultdict(list)
    for sheet, total in zip(sheets, totals, strict=True):
        mean, spread = measured[sheet.judge]
        habit = Habit(sheet.judge, len(of_judge[sheet.judge]), rounded(_decimal(mean)), spread)
        marks = tuple((each, sheet.marks[each.code]) for each in rule.criteria)
        value = _value(rule, total, mean, spread)
        heard = Heard(sheet.judge, marks, rounded(_decimal(total)), habit, value)
        found[sheet.candidate].append(heard)
    return found


def _trimmed(rule: Rule, heard: Sequence[Heard]) -> tuple[Heard, ...]:
    """Return the ballots, the highest and the lowest marked as left out where the rule says so."""
    if not rule.trim or len(heard) < TRIM_FROM:
        return tuple(heard)
    in_order = sorted(heard, key=lambda each: (each.value, each.judge))
    out = {in_order[0].judge: "lowest", in_order[-1].judge: "highest"}
    return tuple(
        Heard(each.judge, each.marks, each.total, each.habit, each.value, out.get(each.judge, ""))  # type: ignore[arg-type]
        for each in heard
    )


def places_of(scores: Iterable[Decimal], ties: Ties) -> dict[Decimal, int]:
    """Return the place of each score, the highest first."""
    places: dict[Decimal, int] = {}
    above = 0
    for score, count in sorted(Counter(scores).items(), reverse=True):
        places[score] = above + 1
        above += count if ties == "shared" else 1
    return places


def rank(rule: Rule, ballots: Iterable[Sheet], candidates: Sequence[str] = ()) -> Ranking:
    """Return the ranking of ``ballots``; ``candidates`` names those whom nobody may have scored.

    The order of the ballots does not matter. Raises ``SecondBallot`` where a judge scored a
    candidate twice, and the refusals of ``Rule.check``.
    """
    sheets = sorted(ballots, key=lambda sheet: (sheet.judge, sheet.candidate))
    if len({(sheet.judge, sheet.candidate) for sheet in sheets}) < len(sheets):
        raise SecondBallot()
    heard = {name: _trimmed(rule, found) for name, found in _heard(rule, sheets).items()}
    names = list(dict.fromkeys([*candidates, *sorted(heard)]))
    scores = {name: _score(heard.get(name, ())) for name in names}
    places = places_of((score for score in scores.values() if score is not None), rule.ties)
    standings = [
        Standing(name, scores[name], _place(places, scores[name]), tied, heard.get(name, ()))
        for name, tied in _ties(scores).items()
    ]
    last = len(names) + 1
    return Ranking(rule, tuple(sorted(standings, key=lambda each: each.place or last)))


def _score(heard: Sequence[Heard]) -> Decimal | None:
    return _mean([each.value for each in heard if not each.dropped])


def _place(places: Mapping[Decimal, int], score: Decimal | None) -> int | None:
    return None if score is None else places[score]


def _ties(scores: Mapping[str, Decimal | None]) -> dict[str, tuple[str, ...]]:
    """Return with whom each candidate shares a place."""
    groups: dict[Decimal | None, list[str]] = defaultdict(list)
    for name, score in scores.items():
        groups[score].append(name)
    return {
        name: tuple(other for other in groups[score] if other != name and score is not None)
        for name, score in scores.items()
    }
