"""The two switches, the health answers, and what every page has."""

from html.parser import HTMLParser

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from jiceng.kernel.ledger.service import SYSTEM, append, seal
from jiceng.kernel.testing.cast import MONDAY
from jiceng.ui import pages
from jiceng.ui.context import version
from jiceng.ui.templatetags import ui as tags


class Outline(HTMLParser):
    """Counts what a page must have exactly once."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.language, self.large = [], [], "", False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        if attributes.get("id"):
            self.ids.append(attributes["id"])
        if tag == "html":
            self.language, self.large = attributes["lang"], "data-large" in attributes


def outline(answer):
    return Outline(answer.content.decode())


@pytest.mark.parametrize("path", ["/gallery/", "/no-such-page/", "/gallery/?q=%FF"])
def test_every_page_has_one_title_one_main_one_heading_and_a_language(client, path):
    page = outline(client.get(path))

    for tag in ("title", "main", "h1"):
        assert page.tags.count(tag) == 1, tag
    assert page.language == "zh-hans"
    assert len(page.ids) == len(set(page.ids))


def test_the_desk_names_the_officer_and_the_capacities(rf):
    request = rf.get("/desk/")
    request.user = type("Somebody", (), {"name": "王", "is_authenticated": True})()
    request.capacities = [type("Held", (), {"title": "滨江街道 值班员", "role": "duty"})()]

    page = render_to_string("ui/desk.html", request=request)

    assert "滨江街道 值班员" in page
    assert f'action="{reverse("desk:logout")}"' in page
    assert Outline(page).tags.count("main") == 1


def test_the_fictional_say_so_and_the_real_do_not(client, settings):
    assert "演示数据" in client.get("/gallery/").content.decode()

    settings.PRODUCTION = True
    assert "演示数据" not in client.get("/gallery/").content.decode()


def test_the_version_is_the_one_of_the_project():
    assert f'version = "{version()}"' in (django_settings.ROOT / "pyproject.toml").read_text()


class TestLarge:
    def test_on_and_off(self, client):
        client.post(reverse("ui:large"), {"large": "1", "next": "/gallery/"})
        assert outline(client.get("/gallery/")).large

        client.post(reverse("ui:large"), {"large": "0"})
        assert not outline(client.get("/gallery/")).large

    def test_leads_back_to_the_page(self, client):
        answer = client.post(reverse("ui:large"), {"large": "1", "next": "/gallery/?a=1"})

        assert answer["Location"] == "/gallery/?a=1"

    def test_is_not_switched_by_a_link(self, client):
        assert client.get(reverse("ui:large") + "?large=1").status_code == 405


class TestLanguage:
    def test_english_and_back(self, client):
        client.post(reverse("ui:language"), {"language": "en"})
        assert outline(client.get("/gallery/")).language == "en"

        client.post(reverse("ui:language"), {"language": "zh-hans"})
        assert outline(client.get("/gallery/")).language == "zh-hans"

    @pytest.mark.parametrize("code", ["", "fr", "../en", "en\n", "zh-hans" * 999])
    def test_an_unknown_one_is_refused(self, client, code):
        answer = client.post(reverse("ui:language"), {"language": code})

        assert answer.status_code == 422
        assert "unknown_language" in answer.content.decode()
        assert not answer.cookies


@pytest.mark.parametrize(
    "foreign",
    [
        "//evil.example",
        "///evil.example",
        "https://evil.example",
        "https:evil.example",
        "https:///evil.example",
        "\\evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "/ok\r\nSet-Cookie: a=b",
        "evil.example",
        "",
        "http://testserver/gallery/",  # whole addresses are never needed
    ],
)
def test_next_is_a_page_of_ours(client, foreign):
    answer = client.post(reverse("ui:large"), {"large": "1", "next": foreign})

    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_next_is_a_page_of_ours_without_the_field():
    assert pages.inner(RequestFactory().post("/")) == "/"


class TestHealth:
    def test_the_process_answers_without_a_database(self, client):
        assert client.get(reverse("ui:healthz")).content == b"ok"

    @pytest.mark.django_db
    def test_ready_with_every_migration(self, client):
        answer = client.get(reverse("ui:readyz"))

        assert answer.status_code == 200
        assert answer.json()["migrations_missing"] == 0
        assert "checkpoint" not in answer.json()
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.django_db
    def test_says_how_old_the_newest_checkpoint_is(self, client):
        append(event="test.seen", subject="test:1", by=SYSTEM, at=MONDAY, facts={})
        seal(MONDAY)

        newest = client.get(reverse("ui:readyz")).json()["checkpoint"]

        assert newest["size"] > 0
        assert newest["age_seconds"] > 0

    @pytest.mark.django_db
    def test_not_ready_with_a_migration_missing(self, client):
        MigrationRecorder.Migration.objects.filter(app="sessions").delete()

        answer = client.get(reverse("ui:readyz"))

        assert answer.status_code == 503
        assert answer.json()["migrations_missing"] > 0

    def test_not_ready_without_a_database(self, client, monkeypatch):
        def away(*arguments):
            raise OperationalError("connection refused")

        monkeypatch.setattr(pages, "MigrationExecutor", away)
        answer = client.get(reverse("ui:readyz"))

        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "database": "away"}


def test_every_part_of_the_design_system_is_documented():
    document = (django_settings.ROOT / "docs" / "design-system.md").read_text(encoding="utf-8")

    missing = [name for name in tags.register.tags if f"{{% {name}" not in document]
    missing += [name for name in tags.register.filters if f"|{name}" not in document]
    assert not missing
