"""``manage.py ledger``: verify, export, hand out receipts, seal, look, erase, and mend.

Exit codes of ``verify``: 0 intact, 1 could not be decided, 2 tampered.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from jiceng.kernel.base.clock import instant_text, read
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger import receipts
from jiceng.kernel.ledger.entries import OPERATOR, entries_of
from jiceng.kernel.ledger.exporting import export
from jiceng.kernel.ledger.models import Entry, Seal
from jiceng.kernel.ledger.sealing import seal
from jiceng.kernel.ledger.upkeep import erase_personal, open_epoch, rotate_key
from jiceng.kernel.ledger.verifying import verify


def public_key(text: str) -> bytes:
    """Read a public key of 64 hexadecimal digits from the command line."""
    key = bytes.fromhex(text)
    if len(key) != 32:
        raise ValueError(text)
    return key


class Command(BaseCommand):
    """The ledger on the command line."""

    help = "台账：校验、导出、回执、封存、查看、删除个人信息、开启新纪元、更换密钥。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the sub-commands."""
        tasks = parser.add_subparsers(dest="task", required=True)
        task = tasks.add_parser("verify", help="校验全部台账；0 完好，1 无法判定，2 被改动")
        task.add_argument("--anchor", type=Path, help="检查点存证文件，默认为设置中的文件")
        task.add_argument("--public-key", type=public_key, action="append", default=[])
        task.add_argument("--json", action="store_true", help="以 JSON 输出")
        task = tasks.add_parser("export", help="导出全部台账，可脱离本系统校验")
        task.add_argument("-o", "--output", type=Path, required=True, help="文件或目录")
        task = tasks.add_parser("receipt", help="出具一条记录的回执")
        task.add_argument("number", help="办件编号或记录编号")
        task.add_argument("-o", "--output", type=Path, help="回执文件，默认输出到屏幕")
        tasks.add_parser("seal", help="立即封存全部待封存记录")
        task = tasks.add_parser("show", help="查看一个对象的全部记录")
        task.add_argument("subject", help="例如 grid.case:2611240123456")
        task = tasks.add_parser("erase", help="删除一个对象的个人信息，历史仍可校验")
        task.add_argument("subject", help="例如 grid.case:2611240123456")
        task.add_argument("--reason", required=True, help="公开且永久保留的原因，勿写个人信息")
        task = tasks.add_parser("epoch", help="恢复数据后开启新纪元")
        task.add_argument("--reason", required=True, help="公开的原因")
        task = tasks.add_parser("rotate-key", help="更换签名密钥")
        task.add_argument("--lost", action="store_true", help="原密钥已丢失")

    def handle(self, *args: Any, task: str, **options: Any) -> None:
        """Run one task; a refusal ends with its sentence and exit code 1."""
        run = getattr(self, f"do_{task.replace('-', '_')}")
        try:
            run(options)
        except Refusal as refusal:
            raise CommandError(f"{refusal} ({refusal.code})") from refusal

    def do_verify(self, options: dict[str, Any]) -> None:
        """Verify everything; the exit code tells the result."""
        with tqdm(unit="条", disable=None) as bar:
            report = verify(
                anchor=options["anchor"], pinned=options["public_key"], progress=bar.update
            )
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        else:
            for finding in report.findings:
                self.stdout.write(f"{finding.code}: {finding.sentence}")
            for code, count in report.counts.items():
                if count > 1:
                    self.stdout.write(
                        _("%(code)s 共 %(count)s 处") % {"code": code, "count": count}
                    )
            seen = "，".join(f"{name} {count}" for name, count in report.seen.items())
            self.stdout.write(_("已检查：%(seen)s") % {"seen": seen or "0"})
        verdicts = (_("台账完好。"), _("无法判定。"), _("台账被改动。"))
        if report.exit_code:
            raise CommandError(verdicts[report.exit_code], returncode=report.exit_code)
        if not options["json"]:
            self.stdout.write(verdicts[0])

    def do_export(self, options: dict[str, Any]) -> None:
        """Write the export."""
        with tqdm(unit="条", disable=None) as bar:
            path = export(options["output"], read(), bar.update)
        self.stdout.write(str(path))

    def do_receipt(self, options: dict[str, Any]) -> None:
        """Write the receipt of the first entry of a case, or of the entry with a uid."""
        number = options["number"]
        entry = Entry.objects.filter(uid=number).first()
        if entry is None:
            found = Entry.objects.filter(subject__endswith=f":{number}").order_by("pk")
            entry = found.first()
        if entry is None:
            raise receipts.EntryUnknown()
        text = json.dumps(receipts.receipt_for(entry.uid), ensure_ascii=False, indent=2)
        if options["output"] is None:
            self.stdout.write(text)
        else:
            options["output"].write_text(text + "\n", encoding="utf-8")
            self.stdout.write(str(options["output"]))

    def do_seal(self, options: dict[str, Any]) -> None:
        """Seal until nothing waits."""
        last = None
        with tqdm(unit="批", disable=None) as bar:
            while checkpoint := seal(read()):
                last = checkpoint
                bar.update()
        self.stdout.write(str(last) if last else _("没有待封存的记录。"))

    def do_show(self, options: dict[str, Any]) -> None:
        """Print the history of a subject."""
        entries = list(entries_of(options["subject"]))
        if not entries:
            raise receipts.EntryUnknown()
        places = Seal.objects.in_bulk([entry.pk for entry in entries])
        for entry in entries:
            place = places.get(entry.pk, "—")
            self.stdout.write(
                f"{instant_text(entry.at)} {entry.event} {entry.by_title} "
                f"{entry.uid} {place}\n  {entry.payload}"
            )

    def do_erase(self, options: dict[str, Any]) -> None:
        """Erase the personal values of a subject, and every copy of them; say which."""
        done = erase_personal(
            subject=options["subject"], by=OPERATOR, at=read(), reason=options["reason"]
        )
        for field in json.loads(done.entry.payload)["fields"]:
            self.stdout.write(field)
        self.stdout.write(_("已删除，记录编号 %(uid)s。") % {"uid": done.entry.uid})

    def do_epoch(self, options: dict[str, Any]) -> None:
        """Open a new epoch and seal its first leaf."""
        done = open_epoch(reason=options["reason"], by=OPERATOR, at=read())
        seal(read())
        self.stdout.write(_("已开启纪元 %(number)s。") % {"number": done.value})

    def do_rotate_key(self, options: dict[str, Any]) -> None:
        """Change the signing key."""
        row = rotate_key(by=OPERATOR, at=read(), lost=options["lost"])
        self.stdout.write(_("新的公钥：%(key)s") % {"key": bytes(row.public).hex()})
