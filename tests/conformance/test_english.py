"""A reader of English reads English: on every page, at every step of a case, in every refusal."""

import html
import json
import re
from collections import deque
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CharField, TextField
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import entries_of, receipt_for
from jiceng.kernel.orgs.models import Post
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case, ProcedureVersion
from jiceng.kernel.procedures.service import PROCEDURES, Procedure
from jiceng.systems.grid.actions import MOVES
from jiceng.systems.grid.procedure import GRID_CASE
from jiceng.systems.grid.tests.scene import PATH, PHONE, Grid, report, walk
from tests.conformance.routes import ROWS

# Han characters and full-width punctuation.
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
# The button that leads back to Chinese says so in Chinese.
SWITCH = re.compile(r'<button[^>]* lang="zh-Hans">.*?</button>', re.DOTALL)
OURS = {"attachments", "grid", "ledger", "orgs", "procedures", "workdays"}

# What the duty officer may do with a fresh report.
FIRST = ("judge", "find_major", "pass_up", "refuse", "ask", "merge")
# Words are the same on both databases: on the second one a resident and the office read them.
READERS = ["", "wang", "li", "zhang", "qian", "sun", "zhou"]
READERS = READERS if connection.vendor == "sqlite" else READERS[:2]
# One case at every step, one that went back and forth, one that was not accepted.
WAYS = [
    *(PATH[:length] for length in range(len(PATH) + 1)),
    ("judge", "dispatch", "return", "dispatch", "reassign", "dispose", "rework"),
    ("refuse",),
]


def reader(who: Capacity | None) -> Client:
    """Return the browser of somebody who reads English."""
    client = Client(headers={"accept-language": "en"})
    if who is not None:
        client.force_login(who.officer)
    return client


def data() -> set[str]:
    """Return the texts that people and the office have put into the database.

    Labels that the software ships are not among them: procedures, actors who are no officers.
    """
    texts: set[str] = set()
    for model in apps.get_models():
        fields = [f.name for f in model._meta.fields if isinstance(f, CharField | TextField)]
        if model._meta.app_label not in OURS or model is ProcedureVersion or not fields:
            continue
        rows = model._default_manager.all()
        if model is Entry:
            rows = rows.filter(by__startswith="officer:")
        texts |= {text for row in rows.values_list(*fields) for text in row if text}
    return {text for text in texts if CHINESE.search(text)}


def chinese_in(page: str, known: set[str]) -> list[str]:
    """Return the Chinese of a page that is neither data nor the name of the other language."""
    text = html.unescape(SWITCH.sub("", page))
    for words in sorted(known, key=len, reverse=True):
        text = text.replace(words, "")
    return CHINESE.findall(text)


@pytest.fixture
def cases(grid: Grid) -> list[Case]:
    """Return the cases of ``WAYS``, in a zone where no post is named after its role.

    Otherwise a role left in Chinese would pass for the name of a post.
    """
    Post.objects.update(name="示例岗")
    for capacity in grid.cast.officers:
        capacity.post.name = "示例岗"
    return [walk(grid, report(grid), way) for way in WAYS]


def visits(client: Client, cases: list[Case]) -> Iterator[tuple[str, HttpResponse]]:
    """Ask for every page of the table, for every case, and for every move of it."""
    for row in ROWS:
        if row.arguments == ("{number}",) or "{photo}" in row.arguments:
            continue
        address = reverse(
            row.name, args=[part.format(number=cases[0].number) for part in row.arguments]
        )
        if row.method == "GET":
            yield address, client.get(address)
        elif 422 in (row.anonymous, row.wang):
            yield f"POST {address}", client.post(address, row.data)
    for case in cases:
        yield case.number, client.get(reverse("desk:grid:case", args=[case.number]))
        for move in MOVES:
            address = reverse("desk:grid:move", args=[case.number, move])
            yield address, client.get(address)
            yield f"POST {address}", client.post(address, {"key": ""})
    yield "nowhere", client.get("/nowhere/")


def is_page(answer: HttpResponse) -> bool:
    """Tell whether people read the answer; a file is read to its end, for only then it closes."""
    if answer.streaming:
        deque(answer, maxlen=0)
    return answer.status_code != 302 and answer["Content-Type"].startswith("text/html")


@pytest.mark.slow
@pytest.mark.parametrize("who", READERS)
def test_no_page_shows_a_chinese_word_of_ours(grid: Grid, cases: list[Case], who: str) -> None:
    client = reader(getattr(grid.cast, who) if who else None)
    pages = [(place, answer) for place, answer in visits(client, cases) if is_page(answer)]
    known = data()
    wrong = {
        f"{place} {answer.status_code}": found
        for place, answer in pages
        if (found := chinese_in(answer.content.decode(), known))
    }
    assert len(pages) > 10
    assert wrong == {}


@pytest.mark.slow
def test_a_reporter_reads_the_progress_and_the_verdict_in_english(cases: list[Case]) -> None:
    client, known = reader(None), data()
    for case in cases:
        opened = {"number": case.number, "phone_tail": PHONE[-4:]}
        page = client.post(reverse("public:grid:track"), opened, follow=True)
        assert page.status_code == 200
        assert case.number in page.content.decode()
        assert chinese_in(page.content.decode(), known) == []
        receipt = json.dumps(receipt_for(entries_of(case.subject)[0].uid, opened=True))
        verdict = client.post(reverse("public:verify"), {"text": receipt})
        assert "The receipt is valid" in verdict.content.decode()
        assert chinese_in(verdict.content.decode(), known | {"群众"}) == []


def test_a_program_is_refused_in_english(grid: Grid, cases: list[Case]) -> None:
    client = reader(grid.cast.wang)
    address = reverse("desk:grid:move", args=[cases[0].number, "close"])
    refused = client.get(address, headers={"accept": "application/json"}).json()
    assert refused["code"] == "move_not_possible"
    labels = {move.code: move.label for move in GRID_CASE.moves}
    with override("en"):
        offered = {code: gettext(labels[code]) for code in FIRST}
    assert refused["details"]["allowed"] == offered
    assert chinese_in(str(refused), set()) == []


@pytest.mark.parametrize("procedure", list(PROCEDURES), ids=lambda procedure: procedure.code)
def test_what_a_procedure_says_is_in_the_catalogue(procedure: Procedure) -> None:
    """A published version keeps Chinese; pages look each of its texts up by ``gettext``."""
    with override(None):
        shipped = [procedure.label, procedure.basis, *(step.basis for step in procedure.steps)]
        shipped += [part.label for part in (*procedure.steps, *procedure.moves)]
        texts = {str(text) for text in shipped} - {""}
    with override("en"):
        assert {text for text in texts if CHINESE.search(gettext(text))} == set()


def test_the_sweep_finds_what_was_left_in_chinese(grid: Grid) -> None:
    page = '<h1>待办</h1><p>东湖街道&nbsp;</p><button lang="zh-Hans">中文</button>'
    assert chinese_in(page, data()) == ["待办"]


@pytest.mark.django_db
def test_the_sweep_reads_what_people_read() -> None:
    assert chinese_in(Client().get("/").content.decode(), set()) != []
