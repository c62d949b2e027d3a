"""The procedure of an appeal against a lateness: two people look at it, one after the other."""

from django.utils.translation import gettext_noop as _

from jiceng.kernel.orgs.terms import DUTY_OFFICER, UNIT_HEAD
from jiceng.kernel.procedures.service import Holder, Move, Procedure, Step
from jiceng.kernel.procedures.terms import Need, Outcome
from jiceng.kernel.workdays.service import workdays
from jiceng.systems.grid import terms

STEPS = (
    Step(
        "first_review",
        _("初审"),
        holder=Holder(DUTY_OFFICER.code),
        promised=workdays(3),
        escalates_to=UNIT_HEAD.code,
    ),
    Step(
        "second_review",
        _("复审"),
        holder=Holder(UNIT_HEAD.code),
        promised=workdays(3),
        escalates_to=UNIT_HEAD.code,
    ),
    Step("upheld", _("申诉成立"), outcome=Outcome.CLOSED),
    Step("rejected", _("申诉不成立"), outcome=Outcome.REFUSED),
)

MOVES = (
    Move(
        "pass",
        _("初审同意，提交复审"),
        terms.APPEAL_PASSED,
        ("first_review",),
        "second_review",
        takes=(Need.NOTE,),
    ),
    Move(
        "uphold",
        _("认定申诉成立"),
        terms.APPEAL_UPHELD,
        ("second_review",),
        "upheld",
        needs=(Need.REASON,),
        differs_from=("pass",),
    ),
    Move(
        "reject",
        _("认定申诉不成立"),
        terms.APPEAL_REJECTED,
        ("first_review", "second_review"),
        "rejected",
        needs=(Need.REASON,),
        differs_from=("pass",),
        manner="stop",
    ),
)

GRID_APPEAL = Procedure(
    code=terms.APPEAL_PROCEDURE,
    version="2026-1",
    label=_("超期申诉"),
    basis=_("申诉期限、审核岗位和审核时限由本区自定；须经两人审核，超期事实不变"),
    start="first_review",
    steps=STEPS,
    moves=MOVES,
)
