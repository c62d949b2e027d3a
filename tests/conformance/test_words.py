"""Every word that people read is Chinese in the source, English in the catalogue, documented."""

import re
from collections import Counter

import pytest

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import ACTS, ActSpec
from tests.conformance.sweep import CHINESE, document, labels, problems_of, refusals
from tools.documents import event_labels, stale
from tools.tables import chinese

CODE = re.compile(r"[a-z][a-z0-9_]*")
EVENT = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z_]+")


def test_every_word_has_both_languages() -> None:
    wrong = {place: problems for place, label in labels() if (problems := problems_of(label))}
    assert wrong == {}


@pytest.mark.parametrize("code", event_labels())
def test_an_event_has_a_label_and_is_documented(code: str) -> None:
    assert EVENT.fullmatch(code), "an event is system.noun.past_participle"
    assert problems_of(event_labels()[code]) == []
    assert f"`{code}`" in document("docs/events.md")


@pytest.mark.parametrize("spec", list(ACTS), ids=lambda spec: spec.code)
def test_an_act_is_recorded_under_the_name_of_its_package(spec: ActSpec) -> None:
    assert spec.code.partition(".")[0] == spec.function.__module__.split(".")[2]


@pytest.mark.parametrize("spec", list(ACTS), ids=lambda spec: spec.code)
def test_an_act_says_who_may(spec: ActSpec) -> None:
    """Only what the operator does on the command line asks nobody."""
    assert spec.may is not None or spec.code.startswith("ledger.")


def test_every_refusal_has_a_stable_code_and_a_sentence() -> None:
    wrong = {kind.__qualname__: faults for kind in set(refusals()) if (faults := refused(kind))}
    assert wrong == {}


def refused(kind: type[Refusal]) -> list[str]:
    """Return what is wrong with a kind of refusal."""
    return [
        *([] if CODE.fullmatch(kind.code) else [f"code {kind.code!r}"]),
        *([] if 400 <= kind.status < 600 else [f"status {kind.status}"]),
        *([] if chinese(kind.sentence).endswith(("。", "？", "！")) else ["not a sentence"]),
        *([] if kind.__doc__ else ["no docstring"]),
        *problems_of(kind.sentence),
    ]


def test_a_code_of_a_refusal_means_one_sentence() -> None:
    said = {(kind.code, chinese(kind.sentence)) for kind in set(refusals())}
    twice = {code for code, times in Counter(code for code, _sentence in said).items() if times > 1}
    assert twice == set()


def test_generated_documents_say_what_the_code_says() -> None:
    assert stale() == []


def test_the_sweep_finds_words_that_lack_a_language() -> None:
    assert problems_of("单位") == ["'单位' is not translated at the time it is read"]
    assert CHINESE.search("unit") is None


def test_the_sweep_finds_a_refusal_without_a_sentence() -> None:
    kind = type("Nameless", (Refusal,), {"code": "No Code", "status": 200, "sentence": "no"})
    assert len(refused(kind)) == 5
