"""``manage.py workdays``."""

import io

import pytest
from django.core.management import call_command

from jiceng.kernel.ledger.service import entries_of
from jiceng.kernel.workdays import service
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.rules import workdays
from jiceng.kernel.workdays.tests.telling import at, cases
from jiceng.kernel.workdays.tests.test_days import WORKDAYS


def run(*words: str) -> list[str]:
    out = io.StringIO()
    call_command("workdays", *words, stdout=out)
    return out.getvalue().splitlines()


def test_check_prints_the_workdays_of_every_year():
    lines = run("check")
    for year, count in WORKDAYS.items():
        assert any(line.startswith(f"{year}年 工作日{count}天 国办发明电〔") for line in lines)
    assert lines[-1] == "日历文件无误，已公布至2026年12月31日。"
    assert len(lines) == len(WORKDAYS) + 1


def test_show_prints_a_year_with_both_its_notices():
    lines = run("show", "2020")
    assert lines[0].endswith("（国办发明电〔2019〕16号，2019年11月21日）")
    assert lines[1].startswith("国务院办公厅关于延长2020年春节假期的通知")
    assert "2020-02-02 休 春节" in lines
    assert "2020-01-19 班 春节" in lines
    assert lines[-1] == "全年工作日249天。"
    assert run("show", "２０２０") == lines


def test_due_prints_the_deadline_and_why():
    lines = run("due", "2026-09-30 16:00", "3工作日次日起算")
    assert lines[0] == "2026年10月10日 24:00"
    assert "  不计入：2026年10月1日至2026年10月7日（国庆节）。" in lines
    assert "  调休上班，计入：2026年10月10日。" in lines


def test_due_says_what_is_provisional():
    lines = run("due", "2026-12-31T16:00+08:00", "1工作日")
    assert lines[0] == "2027年1月4日 16:00（待定）"
    assert lines[-1].startswith("  待定：2027年放假安排尚未公布")


def test_rebuild_prints_what_moved(db):
    clock = service.start_clock(
        subject="grid.case:1", kind="promised", limit=workdays(2), at=at("07-06 10:00")
    )
    Clock.objects.filter(pk=clock.pk).update(due_at=at("08-06 10:00"))
    assert run("rebuild") == [
        "grid.case:1 2026年7月8日 10:00",
        "重算完毕，1个到期时间有变化。",
    ]
    assert entries_of("grid.case:1").count() == 1
    assert run("rebuild") == ["重算完毕，0个到期时间有变化。"]


WRONG = """
nothing             |                            | bad_command
an unknown word     | recount                    | bad_command
a word too many     | check 2026                 | bad_command
a word missing      | due 2026-09-30T16:00       | bad_command
an unpublished year | show 2027                  | calendar_unknown
no year             | show 今年                  | calendar_unknown
2^63                | show 9223372036854775808   | calendar_unknown
no number at all    | show ²                     | calendar_unknown
5,000 digits        | show 9*5000                | calendar_unknown
no instant          | due 腊月三十 3工作日       | bad_instant
no such day         | due 2026-02-30T16:00 1工作日 | bad_instant
24:00               | due 2026-02-03T24:00 1工作日 | bad_instant
no limit            | due 2026-09-30T16:00 三天  | bad_limit
a limit of nothing  | due 2026-09-30T16:00 0工作日 | limit_unusable
before all years    | due 2017-09-30T16:00 1工作日 | calendar_unknown
far out of range    | due 9999-12-31T16:00 1自然日 | calendar_unknown
"""


@pytest.mark.parametrize(("story", "words", "code"), cases(WRONG))
def test_bad_input_is_answered_in_chinese_with_a_code(story, words, code):
    err = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("workdays", *words.replace("9*5000", "9" * 5000).split(), stderr=err)
    assert end.value.code == 1, story
    assert f"[{code}] " in err.getvalue()
    assert any("一" <= sign <= "鿿" for sign in err.getvalue())


def test_a_broken_file_is_answered_too(tmp_path, settings):
    settings.WORKDAYS_DIR = tmp_path
    (tmp_path / "2026.toml").write_text("year = 二零二六")
    err = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("workdays", "check", stderr=err)
    assert end.value.code == 1
    assert "[calendar_malformed] 2026.toml 第1行" in err.getvalue()
