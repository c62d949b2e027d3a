"""Closed-loop clients: one request in flight each, the same key again until a definite answer."""

import http.client
import http.cookies
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from faults.course import CATEGORIES, COURSE, PASSWORD, UNITS, next_move

PATIENCE = 30.0  # seconds until an answer is given up and asked for again
# Definite: the act did not happen. Anything else that is no success is asked again.
REFUSED = frozenset({400, 403, 404, 405, 409, 413, 422})
AGAIN = frozenset({429, 500, 502, 503, 507})


class History:
    """What was asked and what was answered, line by line: invoke, ok, fail or unknown."""

    def __init__(self, path: Path) -> None:
        self.path, self._file = path, path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.acked = 0
        self.statuses: Counter[int] = Counter()
        self.last_ok = time.monotonic()

    def note(self, kind: str, mark: str, **facts: Any) -> None:
        """Write one line."""
        line = json.dumps({"kind": kind, "mark": mark, "t": time.time(), **facts})
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()
            if kind == "ok" and not facts.get("again"):
                self.acked += 1
                self.last_ok = time.monotonic()

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    def count(self, status: int) -> None:
        """Count an answer by its status."""
        with self._lock:
            self.statuses[status] += 1


class Browser:
    """What a browser keeps: cookies. Every request is a connection of its own, so that those of a
    killed process spread over the living."""

    def __init__(self, port: int, household: str) -> None:
        self.port, self.household = port, household
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, str, bytes]:
        """Return status, address that was pointed to, and body; raise ``OSError`` without one."""
        headers = {"X-Forwarded-For": self.household, "Connection": "close"}
        if kind:
            headers["Content-Type"] = kind
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            content = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            line.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(cookie).items():
                self.cookies[name] = morsel.value
        return answer.status, answer.headers.get("Location", ""), content

    def post(self, path: str, fields: Mapping[str, Any]) -> tuple[int, str, bytes]:
        """Send a form as a page of ours would."""
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        body = urlencode(token | dict(fields)).encode()
        return self.ask("POST", path, body, "application/x-www-form-urlencoded")


class Client:
    """One client in its thread; ``mark`` names each act in words that the act keeps."""

    twice = 0.1  # how often an act that was acknowledged is sent once more
    patience = 120.0  # seconds after the end of the run within which an answer becomes definite

    def __init__(
        self, number: int, port: int, history: History, dice: Random, stop: threading.Event
    ) -> None:
        self.number, self.history, self.dice, self.stop = number, history, dice, stop
        self.browser = Browser(port, f"10.0.{number}.1")
        self.port, self.made = port, 0
        self.cases: list[dict[str, Any]] = []

    def mark(self) -> str:
        """Return the name of the next act, which is its idempotency key as well."""
        self.made += 1
        return f"op-{self.number}-{self.made}"

    def run(self) -> None:
        """Act until stopped."""
        while not self.stop.is_set():
            self.turn()

    def turn(self) -> None:
        """Report something, or move on a case of one's own; now and then say it twice."""
        if len(self.cases) < 3 or self.dice.random() < 0.1:
            asked = self._report()
        else:
            asked = next_move(self.cases.pop(self.dice.randrange(len(self.cases))))
        mark = self.mark()
        asked |= {"key": mark, "mark": mark, "claim": f"client-{self.number}"}
        state = self.insist(mark, lambda: self._send(asked))
        if state is None:
            return
        if self.dice.random() < self.twice:
            self.insist(mark, lambda: self._send(asked), again=True)
        if state["step"] in COURSE:
            self.cases.append(state)

    def _report(self) -> dict[str, Any]:
        category, unit = self.dice.choice(CATEGORIES), self.dice.choice(UNITS)
        return {"act": "report", "category": category, "unit": unit}

    def _send(self, asked: Mapping[str, Any]) -> tuple[int, Any]:
        body = json.dumps(asked).encode()
        status, _where, content = self.browser.ask("POST", "/faults/act/", body, "application/json")
        return status, json.loads(content) if status in {200, *REFUSED} else {}

    def insist(self, mark: str, send: Callable[[], tuple[int, Any]], *, again: bool = False) -> Any:
        """Send until the answer is definite; return it, ``None`` for a refusal or at the end."""
        tries, until = 0, None
        while True:
            self.history.note("invoke", mark, again=again)
            started = time.monotonic()
            try:
                status, answer = send()
            except (OSError, ValueError) as error:
                self.history.note("unknown", mark, why=str(error)[:80])
                status, answer = 0, {}
            else:
                self.history.count(status)
            if status in (200, 302):
                took = round(time.monotonic() - started, 3)
                self.history.note("ok", mark, again=again, took=took, tries=tries, **_kept(answer))
                return answer
            if status in REFUSED:
                code = answer.get("code", "")
                self.history.note("fail", mark, status=status, code=code, again=again)
                return None
            if status:
                self.history.note("unknown", mark, status=status)
            # After the end of the run everything heals, so every answer becomes definite.
            until = until or (time.monotonic() + self.patience if self.stop.is_set() else None)
            if until and time.monotonic() > until:
                return None
            tries += 1
            time.sleep(min(1.0, 0.05 * 2 ** min(tries, 5)))


def _kept(answer: Mapping[str, Any]) -> dict[str, Any]:
    names = ("uid", "leaf", "replayed", "receipt")
    return {name: answer[name] for name in names if name in answer}


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
        ):
            if self.stop.is_set() or not self._press(number, staff_no, move, word):
                return

    def _form(
        self, browser: Browser, path: str, words: Mapping[str, Any]
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
        words = {"key": mark, "step": step[1] if step else "", word: mark, "party": "供电公司"}
        words |= {"unit": street[1] if street else ""}
        return self.insist(mark, lambda: self._form(desk, path, words)) is not None


def _code(content: bytes) -> str:
    found = re.findall(
        r'class="[^"]*error[^"]*"[^>]*>([^<]{2,80})', content.decode(errors="replace")
    )
    return " ".join(found)[:200]
