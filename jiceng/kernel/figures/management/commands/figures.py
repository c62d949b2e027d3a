"""``manage.py figures list | show | rebuild | recount`` and ``figures --check FACTS.csv``."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jiceng.kernel.base import clock
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.figures.definitions import FIGURES, Figure
from jiceng.kernel.figures.facts import Checked, Verdict, check_facts, read_facts
from jiceng.kernel.figures.reading import read, rows
from jiceng.kernel.figures.recounting import Recount, recount, strangers
from jiceng.kernel.figures.rollups import build, count_again, rollable
from jiceng.kernel.figures.tracing import unwatched
from jiceng.kernel.figures.views import view_at

SHOWN_DIFFERENCES = 50


class Command(BaseCommand):
    """List the figures, ask one, count them in advance, or compare cells with rows."""

    help = (
        "指标：list 列出，show 查数，rebuild 重建汇总，recount 逐格重数（0 一致，1 有出入）；"
        "--check 文件 与公布的数字核对（0 一致，1 有出入）。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what can be asked."""
        parser.add_argument("--check", type=Path, help="与公布的数字核对：CSV 或 XLSX")
        parser.add_argument("--as-of", default="", help="核对到哪一天，缺省为今天")
        what = parser.add_subparsers(dest="what")
        what.add_parser("list")
        show = what.add_parser("show")
        show.add_argument("code")
        show.add_argument("--unit", default="", help="单位代码，缺省为全部")
        show.add_argument(
            "--period", default="", help="2022-11、2022-Q4、2022 或 2022-11-01..2022-11-15"
        )
        show.add_argument("--as-of", default="", help="截至哪一天，缺省为现在")
        show.add_argument("--rows", type=int, default=0, help="另列出多少条明细")
        for name in ("rebuild", "recount"):
            what.add_parser(name).add_argument("codes", nargs="*")

    def handle(self, *args: Any, what: str | None, **options: Any) -> None:
        """Do it now."""
        if not (what or options["check"]):
            raise CommandError(self.help)
        try:
            getattr(self, f"_{what or 'check'}")(**options)
        except Refusal as refusal:
            raise CommandError(f"{refusal.code}：{refusal}") from refusal

    def _check(self, *, check: Path, as_of: str, **_options: Any) -> None:
        """Print each published number beside what the records say; end with 1 where they differ."""
        at = clock.read()
        try:
            facts = read_facts(check.read_bytes())
        except OSError as error:
            raise CommandError(f"{check} 无法读取：{error.strerror}") from error
        day = legal_day(view_at(at, as_of=as_of).as_of)
        found = [self._told(one) for one in check_facts(facts, day, at)]
        counted = Counter(found)
        self.stdout.write("，".join(f"{word} {counted[word]}" for word in Verdict))
        if counted[Verdict.DIFFERS]:
            sys.exit(1)

    def _told(self, one: Checked) -> Verdict:
        fact = one.fact
        said = f"{one.value.text}，{one.opened} 条" if one.value else "尚无此指标"
        line = f"{one.verdict:<8}{fact.key}  {fact.label}  应为 {fact.value}{fact.measure}  {said}"
        self.stdout.write(f"{line}  {fact.day}")
        return one.verdict

    def _list(self, **_options: Any) -> None:
        for figure in FIGURES:
            self.stdout.write(f"{figure.code}  {figure.label}  {figure.measure}  {_way(figure)}")
        self.stdout.write(f"共 {len(FIGURES)} 个指标。")

    def _show(self, *, code: str, unit: str, period: str, as_of: str, **options: Any) -> None:
        view = view_at(clock.read(), unit=unit, period=period, as_of=as_of)
        value = read(code, view)
        self.stdout.write(f"{value.figure.label}：{value.text}{value.measure}")
        if value.figure.is_ratio:
            self.stdout.write(f"分子 {value.part}，分母 {value.whole}")
        scope = view.unit.name if view.unit else "全部单位"
        self.stdout.write(f"{scope}，{view.period.text if view.period else '不限统计期'}")
        self.stdout.write(str(value.figure.definition))
        for row in rows(code, view)[: options["rows"]]:
            self.stdout.write(f"  {row}")

    def _rebuild(self, *, codes: list[str], **_options: Any) -> None:
        figures = rollable()
        at = clock.read()
        for code in codes or figures:
            if code not in figures:
                raise CommandError(f"{code} 不能汇总。")
            self.stdout.write(f"{code} 已汇总 {build(figures[code], at)} 格。")
        count_again(at)

    def _recount(self, *, codes: list[str], **_options: Any) -> None:
        at, wrong = clock.read(), False
        for found in recount(at, codes):
            self._report(found)
            wrong = wrong or bool(found.differences)
        for code in strangers(at):
            self.stdout.write(f"{code} 的分子不在分母之内。")
            wrong = True
        if wrong:
            sys.exit(1)

    def _report(self, found: Recount) -> None:
        if not found.built:
            self.stdout.write(f"{found.figure} 未汇总，实时计数。")
            return
        count = len(found.differences)
        self.stdout.write(f"{found.figure} 重数 {found.cells} 格，{count} 处有出入。")
        for difference in found.differences[:SHOWN_DIFFERENCES]:
            self.stdout.write(f"  {difference}")


def _way(figure: Figure) -> str:
    """Say how a figure is counted, and what keeps it from being counted in advance."""
    if figure.is_ratio:
        return f"比率：{figure.part} / {figure.whole}"
    if figure.code in rollable():
        return "汇总"
    watchable = figure.rolled and figure.day
    return f"实时（未监视 {'、'.join(unwatched(figure))}）" if watchable else "实时"
