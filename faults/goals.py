"""What each drill has to show, by code and size; what cannot be shown yet, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

OK, MISSED, SLOW, SKIPPED, PENDING = "达到", "未达到", "偏慢", "跳过", "待办"
NAMES = {"postgresql": "PG", "sqlite": "SQLite"}
Line = dict[str, Any]


@dataclass(frozen=True)
class Goal:
    """One goal: what was due, what was measured, and whether that is enough."""

    code: str
    due: str
    measured: str
    state: str

    @property
    def place(self) -> tuple[bool, int, str]:
        """Return where it stands in the table: G1 to G24, then what has no such number."""
        word = self.code.partition(" ")[0]
        numbered = word[0] == "G" and word[1:].isdigit()
        return not numbered, int(word[1:]) if numbered else 0, self.code


@dataclass(frozen=True)
class Due:
    """The goal of a drill: its words, and of which measure how much in each size."""

    code: str
    words: str
    measure: str = ""
    ci: int = 0
    large: int = 0

    def least(self, size: str) -> int:
        """Return how much is due in a size."""
        return self.large if size == "large" else self.ci


GOALS = {
    "repeats": Due("N8", "重复提交只生效一次"),
    "refused_entries": Due("N6", "写不下台账的操作不留痕迹"),
    "late_commits": Due("N5", "提交乱序，封存与跟随不漏"),
    "one_step": Due("G10", "32 人抢一环节：1 成 31 个 409", "rounds", 1, 100),
    "killed_database": Due("N3", "整库被杀，已确认的不丢"),
    "zombies": Due("G17", "僵尸进程醒来，0 重复效果", "zombies", 10, 200),
    "stale_claim": Due("N11", "看时有主、领时已空：效果恰一次"),
    "dead_follower": Due("N2", "持租约者死亡，自动接手"),
    "deliveries": Due("G7", "一成中断、一成重来，效果恰一次", "deliveries", 1_000, 5_000),
    "clock_jumps": Due("G16", "时钟跳变，顺序、时限不乱", "jumps", 6, 30),
    "proofs": Due("G4", "边写边取证明，0 不符", "proofs", 2_000, 10_000),
    "many_writers": Due("G12", "16 写者同写一个文件，0 次锁死", "seconds", 30, 120),
    "rolled_back": Due("G19", "恢复旧备份：回退被指明，开新纪元"),
    "tampering": Due("G18", "篡改全部以退出码 2 指明所在", "found", 20, 20),
    "syncs": Due("G15", "每次确认 ≥ 1 次落盘", "acts", 20, 20),
    "broken_sealing": Due("G13", "封存的系统调用逐一出错，台账均完好"),
    "broken_backup": Due("G13", "备份的系统调用逐一出错，没有半份备份"),
    "full_data": Due("G14", "数据卷写满：不丢，自行恢复"),
    "full_wal": Due("G14", "日志（WAL）卷写满：不丢，自行恢复"),
    "full_uploads": Due("G14", "照片卷写满：不丢，自行恢复"),
    "full_temp": Due("G14", "临时卷写满：不丢，自行恢复"),
    "full_logs": Due("G14", "运行日志卷写满：照常办事"),
    "bad_neighbour": Due("N12", "64 个描述符、限内存、8×50 MB 上传，照常办事"),
    "deployed": Due("G20", "边写边迁移：0 丢失，写入停顿 ≤ 3 s", "events", 10_000, 100_000),
    "walks": Due("G22", "任意次序走流程，每步合律", "steps", 15_000, 60_000),
}
# What several drills show together: measure, least in the small size, least in the large.
SUMS = {
    "G13": Due("G13", "出错处共计", "points", 40, 300),
    # Of SQLite data and log lie on one volume.
    "G14": Due("G14", "写满的卷共计", "volumes", 2, 9),
}
PENDINGS = {
    "G6": ("公布的数字等于重新计数", "尚无指标，没有可重算的数字"),
    "G11": ("32 人抢 5 个名额恰成 5 个", "尚无名额（停车、预约）"),
    "N13": ("新旧两版程序并行一分钟", "尚无发布过的版本，只演练了迁移（G20）"),
}


def of_drills(lines: Iterable[Line], size: str) -> list[Goal]:
    """Return what each drill met, what some of them met together, and what is not built yet."""
    lines = list(lines)
    sums = [_of_sum(due, lines, size) for due in SUMS.values()] if lines else []
    later = [Goal(code, words, why, PENDING) for code, (words, why) in PENDINGS.items()]
    return [*(_of_drill(line, size) for line in lines), *sums, *later]


def _of_drill(line: Line, size: str) -> Goal:
    due = GOALS[line["drill"]]
    measured = "，".join(f"{key} {value}" for key, value in line["measured"].items())
    broken = "；".join(f"{law}: {words[0][:80]}" for law, words in line["findings"].items())
    enough = line["measured"].get(due.measure, 0) >= due.least(size)
    state = SKIPPED if line["skipped"] else MISSED if broken or not enough else OK
    said = "；".join(filter(None, [line["skipped"], broken, measured])) or "成立"
    return Goal(f"{due.code} {NAMES[line['vendor']]}", _words(due, size), said, state)


def _of_sum(due: Due, lines: list[Line], size: str) -> Goal:
    mine = [line for line in lines if GOALS[line["drill"]].code == due.code]
    done = sum(line["measured"].get(due.measure, 0) for line in mine)
    skipped = [line for line in mine if line["skipped"]]
    state = OK if done >= due.least(size) else SKIPPED if skipped else MISSED
    return Goal(f"{due.code} 合计", _words(due, size), f"{due.measure} {done}", state)


def _words(due: Due, size: str) -> str:
    return f"{due.words}（{due.measure} ≥ {due.least(size)}）" if due.measure else due.words
