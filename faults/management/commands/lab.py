"""``manage.py lab``: the drills and the known-bad builds, one line of JSON each."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from faults import mutants
from faults.databases import Postgres, Sqlite
from faults.laboratory import Trial, attempt
from faults.plans import PLANS


class Command(BaseCommand):
    """Run everything that this database can show, or what is named."""

    help = "故障实验室：演练与已知坏版本。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("folder", type=Path, help="folder of the database")
        parser.add_argument("home", type=Path, help="folder of the founded zone")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--size", default="ci")
        parser.add_argument("--only", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Try each drill as the product is, then each mutant in the drill that has to catch it."""
        kind = Postgres if connection.vendor == "postgresql" else Sqlite
        database = kind(options["folder"])
        work = [(drill, "") for drill in PLANS]
        work += [(bad.drill, name) for name, bad in mutants.MUTANTS.items()]
        for drill, mutant in work:
            if options["only"] and not {drill, mutant} & {*options["only"].split(",")}:
                continue
            due = options["only"] or options["size"] in (PLANS[drill].sizes or [options["size"]])
            if due and database.vendor in _where(drill, mutant):
                self._try(database, drill, mutant, options)

    def _try(
        self, database: Postgres | Sqlite, drill: str, mutant: str, options: dict[str, Any]
    ) -> None:
        name = f"{drill}_{mutant}" if mutant else drill
        folder = options["folder"] / f"{name}.d"
        trial = Trial(database, name, folder, options["seed"], options["size"])
        result = attempt(PLANS[drill], trial, options["home"], mutant)
        law = mutants.MUTANTS[mutant].law if mutant else ""
        line = {"drill": drill, "mutant": mutant, "law": law, "vendor": database.vendor} | result
        self.stdout.write(json.dumps(line, ensure_ascii=False))
        self.stdout.flush()


def _where(drill: str, mutant: str) -> tuple[str, ...]:
    """Return the databases on which to try: a mutant on one, the product on all that can."""
    vendors = PLANS[drill].vendors
    return (mutants.MUTANTS[mutant].vendor or vendors[0],) if mutant else vendors
