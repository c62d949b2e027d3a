"""A zone in which every page has something to show, and who opens each of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from jiceng.kernel.base import clock
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.bulletins.models import Bulletin
from jiceng.kernel.bulletins.service import draft
from jiceng.kernel.figures.service import Period
from jiceng.kernel.figures.terms import FIGURES_KEEPER
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM, entries_of
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.reviews.service import close
from jiceng.kernel.testing.boards import hang, objection, remark
from jiceng.kernel.testing.cast import hold, post
from jiceng.kernel.testing.panel import show_of
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import PatrolPlan
from jiceng.systems.grid.queries.nearness import ref_of
from jiceng.systems.grid.tests import appealing, patrolling, routing_scene, scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk
from tests.conformance.routes import CELL, ROWS, Row
from tests.journeys.leading import Leading

DAY = timedelta(days=1)
RESIDENTS = ""


@dataclass(frozen=True)
class Visit:
    """A route as somebody of the cast opens it; a resident is nobody of the cast."""

    name: str
    who: str | Capacity
    arguments: tuple[str, ...] = ()
    query: str = ""

    @property
    def address(self) -> str:
        """Return where the page is."""
        return f"{reverse(self.name, args=self.arguments)}{self.query}"


@dataclass
class Sights:
    """Cases at every step that has a page of its own, and what else pages are about."""

    grid: Grid
    now: datetime = field(default_factory=clock.read)

    def __post_init__(self) -> None:
        photo = scene.kept_photo(RESIDENT, self.now)
        self.fresh = scene.report(self.grid, at=self.now, photos=[photo], claim=scene.CLAIM)
        self.photo = photo.uid
        self.asked, self.judged = self._case("ask"), self._case("judge")
        self.ended = self._case(*scene.PATH)
        self.late = self._ended_late()
        self.appeal = appealing.file(self.grid, self._ended_late(), at=self.now).value
        self.plan = self._patrols()
        actions.set_spot(
            by=SYSTEM,
            at=self.now,
            code="LA001",
            name="柳岸东门",
            unit=self.grid.cast.community,
            point=scene.IN_COMMUNITY,
        )
        self.show = show_of(self.grid.cast, self.now).seat(self.now)
        self.show_over = show_of(self.grid.cast, self.now, offices=self.show.judges).seat(self.now)
        self.show_over.vote_all(self.now)
        close(by=self.show.chair, at=self.now, review=self.show_over.review)
        self.bulletin = self._drafted()
        self.leading = Leading(self.grid.cast, self.now)
        self.notice = hang(self.grid.cast, self.now)
        self.doubted = hang(self.grid.cast, self.now, subject="tests.project:2")
        self.doubt = objection(self.doubted, self.now, phone=scene.PHONE)
        self.word = remark(self.doubted, self.now)
        routing_scene.enforce(self.grid, routing_scene.founded_team(self.grid, 1))
        routing_scene.draft(self.grid, self.grid.street, categories=["C101"])

    def _drafted(self) -> Bulletin:
        """Let the head of the street keep its figures too, and draft a bulletin of this month."""
        zhang = self.grid.cast.zhang
        keeper = hold(zhang.officer, post(zhang.unit, FIGURES_KEEPER.code), at=self.now)
        today = legal_day(self.now)
        period = Period.month(today.year, today.month)
        return draft(by=keeper, at=self.now, unit=zhang.unit, period=period).value

    def _case(self, *moves: str, **changes: Any) -> Case:
        return scene.walk(self.grid, scene.report(self.grid, at=self.now, **changes), moves)

    def _ended_late(self) -> Case:
        case = scene.report(self.grid, at=self.now - 15 * DAY)
        scene.walk(self.grid, case, scene.PATH[:2])
        return scene.walk(self.grid, case, scene.PATH[2:], at=self.now - DAY)

    def _patrols(self) -> PatrolPlan:
        cast = self.grid.cast
        plan = patrolling.plan(self.grid, self.grid.cells[cast.community.code], cast.li, 3)
        actions.walk(by=cast.li, at=self.now, plan=plan, point=scene.IN_COMMUNITY)
        return plan

    def browser(self, who: str | Capacity) -> Client:
        """Return the browser of an officer, or of the resident who reported all of it."""
        officer = getattr(self.grid.cast, who) if who and isinstance(who, str) else who
        client = desk(officer) if officer else Client()
        session = client.session
        reported = (self.fresh, self.asked, self.ended)
        kept = [case.number for case in reported]
        said = [[self.doubted.uid, self._said.uid]]
        session.update({"tracked_cases": kept, "filed_cases": kept, "calls": kept})
        session["said_to_notices"] = said
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
        return client

    @property
    def _said(self) -> Entry:
        """Return the entry of what the resident said to a notice."""
        return entries_of(self.doubt.ledger_subject)[0]

    def visits(self) -> Iterator[Visit]:
        """Yield how every route of the table is opened that can be read."""
        special = {visit.name: visit for visit in self._special()}
        readable = {row.name: row for row in ROWS if row.method == "GET"}
        for name, row in readable.items():
            yield special.get(name) or self._plain(row)

    def _plain(self, row: Row) -> Visit:
        given = {"number": self.fresh.number, "photo": self.photo}
        arguments = tuple(part.format(**given) for part in row.arguments)
        own = row.name.startswith("public:") or row.anonymous == 200
        return Visit(row.name, RESIDENTS if own else "wang", arguments)

    def _special(self) -> Iterator[Visit]:
        """Yield the routes that need a certain case, rule or plan, or somebody else than 王."""
        yield Visit("public:grid:answer", RESIDENTS, (self.asked.number,))
        yield Visit("public:grid:rate", RESIDENTS, (self.ended.number,))
        yield Visit("public:grid:join", RESIDENTS, (ref_of(self.judged),))
        yield Visit("desk:inbox", "wang")
        yield Visit("desk:cases", "wang", query=f"?number={self.fresh.number}")
        yield Visit("desk:grid:export", "wang", ("csv",))
        yield Visit("desk:figure-rows", "wang", ("grid.reported", "csv"))
        yield Visit("desk:grid:bulk", "wang", query=f"?step={scene.open_step(self.fresh).pk}")
        yield Visit("desk:grid:patrols", "li")
        yield Visit("desk:grid:appeal", "qian", (self.late.number,))
        yield Visit("desk:grid_appeal:case", "wang", (self.appeal.number,))
        yield Visit("desk:grid_appeal:move", "wang", (self.appeal.number, "pass"))
        yield Visit("desk:grid:grid", "zhang", CELL)
        for name in ("hand-over", "end-plan"):
            yield Visit(f"desk:grid:{name}", "zhang", (*CELL, str(self.plan.pk)))
        yield Visit("desk:bulletins:new", "zhang")
        for name in ("bulletin", "edit", "issue", "file"):
            yield Visit(f"desk:bulletins:{name}", "zhang", (self.bulletin.uid,))
        for one in self.leading.visits():
            yield Visit(one.name, one.who or RESIDENTS, one.arguments)
        yield from self._of_reviews()
        yield from self._of_boards()
        yield Visit("desk:grid:routing", "zhou")
        yield Visit("desk:grid:routing-new", "zhou")
        for name in ("rule", "edit", "try", "end"):
            yield Visit(f"desk:grid:routing-{name}", "zhou", ("R1",))

    def _of_reviews(self) -> Iterator[Visit]:
        """Yield what the chair and a judge open while a review runs, and when it is over."""
        yield Visit("desk:reviews:new", "zhou")
        running, over = (self.show.review.uid,), (self.show_over.review.uid,)
        for name in ("review", "invite", "close"):
            yield Visit(f"desk:reviews:{name}", "zhou", running)
        for name in ("score", "aside"):
            yield Visit(f"desk:reviews:{name}", "wang", (*running, "3"))
        yield Visit("desk:reviews:standing", "wang", (*over, "3"))
        yield Visit("desk:reviews:file", "wang", (*over, "result", "csv"))

    def _of_boards(self) -> Iterator[Visit]:
        """Yield what everybody reads of a notice, and what its keeper opens."""
        for name in ("notice", "object", "comment", "poster", "notice-text"):
            yield Visit(f"public:{name}", RESIDENTS, (self.doubted.uid,))
        yield Visit("public:voice-receipt", RESIDENTS, (self._said.uid,))
        yield Visit("desk:boards:queue", "zhang")
        yield Visit("desk:boards:notice", "zhang", (self.doubted.uid,))
        for name in ("withdraw", "correct"):
            yield Visit(f"desk:boards:{name}", "zhang", (self.notice.uid,))
        yield Visit("desk:boards:objection", "zhang", (self.doubt.uid,))
        yield Visit("desk:boards:comment", "zhang", (self.word.uid,))
