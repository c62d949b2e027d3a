"""The laboratory as an application: it follows reports, and makes the bad build that is asked."""

import os
from datetime import timedelta

from django.apps import AppConfig

LEASE = timedelta(seconds=3)  # a worker that died or slept is replaced after this


class Faults(AppConfig):
    """Registers the follower whose effects are counted."""

    name = "faults"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to reports; install the mutant named by the environment."""
        from faults import following, mutants
        from jiceng.kernel.ledger import followers

        followers.LEASE = LEASE
        following.listen()
        if name := os.environ.get("FAULTS_MUTANT"):
            mutants.install(name)
