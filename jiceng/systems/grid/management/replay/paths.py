"""The ways through the procedure that a mapping names, walked once on paper before any row."""

from dataclasses import dataclass

from jiceng.kernel.procedures.service import Move, Procedure
from jiceng.kernel.procedures.terms import Need
from jiceng.systems.grid.management.replay.tables import BadMapping, Table
from jiceng.systems.grid.terms import Judgement

INSTANTS = ("opened", "closed")
# What a request has come to; each has a path of its own.
CLOSED, REFUSED, OPEN = "closed", "refused", "open"
FATES = (CLOSED, REFUSED, OPEN)
WORDS = (Need.NOTE, Need.REASON)
KNOWN = frozenset({*WORDS, Need.UNIT, Need.PHOTO, Need.JUDGEMENT})
# A desk says by the move what it found; a table has to say it in words of its own.
JUDGING = "judge"


@dataclass(frozen=True)
class PathStep:
    """One move: the column its instant comes from, and what is given where the source has none.

    ``attested`` says whether the source says that it was done, or only our loop asks for it.
    """

    move: str
    at: str
    attested: bool
    judgement: str = ""
    words: str = ""
    photo: str = ""


Path = tuple[PathStep, ...]


def read_path(tables: list[Table]) -> Path:
    """Return the moves of one path."""
    return tuple(_step(table) for table in tables)


def _step(table: Table) -> PathStep:
    step = PathStep(
        move=table.text("move"),
        at=table.one_of("at", INSTANTS),
        attested=table.yes("attested"),
        judgement=table.one_of("judgement", ("", *Judgement.values), ""),
        words=table.text("words", ""),
        photo=table.one_of("photo", ("", "row"), ""),
    )
    table.end()
    return step


def check_path(fate: str, path: Path, procedure: Procedure) -> None:
    """Raise ``BadMapping`` unless the path can be walked from the start and ends as it should.

    A request that ended ends in a final step, an open one stands in another; nothing of an open
    request happened at its closing.
    """
    where = f"path.{fate}"
    marking = frozenset({procedure.start})
    for number, step in enumerate(path):
        here = f"{where}[{number}]"
        found = procedure.move(step.move, sorted(marking))
        if found is None:
            raise BadMapping(
                here, f"流程走到“{'、'.join(sorted(marking))}”，没有“{step.move}”这一步"
            )
        _check_needs(here, found[0], step)
        marking = procedure.after(marking, *found)
    if [step.at for step in path] != sorted((step.at for step in path), key=INSTANTS.index):
        raise BadMapping(where, "后一步不能早于前一步")
    if fate == OPEN and any(step.at != "opened" for step in path):
        raise BadMapping(where, "未办结的来件没有办结时间")
    if all(procedure.step(code).final for code in marking) is not (fate != OPEN):
        raise BadMapping(where, "未走到应到的环节")


def _check_needs(where: str, move: Move, step: PathStep) -> None:
    """A need that the mapping cannot meet would refuse every row, one by one."""
    if move.code == JUDGING and not step.judgement:
        raise BadMapping(where, "须写明 judgement")
    if any(need in move.needs for need in WORDS) and not step.words:
        raise BadMapping(where, "须写明 words")
    if Need.PHOTO in move.needs and not step.photo:
        raise BadMapping(where, "须写明 photo")
    if not KNOWN.issuperset(move.needs):
        raise BadMapping(where, "这一步所需的内容不能由表格给出")
