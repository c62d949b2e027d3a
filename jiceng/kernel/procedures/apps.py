from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base import clock
from jiceng.kernel.base.jobs import every


class ProceduresConfig(AppConfig):
    name = "jiceng.kernel.procedures"
    verbose_name = _("流程")

    def ready(self) -> None:
        """Register checks and jobs, hand on steps of vacant posts, publish after migrating."""
        import_module("jiceng.kernel.procedures.checks")
        oversight = import_module("jiceng.kernel.procedures.oversight")
        import_module("jiceng.kernel.orgs.service").on_vacancy(oversight.hand_on)
        every(60, "tick")(oversight.fill_vacancies)
        every(60, "tick")(oversight.escalate)
        every(60, "tick")(import_module("jiceng.kernel.procedures.expiry").expire)
        every(3600, "tick")(import_module("jiceng.kernel.procedures.clocks").steps_follow_calendar)
        post_migrate.connect(publish_shipped, sender=self)


def publish_shipped(**kwargs: Any) -> None:
    """Publish what ships with the systems; migrating is an edge, so the clock is read here.

    Migrating one package alone may leave the tables of the others for later.
    """
    if not {"procedures_procedureversion", "ledger_entry"} <= set(
        connection.introspection.table_names()
    ):
        return
    import_module("jiceng.kernel.procedures.publishing").publish_all(at=clock.read())
