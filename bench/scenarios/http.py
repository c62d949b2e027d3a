"""Ours over HTTP: the forms of the desk, posted by four officers who have signed in.

Production settings, so with sign-in, sessions, CSRF, permission asked at every request, validated
forms and idempotency keys. The id of the open step, which a form carries, is read from the
database instead of from the page: a page is another request, and not this unit of work.
"""

import hashlib
import http.client
import random
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bench.scenarios.opening import lay_tables, look_over, open_application

HOST = "bench.example"
PASSWORD = "一次性口令-仅供测量-20261130"
FORM = "application/x-www-form-urlencoded"
LOOK_EVERY = 10  # units between two looks at the queue of the sealer


class Refused(RuntimeError):
    """The application answered something else than a redirect."""


@dataclass
class Browser:
    """One officer's session; every request has a connection of its own."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        """Send a request as the proxy in front would; return status, address to go on to, text."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "127.0.0.1",
            "Origin": f"https://{HOST}",
            "Cookie": cookies,
            "Content-Type": FORM,
            "Connection": "close",
        }
        self.connection.request(method, path, body.encode(), headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _is, value = line.split(";")[0].partition("=")
            # A page that is shown takes its notices along; here no page is shown.
            if name != "messages":
                self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), text

    def post(self, path: str, **fields: Any) -> str:
        """Post a form; return where it leads on to."""
        body = urlencode({"csrfmiddlewaretoken": self.cookies["__Host-csrf"], **fields}, doseq=True)
        status, onward, text = self.ask("POST", path, body)
        if status != 302:
            _head, _is, form = text.partition("<main")
            words = " ".join(re.sub(r"<[^>]+>", " ", form or text).split())
            raise Refused(f"{path}: {status} {words[:300]}")
        return onward

    def sign_in(self, staff_no: str) -> None:
        """Sign in with a password, as everybody does."""
        self.ask("GET", "/desk/login/")
        self.post("/desk/login/", username=staff_no, password=PASSWORD)

    @property
    def claim(self) -> str:
        """Return the secret by which this session owns its uploads; see ``ui.uploads``."""
        return hashlib.sha256(f"uploads {self.cookies['__Host-csrf']}".encode()).hexdigest()


class Player:
    """A case by seven posted forms."""

    def __init__(self, options: dict[str, Any]) -> None:
        open_application()
        self.port = options.get("port", 0)
        self.browsers: dict[str, Browser] = {}
        self.photos: deque[str] = deque()
        self.units, self.lag = 0, 0

    def prepare(self) -> None:
        """Make the tables, write the world, and give the officers a password."""
        from bench.scenarios import stage
        from jiceng.kernel.orgs.models import Officer

        lay_tables()
        staff = (stage.PATROL, stage.DUTY, stage.HANDLER, stage.VERIFIER)
        for officer in Officer.objects.filter(staff_no__in=staff):
            officer.set_password(PASSWORD)
            officer.save(update_fields=["password"])

    def ready(self, units: int) -> None:
        """Sign in once, and keep the photos of the after-state ready."""
        from bench.scenarios import stage

        if not self.browsers:
            for staff_no in (stage.PATROL, stage.DUTY, stage.HANDLER, stage.VERIFIER):
                self.browsers[staff_no] = Browser(self.port)
                self.browsers[staff_no].sign_in(staff_no)
            # The first look makes the session's claim on its uploads.
            self.claim = hashlib.sha256(self.browsers[stage.HANDLER].claim.encode()).hexdigest()
        rows = stage.photo_rows(max(0, units - len(self.photos)), claim=self.claim)
        self.photos.extend(photo.uid for photo in rows)

    def unit(self) -> None:
        """Report and move six times."""
        from bench.scenarios import stage

        place = stage.somewhere()
        onward = self._post(
            stage.PATROL,
            "/desk/grid/report/",
            category=f"B{random.randrange(stage.CATEGORIES):03d}",
            description=stage.WORDS,
            place=stage.CORNER,
            point_lat=f"{place.lat:.6f}",
            point_lng=f"{place.lng:.6f}",
            same="none",
        )
        number = onward.rstrip("/").rpartition("/")[2]
        for move in stage.MOVES:
            self._move(move, number)
        self.units += 1
        if self.units % LOOK_EVERY == 0:
            self._look_at_queue()

    def _post(self, staff_no: str, path: str, **fields: Any) -> str:
        key = f"{random.getrandbits(128):032x}"
        return self.browsers[staff_no].post(path, key=key, **fields)

    def _move(self, move: str, number: str) -> None:
        from bench.scenarios import stage

        who, fields = {
            "judge": (stage.DUTY, {"note": stage.WORDS}),
            "dispatch": (stage.DUTY, {"note": stage.WORDS, "unit": "990000001"}),
            "reassign": (stage.HANDLER, {"reason": stage.WORDS, "unit": "990000001"}),
            "dispose": (stage.HANDLER, {"note": stage.WORDS}),
            "verify": (stage.VERIFIER, {"note": stage.WORDS}),
            "close": (stage.DUTY, {"note": stage.WORDS}),
        }[move]
        if move == "dispose":
            fields = fields | {"kept": self.photos.popleft()}
        step = self._open_step(number)
        self._post(who, f"/desk/grid/cases/{number}/moves/{move}/", step=step, **fields)

    def _open_step(self, number: str) -> int:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.id FROM procedures_casestep s JOIN procedures_case c ON c.id = s.case_id"
                " WHERE c.number = %s AND s.left_at IS NULL",
                [number],
            )
            return int(cursor.fetchone()[0])

    def _look_at_queue(self) -> None:
        from jiceng.kernel.ledger.database import oldest_pending_seconds

        self.lag = max(self.lag, oldest_pending_seconds() or 0)

    def check(self) -> dict[str, Any]:
        """Count, seal what waits, verify."""
        return look_over() | {"lag": self.lag}
