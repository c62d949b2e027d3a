"""Calendar files that cannot be believed, each refused with file, line and field."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from jiceng.kernel.workdays.loader import LARGEST_FILE, CalendarMalformed, load_calendar
from jiceng.kernel.workdays.tests.telling import cases

SHIPPED = Path(settings.WORKDAYS_DIR)


@pytest.fixture
def folder(tmp_path):
    for year in (2024, 2025, 2026):
        shutil.copy(SHIPPED / f"{year}.toml", tmp_path)
    return tmp_path


def change(folder: Path, old: str, new: str) -> None:
    """Change every ``old`` in the file of 2026."""
    path = folder / "2026.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def refusal_of(folder: Path) -> CalendarMalformed:
    with pytest.raises(CalendarMalformed) as refusal:
        load_calendar(folder)
    assert (refusal.value.code, refusal.value.status) == ("calendar_malformed", 422)
    return refusal.value


# What is written into 2026.toml in place of what; which line is named then, and which field.
# A backslash breaks a line.
WRONG = r"""
an unknown field         | year = 2026 | year = 2026\author = 1 | author = 1 | author
… of a holiday           | first = 2026-05-01 | first = 2026-05-01\note = 1 | note = 1 | note
… of a notice            | number = | weight = 1\number = | weight = 1 | weight
the year of another file | year = 2026 | year = 2025 | year = 2025 | year
the year as text         | year = 2026 | year = "2026" | year = "2026" | year
the year as truth        | year = 2026 | year = true | year = true | year
no year                  | year = 2026 | # | # 2026 | year
no notice                | [[notice]] | [[source]] | [[source]] | source
a notice that is text    | [[notice]] | notice = "国办"\[[holiday]] | notice = | notice
no notice in the list    | [[notice]] | notice = []\[[holiday]] | notice = [] | notice
a notice that is a day   | [[notice]] | notice = [2026-01-01]\[[holiday]] | notice = [ | notice
an empty title           | title = | title = ""\# | title = "" | title
published a year early   | 2025-11-04 | 2024-12-31 | published_on = 2024 | published_on
published afterwards     | 2025-11-04 | 2027-01-01 | published_on = 2027 | published_on
published at an instant  | 2025-11-04 | 2025-11-04T10:00:00 | published_on = | published_on
a missing day            | days = 9 | days = 8 | days = 8 | days
a day too many           | last = 2026-02-23 | last = 2026-02-24 | days = 9 | days
an end before the start  | last = 2026-02-23 | last = 2026-02-14 | last = 2026-02-14 | last
a holiday of months      | last = 2026-02-23 | last = 2026-06-23 | last = 2026-06-23 | last
days that are text       | days = 9 | days = "九" | days = "九" | days
a year that is not its   | first = 2026-01-01\last = 2026-01-03 | first = 2025-12-01\last = 2025-12-03 | first = 2025-12-01 | first
off and worked           | [2026-05-09] | [2026-05-03] | worked = [2026-05-03] | worked
worked, then off         | [2026-02-14, | [2026-06-20, | worked = [2026-06-20, | worked
off twice                | first = 2026-05-01\last = 2026-05-05 | first = 2026-04-06\last = 2026-04-10 | first = 2026-04-06 | first
worked twice             | [2026-05-09] | [2026-05-09, 2026-05-09] | worked = [2026-05-09, | worked
a made-up weekday        | [2026-05-09] | [2026-05-08] | worked = [2026-05-08] | worked
made up far away         | [2026-05-09] | [2026-08-08] | worked = [2026-08-08] | worked
made up at an instant    | [2026-05-09] | [2026-05-09T08:00:00] | worked = [2026-05-09T | worked
made up as text          | [2026-05-09] | ["2026-05-09"] | worked = ["2026-05-09 | worked
a missing festival       | "端午节" | "龙舟节" | [[holiday]] | holiday
a missing day of the law | first = 2026-10-01\last = 2026-10-07\days = 7 | first = 2026-10-02\last = 2026-10-07\days = 6 | [[holiday]] | holiday
no such day              | last = 2026-02-23 | last = 2026-02-30 | last = 2026-02-30 |
a day with slashes       | first = 2026-05-01 | first = 2026/5/1 | first = 2026/5/1 |
a field twice            | days = 9 | days = 9\days = 10 | days = 10 |
not TOML at all          | year = 2026 | 二零二六 | 二零二六 |
"""  # noqa: E501


@pytest.mark.parametrize(("story", "old", "new", "line", "field"), cases(WRONG))
def test_a_wrong_file_is_refused_with_its_line(folder, story, old, new, line, field):
    change(folder, old.replace("\\", "\n"), new.replace("\\", "\n"))
    refusal = refusal_of(folder)
    lines = (folder / "2026.toml").read_text().splitlines()
    named = lines[refusal.details["line"] - 1]
    assert named.startswith(line), (story, str(refusal))
    assert refusal.field == field, (story, str(refusal))
    assert str(refusal).startswith(f"2026.toml 第{refusal.details['line']}行"), str(refusal)


def test_a_made_up_day_of_one_year_may_not_be_a_day_off_of_another(folder):
    """A notice reaches back into December; it may not contradict the year it reaches into."""
    change(folder, "first = 2026-01-01", "first = 2025-12-30")
    change(folder, "last = 2026-01-03\ndays = 3", "last = 2026-01-03\ndays = 5")
    assert load_calendar(folder)
    path = folder / "2025.toml"
    text = path.read_text()
    extra = '[[holiday]]\nname = "年终"\nfirst = 2025-12-31\nlast = 2025-12-31\n'
    path.write_text(f"{text}\n{extra}days = 1\nworked = []\n")
    assert "2025-12-31 已在 2025.toml 中规定" in str(refusal_of(folder))


def test_the_second_of_may_is_the_laws_since_2025(folder):
    for year in (2024, 2025):
        path = folder / f"{year}.toml"
        text = path.read_text()
        whole = f"last = {year}-05-05\ndays = 5"
        assert whole in text
        path.write_text(text.replace(whole, f"last = {year}-05-01\ndays = 1"))
        if year == 2024:
            assert load_calendar(folder)
    assert "2025-05-02" in str(refusal_of(folder))


def test_a_missing_year_is_refused(folder):
    (folder / "2025.toml").unlink()
    assert "缺少2025年的日历" in str(refusal_of(folder))


@pytest.mark.parametrize("name", ["2026b.toml", "2027.toml", "99999.toml", "0.toml", "年.toml"])
def test_a_file_is_named_after_its_year(folder, name):
    """So a year cannot be there twice."""
    shutil.copy(folder / "2026.toml", folder / name)
    assert name in str(refusal_of(folder))


def test_a_year_out_of_range_is_refused(folder):
    text = (folder / "2026.toml").read_text()
    (folder / "99999.toml").write_text(text.replace("year = 2026", "year = 99999"))
    assert refusal_of(folder).field == "year"


@pytest.mark.parametrize(
    ("story", "content", "words"),
    [
        ("empty", b"", "缺少字段year"),
        ("bytes that are no text", b"year = 2026\n\xff", "不是UTF-8编码"),
        ("another encoding", "年".encode("gb18030"), "不是UTF-8编码"),
        ("ten thousand brackets", b"year = " + b"[" * 10_000, "不是有效的TOML"),
        ("too large", b"#" * (LARGEST_FILE + 1), "过大"),
        ("a NUL", b"year = 2026\n\x00", "不是有效的TOML"),
    ],
)
def test_a_hostile_file_is_refused(folder, story, content, words):
    (folder / "2026.toml").write_bytes(content)
    assert words in str(refusal_of(folder)), story


@pytest.mark.parametrize("name", ["empty", "absent"])
def test_a_folder_without_files_is_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    assert "没有找到工作日历文件" in str(refusal_of(tmp_path / name))


def test_loading_twice_is_the_same_calendar(folder):
    versions = {load_calendar(folder).version(2024, 2027) for _time in range(2)}
    assert len(versions) == 1


def test_every_shipped_file_names_its_notices(shipped):
    for year in shipped.years.values():
        assert all(notice.number.startswith("国办发明电〔") for notice in year.notices)
        assert str(year.year) in year.notices[0].title
    assert {y.year: len(y.notices) for y in shipped.years.values() if len(y.notices) > 1} == {
        2019: 2,
        2020: 2,
    }
    assert all(notice.effect for year in (2019, 2020) for notice in shipped.years[year].notices[1:])
