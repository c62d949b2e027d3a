"""Some days of the demo zone: reports that stand at every step, written as acts."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shapely import Point
from shapely.geometry import shape

from jiceng.demo import zone
from jiceng.demo.organisation import Zone, new
from jiceng.demo.photos import draw_photo
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import take_in
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import RESIDENT, Actor
from jiceng.kernel.orgs.service import Capacity, capacities, holders
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.terms import Purpose, Source

PATH = ("judge", "dispatch", "dispose", "verify", "close")


@dataclass(frozen=True)
class Story:
    """One report: what, where, how many hours ago, and what was done about it since."""

    category: str
    community: str
    place: str
    words: str
    hours_ago: float
    moves: tuple[str, ...] = ()
    patrol: bool = False
    phone: bool = False

    @property
    def source(self) -> str:
        """Return who discovered it."""
        if self.patrol:
            return Source.PATROL
        return Source.PHONE if self.phone else Source.RESIDENT


STORIES = (
    Story(
        "C101", "340871001002", "菱湖北路与民生路口东侧", "井盖裂成两半，晚上有人差点踩空。", 1.2
    ),
    Story(
        "E201",
        "340871001002",
        "菱北农贸市场后门",
        "垃圾桶满了，袋子堆到路上。",
        3,
        ("judge",),
        True,
    ),
    Story("C102", "340871001005", "尤林小区南门", "连续三盏路灯不亮。", 20, PATH[:2]),
    Story(
        "C103", "340871001003", "刘纪路公交站旁", "人行道砖松动，老人容易绊倒。", 26, PATH[:2], True
    ),
    Story("E202", "340871001008", "罗冲路下穿桥", "雨后积水过脚踝。", 30, PATH[:3]),
    Story(
        "C104", "340871001013", "龙潭公园西侧", "行道树被风吹歪，压在围栏上。", 50, PATH[:3], True
    ),
    Story("E203", "340871001012", "光彩大市场三号门", "摊位摆到盲道上。", 54, PATH[:4]),
    Story("C101", "340871001010", "天宝路28号门前", "井盖移位，车过就响。", 75, PATH),
    Story("E201", "340871001001", "舒巷口", "装修垃圾堆了两天。", 98, PATH, True),
    Story("E204", "340871001006", "同安路工地", "夜里十一点还在打桩。", 120, PATH),
    Story("C102", "340871100004", "新桥社区服务中心门前", "路灯白天亮、晚上灭。", 5),
    Story("E201", "340871100208", "长山村村口", "秸秆和生活垃圾混在一起。", 9, ("judge",), True),
    Story("C103", "340871100001", "老峰路小学门口", "路沿石断裂。", 33, PATH[:2]),
    Story("E202", "340871100203", "泉河村便民桥", "污水从井口冒出来。", 40, PATH[:3]),
    Story("C104", "340871100210", "新光村文化广场", "缺了三棵行道树。", 145, PATH),
    Story(
        "E203",
        "340871001009",
        "天柱山路早点摊",
        "早点摊占了半条路。",
        28,
        ("judge", "dispatch", "return"),
    ),
    Story(
        "C103",
        "340871001007",
        "晶海路公厕旁",
        "修过的地砖又松了。",
        60,
        ("judge", "dispatch", "dispose", "rework"),
    ),
    Story("E204", "340871001011", "盛塘小区外", "邻居说话声音大。", 22, ("refuse",)),
)


# What officers write with a move. ``judge`` and its like take a note, which most leave empty.
SAID: dict[str, dict[str, Any]] = {
    "refuse": {"reason": "邻里纠纷不在立案范围，已转告社区调解。"},
    "return": {"reason": "此处属执法范围，请改派综合执法队。"},
    "rework": {"reason": "现场仍有两块松动，请重新固定。"},
    "dispatch": {"note": "请按时办结。"},
    "reassign": {"reason": "按职责调整承办单位。"},
    "find_major": {"reason": "涉及面广，需几家单位一起处理。"},
    "study": {
        "participants": "街道负责人、值班员、社区书记、综合执法队",
        "study": "由承办单位牵头，一周内完成，社区配合劝导。",
    },
    "pass_up": {"authority": "penalty", "note": "街道无处罚权，请区级部门处理。"},
    "ask": {"question": "请说明具体在哪个路口、靠近什么。"},
    "consult": {"party": "供电公司", "question": "请确认该处电杆的产权并安排停电检修。"},
    "hear": {"note": "供电公司已派人断电，可以施工。"},
    "ask_extension": {"reason": "需等材料到货，请延期。"},
    "refuse_extension": {"reason": "库存材料足够，请按原期限办理。"},
    "ask_shelving": {"reason": "要等汛期过后才能补植。"},
    "refuse_shelving": {"reason": "具备施工条件，请继续办理。"},
}


class Teller:
    """Tells the stories as acts, each a while after the one before."""

    def __init__(self, founded: Zone, now: datetime) -> None:
        self.zone = founded
        self.now = now
        self.boundaries = zone.cells()

    def tell(self, story: Story, seed: int) -> Case:
        """File the report and make its moves; returns the case."""
        at = self.now - timedelta(hours=story.hours_ago)
        case = self._report(story, at, seed)
        pause = timedelta(hours=story.hours_ago * 0.8 / (len(story.moves) + 1))
        for move in story.moves:
            at += pause
            self._make(case, move, story, at, seed)
        return case

    def _report(self, story: Story, at: datetime, seed: int) -> Case:
        by = self._reporter(story, at)
        claim = new_uid()
        done = actions.report_incident(
            by=by,
            at=at,
            source=story.source,
            category=Category.objects.valid(at).get(code=story.category),
            description=story.words,
            place=story.place,
            point=self._point(story, seed),
            phone="" if story.patrol else _phone(seed),
            photos=[self._photo(story, "before", Purpose.REPORT, by, at, claim, seed)],
            claim=claim,
        )
        return new(done)

    def _reporter(self, story: Story, at: datetime) -> Actor:
        """Return who files it: the reporter, a grid member, or who answers the telephone."""
        if story.patrol:
            return self._acting(story.community, "grid_member", at)
        return self._acting(story.community[:9], "duty_officer", at) if story.phone else RESIDENT

    def _point(self, story: Story, seed: int) -> Place:
        """Return a point of the community, not the same one for every case."""
        boundary = shape(self.boundaries[story.community])
        dice, (west, south, east, north) = random.Random(seed), boundary.bounds
        while True:
            point = Point(dice.uniform(west, east), dice.uniform(south, north))
            if boundary.contains(point):
                return Place(lng=round(point.x, 6), lat=round(point.y, 6))

    def _join(self, case: Case, story: Story, at: datetime, seed: int) -> Case:
        """Let a resident say «me too»."""
        done = actions.join_incident(
            by=RESIDENT,
            at=at,
            source=Source.RESIDENT,
            main=case,
            phone=_phone(seed),
            claim=new_uid(),
        )
        return new(done)

    def _photo(
        self,
        story: Story,
        state: str,
        purpose: str,
        by: Actor,
        at: datetime,
        claim: str,
        seed: int,
    ) -> Attachment:
        picture = draw_photo(story.category, state, seed)
        return take_in(picture, by=by, at=at, purpose=purpose, claim=claim)

    def _acting(self, unit: str, role: str, at: datetime) -> Capacity:
        officer = self.zone.officers[unit, role]
        return next(held for held in capacities(officer, at) if held.role == role)

    def _make(
        self,
        case: Case,
        move: str,
        story: Story,
        at: datetime,
        seed: int,
        words: Mapping[str, Any] | None = None,
    ) -> None:
        step = CaseStep.objects.open().select_related("post__unit").get(case=case)
        if step.post is None:
            raise RuntimeError(f"nobody holds {step.step} of {case} at {step.unit}")
        by = Capacity(holders(step.post, at)[0], step.post)
        actions.MOVES[move](
            by=by,
            at=at,
            number=case.number,
            step_id=step.pk,
            **(self._words(move, story, by, at, seed) if words is None else words),
        )

    def _words(
        self, move: str, story: Story, by: Capacity, at: datetime, seed: int
    ) -> dict[str, Any]:
        if move in ("dispose", "finish"):
            claim = new_uid()
            photo = self._photo(story, "after", Purpose.DISPOSAL, by, at, claim, seed)
            return {"photos": [photo], "claim": claim, "note": "已到场处理完毕。"}
        if move in ("dispatch", "reassign"):
            return {"unit": self._team(story)} | SAID[move]
        if move == "shelve":
            return {"until": at + timedelta(days=30)}
        if move == "split":
            team, other = self._team(story), self._team(story, other=True)
            return {
                "parts": [actions.Part("清理现场。", team), actions.Part("劝导并回访。", other)]
            }
        return SAID.get(move, {})

    def _team(self, story: Story, *, other: bool = False) -> Any:
        """Return the team of the street for such things, or one that is not."""
        teams = [team[0] for team in zone.TEAMS if (story.category in team[2]) != other]
        return self.zone.units[f"{story.community[:9]}{teams[0]}"]


def _phone(seed: int) -> str:
    return f"139{seed % 10_000:04d}{seed * 7 % 10_000:04d}"
