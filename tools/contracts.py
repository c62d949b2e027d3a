"""Two kinds of import contract that import-linter does not bring: ``pyproject.toml`` uses them.

``layers_below_tests`` knows that the tests of a package stand above its siblings, as the tests of
a system do; ``doors`` that a package is entered by certain modules and by no other.
"""

from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.contracts.layers import LayersContract

TESTS = "tests"


def lift_tests(graph: ImportGraph, container: str) -> None:
    """Move ``container.x.tests…`` to ``container.tests.x…``, a layer of its own, with all imports.

    Tests of the organisation use the cast, which stands on the organisation; that is no cycle of
    what is shipped.
    """
    graph.add_module(f"{container}.{TESTS}")
    for package in sorted(graph.find_children(container)):
        below = f"{package}.{TESTS}"
        if below in graph.modules:
            name = package.rpartition(".")[2]
            # Innermost first: with a package its modules would leave the graph too.
            for module in sorted({below} | graph.find_descendants(below), reverse=True):
                _rename(graph, module, f"{container}.{TESTS}.{name}{module[len(below) :]}")


def _rename(graph: ImportGraph, old: str, new: str) -> None:
    graph.add_module(new)
    for imported in graph.find_modules_directly_imported_by(old):
        _copy(graph, (old, imported), (new, imported))
    for importer in graph.find_modules_that_directly_import(old):
        _copy(graph, (importer, old), (importer, new))
    graph.remove_module(old)


def _copy(graph: ImportGraph, link: tuple[str, str], copy: tuple[str, str]) -> None:
    details = graph.get_import_details(importer=link[0], imported=link[1])
    graph.add_import(
        importer=copy[0],
        imported=copy[1],
        line_number=details[0]["line_number"] if details else 0,
        line_contents=details[0]["line_contents"] if details else "",
    )


class LayersBelowTests(LayersContract):
    """Layers whose topmost, ``tests``, is made of the tests of all the others."""

    type_name = "layers_below_tests"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check the layers with the tests lifted out."""
        for container in self.containers:  # type: ignore[attr-defined]
            lift_tests(graph, container.expression)
        return super().check(graph, verbose)


class Doors(Contract):
    """Packages of ``container`` are entered from outside by their ``doors`` only.

    ``open`` lists the packages that are public as a whole.
    """

    type_name = "doors"

    container = fields.StringField()
    doors = fields.SetField(subfield=fields.StringField())
    open = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import that crosses the border of a package."""
        links = [link for package in self._packages(graph) for link in self._in(graph, package)]
        return ContractCheck(kept=not links, metadata={"links": sorted(links)})

    def _packages(self, graph: ImportGraph) -> set[str]:
        opened = {f"{self.container}.{name}" for name in self.open}  # type: ignore[attr-defined]
        return graph.find_children(str(self.container)) - opened

    def _in(self, graph: ImportGraph, package: str) -> Iterator[tuple[str, str, int]]:
        doors = {package, *(f"{package}.{door}" for door in self.doors)}  # type: ignore[attr-defined]
        for inner in graph.find_descendants(package) - doors:
            for importer in graph.find_modules_that_directly_import(inner):
                if not f"{importer}.".startswith(f"{package}."):
                    details = graph.get_import_details(importer=importer, imported=inner)
                    yield importer, inner, details[0]["line_number"] if details else 0

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name every import that goes through the wall."""
        for importer, inner, line in check.metadata["links"]:
            output.print_error(f"- {importer} -> {inner} (l.{line})", bold=False)
        output.new_line()
