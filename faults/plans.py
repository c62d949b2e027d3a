"""Every drill with the laws by which it is judged, and the databases on which it says something."""

from functools import partial

from faults import invariants as law
from faults.calls import broken_backup, broken_sealing, syncs
from faults.deliveries import deliveries
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
from faults.neighbours import bad_neighbour, deployed
from faults.restoring import rolled_back
from faults.tampering import tampering
from faults.volumes import full_volume
from faults.walks import walks

PG, ONE_FILE, BOTH = ("postgresql",), ("sqlite",), ("postgresql", "sqlite")
LARGE = ("large",)
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
    "deliveries": Plan(deliveries, EFFECTS),
    "clock_jumps": Plan(clock_jumps, law.STANDING),
    "proofs": Plan(proofs, (law.i2_ledger,), ONE_FILE),
    "many_writers": Plan(many_writers, law.ALWAYS, ONE_FILE),
    "tampering": Plan(tampering),
    "rolled_back": Plan(rolled_back, (law.i2_ledger, law.i4_steps, law.i5_replay)),
    "syncs": Plan(syncs),
    "broken_sealing": Plan(broken_sealing, SEALED),
    "broken_backup": Plan(broken_backup, (law.i2_ledger,)),
    "full_data": Plan(partial(full_volume, part="data")),
    "full_wal": Plan(partial(full_volume, part="wal"), (), PG, LARGE),
    "full_uploads": Plan(partial(full_volume, part="uploads"), (), BOTH, LARGE),
    "full_temp": Plan(partial(full_volume, part="temp"), (), BOTH, LARGE),
    "full_logs": Plan(partial(full_volume, part="logs"), (), BOTH, LARGE),
    "bad_neighbour": Plan(bad_neighbour),
    "deployed": Plan(deployed),
    "walks": Plan(walks, (), ONE_FILE),
}
