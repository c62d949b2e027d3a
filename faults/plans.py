"""Every drill with the laws by which it is judged, and the databases on which it says something."""

from faults import invariants as law
from faults.disks import broken_calls, full_disk, syncs
from faults.drills import (
    clock_jumps,
    dead_follower,
    killed_database,
    late_commits,
    many_writers,
    one_step,
    proofs,
    refused_entries,
    repeats,
    stale_claim,
    zombies,
)
from faults.laboratory import Plan
from faults.restoring import rolled_back
from faults.tampering import tampering

PG, ONE_FILE = ("postgresql",), ("sqlite",)
EFFECTS = (law.i2_ledger, law.i7_effects)
SEALED = (law.i2_ledger, law.i3_sealed)

PLANS: dict[str, Plan] = {
    "repeats": Plan(repeats, law.SETTLED),
    "refused_entries": Plan(refused_entries, law.SETTLED, PG),
    "late_commits": Plan(late_commits, law.SETTLED, PG),
    "one_step": Plan(one_step, (law.i4_steps, law.i5_replay)),
    "killed_database": Plan(killed_database, law.ALWAYS, PG),
    "zombies": Plan(zombies, EFFECTS, PG),
    "stale_claim": Plan(stale_claim, EFFECTS, PG),
    "dead_follower": Plan(dead_follower, EFFECTS, PG),
    "clock_jumps": Plan(clock_jumps, law.STANDING),
    "proofs": Plan(proofs, (law.i2_ledger,), ONE_FILE),
    "many_writers": Plan(many_writers, law.ALWAYS, ONE_FILE),
    "tampering": Plan(tampering),
    "rolled_back": Plan(rolled_back, (law.i2_ledger, law.i4_steps, law.i5_replay)),
    "syncs": Plan(syncs),
    "full_disk": Plan(full_disk, (), ONE_FILE),
    "broken_calls": Plan(broken_calls, SEALED, ONE_FILE),
}
