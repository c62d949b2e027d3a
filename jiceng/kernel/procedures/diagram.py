"""The diagram of a procedure: boxes in rows from start to end, arrows between them.

Rows follow the way forward, the main way on the right and what turns off it on the left; moves
that lead back run in lanes on the far right, each in its own. All measures are SVG units.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from jiceng.kernel.procedures.rules import Procedure, Step

BOX_WIDTH, BOX_HEIGHT = 200, 60
GAP_X, GAP_Y = 40, 64
MARGIN, LANE = 16, 92


@dataclass(frozen=True)
class Box:
    """One step, with the corner and the middle of its box."""

    step: Step
    x: int
    y: int
    start: bool
    width: int = BOX_WIDTH
    height: int = BOX_HEIGHT

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def label_y(self) -> int:
        return self.y + (26 if self.step.holder else 36)

    @property
    def role_y(self) -> int:
        return self.y + 46


@dataclass(frozen=True)
class Arrow:
    """One or more moves between the same two steps."""

    path: str
    labels: tuple[str, ...]
    label_x: int
    label_y: int
    manner: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Diagram:
    """All that the template draws."""

    width: int
    height: int
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)


def draw(procedure: Procedure) -> Diagram:
    """Return the diagram of ``procedure``; every step and every move is in it once."""
    rows = _rows(procedure)
    boxes = _boxes(procedure, rows)
    span = max(len(row) for row in rows) * (BOX_WIDTH + GAP_X) - GAP_X
    arrows, lanes = _arrows(procedure, boxes, MARGIN + span)
    height = max(box.bottom for box in boxes.values()) + MARGIN
    return Diagram(
        width=2 * MARGIN + span + lanes * LANE,
        height=height,
        boxes=list(boxes.values()),
        arrows=arrows,
    )


def _rows(procedure: Procedure) -> list[list[str]]:
    """Put each step one row below the first that leads forward to it."""
    row = {procedure.start: 0}
    queue = deque([procedure.start])
    while queue:
        code = queue.popleft()
        for move in procedure.moves_from(code):
            for target in move.targets:
                if target not in row and move.manner != "back":
                    row[target] = row[code] + 1
                    queue.append(target)
    for step in procedure.steps:
        row.setdefault(step.code, max(row.values()) + 1)
    rows: dict[int, list[str]] = defaultdict(list)
    for step in procedure.steps:
        rows[row[step.code]].append(step.code)
    return [rows[index] for index in sorted(rows)]


def _boxes(procedure: Procedure, rows: list[list[str]]) -> dict[str, Box]:
    columns = max(len(row) for row in rows)
    boxes = {}
    for line, row in enumerate(rows):
        for column, code in enumerate(row):
            boxes[code] = Box(
                step=procedure.step(code),
                x=MARGIN + (columns - 1 - column) * (BOX_WIDTH + GAP_X),
                y=MARGIN + line * (BOX_HEIGHT + GAP_Y),
                start=code == procedure.start,
            )
    return boxes


def _links(procedure: Procedure) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Group the moves by source and target, each as label and manner."""
    links: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for move in procedure.moves:
        for source in move.sources:
            for target in move.targets:
                links[source, target].append((str(move.label), move.manner))
    return links


def _arrows(procedure: Procedure, boxes: dict[str, Box], right: int) -> tuple[list[Arrow], int]:
    arrows, lanes = [], 0
    for (source, target), moves in _links(procedure).items():
        labels = tuple(label for label, manner in moves)
        start, end = boxes[source], boxes[target]
        if end.y == start.bottom + GAP_Y:
            arrows.append(_down(start, end, labels, moves[0][1]))
        else:
            arrows.append(_around(start, end, labels, moves[0][1], right + 18 + lanes * LANE))
            lanes += 1
    return arrows, lanes


def _down(start: Box, end: Box, labels: tuple[str, ...], manner: str) -> Arrow:
    half = start.bottom + GAP_Y // 2
    path = f"M{start.middle} {start.bottom}V{half}H{end.middle}V{end.y - 2}"
    straight = start.middle == end.middle
    return Arrow(
        path=path,
        labels=labels,
        label_x=end.middle + 8,
        label_y=half + (4 if straight else 18),
        manner=manner,
        anchor="start",
    )


def _around(start: Box, end: Box, labels: tuple[str, ...], manner: str, lane: int) -> Arrow:
    """Leave at the right side, run in a lane of its own, come in at the right side."""
    leave = start.y + start.height // 2 + (10 if end.y <= start.y else -10)
    enter = end.y + end.height // 2 + (12 if end.y < start.y else -14)
    path = f"M{start.right} {leave}H{lane}V{enter}H{end.right + 2}"
    return Arrow(
        path=path,
        labels=labels,
        label_x=lane + 6,
        label_y=(leave + enter) // 2,
        manner=manner,
        anchor="start",
    )
