"""The gallery in a real browser: accessible, inside its width, strict about its policy."""

import pytest
from django.conf import settings

AXE = settings.ROOT / "build" / "vendor-dev" / "axe" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


MODES = {"large": ("large", "1"), "english": ("language", "en")}


@pytest.fixture(
    params=[(1280, ""), (360, ""), (1280, "large"), (360, "large"), (360, "english")], ids=str
)
def gallery(request, chromium, live_server):
    """The gallery page, and everything that went wrong while it loaded."""
    width, mode = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, locale="zh-CN")
    if mode:
        name, value = MODES[mode]
        context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page = context.new_page()
    page.wrong, page.foreign = [], []
    page.on("console", lambda line: page.wrong.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on(
        "request",
        lambda sent: (
            page.foreign.append(sent.url)
            if not sent.url.startswith((live_server.url, "data:", "blob:"))
            else None
        ),
    )
    page.goto(f"{live_server.url}/gallery/", wait_until="networkidle")
    yield page
    context.close()


def test_the_gallery(gallery):
    assert gallery.wrong == []
    assert gallery.foreign == []
    assert gallery.evaluate("document.documentElement.scrollWidth <= innerWidth")

    gallery.evaluate(AXE.read_text(encoding="utf-8"))
    found = gallery.evaluate("(rules) => axe.run(document, rules)", RULES)
    wrong = [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
    assert len(found["passes"]) > 20
    assert wrong == []


def test_targets_are_large_enough_for_a_thumb(gallery):
    small = gallery.evaluate(
        """() => [...document.querySelectorAll(
            "main .button, main .input, main select, .nav a, .tabs a")]
          .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 35)
          .map((one) => one.outerHTML.slice(0, 80))"""
    )

    assert small == []


def test_a_tap_on_the_map_fills_the_place(chromium, live_server):
    page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page.goto(f"{live_server.url}/gallery/", wait_until="networkidle")
    field = page.locator("#right_place")

    field.locator(".map__canvas").click(position={"x": 200, "y": 150})

    assert field.locator("input").first.input_value().startswith("30.5")
    assert field.locator("input").last.input_value().startswith("117.0")
    assert "已选：第" in field.inner_text()
    page.close()


def test_the_phone_position_fills_the_place(chromium, live_server):
    context = chromium.new_context(
        geolocation={"latitude": 30.5258, "longitude": 117.0801},
        permissions=["geolocation"],
        locale="zh-CN",
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/gallery/", wait_until="networkidle")
    field = page.locator("#right_place")

    field.get_by_role("button", name="用我现在的位置").click()
    field.get_by_text("误差约").wait_for()

    assert field.locator("input").first.input_value() == "30.525800"
    context.close()


def test_chosen_photos_are_shown_before_they_are_sent(chromium, live_server, tmp_path):
    from PIL import Image

    photo = tmp_path / "井盖.png"
    Image.new("RGB", (40, 30), "gray").save(photo)
    page = chromium.new_page(locale="zh-CN")
    page.goto(f"{live_server.url}/gallery/", wait_until="networkidle")

    page.locator("#right_photos").set_input_files([photo, photo])

    shown = page.locator("form .photos__preview img")
    assert shown.count() == 2
    assert shown.first.get_attribute("alt") == "井盖.png"
    page.close()


def test_the_page_is_complete_without_scripts(chromium, live_server):
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{live_server.url}/gallery/")

    page.get_by_role("button", name="大字版").click()

    assert page.locator("html[data-large]").count() == 1
    assert page.locator("#right_photos").is_visible()
    assert page.locator("#right_place_0").is_visible()
    context.close()
