"""How many statements a move and a page need: exact, whatever the machine."""

from collections.abc import Callable
from functools import partial
from typing import Any

from bench.scenarios.opening import Untimed, look_over, open_application

CASES = 60
# What opens and ends a transaction is counted apart: it asks nothing and changes nothing.
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")


def listen(act: Callable[[], Any]) -> tuple[Any, list[str]]:
    """Return what ``act`` returns, and the statements that it needed."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        result = act()
    return result, [str(query["sql"]) for query in seen.captured_queries]


def counts(statements: list[str]) -> dict[str, int]:
    """Return how many statements ask or change something, and how many only frame them."""
    frame = sum(statement.upper().startswith(FRAME) for statement in statements)
    return {"statements": len(statements) - frame, "frame": frame}


def count(act: Callable[[], Any]) -> tuple[Any, dict[str, int]]:
    """Return what ``act`` returns, and how many statements it needed."""
    result, statements = listen(act)
    return result, counts(statements)


class Player(Untimed):
    """Walks cases and opens pages, counting."""

    def __init__(self, options: dict[str, Any]) -> None:
        open_application()

    def check(self) -> dict[str, Any]:
        """Return the counts by act and by page; the work behind them is looked over first."""
        from bench.scenarios import stage

        troupe = stage.troupe()
        troupe.ready(3)
        troupe.play()
        acts: dict[str, dict[str, int]] = {}

        def counted(name: str, act: Callable[[], Any]) -> Any:
            result, acts[name] = count(act)
            return result

        troupe.play(counted)
        looked = look_over()
        return looked | {"acts": acts, "pages": _pages(troupe)}


def _pages(troupe: Any) -> dict[str, dict[str, int]]:
    """Return what each page needs, opened by the duty officer with sixty cases in hand."""
    from django.test import Client

    from bench.scenarios import stage

    numbers = [troupe.report().number for _n in range(CASES)]
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(
        troupe.people[stage.DUTY].officer, backend="django.contrib.auth.backends.ModelBackend"
    )
    addresses = {
        "list": "/desk/grid/cases/",
        "case": f"/desk/grid/cases/{numbers[0]}/",
        "inbox": "/desk/",
        "map": "/desk/grid/map/",
    }
    found = {}
    for name, address in addresses.items():
        client.get(address)  # what a process reads once, it has read
        answer, found[name] = count(partial(client.get, address))
        assert answer.status_code == 200, (name, answer.status_code)
    return found
