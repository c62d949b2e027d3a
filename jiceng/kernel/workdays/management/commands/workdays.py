"""``manage.py workdays``: check the calendar files, show a year, explain a deadline."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import BadInput, Refusal
from jiceng.kernel.base.text import ascii_digits
from jiceng.kernel.workdays import service
from jiceng.kernel.workdays.rules import Calendar, CalendarUnknown
from jiceng.kernel.workdays.shelf import read_again
from jiceng.kernel.workdays.wording import day_words, instant_words, trace_lines


class BadCommand(BadInput):
    """Words that the command does not know (422)."""

    code = "bad_command"
    sentence = _(
        "用法：workdays check；workdays show 年份；"
        "workdays due “2026-09-30 16:00” 3工作日；workdays rebuild。"
    )


class Command(BaseCommand):
    """Checks, shows and explains; whatever it refuses it says in Chinese, with a code, exit 1."""

    help = "check | show YEAR | due START LIMIT | rebuild"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the words as they come, so that wrong ones too are answered in Chinese."""
        parser.add_argument("words", nargs="*")

    def handle(self, *args: Any, words: list[str], **options: Any) -> None:
        """Do what the first word says."""
        tasks: dict[tuple[str, int], Callable[..., None]] = {
            ("check", 0): self.check_files,
            ("show", 1): self.show,
            ("due", 2): self.due,
            ("rebuild", 0): self.rebuild,
        }
        try:
            task = tasks.get((words[0], len(words) - 1)) if words else None
            if task is None:
                raise BadCommand()
            task(*words[1:])
        except Refusal as refusal:
            self.stderr.write(f"[{refusal.code}] {refusal}")
            sys.exit(1)

    def check_files(self) -> None:
        """Read all files and print the workdays of each year."""
        calendar = read_again()
        for year in calendar.years:
            numbers = "、".join(notice.number for notice in calendar.years[year].notices)
            count = _workdays_of(calendar, year)
            self.stdout.write(
                _t("%(year)d年 工作日%(count)d天 %(numbers)s")
                % {"year": year, "count": count, "numbers": numbers}
            )
        self.stdout.write(
            _t("日历文件无误，已公布至%(day)s。") % {"day": day_words(calendar.firm_until)}
        )

    def show(self, text: str) -> None:
        """Print the notices, days off and made-up days of one year."""
        calendar = read_again()
        by_text = {str(number): year for number, year in calendar.years.items()}
        year = by_text.get(ascii_digits(text))
        if year is None:
            raise CalendarUnknown(_t("没有“%(year)s”年已公布的日历。") % {"year": text[:20]})
        for notice in year.notices:
            self.stdout.write(
                f"{notice.title}（{notice.number}，{day_words(notice.published_on)}）"
            )
            if notice.effect:
                self.stdout.write(f"  {notice.effect}")
        days = {**{day: _t("休") for day in year.off}, **{day: _t("班") for day in year.worked}}
        for day in sorted(days):
            name = year.off.get(day) or year.worked[day]
            self.stdout.write(f"{day.isoformat()} {days[day]} {name}")
        count = _workdays_of(calendar, year.year)
        self.stdout.write(_t("全年工作日%(count)d天。") % {"count": count})

    def due(self, start: str, limit: str) -> None:
        """Print a deadline and why it is that instant."""
        due = service.deadline(service.read_instant(start), service.read_limit(limit))
        self.stdout.write(instant_words(due.due_at) + (_t("（待定）") if due.provisional else ""))
        for line in trace_lines(due.trace):
            self.stdout.write(f"  {line}")

    def rebuild(self) -> None:
        """Derive all running deadlines again and print those that moved."""
        moved = service.rebuild(clock.read())
        for changed in moved:
            self.stdout.write(f"{changed.subject} {instant_words(changed.due_at)}")
        self.stdout.write(_t("重算完毕，%(count)d个到期时间有变化。") % {"count": len(moved)})


def _workdays_of(calendar: Calendar, year: int) -> int:
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    return calendar.before(after.toordinal()) - calendar.before(first.toordinal())
