"""The catalogue of bad input: one hundred rows, each with its cases or with what it waits for.

A bodies, text, numbers; B addresses, time, workflow; C files; D HTTP, sessions, proxies;
E exports, notices, pages; F outbound and inbound systems.
"""

from collections.abc import Mapping

from tests.bad_input.cases import Pending, Row
from tests.bad_input.chapters import (
    asking,
    bodies,
    files,
    http,
    numbers,
    organisation,
    outside,
    receipts,
    text,
    workflow,
)

CHAPTERS: tuple[Mapping[str, Row | Pending], ...] = (
    bodies.ROWS,
    text.ROWS,
    numbers.ROWS,
    asking.ROWS,
    workflow.ROWS,
    organisation.ROWS,
    receipts.ROWS,
    files.ROWS,
    http.ROWS,
    outside.ROWS,
)
# A row that stands in two chapters would be seen here and lost in the table.
CODES = sorted(code for chapter in CHAPTERS for code in chapter)
CATALOGUE: dict[str, Row | Pending] = {
    code: row for chapter in CHAPTERS for code, row in chapter.items()
}
ROWS = {code: row for code, row in CATALOGUE.items() if isinstance(row, Row)}
PENDING = {code: row for code, row in CATALOGUE.items() if isinstance(row, Pending)}
