"""Every setting, command, job and target is documented, and nothing that is gone still is."""

import re
import tomllib

import pytest
from django.core.management import get_commands

from jiceng.kernel.base.jobs import JOBS, Job
from tests.conformance.sweep import VARIABLE, document, variables
from tests.house_rules.rule import ROOT

OPERATIONS = "docs/operations.md"
COMMANDS = sorted(name for name, app in get_commands().items() if str(app).startswith("jiceng"))
TARGETS = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
ADDRESS = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
PAGES = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
)


@pytest.mark.parametrize("name", sorted(variables()))
def test_a_variable_is_documented(name: str) -> None:
    assert f"`{name}`" in document(OPERATIONS)


def test_no_variable_is_documented_that_nothing_reads() -> None:
    assert set(VARIABLE.findall(document(OPERATIONS))) <= variables()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_documented(command: str) -> None:
    assert re.search(rf"`manage\.py {command}\b", document(OPERATIONS))


def test_no_command_is_documented_that_is_not_there() -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", document(OPERATIONS)))
    assert named <= set(get_commands())


@pytest.mark.parametrize("job", list(JOBS), ids=lambda job: job.code)
def test_a_job_is_documented(job: Job) -> None:
    assert f"`{job.code}`" in document(OPERATIONS)


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_documented(target: str) -> None:
    assert f"`make {target}`" in document("CONTRIBUTING.md")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    links = [link for link in ADDRESS.findall(document(page)) if "docs/images/" not in link]
    assert [link for link in links if not (folder / link).exists()] == []


def test_the_version_is_the_same_everywhere() -> None:
    stated = tomllib.loads(document("pyproject.toml"))["project"]["version"]
    assert f'softwareVersion: "{stated}"' in document("publiccode.yml")
    assert re.findall(r"^## (\S+)", document("CHANGELOG.md"), re.MULTILINE)[0] == stated


def test_both_readmes_have_the_same_sections() -> None:
    english, chinese = (
        [line.count("#") for line in document(name).splitlines() if line.startswith("#")]
        for name in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese
