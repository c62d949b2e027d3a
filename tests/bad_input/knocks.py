"""The ways to knock: each returns cases of the catalogue from an input and what is expected."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from jiceng.kernel.base.front_door import decode_json
from jiceng.kernel.exports.service import read_table
from jiceng.kernel.procedures.models import Case as Filed
from jiceng.systems.grid.tests import sending
from tests.bad_input.cases import Answer, Case
from tests.bad_input.door import escaped, multipart
from tests.bad_input.surfaces import SURFACES
from tests.bad_input.town import Town

Statuses = int | Iterable[int]
Body = Callable[..., dict[str, Any]]
Bytes = bytes | Callable[[], bytes]


def statuses(given: Statuses) -> frozenset[int]:
    """Return one or several statuses as a set."""
    return frozenset([given]) if isinstance(given, int) else frozenset(given)


def case(story: str, ready: Any, status: Statuses, code: str = "", **more: Any) -> Case:
    """Return a case that makes ready by a function of its own."""
    return Case(story, ready, statuses(status), code, **more)


def shown(value: Any) -> str:
    """Return how a story shows an input: its beginning, and how long it is."""
    whole = repr(value)
    return whole if len(whole) <= 60 else f"{whole[:40]}… ({len(value)})"


def bytes_of(data: Bytes) -> bytes:
    """Return bytes; what is large is made when it is needed."""
    return data() if callable(data) else data


# ---- forms -------------------------------------------------------------------------------------


def typed(
    surface: str,
    name: str,
    value: str | bytes,
    status: Statuses = (),
    code: str = "",
    body: Body = escaped,
    **more: Any,
) -> Case:
    """Return the sound filling of a form with one field replaced."""
    form = SURFACES[surface]
    raw = value.encode() if isinstance(value, str) else value
    story = f"{surface}.{name} {body.__name__} {shown(raw)}"
    return case(
        story, lambda town: form.knock(town, body, name, raw), status or form.refuses, code, **more
    )


def every_field(
    values: Sequence[Any], kinds: Iterable[str], body: Body = escaped
) -> Iterator[Case]:
    """Yield two of the values in every field of these kinds of every form, in turn: each field
    refuses, and each value is met; all fields clean what is typed by the same two rules."""
    fields = [
        (surface, name)
        for surface, form in SURFACES.items()
        for name, kind in form.kinds.items()
        if kind in set(kinds)
    ]
    for place, (surface, name) in enumerate(fields):
        for turn in range(min(2, len(values))):
            yield typed(surface, name, values[(2 * place + turn) % len(values)], body=body)


def unreadable(value: bytes, *, everywhere: bool = False) -> Iterator[Case]:
    """Yield bytes that are no text: refused at the edge in an escaped body, whichever field it
    is, and by their own field in a body with files."""
    for surface, form in SURFACES.items():
        first = next(iter(form.kinds))
        yield typed(surface, first, value, 400)
        if not everywhere:
            yield typed(surface, first, value, body=multipart)
    if everywhere:
        yield from every_field([value], {"line", "text", "free"}, multipart)


def reported(status: Statuses = 422, code: str = "", **words: Any) -> Case:
    """Return a report by a stranger with some words changed."""
    story = "report " + ", ".join(f"{name}={shown(value)}" for name, value in words.items())
    return case(story, lambda town: lambda: _report(words), status, code)


def _report(words: dict[str, Any]) -> Any:
    return Client().post("/report/", sending.words_of_report(**words))


def accepted(check: Callable[[Town, Client, Filed], object], **words: Any) -> Case:
    """Return a report that has to be taken in as it is; ``check`` looks what became of it."""
    browser = Client()

    def look(town: Town, answer: Answer) -> None:
        number = answer.thing["Location"].strip("/").rpartition("/")[2]
        check(town, browser, Filed.objects.get(number=number))

    story = "accepted " + ", ".join(f"{name}={shown(value)}" for name, value in words.items())
    return case(
        story,
        lambda town: lambda: browser.post("/report/", sending.words_of_report(**words)),
        302,
        check=look,
    )


# ---- pages -------------------------------------------------------------------------------------


def got(
    address: str,
    status: Statuses,
    code: str = "",
    who: str = "stranger",
    query: str = "",
    **more: Any,
) -> Case:
    """Return a page asked for by somebody of the town; «{number}» stands for its case."""

    def ready(town: Town) -> Any:
        path = address.replace("{number}", town.case.number)
        client = getattr(town, who)
        return lambda: client.get(path, QUERY_STRING=query)

    return case(f"{who} {address}?{query[:60]}", ready, status, code, **more)


def sent(
    story: str, send: Callable[[Town], Any], status: Statuses, code: str = "", **more: Any
) -> Case:
    """Return a case whose knock needs nothing made ready."""
    return case(story, lambda town: lambda: send(town), status, code, **more)


# ---- doors without a page ----------------------------------------------------------------------


def json_body(body: bytes, status: int, code: str, **more: Any) -> Case:
    """Return a JSON body at the front door, which every JSON body passes."""
    story = f"JSON {shown(body)}"
    return case(story, lambda town: lambda: decode_json(body), status, code, offline=True, **more)


def table(story: str, data: Bytes, code: str, status: int = 422, **more: Any) -> Case:
    """Return a file at the one reader of tables."""

    def ready(town: Town) -> Any:
        content = bytes_of(data)
        return lambda: list(read_table(content, ["编码", "名称"]))

    return case(f"table: {story}", ready, status, code, offline=True, **more)


def called(
    story: str, *words: str, files: dict[str, Bytes] | None = None, status: int = 422, **more: Any
) -> Case:
    """Return a command of the operator; the names of its files stand as words."""

    def ready(town: Town) -> Any:
        contents = {name: bytes_of(data) for name, data in (files or {}).items()}
        return lambda: _called(words, contents)

    return case(f"command: {story}", ready, status, **more)


def _called(words: tuple[str, ...], files: dict[str, bytes]) -> str:
    with TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        named = [str(Path(folder, word)) if word in files else word for word in words]
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            call_command(*named, stdout=out, stderr=out)
        return out.getvalue()


# ---- files -------------------------------------------------------------------------------------


@cache
def _fields() -> list[tuple[str, bytes]]:
    return [(name, str(value).encode()) for name, value in sending.words_of_report().items()]


def photo(
    story: str, name: str, data: Bytes, status: Statuses = 422, code: str = "", **more: Any
) -> Case:
    """Return a report with one file under a name of any bytes."""

    def ready(town: Town) -> Any:
        body = multipart(_fields(), [("photos", name, bytes_of(data))])
        return lambda: Client().post("/report/", **body)

    return case(f"photo: {story}", ready, status, code, **more)


def receipt(document: Bytes, code: str, status: int = 200, *, as_file: bool = True) -> Case:
    """Return a document handed in as a receipt; the page answers with a verdict."""

    def ready(town: Town) -> Any:
        data = bytes_of(document)
        words: dict[str, Any] = (
            {"file": SimpleUploadedFile("receipt.json", data)}
            if as_file
            else {"text": data.decode()}
        )
        return lambda: Client().post("/verify/", words)

    way = "file" if as_file else "text"
    story = f"receipt as {way}: {shown(bytes_of(document))}"
    return case(story, ready, status, code, verdict=status == 200)
