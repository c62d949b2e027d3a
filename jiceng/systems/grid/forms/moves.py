"""What each move asks for."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.procedures.service import Move
from jiceng.kernel.procedures.terms import Need
from jiceng.systems.grid.actions import Part
from jiceng.systems.grid.queries import handling_units, purpose_of
from jiceng.systems.grid.terms import Authority, Judgement, Purpose
from jiceng.ui.forms import CleanCharField, DayField, Form, PhotosField, ask_by_name

LABELS = {
    Need.REASON: _("理由"),
    Need.NOTE: _("说明"),
    Need.UNIT: _("派给哪个单位"),
    Need.JUDGEMENT: _("研判结论"),
    Need.STUDY: _("研究意见"),
    Need.PARTICIPANTS: _("参加研究的人员"),
    Need.AUTHORITY: _("本级缺少哪项权限"),
    Need.QUESTION: _("要问的问题"),
    Need.PARTY: _("请哪家单位配合"),
    Need.UNTIL: _("挂账到哪一天"),
    Need.CASE: _("并入哪一件（编号）"),
}
LINES = {Need.PARTICIPANTS: 200, Need.PARTY: 60, Need.CASE: 30}
PHOTO_LABELS: dict[str, Any] = {
    Purpose.DISPOSAL: _("处置后的照片"),
    Purpose.VERIFICATION: _("核实现场的照片"),
}
# How many parts the page offers to write; a case falls into more only rarely.
PARTS_SHOWN = 4


class MoveForm(Form):
    """The fields that one move needs or takes, in that order; ``kept`` photos count as given.

    ``photos`` are those of the case, which the parts of a split case may take along; ``unit`` is
    where the rules would send it.
    """

    def __init__(
        self,
        move: Move,
        *args: Any,
        now: Any,
        kept: int = 0,
        photos: Sequence[Attachment] = (),
        unit: Unit | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        for need in (*move.needs, *move.takes):
            required = need in move.needs
            for name, field in self._fields(need, move, required, now, kept, photos):
                ask_by_name(field)
                self.fields[name] = field

    def _fields(
        self,
        need: str,
        move: Move,
        required: bool,
        now: datetime,
        kept: int,
        photos: Sequence[Attachment],
    ) -> list[tuple[str, forms.Field]]:
        if need == Need.PARTS:
            return _part_fields(now, photos)
        if need == Need.PHOTO:
            label = PHOTO_LABELS[purpose_of(move)]
            return [(need, PhotosField(label=label, required=required, kept=kept))]
        return [(need, self._field(need, required, now))]

    def _field(self, need: str, required: bool, now: Any) -> forms.Field:
        label = LABELS[Need(need)]
        match need:
            case Need.UNIT:
                return _unit_field(label, now, required=required, initial=self.unit)
            case Need.JUDGEMENT:
                return _choice_field(label, Judgement.choices, required, Judgement.ORDINARY)
            case Need.AUTHORITY:
                return _choice_field(label, Authority.choices, required, None)
            case Need.UNTIL:
                return DayField(label=label, required=required)
        line = LINES.get(Need(need))
        return CleanCharField(
            label=label, required=required, paragraphs=line is None, max_length=line or 500
        )

    @property
    def parts(self) -> list[list[forms.BoundField]]:
        """Return the fields of each part, for a page that sets them apart; else nothing."""
        groups = [
            [self[name] for name in self.fields if name.startswith(f"part_{place}_")]
            for place in range(1, PARTS_SHOWN + 1)
        ]
        return [group for group in groups if group]

    @property
    def rest(self) -> list[forms.BoundField]:
        """Return the fields that belong to no part."""
        return [self[name] for name in self.fields if not name.startswith("part_")]

    def clean_until(self) -> datetime | None:
        """Return the end of the day: until then the case rests."""
        day = self.cleaned_data["until"]
        return day and datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)

    def given(self) -> dict[str, Any]:
        """Return what the act behind the move is given, photos aside."""
        words = {
            name: value for name, value in self.cleaned_data.items() if not name.startswith("part_")
        }
        words.pop(Need.PHOTO, None)
        if any(name.startswith("part_") for name in self.fields):
            words["parts"] = self._parts()
        return words

    def _parts(self) -> list[Part]:
        said = self.cleaned_data
        return [
            Part(
                words=said[f"part_{place}_words"],
                unit=said[f"part_{place}_unit"],
                photos=tuple(said.get(f"part_{place}_photos", ())),
            )
            for place in range(1, PARTS_SHOWN + 1)
            if said.get(f"part_{place}_words")
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the unit of each part that has words, and for words where a unit was chosen."""
        said: dict[str, Any] = super().clean() or {}
        for place in range(1, PARTS_SHOWN + 1):
            words, unit = said.get(f"part_{place}_words"), said.get(f"part_{place}_unit")
            if bool(words) != bool(unit) and f"part_{place}_words" in self.fields:
                name = f"part_{place}_{'unit' if words else 'words'}"
                self.add_error(name, forms.ValidationError(_("事项和单位都要填写。"), "missing"))
        return said


def _unit_field(
    label: Any, now: datetime, *, required: bool, initial: Unit | None = None
) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        queryset=handling_units(now),
        label=label,
        required=required,
        to_field_name="code",
        initial=initial.code if initial else None,
    )


def _choice_field(label: Any, choices: Any, required: bool, initial: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=choices,
        label=label,
        required=required,
        widget=forms.RadioSelect,
        initial=initial,
    )


def _part_fields(now: datetime, photos: Sequence[Attachment]) -> list[tuple[str, forms.Field]]:
    """Return the fields of each part: what, who, and which of the photos it takes along."""
    shown = [(photo.uid, f"{place}") for place, photo in enumerate(photos, 1)]
    fields: list[tuple[str, forms.Field]] = []
    for place in range(1, PARTS_SHOWN + 1):
        label = format_lazy(_("第{place}项要办什么"), place=place)
        words = CleanCharField(label=label, required=place < 3, paragraphs=True, max_length=500)
        unit = _unit_field(format_lazy(_("第{place}项派给"), place=place), now, required=place < 3)
        fields += [(f"part_{place}_words", words), (f"part_{place}_unit", unit)]
        if shown:
            along = forms.MultipleChoiceField(
                choices=shown,
                label=format_lazy(_("第{place}项带上第几张照片"), place=place),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            fields.append((f"part_{place}_photos", along))
    return fields
