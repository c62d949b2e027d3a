"""A town with a case of every kind, told by acts, and everybody who might ask for one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM, NewEntry
from jiceng.kernel.orgs import service as orgs
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.orgs.terms import Kind as UnitKind
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case, CaseLink
from jiceng.kernel.procedures.service import Bulk, current
from jiceng.kernel.procedures.terms import LinkKind
from jiceng.kernel.testing.cast import assemble, hold, officer, post, unit
from jiceng.kernel.workdays.service import workdays
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.models import Category, Incident, Watch
from jiceng.systems.grid.terms import Kind, Source
from jiceng.systems.grid.tests import appealing, scene
from jiceng.systems.grid.tests.scene import CLAIM, Grid

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


@dataclass
class Town:
    """What was told: every case by its name, who is there, and the instant at which one looks."""

    grid: Grid
    now: datetime
    people: dict[str, Officer]
    cases: dict[str, Case] = field(default_factory=dict)
    photos: dict[str, str] = field(default_factory=dict)
    appeal: str = ""

    @property
    def numbers(self) -> dict[str, str]:
        """Return the number of every case by its name."""
        return {name: case.number for name, case in self.cases.items()}

    @property
    def known(self) -> frozenset[str]:
        """Return every number that names anything here."""
        return frozenset([*self.numbers.values(), self.appeal])

    def named(self, names: Iterable[str]) -> frozenset[str]:
        """Return the numbers of cases."""
        return frozenset(self.numbers[name] for name in names)


def settle() -> Town:
    """Write the zone and its people, and tell what happened in two days."""
    grid = scene.draw_up(assemble())
    town = Town(grid, grid.cast.at + 2 * DAY, _people(grid))
    _Story(town).tell()
    _depart(town)
    town.photos = dict(
        Attachment.objects.filter(subject__startswith="grid.case:").values_list("subject", "uid")
    )
    watched = [
        Watch(officer=who, case=case, since=grid.cast.at)
        for who in town.people.values()
        for case in town.cases.values()
    ]
    # Everybody once watched everything: a watch shows nothing that is not seen any more.
    Watch.objects.bulk_create(watched)
    return town


def _people(grid: Grid) -> dict[str, Officer]:
    cast = grid.cast
    now = cast.at + 2 * DAY
    party = unit("990000001001901", "柳岸社区党总支", UnitKind.PARTY, cast.community)
    gone = unit("990000001003", "白鹭社区", UnitKind.COMMUNITY, cast.street)
    found = {name: getattr(cast, name).officer for name in ("wang", "li", "zhang", "qian", "sun")}
    found |= {name: getattr(cast, name).officer for name in ("zhao", "zhou")}
    new: list[tuple[str, str, Unit, str, datetime | None]] = [
        ("feng", "冯小值", cast.zone, "duty_officer", None),
        ("chen", "陈小任", cast.zone, "unit_head", None),
        ("auditor", "褚小计", cast.zone, "auditor", None),
        ("wei", "卫小核", cast.community, "verifier", None),
        ("shen", "沈小处", cast.other_street, "handler", None),
        ("han", "韩小任", cast.other_street, "unit_head", None),
        ("party", "杨小书", party, "unit_head", None),
        ("deputy", "朱小代", cast.other_community, "grid_member", None),
        ("former", "秦小离", cast.village, "unit_head", now),
        ("gone", "许小撤", gone, "unit_head", None),
        ("inactive", "何小停", cast.street, "auditor", None),
    ]
    for place, (name, said, of, role, until) in enumerate(new):
        found[name] = hold(officer(f"11{place:02}", said), post(of, role), until=until).officer
    return found | {"idle": officer("1199", "吕小闲")}


def _depart(town: Town) -> None:
    """Let people hand over, leave and be dissolved, as the instants of the law need it."""
    cast = town.grid.cast
    orgs.delegate(
        by=SYSTEM,
        at=cast.at,
        post=cast.wang.post,
        giver=cast.wang.officer,
        taker=town.people["deputy"],
        starts_at=town.now,
        ends_at=town.now + HOUR,
        reason="休假",
    )
    Officer.objects.filter(pk=town.people["inactive"].pk).update(is_active=False)
    # The act asks for all posts to be empty first; a register taken over need not be as tidy.
    Unit.objects.filter(code="990000001003").update(dissolved_on=(cast.at + DAY).date())


class _Story:
    """Tells every case by acts, each somewhere else: no two share a point."""

    def __init__(self, town: Town) -> None:
        self.town, self.grid, self.cast = town, town.grid, town.grid.cast
        self.at = self.cast.at
        self.told = 0
        self.held = {name: self._capacity(name) for name in ("feng", "shen")}

    def _capacity(self, name: str) -> Capacity:
        return orgs.capacities(self.town.people[name], self.at)[0]

    def tell(self) -> None:
        """Tell all of it."""
        self._plain()
        self._passed()
        self._together()
        self._ended()
        self._elsewhere()
        self._taken_over()

    def _report(self, name: str, west: float = 117.0, **changes: Any) -> Case:
        self.told += 1
        point = Place(lng=round(west + 0.00137 + 0.00211 * self.told, 5), lat=30.51973)
        given = {"point": point, "at": self.at + timedelta(minutes=self.told)} | changes
        self.town.cases[name] = scene.report(self.grid, **given)
        return self.town.cases[name]

    def _walk(self, case: Case, *moves: str) -> Case:
        return scene.walk(self.grid, case, moves)

    def _category(self, code: str, name: str, at: datetime | None = None, **more: Any) -> Category:
        done = actions.set_category(
            by=SYSTEM,
            at=at or self.at,
            code=code,
            name=name,
            kind=Kind.EVENT,
            limit=workdays(5),
            closing_condition="已处置",
            **more,
        )
        assert done.value is not None
        return done.value

    def _plain(self) -> None:
        photo = scene.kept_photo(RESIDENT, self.at)
        ordinary = self._report("ordinary", photos=[photo], claim=CLAIM)
        self._walk(ordinary, "judge", "dispatch")
        secret = self._category("S901", "矛盾纠纷", sensitive=True)
        photo = scene.kept_photo(RESIDENT, self.at, seed=7)
        sensitive = self._report("sensitive", category=secret, photos=[photo], claim=CLAIM)
        self._walk(sensitive, "judge", "dispatch")
        noise = self._category("E202", "夜间噪声")
        self._walk(self._report("since_secret", category=noise), "judge")
        self._category("E202", "夜间噪声", self.at + DAY, sensitive=True)
        self._report("new", west=117.05)
        self._report("orphan", point=None, unit=Unit.objects.get(code="990000001003"))

    def _passed(self) -> None:
        self._walk(self._report("passed", west=117.05), "pass_up")
        far = self._report("far", west=117.11)
        for move in ("judge", "dispatch"):
            changes = {"unit": self.cast.other_street} if move == "dispatch" else {}
            scene.make(self.grid, far, move, **changes)
        # What street A handed up is merged into a case of street B, which A may not know.
        case = self._walk(self._report("passed_merged", west=117.05), "pass_up")
        scene.make(self.grid, case, "merge", by=self.held["feng"], case=far.number)

    def _together(self) -> None:
        main = self._walk(self._report("main"), "judge")
        scene.make(self.grid, self._report("merged"), "merge", case=main.number)
        whole = self._walk(self._report("split"), "judge")
        parts = [
            actions.Part("更换井盖。", self.grid.street),
            actions.Part("疏通管道。", self.cast.other_street),
        ]
        scene.make(self.grid, whole, "split", parts=parts)
        links = CaseLink.objects.filter(main=whole, kind=LinkKind.SPLIT).order_by("id")
        for name, link in zip(("part_a", "part_b"), links.select_related("other"), strict=True):
            self.town.cases[name] = link.other

    def _ended(self) -> None:
        self._walk(self._report("ended"), *scene.PATH)
        scene.make(self.grid, self._walk(self._report("reopened"), *scene.PATH), "reopen")
        late = appealing.ended_late(self.grid, DAY)
        self.town.cases["late"] = late
        done = appealing.file(self.grid, late, at=self.town.now - HOUR)
        self.town.appeal = done.value.number

    def _elsewhere(self) -> None:
        quiet = self._category("E301", "占道经营", anonymous_allowed=True)
        self._report("anonymous", west=117.09, category=quiet, phone="", reporter_name="")
        lent = self._walk(self._report("lent"), "judge")
        scene.make(self.grid, lent, "dispatch", unit=self.cast.other_street)
        scene.make(self.grid, lent, "return", by=self.held["shen"])
        done = actions.join_incident(
            by=RESIDENT,
            at=self.at + HOUR,
            source=Source.RESIDENT,
            main=self.town.cases["far"],
            phone=scene.PHONE,
        )
        assert done.value is not None
        self.town.cases["joined"] = done.value

    def _taken_over(self) -> None:
        bulk = Bulk(system=terms.SYSTEM, procedure=current(terms.PROCEDURE), limits=False)
        opened = self.at + HOUR
        draft = bulk.open_case(
            title="路灯不亮", unit=self.cast.village, at=opened, due_at=opened + DAY
        )
        case = draft.case
        facts = {"to": [], "source": Source.IMPORTED, "category": "路灯", "origin": "旧系统"}
        bulk.keep(draft, [NewEntry(terms.IMPORTED, case.subject, SYSTEM, opened, facts, {})])
        old = Incident(case=case, source=Source.IMPORTED, origin="旧系统", origin_number="1")
        actions.write_incidents(bulk, [old])
        self.town.cases["imported"] = Case.objects.get(number=case.number)
