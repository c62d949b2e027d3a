"""Where a grid case can stand, who holds it there, and how long."""

from django.utils.translation import gettext_noop as _

from jiceng.kernel.orgs.terms import DUTY_OFFICER, HANDLER, UNIT_HEAD, VERIFIER
from jiceng.kernel.procedures.service import Holder, Step
from jiceng.kernel.procedures.terms import Outcome
from jiceng.kernel.workdays.service import calendar_days, work_hours, workdays
from jiceng.kernel.workdays.terms import PauseCause
from jiceng.systems.grid import terms

# Who judges and dispatches, and who decides what the duty officer must not decide alone.
DUTY, HEAD = Holder(DUTY_OFFICER.code), Holder(UNIT_HEAD.code)
# A case that waits, or that was asked about, stays with the unit it was sent to.
HANDLING = Holder(HANDLER.code, at="given", of="dispatched")

STEPS = (
    Step(
        "reported",
        _("待研判"),
        holder=DUTY,
        promised=work_hours(2),
        escalates_to=UNIT_HEAD.code,
    ),
    Step(
        "asked",
        _("等待补充"),
        holder=DUTY,
        pauses=PauseCause.APPLICANT_REPLY.value,
        expires=calendar_days(terms.ANSWER_DAYS),
        on_expiry="go_on",
    ),
    Step(
        "study",
        _("集体研究"),
        holder=HEAD,
        promised=workdays(1),
        escalates_to=UNIT_HEAD.code,
    ),
    Step(
        "judged",
        _("待派遣"),
        holder=DUTY,
        promised=work_hours(2),
        escalates_to=UNIT_HEAD.code,
    ),
    # A case that was given back can only be dispatched again or passed up, never closed.
    Step(
        "returned",
        _("退回待派"),
        holder=DUTY,
        promised=work_hours(2),
        escalates_to=UNIT_HEAD.code,
    ),
    Step(
        "split",
        _("分办中"),
        holder=DUTY,
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
        "outside",
        _("等待外单位"),
        holder=HANDLING,
        pauses=PauseCause.THIRD_PARTY.value,
        expires=calendar_days(terms.CONSULTATION_DAYS),
        on_expiry="go_on_without",
    ),
    Step(
        "extension_asked",
        _("延期待批"),
        holder=DUTY,
        promised=work_hours(4),
        escalates_to=UNIT_HEAD.code,
    ),
    Step(
        "shelving_asked",
        _("挂账待批"),
        holder=HEAD,
        promised=workdays(1),
        escalates_to=UNIT_HEAD.code,
    ),
    Step(
        "shelved",
        _("已挂账"),
        holder=HANDLING,
        pauses=PauseCause.SHELVED.value,
        on_expiry="resume",
    ),
    # Whoever decides, it is verified on site, by the unit that is there.
    Step(
        "disposed",
        _("待核实"),
        holder=Holder(VERIFIER.code, at="contact"),
        promised=workdays(1),
        escalates_to=UNIT_HEAD.code,
    ),
    Step(
        "verified",
        _("待结案"),
        holder=DUTY,
        promised=work_hours(4),
        escalates_to=UNIT_HEAD.code,
    ),
    Step("closed", _("已结案"), outcome=Outcome.CLOSED),
    Step("refused", _("不予受理"), outcome=Outcome.REFUSED),
    Step("withdrawn", _("已撤回"), outcome=Outcome.WITHDRAWN),
    Step("merged", _("已并案"), outcome=Outcome.MERGED),
)
