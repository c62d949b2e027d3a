"""What verification can find, each with a stable code and a sentence."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SHOWN = 100  # of each code; the rest is counted

TAMPERED: dict[str, str | Promise] = {
    "guard_missing": _("数据库防改触发器缺失或停用"),
    "row_unreadable": _("数据库中有无法解读的数据"),
    "leaf_mismatch": _("记录内容与封存的哈希值不符"),
    "entry_missing": _("已封存的记录不见了"),
    "position_gap": _("封存位置缺失"),
    "seal_order": _("封存顺序被调换"),
    "root_mismatch": _("重算的根哈希与检查点不符"),
    "signature_bad": _("检查点签名不正确"),
    "key_untrusted": _("检查点由不可信的密钥签名"),
    "key_retired": _("密钥在签名之时无权签名"),
    "origin_mismatch": _("检查点出自另一个台账"),
    "checkpoint_missing": _("树头没有对应的检查点"),
    "beyond_head": _("存在超出树头的封存记录或检查点"),
    "head_differs": _("树头与重算结果不符"),
    "subtree_differs": _("子树哈希与重算结果不符"),
    "epoch_missing": _("封存数据所属的纪元不见了"),
    "epoch_link": _("纪元与其开启记录或上一纪元不衔接"),
    "anchor_differs": _("存证文件中的检查点与数据库不符"),
    "rolled_back": _("数据库少于已存证的检查点，可能被截尾或回退"),
    "unsealed_lost": _("未封存的记录不在待封存队列中"),
    "pending_orphan": _("待封存队列中的记录不见了"),
    "pending_sealed": _("记录既已封存又在待封存队列中"),
    "commitment_mismatch": _("个人信息与记录中的承诺值不符"),
    "personal_missing": _("个人信息未经登记就被删除"),
}
# These leave the question open: something could not be looked at, or is not finished.
OPEN: dict[str, str | Promise] = {
    "database_error": _("数据库无法读取或缺表"),
    "anchor_missing": _("存证文件不存在，无法排除截尾"),
    "anchor_unreadable": _("存证文件无法读取"),
    "key_missing": _("没有可信公钥可供核对，请用 --public-key 指明"),
    "pending_overdue": _("有记录超过时限仍未封存"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where."""

    code: str
    where: Mapping[str, Any]

    @property
    def tampered(self) -> bool:
        """Whether this shows a change of history, or only leaves the question open."""
        return self.code in TAMPERED

    @property
    def sentence(self) -> str:
        """The finding in words, with its place."""
        place = "，".join(f"{name}={value}" for name, value in self.where.items())
        return f"{TAMPERED.get(self.code) or OPEN[self.code]}（{place}）"


@dataclass
class Report:
    """What verification looked at and found."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    def add(self, code: str, **where: Any) -> None:
        """Record a finding; of one code the first hundred are kept and all are counted."""
        if code not in TAMPERED and code not in OPEN:
            raise KeyError(code)
        self.counts[code] += 1
        if self.counts[code] <= SHOWN:
            self.findings.append(Finding(code, where))

    @property
    def exit_code(self) -> int:
        """0 intact, 1 could not be decided, 2 tampered."""
        if any(code in TAMPERED for code in self.counts):
            return 2
        return 1 if self.counts else 0

    def as_dict(self) -> dict[str, Any]:
        """Return the report in JSON types."""
        return {
            "verdict": ("intact", "undecided", "tampered")[self.exit_code],
            "seen": dict(self.seen),
            "counts": dict(self.counts),
            "findings": [
                {"code": item.code, "sentence": item.sentence, "where": dict(item.where)}
                for item in self.findings
            ],
        }
