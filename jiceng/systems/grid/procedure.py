"""The procedure of a grid case: who holds it, how long, which moves, on what basis."""

from django.utils.translation import gettext_noop as _

from jiceng.kernel.orgs.terms import DUTY_OFFICER, HANDLER, UNIT_HEAD, VERIFIER
from jiceng.kernel.procedures.service import Holder, Move, Procedure, Step
from jiceng.kernel.procedures.terms import Need, Outcome
from jiceng.kernel.workdays.service import work_hours, workdays
from jiceng.systems.grid import terms

GRID_CASE = Procedure(
    code=terms.PROCEDURE,
    version="2026-1",
    label=_("网格事件办理"),
    basis=_(
        "滨州市社会治理网格化服务管理条例（2021年）所述采集、受理、派遣、处置、核查、结案的闭环；时限由本区自定"
    ),
    start="reported",
    steps=(
        Step(
            "reported",
            _("待研判"),
            holder=Holder(DUTY_OFFICER.code),
            promised=work_hours(2),
            escalates_to=UNIT_HEAD.code,
        ),
        Step(
            "judged",
            _("待派遣"),
            holder=Holder(DUTY_OFFICER.code),
            promised=work_hours(2),
            escalates_to=UNIT_HEAD.code,
        ),
        Step(
            "dispatched",
            _("处置中"),
            holder=Holder(HANDLER.code, at="given"),
            promised=workdays(3),
            escalates_to=UNIT_HEAD.code,
        ),
        Step(
            "disposed",
            _("待核实"),
            holder=Holder(VERIFIER.code),
            promised=workdays(1),
            escalates_to=UNIT_HEAD.code,
        ),
        Step(
            "verified",
            _("待结案"),
            holder=Holder(DUTY_OFFICER.code),
            promised=work_hours(4),
            escalates_to=UNIT_HEAD.code,
        ),
        Step("closed", _("已结案"), outcome=Outcome.CLOSED),
        Step("refused", _("不予受理"), outcome=Outcome.REFUSED),
    ),
    moves=(
        Move(
            "judge",
            _("研判"),
            terms.JUDGED,
            ("reported",),
            "judged",
            needs=(Need.JUDGEMENT,),
            takes=(Need.NOTE,),
        ),
        Move(
            "refuse",
            _("不予受理"),
            terms.REFUSED,
            ("reported",),
            "refused",
            needs=(Need.REASON,),
            manner="stop",
        ),
        Move(
            "dispatch",
            _("派遣"),
            terms.DISPATCHED,
            ("judged",),
            "dispatched",
            needs=(Need.UNIT,),
            takes=(Need.NOTE,),
        ),
        Move(
            "dispose",
            _("处置完成"),
            terms.DISPOSED,
            ("dispatched",),
            "disposed",
            needs=(Need.PHOTO, Need.NOTE),
        ),
        Move(
            "return",
            _("退回"),
            terms.RETURNED,
            ("dispatched",),
            "judged",
            needs=(Need.REASON,),
            manner="back",
        ),
        Move(
            "reassign",
            _("改派"),
            terms.REASSIGNED,
            ("dispatched",),
            "dispatched",
            needs=(Need.UNIT, Need.REASON),
            manner="back",
        ),
        Move(
            "verify",
            _("核实通过"),
            terms.VERIFIED,
            ("disposed",),
            "verified",
            takes=(Need.NOTE, Need.PHOTO),
            differs_from=("dispose",),
        ),
        Move(
            "rework",
            _("退回重办"),
            terms.REWORKED,
            ("disposed",),
            "dispatched",
            needs=(Need.REASON,),
            takes=(Need.PHOTO,),
            differs_from=("dispose",),
            manner="back",
        ),
        Move(
            "close",
            _("结案"),
            terms.CLOSED,
            ("verified",),
            "closed",
            takes=(Need.NOTE,),
        ),
    ),
)
