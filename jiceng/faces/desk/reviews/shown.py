"""How a review is told: tables and sentences, ready for the components."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiceng.faces.desk.reviews.forms import meaning_of
from jiceng.kernel.base.text import listed
from jiceng.kernel.exports.service import Column
from jiceng.kernel.reviews.models import Candidate, Panelist, Review
from jiceng.kernel.reviews.rules import DIGITS, Heard, Ranking, Rule, Standing, digits_of, rounded
from jiceng.kernel.reviews.service import Aside, Opened
from jiceng.kernel.reviews.terms import Normalise, Ties

NONE = "—"
FAULTS = {
    "rule": gettext_lazy("规则与指纹不符"),
    "commitments": gettext_lazy("评分表与提交时的承诺不符"),
    "ballots": gettext_lazy("评分表与截止时的校验值不符"),
    "result": gettext_lazy("名次与台账不符"),
    "closing": gettext_lazy("台账里没有截止记录"),
}


@dataclass(frozen=True)
class Sheet:
    """A table as the component takes it."""

    caption: str
    columns: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    numeric: str = ""


def score_text(value: Decimal | None) -> str:
    """Return a score with all the digits by which it is compared."""
    return NONE if value is None else f"{rounded(value):.{DIGITS}f}"


def place_text(standing: Standing) -> str:
    """Return the place, and that it is shared."""
    if standing.place is None:
        return _("未评")
    told = {"place": standing.place}
    return (_("并列第 %(place)d") if standing.tied else _("第 %(place)d")) % told


def ways_of(rule: Rule) -> list[tuple[str, str]]:
    """Return how the rule counts, as pairs of name and sentence."""
    counting = _("原始分：每份评分表按权重折成百分制。")
    if rule.normalise == Normalise.Z:
        counting = _(
            "标准分：每份评分表先折成百分制，减去该评委的平均分，再除以该评委的总体标准差；"
            "只评一份或各份同分的记 0。"
        )
    trimming = (
        _("三份及以上时，去掉一个最高、一个最低，其余取平均。") if rule.trim else _("全部取平均。")
    )
    return [
        (_("折算"), counting),
        (_("取舍"), trimming),
        (_("名次"), _("四舍五入到小数点后四位再比较，相同即并列。")),
        (_("并列"), str(Ties(rule.ties).label)),
    ]


def criteria_of(rule: Rule) -> Sheet:
    """Return the criteria with weight, best mark and what the marks mean."""
    rows = [
        (each.label, digits_of(each.weight), digits_of(each.best), meaning_of(each) or NONE)
        for each in rule.criteria
    ]
    columns = [_("指标"), _("权重"), _("满分"), _("分段含义")]
    return Sheet(_("指标、权重和满分"), columns, rows, "2 3")


def progress_of(panel: Iterable[Panelist]) -> Sheet:
    """Return who has voted, and nothing of how."""
    rows = [(judge_name(judge), _share(judge), judge.aside) for judge in panel]  # type: ignore[attr-defined]
    return Sheet(_("已提交和应提交的评分表"), [_("评委"), _("已评"), _("回避")], rows, "2 3")


def _share(judge: Any) -> str:
    return f"{judge.cast} / {judge.given}"


def judge_name(judge: Panelist) -> str:
    """Return what a judge is called: a number and a post, no personal name."""
    return _("评委 %(number)d（%(post)s）") % {"number": judge.number, "post": judge.post}


def asides_sheet(asides: Iterable[Aside], *, reasons: bool) -> Sheet:
    """Return who stands aside for whom; ``reasons`` are for the chair alone."""
    columns = [_("对象"), _("评委"), _("回避原因")]
    rows = [
        (
            aside.candidate.title,
            judge_name(aside.judge),
            listed([aside.interest.label, *([aside.reason] if reasons and aside.reason else [])]),
        )
        for aside in asides
    ]
    return Sheet(_("回避的评委不给该对象打分"), columns, rows)


# ---- the result ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of a result."""

    standing: Standing
    candidate: Candidate
    tied: Sequence[Candidate]


def lines_of(ranking: Ranking, candidates: Iterable[Candidate]) -> list[Line]:
    """Return the lines in the order of the ranking."""
    by_code = {candidate.code: candidate for candidate in candidates}
    return [
        Line(each, by_code[each.candidate], [by_code[code] for code in each.tied])
        for each in ranking.standings
    ]


def _linked(review: Review, candidate: Candidate) -> SafeString:
    address = reverse("desk:reviews:standing", args=[review.uid, candidate.number])
    return format_html('<a href="{}">{}</a>', address, candidate.title)


def result_of(review: Review, lines: Iterable[Line]) -> Sheet:
    """Return the ranking, each candidate a link to its explanation."""
    rows = [
        (
            place_text(line.standing),
            _linked(review, line.candidate),
            line.candidate.unit.name,
            score_text(line.standing.score),
            len(line.standing.counted),
        )
        for line in lines
    ]
    columns = [_("名次"), _("对象"), _("单位"), _("得分"), _("计入份数")]
    return Sheet(_("名次，点名称看怎样得出"), columns, rows, "4 5")


def summary_of(line: Line) -> list[tuple[str, str]]:
    """Return place, score and plain average of one candidate."""
    return [
        (_("名次"), place_text(line.standing)),
        (_("得分"), score_text(line.standing.score)),
        (_("百分制平均"), score_text(line.standing.plain)),
    ]


def ties_of(lines: Iterable[Line]) -> list[str]:
    """Return a sentence for every group of equals."""
    told: dict[int, str] = {}
    for line in lines:
        if line.tied and line.standing.place is not None:
            names = listed([line.candidate.title, *(each.title for each in line.tied)])
            sentence = _("%(names)s得分相同，并列第 %(place)d。")
            told.setdefault(
                line.standing.place, sentence % {"names": names, "place": line.standing.place}
            )
    return list(told.values())


def columns_of_result() -> list[Column[Line]]:
    """Return the columns of the file."""
    return [
        Column(_("名次"), lambda line: line.standing.place),
        Column(_("对象"), lambda line: line.candidate.title),
        Column(_("单位"), lambda line: line.candidate.unit.name),
        Column(_("得分"), lambda line: line.standing.score),
        Column(_("百分制平均"), lambda line: line.standing.plain),
        Column(_("计入份数"), lambda line: len(line.standing.counted)),
        Column(_("并列"), lambda line: listed(each.title for each in line.tied)),
    ]


def columns_of_ballots(rule: Rule) -> list[Column[Opened]]:
    """Return the columns of what it takes to count again."""

    def mark(code: str) -> Any:
        return lambda ballot: ballot.by_criterion[code]

    return [
        Column(_("评委"), lambda ballot: ballot.judge),
        Column(_("对象"), lambda ballot: ballot.candidate),
        *(Column(each.label, mark(each.code)) for each in rule.criteria),
        Column(_("随机数"), lambda ballot: ballot.salt),
        Column(_("承诺值"), lambda ballot: ballot.commitment),
    ]


# ---- the explanation ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Explained:
    """Every step from the marks to the place, each with its table or sentence."""

    marks: Sheet
    habits: Sheet | None
    dropped: Sequence[str]
    average: str
    place: str


def explained(line: Line, rule: Rule, panel: Iterable[Panelist]) -> Explained:
    """Return how a candidate came to its place."""
    names = {judge.code: judge_name(judge) for judge in panel}
    heard = line.standing.heard
    z = rule.normalise == Normalise.Z
    return Explained(
        _marks(heard, rule, names),
        _habits(heard, names) if z and heard else None,
        [_dropped(each, names) for each in heard if each.dropped],
        _average(line.standing),
        _placed(line),
    )


def _marks(heard: Sequence[Heard], rule: Rule, names: dict[str, str]) -> Sheet:
    rows = [
        (
            names[each.judge],
            *(digits_of(mark) for _criterion, mark in each.marks),
            score_text(each.total),
        )
        for each in heard
    ]
    columns = [_("评委"), *(criterion.label for criterion in rule.criteria), _("百分制")]
    numeric = " ".join(str(at) for at in range(2, len(columns) + 1))
    return Sheet(_("各评委的打分，按权重折成百分制"), columns, rows, numeric)


def _habits(heard: Sequence[Heard], names: dict[str, str]) -> Sheet:
    rows = [
        (
            names[each.judge],
            score_text(each.total),
            each.habit.count,
            score_text(each.habit.mean),
            _("无") if each.habit.flat else score_text(each.habit.spread),
            score_text(each.value),
        )
        for each in heard
    ]
    columns = [_("评委"), _("百分制"), _("共评份数"), _("该评委平均"), _("标准差"), _("标准分")]
    return Sheet(_("标准分 =（百分制 − 该评委平均）÷ 标准差"), columns, rows, "2 3 4 5 6")


def _dropped(heard: Heard, names: dict[str, str]) -> str:
    told = {"judge": names[heard.judge], "value": score_text(heard.value)}
    if heard.dropped == "highest":
        return _("去掉最高：%(judge)s %(value)s") % told
    return _("去掉最低：%(judge)s %(value)s") % told


def _average(standing: Standing) -> str:
    """Return the last sum as it is written on paper."""
    values = [score_text(each.value) for each in standing.counted]
    if not values:
        return _("没有评委评过，没有得分。")
    terms = " + ".join(f"({value})" if value.startswith("-") else value for value in values)
    whole = f"({terms})" if len(values) > 1 else terms
    return f"{whole} ÷ {len(values)} = {score_text(standing.score)}"


def _placed(line: Line) -> str:
    if line.standing.place is None:
        return _("不参加排名。")
    if not line.tied:
        return _("按得分从高到低，第 %(place)d。") % {"place": line.standing.place}
    told = {"place": line.standing.place, "names": listed(each.title for each in line.tied)}
    return _("与%(names)s得分相同，并列第 %(place)d。") % told
