"""Many writers on one SQLite: the same acts, one a call, counting what was refused as locked."""

from collections.abc import Iterator
from typing import Any

from bench.scenarios.lifecycle import Player as Whole


class Player(Whole):
    """One act a call, of one case after the other."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self.told = {"locked": 0}
        self.acts = self._acts()

    def _acts(self) -> Iterator[None]:
        """Yield after each act; a case left half-way is ended when the time is over."""
        from bench.scenarios import stage

        while True:
            case = self.troupe.report()
            yield
            for move in stage.MOVES:
                self.troupe.move(move, case.number)
                yield

    def unit(self) -> None:
        """Make the next act."""
        from django.db import OperationalError

        try:
            next(self.acts)
        except OperationalError:
            self.told["locked"] += 1
            self.acts = self._acts()
