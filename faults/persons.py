"""Clients with browsers: residents report by the form, officers act on the real pages."""

import re
import time
from collections.abc import Mapping
from typing import Any

from faults.browsing import Browser, picture
from faults.clients import REFUSED, Client
from faults.course import CATEGORIES, PASSWORD, UNITS

AGAIN = frozenset({429, 500, 502, 503, 507})


class Person(Client):
    """A client with forms: a resident reports, officers move the case over the real pages."""

    def sign_in(self) -> None:
        """Open the report form as a resident, and the desk as both officers."""
        self.desk: dict[str, Browser] = {}
        self._until_answered(self.browser, "GET", "/report/")
        for staff_no in ("1001", "1004"):
            desk = self.desk[staff_no] = Browser(self.port, f"10.1.{self.number}.{staff_no[-1]}")
            self._until_answered(desk, "GET", "/desk/login/")
            words = {"username": staff_no, "password": PASSWORD}
            while self._signed_in(desk, words) != 302:
                time.sleep(0.5)

    def _signed_in(self, desk: Browser, words: Mapping[str, str]) -> int:
        try:
            return desk.post("/desk/login/", words)[0]
        except OSError:
            return 0

    def _until_answered(self, browser: Browser, method: str, path: str) -> bytes:
        while True:
            try:
                status, _where, content = browser.ask(method, path)
            except OSError:
                status, content = 0, b""
            else:
                self.history.count(status)
            if status and status not in AGAIN:
                return content
            time.sleep(0.3)

    def run(self) -> None:
        """Sign in, then act until stopped."""
        self.sign_in()
        super().run()

    def turn(self) -> None:
        """Report by the form and lead the case on, one page after the other."""
        mark = self.mark()
        # One household may report sixty times an hour.
        self.browser.household = f"10.2.{self.number}.{self.made // 50 % 250}"
        words = {"category": self.dice.choice(CATEGORIES), "unit": UNITS[0], "same": "none"}
        words |= {"description": mark, "key": mark, "phone": "13800138000"}
        where = self.insist(mark, lambda: self._form(self.browser, "/report/", words))
        if where is None:
            return
        number = where["where"].strip("/").rpartition("/")[2]
        for staff_no, move, word in (
            ("1001", "judge", "note"),
            ("1001", "dispatch", "note"),
            ("1004", "consult", "question"),
            ("1004", "hear", "note"),
            ("1004", "dispose", "note"),
        ):
            if self.stop.is_set() or not self._press(number, staff_no, move, word):
                return

    def photo(self) -> bytes:
        """Return the photo of a finished work; no two are alike."""
        return picture(self.number * 10_000 + self.made)

    def _form(
        self, browser: Browser, path: str, words: Mapping[str, str | bytes]
    ) -> tuple[int, dict[str, Any]]:
        status, where, content = browser.post(path, words)
        # A form that comes back says why in its page.
        return status, {"where": where, "code": _code(content) if status in REFUSED else ""}

    def _press(self, number: str, staff_no: str, move: str, word: str) -> bool:
        path = f"/desk/grid/cases/{number}/moves/{move}/"
        desk, mark = self.desk[staff_no], self.mark()
        page = self._until_answered(desk, "GET", path).decode()
        step = re.search(r'name="step" value="(\d+)"', page)
        street = re.search(r'<option value="(\w+)"[^>]*>[^<]*东湖街道', page)
        words: dict[str, str | bytes] = {"key": mark, word: mark, "party": "供电公司"}
        words |= {"step": step[1] if step else "", "unit": street[1] if street else ""}
        if move == "dispose":
            words["photo"] = self.photo()
        done = self.insist(mark, lambda: self._form(desk, path, words)) is not None
        if done and self.dice.random() < self.twice:
            self.insist(mark, lambda: self._form(desk, path, words), again=True)
        return done


def _code(content: bytes) -> str:
    found = re.findall(
        r'class="[^"]*error[^"]*"[^>]*>([^<]{2,80})', content.decode(errors="replace")
    )
    return " ".join(found)[:200]
