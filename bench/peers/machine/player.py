"""A case by guarded transitions, each under a lock and saved."""

import os
from typing import Any

import django


class Player:
    """A case in seven transactions."""

    def __init__(self, options: dict[str, Any]) -> None:
        os.environ["PEER_DATABASE_URL"] = options["database"]
        os.environ["PEER_APPS"] = "bench.peers.machine"
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.settings"
        django.setup()

    def prepare(self) -> None:
        """Make the tables."""
        from django.core.management import call_command

        call_command("migrate", run_syncdb=True, verbosity=0)

    def ready(self, units: int) -> None:
        """Nothing is needed."""

    def unit(self) -> None:
        """Create a case and move it six times."""
        from django.db import transaction

        from bench.peers.machine.models import MOVES, Case

        case = Case.objects.create(number="1", title="井盖缺失", holder=1)
        for move in MOVES:
            with transaction.atomic():
                held = Case.objects.select_for_update().get(pk=case.pk)
                getattr(held, move)()
                held.save()

    def check(self) -> dict[str, Any]:
        """Count the cases and those that have ended."""
        from bench.peers.machine.models import Case

        cases = Case.objects.count()
        done = Case.objects.filter(state="closed").count()
        return {"cases": cases, "faults": ["not all ended"] * (cases != done)}
