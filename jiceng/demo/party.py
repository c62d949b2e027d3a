"""The party organisations of the demo zone, and who works for their projects."""

from dataclasses import dataclass
from typing import Literal

from jiceng.demo import zone
from jiceng.demo.grids import branches
from jiceng.kernel.figures.terms import FIGURES_KEEPER
from jiceng.kernel.notices.terms import BOARD_KEEPER
from jiceng.systems.secretary_projects.terms import INSPECTOR, PARTY_OFFICE

Group = Literal["zone", "office", "park", "street", "community", "village"]
ZONE = zone.ZONE[0]


@dataclass(frozen=True)
class Organisation:
    """A party organisation: the unit beside which it stands, and the place its projects are of."""

    code: str
    name: str
    beside: str
    place: str
    group: Group


ABOVE = (
    Organisation("340871P01", "经开区党工委", ZONE, "经开区", "zone"),
    Organisation("340871P02", "经开区机关党委", ZONE, "区直机关", "office"),
    Organisation("340871P03", "投资促进局党支部", ZONE, "东部片区", "zone"),
    Organisation("340871P04", "企业服务中心党支部", ZONE, "西部片区", "zone"),
    Organisation("340871P05", "政务服务大厅党支部", ZONE, "政务服务大厅", "office"),
    Organisation("340871P06", "电子信息园联合党支部", ZONE, "电子信息园", "park"),
    Organisation("340871P07", "汽车零部件园联合党支部", ZONE, "汽车零部件园", "park"),
    Organisation("340871P08", "新材料园联合党支部", ZONE, "新材料园", "park"),
    Organisation("340871001P02", "菱北街道机关党支部", "340871001", "菱北街道机关", "office"),
    Organisation("340871100P02", "老峰镇机关党支部", "340871100", "老峰镇机关", "office"),
)
# Posts of the zone: role, name, and how many hold it.
OFFICES = (
    (PARTY_OFFICE.code, "党建办", 2),
    (INSPECTOR.code, "督查员", 8),
    (FIGURES_KEEPER.code, "统计员", 1),
    (BOARD_KEEPER.code, "公开栏管理员", 1),
)


def organisations() -> list[Organisation]:
    """Return every party organisation: those of the zone, then those beside the grids."""
    kinds: dict[str, Group] = {
        place.code: "village" if place.kind == "village" else "community"
        for place in zone.communities()
    }
    beside = [
        Organisation(code, name, unit, name.removesuffix("网格党支部"), kinds.get(unit, "street"))
        for code, name, unit in branches()
    ]
    return [*ABOVE, *beside]
