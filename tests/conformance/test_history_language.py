"""History is Chinese, whatever language is on the screen of whoever acts."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.names import display_name
from jiceng.kernel.ledger.service import OPERATOR, RESIDENT, SYSTEM, Actor, entries_of
from jiceng.kernel.orgs.service import Capacity, Oneself
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import PROCEDURES, publish
from jiceng.kernel.testing.cast import Cast
from jiceng.systems.grid.actions import MOVES
from jiceng.systems.grid.tests.scene import Grid, maker_of, upload
from jiceng.systems.grid.tests.sending import press, send_report

# Between them they make every move of the grid that an officer makes on one case; of the others,
# reporters make some, and some ask for a second case or a standard of its own.
BACK_AND_FORTH = ("judge", "dispatch", "return", "dispatch", "reassign")
TO_THE_END = ("dispose", "rework", "dispose", "verify", "close")
REFUSED = ("refuse", "take_up")
AWAY = ("find_major", "study", "dispatch", "consult", "hear", "consult", "go_on_without")
LATER = ("ask_extension", "refuse_extension", "ask_extension", "extend")
SHELVED = ("ask_shelving", "refuse_shelving", "ask_shelving", "shelve", "resume")
UP = ("ask", "go_on", "pass_up")
SPLIT = ("judge", "split", "gather", "close", "reopen_by_office")
WAYS = {
    "closed": BACK_AND_FORTH + TO_THE_END,
    "refused": REFUSED,
    "waiting": AWAY + LATER + SHELVED,
    "up": UP,
    "split": SPLIT,
}
NOT_HERE = {"answer", "withdraw", "reopen", "merge", "unmerge", "finish"}
# What two runs say differently though they say the same; the second finds the first there.
CHANGING = {
    "photo_doubts",
    "repeats",
    "major_candidate",
    "candidates",
    "due_at",
    "until",
    "uid",
    "sha256",
    "original",
    "commitment",
}


def client(language: str, who: Capacity | None = None) -> Client:
    """Return the browser of somebody who reads this language."""
    browser = Client(headers={"accept-language": language})
    if who is not None:
        browser.force_login(who.officer)
    return browser


def lived(grid: Grid, moves: tuple[str, ...], language: str) -> Case:
    """Report through the page, make the moves through their pages; return the case."""
    case = send_report(client(language), photos=upload(name="..jpg"))
    for move in moves:
        answer = press(client(language, maker_of(grid, case, move)), case, move)
        assert answer.status_code == 302, move
    return case


def lasting(value: Any) -> Any:
    """Return a payload without what changes from run to run."""
    if isinstance(value, dict):
        return {key: lasting(inner) for key, inner in value.items() if key not in CHANGING}
    return [lasting(inner) for inner in value] if isinstance(value, list) else value


def history(case: Case) -> list[tuple[str, str, str, Any]]:
    """Return what the ledger keeps of a case."""
    return [
        (entry.event, entry.by, entry.by_title, lasting(json.loads(entry.payload)))
        for entry in entries_of(case.subject)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("moves", WAYS.values(), ids=WAYS)
def test_a_case_leaves_the_same_history_in_either_language(
    grid: Grid, moves: tuple[str, ...]
) -> None:
    chinese, english = lived(grid, moves, "zh-hans"), lived(grid, moves, "en")
    assert history(english) == history(chinese)
    assert len(history(english)) == len(moves) + 1
    assert english.title == chinese.title
    names = Attachment.objects.filter(subject__in=[chinese.subject, english.subject])
    per_case = [
        list(
            names.filter(subject=case.subject)
            .order_by("id")
            .values_list("original_name", flat=True)
        )
        for case in (chinese, english)
    ]
    assert per_case[0] == per_case[1]


def test_the_ways_make_every_move() -> None:
    assert {move for way in WAYS.values() for move in way} == set(MOVES) - NOT_HERE


def actors(cast: Cast) -> list[Actor]:
    """Return one of every kind that acts."""
    acting = Capacity(cast.zhang.officer, cast.wang.post, delegated=True)
    return [cast.wang, acting, Oneself(cast.wang.officer), RESIDENT, SYSTEM, OPERATOR]


def test_the_title_of_an_actor_is_chinese(cast: Cast) -> None:
    with override("en"):
        assert gettext("本人") != "本人"  # so the catalogue is there, and would be used
        titles = [actor.title for actor in actors(cast)]
    wanted = ["东湖街道 值班员", "东湖街道 值班员（代）", "本人", "群众", "系统", "系统运维"]
    assert titles == wanted


def test_a_photo_without_a_name_is_called_the_same_in_either_language() -> None:
    with override("en"):
        assert display_name("") == "照片.jpg"


@pytest.mark.django_db
def test_a_procedure_is_published_in_chinese_by_a_reader_of_english(now: Any) -> None:
    with override("en"):
        versions = [publish(procedure, at=now) for procedure in PROCEDURES]
    with override(None):
        labels = [str(procedure.label) for procedure in PROCEDURES]
        prints = [procedure.fingerprint() for procedure in PROCEDURES]
    assert [version.label for version in versions] == labels
    assert [version.fingerprint for version in versions] == prints
