"""What people type, and what machines send instead."""

from datetime import date

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.rules import Place
from jiceng.ui.forms import (
    CleanCharField,
    DayField,
    Form,
    PhoneField,
    PhotosField,
    PlaceField,
    WholeNumberField,
)


class Sheet(Form):
    line = CleanCharField(label="事项", max_length=10, required=False)
    text = CleanCharField(label="经过", max_length=10, paragraphs=True, required=False)
    phone = PhoneField(label="手机", required=False)
    count = WholeNumberField(label="人数", required=False)
    day = DayField(label="日期", required=False)
    place = PlaceField(label="地点", required=False)


def cleaned(**data):
    form = Sheet(data)
    form.is_valid()
    codes = {name: errors.as_data()[0].code for name, errors in form.errors.items()}
    return codes or form.cleaned_data


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("line", "  井盖\t松动 ", "井盖 松动"),
        ("line", "𠮷" * 10, "𠮷" * 10),  # ten characters, forty bytes
        ("line", "阿凡提·买买提", "阿凡提·买买提"),
        ("line", "𰻝", "𰻝"),
        ("line", "e\u0301", "é"),  # composed
        ("line", "<script>", "<script>"),  # text is text; the page escapes it
        ("text", "一\r\n二\r三", "一\n二\n三"),
        ("text", "甲\u202e乙\u200b", "甲乙"),  # deceptive signs are taken out of paragraphs
        ("phone", "１３８ 0000 ００００", "13800000000"),
        ("phone", "+86 138-0000-0000", "13800000000"),
        ("phone", "0556-5551234", "05565551234"),
        ("phone", "", ""),
        ("count", "１２", 12),
        ("count", "٣", 3),
        ("count", " 0 ", 0),
        ("count", str(2**31 - 1), 2**31 - 1),
        ("count", "", None),
        ("day", "2026-03-02", date(2026, 3, 2)),
        ("day", "２０２６-０３-０２", date(2026, 3, 2)),
        ("day", "", None),
    ],
)
def test_kept(name, typed, kept):
    assert cleaned(**{name: typed})[name] == kept


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        ("line", "a\0b", "bad_char"),
        ("line", "a\x07b", "bad_char"),
        ("line", "a\ud800b", "bad_char"),
        ("line", "报告\u202egpj.exe", "bad_char"),
        ("line", "王\u200b明", "bad_char"),
        ("line", "两\n行", "bad_char"),
        ("line", "\ufffd\ufffd", "bad_encoding"),
        ("line", "井" * 11, "max_length"),
        ("text", "a\ud800b", "bad_char"),
        ("text", "井" * 11, "max_length"),
        ("phone", "12345", "bad_phone"),
        ("phone", "12800000000", "bad_phone"),
        ("phone", "138\0", "bad_char"),
        ("phone", "1" * 5000, "too_long"),
        ("count", "-1", "min_value"),
        ("count", str(2**31), "max_value"),
        ("count", str(2**63), "max_value"),
        ("count", "9" * 5000, "invalid"),
        ("count", "0" * 100 + "5", "invalid"),
        ("count", "1.5", "invalid"),
        ("count", "1e3", "invalid"),
        ("count", "true", "invalid"),
        ("count", "\ud800", "invalid"),
        ("day", "0000-01-01", "invalid"),
        ("day", "0001-01-01", "invalid"),
        ("day", "9999-12-31", "invalid"),
        ("day", "2026-02-30", "invalid"),
        ("day", "2026/2/3", "invalid"),
        ("day", "腊月三十", "invalid"),
        ("day", "2026-03-02T24:00", "invalid"),
        ("day", "\ud800", "invalid"),
    ],
)
def test_refused(name, typed, code):
    assert cleaned(**{name: typed}) == {name: code}


@pytest.mark.parametrize(
    ("lat", "lng", "found"),
    [
        ("30.5258", "117.0801", Place(lng=117.0801, lat=30.5258)),
        ("３０.５", "１１７", Place(lng=117, lat=30.5)),
        ("30.12345678", "117", Place(lng=117, lat=30.123457)),
        ("", "", None),
        ("117.0801", "30.5258", "swapped"),
        ("0", "0", "out_of_range"),
        ("51.5", "-0.1", "out_of_range"),
        ("30.5", "", "half_place"),
        ("", "117", "half_place"),
        ("NaN", "117", "invalid"),
        ("Infinity", "117", "invalid"),
        ("1e400", "117", "invalid"),
        ("abc", "117", "invalid"),
        ("9" * 3000, "117", "invalid"),
        ("30.5\0", "117", "invalid"),
    ],
)
def test_places(lat, lng, found):
    result = cleaned(place_lat=lat, place_lng=lng)

    assert result == {"place": found} if isinstance(found, str) else result["place"] == found


def test_empty_required_fields_ask_for_themselves_by_name():
    class Asking(Form):
        title = CleanCharField(label="事项")
        where = PlaceField(label="地点")
        photos = PhotosField(label="照片")

    form = Asking({}, MultiValueDict())

    assert form.errors == {
        "title": ["请填写“事项”。"],
        "where": ["请填写“地点”。"],
        "photos": ["请拍一张照片。"],
    }


def test_a_list_that_says_nothing_of_its_own_asks_to_be_chosen_from():
    class Choosing(Form):
        unit = forms.ModelChoiceField(Unit.objects.none())
        within = forms.ModelChoiceField(Unit.objects.none(), empty_label="全部")

    first = [next(iter(field.choices)) for field in Choosing().fields.values()]

    assert first == [("", "请选择"), ("", "全部")]


class Album(Form):
    photos = PhotosField(label="照片", required=False, most=2)


@pytest.mark.parametrize(("count", "valid"), [(0, True), (1, True), (2, True), (3, False)])
def test_photos(count, valid):
    files = MultiValueDict(
        {"photos": [SimpleUploadedFile(f"{at}.jpg", b"x") for at in range(count)]}
    )
    form = Album(QueryDict(), files)

    assert form.is_valid() is valid
    if valid:
        assert [file.name for file in form.cleaned_data["photos"]] == [
            f"{at}.jpg" for at in range(count)
        ]
    else:
        assert form.errors.as_data()["photos"][0].code == "too_many_photos"


def test_an_empty_photo_is_an_error_of_the_field():
    form = Album(QueryDict(), MultiValueDict({"photos": [SimpleUploadedFile("a.jpg", b"")]}))

    assert form.errors.as_data()["photos"][0].code == "empty"
