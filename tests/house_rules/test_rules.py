"""Every house rule holds in the whole repository, passes its kept and finds its broken examples."""

import pytest

from tests.house_rules.page_rules import PAGE_RULES
from tests.house_rules.python_rules import PYTHON_RULES
from tests.house_rules.rule import Rule, Source, sources
from tests.house_rules.text_rules import TEXT_RULES

RULES = [*PYTHON_RULES, *PAGE_RULES, *TEXT_RULES]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@each_rule
def test_the_house_keeps(rule: Rule) -> None:
    broken = [place for source in sources() for place in rule.findings(source)]
    assert not broken, "\n" + "\n".join(broken)


@each_rule
def test_passes_what_is_kept(rule: Rule) -> None:
    assert [rule.findings(Source(*example)) for example in rule.kept] == [[]] * len(rule.kept)


@each_rule
def test_finds_what_is_broken(rule: Rule) -> None:
    assert all(rule.findings(Source(*example)) for example in rule.broken)


def test_looks_at_every_kind_of_file() -> None:
    paths = {source.path for source in sources()}
    assert {"manage.py", "Makefile", "pyproject.toml", "jiceng/ui/templates/ui/base.html"} <= paths
    assert not [
        path for path in paths if path.startswith((".venv", "node_modules", "build", "var"))
    ]
