"""The pages of the demo zone with many cases: what each asks, how long it takes, how it is planned.

One client holds one database of one size. A unit is a round over all pages in random order, each
asked once through Django's own client: middleware, permission, queries and template are all there.
"""

import random
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from bench.scenarios.opening import cpu_clock, open_application

OVERSEER, DUTY = "1009", "1001"  # sees the whole zone; has most of the open cases
WORD = "井盖"
BACKEND = "django.contrib.auth.backends.ModelBackend"


class Player:
    """Asks for pages and notes what each took."""

    def __init__(self, options: dict[str, Any]) -> None:
        open_application()
        self.asks: dict[str, Callable[[], Any]] = {}
        self.told: dict[str, Any] = {"took": defaultdict(list)}

    def prepare(self) -> None:
        """Found the demo zone."""
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("demo", verbosity=0)

    def ready(self, units: int) -> None:
        """Grow to so many cases once, and open every page once: what a process reads once, it has
        read."""
        from bench.scenarios import copies
        from jiceng.kernel.base import clock
        from jiceng.kernel.procedures.models import Case

        if self.asks:
            return
        if Case.objects.count() < units:
            copies.grow(units, clock.read())
            copies.settle()
            self._seal()
        self.asks = _asks()
        for ask in self.asks.values():
            ask()
        self.cpu = cpu_clock()

    def _seal(self) -> None:
        from jiceng.kernel.base import clock
        from jiceng.kernel.ledger import service as ledger

        while ledger.seal(clock.read()):
            pass

    def unit(self) -> int:
        """Open every page once."""
        for name in random.sample(list(self.asks), len(self.asks)):
            begun, spent = time.perf_counter(), self.cpu()
            self.asks[name]()
            self.told["took"][name].append(
                [(time.perf_counter() - begun) * 1000, self.cpu() - spent]
            )
        return len(self.asks)

    def check(self) -> dict[str, Any]:
        """Return what each page asks, which statements read a large table whole, how large the
        tables are, and how fast the whole ledger was recomputed."""
        from jiceng.kernel.procedures.models import Case, CaseStep

        open_steps = CaseStep.objects.open().count()
        return {
            "cases": Case.objects.count(),
            "open_steps": open_steps,
            "bytes": _bytes(),
            "pages": {name: _looked_at(ask) for name, ask in self.asks.items()},
            "ledger": _verified(),
        }


def _asks() -> dict[str, Callable[[], Any]]:
    """Return the pages by name; each asks for one and insists on an answer."""
    from django.test import Client

    from jiceng.kernel.orgs.models import Officer

    clients = {"": Client(HTTP_HOST="127.0.0.1")}
    for staff_no in (OVERSEER, DUTY):
        clients[staff_no] = Client(HTTP_HOST="127.0.0.1")
        clients[staff_no].force_login(Officer.objects.get(staff_no=staff_no), backend=BACKEND)

    def asking(who: str, address: str) -> Callable[[], Any]:
        def ask() -> Any:
            answer = clients[who].get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
            return answer.getvalue()

        return ask

    return {name: asking(who, address) for name, (who, address) in _addresses().items()}


def _addresses() -> dict[str, tuple[str, str]]:
    """Return who opens what; a case and a place in the list from the middle of its history."""
    from jiceng.kernel.procedures.models import Case

    cases = Case.objects.filter(system="grid").order_by("-opened_at", "-id")
    pk, number = cases.values_list("pk", "number")[cases.count() // 2]
    return {
        "inbox": (DUTY, "/desk/"),
        "inbox of the zone": (OVERSEER, "/desk/?tab=unit"),
        "case": (OVERSEER, f"/desk/grid/cases/{number}/"),
        "list": (OVERSEER, "/desk/grid/cases/"),
        "list, open": (OVERSEER, "/desk/grid/cases/?state=open"),
        "list, from the middle": (OVERSEER, f"/desk/grid/cases/?after={pk}"),
        "search, two characters": (OVERSEER, f"/desk/grid/cases/?q={WORD}"),
        "search, a number": (OVERSEER, f"/desk/grid/cases/?q={number}"),
        "map": (OVERSEER, "/desk/grid/map/"),
        "points of the map": (OVERSEER, "/desk/grid/cases/map.json"),
        "public home": ("", "/"),
        "public nearby": ("", "/nearby/"),
        "public nearby, map": ("", "/nearby/cases.json"),
    }


def _looked_at(ask: Callable[[], Any]) -> dict[str, Any]:
    """Return what a page asks and what it reads whole, statement by statement."""
    from bench.scenarios.plans import read_whole
    from bench.scenarios.queries import counts, listen

    _answer, statements = listen(ask)
    reading = [each for each in statements if each.lstrip("( ").startswith(("SELECT", "WITH"))]
    whole = [[statement, read_whole(statement)] for statement in reading]
    return {
        "statements": counts(statements)["statements"],
        "whole": [[statement, tables] for statement, tables in whole if tables],
    }


def _bytes() -> int:
    """Return how large the database is, indexes and all."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(cursor.fetchone()[0])


def _verified() -> dict[str, Any]:
    """Recompute the whole ledger; say how many rows of it a second, on the wall and of CPU."""
    from jiceng.kernel.ledger import service as ledger
    from jiceng.kernel.ledger.models import Seal

    begun, spent = time.perf_counter(), time.process_time()
    report = ledger.verify()
    if report.exit_code:
        raise RuntimeError(f"not intact: {report.as_dict()}")
    rows = Seal.objects.count()
    wall, cpu = time.perf_counter() - begun, time.process_time() - spent
    return {"rows": rows, "wall": rows / wall, "cpu": rows / cpu}
