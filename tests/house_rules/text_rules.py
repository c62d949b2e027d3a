"""Rules of every file: its name, its size, its words."""

import re
from collections.abc import Iterator

from tests.house_rules.rule import Finding, Rule, Source, matching

LONGEST_FILE = 400
ROOMLESS = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
LATER = re.compile(r"\b(TODO|FIXME)\b")
# Where packages and assets come from is a matter of each machine, not of the repository.
HOSTS = re.compile(
    r"https?://[^\s\"')]*(pypi\.|pythonhosted\.|npmjs\.|yarnpkg\.|jsdelivr\.|unpkg\.|cdnjs\.|"
    r"googleapis\.|gstatic\.|bootcdn\.|mirrors?\.|docker\.io|ghcr\.io|quay\.io)"
)
MACHINE = re.compile(r"(?<![\w.<])/(work|home|root|Users)/\w")
# How the product came about is of no use to its readers.
MAKING = re.compile(
    r"language model|\b(AI|machine)[- ]generated|\bsub-?agents?\b|\bcoding agents?\b|"
    r"\b(earlier|previous|next) session\b",
    re.IGNORECASE,
)
DEPENDENCY = re.compile(r'^\s+"[a-z][\w.-]*(\[[\w,]+\])?[<>=~!]')
MIGRATION = re.compile(r"\d{4}_(?!auto)[a-z][a-z0-9_]*$")

CODE = matching(r".*\.(py|html|css|js)$")
WRITTEN = matching(r".*", r"\.(po|json|txt)$|^LICENSE$|^tests/house_rules/text_rules\.py$")


def long_files(source: Source) -> Iterator[Finding]:
    """Find files that should be several."""
    if len(source.lines) > LONGEST_FILE:
        yield 1, f"{len(source.lines)} lines"


def roomless_names(source: Source) -> Iterator[Finding]:
    """Find names that say only that a thing has no room of its own."""
    for part in source.path.split("/"):
        if part.partition(".")[0] in ROOMLESS:
            yield 1, f"{part} says nothing"


def postponed(source: Source) -> Iterator[Finding]:
    """Find what was left for later."""
    for number, line in enumerate(source.lines, start=1):
        if LATER.search(line):
            yield number, "left for later"


def addresses(source: Source) -> Iterator[Finding]:
    """Find addresses of registries, and paths of the machine at which somebody sat."""
    for number, line in enumerate(source.lines, start=1):
        if HOSTS.search(line):
            yield number, "address of a registry"
        if MACHINE.search(line) and "/tests/" not in source.path:
            yield number, "path of one machine"


def making(source: Source) -> Iterator[Finding]:
    """Find words about how the product is made."""
    for number, line in enumerate(source.lines, start=1):
        if MAKING.search(line):
            yield number, "speaks of how it was made"


def unexplained_dependencies(source: Source) -> Iterator[Finding]:
    """Find dependencies that nothing says the use of."""
    for number, line in enumerate(source.lines, start=1):
        if DEPENDENCY.match(line) and "#" not in line:
            yield number, "a dependency needs a line saying what for"


def unnamed_migrations(source: Source) -> Iterator[Finding]:
    """Find migrations whose name does not say what they do."""
    stem = source.path.rpartition("/")[2].removesuffix(".py")
    if not MIGRATION.match(stem):
        yield 1, f"{stem} needs a name"


TEXT_RULES = [
    Rule(
        "a file is a sitting",
        CODE,
        long_files,
        kept=(("jiceng/a.py", "x = 1\n" * 400),),
        broken=(("jiceng/a.py", "x = 1\n" * 401),),
    ),
    Rule(
        "every thing has a room",
        matching(r"(jiceng|tools|tests)/"),
        roomless_names,
        kept=(("jiceng/kernel/base/text.py", ""),),
        broken=(("jiceng/ui/utils.py", ""), ("jiceng/systems/common/terms.py", "")),
    ),
    Rule(
        "nothing is left for later",
        WRITTEN,
        postponed,
        kept=(("jiceng/a.py", "# Two tries, since numbers are drawn by lot."),),
        broken=(("jiceng/a.py", "# TODO: mend"), ("docs/a.md", "FIXME")),
    ),
    Rule(
        "no registry, no machine",
        matching(r".*", r"^tests/house_rules/text_rules\.py$|^LICENSE$"),
        addresses,
        kept=(
            ("docs/a.md", "http://127.0.0.1:8000 and var/jiceng.sqlite3 and /srv/jiceng"),
            ("requirements/run.txt", "django==5.2.19 --hash=sha256:00"),
        ),
        broken=(
            ("package-lock.json", '"resolved": "https://registry.npmjs.org/a.tgz"'),
            ("docs/a.md", "see /home/wang/jiceng"),
        ),
    ),
    Rule(
        "the product speaks of itself",
        matching(r".*\.(md|yml|toml)$"),
        making,
        kept=(("docs/a.md", "The session of a browser ends after eight hours."),),
        broken=(("docs/a.md", "In the previous session we found"),),
    ),
    Rule(
        "a dependency says what it is for",
        matching(r"pyproject\.toml$"),
        unexplained_dependencies,
        kept=(("pyproject.toml", '  "pillow>=12",   # decodes photos'),),
        broken=(("pyproject.toml", '  "pillow>=12",'),),
    ),
    Rule(
        "a migration has a name",
        matching(r"jiceng/.*/migrations/.*\.py$", r"__init__\.py$"),
        unnamed_migrations,
        kept=(("jiceng/kernel/orgs/migrations/0001_initial.py", ""),),
        broken=(("jiceng/kernel/orgs/migrations/0002_auto_20260301.py", ""),),
    ),
]
