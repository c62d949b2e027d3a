"""Every table of secretary projects."""

from jiceng.systems.secretary_projects.models.exemplars import Adoption, Exemplar
from jiceng.systems.secretary_projects.models.inspections import Draw, Finding, Visit
from jiceng.systems.secretary_projects.models.outcomes import Indicator, Result
from jiceng.systems.secretary_projects.models.plans import PlanStep, Report
from jiceng.systems.secretary_projects.models.projects import FilingBook, GateEvidence, Project

__all__ = [
    "Adoption",
    "Draw",
    "Exemplar",
    "FilingBook",
    "Finding",
    "GateEvidence",
    "Indicator",
    "PlanStep",
    "Project",
    "Report",
    "Result",
    "Visit",
]
