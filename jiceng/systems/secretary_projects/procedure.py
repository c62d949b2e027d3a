"""The two procedures: a project through its four gates, and an item on a shorter way."""

from django.utils.translation import gettext_noop as _

from jiceng.kernel.procedures.service import Holder, Move, Procedure, Step
from jiceng.kernel.procedures.terms import Need, Outcome
from jiceng.kernel.workdays.service import workdays
from jiceng.systems.secretary_projects import terms

SECRETARY = Holder(terms.SECRETARY.code)
OFFICE = Holder(terms.PARTY_OFFICE.code)
RAISED = terms.PARTY_OFFICE.code


def _step(code: str, label: str, holder: Holder, days: int = 0) -> Step:
    promised = workdays(days) if days else None
    return Step(code, label, holder=holder, promised=promised, escalates_to=RAISED)


PROJECT_STEPS = (
    _step("survey", _("深入调查"), SECRETARY, 15),
    _step("study", _("集体研究"), SECRETARY, 10),
    _step("filing", _("上报备案"), SECRETARY, 5),
    _step("review", _("备案审核"), OFFICE, 5),
    # A day after the period is over there is time left to look at objections.
    _step("publication", _("公示公开"), OFFICE, terms.PUBLIC_DAYS + 5),
    _step("implementing", _("项目实施"), SECRETARY),
    _step("acceptance", _("待验收"), OFFICE, 10),
    _step("accepted", _("待办结"), OFFICE, 5),
    Step("completed", _("已办结"), outcome=Outcome.CLOSED),
    Step("refused", _("不予立项"), outcome=Outcome.REFUSED),
    Step("withdrawn", _("已撤回"), outcome=Outcome.WITHDRAWN),
)

GATES = (
    Move(
        "survey",
        _("完成深入调查"),
        terms.SURVEYED,
        ("survey",),
        "study",
        needs=(Need.PHOTO, Need.NOTE),
    ),
    Move(
        "study",
        _("完成集体研究"),
        terms.STUDIED,
        ("study",),
        "filing",
        needs=(Need.PHOTO, Need.STUDY),
        after=("survey",),
    ),
    Move(
        "file",
        _("上报备案"),
        terms.FILED,
        ("filing",),
        "review",
        needs=(Need.PHOTO, Need.NOTE),
        after=("survey", "study"),
    ),
    Move(
        "return",
        _("退回补充"),
        terms.RETURNED,
        ("review",),
        "filing",
        needs=(Need.REASON,),
        manner="back",
    ),
    Move(
        "publish",
        _("开始公示"),
        terms.PUBLISHED,
        ("review",),
        "publication",
        needs=(Need.PHOTO, Need.NOTE),
        after=("survey", "study", "file"),
        differs_from=("file",),
    ),
    Move(
        "recall",
        _("撤下公示，退回补充"),
        terms.RECALLED,
        ("publication",),
        "filing",
        needs=(Need.REASON,),
        manner="back",
    ),
    Move(
        "register",
        _("公示期满，立项编号"),
        terms.REGISTERED,
        ("publication",),
        "implementing",
        takes=(Need.NOTE,),
        after=("survey", "study", "file", "publish"),
    ),
    Move(
        "refuse",
        _("不予立项"),
        terms.REFUSED,
        ("review",),
        "refused",
        needs=(Need.REASON,),
        manner="stop",
    ),
    Move(
        "withdraw",
        _("撤回"),
        terms.WITHDRAWN,
        ("survey", "study", "filing"),
        "withdrawn",
        needs=(Need.REASON,),
        manner="stop",
    ),
)

ENDING = (
    Move(
        "submit",
        _("申请验收"),
        terms.SUBMITTED,
        ("implementing",),
        "acceptance",
        needs=(Need.PHOTO, Need.NOTE),
    ),
    Move(
        "rework",
        _("退回继续实施"),
        terms.REWORKED,
        ("acceptance",),
        "implementing",
        needs=(Need.REASON,),
        differs_from=("submit",),
        manner="back",
    ),
    Move(
        "accept",
        _("验收通过"),
        terms.ACCEPTED,
        ("acceptance",),
        "accepted",
        needs=(Need.NOTE,),
        takes=(Need.PHOTO,),
        differs_from=("submit",),
        after=("register", "submit"),
    ),
    Move(
        "complete",
        _("办结"),
        terms.COMPLETED,
        ("accepted",),
        "completed",
        takes=(Need.NOTE,),
        after=("accept",),
    ),
)

PROJECT = Procedure(
    code=terms.PROJECT_PROCEDURE,
    version="2026-1",
    label=_("书记项目立项与实施"),
    basis=_(
        "本区基层党建“书记项目”工作规定：深入调查、集体研究、上报备案、公示公开后立项；时限由本区自定"
    ),
    start="survey",
    steps=PROJECT_STEPS,
    moves=(*GATES, *ENDING),
)

ITEM_STEPS = (
    _step("defining", _("定事项"), SECRETARY, 10),
    _step("review", _("备案审核"), OFFICE, 5),
    _step("implementing", _("事项实施"), SECRETARY),
    _step("acceptance", _("待办结"), OFFICE, 10),
    Step("completed", _("已办结"), outcome=Outcome.CLOSED),
    Step("refused", _("不予备案"), outcome=Outcome.REFUSED),
    Step("withdrawn", _("已撤回"), outcome=Outcome.WITHDRAWN),
)

ITEM_MOVES = (
    Move(
        "file",
        _("报备案"),
        terms.ITEM_FILED,
        ("defining",),
        "review",
        needs=(Need.NOTE,),
        takes=(Need.PHOTO,),
    ),
    Move(
        "return",
        _("退回补充"),
        terms.ITEM_RETURNED,
        ("review",),
        "defining",
        needs=(Need.REASON,),
        manner="back",
    ),
    Move(
        "register",
        _("同意备案，编号"),
        terms.ITEM_REGISTERED,
        ("review",),
        "implementing",
        takes=(Need.NOTE,),
        differs_from=("file",),
    ),
    Move(
        "refuse",
        _("不予备案"),
        terms.ITEM_REFUSED,
        ("review",),
        "refused",
        needs=(Need.REASON,),
        manner="stop",
    ),
    Move(
        "withdraw",
        _("撤回"),
        terms.ITEM_WITHDRAWN,
        ("defining",),
        "withdrawn",
        needs=(Need.REASON,),
        manner="stop",
    ),
    Move(
        "finish",
        _("申请办结"),
        terms.ITEM_FINISHED,
        ("implementing",),
        "acceptance",
        needs=(Need.PHOTO, Need.NOTE),
    ),
    Move(
        "rework",
        _("退回继续实施"),
        terms.ITEM_REWORKED,
        ("acceptance",),
        "implementing",
        needs=(Need.REASON,),
        differs_from=("finish",),
        manner="back",
    ),
    Move(
        "complete",
        _("办结"),
        terms.ITEM_COMPLETED,
        ("acceptance",),
        "completed",
        takes=(Need.NOTE,),
        differs_from=("finish",),
    ),
)

ITEM = Procedure(
    code=terms.ITEM_PROCEDURE,
    version="2026-1",
    label=_("书记领办事项"),
    basis=_("本区“书记领办事项”工作规定：定事项、备案、实施、办结；时限由本区自定"),
    start="defining",
    steps=ITEM_STEPS,
    moves=ITEM_MOVES,
)
