"""A registry refuses duplicates, so that one code means one thing."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Things by their code, in the order in which they were registered."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._things: dict[str, T] = {}

    def add(self, code: str, thing: T) -> T:
        """Register ``thing``; a code that another thing holds raises ``ValueError``."""
        if self._things.get(code, thing) is not thing:
            raise ValueError(f"{self.noun} {code} is registered twice")
        self._things[code] = thing
        return thing

    def get(self, code: str) -> T:
        """Return the thing with this code, or raise ``KeyError``."""
        return self._things[code]

    def find(self, code: str) -> T | None:
        """Return the thing with this code, or ``None``."""
        return self._things.get(code)

    def items(self) -> list[tuple[str, T]]:
        """Return all pairs of code and thing."""
        return list(self._things.items())

    def __contains__(self, code: object) -> bool:
        return code in self._things

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._things.values()))

    def __len__(self) -> int:
        return len(self._things)
