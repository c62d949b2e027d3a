"""A procedure as data, and what a move does to a marking. Plain Python: no Django, no clock.

A *marking* is the set of steps that are open now, one a branch. A move takes its source step out
of the marking and puts its target in; a fork puts in one step a branch; a join waits until no
step of its branches is left. This is a 1-safe Petri net, written the way an office speaks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal

from jiceng.kernel.workdays.rules import Limit

Place = Literal["owner", "given", "contact"]
Maker = Literal["holder", "applicant"]
Marking = frozenset[str]


@dataclass(frozen=True)
class Holder:
    """Who holds a step: the nearest filled post of ``role``.

    ``at="owner"`` looks at the unit that answers for the case, ``at="contact"`` at the one that
    received it first, ``at="given"`` at the unit that the move names. Without a name it is the
    unit that was sent the step ``of`` last, or this step when it is entered again.
    """

    role: str
    at: Place = "owner"
    of: str = ""


@dataclass(frozen=True)
class Step:
    """Where a case stands.

    ``promised`` and ``statutory`` are working-time limits; a statutory limit names its ``basis``
    (law and article). ``pauses`` is the lawful cause for which the promised clock of the case
    stands still while the case waits here. ``joins`` lists the branches that end here.

    Who waits does not wait for ever: after ``expires``, or at the instant that the move into this
    step names, the clock of the house makes the move ``on_expiry``.
    """

    code: str
    label: str
    holder: Holder | None = None
    promised: Limit | None = None
    statutory: Limit | None = None
    basis: str = ""
    pauses: str = ""
    escalates_to: str = ""
    branch: str = ""
    joins: tuple[str, ...] = ()
    outcome: str = ""
    expires: Limit | None = None
    on_expiry: str = ""

    @property
    def final(self) -> bool:
        """Tell whether a case ends here."""
        return bool(self.outcome)


@dataclass(frozen=True)
class Move:
    """What a holder may press. ``target`` is a step, or one step a branch (a fork).

    ``needs`` names what must be given; ``differs_from`` the moves whose maker must be somebody
    else; ``after`` the moves, of whichever branch, that must have been made before.

    ``maker`` is who makes it: the holder of the step, or the applicant. A move that ``reopens``
    leads from an end back into the case; its maker is the applicant or the nearest post of
    ``role``. ``passes_up`` gives the case to the unit above the one that holds it. ``at_most``
    says how often a case may see the move (nought: as often as need be); ``before_due`` that it is
    too late once the promised day is over.
    """

    code: str
    label: str
    event: str
    sources: tuple[str, ...]
    target: str | tuple[str, ...]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    differs_from: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    manner: Literal["forward", "back", "stop"] = "forward"
    maker: Maker = "holder"
    role: str = ""
    reopens: bool = False
    passes_up: bool = False
    at_most: int = 0
    before_due: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the target steps, one unless the move forks."""
        return (self.target,) if isinstance(self.target, str) else self.target


@dataclass(frozen=True)
class Procedure:
    """A definition: steps, moves, where it starts, who is responsible, on what basis."""

    code: str
    version: str
    label: str
    start: str
    steps: tuple[Step, ...]
    moves: tuple[Move, ...]
    basis: str = ""
    _steps: dict[str, Step] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._steps.update({step.code: step for step in self.steps})

    def step(self, code: str) -> Step:
        """Return the step with this code, or raise ``KeyError``."""
        return self._steps[code]

    def moves_from(self, step: str) -> list[Move]:
        """Return the moves that leave this step, in the order of the definition."""
        return [move for move in self.moves if step in move.sources]

    def move(self, code: str, marking: Iterable[str]) -> tuple[Move, str] | None:
        """Return the move with this code that can be made now, and its open source step."""
        for step in marking:
            for move in self.moves_from(step):
                if move.code == code:
                    return move, step
        return None

    def siblings(self, step: Step) -> set[str]:
        """Return the codes of the steps on the branches that join at ``step``."""
        return {other.code for other in self.steps if other.branch in step.joins}

    def fire(self, marking: Marking, move: Move, source: str) -> tuple[str, ...]:
        """Return the steps that open when ``move`` is made from ``source``.

        A join opens only when this was the last branch to arrive.
        """
        target = self.step(move.targets[0])
        if target.joins and (marking - {source}) & self.siblings(target):
            return ()
        return move.targets

    def after(self, marking: Marking, move: Move, source: str) -> Marking:
        """Return the marking after ``move`` was made from ``source``."""
        return (marking - {source}) | frozenset(self.fire(marking, move, source))

    def as_data(self) -> dict[str, Any]:
        """Return the definition as plain JSON values, without what has its default.

        So a field that a later release adds does not change the fingerprint of what is published.
        """
        return _plain(self)

    def canonical(self) -> str:
        """Return the definition as one canonical JSON text."""
        return json.dumps(self.as_data(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def fingerprint(self) -> str:
        """Return the SHA-256 of the canonical text, in hexadecimal."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            each.name: _plain(getattr(value, each.name))
            for each in fields(value)
            if each.init and getattr(value, each.name) != each.default
        }
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, int) else str(value)


def _limit(data: Mapping[str, Any] | None) -> Limit | None:
    return Limit(**data) if data else None


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(each) if isinstance(each, list) else each for name, each in data.items()}


def read_procedure(text: str) -> Procedure:
    """Return the procedure that ``canonical`` wrote, by this release or an earlier one."""
    data = json.loads(text)
    steps = tuple(
        Step(
            **_tuples(step)
            | {
                "holder": Holder(**step["holder"]) if "holder" in step else None,
                "promised": _limit(step.get("promised")),
                "statutory": _limit(step.get("statutory")),
                "expires": _limit(step.get("expires")),
            }
        )
        for step in data["steps"]
    )
    moves = tuple(Move(**_tuples(move)) for move in data["moves"])
    return Procedure(**data | {"steps": steps, "moves": moves})
