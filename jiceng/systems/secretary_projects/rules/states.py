"""What has to be known of a project to say that it stands somewhere: the state is no word alone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """Where a project stands or ended: how many gates it has passed, and what it has of these:
    its filing number, the day of acceptance, the day of its end. ``moves`` lead there."""

    code: str
    label: str
    moves: tuple[str, ...]
    gates: tuple[int, ...] = (0,)
    has: Collection[str] = frozenset()
    planned: bool = False

    @property
    def ended(self) -> bool:
        """Tell whether nothing more is to come."""
        return "ended_at" in self.has


REGISTERED = frozenset({"filing", "registered_at"})
ACCEPTED = REGISTERED | {"accepted_at"}
ENDED = frozenset({"ended_at"})
FILED = ("survey", "study", "file")
PUBLISHED = (*FILED, "publish")
RUNNING = (*PUBLISHED, "register")
ITEM_RUNNING = ("file", "register")

PROJECT_STATES = (
    State("survey", "深入调查", ()),
    State("study", "集体研究", ("survey",), (1,)),
    State("filing", "上报备案", ("survey", "study"), (2,)),
    State("review", "备案审核", FILED, (3,), planned=True),
    State("publication", "公示公开", PUBLISHED, (4,), planned=True),
    State("implementing", "项目实施", RUNNING, (4,), REGISTERED, planned=True),
    State("acceptance", "待验收", (*RUNNING, "submit"), (4,), REGISTERED, planned=True),
    State("accepted", "待办结", (*RUNNING, "submit", "accept"), (4,), ACCEPTED, planned=True),
    State(
        "completed",
        "已办结",
        (*RUNNING, "submit", "accept", "complete"),
        (4,),
        ACCEPTED | ENDED,
        planned=True,
    ),
    State("refused", "不予立项", (*FILED, "refuse"), (3,), ENDED, planned=True),
    State("withdrawn", "已撤回", ("withdraw",), (0, 1, 2), ENDED),
)
ITEM_STATES = (
    State("defining", "定事项", ()),
    State("review", "备案审核", ("file",)),
    State("implementing", "事项实施", ITEM_RUNNING, has=REGISTERED),
    State("acceptance", "待办结", (*ITEM_RUNNING, "finish"), has=REGISTERED),
    State("completed", "已办结", (*ITEM_RUNNING, "finish", "complete"), has=ACCEPTED | ENDED),
    State("refused", "不予备案", ("file", "refuse"), has=ENDED),
    State("withdrawn", "已撤回", ("withdraw",), has=ENDED),
)
STATES: Mapping[str, Mapping[str, State]] = {
    "project": {state.code: state for state in PROJECT_STATES},
    "item": {state.code: state for state in ITEM_STATES},
}


def moves_to(state: State, gates: int) -> tuple[str, ...]:
    """Return the moves on the way; who withdrew had passed some gates, or none."""
    return FILED[:gates] + state.moves if state.code == "withdrawn" else state.moves
