"""What is counted of secretary projects, each with the rows that it opens to."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.bulletins.service import register_chapter
from jiceng.kernel.figures.service import Column, count, ratio, total
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.terms import Kind as UnitKind
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.models import Adoption, Finding, Project, Result, Visit
from jiceng.systems.secretary_projects.terms import GROWTH, Kind, OutcomeKind, Theme

SINCE = date(2022, 1, 1)
SAID: dict[str, Any] = {"owner": terms.PARTY_OFFICE.code, "since": SINCE}
RENT = "park_rent"
# In 万元: 一亿元 and 一百亿元.
HUNDRED_MILLION, TEN_BILLION = Decimal(10_000), Decimal(1_000_000)


def _case_page(row: Any) -> str:
    project = row if isinstance(row, Project) else getattr(row, "project", None)
    if project is None:
        return ""
    return reverse("desk:secretary_projects:case", args=[project.case.number])


PROJECT: dict[str, Any] = {
    "measure": _("项"),
    "columns": (
        Column(_("编号"), lambda row: row.case.number),
        Column(_("立项编号"), lambda row: row.filing_no),
        Column(_("名称"), lambda row: row.case.title),
        Column(_("类型"), lambda row: row.get_kind_display()),
        Column(_("主题"), lambda row: row.get_theme_display()),
        Column(_("党组织"), lambda row: row.unit.name),
        Column(_("立项时间"), lambda row: row.registered_at),
    ),
    "link": _case_page,
} | SAID
RESULT: dict[str, Any] = {
    "day": "achieved_on",
    "columns": (
        Column(_("编号"), lambda row: row.uid),
        Column(_("指标"), lambda row: row.indicator.label),
        Column(_("内容"), lambda row: row.name),
        Column(_("党组织"), lambda row: row.unit.name),
        Column(_("达成日期"), lambda row: row.achieved_on),
        Column(_("数额"), lambda row: row.amount),
        Column(_("计量单位"), lambda row: row.measure),
    ),
    "link": _case_page,
} | SAID
UNITS: dict[str, Any] = {
    "measure": _("个"),
    "unit": "",
    "columns": (
        Column(_("代码"), lambda row: row.code),
        Column(_("党组织"), lambda row: row.name),
    ),
    "rolled": False,
} | SAID


def _registered(as_of: datetime, kind: str) -> QuerySet[Project]:
    rows = Project.objects.select_related("case", "unit").filter(kind=kind)
    return rows.filter(registered_at__lte=as_of)


@count(
    "projects.registered",
    label=_("“书记项目”立项数"),
    definition=_("四关走完、公示期满后取得立项编号的书记项目；按立项日计入。"),
    day="registered_at",
    **PROJECT,
)
def registered(as_of: datetime) -> QuerySet[Project]:
    """Projects that were given a filing number."""
    return _registered(as_of, Kind.PROJECT)


@count(
    "projects.items_registered",
    label=_("“书记领办事项”数"),
    definition=_("书记项目之外由书记领办、已备案立项的事项；按立项日计入。"),
    day="registered_at",
    **PROJECT,
)
def items_registered(as_of: datetime) -> QuerySet[Project]:
    """Items that were given a filing number."""
    return _registered(as_of, Kind.ITEM)


@count(
    "projects.completed",
    label=_("已完成“书记项目”"),
    definition=_("已立项且验收通过、办结的书记项目；按立项日计入所属统计期。"),
    day="registered_at",
    **PROJECT,
)
def completed(as_of: datetime) -> QuerySet[Project]:
    """Projects that were accepted and completed."""
    return registered(as_of).filter(completed_at__lte=as_of)


@count(
    "projects.items_completed",
    label=_("已完成“书记领办事项”"),
    definition=_("已立项且办结的书记领办事项；按立项日计入所属统计期。"),
    day="registered_at",
    **PROJECT,
)
def items_completed(as_of: datetime) -> QuerySet[Project]:
    """Items that were completed."""
    return items_registered(as_of).filter(completed_at__lte=as_of)


ratio(
    "projects.completion_rate",
    label=_("“书记项目”完成率"),
    definition=_("已完成“书记项目” ÷ “书记项目”立项数。"),
    part="projects.completed",
    whole="projects.registered",
    **SAID,
)
ratio(
    "projects.items_completion_rate",
    label=_("“书记领办事项”完成率"),
    definition=_("已完成“书记领办事项” ÷ “书记领办事项”数。"),
    part="projects.items_completed",
    whole="projects.items_registered",
    **SAID,
)


@count(
    "projects.overdue",
    label=_("超期未完成的书记项目和事项"),
    definition=_("已立项、未办结，且完成期限已过的书记项目和领办事项。"),
    rolled=False,
    **PROJECT,
)
def overdue(as_of: datetime) -> QuerySet[Project]:
    """Projects and items beyond their day."""
    standing = Q(completed_at__isnull=True) | Q(completed_at__gt=as_of)
    ended = Q(case__closed_at__lte=as_of, completed_at__isnull=True)
    rows = Project.objects.select_related("case", "unit").filter(registered_at__lte=as_of)
    return rows.filter(standing, due_on__lt=legal_day(as_of)).exclude(ended)


@count(
    "projects.theme_growth",
    label=_("聚焦“双招双引”“企业服务”的书记项目"),
    definition=_("主题为双招双引或企业服务、已立项的书记项目。"),
    day="registered_at",
    **PROJECT,
)
def theme_growth(as_of: datetime) -> QuerySet[Project]:
    """Projects about attracting and serving enterprises."""
    return registered(as_of).filter(theme__in=GROWTH)


@count(
    "projects.items_theme_growth",
    label=_("聚焦“双招双引”“企业服务”的领办事项"),
    definition=_("主题为双招双引或企业服务、已立项的书记领办事项。"),
    day="registered_at",
    **PROJECT,
)
def items_theme_growth(as_of: datetime) -> QuerySet[Project]:
    """Items about attracting and serving enterprises."""
    return items_registered(as_of).filter(theme__in=GROWTH)


@count(
    "projects.theme_collective_economy",
    label=_("集体经济提质增效书记项目"),
    definition=_("主题为集体经济、已立项的书记项目。"),
    day="registered_at",
    **PROJECT,
)
def theme_collective_economy(as_of: datetime) -> QuerySet[Project]:
    """Projects about the collective economy."""
    return registered(as_of).filter(theme=Theme.COLLECTIVE)


@count(
    "projects.branches",
    label=_("基层党组织数"),
    definition=_("截至当日设立、未撤销的基层党组织。"),
    **UNITS,
)
def branches(as_of: datetime) -> QuerySet[Unit]:
    """Party organisations."""
    return Unit.objects.existing(as_of).filter(kind=UnitKind.PARTY)


@count(
    "projects.branches_covered",
    label=_("有书记项目或领办事项的基层党组织"),
    definition=_("至少有一个已立项的书记项目或领办事项的基层党组织。"),
    **UNITS,
)
def branches_covered(as_of: datetime) -> QuerySet[Unit]:
    """Party organisations with a project or an item."""
    return branches(as_of).filter(_covered(as_of))


@count(
    "projects.branches_uncovered",
    label=_("尚无书记项目和领办事项的基层党组织"),
    definition=_("没有任何已立项的书记项目或领办事项的基层党组织；名单即明细。"),
    **UNITS,
)
def branches_uncovered(as_of: datetime) -> QuerySet[Unit]:
    """Party organisations without a project or an item: the list of who is missing."""
    return branches(as_of).filter(~_covered(as_of))


def _covered(as_of: datetime) -> Exists:
    own = Project.objects.filter(unit=OuterRef("pk"), registered_at__lte=as_of)
    return Exists(own)


ratio(
    "projects.coverage",
    label=_("书记项目覆盖率"),
    definition=_("有书记项目或领办事项的基层党组织 ÷ 基层党组织数；100%即全域覆盖。"),
    part="projects.branches_covered",
    whole="projects.branches",
    **SAID,
)


@count(
    "projects.visits",
    label=_("督导检查走访调研"),
    definition=_("督查员已记录的走访调研次数，抽签督查和自行调研都算；按走访日计入。"),
    measure=_("次"),
    day="visited_on",
    columns=(
        Column(_("编号"), lambda row: row.uid),
        Column(_("项目"), lambda row: row.project.case.title),
        Column(_("党组织"), lambda row: row.unit.name),
        Column(_("走访日期"), lambda row: row.visited_on),
    ),
    link=_case_page,
    **SAID,
)
def visits(as_of: datetime) -> QuerySet[Visit]:
    """Visits of inspectors that were made."""
    rows = Visit.objects.select_related("project__case", "unit")
    return rows.filter(visited_at__lte=as_of, visited_on__lte=legal_day(as_of))


def _achieved(as_of: datetime, kind: str) -> QuerySet[Result]:
    """Return what was achieved and on record at ``as_of``."""
    rows = Result.objects.select_related("indicator", "unit", "project__case")
    known = rows.filter(at__lte=as_of, achieved_on__lte=legal_day(as_of))
    return known.filter(indicator__kind=kind)


@count(
    "outcomes.enterprises_100m",
    label=_("招引亿元以上企业"),
    definition=_("成效台账中投资额不低于1亿元的招引企业；按落地日计入。"),
    measure=_("个"),
    **RESULT,
)
def enterprises_100m(as_of: datetime) -> QuerySet[Result]:
    """Enterprises that invest 100 million yuan or more."""
    return _achieved(as_of, OutcomeKind.ENTERPRISE).filter(amount__gte=HUNDRED_MILLION)


@count(
    "outcomes.enterprises_10bn",
    label=_("其中百亿企业"),
    definition=_("成效台账中投资额不低于100亿元的招引企业；按落地日计入。"),
    measure=_("个"),
    **RESULT,
)
def enterprises_10bn(as_of: datetime) -> QuerySet[Result]:
    """Enterprises that invest ten billion yuan or more."""
    return _achieved(as_of, OutcomeKind.ENTERPRISE).filter(amount__gte=TEN_BILLION)


@count(
    "outcomes.problems_solved",
    label=_("帮助企业解决“急难愁盼”问题"),
    definition=_("成效台账中已解决的企业诉求；按解决日计入。"),
    measure=_("个"),
    **RESULT,
)
def problems_solved(as_of: datetime) -> QuerySet[Result]:
    """Problems of enterprises that were solved."""
    return _achieved(as_of, OutcomeKind.PROBLEM)


@total(
    "outcomes.park_rent",
    field="amount",
    label=_("刘纪社区新一代信息技术产业园收取租金"),
    definition=_("成效台账中该产业园租金收入的金额合计；按收款日计入。"),
    measure=_("万元"),
    **RESULT,
)
def park_rent(as_of: datetime) -> QuerySet[Result]:
    """Rent collected from the park."""
    return _achieved(as_of, OutcomeKind.INCOME).filter(indicator__code=RENT)


@count(
    "projects.findings_open",
    label=_("未整改到位的督查问题"),
    definition=_("督查发现、尚未经督查员确认整改到位的问题。"),
    measure=_("个"),
    unit="visit__unit",
    columns=(
        Column(_("项目"), lambda row: row.visit.project.case.title),
        Column(_("问题"), lambda row: row.words),
        Column(_("整改期限"), lambda row: row.due_on),
    ),
    rolled=False,
    **SAID,
)
def findings_open(as_of: datetime) -> QuerySet[Finding]:
    """Findings that nobody confirmed as put right."""
    rows = Finding.objects.select_related("visit__project__case")
    standing = Q(confirmed_at__isnull=True) | Q(confirmed_at__gt=as_of)
    return rows.filter(standing, visit__visited_at__lte=as_of)


@count(
    "projects.adoptions",
    label=_("典型经验推广应用"),
    definition=_("其他单位学用典型经验的登记次数；按推广日计入。"),
    measure=_("次"),
    day="day",
    columns=(
        Column(_("典型"), lambda row: row.exemplar.title),
        Column(_("推广单位"), lambda row: row.unit.name),
        Column(_("推广日期"), lambda row: row.day),
    ),
    **SAID,
)
def adoptions(as_of: datetime) -> QuerySet[Adoption]:
    """Units that took an exemplar over."""
    rows = Adoption.objects.select_related("exemplar", "unit")
    return rows.filter(at__lte=as_of, day__lte=legal_day(as_of))


register_chapter(
    terms.SYSTEM,
    _("书记项目"),
    _(
        "截至{day}，{unit}“书记项目”立项{projects.registered}项，“书记领办事项”"
        "{projects.items_registered}项，覆盖率{projects.coverage}；已完成“书记项目”"
        "{projects.completed}项、“书记领办事项”{projects.items_completed}项。"
    ),
    _(
        "其中聚焦“双招双引”“企业服务”的书记项目{projects.theme_growth}项、领办事项"
        "{projects.items_theme_growth}项，集体经济提质增效书记项目"
        "{projects.theme_collective_economy}项。督导检查走访调研{projects.visits}次，"
        "未整改到位的问题{projects.findings_open}个。"
    ),
    _(
        "招引亿元以上企业{outcomes.enterprises_100m}个，其中百亿企业"
        "{outcomes.enterprises_10bn}个；帮助企业解决“急难愁盼”问题{outcomes.problems_solved}个；"
        "刘纪社区新一代信息技术产业园收取租金{outcomes.park_rent}万元。"
    ),
)
