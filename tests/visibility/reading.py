"""A reader with a browser: asks for pages and notes every number that a page should not name."""

import re
import zlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import reverse

from jiceng.kernel.base.ids import spaced_number
from jiceng.systems.grid.tests.sending import CHANGING
from tests.visibility.town import Town

CASE = re.compile(r'href="/desk/grid/cases/(\d{13})/"')
ANY_CASE = re.compile(r'href="/desk/(?:grid/cases|appeals)/(\d{13})/"')
# A number that nothing has; a uid that no photo has; a step that no case stands in.
NO_NUMBER, NO_UID, NO_STEP = "2603029999990", "0" * 32, 2**40
SHUT = (302, 403, 404)


@dataclass(frozen=True)
class Answer:
    """What a page said, with what it was made of."""

    status: int
    text: str
    location: str
    content: bytes
    context: Any

    @property
    def open(self) -> bool:
        """Tell whether the page is there for this reader."""
        return self.status not in SHUT


def forms_of(number: str) -> tuple[str, ...]:
    """Return how a page may write a number."""
    spaced = spaced_number(number)
    return (
        number,
        spaced,
        *(spaced.replace(" ", sign) for sign in ("\u00a0", "\u2009", "-", "+", "%2B")),
    )


@dataclass
class Reader:
    """Somebody at an instant. ``mine`` are the numbers that the session has opened."""

    town: Town
    client: Client
    mine: frozenset[str] = frozenset()
    posts: frozenset[int] = frozenset()
    seen: frozenset[str] = frozenset()
    appeals: frozenset[str] = frozenset()
    leaks: list[str] = field(default_factory=list)
    asked: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = sorted(self.town.numbers.values())
        self.seen = frozenset(n for n in numbers if self._opens("desk:grid:case", n))
        every = sorted(self.town.known)
        self.appeals = frozenset(n for n in every if self._opens("desk:grid_appeal:case", n))

    def _opens(self, name: str, number: str) -> bool:
        address = reverse(name, args=[number])
        self.asked[address] = self._ask("GET", address, None)
        return self.asked[address].status == 200

    @property
    def may_know(self) -> frozenset[str]:
        """Return every number that any page may name to this reader."""
        return self.seen | self.appeals | self.mine

    def share(self, numbers: Iterable[str]) -> list[str]:
        """Return a third of what opens, another one for another reader, the same in every run: a
        page takes long. What does not open is asked for in full."""
        chosen = sorted(numbers, key=self.name_of)
        turn = zlib.crc32(" ".join(map(self.name_of, chosen)).encode())
        return [number for place, number in enumerate(chosen) if (place + turn) % 3 == 0]

    def get(self, address: str) -> Answer:
        """Ask for a page."""
        return self.ask("GET", address)

    def ask(self, method: str, address: str, data: Any = None) -> Answer:
        """Ask, and note the numbers that the answer names though they open nothing. What was asked
        to find out what opens is read from that answer."""
        kept = self.asked.pop(address, None) if method == "GET" else None
        answer = kept or self._ask(method, address, data)
        # What the reader typed into the address, the answer may repeat.
        for number in self.town.known - self.may_know:
            written = forms_of(number)
            if not any(form in address for form in written) and self._names(answer, written):
                self.leaks.append(f"{address} names {self.name_of(number)}")
        return answer

    def _names(self, answer: Answer, written: tuple[str, ...]) -> bool:
        said = answer.text + answer.location
        return any(form in said for form in written)

    def _ask(self, method: str, address: str, data: Any) -> Answer:
        if method == "GET":
            response: Any = self.client.get(address)
        else:
            response = self.client.post(address, data or {})
        streamed = b"".join(response) if response.streaming else response.content
        deque(response, maxlen=0)
        is_text = "xml" not in response["Content-Type"] or "atom" in response["Content-Type"]
        text = streamed.decode("utf-8", "replace") if is_text else ""
        location = response.get("Location", "")
        return Answer(response.status_code, text, location, streamed, response.context)

    def pages(self, address: str) -> list[Answer]:
        """Return a list to its end, following the links as a person does."""
        found, bare = [], address.partition("?")[0]
        while address:
            answer = self.get(address)
            found.append(answer)
            following = answer.context["next"] if answer.status == 200 else ""
            address = f"{bare}{following}" if following else ""
        return found

    def listed(self, address: str, link: re.Pattern[str] = CASE) -> list[str]:
        """Return the numbers that all pages of a list lead to, in order."""
        return [n for page in self.pages(address) if page.open for n in link.findall(page.text)]

    def name_of(self, number: str) -> str:
        """Return what the town calls a number."""
        names = {number: name for name, number in self.town.numbers.items()}
        return names.get(number, "the appeal" if number == self.town.appeal else number)

    def differ(self, what: str, shown: Any, meant: Any) -> list[str]:
        """Return what is wrong where a surface shows something else than what is meant."""
        if set(shown) == set(meant):
            return []
        more = sorted(self.name_of(n) for n in set(shown) - set(meant))
        less = sorted(self.name_of(n) for n in set(meant) - set(shown))
        return [f"{what}: too many {more}, missing {less}"]


def telling(answer: Answer, *typed: str) -> tuple[int, str, str]:
    """Return what an answer tells, apart from what was typed into its address."""
    said, location = CHANGING.sub("", answer.text), answer.location
    for part in typed:
        for form in forms_of(part) if len(part) == len(NO_NUMBER) else (part,):
            said, location = said.replace(form, ""), location.replace(form, "")
    return answer.status, said, location
