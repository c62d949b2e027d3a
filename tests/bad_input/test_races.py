"""Many fingers on one button, from threads of their own (rows B10, B16)."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as installation
from django.db import connection
from django.test import Client

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk, words_of_move, words_of_report
from tests.bad_input.door import refused

KEY = "k" * 32


def together(work: list[Callable[[], Any]]) -> list[Any]:
    """Send all requests at once, each in a thread with a connection of its own."""
    gate = threading.Barrier(len(work))
    answers: list[Any] = [None] * len(work)

    def run(place: int) -> None:
        try:
            gate.wait()
            answers[place] = work[place]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    PRESSES = 32

    def test_one_report_pressed_by_thirty_two_fingers(self, grid: Grid) -> None:
        """No session yet, one cookie of the form, one key, one photo: one case, one answer."""
        drawn = Client()
        drawn.get("/report/")
        cookie = drawn.cookies[installation.CSRF_COOKIE_NAME].value

        def send() -> Any:
            browser = Client()
            browser.cookies[installation.CSRF_COOKIE_NAME] = cookie
            words = words_of_report(key=KEY, photos=[scene.upload()])
            return browser.post("/report/", words)

        answers = together([send] * self.PRESSES)

        assert Counter(answer.status_code for answer in answers) == {302: self.PRESSES}
        assert len({answer["Location"] for answer in answers}) == 1
        case = Case.objects.get()
        assert Entry.objects.filter(subject=case.subject).count() == 1

    def test_one_move_pressed_by_thirty_two_fingers(self, grid: Grid) -> None:
        case = scene.report(grid)
        words = words_of_move(case, "judge") | {"key": KEY}
        address = f"/desk/grid/cases/{case.number}/moves/judge/"
        browsers = [desk(grid.cast.wang) for _finger in range(self.PRESSES)]

        answers = together([lambda b=browser: b.post(address, words) for browser in browsers])

        assert Counter(answer.status_code for answer in answers) == {302: self.PRESSES}
        assert Entry.objects.filter(subject=case.subject).count() == 2

    def test_without_a_key_one_wins_and_the_others_are_told(self, grid: Grid) -> None:
        case = scene.report(grid)
        words = words_of_move(case, "judge")
        address = f"/desk/grid/cases/{case.number}/moves/judge/"
        browsers = [desk(grid.cast.wang) for _finger in range(20)]

        answers = together([lambda b=browser: b.post(address, words) for browser in browsers])

        assert Counter(answer.status_code for answer in answers) == {302: 1, 409: 19}
        for answer in answers:
            if answer.status_code == 409:
                refused(answer, 409)
        assert Entry.objects.filter(subject=case.subject).count() == 2

    def test_of_two_who_decide_otherwise_one_wins(self, grid: Grid) -> None:
        """The handler gives it back while a deputy reports it done."""
        for turn in range(4):
            case = scene.walk(grid, scene.report(grid), scene.PATH[:2])
            qian = desk(grid.cast.qian)
            other = desk(grid.cast.qian)
            done = words_of_move(case, "dispose")
            back = words_of_move(case, "return")
            root = f"/desk/grid/cases/{case.number}/moves"
            work = [
                lambda root=root, qian=qian, done=done: qian.post(f"{root}/dispose/", done),
                lambda root=root, other=other, back=back: other.post(f"{root}/return/", back),
            ]
            answers = together(work if turn % 2 else work[::-1])

            assert sorted(answer.status_code for answer in answers) == [302, 409]
            assert Entry.objects.filter(subject=case.subject).count() == 4
            assert case.steps.open().count() == 1

    def test_tries_are_counted_to_the_last(self, grid: Grid) -> None:
        """Ten an hour of one number: of sixteen at once no more than ten are looked at."""
        number = scene.report(grid).number
        words = {"number": number, "phone_tail": "0000"}

        answers = together(
            [
                lambda turn=turn: Client().post("/track/", words, REMOTE_ADDR=f"198.51.100.{turn}")
                for turn in range(16)
            ]
        )

        told = Counter(answer.status_code for answer in answers)
        assert told.keys() == {422, 429}
        assert told[429] >= 6
        assert Client().post("/track/", words, REMOTE_ADDR="203.0.113.1").status_code == 429
