"""Closed-loop clients: one request in flight each, the same key again until a definite answer."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from faults.browsing import Browser
from faults.course import CATEGORIES, COURSE, UNITS, next_move

# Definite: the act did not happen. Anything else that is no success is asked again.
RECEIPTS = 0.3  # how often a receipt is fetched after an act
REFUSED = frozenset({400, 403, 404, 405, 409, 413, 422})


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
        self.uids: list[str] = []

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
        self.uids.append(state["uid"])
        if self.dice.random() < RECEIPTS:
            self._take_home(self.dice.choice(self.uids))

    def _report(self) -> dict[str, Any]:
        category, unit = self.dice.choice(CATEGORIES), self.dice.choice(UNITS)
        return {"act": "report", "category": category, "unit": unit}

    def _send(self, asked: Mapping[str, Any]) -> tuple[int, Any]:
        body = json.dumps(asked).encode()
        status, _where, content = self.browser.ask("POST", "/faults/act/", body, "application/json")
        return status, json.loads(content) if status in {200, *REFUSED} else {}

    def _take_home(self, uid: str) -> None:
        """Fetch the receipt of an earlier act, which by now is mostly sealed."""
        with suppress(OSError, ValueError):
            if receipt := self._receipt(uid):
                self.history.note("receipt", uid, receipt=receipt)

    def _receipt(self, uid: str) -> dict[str, Any]:
        status, _where, content = self.browser.ask("GET", f"/faults/receipt/?uid={uid}")
        self.history.count(status)
        return json.loads(content) if status == 200 else {}

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
