"""What is forgotten of a project, what is found, and how a draw is repeated by command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from jiceng.kernel.ledger.service import OPERATOR, erase_personal
from jiceng.kernel.search.service import check
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.models import GateEvidence, PlanStep, Project, Visit
from jiceng.systems.secretary_projects.queries.lists import Choice, ledger
from jiceng.systems.secretary_projects.tests.scene import Party, registered, row
from jiceng.systems.secretary_projects.tests.test_inspections import (
    capacity_of,
    committed,
    found,
    visited,
)


class TestErasure:
    def test_blanks_what_people_wrote_and_leaves_what_was_done(self, party: Party) -> None:
        later, case = registered(party)
        draw = committed(later)
        actions.make_draw(by=later.office, at=later.at, draw=draw)
        visit = Visit.objects.select_related("project__case", "inspector").get()
        visited(later, visit)
        visit.refresh_from_db()
        found(later, visit)
        erase_personal(by=OPERATOR, at=later.at, subject=case.subject, reason="本人申请")
        project = row(case)
        assert (project.case.title, project.expected, project.filing_no) == (
            "书记项目",
            "—",
            "书记项目〔2026〕001号",
        )
        rows = [
            *GateEvidence.objects.values_list("words", flat=True),
            *PlanStep.objects.values_list("name", flat=True),
            *Visit.objects.values_list("words", flat=True),
        ]
        assert set(rows) == {"—"}
        assert ledger(party.office.officer, later.at, Choice(q="厂房")).total == 0

    def test_what_is_no_project_is_left_alone(self, party: Party) -> None:
        assert actions.forget_words(subject="grid.case:1", by=OPERATOR, at=party.at) == []


def test_the_index_holds_what_its_source_yields(party: Party) -> None:
    registered(party)
    findings = check()
    assert not findings.missing
    assert Project.objects.count() == 1


class TestCommand:
    def run(self, *given: str) -> str:
        out = StringIO()
        call_command("draw", *given, stdout=out)
        return out.getvalue()

    def test_repeats_a_draw_once_it_is_revealed_or_with_its_seed(self, party: Party) -> None:
        later, case = registered(party)
        draw = committed(later)
        with pytest.raises(CommandError, match="sealed"):
            self.run(draw.uid)
        assert case.number in self.run(draw.uid, "--seed", draw.seed)
        with pytest.raises(CommandError, match="wrong_seed"):
            self.run(draw.uid, "--seed", "0" * 64)
        with pytest.raises(CommandError, match="not_found"):
            self.run("0" * 32)
        actions.make_draw(by=later.office, at=later.at, draw=draw)
        visit = Visit.objects.select_related("project__case", "inspector").get()
        visited(later, visit)
        actions.reveal_draw(by=later.office, at=later.at, draw=draw)
        said = self.run(draw.uid)
        assert f"{case.number} project {capacity_of(party, visit).officer.staff_no}" in said

    def test_says_where_another_was_drawn(self, party: Party) -> None:
        later, _case = registered(party)
        _later, other = registered(party)
        draw = committed(later)
        actions.make_draw(by=later.office, at=later.at, draw=draw)
        visit = Visit.objects.get()
        swapped = other.pk if visit.project_id != other.pk else _case.pk
        Visit.objects.filter(pk=visit.pk).update(project=swapped)
        with pytest.raises(CommandError, match="differs"):
            self.run(draw.uid, "--seed", draw.seed)
