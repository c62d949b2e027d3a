"""What people type about an incident."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.text import ascii_digits
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.queries import categories, reporting_units
from jiceng.ui.forms import (
    MOST_PHOTOS,
    CleanCharField,
    Form,
    PhoneField,
    PhotosField,
    PlaceField,
)


class CategoryField(forms.ModelChoiceField):
    """A category of the standard, chosen from large buttons."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.RadioSelect)
        none = Category.objects.none()
        super().__init__(queryset=none, empty_label=None, to_field_name="code", **kwargs)


class IncidentForm(Form):
    """What every report says: the category, the place, a photo."""

    photos = PhotosField(
        label=_("现场照片"),
        required=False,
        help_text=format_lazy(
            _("最多{most}张。照片里的拍摄位置会从照片中去除，只供核查人员比对，不公开。"),
            most=MOST_PHOTOS,
        ),
    )
    category = CategoryField(label=_("是什么问题"))
    point = PlaceField(label=_("定位"), required=False, areas=reverse_lazy("public:grid:cells"))
    datum = forms.ChoiceField(
        label=_("坐标来自"),
        choices=Datum.choices,
        initial=Datum.WGS84,
        required=False,
        help_text=_("从高德、腾讯等互联网地图抄来的坐标有偏移，请选 GCJ-02，系统会换算。"),
    )
    unit = forms.ModelChoiceField(
        label=_("所属社区、村"),
        queryset=Unit.objects.none(),
        required=False,
        to_field_name="code",
        empty_label=_("按上面的位置判断"),
    )
    place = CleanCharField(
        label=_("具体位置"),
        max_length=100,
        required=False,
        help_text=_("如：民生路与经十二路交叉口东南角"),
    )
    description = CleanCharField(
        label=_("情况描述"), paragraphs=True, max_length=500, required=False
    )

    def __init__(self, *args: Any, now: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories(now)  # type: ignore[attr-defined]
        self.fields["unit"].queryset = reporting_units(now)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two ways to say where it is."""
        cleaned: dict[str, Any] = super().clean() or {}
        bad_point = "point" in self.errors
        if not (bad_point or cleaned.get("point") or cleaned.get("unit")):
            self.add_error(
                "unit", forms.ValidationError(_("请定位，或选择所属社区、村。"), "no_place")
            )
        return cleaned


class ReportForm(IncidentForm):
    """What a resident reports."""

    phone = PhoneField(label=_("您的电话"), help_text=_("用来查进度和联系您，不公开。"))
    reporter_name = CleanCharField(label=_("怎么称呼您"), max_length=30, required=False)
    field_order = (
        "photos",
        "category",
        "description",
        "point",
        "datum",
        "unit",
        "place",
        "phone",
        "reporter_name",
    )


class PatrolForm(IncidentForm):
    """What a grid member reports: three taps, nothing typed."""

    field_order = ("photos", "category", "point", "datum", "unit", "place", "description")


class TrackForm(Form):
    """A case number, and the end of the phone number that was left with it."""

    number = CleanCharField(
        label=_("编号"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    phone_tail = CleanCharField(
        label=_("手机号后四位"),
        max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_phone_tail(self) -> str:
        """Return the digits, whatever script they were typed in."""
        return ascii_digits(self.cleaned_data["phone_tail"])
