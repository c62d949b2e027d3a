"""Why the day of a case is what it is, and the case on paper."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import extend_promise, start_level_clock
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.service import pause_clock, resume_clock, stop_clocks, workdays
from jiceng.kernel.workdays.terms import PauseCause
from jiceng.systems.grid.queries.clocks import clocks_of
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def case(grid: Grid) -> Case:
    """Return a case with a working day, on a Monday morning."""
    return scene.report(grid, category=grid.rubbish)


def clock_of(case: Case) -> Clock:
    return Clock.objects.of(case.subject).get(kind="promised")


class TestClocks:
    def test_a_running_one_says_limit_day_and_calendar(self, grid: Grid, case: Case) -> None:
        (line,) = clocks_of(case, grid.cast.at)

        assert line.label == "承诺时限"
        assert (line.state, line.light, line.due_at) == ("running", "green", case.due_at)
        assert line.left == "剩余1个工作日"
        text = "".join(line.lines)
        assert "时限：1工作日" in text
        assert "日历版本" in text

    def test_a_pause_and_an_extension_are_told(self, grid: Grid, case: Case) -> None:
        clock = clock_of(case)
        pause_clock(clock, PauseCause.THIRD_PARTY, grid.cast.at + HOUR)
        paused = clocks_of(case, grid.cast.at + 2 * HOUR)[0]
        resume_clock(clock_of(case), grid.cast.at + 3 * HOUR)
        extend_promise(case, "经街道同意", grid.cast.at + 4 * HOUR)
        (line,) = clocks_of(case, grid.cast.at + 5 * HOUR)

        assert (paused.state, paused.left) == ("paused", "")
        assert any("起停表，恢复后重算" in text for text in paused.lines)
        assert line.state == "running"
        assert any("停表，不计入" in text for text in line.lines)
        assert any("第1次延期" in text and "经街道同意" in text for text in line.lines)

    @pytest.mark.parametrize(("after", "late"), [(HOUR, False), (30 * 24 * HOUR, True)])
    def test_a_stopped_one_says_whether_it_was_late(
        self, grid: Grid, case: Case, after: timedelta, late: bool
    ) -> None:
        stop_clocks(case.subject, grid.cast.at + after)
        (line,) = clocks_of(case, grid.cast.at + 60 * 24 * HOUR)

        assert (line.state, line.light, line.left, line.late) == ("stopped", "", "", late)

    def test_the_clock_of_the_level_stands_beside_the_promise(self, grid: Grid, case: Case) -> None:
        start_level_clock(case, workdays(2), grid.cast.at + HOUR)
        lines = clocks_of(case, grid.cast.at + HOUR)

        assert [line.label for line in lines] == ["承诺时限", "本级时限"]

    def test_one_statement_for_many_as_for_one(self, grid: Grid, case: Case) -> None:
        asked = []
        for hours in (1, 2, 3):
            with CaptureQueriesContext(connection) as statements:
                clocks_of(case, grid.cast.at + hours * HOUR)
            asked.append(len(statements))
            start_level_clock(case, workdays(1), grid.cast.at + hours * HOUR)

        assert asked == [1, 1, 1]


class TestPaper:
    def sheet(self, grid: Grid, case: Case, who: Any = None) -> Any:
        return desk(who or grid.cast.wang).get(f"/desk/grid/cases/{case.number}/print/")

    def test_it_tells_the_case_from_report_to_closing(self, grid: Grid) -> None:
        photo = scene.kept_photo(grid.cast.crowd, grid.cast.at)
        case = scene.report(grid, photos=[photo], claim=scene.CLAIM)
        scene.walk(grid, case, scene.PATH)
        text = self.sheet(grid, case).content.decode()

        assert "网格事件办理单" in text
        for part in (scene.CORNER, scene.WORDS, "派遣", "处置完成", "核实通过", "结案"):
            assert part in text
        assert text.count('<time datetime="') == 6
        assert text.count("?thumb") == 2
        assert "时限：2紧急工作时" in text
        assert "承办人" in text

    def test_who_reported_it_stays_off_the_paper(self, grid: Grid, case: Case) -> None:
        text = self.sheet(grid, case).content.decode()

        assert scene.PHONE not in text
        assert scene.REPORTER not in text

    def test_it_opens_to_whom_the_case_opens(self, grid: Grid, case: Case) -> None:
        assert self.sheet(grid, case, grid.cast.zhang).status_code == 200
        assert self.sheet(grid, case, grid.cast.zhao).status_code == 404

    def test_a_case_without_a_clock_says_so(self, grid: Grid, case: Case) -> None:
        Clock.objects.of(case.subject).delete()

        assert "不计时限" in self.sheet(grid, case).content.decode()
