"""What people type about an incident."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.text import ascii_digits, listed
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid.models import Category, Spot
from jiceng.systems.grid.queries import categories, reporting_units, spot_at
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

    def __init__(self, *args: Any, now: Any, spot: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standard = categories(now)
        self.fields["category"].queryset = self.standard  # type: ignore[attr-defined]
        self.fields["unit"].queryset = reporting_units(now)  # type: ignore[attr-defined]
        self.spot_code = self.data.get("spot", "") if self.is_bound else spot
        # The place that a poster says: nobody types it, and nobody is asked again.
        self.here: Spot | None = spot_at(self.spot_code, now)

    def clean(self) -> dict[str, Any]:
        """Ask for one of the ways to say where it is."""
        cleaned: dict[str, Any] = super().clean() or {}
        bad_point = "point" in self.errors
        if not (self.here or bad_point or cleaned.get("point") or cleaned.get("unit")):
            self.add_error(
                "unit", forms.ValidationError(_("请定位，或选择所属社区、村。"), "no_place")
            )
        return cleaned


class ContactForm(IncidentForm):
    """What somebody reports who can be called back, or who may stay unknown."""

    phone = PhoneField(label=_("您的电话"), help_text=_("用来查进度和联系您，不公开。"))
    reporter_name = CleanCharField(label=_("怎么称呼您"), max_length=30, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.standard.filter(anonymous_allowed=True).values_list("name", flat=True)
        self.unknown_may = list(rows)
        # Whether this very category allows it is asked when both are known.
        self.fields["phone"].required = not self.unknown_may
        if self.unknown_may:
            self.fields["phone"].help_text = format_lazy(
                _("{purpose}可匿名的类别（{names}）可以不填，凭查询码查进度。"),
                purpose=self.fields["phone"].help_text,
                names=listed(self.unknown_may),
            )

    def clean(self) -> dict[str, Any]:
        """Ask for the phone where the category needs one."""
        cleaned = super().clean()
        category, phone = cleaned.get("category"), self.fields["phone"]
        unknown = category is not None and category.anonymous_allowed
        if not (phone.required or unknown or cleaned.get("phone") or "phone" in self.errors):
            message = phone.error_messages["required"]
            self.add_error("phone", forms.ValidationError(message, "required"))
        return cleaned


class ReportForm(ContactForm):
    """What a resident reports."""

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


class PhoneForm(ContactForm):
    """What a caller tells; the officer types it down."""

    photos = None  # type: ignore[assignment]
    phone = PhoneField(
        label=_("来电人电话"), help_text=_("来电人凭它的后四位查进度；回访也打这个号码。")
    )
    reporter_name = CleanCharField(label=_("来电人称呼"), max_length=30, required=False)
    field_order = (
        "phone",
        "reporter_name",
        "category",
        "description",
        "unit",
        "point",
        "datum",
        "place",
    )


class TrackForm(Form):
    """A case number, and the end of the phone number that was left with it, or a code."""

    number = CleanCharField(
        label=_("编号"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    phone_tail = CleanCharField(
        label=_("手机号后四位"),
        help_text=_("匿名上报的，填六位查询码。"),
        max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_phone_tail(self) -> str:
        """Return the digits, whatever script they were typed in."""
        return ascii_digits(self.cleaned_data["phone_tail"])
