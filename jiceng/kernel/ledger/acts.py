"""An act: one function, one transaction, one entry."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.utils.functional import Promise

from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.registry import Registry
from jiceng.kernel.ledger import idempotency, waiting
from jiceng.kernel.ledger.entries import EVENT, Actor, NewEntry, append_row, check_actor
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.terms import EPOCH_OPENED, KEY_ROTATED

T = TypeVar("T")

# These mend a sealer that stands still; refusing them then would leave no way out.
REPAIRS = frozenset({EPOCH_OPENED, KEY_ROTATED})


@dataclass(frozen=True)
class Recorded(Generic[T]):
    """What the body of an act returns: its value, and what history shall say."""

    value: T
    subject: str
    facts: Mapping[str, Any]
    personal: Mapping[str, str] = field(default_factory=dict)


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


def _check_signature(event: str, body: Callable[..., Any]) -> None:
    """Raise ``TypeError`` unless all is passed by keyword, with ``by`` and ``at`` among it."""
    parameters = inspect.signature(body).parameters
    if any(p.kind is not inspect.Parameter.KEYWORD_ONLY for p in parameters.values()):
        raise TypeError(f"act {event}: every parameter has to be keyword-only")
    if not {"by", "at"} <= parameters.keys() or "key" in parameters:
        raise TypeError(f"act {event}: needs by= and at=; key= belongs to the ledger")
    if not EVENT.fullmatch(event):
        raise TypeError(f"act {event}: not an event code")


def _perform(
    event: str,
    body: Callable[..., Recorded[T]],
    may: Callable[..., None] | None,
    key: tuple[str, str],
    edge: Mapping[str, Any],
    request: Mapping[str, Any],
) -> Done[T]:
    """Run an act in one transaction; ``edge`` is who and when, ``request`` what is asked, ``key``
    the idempotency key and whose it is among those who act as ``by``."""
    by, at, uid = edge["by"], edge["at"], new_uid()
    with transaction.atomic():
        if key[0]:
            first = idempotency.claim(
                by=by.ref, event=event, key=key, request=request, uid=uid, at=at
            )
            if first is not None:
                return Done(None, first, replayed=True)
        if may is not None:
            may(**edge, **request)
        recorded = body(**edge, **request)
        row = NewEntry(event, recorded.subject, by, at, recorded.facts, recorded.personal)
        return Done(recorded.value, append_row(row, uid), replayed=False)


def act(
    event: str,
    *,
    label: str | Promise,
    may: Callable[..., None] | None = None,
    key_of: str = "",
) -> Callable[[Callable[..., Recorded[T]]], Callable[..., Done[T]]]:
    """Make a function an act: it runs in one transaction that appends exactly one entry.

    The body takes keywords only, among them ``by`` and ``at``, and returns ``Recorded``. ``may``
    gets the same keywords first and raises a ``Refusal``. Callers may add ``key=``: the same
    actor, event, key and request a second time change nothing and get the first entry, with
    ``replayed``; another request under the key raises ``KeyReused`` (409), an unusable key
    ``BadKey`` (422). ``SealingStuck`` (503) is raised while entries cannot be sealed.

    Residents all act as one. An act open to them names with ``key_of`` the keyword that tells them
    apart, so that nobody can press somebody else's button; a key without it is a ``ValueError``.
    """

    def decorate(body: Callable[..., Recorded[T]]) -> Callable[..., Done[T]]:
        _check_signature(event, body)
        if key_of and key_of not in inspect.signature(body).parameters:
            raise TypeError(f"act {event}: key_of names no keyword")

        @wraps(body)
        def run(*, by: Actor, at: datetime, key: str = "", **request: Any) -> Done[T]:
            check_actor(by, at)
            idempotency.check_key(key)
            if event not in REPAIRS:
                waiting.refuse_if_stuck()
            whose = str(request.get(key_of, ""))
            if key and key_of and not whose:
                raise ValueError(f"act {event}: a key needs {key_of}, which tells whose it is")
            return _perform(event, body, may, (key, whose), {"by": by, "at": at}, request)

        ACTS.add(event, ActSpec(event, label, run, may))
        return run

    return decorate
