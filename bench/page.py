"""``python -m bench.page``: writes what was measured into docs/performance.md.

Everything between ``<!-- bench:NAME -->`` and ``<!-- end -->`` comes from the files in
``build/bench``; no figure there is typed by hand. A part that was not measured says so.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bench.crew import BUILD, ROOT
from bench.province import Assumed, measured_in, rows
from bench.report import number

PAGE = ROOT / "docs" / "performance.md"
PART = re.compile(r"(<!-- bench:(\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
Files = Mapping[str, Any]


def markdown(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """Return a table; a bar in a cell would end it."""
    drawn = [[str(cell).replace("|", "/") for cell in line] for line in lines]
    bars = [list(head), ["---"] * len(head), *drawn]
    return "".join(f"| {' | '.join(bar)} |\n" for bar in bars)


def missing(files: Files, name: str, command: str) -> str:
    """Return the sentence for what was not measured, empty where it was."""
    return "" if files.get(name) else f"Not measured yet: `{command}`.\n"


def conditions(files: Files) -> str:
    """Return on what, when and how quietly it was measured."""
    if said := missing(files, "results", "make bench"):
        return said
    about = files["results"]
    made, pg = about["machine"], about["postgresql"]
    foreign = [line["foreign"] for line in about["lines"] if line["foreign"] is not None]
    busiest = number(max(foreign)) if foreign else "–"
    return markdown(
        ("", ""),
        [
            ("measured", about["at"][:16].replace("T", " ") + " UTC"),
            ("machine", f"{made['processor']}, {made['cores']} cores, {made['memory_gib']} GiB"),
            ("PostgreSQL", ", ".join(f"{name} {value}" for name, value in pg.items())),
            ("versions", ", ".join(f"{name} {v}" for name, v in about["versions"].items())),
            ("others used at most", f"{busiest} cores (median of a configuration)"),
        ],
    )


def goals(files: Files) -> str:
    """Return every goal with what was measured for it."""
    if said := missing(files, "results", "make bench"):
        return said
    lines = []
    for goal in files["results"]["goals"]:
        sign, found = "≥" if goal["more"] else "≤", goal["measured"]
        marks = [
            f"{sign} {number(goal[mark])}{goal['unit']}" if goal[mark] is not None else ""
            for mark in ("floor", "stretch")
        ]
        value = f"{number(found['value'])}{goal['unit']}" if found else "–"
        lines.append((goal["code"], goal["words"], *marks, value, goal["verdict"]))
    return markdown(("goal", "", "least", "aim", "measured", ""), lines)


def groups(files: Files) -> str:
    """Return the table of each group, with its chart."""
    if said := missing(files, "results", "make bench"):
        return said
    by_group: dict[str, list[Any]] = {}
    for line in files["results"]["lines"]:
        by_group.setdefault(line["group"], []).append(line)
    return "\n".join(_group(name, lines) for name, lines in by_group.items())


def _group(name: str, lines: Sequence[Mapping[str, Any]]) -> str:
    head = ("configuration", "rate/s", "CPU ms", "ratio", "quiet samples", "")
    drawn = markdown(head, map(_cells, lines))
    chart = f"![{name}](images/bench-{name}.svg)\n" if _has_chart(name) else ""
    return f"**{name}**\n\n{chart}\n{drawn}"


def _has_chart(name: str) -> bool:
    return (ROOT / "docs" / "images" / f"bench-{name}.svg").exists()


def _cells(line: Mapping[str, Any]) -> Sequence[object]:
    ratio = ""
    if line["ratio"] is not None:
        ratio = f"{'≈ ' if line['by_cpu'] else ''}{number(line['ratio'])} × {line['base']}"
    faults = "WRONG: " + ", ".join(line["faults"]) if line["faults"] else ""
    rate = number(line["rate"]) if line["rate"] is not None else "too noisy" if line["of"] else "–"
    kept = f"{line['kept']}/{line['of']}" if line["of"] else ""
    return line["name"], rate, number(line["cpu_ms"]), ratio, kept, faults or line["note"]


def growth(files: Files) -> str:
    """Return the pages with few and with many cases."""
    if said := missing(files, "growth", "make bench-growth"):
        return said
    found = files["growth"]
    head = ("page", "cases", "statements", "median ms", "p95 ms", "CPU ms", "CPU p95", "read whole")
    most, flat, foreign = (number(found[name]) for name in ("dearest", "flat", "foreign"))
    grown = f"P7: the page that grows most needs {most} × the CPU with most cases (≤ {flat})."
    parts = [f"{grown} Others used up to {foreign} cores meanwhile.\n"]
    for vendor in dict.fromkeys(page["vendor"] for page in found["pages"]):
        pages = sorted(
            (page for page in found["pages"] if page["vendor"] == vendor),
            key=lambda page: (page["name"], page["size"]),
        )
        parts.append(f"**{vendor}**\n\n{markdown(head, map(_page, pages))}")
    sizes = markdown(
        ("database", "cases", "open steps", "ledger rows", "verified, rows/s", "GB"),
        [
            (
                size["vendor"],
                f"{size['cases']:,}",
                f"{size['open_steps']:,}",
                f"{size['ledger']['rows']:,}",
                number(size["ledger"]["wall"]),
                number(size["bytes"] / 1e9),
            )
            for size in found["sizes"]
        ],
    )
    faults = "".join(f"* {fault}\n" for fault in found["faults"])
    verdict = f"Misses of the gates:\n\n{faults}" if faults else "No gate is missed.\n"
    return "\n".join([*parts, sizes, verdict])


def _page(page: Mapping[str, Any]) -> Sequence[object]:
    whole = sorted({name for _statement, names in page["whole"] for name in names})
    figures = [number(page[name]) for name in ("wall", "wall_late", "cpu", "cpu_late")]
    return page["name"], f"{page['size']:,}", page["statements"], *figures, ", ".join(whole)


def profile(files: Files) -> str:
    """Return act by act what a case costs, and where the dearest spends it."""
    if said := missing(files, "profile", "python -m bench.profile --keep"):
        return said
    parts = []
    for vendor, found in files["profile"].items():
        head = (vendor, "statements", "CPU ms here", "CPU ms of the server")
        acts = [
            (
                name,
                found["statements"][name],
                number(found["here"][name]),
                number(found["server"][name]),
            )
            for name in found["statements"]
        ]
        shares = ", ".join(f"{where} {share:.0%}" for where, share in found["shares"].items())
        parts.append(f"{markdown(head, acts)}\nThe dearest, {found['dearest']}: {shares}.\n")
    return "\n".join(parts)


def province(files: Files) -> str:
    """Return what a province would need."""
    measured = None
    if files.get("results") and files.get("growth"):
        measured = measured_in(files["results"], files["growth"])
    if measured is None:
        return "Not measured yet: `make bench`, `make bench-growth`.\n"
    return markdown(("at the peak", "", "how"), rows(Assumed(), measured))


PARTS: dict[str, Callable[[Files], str]] = {
    part.__name__: part for part in (conditions, goals, groups, growth, profile, province)
}


def written(text: str, files: Files) -> str:
    """Return the page with every part written anew; an unknown part raises ``KeyError``."""
    return PART.sub(lambda found: f"{found[1]}{PARTS[found[2]](files)}{found[3]}", text)


def main() -> None:
    """Write the page."""
    names = ("results", "growth", "profile")
    found = {name: BUILD / f"{name}.json" for name in names}
    files = {name: json.loads(path.read_text()) for name, path in found.items() if path.exists()}
    PAGE.write_text(written(PAGE.read_text(), files))
    print(f"written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
