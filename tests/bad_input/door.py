"""Knocking at the door: what is sent byte by byte, what an answer says, and what it left behind.

The law of every test here: never 500, not one row changed by what was refused, a Chinese sentence
and a stable code.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from django.db import connection, transaction
from django.test import Client

# Counts of tries, sessions and the log of sign-ins are the door's own books.
OWN_BOOKS = re.compile(r"django_session|base_attempt|axes_|django_migrations|sqlite_")
WRITING = re.compile(r'\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.I)
CODE = re.compile(r'data-code="([a-z_]+)"|<code>([a-z_]+)</code>')
CHINESE = re.compile(r"[\u4e00-\u9fff]")

Fields = Iterable[tuple[str, bytes]]


class Noticed:
    """Notes which tables of the house are written to; put around every statement."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: str, *arguments: Any) -> Any:
        self.tables |= {table for table in WRITING.findall(sql) if not OWN_BOOKS.match(table)}
        return execute(sql, *arguments)


def contents(tables: Iterable[str]) -> dict[str, list[str]]:
    """Return the rows of some tables, in an order of their own."""
    rows = {}
    with connection.cursor() as cursor:
        for table in sorted(set(tables).intersection(connection.introspection.table_names(cursor))):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows


@contextmanager
def taken_back() -> Iterator[set[str]]:
    """Take back whatever is written inside; give the set of the tables whose rows it changed.

    Only tables that were written to are compared, with what they hold once the writing is taken
    back: what writes nothing, as most refusals, costs nothing to watch.
    """
    noticed, changed = Noticed(), set[str]()
    with transaction.atomic():
        with connection.execute_wrapper(noticed):
            yield changed
        after = contents(noticed.tables)
        transaction.set_rollback(True)
    before = contents(noticed.tables)
    changed |= {table for table in after if after[table] != before[table]}


@contextmanager
def unchanged() -> Iterator[None]:
    """Fail where a row of the house differs afterwards."""
    with taken_back() as changed_tables:
        yield
    assert not changed_tables, f"rows changed: {sorted(changed_tables)}"


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
