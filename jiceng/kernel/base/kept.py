"""What changes a few times a month and is asked thousands of times an hour, kept in memory."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Token = TypeVar("Token", bound=Hashable)


class Kept(Generic[Token, Key, Value]):
    """Answers by key, each good for one token; ``token`` reads the one that holds now, ``ask``
    answers several keys at once.

    A token that was read a moment ago may be that of another world by now: a transaction of one's
    own changed what is asked, or another one did. What is asked under it is answered, and is kept
    only if the token still holds afterwards.
    """

    def __init__(
        self,
        ask: Callable[[Collection[Key]], Mapping[Key, Value]],
        token: Callable[[], Token],
        most: int = 8192,
    ) -> None:
        self._ask, self._token, self._most = ask, token, most
        self._kept: dict[tuple[Token, Key], Value] = {}

    def many(self, token: Token, keys: Iterable[Key]) -> dict[Key, Value]:
        """Return the answers to ``keys``; those without one are left out."""
        wanted = set(keys)
        kept = self._kept
        found = {key: kept[token, key] for key in wanted if (token, key) in kept}
        missing = wanted - found.keys()
        return {**found, **self._fetch(token, missing)} if missing else found

    def one(self, token: Token, key: Key) -> Value:
        """Return the answer to ``key``; raises ``KeyError`` where there is none."""
        try:
            return self._kept[token, key]
        except KeyError:
            return self._fetch(token, (key,))[key]

    def _fetch(self, token: Token, missing: Collection[Key]) -> Mapping[Key, Value]:
        fresh = self._ask(missing)
        if self._token() == token:
            if len(self._kept) + len(fresh) > self._most:
                # Another thread may be looking: it has the old answers, or asks again.
                self._kept = {}
            self._kept.update({(token, key): value for key, value in fresh.items()})
        return fresh
