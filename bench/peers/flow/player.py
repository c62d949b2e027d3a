"""A case by the handles of a flow."""

import os
from typing import Any

import django

MOVES = ("judge", "dispatch", "reassign", "dispose", "verify", "close")


class Player:
    """A case in seven transactions."""

    def __init__(self, options: dict[str, Any]) -> None:
        os.environ["PEER_DATABASE_URL"] = options["database"]
        os.environ["PEER_APPS"] = "viewflow,viewflow.workflow,bench.peers.flow"
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.settings"
        django.setup()
        from bench.peers.flow.flows import CaseFlow

        self.flow: Any = CaseFlow

    def prepare(self) -> None:
        """Make the tables."""
        from django.core.management import call_command

        call_command("migrate", verbosity=0)

    def ready(self, units: int) -> None:
        """Nothing is needed."""

    def unit(self) -> None:
        """Start a flow and carry out its six tasks."""
        from django.db import transaction

        with transaction.atomic():
            process = self.flow.start.run()
        for move in MOVES:
            node = getattr(self.flow, move)
            with transaction.atomic():
                task = process.task_set.get(flow_task=node, status="NEW")
                node.run(task)

    def check(self) -> dict[str, Any]:
        """Count the flows and those that have ended."""
        from viewflow.workflow.models import Process

        cases = Process.objects.count()
        done = Process.objects.filter(status="DONE").count()
        return {"cases": cases, "faults": ["not all ended"] * (cases != done)}
