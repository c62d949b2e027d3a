"""The English catalogue: ``make messages`` updates it, ``make drift`` tests it.

Chinese is the source text of what people read. Babel reads it out of Python, Django turns
templates into something that Babel reads; neither needs the gettext programs.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as extract_messages
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
PAGES = {".html", ".svg", ".txt", ".xml"}
KEYWORDS = {
    **dict.fromkeys(("_", "_t", "_lazy", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
HEADER = "# The English catalogue. The source text is Chinese; see docs/adr/0006.\n#"
MADE = datetime(2026, 1, 1, tzinfo=UTC)  # a date in the header would change with every extraction


def files(root: Path = ROOT) -> Iterator[Path]:
    """Yield the files whose text people read, in order."""
    for path in sorted((root / "jiceng").rglob("*")):
        written = path.suffix == ".py" or ("templates" in path.parts and path.suffix in PAGES)
        if written and not {"tests", "migrations", "testing"} & set(path.parts):
            yield path


def _python(path: Path) -> bytes:
    """Return the text of a file as Python; of a template, the calls that stand for its texts."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Within brackets Python does not mind how a line is indented.
        text = f"({templatize(text, origin=str(path))}\n)"
    return text.encode()


def template(root: Path = ROOT) -> Catalog:
    """Return every source text with the files that it stands in, without translations."""
    found = Catalog(charset="utf-8")
    for path in files(root):
        name = path.relative_to(root).as_posix()
        for _line, text, _comments, context in extract_messages(
            "python", BytesIO(_python(path)), KEYWORDS, options={"encoding": "utf-8"}
        ):
            found.add(text, locations=[(name, 1)], context=context)
    return found


def catalogue(path: Path = CATALOGUE) -> Catalog:
    """Return the catalogue in the file ``path``, an empty one where there is none."""
    if not path.exists():
        return _empty()
    with path.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def _empty() -> Catalog:
    return Catalog(
        locale="en",
        project="Jiceng",
        version="1",
        header_comment=HEADER,
        msgid_bugs_address="see SECURITY.md and CONTRIBUTING.md",
        last_translator="Jiceng",
        language_team="English",
        creation_date=MADE,
        revision_date=MADE,
        fuzzy=False,
    )


def extract(root: Path = ROOT, path: Path = CATALOGUE) -> Catalog:
    """Write the catalogue anew: what is translated stays, what nobody says any more goes."""
    before, fresh = catalogue(path), _empty()
    for message in template(root):
        if message.id:
            old = before.get(message.id, message.context)
            fresh.add(
                message.id,
                old.string if old else None,
                locations=sorted(set(message.locations)),
                flags=message.flags | (old.flags if old else set()),
                context=message.context,
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=0, sort_output=True, include_lineno=False)
    return fresh


def _key(message: Message) -> tuple[str, str]:
    source = message.id if isinstance(message.id, str) else message.id[0]
    return source, message.context or ""


def faults(root: Path = ROOT, path: Path = CATALOGUE) -> list[str]:
    """Return what keeps the catalogue from saying everything in English, a sentence each."""
    said = {_key(message): message for message in template(root) if message.id}
    held = {_key(message): message for message in catalogue(path) if message.id}
    found = [f"missing: {key[0]}" for key in said.keys() - held.keys()]
    found += [f"obsolete: {key[0]}" for key in held.keys() - said.keys()]
    for key in said.keys() & held.keys():
        message = held[key]
        if not message.string or message.fuzzy:
            found.append(f"untranslated: {key[0]}")
        found += [f"placeholders: {key[0]} ({error})" for error in message.check()]
    return sorted(found)


def main(arguments: list[str]) -> int:
    """Run one of the two; 1 where the catalogue is not complete, 2 for unknown words."""
    if arguments == ["extract"]:
        print(f"messages: {len(extract())} in {CATALOGUE.relative_to(ROOT)}")
        return 0
    if arguments != ["check"]:
        print("usage: python -m tools messages extract|check", file=sys.stderr)
        return 2
    found = faults()
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"messages: {len(found)} faults", file=sys.stderr if found else sys.stdout)
    return 1 if found else 0
