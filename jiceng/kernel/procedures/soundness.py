"""The soundness gate: what is wrong with a definition, found before anybody stands in it.

After W. van der Aalst's notion of a sound workflow net: from every reachable marking the end can
be reached, at the end nothing is left over, and no step or move is dead.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from jiceng.kernel.procedures.rules import Marking, Move, Procedure, Step
from jiceng.kernel.workdays.terms import PAUSE_CAUSES, ClockKind

MARKINGS = 100_000
PROMISED_CAUSES = frozenset(cause.value for cause in PAUSE_CAUSES[ClockKind.PROMISED])


@dataclass(frozen=True)
class Problem:
    """One fault of a definition: a stable code and a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True)
class _State:
    """A marking, and which of the moves that others wait for have been made."""

    marking: Marking
    made: frozenset[str] = frozenset()


def problems(procedure: Procedure) -> list[Problem]:
    """Return the faults of ``procedure``, in the order in which they should be mended."""
    found = [*_names(procedure)]
    if not found:
        found += [*_steps(procedure), *_moves(procedure)]
    if not found:
        found += [*_behaviour(procedure)]
    return found


def _names(procedure: Procedure) -> Iterator[Problem]:
    yield from _twice(procedure)
    codes = {step.code for step in procedure.steps}
    known_moves = {move.code for move in procedure.moves}
    if procedure.start not in codes:
        yield Problem("no_start", f"起始环节“{procedure.start}”不存在。")
    for move in procedure.moves:
        for step in {*move.sources, *move.targets} - codes:
            yield Problem("unknown_step", f"操作“{move.code}”指向不存在的环节“{step}”。")
        for other in {*move.after, *move.differs_from} - known_moves:
            yield Problem("unknown_move", f"操作“{move.code}”提到不存在的操作“{other}”。")
    branches = {step.branch for step in procedure.steps}
    for join in procedure.steps:
        for branch in join.joins:
            if branch not in branches or branch == join.branch:
                yield Problem("bad_join", f"环节“{join.code}”汇合的分支“{branch}”不成立。")


def _twice(procedure: Procedure) -> Iterator[Problem]:
    steps = Counter(step.code for step in procedure.steps)
    for code in (code for code, count in steps.items() if count > 1):
        yield Problem("duplicate_step", f"环节“{code}”定义了两次。")
    pairs = Counter((move.code, source) for move in procedure.moves for source in move.sources)
    for code, source in (pair for pair, count in pairs.items() if count > 1):
        yield Problem("duplicate_move", f"环节“{source}”上的操作“{code}”定义了两次。")


def reachable(procedure: Procedure) -> frozenset[Marking]:
    """Return every marking in which a case of ``procedure`` can stand."""
    graph, _fired, _whole = _explore(procedure)
    return frozenset(state.marking for state in graph)


def _steps(procedure: Procedure) -> Iterator[Problem]:
    for step in procedure.steps:
        leaves = any(not move.reopens for move in procedure.moves_from(step.code))
        if step.final and leaves:
            yield Problem("way_out_of_end", f"办结环节“{step.code}”不应再有操作。")
        if not step.final and not leaves:
            yield Problem("dead_end", f"环节“{step.code}”没有任何操作，办件会停在这里。")
        if not step.final and step.holder is None:
            yield Problem("no_holder", f"环节“{step.code}”没有人负责。")
        yield from _limits(step)
        yield from _expiry(procedure, step)
    if not any(step.final for step in procedure.steps):
        yield Problem("no_end", "流程没有办结环节。")


def _limits(step: Step) -> Iterator[Problem]:
    if step.statutory and not step.basis:
        yield Problem("no_basis", f"环节“{step.code}”的法定时限没有写明依据。")
    if step.pauses and step.pauses not in PROMISED_CAUSES:
        yield Problem("bad_pause", f"环节“{step.code}”的停表事由“{step.pauses}”不在允许之列。")
    if _promise_exceeds(step):
        yield Problem("promise_exceeds", f"环节“{step.code}”的承诺时限长于法定时限。")


def _expiry(procedure: Procedure, step: Step) -> Iterator[Problem]:
    if step.expires and not step.on_expiry:
        yield Problem("no_expiry", f"环节“{step.code}”有等待期限，却没有写明期满后怎么办。")
    ways_out = {move.code for move in procedure.moves_from(step.code)}
    if step.on_expiry and step.on_expiry not in ways_out:
        sentence = f"环节“{step.code}”期满后的操作“{step.on_expiry}”不从这里出发。"
        yield Problem("bad_expiry", sentence)


def _promise_exceeds(step: Step) -> bool:
    promised, statutory = step.promised, step.statutory
    return bool(
        promised
        and statutory
        and promised.kind == statutory.kind
        and promised.amount > statutory.amount
    )


def _moves(procedure: Procedure) -> Iterator[Problem]:
    for move in procedure.moves:
        targets = [procedure.step(code) for code in move.targets]
        branches = [target.branch for target in targets]
        if len(targets) > 1 and len(set(branches)) < len(branches):
            yield Problem("bad_fork", f"操作“{move.code}”的两个分支同名。")
        yield from _reopening(procedure, move)
        for source in move.sources:
            if len(targets) == 1 and _leaves_branch(procedure.step(source), targets[0]):
                yield Problem("leaves_branch", f"操作“{move.code}”离开了分支，却不在汇合处。")


def _reopening(procedure: Procedure, move: Move) -> Iterator[Problem]:
    ends = [procedure.step(source).final for source in move.sources]
    if move.reopens and not all(ends):
        yield Problem("reopens_open", f"操作“{move.code}”只能从办结环节重新打开办件。")
    if move.reopens and move.maker == "holder" and not move.role:
        yield Problem("no_reopener", f"操作“{move.code}”没有写明由谁重新打开办件。")


def _leaves_branch(source: Step, target: Step) -> bool:
    return source.branch != target.branch and source.branch not in target.joins


def _enabled(procedure: Procedure, state: _State) -> Iterator[tuple[Move, str]]:
    for step in sorted(state.marking):
        for move in procedure.moves_from(step):
            if state.made.issuperset(move.after):
                yield move, step


def _explore(procedure: Procedure) -> tuple[dict[_State, list[_State]], set[tuple[str, str]], bool]:
    """Return the graph of reachable states, the moves made in it, and whether it is whole."""
    watched = {code for move in procedure.moves for code in move.after}
    start = _State(frozenset({procedure.start}))
    graph: dict[_State, list[_State]] = {}
    fired: set[tuple[str, str]] = set()
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state in graph:
            continue
        if len(graph) >= MARKINGS:
            return graph, fired, False
        graph[state] = []
        for move, source in _enabled(procedure, state):
            made = state.made | ({move.code} & watched)
            following = _State(procedure.after(state.marking, move, source), made)
            fired.add((move.code, source))
            graph[state].append(following)
            queue.append(following)
    return graph, fired, True


def _completing(graph: dict[_State, list[_State]], ends: set[_State]) -> set[_State]:
    """Return the states from which one of ``ends`` can be reached."""
    before: dict[_State, list[_State]] = {state: [] for state in graph}
    for state, following in graph.items():
        for other in following:
            before[other].append(state)
    reached, queue = set(ends), deque(ends)
    while queue:
        for state in before[queue.popleft()]:
            if state not in reached:
                reached.add(state)
                queue.append(state)
    return reached


def _behaviour(procedure: Procedure) -> Iterator[Problem]:
    graph, fired, whole = _explore(procedure)
    if not whole:
        yield Problem("undecided", "流程的状态过多，无法判定是否可靠，不能发布。")
        return
    yield from _dead(procedure, graph, fired)
    yield from _completion(procedure, graph)


def _dead(
    procedure: Procedure, graph: dict[_State, list[_State]], fired: set[tuple[str, str]]
) -> Iterator[Problem]:
    seen = {code for state in graph for code in state.marking}
    for step in procedure.steps:
        if step.code not in seen:
            yield Problem("unreachable_step", f"环节“{step.code}”永远走不到。")
    for move in procedure.moves:
        for source in move.sources:
            if source in seen and (move.code, source) not in fired:
                yield Problem("dead_move", f"环节“{source}”上的操作“{move.code}”永远不能执行。")


def _completion(procedure: Procedure, graph: dict[_State, list[_State]]) -> Iterator[Problem]:
    final = frozenset(step.code for step in procedure.steps if step.final)
    ended = [state for state in graph if state.marking & final]
    left_over = [state for state in ended if len(state.marking) > 1]
    if left_over:
        names = "、".join(sorted(left_over[0].marking - final))
        yield Problem("left_over", f"办结时仍有环节未完成：{names}。")
    completing = _completing(graph, {state for state in ended if len(state.marking) == 1})
    stuck = [state for state in graph if state not in completing and not state.marking & final]
    if stuck:
        names = "、".join(sorted(stuck[0].marking))
        yield Problem("cannot_finish", f"走到“{names}”后无法办结。")
