"""Unit, period and day for which figures are asked."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.figures.service import BadPeriod, Period, View, view_at
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Scope
from jiceng.ui.choices import LongSelect
from jiceng.ui.forms import DayField, Form, SearchField, WholeNumberField, as_error

INDENT = "\u2003"
# What a list of periods offers: so many months, quarters and years, the newest first.
OFFERED = ((1, 13), (3, 5), (12, 4))
LONGEST = 30
MAX_ID = 2**63 - 1


class ViewForm(Form):
    """What a figure is asked for, read from the query of an address; nothing wrong is guessed."""

    unit = forms.CharField(label=_("单位"), required=False, max_length=40, widget=LongSelect)
    period = forms.CharField(
        label=_("统计期"), required=False, max_length=LONGEST, widget=LongSelect
    )
    as_of = DayField(label=_("截至"), required=False)
    after = WholeNumberField(required=False, max_value=MAX_ID, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, scope: Scope, at: datetime) -> None:
        today = legal_day(at)
        given = data.copy()
        if not given.get("period"):
            given["period"] = Period.month(today.year, today.month).code
        super().__init__(given, auto_id="ask-%s")
        self.asked: QueryDict = given
        self.scope, self.at = scope, at
        for name in ("unit", "period"):
            self.fields[name].widget.attrs.pop("maxlength", None)
        self.fields["unit"].widget.choices = _units(scope)
        self.fields["period"].widget.choices = _periods(today, str(given["period"]))

    def clean_period(self) -> str:
        """Refuse a period that nobody can read, whatever else is wrong."""
        try:
            return Period.read(self.cleaned_data["period"]).code
        except Refusal as refusal:
            raise as_error(refusal) from refusal

    def clean(self) -> dict[str, Any]:
        """Put unit, period and day together; a refusal of the kernel is said at its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        day: date | None = cleaned.get("as_of")
        try:
            cleaned["view"] = view_at(
                self.at,
                unit=cleaned.get("unit", ""),
                period=cleaned.get("period", ""),
                as_of=day.isoformat() if day else "",
                scope=self.scope,
            )
        except Refusal as refusal:
            self.refuse(refusal)
        return cleaned

    @property
    def view(self) -> View:
        """Return what was asked for, once it was found sound."""
        view: View = self.cleaned_data["view"]
        return view

    @property
    def query(self) -> str:
        """Return the part of an address that asks for the same."""
        asked = self.asked.copy()
        for name in list(asked):
            if name not in ("unit", "period", "as_of") or not asked[name]:
                del asked[name]
        return str(asked.urlencode())


class SearchForm(ViewForm):
    """The same, and a word of the figures that are wanted."""

    q = SearchField(
        label=_("搜索指标"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    field_order = ("q", "unit", "period", "as_of")


def _units(scope: Scope) -> Iterable[tuple[str, Any]]:
    """Return the units that are seen, each below the one above it."""
    units = list(scope.filter(Unit.objects.order_by("path"), unit=""))
    top = min((unit.depth for unit in units), default=0)
    named = [(unit.code, f"{INDENT * (unit.depth - top)}{unit.name}") for unit in units]
    return [("", _("我看得到的全部")), *named]


def _periods(today: date, asked: str) -> Iterable[tuple[str, Any]]:
    offered = [
        period for months, how_many in OFFERED for period in _back(_around(today, months), how_many)
    ]
    named = {period.code: period.text for period in [*offered, Period.until(today)]}
    return list((named if asked in named else _named(asked) | named).items())


def _around(today: date, months: int) -> Period:
    if months == 12:
        return Period.year(today.year)
    if months == 3:
        return Period.quarter(today.year, (today.month + 2) // 3)
    return Period.month(today.year, today.month)


def _back(period: Period, how_many: int) -> list[Period]:
    found = [period]
    while len(found) < how_many:
        found.append(found[-1].previous())
    return found


def _named(asked: str) -> dict[str, str]:
    """Return a period that is asked for beside those offered; nonsense is shown as it is."""
    try:
        return {asked: Period.read(asked).text}
    except BadPeriod:
        return {asked[:LONGEST]: asked[:LONGEST]}
