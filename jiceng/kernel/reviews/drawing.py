"""Which judge sees which candidates: drawn from a published seed. Plain Python."""

import hashlib
from collections.abc import Collection, Mapping, Sequence


def related(path: str, other: str) -> bool:
    """Tell whether one unit is the other, or lies above or below it, by their paths."""
    return path.startswith(other) or other.startswith(path)


def lot(seed: str, judge: str, candidate: str) -> str:
    """Return the lot of a candidate with a judge: SHA-256 of seed, judge and candidate."""
    return hashlib.sha256(f"{seed}|{judge}|{candidate}".encode()).hexdigest()


def draw(
    seed: str,
    judges: Sequence[str],
    candidates: Sequence[str],
    *,
    each: int,
    barred: Collection[tuple[str, str]] = (),
    loads: Mapping[str, int] | None = None,
) -> dict[str, list[str]]:
    """Return for each judge up to ``each`` candidates (0: all), those first whom the fewest see.

    ``barred`` are the pairs that may not be; ``loads`` is how many judges see a candidate already.
    Among equals the lot decides, so that whoever knows the seed can draw again. Where nobody is
    barred no candidate is seen by two judges more than another.
    """
    seen = {candidate: (loads or {}).get(candidate, 0) for candidate in candidates}
    drawn: dict[str, list[str]] = {}
    for judge in judges:
        may = [candidate for candidate in candidates if (judge, candidate) not in barred]
        by_lot = sorted(may, key=lambda candidate: (seen[candidate], lot(seed, judge, candidate)))
        chosen = set(by_lot[:each] if each else may)
        drawn[judge] = [candidate for candidate in candidates if candidate in chosen]
        for candidate in chosen:
            seen[candidate] += 1
    return drawn
