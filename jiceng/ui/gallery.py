"""What the gallery page shows: every component, in every state, with the longest names."""

from datetime import datetime
from typing import Any

from django import forms
from django.templatetags.static import static
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures.service import Figure, Period, Value, View
from jiceng.kernel.figures.terms import FigureKind
from jiceng.ui.charts import Point
from jiceng.ui.forms import (
    CleanCharField,
    DayField,
    Form,
    PhoneField,
    PhotosField,
    PlaceField,
    WholeNumberField,
)
from jiceng.ui.templatetags.ui import spaced

# Class bodies run before the storage knows the file names of a release.
static_lazy = lazy(static, str)

LONG_UNIT = _("滨江新区管理委员会综合行政执法与生态环境保护联合工作办公室")
LONG_TITLE = _(
    "滨河东路与学院南街交叉口西北角人行道窨井盖破损并松动，夜间无照明，老人儿童经过有跌落危险"
)
CATEGORIES = [("road", _("道路设施")), ("clean", _("环境卫生")), ("noise", _("噪声扰民"))]
MORNING = datetime(2026, 3, 2, 9, 12, tzinfo=SHANGHAI)
SWATCHES = ["paper", "surface", "sunken", "line", "ink", "accent", "link", "good", "warn", "bad"]
NOON = datetime(2026, 3, 2, 11, 40, tzinfo=SHANGHAI)


class SpecimenForm(Form):
    """A form with every kind of field."""

    what = CleanCharField(
        label=_("发生了什么"), help_text=_("一两句话说清楚即可。"), paragraphs=True
    )
    phone = PhoneField(label=_("手机号码"), help_text=_("只用于告知您办理结果，不会公开。"))
    category = forms.ChoiceField(label=_("类别"), choices=CATEGORIES, widget=forms.RadioSelect)
    ways = forms.MultipleChoiceField(
        label=_("影响到"),
        choices=[("walk", _("行人")), ("ride", _("骑车")), ("drive", _("开车"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    unit = forms.ChoiceField(label=_("转给"), choices=[("a", LONG_UNIT), ("b", _("城管中队"))])
    people = WholeNumberField(label=_("涉及人数"), required=False)
    day = DayField(label=_("哪一天发现的"), required=False)
    place = PlaceField(
        label=_("地点"),
        required=False,
        help_text=_("可以用手机定位，也可以在地图上点选。"),
        areas=static_lazy("ui/specimen/areas.json"),
    )
    photos = PhotosField(label=_("照片"), required=False, help_text=_("最多六张。"))
    agree = forms.BooleanField(label=_("我愿意接受回访"))


def _wrong_form() -> SpecimenForm:
    data = {
        "what": "",
        "phone": "12345",
        "place_lat": "117.05",
        "place_lng": "30.51",
        "day": "2/30",
    }
    form = SpecimenForm(data, auto_id="wrong_%s")
    form.full_clean()
    return form


def _moments() -> list[dict[str, Any]]:
    return [
        {"title": _("群众上报"), "at": MORNING, "by": _("群众"), "note": LONG_TITLE, "tone": ""},
        {
            "title": _("研判完成"),
            "at": NOON,
            "by": _("滨江街道 值班员"),
            "note": "",
            "tone": "good",
        },
        {
            "title": _("退回重办"),
            "at": NOON,
            "by": LONG_UNIT,
            "note": _("照片看不清。"),
            "tone": "bad",
        },
        {"title": _("处置中"), "at": NOON, "by": _("城管中队"), "note": "", "tone": "current"},
    ]


def _steps() -> list[dict[str, Any]]:
    return [
        {"label": _("上报"), "state": "done", "note": _("3月2日 9:12")},
        {"label": _("研判"), "state": "done", "note": _("用时 2 小时 28 分")},
        {"label": _("派遣"), "state": "returned", "note": _("曾退回一次")},
        {"label": _("处置"), "state": "current", "note": _("剩余 3 小时")},
        {"label": _("核查"), "state": "todo", "note": ""},
        {"label": _("办结"), "state": "todo", "note": ""},
    ]


def _photos() -> list[dict[str, Any]]:
    source = static("ui/specimen/photo.svg")
    captions = [_("处置前"), _("处置中"), _("处置后，井盖已更换并复核"), ""]
    return [
        {"src": source, "alt": _("人行道上破损的井盖"), "caption": caption, "href": source}
        for caption in captions
    ]


def _tables() -> dict[str, Any]:
    return {
        "columns": [_("编号"), _("事项"), _("承办单位"), _("用时（分）")],
        "rows": [
            [spaced("2611244829137"), LONG_TITLE, LONG_UNIT, 148],
            [spaced("2611240000015"), _("路灯不亮"), _("城管中队"), 9],
            [spaced("2611253102244"), _("占道经营"), None, 1024],
        ],
        "facts": [
            (_("事项"), LONG_TITLE),
            (_("承办单位"), LONG_UNIT),
            (_("办结时间"), None),
            (_("处理结果"), ""),
        ],
        "tabs": [
            {"label": _("全部"), "url": "#", "current": True, "count": 128},
            {"label": _("快到期"), "url": "#", "current": False, "count": 7},
            {"label": _("已超时"), "url": "#", "current": False, "count": 0},
            {"label": _("我经手的"), "url": "#", "current": False},
        ],
    }


def _figures() -> dict[str, Any]:
    """Return a number that is a figure, and the course of one with a month that had none."""
    shown = Figure(
        code="gallery.cases",
        kind=FigureKind.COUNT,
        label=_("办结数"),
        definition=LONG_TITLE,
        measure=_("件"),
        owner="auditor",
        since=MORNING.date(),
    )
    value = Value(shown, View(None, Period.month(2026, 3), NOON), 1024)
    numbers = [12, 18, 9, None, 21, 30, 26]
    course = [Point(Period.month(2026, at).text, n, n) for at, n in enumerate(numbers, start=1)]
    return {"value": value, "course": course, "course_heads": [_("月份"), _("办结数")]}


def exhibits() -> dict[str, Any]:
    """Return the context of the gallery page."""
    return {
        "form": SpecimenForm(auto_id="right_%s"),
        "wrong": _wrong_form(),
        "long_title": LONG_TITLE,
        "long_unit": LONG_UNIT,
        "moments": _moments(),
        "steps": _steps(),
        "photos": _photos(),
        "areas": static("ui/specimen/areas.json"),
        "swatches": SWATCHES,
        "tones": ["", "info", "good", "warn", "bad", "accent"],
        **_tables(),
        **_figures(),
    }
