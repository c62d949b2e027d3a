"""Known-bad builds of the product, made by patching it in the processes of the laboratory only.

Each is a way in which systems of this kind have failed; a law that catches none of them proves
nothing. A mutant names the drill that shows it and the law that has to catch it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """How a bad build is made, and what catches it."""

    make: Callable[[], None]
    drill: str
    law: str
    vendor: str = ""  # where it shows; empty where the drill decides

    @property
    def story(self) -> str:
        """What is wrong with the build, in a sentence."""
        return str(self.make.__doc__).strip()


MUTANTS: dict[str, Mutant] = {}


def mutant(drill: str, law: str, vendor: str = "") -> Callable[[Callable[[], None]], None]:
    """Register a function that patches the product, under its name."""

    def register(make: Callable[[], None]) -> None:
        MUTANTS[make.__name__] = Mutant(make, drill, law, vendor)

    return register


def swap(owner: Any, name: str, new: Any) -> Any:
    """Put something else in place of a part of the product, and return the part. One that is not
    there any more is an ``AttributeError``: a patch beside the product would change nothing."""
    part = getattr(owner, name)
    setattr(owner, name, new)
    return part


def install(name: str) -> None:
    """Turn this process into the bad build of that name."""
    MUTANTS[name].make()


from faults.mutants import acts, ledger  # noqa: E402, F401  (they register themselves)
