"""经验总结: an exemplar is raised, written about, judged on the roadshow, taken over elsewhere."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.reviews.models import Candidate, Review
from jiceng.kernel.reviews.service import Entrant, open_review
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.recording import check_past, held
from jiceng.systems.secretary_projects.actions.refusals import (
    AdoptedAtHome,
    AlreadyRaised,
    NoArticle,
    NotACandidate,
    NothingTold,
    NotRunning,
)
from jiceng.systems.secretary_projects.models import Adoption, Exemplar, Project
from jiceng.systems.secretary_projects.rules.roadshow import RULE

ADOPTERS = (terms.SECRETARY.code, terms.PARTY_OFFICE.code)


def _may_raise(*, by: Actor, **given: Any) -> None:
    """The party office; that it is one of its projects is asked of the row."""
    if not (isinstance(by, Capacity) and by.role == terms.PARTY_OFFICE.code):
        raise NotAllowed()


def _may_adopt(*, by: Actor, unit: Unit, **given: Any) -> None:
    adopts = isinstance(by, Capacity) and by.role in ADOPTERS
    if not (adopts and isinstance(by, Capacity) and by.unit.contains(unit)):
        raise NotAllowed()


def _kept_by(by: Capacity, number: str) -> Project:
    project = held(number)
    if not by.unit.contains(project.unit):
        raise Absent()
    return project


def exemplar_of(project: Project) -> Exemplar:
    """Return the exemplar of a project, or raise ``Absent``."""
    row = Exemplar.objects.select_for_update().filter(project=project).first()
    if row is None:
        raise Absent()
    return row


@act(terms.EXEMPLAR_RAISED, label=_("推荐为典型"), may=_may_raise)
def raise_exemplar(
    *, by: Capacity, at: datetime, number: str, title: str, summary: str
) -> Recorded[Exemplar]:
    """Say what others can learn from a project.

    Raises ``NothingTold`` (422), ``NotRunning``, ``AlreadyRaised`` (409).
    """
    project = _kept_by(by, number)
    if not title or not summary:
        raise NothingTold(field="summary" if title else "title")
    if project.registered_at is None:
        raise NotRunning()
    if Exemplar.objects.filter(project=project).exists():
        raise AlreadyRaised()
    row = Exemplar.objects.create(project=project, title=title, summary=summary, raised_at=at)
    words = {"title": title, "summary": summary}
    return Recorded(row, project.case.subject, {"unit": project.unit.code}, words)


@act(terms.COLUMN_WRITTEN, label=_("刊发专栏文章"), may=_may_raise)
def write_column(*, by: Capacity, at: datetime, number: str, article: str) -> Recorded[Exemplar]:
    """Publish the article of the column. Raises ``NothingTold`` (422), ``AlreadyRaised`` (409)."""
    project = _kept_by(by, number)
    row = exemplar_of(project)
    if not article:
        raise NothingTold(field="article")
    if row.article_at is not None:
        raise AlreadyRaised()
    row.article, row.article_at = article, at
    row.save(update_fields=["article", "article_at"])
    return Recorded(row, project.case.subject, {"length": len(article)}, {"article": article})


@act(terms.ENTERED_ROADSHOW, label=_("参加路演评审"), may=_may_raise)
def enter_roadshow(
    *, by: Capacity, at: datetime, number: str, review: Review
) -> Recorded[Exemplar]:
    """Note that an exemplar stands in a review, as one of its candidates.

    Raises ``NoArticle``, ``AlreadyRaised`` (409), ``NotACandidate`` (422).
    """
    project = _kept_by(by, number)
    row = exemplar_of(project)
    if row.article_at is None:
        raise NoArticle()
    if row.review:
        raise AlreadyRaised()
    if not Candidate.objects.filter(review=review, subject=project.case.subject).exists():
        raise NotACandidate(field="review")
    row.review, row.entered_at = review.uid, at
    row.save(update_fields=["review", "entered_at"])
    return Recorded(row, project.case.subject, {"review": review.uid})


def open_roadshow(
    *, by: Capacity, at: datetime, unit: Unit, title: str, numbers: Sequence[str]
) -> Review:
    """Open a review of exemplars under the published rule, and let each of them enter it; all or
    nothing. Raises what ``open_review`` and ``enter_roadshow`` raise."""
    with transaction.atomic():
        projects = [_kept_by(by, number) for number in numbers]
        entrants = [Entrant(p.case.title, p.unit, p.case.subject) for p in projects]
        done = open_review(
            by=by,
            at=at,
            kind=terms.REVIEW,
            title=title,
            unit=unit,
            rule=RULE,
            candidates=entrants,
        )
        review = done.value
        assert review is not None  # it has no key, so it is no replay
        for number in numbers:
            enter_roadshow(by=by, at=at, number=number, review=review)
    return review


@act(terms.ADOPTED, label=_("推广应用"), may=_may_adopt)
def adopt(
    *, by: Capacity, at: datetime, number: str, unit: Unit, day: date, words: str
) -> Recorded[Adoption]:
    """Record that another unit took an exemplar over; promotion is counted by these.

    Raises ``AdoptedAtHome``, ``NothingTold``, ``DayToCome`` (422), ``AlreadyRaised`` (409).
    """
    project = held(number)
    row = exemplar_of(project)
    if unit.contains(project.unit) or project.unit.contains(unit):
        raise AdoptedAtHome(field="unit")
    if not words:
        raise NothingTold(field="words")
    check_past(day, at)
    if Adoption.objects.filter(exemplar=row, unit=unit).exists():
        raise AlreadyRaised(_("该单位已经登记过推广。"))
    adopted = Adoption.objects.create(exemplar=row, unit=unit, day=day, words=words, at=at)
    facts = {"unit": unit.code, "day": day}
    return Recorded(adopted, project.case.subject, facts, {"words": words})
