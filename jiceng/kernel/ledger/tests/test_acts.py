"""Acts: what is checked when one is declared, and what one call leaves behind."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from jiceng.kernel.base.errors import BadInput, NotAllowed
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.together import (
    TRIES,
    NeedsTransaction,
    Overtaken,
    need_transaction,
    write_together,
)
from jiceng.kernel.ledger import acts, waiting
from jiceng.kernel.ledger.acts import ACTS, Done, Recorded, act
from jiceng.kernel.ledger.entries import RESIDENT, SYSTEM, Nobody, append, entries_of
from jiceng.kernel.ledger.idempotency import KeyReused, claim_of
from jiceng.kernel.ledger.models import ActKey, Entry, Pending, PersonalDatum
from jiceng.kernel.ledger.waiting import SealingStuck


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the acts of these tests out of the registry that conformance tests sweep."""
    monkeypatch.setattr(acts, "ACTS", type(ACTS)("act"))
    waiting.forget()
    yield
    waiting.forget()


def may_not_be_system(*, by: Any, at: datetime, **rest: Any) -> None:
    if by is SYSTEM:
        raise NotAllowed()


def make_note() -> Callable[..., Done[str]]:
    @act("test.case.noted", label="记一笔", may=may_not_be_system)
    def note(*, number: str, text: str, by: Any, at: datetime, fail: bool = False) -> Recorded[str]:
        append(event="test.extra.noted", subject="test.extra:1", by=by, at=at, facts={})
        if fail:
            raise BadInput()
        return Recorded(text.upper(), f"test.case:{number}", {"text": text}, {"name": "张三"})

    return note


@pytest.mark.django_db
def test_one_call_one_entry(at: datetime) -> None:
    done = make_note()(number="1", text="abc", by=RESIDENT, at=at)
    assert (done.value, done.replayed) == ("ABC", False)
    entry = entries_of("test.case:1").get()
    assert done.entry == entry
    assert (entry.event, entry.by, entry.by_title, entry.at) == (
        "test.case.noted", "resident", "群众", at,
    )  # fmt: skip
    payload = json.loads(entry.payload)
    assert payload["text"] == "abc"
    assert payload["name"]["commitment"].startswith("sha256:")
    assert "张三" not in entry.payload
    assert Pending.objects.filter(entry_id=entry.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("by", "fail", "refusal"),
    [(SYSTEM, False, NotAllowed), (RESIDENT, True, BadInput)],
    ids=["not allowed", "refused by the body"],
)
def test_a_refusal_leaves_nothing(by: Any, fail: bool, refusal: type, at: datetime) -> None:
    with pytest.raises(refusal):
        make_note()(number="1", text="abc", by=by, at=at, fail=fail, key="k1")
    for model in (Entry, Pending, PersonalDatum, ActKey):
        assert not model.objects.exists()


def test_registered_with_label_and_rule() -> None:
    note = make_note()
    spec = acts.ACTS.get("test.case.noted")
    assert (spec.label, spec.may, spec.function) == ("记一笔", may_not_be_system, note)
    assert note.__name__ == "note"
    with pytest.raises(ValueError, match="twice"):
        make_note()


def positional(number: str, *, by: Any, at: datetime) -> Any: ...
def without_by(*, at: datetime) -> Any: ...
def without_at(*, by: Any) -> Any: ...
def takes_key(*, by: Any, at: datetime, key: str) -> Any: ...
def takes_anything(*, by: Any, at: datetime, **rest: Any) -> Any: ...


@pytest.mark.parametrize(
    "body",
    [positional, without_by, without_at, takes_key, takes_anything],
    ids=lambda f: f.__name__,
)
def test_a_wrong_signature_is_refused_when_declared(body: Any) -> None:
    with pytest.raises(TypeError, match=r"test\.case\.wrong"):
        act("test.case.wrong", label="错")(body)


@pytest.mark.parametrize(
    "event", ["", "case", "Test.case", "test..case", "test.case ", "测试.办件"]
)
def test_a_wrong_event_is_refused_when_declared(event: str) -> None:
    def body(*, by: Any, at: datetime) -> Any: ...

    with pytest.raises(TypeError, match="event"):
        act(event, label="错")(body)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("by", "naive"),
    [
        (Nobody("", "群众"), False),
        (Nobody("officer:1\n", "群众"), False),
        (Nobody("officer:1", ""), False),
        (Nobody("officer:1", "值班员\n"), False),
        (Nobody("officer:1", "长" * 201), False),
        (RESIDENT, True),
    ],
    ids=["no ref", "break in ref", "no title", "break in title", "long title", "naive instant"],
)
def test_who_and_when_are_checked(by: Any, naive: bool, at: datetime) -> None:
    with pytest.raises(ValueError, match=r"actor|title|instant"):
        make_note()(number="1", text="abc", by=by, at=at.replace(tzinfo=None) if naive else at)
    assert not Entry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["", "1 2", "一", "a" * 81, "1\n"])
def test_a_wrong_subject_is_our_mistake(number: str, at: datetime) -> None:
    with pytest.raises(ValueError, match="subject"):
        make_note()(number=number, text="abc", by=RESIDENT, at=at)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_a_fact_and_a_personal_value_of_one_name_are_refused(at: datetime) -> None:
    with pytest.raises(ValueError, match="name"):
        append(
            event="test.case.noted",
            subject="test.case:1",
            by=RESIDENT,
            at=at,
            facts={"name": "x"},
            personal={"name": "张三"},
        )


@pytest.mark.django_db
def test_acts_are_refused_while_sealing_is_stuck(at: datetime, settings: Any) -> None:
    note = make_note()
    note(number="1", text="abc", by=RESIDENT, at=at)
    Pending.objects.update(queued=0)  # since 1970
    note(number="2", text="abc", by=RESIDENT, at=at)  # switched off by default
    settings.LEDGER_STUCK_SECONDS = 60
    with pytest.raises(SealingStuck) as caught:
        note(number="3", text="abc", by=RESIDENT, at=at)
    assert (caught.value.status, caught.value.code) == (503, "sealing_stuck")
    Pending.objects.all().delete()
    with pytest.raises(SealingStuck):  # looked at a moment ago
        note(number="3", text="abc", by=RESIDENT, at=at)
    waiting.forget()
    note(number="3", text="abc", by=RESIDENT, at=at)


class TestDeciding:
    """Acts that read, decide, and hand over what is to be written."""

    def deciding(self, *ends: Exception | None) -> tuple[Callable[..., Done[int]], list[int]]:
        """Return an act whose writing meets ``ends`` in turn, and how often it decided."""
        asked: list[int] = []

        @act("test.case.decided", label="作决定", decides=True)
        def decide(*, number: str, by: Any, at: datetime) -> Recorded[int]:
            asked.append(len(asked) + 1)
            end = ends[len(asked) - 1] if len(asked) <= len(ends) else None
            if isinstance(end, NeedsTransaction):
                need_transaction()

            def write(**given: Any) -> None:
                if end and not isinstance(end, NeedsTransaction):
                    raise end
                write_together(**given)

            return Recorded(len(asked), f"test.case:{number}", {"try": len(asked)}, write=write)

        return decide, asked

    @pytest.mark.django_db
    def test_it_decides_anew_where_somebody_was_faster(self, at: datetime) -> None:
        decide, _asked = self.deciding(Overtaken(), Overtaken())
        assert decide(number="1", by=RESIDENT, at=at).value == 3
        assert [json.loads(entry.payload) for entry in entries_of("test.case:1")] == [{"try": 3}]

    @pytest.mark.django_db
    def test_it_gives_up_in_the_end(self, at: datetime) -> None:
        decide, asked = self.deciding(*[Overtaken()] * 50)
        with pytest.raises(Overtaken) as refused:
            decide(number="1", by=RESIDENT, at=at, key="k")
        assert (refused.value.status, len(asked)) == (409, TRIES)
        assert not Entry.objects.exists()
        assert not ActKey.objects.exists()

    @pytest.mark.django_db
    def test_a_second_press_changes_nothing(self, at: datetime) -> None:
        decide, asked = self.deciding()
        first = decide(number="1", by=RESIDENT, at=at, key="k")
        again = decide(number="1", by=RESIDENT, at=at, key="k")
        assert (again.entry, again.replayed, again.value) == (first.entry, True, None)
        assert asked == [1]
        with pytest.raises(KeyReused):
            decide(number="2", by=RESIDENT, at=at, key="k")

    @pytest.mark.django_db
    def test_the_other_half_of_a_double_click_is_a_replay(self, at: datetime) -> None:
        """The twin commits while this one decides: what refuses us then is our own first use."""
        twin, _asked = self.deciding()
        found: list[Done[int]] = []

        def press(*, number: str, by: Any, at: datetime) -> Recorded[int]:
            found.append(twin(number=number, by=by, at=at, key="k"))
            raise BadInput()

        mine = acts._Asked("test.case.decided", None, self.claim(at), {"by": RESIDENT, "at": at},
                       {"number": "1"}, new_uid())  # fmt: skip
        done = acts._decide(mine, press)
        assert (done.replayed, done.entry) == (True, found[0].entry)

    def claim(self, at: datetime) -> ActKey:
        return claim_of(
            by=RESIDENT.ref, event="test.case.decided", key=("k", ""), request={"number": "1"},
            uid=new_uid(), at=at,
        )  # fmt: skip

    @pytest.mark.django_db(transaction=True)
    def test_what_takes_more_than_one_statement_gets_a_transaction(self, at: datetime) -> None:
        decide, asked = self.deciding(NeedsTransaction(), NeedsTransaction())
        done = decide(number="1", by=RESIDENT, at=at, key="k")
        assert (done.value, asked) == (2, [1, 2])
        assert decide(number="1", by=RESIDENT, at=at, key="k").replayed
