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


class BadReportPeriod(BadInput):
    """Not the first day of a period of this duty (422)."""

    code = "bad_report_period"
    sentence = _("没有这个调度期。")


class PeriodToCome(Conflict):
    """The period is not over (409)."""

    code = "period_to_come"
    sentence = _("这一期还没有结束，不能提前上报。")


class PeriodLocked(Conflict):
    """It is too late even for a late report (409)."""

    code = "period_locked"
    sentence = _("这一期已锁定，不再接收上报。")


class NothingOwed(Conflict):
    """The project did not run at the end of the period (409)."""

    code = "nothing_owed"
    sentence = _("项目在这一期末不在实施中，无需上报。")


class AlreadyReported(Conflict):
    """There is a report for this period (409)."""

    code = "already_reported"
    sentence = _("这一期已经上报过了。")


class BadQuota(BadInput):
    """No quota at all, or more than there are candidates (422)."""

    code = "bad_quota"
    sentence = _("名额应为正整数，且不超过该组候选数。")


class TooFewInspectors(Conflict):
    """Nobody is left who could look at it without looking at what is their own (409)."""

    code = "too_few_inspectors"
    sentence = _("可以派出的督查员不够。")


class AlreadyDrawn(Conflict):
    """A draw is made once (409)."""

    code = "already_drawn"
    sentence = _("已经抽过签，不能重抽。")


class VisitsWaiting(Conflict):
    """The seed would tell who is still to be visited (409)."""

    code = "visits_waiting"
    sentence = _("还有走访没有完成，或已经揭示过种子。")


class OwnProject(NotAllowed):
    """Nobody inspects what is their own (403)."""

    code = "own_project"
    sentence = _("不能督查自己领办的项目。")


class VisitTooEarly(BadInput):
    """The visit would lie before its draw (422)."""

    code = "visit_too_early"
    sentence = _("走访日期不能早于抽签日期。")


class AlreadyVisited(Conflict):
    """The visit is recorded (409)."""

    code = "already_visited"
    sentence = _("这次走访已经记录。")


class NothingSeen(BadInput):
    """A visit says what was seen, a finding shows it (422)."""

    code = "nothing_seen"
    sentence = _("请写明情况，并附佐证照片。")


class BadDeadline(BadInput):
    """A time to put things right that is over, or no limit at all (422)."""

    code = "bad_deadline"
    sentence = _("整改期限应在今天之后、180天之内。")


class NotRectified(Conflict):
    """There is nothing to confirm, or it is confirmed (409)."""

    code = "not_rectified"
    sentence = _("还没有整改，或已经销号。")


class NoSuchIndicator(BadInput):
    """An indicator that nobody has set (422)."""

    code = "no_such_indicator"
    sentence = _("没有这个成效指标。")


class IndicatorIncomplete(BadInput):
    """An indicator without measure, definition or baseline (422)."""

    code = "indicator_incomplete"
    sentence = _("指标须写明名称、口径、计量单位、量词和不小于0的基线。")


class IndicatorTaken(Conflict):
    """The code is in use (409)."""

    code = "indicator_taken"
    sentence = _("这个指标代码已经使用。")


class WrongMeasure(BadInput):
    """No measure, or another than that of the indicator: nothing is converted (422)."""

    code = "wrong_measure"
    sentence = _("计量单位与指标不一致，请按指标的计量单位填写。")


class BadAmount(BadInput):
    """Negative, not a number, too fine, or missing (422)."""

    code = "bad_amount"
    sentence = _("数额应为不小于0的数，最多两位小数。")


class BadResultDay(BadInput):
    """Achieved before it was opened, or in the future (422)."""

    code = "bad_result_day"
    sentence = _("达成日期不能早于发生日期，也不能晚于今天。")


class NoResultName(BadInput):
    """A result says what it is (422)."""

    code = "no_result_name"
    sentence = _("请写明成效内容。")


class AlreadyAchieved(Conflict):
    """The result is achieved (409)."""

    code = "already_achieved"
    sentence = _("这一项已经办结。")


class NothingTold(BadInput):
    """An exemplar without title or experience (422)."""

    code = "nothing_told"
    sentence = _("请填写题目和经验。")


class AlreadyRaised(Conflict):
    """The project is an exemplar, or a step of its way was taken (409)."""

    code = "already_raised"
    sentence = _("这一步已经办过。")


class NoArticle(Conflict):
    """Without an article nothing goes to the roadshow (409)."""

    code = "no_article"
    sentence = _("请先刊发专栏文章。")


class NotACandidate(BadInput):
    """The review does not judge this project (422)."""

    code = "not_a_candidate"
    sentence = _("这次评审的对象里没有这个项目。")


class AdoptedAtHome(BadInput):
    """Taken over by who made it (422)."""

    code = "adopted_at_home"
    sentence = _("推广应用应在其他单位。")
