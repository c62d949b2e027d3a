"""The front door of every form: text, numbers, days, places and photos are cleaned here once."""

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.front_door import BadEncoding
from jiceng.kernel.base.text import (
    ascii_digits,
    clean_line,
    clean_text,
    phone_number,
    without_deceptive,
)
from jiceng.kernel.places.rules import Place

MAX_WHOLE = 2**31 - 1  # what an integer column holds on every database
LONGEST_NUMBER = 60
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
# What a byte sequence becomes that is not UTF-8: storing it would be storing mojibake.
REPLACEMENT = "\ufffd"
MOST_PHOTOS = 6
# What Django calls the choice that nobody made.
DASHES = BLANK_CHOICE_DASH[0][1]


def as_error(refusal: Refusal) -> ValidationError:
    """Return a refusal of the kernel as an error of a field, with the same code."""
    return ValidationError(str(refusal.sentence), code=refusal.code)


class Form(forms.Form):
    """A form whose empty required fields ask for themselves by name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            ask_by_name(field, name)

    def refuse(self, refusal: Refusal, at: str = "") -> None:
        """Say why the kernel refuses what was asked for: at the field it is about, which the form
        may call otherwise (``at``), or above the form where it has no such field."""
        name = at or refusal.field
        self.add_error(name if name in self.fields else None, as_error(refusal))


def ask_by_name(field: forms.Field, name: str = "") -> None:
    """Let an empty required field say which one it is, and a list of choices that it is one."""
    field.error_messages["required"] = format_lazy(_asked_for(field), label=field.label or name)
    if isinstance(field, forms.ModelChoiceField) and field.empty_label == DASHES:
        field.empty_label = _("请选择")


def _asked_for(field: forms.Field) -> Any:
    """Return how an empty field asks for itself: one writes, chooses or ticks."""
    if isinstance(field, PhotosField):
        return _("请拍一张{label}。")
    if isinstance(field, forms.BooleanField):
        return _("请勾选“{label}”。")
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.FileField):
        return _("请选择“{label}”。")
    return _("请填写“{label}”。")


class CleanCharField(forms.CharField):
    """A line of text, or with ``paragraphs`` several, as the kernel cleans it."""

    def __init__(self, *, paragraphs: bool = False, max_length: int = 200, **kwargs: Any) -> None:
        self.paragraphs = paragraphs
        if paragraphs:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        """Return the clean text; a character that cannot be stored is an error of the field."""
        text = super().to_python(value) or ""
        if REPLACEMENT in text:
            raise as_error(BadEncoding())
        clean = clean_text if self.paragraphs else clean_line
        try:
            # The length is said with figures by the field's own validator.
            return clean(text, len(text))
        except Refusal as refusal:
            raise as_error(refusal) from refusal


class SearchField(CleanCharField):
    """Words to search for; a sign that is not seen came along with what was pasted."""

    def to_python(self, value: Any) -> str:
        """Return the clean line without such signs, which no other line may hold."""
        return super().to_python(without_deceptive(value or ""))


class PhoneField(CleanCharField):
    """A mainland mobile or landline number; returns its digits."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"type": "tel", "inputmode": "tel", "autocomplete": "tel"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(max_length=40, **kwargs)

    def to_python(self, value: Any) -> str:
        """Return the digits; full-width ones, spaces, hyphens and +86 are understood."""
        text = super().to_python(value)
        try:
            return phone_number(text) if text else text
        except Refusal as refusal:
            raise as_error(refusal) from refusal


class _PlainDigits:
    """Reads the digits of every script as ASCII before the field of Django looks at them."""

    def to_python(self, value: Any) -> Any:
        """Return what the field makes of the plain digits."""
        if isinstance(value, str):
            if len(value) > LONGEST_NUMBER:
                raise ValidationError(self.error_messages["invalid"], code="invalid")  # type: ignore[attr-defined]
            value = ascii_digits(value).strip()
        return super().to_python(value)  # type: ignore[misc]


class WholeNumberField(_PlainDigits, forms.IntegerField):
    """A whole number ≥ 0 that every database can hold."""

    def __init__(self, *, min_value: int = 0, max_value: int = MAX_WHOLE, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)


class DayField(_PlainDigits, forms.DateField):
    """A civil day, written YYYY-MM-DD, between 1900 and 2199."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_python(self, value: Any) -> date | None:
        """Return the day, or ``None`` where the field may stay empty and is."""
        day = super().to_python(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class NumberField(_PlainDigits, forms.DecimalField):
    """A number with a decimal point, as ``Decimal``; the digits of every script are understood."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(**kwargs)


class DegreesField(_PlainDigits, forms.DecimalField):
    """One coordinate in degrees, rounded to six places (a tenth of a metre)."""

    def to_python(self, value: Any) -> Any:
        """Return the degrees; not-a-number and infinity are no coordinates."""
        degrees = super().to_python(value)
        if degrees is None:
            return None
        if not math.isfinite(degrees) or abs(degrees) > 180:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return round(degrees, 6)


class PlaceInput(forms.MultiWidget):
    """Two inputs, a button that fills them from the phone, and a map where ``areas`` is given."""

    template_name = "ui/components/place-input.html"
    use_fieldset = True

    def __init__(self, areas: str | Promise = "") -> None:
        self.areas = areas
        attributes = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__({name: forms.TextInput(attrs=attributes) for name in ("lat", "lng")})

    def decompress(self, value: Place | None) -> list[Any]:
        """Return the two values of a place."""
        return [value.lat, value.lng] if value else [None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the address of the areas for the map."""
        context = super().get_context(name, value, attrs)
        context["widget"]["areas"] = self.areas
        return context


class PlaceField(forms.MultiValueField):
    """A point on the mainland; swapped coordinates and (0, 0) are told apart from a place."""

    widget = PlaceInput

    def __init__(self, *, areas: str | Promise = "", **kwargs: Any) -> None:
        message = {"invalid": _("经纬度应为以度为单位的数字。")}
        degrees = [DegreesField(required=False, error_messages=message) for _axis in range(2)]
        kwargs.setdefault("widget", PlaceInput(areas))
        super().__init__(degrees, require_all_fields=False, **kwargs)

    def compress(self, values: Sequence[Decimal | None]) -> Place | None:
        """Return the place, ``None`` where both are empty; half a place is an error."""
        lat, lng = [*values, None, None][:2]
        if lat is None and lng is None:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        if lat is None or lng is None:
            raise ValidationError(_("经度和纬度要同时填写。"), code="half_place")
        place = Place(lng=float(lng), lat=float(lat))
        if place.swapped:
            raise ValidationError(_("经度和纬度填反了。"), code="swapped")
        if not place.plausible:
            raise ValidationError(_("这个位置不在服务范围内。"), code="out_of_range")
        return place


class PhotoInput(forms.FileInput):
    """Two large buttons, camera and album, that send under one name."""

    template_name = "ui/components/photo-input.html"
    allow_multiple_selected = True
    accept = "image/jpeg,image/png,image/heic,image/heif,image/webp"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        """Return all files of that name."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name) or []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Say which files the chooser offers."""
        context = super().get_context(name, value, attrs)
        context["widget"]["accept"] = self.accept
        return context


class PhotosField(forms.FileField):
    """Up to ``most`` photos as a list; what is in them, the attachments' intake decides.

    ``kept`` is how many an earlier try of the form has left with us: they count as given.
    """

    widget = PhotoInput

    def __init__(self, *, most: int = MOST_PHOTOS, kept: int = 0, **kwargs: Any) -> None:
        self.most = most
        self.kept = kept
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files; none where the field may stay empty."""
        files = [super(PhotosField, self).clean(file, initial) for file in data or []]
        if self.required and not (files or self.kept):
            raise ValidationError(self.error_messages["required"], code="required")
        if len(files) > self.most:
            sentence = _("最多 %(most)d 张照片。") % {"most": self.most}
            raise ValidationError(sentence, code="too_many_photos")
        return files
