"""Procedures to test with: one with parallel branches, and a source of random sound ones."""

from __future__ import annotations

import random

from jiceng.kernel.procedures.rules import Holder, Move, Procedure, Step

HOLDER = Holder("duty_officer")


def step(code: str, **more: object) -> Step:
    """Return a step that somebody holds."""
    return Step(code, code, holder=HOLDER, **more)  # type: ignore[arg-type]


def end(code: str = "end") -> Step:
    """Return a final step."""
    return Step(code, code, outcome="closed")


def move(code: str, source: str, target: str | tuple[str, ...], **more: object) -> Move:
    """Return a move from one step."""
    return Move(code, code, f"test.case.{code}", (source,), target, **more)  # type: ignore[arg-type]


def net(*steps: Step, moves: list[Move], start: str = "start") -> Procedure:
    """Return a procedure of these steps and moves."""
    return Procedure("test", "1", "测试", start, steps, tuple(moves))


# Two reviews run beside each other; the permit of the first comes before that of the second.
PERMITS = net(
    step("start"),
    step("plan_review", branch="plan"),
    step("plan_issue", branch="plan"),
    step("build_review", branch="build"),
    step("build_issue", branch="build"),
    step("ready", joins=("plan", "build")),
    end(),
    moves=[
        move("accept", "start", ("plan_review", "build_review")),
        move("pass_plan", "plan_review", "plan_issue"),
        move("issue_plan", "plan_issue", "ready"),
        move("pass_build", "build_review", "build_issue"),
        move("issue_build", "build_issue", "ready", after=("issue_plan",)),
        move("hand_over", "ready", "end"),
    ],
)


class Weaver:
    """Builds a sound procedure by refining a step again and again: in sequence, by choice, by a
    loop back, or by a fork with its join."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.steps: list[Step] = []
        self.moves: list[Move] = []
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return f"s{self.count}"

    def add(self, branch: str, joins: tuple[str, ...] = ()) -> str:
        code = self.name()
        self.steps.append(step(code, branch=branch, joins=joins))
        return code

    def link(self, source: str, target: str | tuple[str, ...], manner: str = "forward") -> None:
        self.moves.append(move(f"m{len(self.moves)}", source, target, manner=manner))

    def weave(self, depth: int, branch: str = "") -> tuple[str, str]:
        """Return the first and last step of a sound piece on ``branch``."""
        shape = self.dice.choice(["single", "sequence", "choice", "loop", "fork"]) if depth else ""
        if shape == "sequence":
            first, middle = self.weave(depth - 1, branch)
            other, last = self.weave(depth - 1, branch)
            self.link(middle, other)
            return first, last
        if shape == "choice":
            first, last = self.add(branch), self.add(branch)
            for _way in range(2):
                start, stop = self.weave(depth - 1, branch)
                self.link(first, start)
                self.link(stop, last)
            return first, last
        if shape == "loop":
            first, last = self.weave(depth - 1, branch)
            self.link(last, first, "back")
            return first, last
        if shape == "fork" and not branch:
            return self.fork(depth)
        only = self.add(branch)
        return only, only

    def fork(self, depth: int) -> tuple[str, str]:
        names = (f"b{self.name()}", f"b{self.name()}")
        first = self.add("")
        pieces = [self.weave(depth - 1, name) for name in names]
        self.link(first, tuple(start for start, stop in pieces))
        join = self.add("", joins=names)
        for _start, stop in pieces:
            self.link(stop, join)
        return first, join

    def procedure(self) -> Procedure:
        first, last = self.weave(4)
        self.steps.append(end())
        self.link(last, "end")
        return net(*self.steps, moves=self.moves, start=first)
