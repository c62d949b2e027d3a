"""What is asked about patrols: who walks how often, who takes over, where the phone is."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Officer
from jiceng.systems.grid.models import Cell
from jiceng.systems.grid.queries.patrols import loads_of, members_for
from jiceng.systems.grid.terms import MOST_ROUNDS_A_WEEK
from jiceng.ui.forms import Form, PlaceField, WholeNumberField


class MemberField(forms.ModelChoiceField):
    """A grid member, by name, with the rounds that the member walks already."""

    loads: dict[int, int]

    def label_from_instance(self, obj: Officer) -> str:
        """Return name, staff number and load: two members may have one name."""
        said = _t("%(name)s（工号 %(number)s，每周已有 %(rounds)d 次）")
        given = {"name": obj.name, "number": obj.staff_no, "rounds": self.loads.get(obj.pk, 0)}
        return said % given


class _MemberForm(Form):
    """Offers whoever may walk the grid."""

    member = MemberField(
        label=_("网格员"), queryset=Officer.objects.none(), to_field_name="staff_no"
    )

    def __init__(self, *args: Any, cell: Cell, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = members_for(cell.unit, now)
        field: Any = self.fields["member"]
        field.queryset = members
        field.loads = loads_of(members.values_list("pk", flat=True), now)


class PlanForm(_MemberForm):
    """Who walks a grid how often."""

    rounds_a_week = WholeNumberField(
        label=_("每周次数"),
        min_value=1,
        max_value=MOST_ROUNDS_A_WEEK,
        help_text=_("每人各网格合计不超过 14 次。"),
    )


class HandOverForm(_MemberForm):
    """Who takes over a plan, or all plans of a member."""

    whole = forms.BooleanField(label=_("把这名网格员的全部巡查一并移交"), required=False)


class WalkForm(Form):
    """Where the phone is, if it says so."""

    point = PlaceField(label=_("定位"), required=False)
