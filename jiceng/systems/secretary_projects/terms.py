"""The words of secretary projects, each with its label, written once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.terms import register_role

SYSTEM = "secretary_projects"
SUBJECT = "secretary_projects.case:"
PROJECT_PROCEDURE = "secretary_projects.project"
ITEM_PROCEDURE = "secretary_projects.item"
NOTICE = "secretary_projects.project"
BOARD_PLAN = "secretary_projects.plan"
REVIEW = "secretary_projects.roadshow"
SEARCHED = "secretary_projects.project"

SECRETARY = register_role("secretary", _("党组织书记"), "subtree")
PARTY_OFFICE = register_role("party_office", _("党建办"), "subtree")
INSPECTOR = register_role("inspector", _("督查员"), "subtree")

# Whose bar leads to the ledger, and who looks after it.
READERS = (SECRETARY.code, PARTY_OFFICE.code, INSPECTOR.code)


class Kind(models.TextChoices):
    """The two that a secretary leads."""

    PROJECT = "project", _("书记项目")
    ITEM = "item", _("书记领办事项")


class Theme(models.TextChoices):
    """What it is about."""

    INVESTMENT = "investment", _("双招双引")
    ENTERPRISE = "enterprise", _("企业服务")
    COLLECTIVE = "collective", _("集体经济")
    GOVERNANCE = "governance", _("基层治理")
    LIVELIHOOD = "livelihood", _("民生实事")
    RURAL = "rural", _("乡村振兴")
    PARTY = "party", _("党的建设")


# 聚焦“双招双引”“企业服务”.
GROWTH = (Theme.INVESTMENT, Theme.ENTERPRISE)


class Gate(models.IntegerChoices):
    """The gates of 立项, in their order."""

    SURVEY = 1, _("深入调查")
    STUDY = 2, _("集体研究")
    FILING = 3, _("上报备案")
    PUBLICATION = 4, _("公示公开")


class Duty(models.TextChoices):
    """What is reported of a project, and how often."""

    MONTHLY = "monthly", _("月调度")
    BIMONTHLY = "bimonthly", _("双月报")
    HALF_YEAR = "half_year", _("半年评")


class Stage(models.TextChoices):
    """How far a project is, for lists and boards."""

    PREPARING = "preparing", _("立项中")
    IMPLEMENTING = "implementing", _("实施中")
    ACCEPTING = "accepting", _("验收中")
    COMPLETED = "completed", _("已办结")
    ENDED = "ended", _("未立项")


STAGES = {
    "survey": Stage.PREPARING,
    "study": Stage.PREPARING,
    "filing": Stage.PREPARING,
    "review": Stage.PREPARING,
    "publication": Stage.PREPARING,
    "defining": Stage.PREPARING,
    "implementing": Stage.IMPLEMENTING,
    "acceptance": Stage.ACCEPTING,
    "accepted": Stage.ACCEPTING,
}


class OutcomeKind(models.TextChoices):
    """What an outcome is of; kinds are never added to one another."""

    ENTERPRISE = "enterprise", _("招引企业")
    PROBLEM = "problem", _("解决企业诉求")
    INCOME = "income", _("收入")
    OTHER = "other", _("其他成效")


class Aggregation(models.TextChoices):
    """What may be done with several values of an indicator."""

    COUNT = "count", _("计数")
    SUM = "sum", _("合计")
    LATEST = "latest", _("取最近一次")
    NONE = "none", _("不可合计")


class Purpose(models.TextChoices):
    """What a photo of a project shows."""

    SURVEY = "survey", _("调查佐证")
    STUDY = "study", _("研究佐证")
    FILING = "filing", _("备案佐证")
    PUBLICATION = "publication", _("公示佐证")
    PROGRESS = "progress", _("进展佐证")
    RESULT = "result", _("成效佐证")
    VISIT = "visit", _("督查佐证")
    RECTIFICATION = "rectification", _("整改佐证")


# Working days for which a project is published before it can be registered.
PUBLIC_DAYS = 5
# How long the owner has to put right what was found, at most.
LONGEST_RECTIFICATION = 180

PROPOSED = "secretary_projects.project.proposed"
SURVEYED = "secretary_projects.project.surveyed"
STUDIED = "secretary_projects.project.studied"
FILED = "secretary_projects.project.filed"
PUBLISHED = "secretary_projects.project.published"
RETURNED = "secretary_projects.project.returned"
RECALLED = "secretary_projects.project.recalled"
REGISTERED = "secretary_projects.project.registered"
REFUSED = "secretary_projects.project.refused"
WITHDRAWN = "secretary_projects.project.withdrawn"
SUBMITTED = "secretary_projects.project.submitted"
ACCEPTED = "secretary_projects.project.accepted"
REWORKED = "secretary_projects.project.reworked"
COMPLETED = "secretary_projects.project.completed"
ITEM_PROPOSED = "secretary_projects.item.proposed"
ITEM_FILED = "secretary_projects.item.filed"
ITEM_REGISTERED = "secretary_projects.item.registered"
ITEM_RETURNED = "secretary_projects.item.returned"
ITEM_REFUSED = "secretary_projects.item.refused"
ITEM_WITHDRAWN = "secretary_projects.item.withdrawn"
ITEM_FINISHED = "secretary_projects.item.finished"
ITEM_REWORKED = "secretary_projects.item.reworked"
ITEM_COMPLETED = "secretary_projects.item.completed"
PLAN_STEP_SET = "secretary_projects.plan.step_set"
PLAN_STEP_CHANGED = "secretary_projects.plan.step_changed"
PLAN_STEP_DROPPED = "secretary_projects.plan.step_dropped"
PLAN_HUNG = "secretary_projects.plan.hung"
PROGRESS_CLAIMED = "secretary_projects.plan.progress_claimed"
REPORTED = "secretary_projects.report.submitted"
DRAW_COMMITTED = "secretary_projects.draw.committed"
DRAWN = "secretary_projects.draw.drawn"
DRAW_REVEALED = "secretary_projects.draw.revealed"
VISITED = "secretary_projects.visit.recorded"
FOUND = "secretary_projects.finding.recorded"
RECTIFIED = "secretary_projects.finding.rectified"
CONFIRMED = "secretary_projects.finding.confirmed"
SENT_BACK = "secretary_projects.finding.sent_back"
INDICATOR_SET = "secretary_projects.indicator.set"
OUTCOME_RECORDED = "secretary_projects.outcome.recorded"
OUTCOME_ACHIEVED = "secretary_projects.outcome.achieved"
EXEMPLAR_RAISED = "secretary_projects.exemplar.raised"
COLUMN_WRITTEN = "secretary_projects.exemplar.column_written"
ENTERED_ROADSHOW = "secretary_projects.exemplar.entered_roadshow"
ADOPTED = "secretary_projects.exemplar.adopted"
PROJECTS_IMPORTED = "secretary_projects.ledger.projects_imported"
OUTCOMES_IMPORTED = "secretary_projects.ledger.outcomes_imported"

# What the public board says of the last thing that happened, without names or words of officers.
MILESTONES = {
    SURVEYED: _("完成调查"),
    STUDIED: _("集体研究通过"),
    FILED: _("已上报备案"),
    PUBLISHED: _("正在公示"),
    REGISTERED: _("已立项"),
    SUBMITTED: _("申请验收"),
    ACCEPTED: _("验收通过"),
    REWORKED: _("验收退回，继续实施"),
    COMPLETED: _("已办结"),
    ITEM_FILED: _("已报备案"),
    ITEM_REGISTERED: _("已立项"),
    ITEM_FINISHED: _("申请办结"),
    ITEM_REWORKED: _("退回，继续实施"),
    ITEM_COMPLETED: _("已办结"),
    PROGRESS_CLAIMED: _("更新进展"),
    VISITED: _("督查走访"),
    RECTIFIED: _("完成整改"),
    REPORTED: _("按期调度"),
}

# What the review of a roadshow is called, and who may open one.
ROADSHOW = _("书记项目路演评审")
