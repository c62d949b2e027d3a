"""One chart a group, as SVG: what each configuration makes of a second of CPU, ours in colour.

Written by hand: so few lines of SVG are less than a plotting library, and stay readable in git.
"""

from collections.abc import Sequence
from math import log10
from pathlib import Path
from xml.sax.saxutils import escape

from bench.report import Line, number

WIDTH, LEFT, RIGHT = 860, 210, 210
WIDE = 50  # beyond this a short bar would not be seen
ROW, BAR, TOP = 30, 18, 64
INK, PALE, OURS, OTHERS = "#1f2a30", "#5d6b73", "#1f6f5c", "#b9c4c9"
STYLE = (
    "text{font-family:'Noto Sans SC','Source Han Sans SC',system-ui,sans-serif;font-size:14px;"
    f"fill:{INK}}}.small{{font-size:12px;fill:{PALE}}}.title{{font-size:16px;font-weight:600}}"
)


def made_of(line: Line) -> float:
    """Return what a bar shows: units a second of CPU, which others on the machine do not change."""
    return 1000 / line.cpu_ms if line.cpu_ms else 0.0


def _length(value: float, values: Sequence[float]) -> float:
    """Return the share of the width that a bar has; by powers of ten where they differ so much."""
    most, least = max(values), min(values)
    if most <= WIDE * least:
        return value / most
    return 0.05 + 0.95 * log10(value / least) / log10(most / least)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    place = f'x="{x:.0f}" y="{y:.0f}"'
    return f'<text {place} class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def _bar(line: Line, place: int, share: float) -> str:
    y, span = TOP + place * ROW, max(1.0, share * (WIDTH - LEFT - RIGHT))
    colour = OURS if line.ours else OTHERS
    said = number(made_of(line))
    if line.ratio is not None:
        said += f" · {'≈ ' if line.by_cpu else ''}{number(line.ratio)} × {line.base}"
    return (
        _text(LEFT - 12, y + BAR - 4, line.name, anchor="end")
        + f'<rect x="{LEFT}" y="{y}" width="{span:.1f}" height="{BAR}" rx="2" fill="{colour}"/>'
        + _text(LEFT + span + 8, y + BAR - 4, said, "small")
    )


def chart(title: str, about: str, lines: Sequence[Line]) -> str:
    """Return the chart of a group as SVG; configurations that are absent have no bar."""
    shown = [line for line in lines if line.cpu_ms]
    values = list(map(made_of, shown))
    height = TOP + len(shown) * ROW + 12
    bars = "\n".join(
        _bar(line, place, _length(value, values))
        for place, (line, value) in enumerate(zip(shown, values, strict=True))
    )
    scale = " · powers of ten" if values and max(values) > WIDE * min(values) else ""
    title += f": {shown[0].unit}s a CPU second" if shown else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}">\n<style>{STYLE}</style>\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
        + _text(16, 28, title, "title")
        + _text(16, 48, about + scale, "small")
        + f"\n{bars}\n</svg>\n"
    )


def draw(folder: Path, titles: dict[str, str], about: str, lines: Sequence[Line]) -> None:
    """Write a chart for each group that has lines."""
    folder.mkdir(parents=True, exist_ok=True)
    for group, title in titles.items():
        own = [line for line in lines if line.group == group]
        if own:
            (folder / f"bench-{group}.svg").write_text(chart(title, about, own))
