"""The world of the long walk: cases, and every way in which somebody can touch one.

Choices come in as numbers, so that whoever walks can repeat a walk. What stands where is taken
from what was seen after the last step: asking again would take longer than the moves.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM, Actor
from jiceng.kernel.orgs import service as orgs
from jiceng.kernel.orgs.models import Delegation, Post, Tenure
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures import service as procedures
from jiceng.kernel.procedures.models import Case, CaseLink
from jiceng.kernel.procedures.rules import Move
from jiceng.kernel.procedures.terms import LinkKind
from jiceng.systems.grid import actions
from jiceng.systems.grid.procedure import GRID_CASE
from jiceng.systems.grid.terms import Authority, Source
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import CLAIM
from jiceng.systems.grid.tests.walk_ground import (
    BLANK,
    BY_CODE,
    REOPENING,
    SAID,
    WORDS,
    Ground,
    pick,
)
from jiceng.systems.grid.tests.walk_rows import Row, Rows

CODES = sorted(BY_CODE)

# What may stand in the way of a move that is there, made by who it is for.
JUST: dict[str, frozenset[str]] = {
    "ask": frozenset({"does_not_fit"}),
    "pass_up": frozenset({"at_root"}),
    "merge": frozenset({"no_such_case", "same_case", "main_case_ended"}),
    "gather": frozenset({"open_parts"}),
    "finish": frozenset({"does_not_fit"}),
    "ask_extension": frozenset({"does_not_fit", "past_due"}),
    "extend": frozenset({"clock_overdue"}),
    "ask_shelving": frozenset({"does_not_fit"}),
    "verify": frozenset({"same_person"}),
    "rework": frozenset({"same_person"}),
    "reopen": frozenset({"reopen_too_late"}),
    "reopen_by_office": frozenset({"reopen_too_late"}),
}
LACKING = frozenset({"missing", "bad_parts"})


@dataclass
class Tally:
    """What all walks of a test did: steps, acts that were done, answers that refused one."""

    steps: int = 0
    made: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)


class World:
    """The cases of one walk, the instant, and what was made so far."""

    def __init__(self, ground: Ground, tally: Tally) -> None:
        self.ground, self.at = ground, ground.start
        self.made, self.answers = tally.made, tally.answers
        self.seats = procedures.Seats()
        # Who they are never changes; how they stand is in what was seen.
        self.cases: dict[int, Case] = {}
        self.seen: dict[int, Rows] = {}
        self.touched: set[int] = set()
        self.refused: set[int] = set()
        # Cases gathered over open parts for a reason, and cases that came back since the last time.
        self.stated: dict[int, bool] = {}
        self.back: set[int] = set()

    def case(self, number: int) -> Case:
        """Return one of all cases."""
        return pick(list(self.cases.values()), number)

    def open_steps(self) -> list[Row]:
        """Return the steps in which open cases stand, in the order of their reports."""
        return [step for rows in self.seen.values() for step in rows.open_steps]

    def attempt(self, made: str, case: Case, act: Callable[[], Any]) -> Refusal | None:
        """Make an act that touches ``case``; return why it was refused."""
        try:
            act()
        except Refusal as refusal:
            self.answers[refusal.code] += 1
            self.refused.add(case.pk)
            return refusal
        self.made[made] += 1
        self.touched.add(case.pk)
        return None

    def _new(self, case: Case) -> None:
        self.cases[case.pk] = case
        self.touched.add(case.pk)

    # --- reports -------------------------------------------------------------------------------

    def report(self, kind: int, place: int) -> None:
        """File a report: by a resident, a patrol or by telephone, somewhere in the zone."""
        cast = self.ground.cast
        source, by = pick(
            [(Source.RESIDENT, RESIDENT), (Source.PATROL, cast.li), (Source.PHONE, cast.wang)], kind
        )
        done = actions.report_incident(
            by=by,
            at=self.at,
            source=source,
            category=pick(self.ground.categories, kind // 3),
            description=WORDS,
            unit=pick([cast.community, cast.village, cast.other_community, cast.zone], place),
            phone=scene.PHONE,
        )
        assert done.value is not None
        self.made["report"] += 1
        self._new(done.value)

    def join(self, number: int) -> None:
        """Report what is being dealt with already."""
        main = procedures.main_case(self.case(number))

        def join() -> None:
            done = actions.join_incident(
                by=RESIDENT,
                at=self.at,
                source=Source.RESIDENT,
                main=main,
                description=WORDS,
                phone=scene.PHONE,
            )
            assert done.value is not None
            self._new(done.value)

        refusal = self.attempt("join", main, join)
        assert refusal is None or refusal.code == "main_case_ended", refusal.code

    # --- moves ---------------------------------------------------------------------------------

    def press(self, place: int, move: int, person: int, detail: int) -> None:
        """Let who holds a step, or the reporter, make one of the moves that lead on from it."""
        steps = self.open_steps()
        if not steps:
            return self.report(move, place)
        step = pick(steps, place)
        chosen = pick(GRID_CASE.moves_from(step["step"]), move)
        held = self.ground.posts.get(step["post_id"])
        self._rightly(chosen, self.cases[step["case_id"]], held, person, detail, step["id"])
        return None

    def come_back(self, place: int, move: int, person: int) -> None:
        """Bring an ended case back, by who may."""
        ended = [(key, _ways_back(rows)) for key, rows in self.seen.items() if _ways_back(rows)]
        if ended:
            key, moves = pick(ended, place)
            chosen, unit = pick(moves, move), self.ground.units[self.seen[key].case["unit_id"]]
            held = self.seats.post(chosen.role, unit, self.at) if chosen.role else None
            self._rightly(chosen, self.cases[key], held, person)

    def _rightly(
        self,
        move: Move,
        case: Case,
        held: Post | None,
        person: int,
        detail: int = 0,
        step_id: int | None = None,
    ) -> None:
        """Make a move that is there as who may make it: little can stand in its way."""
        by = RESIDENT if move.maker == "applicant" else self._acting(held, person)
        if by is not None:
            bare = detail % 16 == 15
            refusal = self._make(move, case, by, detail, step_id=step_id, bare=bare)
            just = JUST.get(move.code, frozenset()) | (LACKING if bare else frozenset())
            assert refusal is None or refusal.code in just, (move.code, refusal.code)

    def blunder(self, place: int, move: int, person: int, detail: int) -> None:
        """Let anybody press any button on any case, with anything missing."""
        case = self.case(place)
        by: Actor = pick([*self.ground.people, RESIDENT], person)
        steps = [step["id"] for step in self.seen[case.pk].steps] or [None]
        stale = pick([steps[-1], steps[0], None], detail)
        chosen = BY_CODE[pick(CODES, move)]
        self._make(chosen, case, by, detail, step_id=stale, bare=detail % 4 == 0)

    def _make(
        self,
        move: Move,
        case: Case,
        by: Actor,
        detail: int,
        *,
        step_id: int | None = None,
        bare: bool = False,
    ) -> Refusal | None:
        words = self._words(move.code, detail)
        if bare:
            words |= {name: type(words[name])() for name in BLANK & words.keys()}
        if move.code not in REOPENING:
            words["step_id"] = step_id
        act = actions.MOVES[move.code]
        refusal = self.attempt(
            move.code, case, lambda: act(by=by, at=self.at, number=case.number, **words)
        )
        if refusal is None:
            self._made(move, case, words)
        return refusal

    def _words(self, move: str, detail: int) -> dict[str, Any]:
        said = dict.fromkeys(SAID.get(move, ()), WORDS)
        unit = pick(self.ground.receivers, detail)
        until = self.at + timedelta(days=1 + detail % 60)
        special: dict[str, Callable[[], dict[str, Any]]] = {
            "dispatch": lambda: {"unit": unit},
            "reassign": lambda: {"unit": unit},
            "shelve": lambda: {"until": until},
            "pass_up": lambda: {"authority": pick(Authority.values, detail)},
            "merge": lambda: {"case": self.case(detail).number},
            "gather": lambda: {"reason": WORDS if detail % 2 else ""},
            "split": lambda: {"parts": self._parts(detail)},
            "dispose": lambda: {"photos": [self.ground.photo()], "claim": CLAIM},
            "finish": lambda: {"photos": [self.ground.photo()], "claim": CLAIM},
        }
        return said | special.get(move, dict)()

    def _parts(self, detail: int) -> list[actions.Part]:
        receivers = self.ground.receivers
        return [actions.Part(WORDS, pick(receivers, detail + each)) for each in range(2)]

    def _made(self, move: Move, case: Case, words: Any) -> None:
        """Follow what the move touched beside its case."""
        if move.code == "split":
            links = CaseLink.objects.filter(main=case, kind=LinkKind.SPLIT).select_related("other")
            fresh = [row.other for row in links.order_by("id") if row.other_id not in self.cases]
            assert len(fresh) == 2
            for part in fresh:
                self._new(part)
        elif move.code == "gather":
            self._gathered(case, stated=bool(words["reason"]))
        elif move.code == "merge":
            numbers = {each.number: key for key, each in self.cases.items()}
            self.touched.add(numbers[words["case"]])
        elif move.reopens:
            # A reporter's own case may have been merged: what comes back is the main one.
            main = procedures.main_case(case)
            self.touched |= {main.pk, *(link["main_id"] for link in self.seen[case.pk].links)}
            self.back.add(main.pk)

    def _gathered(self, case: Case, *, stated: bool) -> None:
        parts = {
            link["other_id"]
            for link in self.seen[case.pk].links
            if (link["kind"], link["main_id"]) == (LinkKind.SPLIT, case.pk)
        }
        assert stated or all(self.seen[part].case["closed_at"] for part in parts)
        self.stated[case.pk] = stated
        self.back -= parts

    def _acting(self, held: Post | None, person: int) -> Capacity | None:
        who = self.seats.acting(held, self.at)
        return pick(who, person) if who else None

    # --- people and time -----------------------------------------------------------------------

    def leave(self, person: int) -> None:
        """End a tenure now."""
        tenures = list(Tenure.objects.unfinished(self.at).order_by("id"))
        if tenures:
            orgs.end_tenure(by=SYSTEM, at=self.at, tenure=pick(tenures, person))
            self.made["leave"] += 1

    def come(self, person: int, days: int) -> None:
        """Appoint somebody, mostly to a post that is empty, for good or for some days."""
        posts = list(self.ground.posts.values())
        empty = [post for post in posts if not self.seats.acting(post, self.at)]
        held = pick(empty or posts, person)
        who = pick(self.ground.people, person).officer
        until = self.at + timedelta(days=days) if days else None
        self._people(
            "come",
            lambda: orgs.appoint(by=SYSTEM, at=self.at, post=held, officer=who, ends_at=until),
        )

    def delegate(self, giver: int, taker: int, hours: int) -> None:
        """Let somebody act for somebody else for a while."""
        tenures = Tenure.objects.live(self.at).select_related("post__unit", "officer")
        rows = list(tenures.order_by("id"))
        if not rows:
            return
        held = pick(rows, giver)
        self._people(
            "delegate",
            lambda: orgs.delegate(
                by=SYSTEM,
                at=self.at,
                post=held.post,
                giver=held.officer,
                taker=pick(self.ground.people, taker).officer,
                starts_at=self.at,
                ends_at=self.at + timedelta(hours=24 + hours),
                reason=WORDS,
            ),
        )

    def revoke(self, number: int) -> None:
        """Take a delegation back."""
        rows = list(Delegation.objects.unfinished(self.at).order_by("id"))
        if rows:
            row = pick(rows, number)
            orgs.revoke_delegation(by=SYSTEM, at=self.at, delegation=row)
            self.made["revoke"] += 1

    def _people(self, made: str, act: Callable[[], Any]) -> None:
        try:
            act()
        except Refusal as refusal:
            self.answers[refusal.code] += 1
        else:
            self.made[made] += 1

    def tick(self) -> None:
        """Do what happens because time passes, as every minute does it."""
        self.seats.refresh()
        self.made["handed"] += procedures.fill_vacancies(self.at)
        self.made["raised"] += procedures.escalate(self.at)
        self.made["expired"] += procedures.expire(self.at)


def _ways_back(rows: Rows) -> list[Move]:
    """Return the moves that lead from the end of a case back into it; none while it is open."""
    if not rows.case["outcome"]:
        return []
    ends = [step.code for step in GRID_CASE.steps if step.outcome == rows.case["outcome"]]
    return GRID_CASE.moves_from(ends[0])
