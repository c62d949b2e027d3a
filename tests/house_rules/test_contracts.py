"""Every import contract of ``pyproject.toml`` holds, and finds the breach it is there for."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import grimp
import pytest
from grimp import ImportGraph
from importlinter import Contract
from importlinter.application.use_cases import read_user_options
from importlinter.configuration import configure
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract

from tests.house_rules.rule import ROOT
from tools.contracts import Doors, LayersBelowTests

configure()
OPTIONS = read_user_options(str(ROOT / "pyproject.toml"))
CONTRACTS = {options["id"]: options for options in OPTIONS.contracts_options}
TYPES: dict[str, type[Contract]] = {
    "acyclic_siblings": AcyclicSiblingsContract,
    "doors": Doors,
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "layers": LayersContract,
    "layers_below_tests": LayersBelowTests,
}
Change = Callable[[ImportGraph], Any]


@pytest.fixture(scope="module")
def house() -> ImportGraph:
    """Return who imports whom in the product."""
    return grimp.build_graph("jiceng", include_external_packages=True, cache_dir=None)


def is_kept(contract: str, graph: ImportGraph) -> bool:
    """Tell whether a contract holds in ``graph``; a missing standard file is a breach too."""
    options = CONTRACTS[contract]
    check = TYPES[options["type"]]("", OPTIONS.session_options, options).check
    try:
        return check(graph, verbose=False).kept
    except ValueError as error:
        if "does not exist" in str(error):
            return False
        raise


def link(importer: str, imported: str) -> Change:
    """Return the change by which one module of the product begins to import another."""

    def change(graph: ImportGraph) -> None:
        for name in (importer.rpartition(".")[0], importer, imported.rpartition(".")[0], imported):
            if _full(name) not in graph.modules:
                graph.add_module(_full(name))
        graph.add_import(
            importer=_full(importer), imported=_full(imported), line_number=1, line_contents=""
        )

    return change


def _full(name: str) -> str:
    return name if name == "django" else f"jiceng.{name}".rstrip(".")


def stray(module: str) -> Change:
    """Return the change by which somebody adds a file where none belongs."""
    return lambda graph: graph.add_module(f"jiceng.{module}")


def missing(module: str) -> Change:
    """Return the change by which a standard file goes missing."""
    return lambda graph: graph.remove_module(f"jiceng.{module}")


BREACHES: list[tuple[str, Change]] = [
    ("house", link("kernel.orgs.models", "systems.grid.models")),
    ("house", link("systems.grid.pages", "faces.desk.pages")),
    ("house", link("ui.pages", "systems.grid.queries")),
    ("house", link("faces.desk.pages", "demo.zone")),
    ("house", stray("tools")),
    ("kernel", link("kernel.ledger.entries", "kernel.orgs.models")),
    ("kernel", link("kernel.procedures.engine", "kernel.testing.cast")),
    ("kernel", link("kernel.base.text", "kernel.ledger.service")),
    ("kernel", link("kernel.orgs.tree", "kernel.orgs.tests.test_tree")),
    ("kernel", stray("kernel.strings")),
    ("doors", link("systems.grid.actions", "kernel.procedures.engine")),
    ("doors", link("kernel.procedures.engine", "kernel.orgs.tree")),
    ("doors", link("ui.access", "kernel.orgs.authority")),
    ("system", link("systems.grid.actions", "systems.grid.pages")),
    ("system", link("systems.grid.models", "systems.grid.queries")),
    ("system", link("systems.grid.queries", "systems.grid.procedure")),
    ("system", link("systems.grid.queries", "systems.grid.templatetags.grid")),
    ("system", link("systems.grid.actions", "systems.grid.management.replay.running")),
    ("system", link("systems.grid.management.replay.running", "systems.grid.pages")),
    ("system", link("systems.grid.templatetags.grid", "systems.grid.urls")),
    ("system", stray("systems.grid.strings")),
    ("system", missing("systems.grid.rules")),
    ("systems", link("systems.grid.actions", "systems.points.terms")),
    ("faces", link("faces.desk.pages", "faces.public.pages")),
    ("rules", link("systems.grid.rules", "django")),
    ("rules", link("kernel.workdays.rules", "django")),
    ("pages", link("systems.grid.pages", "systems.grid.models")),
    ("cycles", link("kernel.base.registry", "kernel.base.jobs")),
]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_house_keeps(house: ImportGraph, contract: str) -> None:
    assert is_kept(contract, deepcopy(house))


@pytest.mark.parametrize(("contract", "change"), BREACHES)
def test_finds_what_is_broken(house: ImportGraph, contract: str, change: Change) -> None:
    graph = deepcopy(house)
    change(graph)
    assert not is_kept(contract, graph)


def test_every_contract_is_tried() -> None:
    assert {contract for contract, _change in BREACHES} == set(CONTRACTS)


def test_no_contract_has_a_list_of_exceptions() -> None:
    assert not [code for code, options in CONTRACTS.items() if "ignore_imports" in options]


def test_tests_may_stand_on_the_cast(house: ImportGraph) -> None:
    """The one import that points up inside a package, and why the kernel has its own contract."""
    graph = deepcopy(house)
    link("kernel.orgs.tests.test_tree", "kernel.testing.cast")(graph)
    assert is_kept("kernel", graph)


def test_a_door_is_open_to_everybody(house: ImportGraph) -> None:
    graph = deepcopy(house)
    link("systems.grid.forms", "kernel.workdays.service")(graph)
    link("kernel.orgs.tests.test_tree", "kernel.orgs.tree")(graph)
    assert is_kept("doors", graph)
