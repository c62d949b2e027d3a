"""What a house rule is, and the files that it looks at."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Made by tools, fetched, or the data of an installation.
NOT_OURS = re.compile(r"\.git|\.venv|\.hypothesis|\.\w+_cache|__pycache__|node_modules|build|var")
TEXT = {
    ".css",
    ".html",
    ".in",
    ".js",
    ".json",
    ".md",
    ".po",
    ".py",
    ".svg",
    ".toml",
    ".txt",
    ".yml",
}
NAMED = {".gitignore", ".npmrc", "Makefile", "run"}

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


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if not NOT_OURS.fullmatch(path.name):
                yield from _files(path)
        elif path.suffix in TEXT or path.name in NAMED:
            yield path


@cache
def sources(root: Path = ROOT) -> tuple[Source, ...]:
    """Return every text file of the repository that people wrote."""
    return tuple(
        Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
        for path in _files(root)
    )
