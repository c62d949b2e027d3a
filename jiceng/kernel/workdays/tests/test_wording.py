"""What people type and what they are told."""

from datetime import UTC

import pytest
from django.utils.translation import override

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.workdays import rules
from jiceng.kernel.workdays.reading import read_instant, read_limit
from jiceng.kernel.workdays.rules import Trace, calendar_days, urgent_hours, work_hours, workdays
from jiceng.kernel.workdays.tests.telling import at, cases, limit, stops
from jiceng.kernel.workdays.wording import (
    clock_words,
    instant_words,
    length_words,
    limit_words,
    remaining_words,
    trace_lines,
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("3工作日", workdays(3)),
        ("３ 工作日", workdays(3)),
        ("3工作日次日起算", workdays(3, "next_day")),
        ("3工作日（次日起算）", workdays(3, "next_day")),
        ("3 workdays next_day", workdays(3, "next_day")),
        ("4工作时", work_hours(4)),
        ("2紧急工作时", urgent_hours(2)),
        ("0.25 urgent_hours", urgent_hours("0.25")),
        ("15自然日", calendar_days(15)),
    ],
)
def test_limits_are_read(text, read):
    assert read_limit(text) == read
    with override("en"):
        assert read_limit(text) == read


LIMITS = """
no number           | 工作日        | bad_limit
a number in words   | 三工作日      | bad_limit
no unit             | 3             | bad_limit
an unknown unit     | 3个月         | bad_limit
empty               |               | bad_limit
something behind it | 3工作日左右   | bad_limit
negative            | -3工作日      | bad_limit
too many digits     | 9999999工作日 | bad_limit
zero                | 0工作日       | limit_unusable
too many            | 999999工作日  | limit_unusable
half a day          | 0.5工作日     | limit_unusable
hours from tomorrow | 3工作时次日起算 | limit_unusable
"""


@pytest.mark.parametrize(("story", "text", "code"), cases(LIMITS))
def test_limits_that_cannot_be_read_are_refused(story, text, code):
    with pytest.raises(BadInput) as refusal:
        read_limit(text)
    assert refusal.value.code == code, story


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-09-30 16:00", "2026-09-30T08:00:00+00:00"),
        ("2026-09-30T16:00:01.5", "2026-09-30T08:00:01.500000+00:00"),
        ("2026-09-30T16:00+08:00", "2026-09-30T08:00:00+00:00"),
        ("2026-12-31T16:30:00Z", "2026-12-31T16:30:00+00:00"),
        ("２０２６-09-30 16：00", "2026-09-30T08:00:00+00:00"),
        ("1988-04-17 12:00", "1988-04-17T03:00:00+00:00"),
        ("1991-09-15 12:00", "1991-09-15T04:00:00+00:00"),
    ],
)
def test_instants_are_read_as_beijing_time(text, instant):
    assert read_instant(text).astimezone(UTC).isoformat() == instant


INSTANTS = """
year 0             | 0000-01-01 10:00       | bad_instant
year 1             | 0001-01-01 10:00       | calendar_unknown
year 1, far east   | 0001-01-01T00:00+14:00 | calendar_unknown
year 9999          | 9999-12-31 23:59       | calendar_unknown
year 10000         | 10000-01-01 10:00      | bad_instant
no such day        | 2026-02-30 10:00       | bad_instant
no such month      | 2026-13-01 10:00       | bad_instant
slashes            | 2026/2/3 10:00         | bad_instant
lunar              | 腊月三十               | bad_instant
24:00              | 2026-02-03 24:00       | bad_instant
25:00              | 2026-02-03 25:00       | bad_instant
a day alone        | 2026-02-03             | bad_instant
a week             | 2026-W06-2 10:00       | bad_instant
no zone like this  | 2026-02-03T10:00+99:00 | bad_instant
empty              |                        | bad_instant
words behind it    | 2026-02-03 10:00 左右  | bad_instant
"""


@pytest.mark.parametrize(("story", "text", "code"), cases(INSTANTS))
def test_instants_that_cannot_be_read_are_refused(story, text, code):
    with pytest.raises(BadInput) as refusal:
        read_instant(text)
    assert (refusal.value.code, refusal.value.status) == (code, 422), story
    assert str(refusal.value)


@pytest.mark.parametrize("text", ["2026-09-30 16:00\x00", "\ud800", "2026-09-30\n16:00"])
def test_hostile_text_is_refused(text):
    with pytest.raises(BadInput):
        read_instant(text)
    with pytest.raises(BadInput):
        read_limit(text)


def test_a_day_ends_at_24_not_at_23_59():
    assert instant_words(at("10-10 24:00")) == "2026年10月10日 24:00"
    assert instant_words(at("10-10 23:59")) == "2026年10月10日 23:59"
    assert instant_words(at("10-11 00:00").astimezone(UTC)) == "2026年10月11日 00:00"


def test_limits_are_written():
    assert limit_words(workdays(3)) == "3工作日"
    assert limit_words(workdays(3, "next_day")) == "3工作日（次日起算）"
    assert limit_words(urgent_hours("0.25")) == "0.25紧急工作时"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, ""),
        (35, "35分钟"),
        (95, "1小时35分钟"),
        (480, "1个工作日"),
        (485, "1个工作日"),
        (1150, "2个工作日3小时"),
    ],
)
def test_lengths_are_written(minutes, words):
    assert length_words(minutes) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, ""), (35, "35分钟"), (150, "2小时30分钟"), (1440, "1天"), (3060, "2天3小时")],
)
def test_time_by_the_clock_is_written(minutes, words):
    assert clock_words(minutes) == words


@pytest.mark.parametrize(
    ("length", "overdue", "words"),
    [
        ("2个工作日", False, "剩余2个工作日"),
        ("", False, "即将到期"),
        ("35分钟", True, "已超期35分钟"),
        ("", True, "已超期"),
    ],
)
def test_remaining_time_is_written(length, overdue, words):
    assert remaining_words(length, overdue) == words


def test_a_trace_says_why_it_is_this_day(shipped):
    due = rules.deadline(
        shipped,
        at("09-30 16:00"),
        limit("3工作日次日起算"),
        stops("10-08 09:00~10-09 10:00"),
    )
    assert trace_lines(due.trace) == [
        "时限：3工作日（次日起算），自2026年9月30日 16:00起。",
        "不计入：2026年10月1日至2026年10月7日（国庆节）、2026年10月11日（周末）。",
        "调休上班，计入：2026年10月10日。",
        "停表，不计入：2026年10月8日 09:00至2026年10月9日 10:00（听证）。",
        "到期：2026年10月12日 24:00。",
        f"依据：国办发明电〔2025〕7号；日历版本{due.calendar_version}。",
    ]


def test_a_trace_names_the_notices_of_its_own_years(shipped):
    within = rules.deadline(shipped, at("2025-03-03 10:00"), workdays(3)).trace
    assert within.notices == ("国办发明电〔2024〕12号",)
    across = rules.deadline(shipped, at("2019-12-30 10:00"), workdays(3)).trace
    assert [number.removeprefix("国办发明电") for number in across.notices] == [
        "〔2018〕15号",
        "〔2019〕3号",
        "〔2019〕16号",
        "〔2020〕1号",
    ]


def test_a_provisional_trace_says_what_was_assumed(shipped):
    lines = trace_lines(rules.deadline(shipped, at("12-31 16:00"), workdays(1)).trace)
    assert lines[1] == "不计入：2027年1月1日（元旦）、2027年1月2日至2027年1月3日（周末）。"
    assert lines[-1].startswith("待定：2027年放假安排尚未公布")
    far = trace_lines(rules.deadline(shipped, at("2030-03-01 10:00"), workdays(1)).trace)
    assert any("没有已公布的日历" in line for line in far)
    near = trace_lines(rules.deadline(shipped, at("12-28 16:00"), workdays(1)).trace)
    assert near[-1] == "注意：下一年的放假安排可能调整本年最后几天。"


def test_a_pause_that_saved_nothing_is_named_too(shipped):
    due = rules.deadline(
        shipped, at("07-06 08:00"), limit("1工作时"), stops("07-06 10:00~07-06 11:00")
    )
    assert any(line.startswith("停表，未影响到期") for line in trace_lines(due.trace))


def test_a_trace_without_calendar_or_limit(shipped):
    lines = trace_lines(rules.deadline(shipped, at("10-01 10:00"), calendar_days(3)).trace)
    assert lines == ["时限：3自然日，自2026年10月1日 10:00起。", "到期：2026年10月4日 10:00。"]
    given = Trace(at("10-01 10:00"), at("10-02 10:00"), None)
    assert trace_lines(given) == ["到期日由外部指定，不推算。", "到期：2026年10月2日 10:00。"]
