"""Knocking at the door: what is sent byte by byte, what an answer says, and what it left behind.

The law of every test here: never 500, not one row changed by what was refused, a Chinese sentence
and a stable code.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from django.db import connection
from django.test import Client

# Counts of tries, sessions and the log of sign-ins are the door's own books.
OWN_BOOKS = re.compile(r"django_session|base_attempt|axes_|django_migrations|sqlite_")
CODE = re.compile(r'data-code="([a-z_]+)"|<code>([a-z_]+)</code>')
CHINESE = re.compile(r"[\u4e00-\u9fff]")

Fields = Iterable[tuple[str, bytes]]


def contents() -> dict[str, str]:
    """Return a digest of the rows of every table of the house."""
    digests = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not OWN_BOOKS.match(table):
                cursor.execute(f'SELECT * FROM "{table}"')
                rows = sorted(map(repr, cursor.fetchall()))
                digests[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return digests


@contextmanager
def unchanged(*but: str) -> Iterator[None]:
    """Fail where a table differs afterwards; uploads that wait for their form may be let in."""
    before = contents()
    yield
    after = contents()
    changed = {table for table in after if after[table] != before[table]} - set(but)
    assert not changed, f"rows changed: {sorted(changed)}"


def codes(answer: Any) -> set[str]:
    """Return the stable codes that an answer carries, on its page or in its JSON."""
    if answer["Content-Type"].startswith("application/json"):
        return {answer.json()["code"]}
    return {a or b for a, b in CODE.findall(answer.content.decode())}


def refused(answer: Any, status: int | set[int], code: str = "") -> None:
    """Assert that an answer refuses as it should: status, code, a sentence in Chinese."""
    allowed = {status} if isinstance(status, int) else status
    body = answer.content.decode()
    assert answer.status_code in allowed, f"{answer.status_code} not in {allowed}: {body[:300]}"
    assert CHINESE.search(body)
    found = codes(answer)
    assert found, "no code"
    assert not code or code in found, f"{code} not in {found}"
    assert "Traceback" not in body


def multipart(fields: Fields, files: Iterable[tuple[str, str, bytes]] = ()) -> dict[str, Any]:
    """Return a body of raw bytes as browsers send forms with files."""
    boundary = secrets.token_hex(12).encode()
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (boundary, name.encode(), value)
        for name, value in fields
    ]
    parts += [
        b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n%s\r\n"
        % (boundary, name.encode(), filename.encode("utf-8", "surrogateescape"), data)
        for name, filename, data in files
    ]
    body = b"".join(parts) + b"--%s--\r\n" % boundary
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary.decode()}"}


def escaped(fields: Fields) -> dict[str, Any]:
    """Return a body of percent escapes as browsers send forms without files."""
    pairs = [f"{name}={quote_from_bytes(value)}" for name, value in fields]
    return {"data": "&".join(pairs), "content_type": "application/x-www-form-urlencoded"}


def raw(fields: Fields) -> dict[str, Any]:
    """Return a form body whose values are not escaped at all."""
    pairs = [name.encode() + b"=" + value for name, value in fields]
    return {"data": b"&".join(pairs), "content_type": "application/x-www-form-urlencoded"}


def changed(words: dict[str, str], field: str, value: bytes) -> list[tuple[str, bytes]]:
    """Return the fields of a sound form with one of them replaced."""
    return [(name, value if name == field else text.encode()) for name, text in words.items()]


def ask(client: Client, path: str, query: bytes | str = b"") -> Any:
    """Get a page by a raw query string."""
    text = query if isinstance(query, str) else query.decode("latin-1")
    return client.get(path, QUERY_STRING=text)


def query_of(**words: Any) -> str:
    """Return words as a query string."""
    return urlencode(words, doseq=True)
