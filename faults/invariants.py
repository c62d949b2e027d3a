"""The laws that hold after whatever happened; each returns what breaks it, in words."""

import json
import runpy
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Q

from faults.models import Effect
from jiceng.kernel.attachments.upkeep import verify as verify_photos
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.hashing import SHA256
from jiceng.kernel.ledger.models import Checkpoint, Entry, Pending, PersonalDatum, Seal
from jiceng.kernel.ledger.receipts import receipt_for
from jiceng.kernel.ledger.signing import signer, verifies
from jiceng.kernel.ledger.verifying import verify
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.workdays.changes import deadline_of
from jiceng.kernel.workdays.models import Clock
from jiceng.systems.grid.management.rebuilding import compare
from jiceng.systems.grid.terms import REPORTED

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = frozenset({200, 302, 400, 403, 404, 409, 413, 422, 429, 503, 507})
# Every so many signatures are checked by the stand-alone script itself, the others by OpenSSL:
# the script's own arithmetic is a hundred times slower and says the same.
BY_SCRIPT = 50


@dataclass
class Told:
    """What the clients know: of each act the last word, and every receipt they were given."""

    words: dict[str, str] = field(default_factory=dict)
    uids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    leaves: dict[str, str] = field(default_factory=dict)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    forgotten: list[str] = field(default_factory=list)  # acknowledged, and refused when repeated


def read_history(lines: Iterable[str]) -> Told:
    """Return what a history file tells. ``fail`` after ``unknown`` stays a definite no: a refusal
    to the same key says that nothing had happened before."""
    told = Told()
    for line in map(json.loads, lines):
        mark, kind = line["mark"], line["kind"]
        if receipt := line.get("receipt"):
            told.receipts.append(receipt)
        if kind == "receipt":
            continue
        if kind != "invoke" and told.words.get(mark) != "ok":
            told.words[mark] = kind
        told.words.setdefault(mark, "unknown")
        if kind == "fail" and line.get("again"):
            told.forgotten.append(mark)
        if status := line.get("status"):
            told.statuses[status] += 1
        if uid := line.get("uid"):
            told.uids[mark].add(uid)
            told.leaves[uid] = line["leaf"]
    return told


def i1_acts(told: Told) -> Iterator[str]:
    """I1: what was acknowledged is there once, as it was; refused never; unknown at most once."""
    there = defaultdict(set)
    for uid, mark in PersonalDatum.objects.filter(value__startswith="op-").values_list(
        "entry_uid", "value"
    ):
        there[mark].add(uid)
    least = {"ok": 1, "fail": 0, "unknown": 0}
    most = {"ok": 1, "fail": 0, "unknown": 1}
    for mark, word in told.words.items():
        found = there.pop(mark, set())
        if not least[word] <= len(found) <= most[word]:
            yield f"{mark} was answered «{word}» and is there {len(found)} times"
        if told.uids[mark] - found:
            yield f"{mark} was acknowledged as {told.uids[mark]} and is {found}"
    for mark in there:
        yield f"{mark} is there, and nobody asked for it"
    for entry in Entry.objects.filter(uid__in=told.leaves).iterator():
        if SHA256.leaf(entry.leaf_bytes()).hex() != told.leaves[entry.uid]:
            yield f"{entry.uid} has another hash than was acknowledged"


def i1_repeats(told: Told) -> Iterator[str]:
    """I1: what was acknowledged is acknowledged again when it is said again."""
    for mark in told.forgotten:
        yield f"{mark} was acknowledged, and refused when it was said again"


def i1_places(told: Told) -> Iterator[str]:
    """I1: no sealed receipt ever moves: epoch, position and hash stay as they were handed out."""
    sealed = {r["entry"]["uid"]: r for r in told.receipts if r["stage"] == "sealed"}
    ids = dict(Entry.objects.filter(uid__in=sealed).values_list("pk", "uid"))
    for seal in Seal.objects.filter(pk__in=ids):
        receipt = sealed.pop(ids[seal.pk])
        now = (seal.epoch, seal.position, bytes(seal.leaf_sha256).hex())
        if now != (receipt["epoch"], receipt["position"], receipt["leaf_sha256"]):
            yield f"{ids[seal.pk]} moved to {now}"
    for uid in sealed:
        yield f"{uid} was sealed and is not any more"


def i2_ledger(told: Told) -> Iterator[str]:
    """I2: everything recomputed from the columns agrees with what was signed and anchored."""
    report = verify()
    for finding in report.findings:
        yield f"{finding.code} {finding.where}"
    if report.exit_code and not report.findings:
        yield f"exit code {report.exit_code}"


def i3_receipts(told: Told) -> Iterator[str]:
    """I3: every receipt handed out, and the one due now for each act, verifies off-line."""
    check, known = offline_checker(), {}
    for receipt in [*told.receipts, *(receipt_for(uid) for uid in told.leaves)]:
        known[json.dumps(receipt, sort_keys=True)] = receipt
    for receipt in known.values():
        if fault := check(receipt):
            yield f"{receipt['entry']['uid']} {receipt['stage']}: {fault}"


def offline_checker() -> Callable[[dict[str, Any]], str]:
    """Return a function that says what the stand-alone script finds wrong with a receipt."""
    script = runpy.run_path(str(ROOT / "tools" / "verify_receipt.py"))
    own, counter, pins = script["ed25519_verifies"], iter(range(10**9)), (signer().public,)

    def quick(public: bytes, signature: bytes, message: bytes) -> bool:
        if next(counter) % BY_SCRIPT == 0:
            return bool(own(public, signature, message))
        return verifies(public, signature, message.decode())

    def check(receipt: dict[str, Any]) -> str:
        try:
            script["check_receipt"](receipt, pins, settings.LEDGER_ORIGIN)
        except script["Fault"] as fault:
            return str(fault.code)
        return ""

    script["check_receipt"].__globals__["ed25519_verifies"] = quick
    return check


def i3_sealed(told: Told) -> Iterator[str]:
    """I3: after a while of peace nothing waits for its seal."""
    waiting = Pending.objects.count()
    if waiting:
        yield f"{waiting} entries wait"
    unsealed = Entry.objects.exclude(pk__in=Seal.objects.values("pk")).count()
    if unsealed:
        yield f"{unsealed} entries have no seal"


def i4_steps(told: Told) -> Iterator[str]:
    """I4: an open case stands in exactly one step, which has a holder; an ended one in none."""
    standing = Case.objects.annotate(
        open=Count("steps", filter=Q(steps__left_at=None)), all=Count("steps")
    )
    for case in standing.iterator():
        if case.open != (case.closed_at is None):
            yield f"{case.number} stands in {case.open} steps"
        if case.all != case.version + (case.closed_at is None):
            yield f"{case.number} counts {case.version} moves and left {case.all} steps"
    for step in CaseStep.objects.open().filter(post=None):
        yield f"step {step.pk} has no holder"


def i5_replay(told: Told) -> Iterator[str]:
    """I5: history alone rebuilds what the tables say of every case."""
    cases = Case.objects.order_by("pk")
    for found in compare(cases.iterator(chunk_size=500)):
        for each in found.differences:
            yield f"{each.number} {each.name}: told {each.told!r}, stored {each.stored!r}"


def i7_effects(told: Told) -> Iterator[str]:
    """I7: every sealed report had its effect exactly once, and nothing else had."""
    ids = Seal.objects.values("pk")
    due = set(Entry.objects.filter(event=REPORTED, pk__in=ids).values_list("uid", flat=True))
    had = Counter(Effect.objects.values_list("entry_uid", flat=True))
    for uid in due - had.keys():
        yield f"{uid} had no effect"
    for uid, times in had.items():
        if times != 1 or uid not in due:
            yield f"{uid} had its effect {times} times"


def i9_photos(told: Told) -> Iterator[str]:
    """I9: no photo without its row, no row without its photo, every hash as it was."""
    found = verify_photos(clock.read())
    yield from (*found.missing, *found.altered, *found.stray)


def i10_answers(told: Told) -> Iterator[str]:
    """I10: only answers that are documented; never 500."""
    for status, times in told.statuses.items():
        if status not in ALLOWED:
            yield f"{times} answers {status}"


def i12_deadlines(told: Told) -> Iterator[str]:
    """I12: every promised day is what calendar and pauses say."""
    for row in Clock.objects.exclude(limit_kind="").prefetch_related("pauses", "extensions"):
        due = deadline_of(row, row.pauses.all(), row.extensions.all())
        if (due.due_at, due.provisional) != (row.due_at, row.provisional):
            yield f"{row.subject}: {row.due_at} is not {due.due_at}"


def sealing_delays() -> list[float]:
    """Return for every sealed entry the seconds until its first checkpoint."""
    points = list(Checkpoint.objects.order_by("epoch", "size").values_list("epoch", "size", "at"))
    at = dict(Entry.objects.values_list("pk", "at"))
    delays, waiting = [], iter(points)
    epoch, size, when = next(waiting, (0, 0, None))
    for seal in Seal.objects.order_by("epoch", "position").iterator():
        while (epoch, size) <= (seal.epoch, seal.position) and when:
            epoch, size, when = next(waiting, (0, 0, None))
        # What was founded carries an instant of yesterday; only what clients did counts.
        if when and seal.epoch == 1 and seal.position >= points[0][1]:
            delays.append((when - at[seal.pk]).total_seconds())
    return sorted(delays)


Invariant = Callable[[Told], Iterator[str]]
ALWAYS: tuple[Invariant, ...] = (
    *(
        i1_acts,
        i1_repeats,
        i1_places,
        i2_ledger,
        i4_steps,
        i5_replay,
        i9_photos,
        i10_answers,
        i12_deadlines,
    ),
)
# After peace: everything is sealed and every follower has read on.
SETTLED: tuple[Invariant, ...] = (*ALWAYS, i3_receipts, i3_sealed, i7_effects)


# Where no client wrote down what it was told.
STANDING: tuple[Invariant, ...] = (i2_ledger, i4_steps, i5_replay, i12_deadlines)


def break_of(laws: Iterable[Invariant], told: Told) -> dict[str, list[str]]:
    """Return what breaks each of the laws, the first few of each; nothing where all hold."""
    found: dict[str, list[str]] = {}
    for law in laws:
        broken = list(law(told))
        if broken:
            name = law.__name__.partition("_")[0].upper()
            found.setdefault(name, []).extend([*broken[:5], f"({len(broken)})"])
    return found
