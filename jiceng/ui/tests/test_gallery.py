"""The gallery shows every component; what it shows is sound."""

from pathlib import Path

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from jiceng.ui import drawing, navigation
from jiceng.ui.navigation import Entry, links
from jiceng.ui.templatetags import ui

COMPONENTS = Path(ui.__file__).parents[1] / "templates" / "ui" / "components"


def render(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


def test_every_component_is_shown(client):
    for drawn in (drawing.badge, drawing.light):
        drawn.cache_clear()  # what was drawn before is not drawn again
    shown = {template.name for template in client.get("/gallery/").templates}

    files = {f"ui/components/{path.name}" for path in COMPONENTS.glob("*.html")}
    assert len(files) > 30
    assert files - shown == set()


@pytest.mark.parametrize(
    ("tag", "has"),
    [
        ('{% light "green" "剩余" %}', "<circle"),
        ('{% light "yellow" "剩余" %}', "M8 1.2"),
        ('{% light "red" "超时" %}', "M5 1h6"),
        ('{% light "" "暂停" %}', "不计时"),
        ('{% light "green" "剩余" provisional=True %}', "待定"),
        ('{% number "2611244829137" %}', "<span>261124</span><span>482</span><span>9137</span>"),
        ('{% number "2611244829137" %}', 'value="2611244829137"'),
        ('{% number "9f2c7ab4e" code=True %}', "<span>9f2c</span><span>7ab4</span><span>e</span>"),
        ('{% stat "受理" None %}', "—"),
        ('{% stat "受理" 0 %}', ">0<"),
        ('{% stat "受理" 12860 %}', "12,860"),
        ("{% facts pairs %}", '<span class="facts__none">—</span>'),
        ('{{ "2611244829137"|spaced }}', "261124\u00a0482\u00a09137"),
        ('{% pager next_url="/a/" first_url="/b/" %}', "下一页"),
        ('{% pager next_url="/a/" first_url="/b/" %}', "回到最前"),
        ('{% pager next_url="/a/" next_label="更早的" %}', "更早的"),
        ('{% pager next_url="/a/" into="rows" %}', 'hx-get="/a/" hx-target="#rows"'),
        ('{% icon "check" %}', 'aria-hidden="true"'),
        ('{% icon "check" label="已核实" %}', 'aria-label="已核实"'),
        ('{% button "去" href="/a/" %}', '<a class="button" href="/a/">'),
        ('{% button "去" type="button" disabled=True %}', "disabled"),
        ('{% notice "error" %}x{% endnotice %}', "notice--bad"),
        ('{% crumbs "首页" "/" "这里" %}', '<a href="/">首页</a>'),
        ('{% qr "https://example.org/" label="打开" %}', 'viewBox="0 0 '),
    ],
)
def test_what_a_component_says(tag, has):
    assert has in render(tag, pairs=[("办结", None)])


HOSTILE = "\"><script>alert(1)</script>'{{ 7 }}"


@pytest.mark.parametrize(
    "tag",
    [
        "{% button x href=x icon='check' name=x value=x %}",
        "{% button x name=x value=x %}",
        "{% door x x icon='check' note=x %}",
        "{% notice 'bad' title=x %}{{ x }}{% endnotice %}",
        "{% blank x x href=x action=x %}",
        "{% badge x tone='good' %}",
        "{% light 'red' x %}",
        "{% card title=x aside=x foot=x %}{{ x }}{% endcard %}",
        "{% stat x x unit=x href=x note=x %}",
        "{% number x code=True %}",
        "{% qr x label=x caption=x %}",
        "{% row x href=x meta=x %}{{ x }}{% endrow %}",
        "{% table columns rows caption=x %}",
        "{% facts rows %}",
        "{% timeline moments %}",
        "{% moment x by=x %}{{ x }}{% endmoment %}",
        "{% steps items label=x %}",
        "{% tabs items label=x %}",
        "{% pager next_url=x first_url=x note=x %}",
        "{% crumbs x x x %}",
        "{% photo x alt=x caption=x href=x %}",
        "{% gallery photos %}",
        "{% map label=x areas=x lat=x lng=x fills=x legend=x %}",
        "{% toolbar label=x %}{{ x }}{% endtoolbar %}",
        "{% diagram caption=x %}{{ x }}{% enddiagram %}",
        "{% fieldset legend=x hint=x %}{{ x }}{% endfieldset %}",
        "{% confirm title=x button=x cancel=x action=x %}{{ x }}{% endconfirm %}",
        "{% receipt title=x number='2611244829137' address=x caption=x %}{{ x }}{% endreceipt %}",
        "{% icon 'check' label=x %}",
    ],
)
def test_hostile_text_stays_text(tag):
    html = render(
        tag,
        x=HOSTILE,
        columns=[HOSTILE, HOSTILE],
        rows=[[HOSTILE, HOSTILE]],
        moments=[{"title": HOSTILE, "by": HOSTILE, "note": HOSTILE}],
        items=[{"label": HOSTILE, "url": HOSTILE, "note": HOSTILE, "count": HOSTILE}],
        photos=[{"src": HOSTILE, "alt": HOSTILE, "caption": HOSTILE, "href": HOSTILE}],
    )

    assert "<script>alert" not in html
    assert '="">' not in html


def test_a_table_with_a_missing_cell_is_a_mistake_that_shows():
    with pytest.raises(ValueError, match="argument 2"):
        ui.table(["编号", "事项"], [["1"]], caption="")


def test_an_unknown_icon_is_a_mistake_that_shows():
    with pytest.raises(Exception, match="no-such-icon"):
        ui.icon("no-such-icon")


def test_the_htmx_part_of_a_page_needs_no_frame():
    part = render_to_string("ui/error.html#refusal", {"sentence": "不行", "code": "no"})

    assert isinstance(part, SafeString)
    assert "不行" in part
    assert "<body" not in part


class TestNavigation:
    @pytest.fixture(autouse=True)
    def bar(self, monkeypatch):
        bar = navigation.Registry("test entry")
        bar.add("gallery", Entry("gallery", "陈列", "ui:gallery", "image", 20))
        bar.add("home", Entry("home", "首页", "public:home", "house", 10))
        bar.add("hidden", Entry("hidden", "内部", "ui:healthz", "x", 5, lambda request: False))
        monkeypatch.setitem(navigation.BARS, "test", bar)

    def test_order_and_who_may_see(self, rf):
        assert [link.label for link in links("test", rf.get("/"))] == ["首页", "陈列"]

    @pytest.mark.parametrize(
        ("path", "current"),
        [
            ("/", ["首页"]),
            ("/gallery/", ["陈列"]),
            ("/gallery/deep/", ["陈列"]),
            ("/elsewhere/", []),
        ],
    )
    def test_where_one_is(self, rf, path, current):
        found = links("test", rf.get(path))

        assert [link.label for link in found if link.current] == current
