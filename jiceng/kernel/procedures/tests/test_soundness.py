"""The soundness gate: planted defects are found, sound procedures are left in peace."""

from dataclasses import replace

import pytest

from jiceng.kernel.procedures.rules import Holder, Move, Procedure, Step
from jiceng.kernel.procedures.soundness import problems
from jiceng.kernel.procedures.tests.nets import PERMITS, Weaver, end, move, net, step
from jiceng.kernel.workdays.rules import work_hours, workdays


def codes(procedure: Procedure) -> set[str]:
    return {problem.code for problem in problems(procedure)}


def test_parallel_permits_with_lawful_order_are_sound() -> None:
    assert problems(PERMITS) == []


@pytest.mark.slow
def test_no_false_alarm_on_1000_random_sound_procedures() -> None:
    alarms = [seed for seed in range(1000) if problems(Weaver(seed).procedure())]
    assert alarms == []


DEFECTS: list[tuple[str, Procedure]] = [
    ("no_start", net(end(), moves=[])),
    (
        "duplicate_step",
        net(step("start"), step("start"), end(), moves=[move("go", "start", "end")]),
    ),
    (
        "duplicate_move",
        net(step("start"), end(), moves=[move("go", "start", "end"), move("go", "start", "end")]),
    ),
    ("unknown_step", net(step("start"), end(), moves=[move("go", "start", "nowhere")])),
    (
        "unknown_move",
        net(step("start"), end(), moves=[move("go", "start", "end", after=("never",))]),
    ),
    (
        "unknown_move",
        net(step("start"), end(), moves=[move("go", "start", "end", differs_from=("never",))]),
    ),
    (
        "bad_join",
        net(step("start", joins=("ghost",)), end(), moves=[move("go", "start", "end")]),
    ),
    (
        "way_out_of_end",
        net(step("start"), end(), moves=[move("go", "start", "end"), move("up", "end", "start")]),
    ),
    (
        "dead_end",
        net(
            step("start"),
            step("pit"),
            end(),
            moves=[move("go", "start", "end"), move("fall", "start", "pit")],
        ),
    ),
    ("no_holder", net(Step("start", "无人"), end(), moves=[move("go", "start", "end")])),
    (
        "no_basis",
        net(step("start", statutory=workdays(20)), end(), moves=[move("go", "start", "end")]),
    ),
    (
        "promise_exceeds",
        net(
            step(
                "start", promised=workdays(21), statutory=workdays(20), basis="行政许可法第四十二条"
            ),
            end(),
            moves=[move("go", "start", "end")],
        ),
    ),
    (
        "no_end",
        net(step("start"), step("b"), moves=[move("a", "start", "b"), move("b", "b", "start")]),
    ),
    (
        "unreachable_step",
        net(
            step("start"),
            step("island"),
            end(),
            moves=[move("go", "start", "end"), move("swim", "island", "end")],
        ),
    ),
    (
        "cannot_finish",
        net(
            step("start"),
            step("loop"),
            end(),
            moves=[
                move("go", "start", "end"),
                move("in", "start", "loop"),
                move("on", "loop", "loop"),
            ],
        ),
    ),
    (
        "bad_fork",
        net(
            step("start"),
            step("a", branch="x"),
            step("b", branch="x"),
            end(),
            moves=[move("fork", "start", ("a", "b")), move("a", "a", "end"), move("b", "b", "end")],
        ),
    ),
    (
        "no_expiry",
        net(step("start", expires=workdays(1)), end(), moves=[move("go", "start", "end")]),
    ),
    (
        "bad_expiry",
        net(
            step("start", expires=workdays(1), on_expiry="fly"),
            end(),
            moves=[move("go", "start", "end")],
        ),
    ),
    (
        "reopens_open",
        net(
            step("start"),
            end(),
            moves=[
                move("go", "start", "end"),
                move("again", "start", "start", reopens=True, role="duty_officer"),
            ],
        ),
    ),
    (
        "no_reopener",
        net(
            step("start"),
            end(),
            moves=[move("go", "start", "end"), move("again", "end", "start", reopens=True)],
        ),
    ),
    (
        "leaves_branch",
        net(
            step("start"),
            step("a", branch="x"),
            step("b", branch="y"),
            step("join", joins=("x", "y")),
            end(),
            moves=[
                move("fork", "start", ("a", "b")),
                move("a", "a", "join"),
                move("b", "b", "start"),
                move("end", "join", "end"),
            ],
        ),
    ),
]


@pytest.mark.parametrize(("code", "defective"), DEFECTS)
def test_a_planted_defect_is_found(code: str, defective: Procedure) -> None:
    assert code in codes(defective)


def test_each_new_fault_is_the_only_one_of_its_net() -> None:
    """So a code is told for what was planted, and for nothing beside it."""
    new = {"no_expiry", "bad_expiry", "reopens_open", "no_reopener"}
    told = {code: [one.code for one in problems(net)] for code, net in DEFECTS if code in new}
    assert told == {code: [code] for code in new}


def test_a_way_back_and_an_end_of_waiting_are_sound() -> None:
    back = net(
        step("start", expires=workdays(1), on_expiry="go"),
        step("rest", on_expiry="wake"),
        end(),
        moves=[
            move("go", "start", "end"),
            move("lie", "start", "rest"),
            move("wake", "rest", "start"),
            move("again", "end", "start", reopens=True, role="duty_officer"),
            move("complain", "end", "start", reopens=True, maker="applicant"),
        ],
    )
    assert problems(back) == []


def without(procedure: Procedure, code: str) -> Procedure:
    return replace(procedure, moves=tuple(m for m in procedure.moves if m.code != code))


@pytest.mark.parametrize("lost", [m.code for m in PERMITS.moves])
def test_each_move_of_a_minimal_net_is_missed(lost: str) -> None:
    assert codes(without(PERMITS, lost))


def test_an_end_beside_open_branches_leaves_work_over() -> None:
    early = Move("rush", "抢办", "test.case.rush", ("plan_issue",), "hasty")
    steps = (*PERMITS.steps, Step("hasty", "抢先办结", branch="plan", outcome="closed"))
    assert "left_over" in codes(replace(PERMITS, steps=steps, moves=(*PERMITS.moves, early)))


def test_two_decisions_that_wait_for_each_other_are_found() -> None:
    moves = tuple(
        replace(m, after=("issue_build",)) if m.code == "issue_plan" else m for m in PERMITS.moves
    )
    assert {"dead_move", "cannot_finish"} <= codes(replace(PERMITS, moves=moves))


def test_too_many_states_is_undecided_not_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiceng.kernel.procedures.soundness.MARKINGS", 3)
    assert codes(PERMITS) == {"undecided"}


def test_limits_of_different_kinds_are_not_compared() -> None:
    fine = net(
        step("start", promised=work_hours(40), statutory=workdays(20), basis="某法第一条"),
        end(),
        moves=[move("go", "start", "end")],
    )
    assert problems(fine) == []


def test_a_holder_may_be_named_by_the_move() -> None:
    given = Step("start", "办", holder=Holder("handler", at="given"))
    assert problems(net(given, end(), moves=[move("go", "start", "end")])) == []
