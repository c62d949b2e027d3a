"""What is forgotten of a project: an erasure blanks what people wrote, and leaves what was done."""

from datetime import datetime

from django.db.models import Model, QuerySet

from jiceng.kernel.ledger.service import Actor, on_erasure
from jiceng.kernel.procedures.models import Case
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.indexing import forget_project
from jiceng.systems.secretary_projects.models import (
    Adoption,
    Exemplar,
    Finding,
    GateEvidence,
    PlanStep,
    Project,
    Report,
    Result,
    Visit,
)

# What stands where the database asks for words and there are none any more.
ERASED = "—"
WORDS: dict[type[Model], tuple[str, ...]] = {
    GateEvidence: ("words",),
    PlanStep: ("name", "expected", "owner"),
    Report: ("blockers", "comment"),
    Visit: ("words",),
    Finding: ("words", "rectification"),
    Result: ("name",),
}


@on_erasure
def forget_words(*, subject: str, by: Actor, at: datetime) -> list[str]:
    """Blank what was written into a project; days, figures and states stay, and so do counts."""
    system, _case, number = subject.partition(".case:")
    project = Project.objects.filter(case__number=number, case__system=terms.SYSTEM).first()
    if system != terms.SYSTEM or project is None:
        return []
    rows: list[tuple[QuerySet, tuple[str, ...]]] = [
        (model._default_manager.filter(project=project), names) for model, names in WORDS.items()
    ]
    rows += [
        (Project.objects.filter(pk=project.pk), ("background", "expected")),
        (Exemplar.objects.filter(project=project), ("title", "summary")),
        (Adoption.objects.filter(exemplar__project=project), ("words",)),
    ]
    blanked = [name for found, names in rows for name in _blank(found, names)]
    Exemplar.objects.filter(project=project).exclude(article="").update(article=ERASED)
    Case.objects.filter(pk=project.pk).update(title=project.get_kind_display())
    forget_project(Project.objects.select_related("case", "unit").get(pk=project.pk))
    return blanked


def _blank(rows: QuerySet, names: tuple[str, ...]) -> list[str]:
    """Blank the fields that hold anything; return them as «model.field»."""
    held = [name for name in names if rows.exclude(**{f"{name}__in": ("", ERASED)}).exists()]
    for name in held:
        rows.exclude(**{name: ""}).update(**{name: ERASED})
    return [f"{rows.model._meta.model_name}.{name}" for name in held]
