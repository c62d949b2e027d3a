"""Why a project, a plan or a report cannot go on as somebody wanted."""

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Conflict, NotAllowed


class NotAParty(BadInput):
    """Only a party organisation has projects (422)."""

    code = "not_a_party"
    sentence = _("书记项目由党组织提出，请选择党组织。")


class NotTheSecretary(BadInput):
    """The owner is no secretary of this organisation (422)."""

    code = "not_the_secretary"
    sentence = _("领办人应为该党组织现任书记。")


class DatesReversed(BadInput):
    """It would end before it starts, or before today (422)."""

    code = "dates_reversed"
    sentence = _("完成期限不能早于开始日期，也不能早于今天。")


class NothingExpected(BadInput):
    """Without an expected result there is nothing to measure it by (422)."""

    code = "nothing_expected"
    sentence = _("请写明预期成效。")


class GateJumped(Conflict):
    """A gate that comes first has no evidence (409)."""

    code = "gate_jumped"
    sentence = _("前面的关口还没有佐证，不能越过。")


class GateBackDated(BadInput):
    """The day lies before that of the gate before it (422)."""

    code = "gate_back_dated"
    sentence = _("日期不能早于前一关口的日期。")


class DayToCome(BadInput):
    """What has been done was not done in the future (422)."""

    code = "day_to_come"
    sentence = _("日期不能晚于今天。")


class NoPlan(Conflict):
    """A project is filed with its plan (409)."""

    code = "no_plan"
    sentence = _("请先编制“一项一策”方案，至少有一个步骤。")


class NotPublished(Conflict):
    """There is no notice of this project (409)."""

    code = "not_published"
    sentence = _("项目还没有公示。")


class StillHanging(Conflict):
    """The notice has to be withdrawn first (409)."""

    code = "still_hanging"
    sentence = _("公示仍在公开栏上，请先撤回公示并说明原因。")


class OpenFindings(Conflict):
    """What an inspection found is not put right yet (409)."""

    code = "open_findings"
    sentence = _("还有督查问题没有整改销号。")


class StepsNotDone(Conflict):
    """A step of the plan is not done, or an inspection contradicts it (409)."""

    code = "steps_not_done"
    sentence = _("方案中还有步骤没有完成，或与督查核实的情况不符。")


class OutsideDates(BadInput):
    """The day of a step lies outside the project (422)."""

    code = "outside_dates"
    sentence = _("时间节点应在项目起止日期之内。")


class BadStepWeight(BadInput):
    """Not a weight (422)."""

    code = "bad_step_weight"
    sentence = _("权重应为大于0、不超过10000的数。")


class BadPercent(BadInput):
    """Not between nought and a hundred (422)."""

    code = "bad_percent"
    sentence = _("进度应为0至100的数。")


class StepIncomplete(BadInput):
    """A step needs a name, an owner and an expected result (422)."""

    code = "step_incomplete"
    sentence = _("步骤、责任人和预期成果都要填写。")


class NotRunning(Conflict):
    """The project is not registered yet, or it has ended (409)."""

    code = "not_running"
    sentence = _("项目还没有立项，或已经办结。")


class PlanSettled(Conflict):
    """The plan of a project that has ended, or is being looked at, is not changed (409)."""

    code = "plan_settled"
    sentence = _("项目正在公示、验收或已办结，方案不能修改。")


class NotTheOwner(NotAllowed):
    """Only the secretary who leads it does this (403)."""

    code = "not_the_owner"
    sentence = _("此项由领办书记办理。")
