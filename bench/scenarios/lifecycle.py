"""Ours, in process: the real acts, with permission, organisation, clock and ledger entry."""

from typing import Any

from bench.scenarios.opening import lay_tables, look_over, open_application


class Player:
    """A case by seven acts."""

    def __init__(self, options: dict[str, Any]) -> None:
        open_application()
        self.troupe: Any = None

    def prepare(self) -> None:
        """Make the tables and write the world."""
        lay_tables()

    def ready(self, units: int) -> None:
        """Keep the photos of the after-state ready."""
        from bench.scenarios import stage

        self.troupe = self.troupe or stage.troupe()
        self.troupe.ready(units)

    def unit(self) -> None:
        """Open a case and move it six times."""
        self.troupe.play()

    def check(self) -> dict[str, Any]:
        """Count, seal, verify."""
        return look_over()
