"""One click, one effect, however often and from however many sides it arrives."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile

from jiceng.kernel.base.errors import BadInput, Refusal
from jiceng.kernel.ledger import acts, idempotency
from jiceng.kernel.ledger.acts import ACTS, Done, Recorded, act
from jiceng.kernel.ledger.entries import RESIDENT, Nobody
from jiceng.kernel.ledger.idempotency import KEPT, BadKey, KeyReused
from jiceng.kernel.ledger.models import ActKey, Entry
from jiceng.kernel.ledger.tests.conftest import in_parallel

LI = Nobody("officer:2", "东湖街道 网格员")


@pytest.fixture
def note(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done[str]]:
    monkeypatch.setattr(acts, "ACTS", type(ACTS)("act"))

    @act("test.case.noted", label="记一笔")
    def run(*, text: Any, by: Any, at: datetime, fail: bool = False) -> Recorded[str]:
        if fail:
            raise BadInput()
        return Recorded("done", "test.case:1", {})

    return run


@pytest.mark.django_db
def test_a_second_time_gives_the_first_entry(note: Callable[..., Done[str]], at: datetime) -> None:
    first = note(text="a", by=RESIDENT, at=at, key="k")
    again = note(text="a", by=RESIDENT, at=at + timedelta(minutes=5), key="k")
    assert (again.replayed, again.value, again.entry) == (True, None, first.entry)
    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_another_request_under_the_key_is_refused(
    note: Callable[..., Done[str]], at: datetime
) -> None:
    note(text="a", by=RESIDENT, at=at, key="k")
    with pytest.raises(KeyReused) as caught:
        note(text="b", by=RESIDENT, at=at, key="k")
    assert (caught.value.status, caught.value.code) == (409, "key_reused")
    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_keys_are_those_of_an_actor(note: Callable[..., Done[str]], at: datetime) -> None:
    note(text="a", by=RESIDENT, at=at, key="k")
    assert not note(text="a", by=LI, at=at, key="k").replayed
    assert not note(text="a", by=RESIDENT, at=at, key="other").replayed
    assert Entry.objects.count() == 3


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done[str]]:
    """An act whose callers all have the same ``by`` and are told apart by ``claim``."""
    monkeypatch.setattr(acts, "ACTS", type(ACTS)("act"))

    @act("test.case.noted", label="记一笔", key_of="claim")
    def run(*, by: Any, at: datetime, claim: str = "") -> Recorded[str]:
        return Recorded("done", "test.case:1", {})

    return run


@pytest.mark.django_db
def test_keys_of_those_who_share_a_name(shared: Callable[..., Done[str]], at: datetime) -> None:
    first = shared(by=RESIDENT, at=at, claim="a", key="k")
    other = shared(by=RESIDENT, at=at, claim="b", key="k")
    assert (other.replayed, other.entry == first.entry) == (False, False)
    assert shared(by=RESIDENT, at=at, claim="a", key="k").entry == first.entry
    assert shared(by=RESIDENT, at=at, claim="b", key="k").entry == other.entry
    # The two parts of a key cannot be pushed into one another.
    assert not shared(by=RESIDENT, at=at, claim="k", key="a").replayed


@pytest.mark.django_db
def test_a_key_that_could_be_anybody_s(shared: Callable[..., Done[str]], at: datetime) -> None:
    with pytest.raises(ValueError, match="claim"):
        shared(by=RESIDENT, at=at, key="k")
    assert not shared(by=RESIDENT, at=at).replayed
    assert not ActKey.objects.exists()


def test_key_of_names_a_keyword() -> None:
    with pytest.raises(TypeError, match="key_of"):

        @act("test.case.noted", label="记一笔", key_of="claim")
        def run(*, by: Any, at: datetime) -> Recorded[str]:
            raise AssertionError


@pytest.mark.django_db
def test_without_a_key_every_call_counts(note: Callable[..., Done[str]], at: datetime) -> None:
    for _turn in range(2):
        assert not note(text="a", by=RESIDENT, at=at).replayed
    assert Entry.objects.count() == 2
    assert not ActKey.objects.exists()


@pytest.mark.django_db
def test_a_refused_act_frees_its_key(note: Callable[..., Done[str]], at: datetime) -> None:
    with pytest.raises(BadInput):
        note(text="a", by=RESIDENT, at=at, key="k", fail=True)
    assert not note(text="a", by=RESIDENT, at=at, key="k").replayed


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["k" * 201, "a\nb", "\x00", "\ud800", "\x85", 7, None])
def test_bad_keys(key: Any, note: Callable[..., Done[str]], at: datetime) -> None:
    with pytest.raises(BadKey) as caught:
        note(text="a", by=RESIDENT, at=at, key=key)
    assert (caught.value.status, caught.value.code) == (422, "bad_key")
    assert not Entry.objects.exists()


@dataclass(frozen=True)
class Place:
    x: float
    y: Decimal


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "1"),
        (1.5, 1.25),
        (b"a", b"b"),
        (["a"], ["b"]),
        ({"a", "b"}, {"a", "c"}),
        (Place(1.0, Decimal("1.0")), Place(1.0, Decimal("1.1"))),
        (ContentFile(b"photo"), ContentFile(b"other photo")),
        ({"a": {"b": (1, 2)}}, {"a": {"b": (2, 1)}}),
    ],
    ids=["kind", "fraction", "bytes", "list", "set", "dataclass", "upload", "nested"],
)
def test_requests_are_told_apart(
    one: Any, other: Any, note: Callable[..., Done[str]], at: datetime
) -> None:
    note(text=one, by=RESIDENT, at=at, key="k")
    assert note(text=one, by=RESIDENT, at=at, key="k").replayed
    with pytest.raises(KeyReused):
        note(text=other, by=RESIDENT, at=at, key="k")


@pytest.mark.django_db
def test_rows_are_compared_by_what_they_are(note: Callable[..., Done[str]], at: datetime) -> None:
    row = note(text="a", by=RESIDENT, at=at).entry
    first = note(text=row, by=RESIDENT, at=at, key="k")
    same = Entry.objects.get(pk=row.pk)
    assert note(text=same, by=RESIDENT, at=at, key="k").entry == first.entry
    with pytest.raises(KeyReused):
        note(text=first.entry, by=RESIDENT, at=at, key="k")
    with pytest.raises(TypeError, match="not saved"):
        note(text=Entry(), by=RESIDENT, at=at, key="k2")


def test_an_upload_can_still_be_read_after_its_digest() -> None:
    upload = ContentFile(b"photo" * 100_000)
    upload.read(7)
    assert idempotency._comparable(upload) == {
        "sha256": hashlib.sha256(b"photo" * 100_000).hexdigest()
    }
    assert upload.read() == b"photo" * 100_000


@pytest.mark.django_db
def test_the_key_itself_is_not_kept(note: Callable[..., Done[str]], at: datetime) -> None:
    note(text="13800001111", by=RESIDENT, at=at, key="secret-key")
    row = ActKey.objects.get()
    assert "secret-key" not in {row.digest, row.request_digest}
    # Nor can the request be tried out by somebody who has the table but not the key.
    bare = idempotency._digest({"text": "13800001111"})
    assert row.request_digest != bare


@pytest.mark.django_db
def test_keys_are_forgotten_after_ninety_days(note: Callable[..., Done[str]], at: datetime) -> None:
    note(text="a", by=RESIDENT, at=at, key="old")
    note(text="a", by=RESIDENT, at=at + timedelta(days=1), key="young")
    assert idempotency.purge(at + KEPT) == 0
    assert idempotency.purge(at + KEPT + timedelta(hours=1)) == 1
    assert note(text="a", by=RESIDENT, at=at, key="young").replayed


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_have_one_effect(note: Callable[..., Done[str]], at: datetime) -> None:
    answers = in_parallel(
        [lambda: note(text="a", by=RESIDENT, at=at, key="same") for _thread in range(20)]
    )
    assert all(isinstance(answer, Done) for answer in answers), answers
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 19
    assert {answer.entry.pk for answer in answers} == {Entry.objects.get().pk}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_different_requests_under_one_key(
    note: Callable[..., Done[str]], at: datetime
) -> None:
    answers = in_parallel(
        [
            lambda text=text: note(text=text, by=RESIDENT, at=at, key="same")
            for text in map(str, range(20))
        ]
    )
    done = [answer for answer in answers if isinstance(answer, Done)]
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert (len(done), {answer.code for answer in refused}) == (1, {"key_reused"})
    assert (len(refused), Entry.objects.count()) == (19, 1)
