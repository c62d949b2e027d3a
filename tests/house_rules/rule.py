"""What a house rule is, and the files that it looks at."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Made by tools, fetched, or the data of an installation.
NOT_OURS = re.compile(
    r"(^|/)(\.git|\.venv|\.[a-z_]+_cache|\.hypothesis|__pycache__)/|^(node_modules|build|var)/"
)
TEXT = {
    ".py",
    ".html",
    ".svg",
    ".css",
    ".js",
    ".json",
    ".md",
    ".toml",
    ".yml",
    ".txt",
    ".in",
    ".po",
    "",
}

Finding = tuple[int, str]


@dataclass(frozen=True)
class Source:
    """A file of the repository: its path from the root, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of a Python file."""
        return ast.parse(self.text)

    @property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.splitlines()


Example = tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """A rule: the files it holds for, what it finds there, and examples of both outcomes."""

    code: str
    where: Callable[[str], object] = field(repr=False)
    check: Callable[[Source], Iterator[Finding]] = field(repr=False)
    kept: tuple[Example, ...] = field(repr=False)
    broken: tuple[Example, ...] = field(repr=False)

    def findings(self, source: Source) -> list[str]:
        """Return what breaks the rule in ``source``, as places with a sentence."""
        if not self.where(source.path):
            return []
        return [f"{source.path}:{line}: {what}" for line, what in self.check(source)]


def matching(pattern: str, but: str = r"(?!)") -> Callable[[str], object]:
    """Return a test of paths: ``pattern`` matches from the start, ``but`` nowhere."""
    wanted, unwanted = re.compile(pattern), re.compile(but)
    return lambda path: wanted.match(path) and not unwanted.search(path)


@cache
def sources(root: Path = ROOT) -> tuple[Source, ...]:
    """Return every text file of the repository that people wrote."""
    paths = (path for path in sorted(root.rglob("*")) if path.suffix in TEXT and path.is_file())
    named = ((path.relative_to(root).as_posix(), path) for path in paths)
    return tuple(
        Source(name, path.read_text(encoding="utf-8"))
        for name, path in named
        if not NOT_OURS.search(name)
    )
