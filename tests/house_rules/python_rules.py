"""Rules of Python files, read from their syntax trees."""

import ast
import pkgutil
import re
from collections.abc import Iterator

from tests.house_rules.rule import Finding, Rule, Source, matching

ALWAYS_WRITE = {"bulk_create", "bulk_update", "get_or_create", "save", "update_or_create"}
ALWAYS_WRITE |= {f"a{name}" for name in ALWAYS_WRITE}
WRITE_ROWS = {"create", "delete", "update", "acreate", "adelete", "aupdate"}
# Functions of our own that write without naming a table at the place of the call.
WRITERS = {
    "jiceng.kernel.base.loading.load",
    "jiceng.kernel.ledger.service.append",
    "jiceng.kernel.ledger.service.append_many",
}
STREAMS = {"file", "stderr", "stdout"}  # what else may be flushed
NOW = {
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("timezone", "now"),
    ("time", "time"),
    ("clock", "read"),
}
SENDS = ("redirect", "Redirect", "build_absolute_uri")
THE_CLOCK = "jiceng.kernel.base.clock.read"
DJANGO_NOUNS = {"Group", "Message", "Permission", "Session", "Signal", "Site", "Task"}
LONGEST_FUNCTION = 40
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def _calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, node.func.attr


def _names(node: ast.AST) -> set[str]:
    """Return the names that a chain such as ``Case.objects.filter(…)`` is made of."""
    found = set()
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
            node = node.value
        else:
            node = node.func
    return found | ({node.id} if isinstance(node, ast.Name) else set())


def writes(source: Source) -> Iterator[Finding]:
    """Find calls that write rows."""
    for call, name in _calls(source):
        rows = _names(call.func) & {"objects", "filter", "exclude", "_default_manager"}
        if name == "save" and call.args:
            continue  # a row takes no place to be saved to; a picture does
        batch = name == "flush" and not _names(call.func) & STREAMS
        if name in ALWAYS_WRITE or (name in WRITE_ROWS and rows) or batch:
            yield call.lineno, f"writes with .{name}(); only an act does"
    yield from _calls_of(WRITERS, source)


def _calls_of(functions: set[str], source: Source) -> Iterator[Finding]:
    imported = _imported(source)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            root, dot, rest = ast.unparse(node.func).partition(".")
            if imported.get(root, root) + dot + rest in functions:
                yield node.lineno, f"writes with {root}{dot}{rest}(); only an act does"


def whole_saves(source: Source) -> Iterator[Finding]:
    """Find saves of a whole row, which would undo what others changed meanwhile."""
    for call, name in _calls(source):
        stated = {keyword.arg for keyword in call.keywords} & {
            "update_fields",
            "force_insert",
            None,
        }
        if name == "save" and not call.args and not stated:
            yield call.lineno, "saves a whole row; name update_fields or force_insert"


def clock_reads(source: Source) -> Iterator[Finding]:
    """Find readings of the clock."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and _names(node.value) & {
            owner for owner, name in NOW if name == node.attr
        }:
            yield node.lineno, f"reads the clock with .{node.attr}; take `at`"
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").rpartition(".")[2]
            for alias in node.names:
                if (module, alias.name) in NOW | {("functions", "Now")}:
                    yield node.lineno, f"imports a clock: {alias.name}; take `at`"


def long_functions(source: Source) -> Iterator[Finding]:
    """Find functions that do not fit on a screen."""
    for node in ast.walk(source.tree):
        if isinstance(node, FUNCTIONS):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {length} lines"


def inner_imports(source: Source) -> Iterator[Finding]:
    """Find imports inside functions, which hide a cycle."""
    for function in ast.walk(source.tree):
        if isinstance(function, FUNCTIONS):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield node.lineno, f"imports inside {function.name}"


def random_numbers(source: Source) -> Iterator[Finding]:
    """Find the module ``random``, whose numbers can be foretold."""
    for node in ast.walk(source.tree):
        if (isinstance(node, ast.Import) and any(a.name == "random" for a in node.names)) or (
            isinstance(node, ast.ImportFrom) and node.module == "random"
        ):
            yield node.lineno, "imports random; use secrets"


def literal_addresses(source: Source) -> Iterator[Finding]:
    """Find addresses of the site written out instead of looked up; "/" is the root of any site."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(SENDS):
            first = node.args[0]
            start = first.values[0] if isinstance(first, ast.JoinedStr) else first
            if isinstance(start, ast.Constant) and re.match("/.", str(start.value)):
                yield node.lineno, f"{start.value!r} is written out; use reverse"


def _is_act(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "act"


def act_signatures(source: Source) -> Iterator[Finding]:
    """Find acts that can be called without saying by whom and when."""
    for node in ast.walk(source.tree):
        if isinstance(node, FUNCTIONS) and any(_is_act(d) for d in node.decorator_list):
            arguments = node.args
            if arguments.args or arguments.posonlyargs or arguments.vararg:
                yield node.lineno, f"{node.name}: an act takes keywords only"
            if not {"by", "at"} <= {argument.arg for argument in arguments.kwonlyargs}:
                yield node.lineno, f"{node.name}: an act takes by and at"


def borrowed_nouns(source: Source) -> Iterator[Finding]:
    """Find classes that take a noun of Django."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and node.name in DJANGO_NOUNS:
            yield node.lineno, f"{node.name} is Django's word"


def mocks(source: Source) -> Iterator[Finding]:
    """Find mocks, and stand-ins for functions and classes of our own.

    What is outside may be made to fail, a limit may be made small, the clock may be set; and a
    function may be wrapped to let something happen in between, as long as the real one runs.
    """
    imported = _imported(source)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unittest"):
            yield node.lineno, "imports a mock"
        if isinstance(node, ast.arg) and node.arg == "mocker":
            yield node.lineno, "asks for a mocker"
        if isinstance(node, FUNCTIONS):
            yield from _stand_ins(node, imported)


def _imported(source: Source) -> dict[str, str]:
    """Return what the names of a file stand for, as dotted paths."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _stand_ins(test: ast.AST, imported: dict[str, str]) -> Iterator[Finding]:
    for call in ast.walk(test):
        if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "monkeypatch.setattr"):
            continue
        target, name = _target(call, imported)
        runs = any(isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(test))
        if not runs and f"{target}.{name}" != THE_CLOCK and _is_ours(target, name):
            yield call.lineno, f"replaces {target}.{name}, which is ours"


def _target(call: ast.Call, imported: dict[str, str]) -> tuple[str, str]:
    """Return the dotted path of what ``setattr`` changes, and the name it changes there."""
    first = call.args[0]
    if isinstance(first, ast.Constant):
        path, _dot, name = str(first.value).rpartition(".")
        return path, name
    root, _dot, rest = ast.unparse(first).partition(".")
    path = imported.get(root, root) + (f".{rest}" if rest else "")
    return path, str(getattr(call.args[1], "value", ""))


def _is_ours(target: str, name: str) -> bool:
    """Tell whether a function or class of our own stands there; a constant or state is neither."""
    if not target.startswith("jiceng"):
        return False
    thing = getattr(pkgutil.resolve_name(target), name, None)
    return callable(thing) and str(getattr(thing, "__module__", "")).startswith("jiceng")


def started_modules(source: Source) -> Iterator[Finding]:
    """Find modules named as text that are private to another package: imports in disguise."""
    own = ".".join(source.path.split("/")[:3])
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = node.value.split(".")
            if parts[:2] != ["jiceng", "kernel"] or len(parts) < 4 or node.value.startswith(own):
                continue
            if parts[2] != "base" and parts[3] not in {"service", "models", "terms", "rules"}:
                yield node.lineno, f"{node.value} is private to its package"


EVERYWHERE = matching(r".*\.py$")
PRODUCT = matching(r"(jiceng|tools)/.*\.py$", r"/tests/|/migrations/")
TESTS = matching(r"(tests/|.*/tests/|conftest).*\.py$")

LOADS = """
from jiceng.kernel.base.loading import load as put
put(rows)
"""
LOADS_BY_MODULE = """
from jiceng.kernel.base import loading
loading.load(rows)
"""
APPENDS = """
from jiceng.kernel.ledger.service import append_many
append_many(rows)
"""
OUTSIDE_FAILS = """
from jiceng.kernel.base import ids
def test(monkeypatch):
    monkeypatch.setattr("os.fsync", fail)
    monkeypatch.setattr(ids.secrets, "token_hex", fail)
"""
A_LIMIT_IS_SMALL = """
from jiceng.kernel.base import front_door
def test(monkeypatch):
    monkeypatch.setattr(front_door, "MAX_BYTES", 3)
"""
THE_REAL_ONE_RUNS = """
from jiceng.kernel.base import ids
def test(monkeypatch):
    real = ids.new_uid
    monkeypatch.setattr(ids, "new_uid", lambda: overtake() or real())
"""
STAND_IN = """
from jiceng.kernel.base import ids
def test(monkeypatch):
    monkeypatch.setattr(ids, "new_uid", lambda: "1")
"""

PYTHON_RULES = [
    Rule(
        "writes stand in acts",
        matching(
            r"jiceng/((config|demo|faces|systems|ui)/|kernel/\w+/management/).*\.py$",
            r"^jiceng/systems/\w+/actions(/\w+)?\.py$|/migrations/|/tests/",
        ),
        writes,
        kept=(
            ("jiceng/systems/points/actions.py", "Case.objects.create(number=1)"),
            ("jiceng/systems/grid/actions/cells.py", "Cell.objects.create(code='1')"),
            ("jiceng/systems/grid/pages.py", "words.update(other); Case.objects.filter(pk=1)"),
            ("jiceng/demo/photos.py", "image.save(buffer, 'JPEG')"),
            ("jiceng/ui/pages.py", "words.append(1); json.load(file); load(file)"),
            ("jiceng/demo/management/commands/demo.py", "self.stdout.flush()"),
        ),
        broken=(
            ("jiceng/systems/grid/management/replay/running.py", "bulk.flush()"),
            ("jiceng/systems/grid/management/replay/running.py", LOADS),
            ("jiceng/systems/grid/management/replay/running.py", LOADS_BY_MODULE),
            ("jiceng/demo/stories.py", APPENDS),
            ("jiceng/systems/grid/pages.py", "await Case.objects.abulk_create(cases)"),
            ("jiceng/systems/grid/pages.py", "Case.objects.filter(pk=1).update(title='')"),
            ("jiceng/systems/grid/queries.py", "case.save(update_fields=['title'])"),
            ("jiceng/kernel/orgs/management/commands/units.py", "Unit.objects.create()"),
        ),
    ),
    Rule(
        "a row is saved by named fields",
        PRODUCT,
        whole_saves,
        kept=(("jiceng/kernel/orgs/posts.py", "post.save(force_insert=True); image.save(file)"),),
        broken=(("jiceng/kernel/orgs/posts.py", "post.save()"),),
    ),
    Rule(
        "the clock is read at the edge",
        matching(
            r"jiceng/.*\.py$",
            r"kernel/base/clock\.py$|ui/middleware\.py$|/management/commands/|/apps\.py$|/tests?(ing)?/",
        ),
        clock_reads,
        kept=(
            ("jiceng/ui/middleware.py", "request.now = clock.read()"),
            ("jiceng/systems/grid/pages.py", "actions.close(by=by, at=request.now)"),
        ),
        broken=(
            ("jiceng/systems/grid/pages.py", "at = datetime.now(UTC)"),
            ("jiceng/systems/grid/actions.py", "at = clock.read()"),
            ("jiceng/systems/grid/queries.py", "from django.db.models.functions import Now"),
            ("jiceng/systems/grid/models.py", "at = DateTimeField(default=timezone.now)"),
        ),
    ),
    Rule(
        "a function fits on a screen",
        EVERYWHERE,
        long_functions,
        kept=(("jiceng/a.py", "def f():\n" + "    x = 1\n" * 39),),
        broken=(("jiceng/a.py", "def f():\n" + "    x = 1\n" * 40),),
    ),
    Rule(
        "imports stand at the top",
        matching(r"(jiceng|tools)/.*\.py$", r"/apps\.py$|/tests/"),
        inner_imports,
        kept=(
            ("jiceng/systems/grid/apps.py", "def ready(self):\n    import jiceng"),
            ("jiceng/systems/grid/pages.py", "import json"),
        ),
        broken=(("jiceng/systems/grid/pages.py", "def f():\n    import json"),),
    ),
    Rule(
        "addresses are looked up in Python",
        PRODUCT,
        literal_addresses,
        kept=(
            ("jiceng/ui/pages.py", "redirect('/'); redirect('desk:inbox'); f('/srv/jiceng')"),
            ("jiceng/ui/pages.py", "redirect(f'{address}?number=1')"),
        ),
        broken=(
            ("jiceng/ui/pages.py", "redirect('/track/')"),
            ("jiceng/ui/pages.py", "request.build_absolute_uri(f'/track/?number={number}')"),
        ),
    ),
    Rule(
        "chance is not foretold",
        matching(r"(jiceng|tools)/.*\.py$", r"^jiceng/demo/|/tests/"),
        random_numbers,
        kept=(("jiceng/kernel/base/ids.py", "import secrets"),),
        broken=(("jiceng/kernel/base/ids.py", "from random import randint"),),
    ),
    Rule(
        "acts say by whom and when",
        EVERYWHERE,
        act_signatures,
        kept=(("jiceng/a.py", "@act('a.b')\ndef f(*, by, at): ..."),),
        broken=(
            ("jiceng/a.py", "@act('a.b')\ndef f(case, *, by, at): ..."),
            ("jiceng/a.py", "@act('a.b')\ndef f(*, by): ..."),
        ),
    ),
    Rule(
        "Django's nouns stay Django's",
        PRODUCT,
        borrowed_nouns,
        kept=(("jiceng/a.py", "class Case: ..."),),
        broken=(("jiceng/a.py", "class Task: ..."),),
    ),
    Rule(
        "our own code is not mocked",
        TESTS,
        mocks,
        kept=(
            ("tests/test_a.py", OUTSIDE_FAILS),
            ("tests/test_a.py", A_LIMIT_IS_SMALL),
            ("tests/test_a.py", THE_REAL_ONE_RUNS),
        ),
        broken=(
            ("tests/test_a.py", "from unittest.mock import patch"),
            ("tests/test_a.py", "def test(mocker): ..."),
            ("tests/test_a.py", STAND_IN),
            ("jiceng/ui/tests/test_a.py", STAND_IN.replace('ids, "', '"jiceng.kernel.base.ids.')),
        ),
    ),
    Rule(
        "a module named as text is no way around a door",
        matching(r"jiceng/.*\.py$", r"/tests/|/migrations/|^jiceng/config/settings\.py$"),
        started_modules,
        kept=(
            ("jiceng/kernel/orgs/apps.py", "import_module('jiceng.kernel.orgs.tree')"),
            ("jiceng/systems/grid/apps.py", "import_module('jiceng.kernel.orgs.service')"),
        ),
        broken=(("jiceng/systems/grid/apps.py", "import_module('jiceng.kernel.orgs.tree')"),),
    ),
]
