"""The organisation of the demo zone, founded by acts: units, posts, people, cells, categories."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, islice
from typing import TypeVar

from jiceng.demo import zone
from jiceng.demo.grids import Surveyor
from jiceng.demo.party import OFFICES, organisations
from jiceng.demo.routing import set_rules
from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures.terms import FIGURES_KEEPER
from jiceng.kernel.ledger.service import SYSTEM, Done
from jiceng.kernel.notices.terms import BOARD_KEEPER
from jiceng.kernel.orgs.models import Officer, Post, Unit
from jiceng.kernel.orgs.service import (
    appoint,
    create_post,
    found_unit,
    issue_password,
    register_officer,
)
from jiceng.kernel.orgs.terms import (
    AUDITOR,
    DUTY_OFFICER,
    GRID_MEMBER,
    HANDLER,
    ORG_ADMIN,
    UNIT_HEAD,
    VERIFIER,
)
from jiceng.kernel.workdays.service import Limit, urgent_hours, work_hours, workdays
from jiceng.systems.grid import actions
from jiceng.systems.grid.terms import Kind
from jiceng.systems.secretary_projects.terms import INSPECTOR, PARTY_OFFICE, SECRETARY

T = TypeVar("T")
FOUNDED_AT = datetime(2022, 1, 4, 8, 0, tzinfo=SHANGHAI)
PART_TIME_MEMBERS = 124
PASSWORD = "jiceng-demo-2022"


@dataclass(frozen=True)
class Standard:
    """A category of the standard; each street has a team for it, and the zone supervises."""

    code: str
    name: str
    group: str
    limit: Limit
    condition: str
    closing_condition: str
    radius: int = 50
    verified: bool = True
    sensitive: bool = False


# What may be reported. Limits and closing conditions follow the published table of one city.
CATEGORIES = (
    Standard(
        "C101",
        "井盖缺失、移位",
        "公用设施",
        urgent_hours(2),
        "井盖丢失，或移位露出井口",
        "井盖补齐复位，四周平整",
        20,
    ),
    Standard("C102", "路灯不亮", "公用设施", workdays(2), "应亮时段不亮", "夜间正常照明"),
    Standard(
        "C103",
        "人行道破损",
        "道路设施",
        workdays(5),
        "铺装缺损、松动，影响通行",
        "铺装平整，无缺损",
    ),
    Standard(
        "C104",
        "行道树倒伏、缺株",
        "园林绿化",
        workdays(3),
        "倒伏、折断或缺株",
        "扶正或补植，清除断枝",
    ),
    Standard(
        "E201",
        "暴露垃圾",
        "环境卫生",
        work_hours(4),
        "公共区域垃圾未入容器",
        "垃圾清除，地面无残留",
    ),
    Standard(
        "E202",
        "积水、污水外溢",
        "环境卫生",
        work_hours(4),
        "路面积水影响通行，或污水溢出",
        "积水排除，污水不再外溢",
    ),
    Standard(
        "E203", "占道经营", "街面秩序", work_hours(2), "占用道路摆摊经营", "通道恢复畅通", 100
    ),
    Standard(
        "E204",
        "施工噪声扰民",
        "施工管理",
        work_hours(2),
        "夜间施工且无许可",
        "停止夜间施工，或持证施工并公告",
        200,
    ),
    Standard(
        "E205",
        "乱贴小广告",
        "宣传广告",
        workdays(1),
        "公共场所张贴、喷涂小广告",
        "清除干净，恢复原貌",
        verified=False,
    ),
    Standard(
        "E301",
        "邻里矛盾纠纷",
        "矛盾纠纷",
        workdays(5),
        "居民之间的纠纷，需要调解",
        "调解达成一致，或告知其他途径",
        0,
        sensitive=True,
    ),
)


@dataclass
class Zone:
    """What was founded, by code, for the stories to refer to."""

    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[tuple[str, str], Post] = field(default_factory=dict)
    officers: dict[tuple[str, str], Officer] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """Somebody whom a visitor of the demo can sign in as."""

    staff_no: str
    role: str
    unit: str
    what: str


ACCOUNTS = (
    Account("1001", DUTY_OFFICER.code, "340871001", "菱北街道值班员：研判、派遣、结案"),
    Account("1002", HANDLER.code, "340871001H01", "市政设施养护队处置员：处置、退回"),
    Account("1003", VERIFIER.code, "340871001002", "菱北社区核查员：现场核实"),
    Account("1004", GRID_MEMBER.code, "340871001002", "菱北社区网格员：巡查上报"),
    Account("1005", UNIT_HEAD.code, "340871001", "菱北街道负责人：超期升级到此"),
    Account("1006", DUTY_OFFICER.code, "340871100", "老峰镇值班员"),
    Account("1007", UNIT_HEAD.code, "340871", "经开区负责人：看全区"),
    Account("1008", ORG_ADMIN.code, "340871", "组织管理员：看全区（管理页面还没有）"),
    Account("1009", AUDITOR.code, "340871", "审计员：看全区的办件和经过"),
    Account("1010", DUTY_OFFICER.code, "340871", "经开区值班员：接办街道报上来的事件"),
    Account("1011", SECRETARY.code, "340871001003P01", "刘纪社区党支部书记：领办书记项目和事项"),
    Account("1012", PARTY_OFFICE.code, "340871", "党建办：备案审核、公示、验收、成效台账"),
    Account("1013", INSPECTOR.code, "340871", "督查员：督查走访、核查进展、销号"),
    Account("1014", FIGURES_KEEPER.code, "340871", "统计员：发布指标、编发简报"),
    Account("1015", BOARD_KEEPER.code, "340871", "公开栏管理员：审核留言、答复异议"),
    Account("1016", SECRETARY.code, "340871P01", "经开区党工委书记：带头领办书记项目"),
)


def is_founded() -> bool:
    """Tell whether the demo zone is what this database holds, with its accounts."""
    numbers = [account.staff_no for account in ACCOUNTS]
    return Unit.objects.filter(code=zone.ZONE[0]).exists() and Officer.objects.filter(
        staff_no__in=numbers
    ).count() == len(numbers)


def new(done: Done[T]) -> T:
    """Return what an act made; the demo makes everything once, so nothing is a replay."""
    if done.value is None:
        raise RuntimeError("the demo zone is founded once")
    return done.value


class Founder:
    """Founds the organisation step by step; every step is an act of the system at one instant."""

    def __init__(self) -> None:
        self.zone = Zone()
        self.names = zone.names(2022)
        self.staff = iter(range(2001, 10_000))
        self.fixed = {(account.unit, account.role): account.staff_no for account in ACCOUNTS}

    def found(self) -> Iterator[str]:
        """Do everything, saying before each part what comes."""
        yield "单位"
        self._units()
        yield "立案标准"
        self._standards()
        yield "岗位与人员"
        self._people()
        yield "网格与巡查"
        Surveyor(self.zone.units, self.zone.posts, FOUNDED_AT).draw()
        set_rules(self.zone.units, FOUNDED_AT)
        yield "演示账号"
        self._passwords()

    def _unit(self, code: str, name: str, kind: str, parent: str = "", short: str = "") -> None:
        founded = found_unit(
            by=SYSTEM,
            at=FOUNDED_AT,
            code=code,
            name=name,
            kind=kind,
            short_name=short,
            parent=self.zone.units.get(parent),
            division_code=code if code.isdigit() else "",
        )
        self.zone.units[code] = new(founded)

    def _units(self) -> None:
        code, name, short = zone.ZONE
        self._unit(code, name, "zone", short=short)
        for street, street_name, kind in zone.STREETS:
            self._unit(street, street_name, kind, code, street_name)
            for suffix, team, _categories in zone.TEAMS:
                self._unit(f"{street}{suffix}", f"{street_name}{team}", "office", street, team)
        for place in zone.communities():
            self._unit(place.code, place.name, place.kind, place.street, place.short_name)
        for branch in organisations():
            self._unit(branch.code, branch.name, "party", branch.beside)

    def _standards(self) -> None:
        for standard in CATEGORIES:
            actions.set_category(
                by=SYSTEM,
                at=FOUNDED_AT,
                code=standard.code,
                name=standard.name,
                kind=Kind.COMPONENT if standard.code.startswith("C") else Kind.EVENT,
                group=standard.group,
                limit=standard.limit,
                condition=standard.condition,
                closing_condition=standard.closing_condition,
                supervising_unit=self.zone.units[zone.ZONE[0]],
                anonymous_allowed=standard.code.startswith("E") and not standard.sensitive,
                needs_verification=standard.verified,
                sensitive=standard.sensitive,
                duplicate_radius=standard.radius,
            )

    def _post(self, unit: str, role: str, name: str) -> None:
        post = create_post(
            by=SYSTEM, at=FOUNDED_AT, unit=self.zone.units[unit], role=role, name=name
        )
        self.zone.posts[unit, role] = new(post)

    def _person(self, unit: str, role: str) -> None:
        """Register somebody with an invented name and let them hold the post."""
        first = (unit, role) not in self.zone.officers
        number = self.fixed.get((unit, role), "") if first else ""
        registered = register_officer(
            by=SYSTEM,
            at=FOUNDED_AT,
            staff_no=number or str(next(self.staff)),
            name=next(self.names),
        )
        officer = new(registered)
        post = self.zone.posts[unit, role]
        appoint(by=SYSTEM, at=FOUNDED_AT, post=post, officer=officer)
        self.zone.officers.setdefault((unit, role), officer)

    def _staff_post(self, unit: str, role: str, name: str) -> None:
        self._post(unit, role, name)
        self._person(unit, role)

    def _people(self) -> None:
        self._staff_post(zone.ZONE[0], UNIT_HEAD.code, "负责人")
        self._staff_post(zone.ZONE[0], ORG_ADMIN.code, "组织管理员")
        self._staff_post(zone.ZONE[0], AUDITOR.code, "审计员")
        for street, _name, _kind in zone.STREETS:
            self._staff_post(street, UNIT_HEAD.code, "负责人")
            self._staff_post(street, DUTY_OFFICER.code, "值班员")
            for suffix, _team, _categories in zone.TEAMS:
                self._staff_post(f"{street}{suffix}", HANDLER.code, "处置员")
        places = [place.code for place in zone.communities()]
        for place in places:
            self._staff_post(place, UNIT_HEAD.code, "网格长")
            self._staff_post(place, VERIFIER.code, "核查员")
            self._post(place, GRID_MEMBER.code, "网格员")
        for place in islice(cycle(places), PART_TIME_MEMBERS):
            self._person(place, GRID_MEMBER.code)
        # Last, so that everybody before keeps name and number.
        self._staff_post(zone.ZONE[0], DUTY_OFFICER.code, "值班员")
        for branch in organisations():
            self._staff_post(branch.code, SECRETARY.code, "书记")
        for role, name, count in OFFICES:
            self._post(zone.ZONE[0], role, name)
            for _time in range(count):
                self._person(zone.ZONE[0], role)

    def _passwords(self) -> None:
        for account in ACCOUNTS:
            issue_password(
                by=SYSTEM,
                at=FOUNDED_AT,
                officer=self.zone.officers[account.unit, account.role],
                new=PASSWORD,
                must_change=False,
            )
