"""Bodies of requests that arrive whole, or not at all."""

from typing import Any

from django.core.handlers.wsgi import LimitedStream
from django.http import HttpRequest


class WholeBody(LimitedStream):
    """The stream of a body, which fails where the line broke before its stated length.

    A server hands on what came before, and a form without its last photo looks like a form without
    photo: it would be filed for somebody who never sees the answer, and will send it again.
    """

    _pos: int

    def read(self, size: int | None = -1, /) -> bytes:
        """Return ``size`` bytes, or all that are left where there are fewer."""
        left = max(0, self.limit - self._pos)
        wanted = left if size is None or size < 0 else min(size, left)
        parts = []
        while wanted:
            parts.append(self._some(super().read(wanted)))
            wanted -= len(parts[-1])
        return b"".join(parts)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return one line."""
        return self._some(super().readline(size)) if self._pos < self.limit and size else b""

    @staticmethod
    def _some(data: bytes) -> bytes:
        if not data:
            raise OSError("the line broke before the body was whole")
        return data


def insist_on_whole(request: HttpRequest) -> None:
    """Let Django read the body of ``request`` through a ``WholeBody``; a broken one is unreadable
    (``UnreadablePostError``, 400)."""
    stream: Any = getattr(request, "_stream", None)
    if isinstance(stream, LimitedStream):
        whole: Any = WholeBody(stream, stream.limit)  # type: ignore[arg-type]
        request._stream = whole
