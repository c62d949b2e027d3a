"""Chapter B, moves of a case: keys, stale pages, versions; and systems that are not built."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.procedures.models import Case as Filed
from jiceng.kernel.procedures.service import current, publish
from jiceng.systems.grid.actions import MOVES
from jiceng.systems.grid.procedure import GRID_CASE
from jiceng.systems.grid.terms import PROCEDURE
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.sending import desk, press, words_of_report
from tests.bad_input.absence import no_system
from tests.bad_input.cases import Answer, Case, Pending, Row
from tests.bad_input.knocks import case, reported, sent, shown
from tests.bad_input.town import Town

KEY = "k" * 32
NO_KEYS = ["x" * 201, "x" * 10_000, "a\nb", "a\r\nb", "a\x1bb", "a\u2028b", "\x85"]
MOVES_OF_ALL = sorted(MOVES.keys() - scene.BACK)
FEW = ["close", "dispose", "judge", "refuse"]


def key_again(status: int, code: str = "", **change: Any) -> Case:
    """Return a report under a key that a report of the same browser has had."""

    def ready(town: Town) -> Any:
        browser = Client()
        sending.send_report(browser, key=KEY)
        return lambda: browser.post("/report/", words_of_report(key=KEY, **change))

    return case(f"the key again, {change}", ready, status, code)


def bad_key(key: str) -> Iterator[Case]:
    """Yield a key that cannot be one, with a report and with a move."""
    yield reported(422, "bad_key", key=key)
    yield sent(
        f"a move under {shown(key)}",
        lambda town: press(town.wang, town.case, "refuse", key=key),
        422,
        "bad_key",
    )


def of_another_case(town: Town) -> Any:
    """Return the move of a page whose step belongs to another case."""
    step = scene.open_step(scene.report(town.grid)).pk
    return lambda: press(town.wang, town.case, "judge", step=step)


def from_before_it_came_back(town: Town) -> Any:
    """Return a page of the same step, which the case has left and come back to meanwhile."""
    scene.walk(town.grid, town.case, scene.PATH[:1])
    old = scene.open_step(town.case).pk
    scene.walk(town.grid, town.case, ("dispatch", "return"))
    return lambda: press(town.wang, town.case, "dispatch", step=old)


def says_what_is_possible(*words: str) -> Callable[[Town, Answer], None]:
    """Return the check that a conflict names what can be done now."""

    def check(town: Town, answer: Answer) -> None:
        assert all(word in answer.body for word in words), words

    return check


def moved(story: str, walked: tuple[str, ...], who: str, moves: list[str], statuses: Any) -> Case:
    """Return moves of a case that was walked on meanwhile."""

    def ready(town: Town) -> Any:
        scene.walk(town.grid, town.case, walked)
        browser = desk(getattr(town.grid.cast, who))
        root = f"/desk/grid/cases/{town.case.number}/moves"
        return tuple(
            lambda move=move: browser.post(f"{root}/{move}/", {"reason": "x"}) for move in moves
        )

    return case(f"{story}: {who}", ready, statuses)


def published(**changes: Any) -> Any:
    """Publish the procedure of the grid with something changed."""
    return publish(replace(GRID_CASE, **changes), at=clock.read())


def edited_version(town: Town) -> Any:
    """Return the publishing of a version that is out already, with another name."""
    return lambda: published(label="改过的流程")


def unsound_version(town: Town) -> Any:
    """Return the publishing of a version without moves."""
    return lambda: published(version="2099-1", moves=())


def new_version(town: Town) -> Any:
    """Return the move of a case beside which a new version came out."""
    published(version="2099-1")
    assert current(PROCEDURE).version == "2099-1"
    return lambda: press(town.wang, town.case, "judge")


def keeps_its_version(town: Town, answer: Answer) -> None:
    """Check that the case went on by the version it began with."""
    filed = Filed.objects.get(pk=town.case.pk)
    assert filed.procedure.version != "2099-1"
    assert scene.open_step(filed).step == "judged"


ROWS: dict[str, Row | Pending] = {
    "B10": Row(
        "one key, one body, thirty-two at once",
        (key_again(302),),
        tests=(
            "test_races.TestAtTheSameTime.test_one_report_pressed_by_thirty_two_fingers",
            "test_races.TestAtTheSameTime.test_one_move_pressed_by_thirty_two_fingers",
            "test_workflow.TestKeys.test_the_same_body_again_is_the_same_report",
        ),
    ),
    "B11": Row(
        "one key, another body",
        (
            key_again(409, "key_reused", phone="13900139000"),
            key_again(409, "key_reused", description="别的事"),
            key_again(409, "key_reused", category="E201"),
            key_again(409, "key_reused", place=""),
        ),
    ),
    "B12": Row(
        "keys that cannot be one, and keys of others",
        tuple(one for key in NO_KEYS for one in bad_key(key)),
        tests=(
            "test_workflow.TestKeys.test_the_key_of_another_session_shows_nothing",
            "test_workflow.TestKeys.test_the_key_of_a_colleague_is_no_key_of_mine",
        ),
    ),
    "B13": Row(
        "pages that are older than the case",
        (
            case("a step of another case", of_another_case, 409, "stale_page"),
            case(
                "the step before it came back",
                from_before_it_came_back,
                409,
                "stale_page",
                check=says_what_is_possible("派遣"),
            ),
        ),
    ),
    "B14": Row(
        "moves of a step that is over, or not reached",
        (
            *(
                moved("closed", scene.PATH, who, moves, {404, 409})
                for who, moves in (("wang", MOVES_OF_ALL), ("qian", FEW), ("zhao", FEW))
            ),
            moved("refused", ("refuse",), "wang", FEW, {404, 409}),
            moved("not reached", (), "wang", ["dispatch", "dispose", "verify", "close"], 409),
            sent(
                "says what is possible",
                lambda town: town.wang.post(
                    f"/desk/grid/cases/{town.case.number}/moves/close/", {}
                ),
                409,
                "move_not_possible",
                check=says_what_is_possible("立即处置"),
            ),
        ),
    ),
    "B15": Pending(
        "return for correction twice (一次性告知)",
        "nothing is returned to an applicant before 就近办",
        no_system("licensing"),
    ),
    "B16": Row(
        "two decide otherwise at once",
        tests=(
            "test_races.TestAtTheSameTime.test_of_two_who_decide_otherwise_one_wins",
            "test_races.TestAtTheSameTime.test_without_a_key_one_wins_and_the_others_are_told",
        ),
    ),
    "B20": Row(
        "a procedure that changes while cases run",
        (
            case("a published version is edited", edited_version, 409, "version_changed"),
            case("a version unsound", unsound_version, 422, "unsound"),
            case("a new version beside a running case", new_version, 302, check=keeps_its_version),
        ),
        elsewhere=(
            "jiceng/systems/grid/tests/test_former_version.py::test_its_cases_are_walked_with_the_acts_of_today",
        ),
    ),
    "B22": Pending("points", "学习强国积分 is not built", no_system("points")),
    "B23": Pending("parking", "停车位 is not built", no_system("parking")),
    "B24": Pending("audio", "有声学习平台 is not built", no_system("audio_wall")),
}
