"""What was published of a figure, and whether it comes out the same today."""

from dataclasses import dataclass

from jiceng.kernel.base.errors import Absent
from jiceng.kernel.figures.models import Published
from jiceng.kernel.figures.service import Figure, Period, Reproduction, View, reproduces
from jiceng.kernel.orgs.service import Scope

MOST = 10


@dataclass(frozen=True)
class Said:
    """A value that was published, and how it came out where it was just counted again."""

    row: Published
    checked: Reproduction | None = None

    @property
    def period(self) -> str:
        """Return the period in words; nothing for a stock or for all time."""
        return Period.read(self.row.period).text if self.row.period else ""


def said_before(figure: Figure, view: View, scope: Scope, check: str) -> list[Said]:
    """Return the last values that were published of the unit of the view, or of any that is seen;
    the one called ``check`` is counted again. Raises ``Absent`` where that is none of them."""
    rows = scope.filter(Published.objects.filter(figure=figure.code))
    if view.unit is not None:
        rows = rows.filter(unit=view.unit)
    newest = list(rows.select_related("unit", "replaced_by").order_by("-pk")[:MOST])
    if check and check not in {row.uid for row in newest}:
        raise Absent()
    return [Said(row, reproduces(row) if row.uid == check else None) for row in newest]
