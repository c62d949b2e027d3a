"""The run: batch by batch through the procedure, each batch in one transaction of its own.

What was written once is known by the origin and number of its row, so a run that was interrupted
goes on where it stopped, and a second run adds nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Conflict, Refusal
from jiceng.kernel.procedures.service import Bulk, Seats, current
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions import write_incidents
from jiceng.systems.grid.management.replay.comparing import Comparison, taken_in
from jiceng.systems.grid.management.replay.mapping import Mapping
from jiceng.systems.grid.management.replay.organisation import Founder
from jiceng.systems.grid.management.replay.reading import Line, read_lines
from jiceng.systems.grid.management.replay.refusals import BadRow
from jiceng.systems.grid.management.replay.rows import Reader, Request
from jiceng.systems.grid.management.replay.walking import Walk, Walked

TRIES = 3

# Called with line, number, code and sentence of a row that is not taken in.
Refuse = Callable[[int, str, str, str], None]


class BatchNotWritten(Conflict):
    """The database refused a batch again and again (409); nothing of it was written."""

    code = "batch_not_written"
    sentence = _("这一批未能写入，且没有留下任何内容；再次运行会从这里继续。")


@dataclass
class Tally:
    """What came of the rows. Every row is refused, taken, or was there already."""

    rows: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    there: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    no_address: int = 0
    entries: int = 0
    latest: datetime | None = None


@dataclass(frozen=True)
class Written:
    """What a batch has written, and whom the engine refused."""

    walked: list[Walked]
    refused: list[tuple[Request, Refusal]]


class Replay:
    """A run over one file. ``refuse`` hears of every row that is not taken in."""

    def __init__(self, file: Path, mapping: Mapping, now: datetime, refuse: Refuse) -> None:
        self.file, self.mapping, self.now = file, mapping, now
        self.tally = Tally()
        self.comparison = Comparison(mapping.origin)
        self._refuse = refuse
        self._seen: dict[str, int] = {}
        self._held_back: list[tuple[int, str, str, str]] = []
        self._seats = Seats()
        self._version = current(terms.PROCEDURE)

    def run(self, *, batch: int, limit: int | None, progress: Callable[[int], object]) -> None:
        """Take in the rows, ``batch`` at a time, at most ``limit``; tell ``progress`` how many.

        Raises ``BadFile``, ``BatchNotWritten``; what was written before stays.
        """
        lines = read_lines(self.file, self.mapping)
        reader = Reader(self.mapping, next(lines).cells, self.now)
        rows = islice(lines, limit)
        while part := list(islice(rows, batch)):
            self._take(list(self._requests(reader, part)))
            self._tell_refused()
            progress(len(part))
        self.comparison.close(self.mapping.as_of or self.tally.latest)

    def _requests(self, reader: Reader, lines: Iterable[Line]) -> Iterator[Request]:
        """Yield what can be read of these lines, once for each number."""
        for line in lines:
            self.tally.rows += 1
            try:
                if line.refused:
                    raise line.refused
                request = reader.request(line.number, line.cells)
                self._check_first(request)
            except BadRow as refused:
                number = reader.number(line.cells)
                self._held_back.append((line.number, number, refused.code, refused.sentence))
                continue
            yield request

    def _check_first(self, request: Request) -> None:
        first = self._seen.setdefault(request.number, request.line)
        if first != request.line:
            raise BadRow("duplicate", f"编号与第 {first} 行重复")

    def _tell_refused(self) -> None:
        """Tell of the refused rows of a batch in the order of the file, whoever refused them."""
        for line, number, code, sentence in sorted(self._held_back):
            self.tally.refused[code] += 1
            self._refuse(line, number, code, sentence)
        self._held_back.clear()

    def _take(self, requests: list[Request]) -> None:
        written = self._written(requests)
        for request, refusal in written.refused:
            self._held_back.append((request.line, request.number, refusal.code, str(refusal)))
        tally = self.tally
        tally.there += len(requests) - len(written.walked) - len(written.refused)
        tally.taken.update(walked.request.fate for walked in written.walked)
        tally.entries += sum(1 + walked.draft.case.version for walked in written.walked)
        tally.no_address += sum(walked.request.no_address for walked in written.walked)
        instants = [instant for r in requests for instant in (r.opened, r.closed) if instant]
        tally.latest = max([*instants, *filter(None, [tally.latest])], default=None)
        self.comparison.add(requests)

    def _written(self, requests: list[Request]) -> Written:
        """Write a batch; if somebody else was faster with a number or a row, look again."""
        for _try in range(TRIES):
            try:
                with transaction.atomic():
                    return self._write(requests)
            except IntegrityError as error:
                cause = error
        raise BatchNotWritten() from cause

    def _write(self, requests: list[Request]) -> Written:
        numbers = [request.number for request in requests]
        known = taken_in(self.mapping.origin, numbers)
        there = set(known.values_list("origin_number", flat=True))
        fresh = [request for request in requests if request.number not in there]
        founder = Founder(self.mapping.organisation)
        units = [founder.units(request) for request in fresh]
        # Only now, for a batch sees the organisation as it is when the batch begins.
        bulk = Bulk(system=terms.SYSTEM, procedure=self._version, limits=False, seats=self._seats)
        walk = Walk(self.mapping, bulk)
        walked, refused = [], []
        for request, (owner, handler) in zip(fresh, units, strict=True):
            try:
                walked.append(walk.take(request, owner, handler))
            except Refusal as refusal:
                refused.append((request, refusal))
        write_incidents(bulk, [each.incident(self.mapping.origin) for each in walked])
        return Written(walked, refused)
