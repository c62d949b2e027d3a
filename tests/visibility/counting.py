"""Numbers: each is that of rows which its reader may open, on the list, on its page, in its file.

A task may lie in a unit that the reader sees, in a case that the reader does not.
"""

import csv
import io
import re
from collections.abc import Iterable

from tests.visibility.reading import Answer, Reader

# Of cases by who received them, of tasks by who was sent out, of what stands somewhere now.
FIGURES = ("grid.reported", "grid.to_handle", "grid.in_hand")
OF_THE_YEAR = "?period=2026"
FIGURE = re.compile(r'<data class="figure" value="([^"]*)" data-figure="([^"]+)"')


def listed(reader: Reader) -> Iterable[str]:
    """The list says of each figure how many rows its file has."""
    page = reader.get(f"/desk/figures/{OF_THE_YEAR}")
    for code in FIGURES if page.open else ():
        said, lines = _first(page, code), len(_lines(reader, code))
        if said != str(lines):
            yield f"list of figures: {code} is {said}, its file has {lines}"


def opened(reader: Reader) -> Iterable[str]:
    """A number is that of the rows below it, and every row can be opened."""
    for code in FIGURES:
        shown = reader.listed(f"/desk/figures/{code}/{OF_THE_YEAR}")
        page = reader.get(f"/desk/figures/{code}/{OF_THE_YEAR}")
        yield from reader.differ(f"rows of {code}", set(shown) - reader.seen, ())
        if page.open and _first(page, code) != str(len(shown)):
            yield f"{code} is {_first(page, code)}, and has {len(shown)} rows"


def kept(reader: Reader) -> Iterable[str]:
    """The files name what may be opened."""
    for code in FIGURES:
        named = _lines(reader, code)
        yield from reader.differ(f"file of {code}", set(named) - reader.seen, ())


def _lines(reader: Reader, code: str) -> list[str]:
    answer = reader.get(f"/desk/figures/{code}/rows.csv{OF_THE_YEAR}")
    lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    return [line[0] for line in lines][1:] if answer.open else []


def _first(page: Answer, code: str) -> str:
    """Return the first number of a figure on a page: that of the view that was asked for."""
    return next(value for value, figure in FIGURE.findall(page.text) if figure == code)


FIGURE_PAGES = {"desk:figures": listed, "desk:figure": opened, "desk:figure-rows": kept}
