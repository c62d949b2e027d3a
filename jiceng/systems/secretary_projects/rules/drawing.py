"""A draw that nobody could foretell and everybody can repeat.

Each candidate has a ticket: the SHA-256 of seed and number. The lowest tickets of a group are
drawn. The hash of the seed is published before, the seed itself afterwards; so the draw was not
chosen, and whoever has the list of candidates comes to the same one.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass


class NotEnough(ValueError):
    """Fewer candidates, or inspectors, than are to be drawn."""


@dataclass(frozen=True)
class Candidate:
    """Who or what may be drawn: its number, its group, and who owns it."""

    number: str
    group: str
    owner: str


def commitment(seed: str) -> str:
    """Return what is published before the draw: it tells nothing, and binds the seed."""
    return hashlib.sha256(seed.encode()).hexdigest()


def fingerprint(candidates: Iterable[Candidate], inspectors: Iterable[str]) -> str:
    """Return the SHA-256 of both lists in canonical JSON."""
    listed = {
        "candidates": [asdict(each) for each in sorted(candidates, key=lambda c: c.number)],
        "inspectors": sorted(inspectors),
    }
    text = json.dumps(listed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def ticket(seed: str, *names: str) -> str:
    """Return the ticket of a name under a seed."""
    return hashlib.sha256(":".join((seed, *names)).encode()).hexdigest()


def draw(seed: str, candidates: Sequence[Candidate], quotas: Mapping[str, int]) -> list[Candidate]:
    """Return the drawn candidates, each group's quota of lowest tickets, in the order of drawing.

    Within a group each is as likely as any other. Raises ``NotEnough``.
    """
    drawn: list[Candidate] = []
    for group in sorted(quotas):
        among = [each for each in candidates if each.group == group]
        if not 0 <= quotas[group] <= len(among):
            raise NotEnough(group)
        among.sort(key=lambda each: ticket(seed, each.number))
        drawn += among[: quotas[group]]
    return drawn


def team_for(seed: str, candidate: Candidate, inspectors: Sequence[str], size: int) -> list[str]:
    """Return who looks at ``candidate``: the lowest tickets among those who do not own it."""
    others = [each for each in inspectors if each != candidate.owner]
    if len(others) < size:
        raise NotEnough(candidate.number)
    return sorted(others, key=lambda each: ticket(seed, candidate.number, each))[:size]
