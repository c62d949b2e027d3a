"""The published rule of the roadshow 路演评审: what is judged, and how marks become places."""

from decimal import Decimal

from jiceng.kernel.reviews.rules import Criterion, Rule

# Judges see a part of the field, so each one's marks are put on one scale; see the simulation of
# the reviews.
RULE = Rule(
    criteria=(
        Criterion("effect", "成效", Decimal(40), Decimal(100)),
        Criterion("novelty", "做法", Decimal(30), Decimal(100)),
        Criterion("transfer", "可推广", Decimal(30), Decimal(100)),
    ),
    normalise="z",
    ties="shared",
)
