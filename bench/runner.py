"""One client of one configuration, in a process of its own: ``python -m bench.runner MODULE JSON``.

It stands on the standard library alone, so that it runs in the environment of every peer. It reads
orders from its input, one JSON object a line, and answers each with one line. ``MODULE`` defines
``Player(options)``, and ``options`` say the rest: the database, the client's number.

    prepare   lay the tables and the world, once for all clients
    ready     get ready for about so many units, outside the measured time
    play      work for so many seconds, or so many calls where ``calls`` is given; answers with
              units, seconds, the slowest call, and whatever else ``told`` of the player holds
    check     answer with what was found when the work was looked over
"""

import importlib
import json
import os
import sys
import time
import traceback
from typing import Any, Protocol


class Player(Protocol):
    """What a configuration has to be able to do."""

    def prepare(self) -> None:
        """Lay what the work needs."""

    def ready(self, units: int) -> None:
        """Get ready for ``units`` more units of work."""

    def unit(self) -> int | None:
        """Do one unit of work, durable when this returns; or many, and return how many."""

    def check(self) -> dict[str, Any]:
        """Look over all the work: ``cases``, how many there are, ``faults``, what is wrong."""


def play(player: Player, seconds: float, calls: int) -> dict[str, Any]:
    """Do units one after the other until the time is over; the last one is finished."""
    units, made, slowest, begun = 0, 0, 0.0, time.perf_counter()
    here = begun
    while made < calls if calls else here - begun < seconds:
        before = here
        units += player.unit() or 1
        here = time.perf_counter()
        slowest = max(slowest, here - before)
        made += 1
    timed = {"units": units, "seconds": here - begun, "slowest": slowest}
    return timed | getattr(player, "told", {})


def obey(player: Player, order: dict[str, Any]) -> dict[str, Any]:
    """Do what one line asks for."""
    match order["do"]:
        case "prepare":
            player.prepare()
        case "ready":
            player.ready(order["units"])
        case "play":
            return play(player, order["seconds"], order["calls"])
        case "check":
            return player.check()
    return {}


def main() -> None:
    """Serve orders until the input ends; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    module, options = importlib.import_module(sys.argv[1]), json.loads(sys.argv[2])
    player = module.Player(options)
    for line in sys.stdin:
        try:
            answer = obey(player, json.loads(line))
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
        answers.flush()
    # Nothing is left to be put away, and sixteen interpreters that tidy up are a load of their own.
    os._exit(0)


if __name__ == "__main__":
    main()
