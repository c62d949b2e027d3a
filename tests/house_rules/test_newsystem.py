"""``manage.py newsystem`` writes a system that keeps every rule of the house at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.house_rules.rule import ROOT, sources
from tests.house_rules.test_rules import RULES

# Early in the alphabet and short; late and as long as a name and a label may be.
NAMES = {"abc": "甲乙", "secretary_projects_x": "甲乙丙丁戊己庚辛壬癸子丑"}
GENERATE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "jiceng.config.settings"
import django
from django.core.management import call_command
django.setup()
"""
COPIED = ("jiceng", "tests", "tools", "docs", "data", "locale")
FILES = ("manage.py", "conftest.py", "pyproject.toml")


class Copy:
    """A copy of the house, in which commands run as they would in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        left_out = shutil.ignore_patterns("__pycache__", "*.pyc")
        for name in COPIED:
            shutil.copytree(ROOT / name, root / name, ignore=left_out)
        for name in FILES:
            shutil.copy(ROOT / name, root / name)
        for name in ("vendor", "static"):
            (root / "build" / name).mkdir(parents=True)

    def run(self, *command: str) -> str:
        """Run a program of the environment; fail with what it said where it fails."""
        # The database of this run is not the copy's: its tests make one of their own.
        variables = {"JICENG_VAR": str(self.root / "var"), "JICENG_DATABASE_URL": ""}
        done = subprocess.run(
            [sys.executable, "-W", "error", *command],
            cwd=self.root,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Return a copy of the house with two new systems."""
    house = Copy(tmp_path_factory.mktemp("house"))
    calls = [f"call_command('newsystem', {name!r}, label={NAMES[name]!r})" for name in NAMES]
    house.run("-c", "\n".join([GENERATE, *calls]))
    return house


def test_keeps_the_format_and_the_lint(copy: Copy) -> None:
    paths = [f"jiceng/systems/{name}" for name in NAMES]
    paths += ["jiceng/config/settings.py", "jiceng/faces/desk/urls.py"]
    copy.run("-m", "ruff", "format", "--check", *paths)
    copy.run("-m", "ruff", "check", *paths)


def test_keeps_the_contracts(copy: Copy) -> None:
    program = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"
    assert "0 broken" in copy.run("-c", program)


def test_keeps_the_house_rules(copy: Copy) -> None:
    systems = tuple(f"jiceng/systems/{name}/" for name in NAMES)
    written = [source for source in sources(copy.root) if source.path.startswith(systems)]
    assert len(written) > 20 * len(NAMES)
    assert [place for rule in RULES for source in written for place in rule.findings(source)] == []


def test_its_migration_says_what_its_models_say(copy: Copy) -> None:
    assert "No changes" in copy.run("manage.py", "makemigrations", "--check", "--dry-run", *NAMES)


@pytest.mark.slow
def test_its_own_tests_pass(copy: Copy) -> None:
    tests = ("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "jiceng/systems/abc")
    assert " passed" in copy.run(*tests)


def test_its_templates_keep_the_format(copy: Copy) -> None:
    pages = [str(page) for page in (copy.root / "jiceng/systems").rglob("*/abc/*.html")]
    assert len(pages) == 4
    djade = str(Path(sys.executable).with_name("djade"))
    subprocess.run([djade, "--check", "--target-version", "5.2", *pages], check=True)


@pytest.mark.parametrize(
    ("name", "label", "code"),
    [
        ("grid", "网格化", "name_taken"),
        ("auth", "权限", "name_taken"),
        ("Points", "积分", "bad_name"),
        ("2points", "积分", "bad_name"),
        ("../points", "积分", "bad_name"),
        ("p", "积分", "bad_name"),
        ("p" * 40, "积分", "bad_name"),
        ("class", "班级", "bad_name"),
        ("points", "points", "bad_label"),
        ("points", '积分"""', "bad_label"),
        ("points", "{% load %}", "bad_label"),
        ("points", "", "bad_label"),
    ],
)
def test_refuses_and_writes_nothing(name: str, label: str, code: str) -> None:
    before = sorted((ROOT / "jiceng/systems").iterdir())
    with pytest.raises(CommandError, match=code):
        call_command("newsystem", name, label=label)
    assert sorted((ROOT / "jiceng/systems").iterdir()) == before


def test_refuses_to_write_over_what_is_there(copy: Copy) -> None:
    with pytest.raises(AssertionError, match="name_taken"):
        copy.run("manage.py", "newsystem", "abc", "--label", "甲乙")
