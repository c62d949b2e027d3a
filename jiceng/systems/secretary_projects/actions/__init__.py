"""Every write of secretary projects: one function, one act, one transaction, one entry."""

from jiceng.systems.secretary_projects.actions.exemplars import (
    adopt,
    enter_roadshow,
    open_roadshow,
    raise_exemplar,
    write_column,
)
from jiceng.systems.secretary_projects.actions.importing import check_projects, import_projects
from jiceng.systems.secretary_projects.actions.importing_outcomes import (
    check_outcomes,
    import_outcomes,
)
from jiceng.systems.secretary_projects.actions.inspections import (
    commit_draw,
    drawn_of,
    make_draw,
    reveal_draw,
)
from jiceng.systems.secretary_projects.actions.moves import (
    GATE_EVENTS,
    ITEM_MOVES,
    MOVES_OF,
    PROJECT_MOVES,
)
from jiceng.systems.secretary_projects.actions.plans import (
    change_step,
    claim_progress,
    drop_step,
    hang_plan,
    set_step,
)
from jiceng.systems.secretary_projects.actions.proposing import propose, propose_item
from jiceng.systems.secretary_projects.actions.reports import report
from jiceng.systems.secretary_projects.actions.results import (
    achieve_result,
    record_result,
    set_indicator,
)
from jiceng.systems.secretary_projects.actions.upkeep import forget_words
from jiceng.systems.secretary_projects.actions.visits import (
    confirm,
    find,
    record_visit,
    rectify,
    send_back,
)

__all__ = [
    "GATE_EVENTS",
    "ITEM_MOVES",
    "MOVES_OF",
    "PROJECT_MOVES",
    "achieve_result",
    "adopt",
    "change_step",
    "check_outcomes",
    "check_projects",
    "claim_progress",
    "commit_draw",
    "confirm",
    "drawn_of",
    "drop_step",
    "enter_roadshow",
    "find",
    "forget_words",
    "hang_plan",
    "import_outcomes",
    "import_projects",
    "make_draw",
    "open_roadshow",
    "propose",
    "propose_item",
    "raise_exemplar",
    "record_result",
    "record_visit",
    "rectify",
    "report",
    "reveal_draw",
    "send_back",
    "set_indicator",
    "set_step",
    "write_column",
]
