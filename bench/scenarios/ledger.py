"""Our ledger on a database: sealing, recomputing all of it, receipts given and judged."""

from typing import Any

from bench.scenarios.opening import lay_tables, open_application

BATCH = 10_000
RECEIPTS = 20
FACTS = {
    "move": "judge",
    "step": "reported",
    "to": [{"step": "judged", "unit": "990000001", "post": "值班员", "due_at": "2026-12-01"}],
    "due_at": "2026-12-07T10:00:00.000000Z",
    "outcome": "",
    "version": 2,
    "words": "现场情况已经查看，周边已设置围挡，夜间有警示灯。",
}


class Player:
    """A batch a call: entries sealed, or all of them verified, or receipts."""

    def __init__(self, options: dict[str, Any]) -> None:
        open_application()
        self.work = options["work"]
        self.unit = getattr(self, f"_{self.work}")
        self.receipts: list[dict[str, Any]] = []

    def prepare(self) -> None:
        """Make the tables and two batches of sealed history."""
        lay_tables()
        self._fill(2)
        while self._seal_once():
            pass

    def ready(self, units: int) -> None:
        """Append what is to be sealed; give out the receipts that are to be judged."""
        if self.work == "seal":
            self._fill(units)
        if self.work == "judge" and not self.receipts:
            self._give()

    def _fill(self, batches: int) -> None:
        from jiceng.kernel.base import clock
        from jiceng.kernel.ledger.service import SYSTEM, NewEntry, append_many

        for _n in range(batches):
            now = clock.read()
            append_many(
                NewEntry("grid.case.judged", f"grid.case:{number:013d}", SYSTEM, now, FACTS)
                for number in range(BATCH)
            )

    def _seal_once(self) -> bool:
        from jiceng.kernel.base import clock
        from jiceng.kernel.ledger import service as ledger

        return ledger.seal(clock.read(), limit=BATCH) is not None

    def _seal(self) -> int:
        if not self._seal_once():
            raise RuntimeError("nothing waits for its seal")
        return BATCH

    def _verify(self) -> int:
        from jiceng.kernel.ledger import service as ledger
        from jiceng.kernel.ledger.models import Seal

        report = ledger.verify()
        if report.exit_code:
            raise RuntimeError(f"not intact: {report.as_dict()}")
        return Seal.objects.count()

    def _give(self) -> int:
        from jiceng.kernel.ledger import service as ledger
        from jiceng.kernel.ledger.models import Entry

        rows = Entry.objects.filter(subject__startswith="grid.case:").order_by("id")
        uids = rows.values_list("uid", flat=True)[: RECEIPTS * 97 : 97]
        self.receipts = [ledger.receipt_for(uid) for uid in uids]
        return len(self.receipts)

    def _judge(self) -> int:
        from jiceng.kernel.base import clock
        from jiceng.kernel.ledger import service as ledger

        now = clock.read()
        verdicts = [ledger.check_receipt(receipt, at=now) for receipt in self.receipts]
        if {verdict.code for verdict in verdicts} != {"sealed_ok"}:
            raise RuntimeError(f"receipts: {verdicts}")
        return len(verdicts)

    def check(self) -> dict[str, Any]:
        """Say how many entries there are; verification is one of the players."""
        from jiceng.kernel.ledger.models import Entry

        return {"note": f"{Entry.objects.count()} entries"}
