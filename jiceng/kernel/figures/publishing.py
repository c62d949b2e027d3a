"""Publishing a value, correcting it, and showing that it can be had again."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.exports.service import written
from jiceng.kernel.figures.definitions import Figure, figure_of, fingerprint, parts_of
from jiceng.kernel.figures.models import Published
from jiceng.kernel.figures.reading import read_live, rows
from jiceng.kernel.figures.refusals import (
    AlreadyCorrected,
    AlreadyPublished,
    BadAsOf,
    MayNotPublish,
    NoReason,
    NotAPart,
)
from jiceng.kernel.figures.rules import Number, Period
from jiceng.kernel.figures.terms import CORRECTED, EVENT_LABELS, FIGURES_KEEPER, PUBLISHED
from jiceng.kernel.figures.views import View
from jiceng.kernel.ledger.service import Actor, Recorded, act, latest_checkpoint
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import current

LONGEST_REASON = 500
CHUNK = 2000


def _keeps(by: Actor, unit: Unit, at: datetime) -> bool:
    held = current(by, at)
    if held is None or held.role != FIGURES_KEEPER.code:
        return False
    # The row at hand may be older than a move of the unit, so the database is asked.
    return Unit.objects.under(held.unit).filter(pk=unit.pk).exists()


def may_publish(*, by: Actor, at: datetime, unit: Unit, **_rest: Any) -> None:
    """Only who keeps the figures of the unit, or of one above it."""
    if not _keeps(by, unit, at):
        raise MayNotPublish()


def may_correct(*, by: Actor, at: datetime, published: Published, **_rest: Any) -> None:
    """Only who may publish it."""
    may_publish(by=by, at=at, unit=published.unit)


@act(PUBLISHED, label=EVENT_LABELS[PUBLISHED], may=may_publish)
def publish(
    *, by: Actor, at: datetime, code: str, unit: Unit, period: Period | None, as_of: datetime
) -> Recorded[Published]:
    """Publish what a figure says of a unit and all below it, as of an instant that is over.

    The number is counted from the rows. Raises ``FigureAbsent``, ``BadAsOf``, ``NotAPart``, and
    ``AlreadyPublished`` where the same was published before.
    """
    row = _drawn_up(figure_of(code), View(unit, period, as_of), at)
    _keep(row, AlreadyPublished())
    return Recorded(row, row.subject, _facts(row))


@act(CORRECTED, label=EVENT_LABELS[CORRECTED], may=may_correct)
def correct(
    *, by: Actor, at: datetime, published: Published, reason: str, as_of: datetime | None = None
) -> Recorded[Published]:
    """Publish the value anew, with what is recorded and defined now, and say why.

    The old row stays. Without ``as_of`` it is as of now. Raises ``NoReason``, and
    ``AlreadyCorrected`` where a newer value replaces this one.
    """
    why = clean_line(reason, LONGEST_REASON)
    if not why:
        raise NoReason(field="reason")
    view = view_of(published)
    row = _drawn_up(figure_of(published.figure), View(view.unit, view.period, as_of or at), at)
    row.reason, row.replaces = why, published
    _keep(row, AlreadyCorrected())
    return Recorded(row, row.subject, {**_facts(row), "replaces": published.uid}, {"reason": why})


def view_of(published: Published) -> View:
    """Return the view that was published."""
    period = Period.read(published.period) if published.period else None
    return View(published.unit, period, published.as_of)


def _drawn_up(figure: Figure, view: View, at: datetime) -> Published:
    """Return the row that is to be published, as history will keep it: in Chinese."""
    if view.as_of > at:
        raise BadAsOf(field="as_of")
    _refuse_strangers(figure, view)
    with translation.override("zh-hans"):
        value, checkpoint = read_live(figure, view), latest_checkpoint()
        return Published(
            uid=new_uid(),
            figure=figure.code,
            label=str(figure.label),
            definition=str(figure.definition),
            measure=str(figure.measure),
            fingerprint=fingerprint(figure),
            unit=view.unit,
            period=view.period.code if view.period else "",
            as_of=view.as_of,
            number=value.number_text,
            part=_text(value.part),
            whole=_text(value.whole),
            text=value.text,
            rows_sha256=rows_sha256(figure, view),
            epoch=checkpoint.epoch if checkpoint else 0,
            position=checkpoint.size if checkpoint else 0,
            published_at=at,
        )


def _text(number: Number | None) -> str:
    return "" if number is None else format(Decimal(number), "f")


def _refuse_strangers(figure: Figure, view: View) -> None:
    """Raise ``NotAPart`` where a row of the part is not among the whole."""
    if figure.is_ratio and figure.within:
        part, whole = (rows(each, view).order_by() for each in parts_of(figure))
        if part.exclude(pk__in=whole.values("pk")).exists():
            raise NotAPart(field=figure.code)


def rows_sha256(figure: Figure, view: View) -> str:
    """Return the SHA-256 of the CSV file of the rows, in Chinese: whoever exports them can check
    it with ``sha256sum``. Of a ratio, that of the two sums of its part and whole, a line each."""
    if figure.is_ratio:
        sums = [rows_sha256(part, view) for part in parts_of(figure)]
        return hashlib.sha256("".join(f"{each}\n" for each in sums).encode()).hexdigest()
    digest = hashlib.sha256()
    with translation.override("zh-hans"):
        for part in _file(figure, rows(figure, view).iterator(chunk_size=CHUNK)):
            digest.update(part)
    return digest.hexdigest()


def _file(figure: Figure, lines: Iterable[Any]) -> Iterable[bytes]:
    return written(figure.columns, lines, form="csv")


def _keep(row: Published, refusal: Refusal) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise refusal from error


def _facts(row: Published) -> dict[str, Any]:
    return {
        "figure": row.figure,
        "unit": row.unit.code,
        "period": row.period,
        "as_of": row.as_of,
        "number": row.number,
        "part": row.part,
        "whole": row.whole,
        "text": row.text,
        "fingerprint": row.fingerprint,
        "rows_sha256": row.rows_sha256,
        "position": row.position,
    }


@dataclass(frozen=True)
class Reproduction:
    """What comes out when a published value is counted again as of its instant."""

    text: str
    same_number: bool
    same_rows: bool
    same_definition: bool

    @property
    def same(self) -> bool:
        """Tell whether number and rows are what was published."""
        return self.same_number and self.same_rows


def reproduces(published: Published) -> Reproduction:
    """Count a published value again, as of then; raises ``FigureAbsent`` where it is gone."""
    figure, view = figure_of(published.figure), view_of(published)
    value = read_live(figure, view)
    said = (published.number, published.part, published.whole)
    return Reproduction(
        value.text,
        (value.number_text, _text(value.part), _text(value.whole)) == said,
        rows_sha256(figure, view) == published.rows_sha256,
        fingerprint(figure) == published.fingerprint,
    )
