"""An act: one function, one transaction, one entry."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial, wraps
from typing import Any, Generic, Protocol, TypeVar, cast

from django.db import transaction
from django.db.models import Model
from django.utils.functional import Promise

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.registry import Registry
from jiceng.kernel.base.together import NeedsTransaction, insist, write_together
from jiceng.kernel.ledger import idempotency, waiting
from jiceng.kernel.ledger.entries import EVENT, Actor, NewEntry, check_actor, rows_of
from jiceng.kernel.ledger.models import ActKey, Entry
from jiceng.kernel.ledger.terms import EPOCH_OPENED, KEY_ROTATED

T = TypeVar("T")

# These mend a sealer that stands still; refusing them then would leave no way out.
REPAIRS = frozenset({EPOCH_OPENED, KEY_ROTATED})


class Write(Protocol):
    """What an act has decided: called once, with what the ledger adds to it."""

    def __call__(self, *, rows: Sequence[Model], claim: Model | None = None) -> None:
        """Write it together with ``rows``, as ``write_together`` does."""


@dataclass(frozen=True)
class Recorded(Generic[T]):
    """What the body of an act returns: its value, what history shall say, and ``write`` where the
    body has only decided what is to be written."""

    value: T
    subject: str
    facts: Mapping[str, Any]
    personal: Mapping[str, str] = field(default_factory=dict)
    write: Write = write_together


@dataclass(frozen=True)
class Done(Generic[T]):
    """What an act returns. A replay has no value: the entry of the first time says what was."""

    value: T | None
    entry: Entry
    replayed: bool


@dataclass(frozen=True)
class ActSpec:
    """An act as the registry knows it."""

    code: str
    label: str | Promise
    function: Callable[..., Done[Any]]
    may: Callable[..., None] | None


ACTS: Registry[ActSpec] = Registry("act")


def _check_signature(event: str, body: Callable[..., Any], key_of: str) -> None:
    """Raise ``TypeError`` unless all is passed by keyword, with ``by`` and ``at`` among it."""
    parameters = inspect.signature(body).parameters
    if any(p.kind is not inspect.Parameter.KEYWORD_ONLY for p in parameters.values()):
        raise TypeError(f"act {event}: every parameter has to be keyword-only")
    if not {"by", "at"} <= parameters.keys() or "key" in parameters:
        raise TypeError(f"act {event}: needs by= and at=; key= belongs to the ledger")
    if not EVENT.fullmatch(event):
        raise TypeError(f"act {event}: not an event code")
    if key_of and key_of not in parameters:
        raise TypeError(f"act {event}: key_of names no keyword")


def _claim(
    event: str,
    key: str,
    key_of: str,
    edge: Mapping[str, Any],
    request: Mapping[str, Any],
    uid: str,
) -> ActKey:
    """Return the claim of a key, by whoever it belongs to among those who act as one."""
    whose = str(request.get(key_of, ""))
    if key_of and not whose:
        raise ValueError(f"act {event}: a key needs {key_of}, which tells whose it is")
    return idempotency.claim_of(
        by=edge["by"].ref, event=event, key=(key, whose), request=request, uid=uid, at=edge["at"]
    )


@dataclass(frozen=True)
class _Asked:
    """An act that somebody asks for: the claim of its key, who and when, and what is asked."""

    event: str
    may: Callable[..., None] | None
    claim: ActKey | None
    edge: Mapping[str, Any]
    request: Mapping[str, Any]
    uid: str

    def permit(self) -> None:
        """Raise a ``Refusal`` where ``may`` speaks against it."""
        if self.may is not None:
            self.may(**self.edge, **self.request)

    def first_use(self) -> Entry | None:
        """Return the entry that the key was used for before."""
        return idempotency.first_use(self.claim) if self.claim else None

    def rows(self, recorded: Recorded[Any]) -> list[Model]:
        """Return the entry, then its personal data."""
        by, at = self.edge["by"], self.edge["at"]
        new = NewEntry(self.event, recorded.subject, by, at, recorded.facts, recorded.personal)
        return rows_of(new, self.uid)


def _perform(asked: _Asked, body: Callable[..., Recorded[T]]) -> Done[T]:
    """Run an act in one transaction."""
    with transaction.atomic():
        if asked.claim and (first := idempotency.take(asked.claim)):
            return Done(None, first, replayed=True)
        asked.permit()
        recorded = body(**asked.edge, **asked.request)
        rows = asked.rows(recorded)
        recorded.write(rows=rows)
        return Done(recorded.value, cast(Entry, rows[0]), replayed=False)


def _decide(asked: _Asked, body: Callable[..., Recorded[T]]) -> Done[T]:
    """Run an act that reads, decides, and then writes all at once."""
    if first := asked.first_use():
        return Done(None, first, replayed=True)
    asked.permit()
    try:
        return insist(partial(_attempt, asked, body))
    except NeedsTransaction:
        return _perform(asked, body)
    except Refusal:
        # What refused us may be the first use of our own key, made while we were deciding.
        if first := asked.first_use():
            return Done(None, first, replayed=True)
        raise


def _attempt(asked: _Asked, body: Callable[..., Recorded[T]]) -> Done[T]:
    """Decide, and write it together with key and entry."""
    recorded = body(**asked.edge, **asked.request)
    rows = asked.rows(recorded)
    recorded.write(rows=rows, claim=asked.claim)
    return Done(recorded.value, cast(Entry, rows[0]), replayed=False)


def act(
    event: str,
    *,
    label: str | Promise,
    may: Callable[..., None] | None = None,
    key_of: str = "",
    decides: bool = False,
) -> Callable[[Callable[..., Recorded[T]]], Callable[..., Done[T]]]:
    """Make a function an act: it runs in one transaction that appends exactly one entry.

    The body takes keywords only, among them ``by`` and ``at``, and returns ``Recorded``. ``may``
    gets the same keywords first and raises a ``Refusal``. Callers may add ``key=``: the same
    actor, event, key and request a second time change nothing and get the first entry, with
    ``replayed``; another request under the key raises ``KeyReused`` (409), an unusable key
    ``BadKey`` (422). ``SealingStuck`` (503) is raised while entries cannot be sealed. A body that
    ``decides`` hands over what it decided as ``write``, and is called again where what it read has
    changed meanwhile (ADR 0017).

    Residents all act as one. An act open to them names with ``key_of`` the keyword that tells them
    apart, so that nobody can press somebody else's button; a key without it is a ``ValueError``.
    """

    def decorate(body: Callable[..., Recorded[T]]) -> Callable[..., Done[T]]:
        _check_signature(event, body, key_of)

        @wraps(body)
        def run(*, by: Actor, at: datetime, key: str = "", **request: Any) -> Done[T]:
            check_actor(by, at)
            idempotency.check_key(key)
            if event not in REPAIRS:
                waiting.refuse_if_stuck()
            edge, uid = {"by": by, "at": at}, new_uid()
            claim = _claim(event, key, key_of, edge, request, uid) if key else None
            asked = _Asked(event, may, claim, edge, request, uid)
            return (_decide if decides else _perform)(asked, body)

        ACTS.add(event, ActSpec(event, label, run, may))
        return run

    return decorate
