"""Why «z»: judges who see a part of the field, simulated with a fixed seed."""

import random
from decimal import Decimal

import pytest

from jiceng.kernel.reviews.drawing import draw
from jiceng.kernel.reviews.rules import Criterion, Normalise, Rule, Sheet, rank

RUNS, SEED = 200, 20221107
JUDGES, CANDIDATES, EACH, TOP = 7, 36, 12, 3
# Of one standard deviation of quality: how far judges lie apart, how wide they mark, how they err.
BIAS, SCALES, NOISE = 0.8, (0.5, 1.5), 0.6
RUBRIC = (Criterion("all", "总评", Decimal(1), Decimal(100)),)


def _mark(dice: random.Random, quality: float, bias: float, scale: float) -> Decimal:
    heard = 60 + 12 * (bias + scale * (quality + dice.gauss(0, NOISE)))
    return Decimal(round(min(max(heard, 0), 100)))


def _show(dice: random.Random, run: int) -> tuple[set[str], list[Sheet]]:
    """Return the true best and the ballots of one show."""
    quality = {f"c{number:02d}": dice.gauss(0, 1) for number in range(CANDIDATES)}
    judges = [f"j{number}" for number in range(JUDGES)]
    ballots = []
    for judge, own in draw(f"{SEED}.{run}", judges, list(quality), each=EACH).items():
        bias, scale = dice.gauss(0, BIAS), dice.uniform(*SCALES)
        ballots += [
            Sheet(judge, name, {"all": _mark(dice, quality[name], bias, scale)}) for name in own
        ]
    return set(sorted(quality, key=quality.__getitem__)[-TOP:]), ballots


def _hits(normalise: Normalise, shows: list[tuple[set[str], list[Sheet]]]) -> float:
    """Return which share of the true best was among the best of the ranking."""
    found = 0
    for best, ballots in shows:
        top = rank(Rule(RUBRIC, normalise), ballots).standings[:TOP]
        found += len(best & {standing.candidate for standing in top})
    return found / (TOP * len(shows))


@pytest.mark.slow
def test_z_finds_more_of_the_best_where_judges_see_a_part() -> None:
    dice = random.Random(SEED)
    shows = [_show(dice, run) for run in range(RUNS)]
    raw, z = _hits("raw", shows), _hits("z", shows)
    assert z - raw >= 0.05, f"raw {raw:.3f}, z {z:.3f}"
