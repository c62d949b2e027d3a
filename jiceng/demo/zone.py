"""The demo zone: the divisions of one real development zone, everything else invented.

Names and codes of streets, communities and villages are the statistical divisions of mid-2023.
Cells are drawn here: no official boundary of the communities is public.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from shapely import MultiPoint, Point, Polygon, voronoi_polygons
from shapely.geometry import mapping

ZONE = ("340871", "安徽安庆经济开发区", "经开区")
STREETS = (("340871001", "菱北街道", "street"), ("340871100", "老峰镇", "town"))

# Three digits of the code, then the name; 社区 unless it says 村.
PLACES = {
    "340871001": "001舒巷 002菱北 003刘纪 004乌岭 005尤林 006同安 007晶海 008罗冲 009天柱 010天宝 "
    "011盛塘 012光彩 013龙潭",
    "340871100": "001老峰 002新丰 003山湖 004新桥 203泉河村 204金星村 205段山村 208长山村 "
    "209广丰村 210新光村 211和平村 212秦潭村 214新建村 215元桥村",
}

# Units that handle, under each street: code suffix, name, what the demo sends there.
TEAMS = (
    ("H01", "市政设施养护队", ("C101", "C102", "C103")),
    ("H02", "环境卫生管理站", ("E201", "E202")),
    ("H03", "综合执法队", ("E203", "E204", "E205", "E301")),
    ("H04", "园林绿化养护队", ("C104",)),
)

# Outline of the zone in degrees: drawn for the demo, close to where the zone lies.
OUTLINE = Polygon(
    [
        (117.048, 30.520),
        (117.072, 30.511),
        (117.101, 30.515),
        (117.128, 30.524),
        (117.151, 30.545),
        (117.158, 30.571),
        (117.143, 30.592),
        (117.113, 30.598),
        (117.086, 30.588),
        (117.061, 30.572),
        (117.046, 30.548),
    ]
)

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "安平和宁清文礼義诚信明亮晴岚川舟禾麦棠柏松竹兰菊莲荷青云霞露雪梅".replace("義", "怡")


@dataclass(frozen=True)
class Community:
    """A community or village of the zone."""

    code: str
    name: str
    short_name: str
    kind: str
    street: str


def communities() -> list[Community]:
    """Return the 17 communities and 10 villages."""
    return [_community(street, word) for street, words in PLACES.items() for word in words.split()]


def _community(street: str, word: str) -> Community:
    number, name = word[:3], word[3:]
    if name.endswith("村"):
        return Community(f"{street}{number}", f"{name}委会", name, "village", street)
    return Community(f"{street}{number}", f"{name}居委会", f"{name}社区", "community", street)


def cells() -> dict[str, dict[str, object]]:
    """Return a GeoJSON polygon for each community: the part of the zone nearest to its seed.

    The street lies in the west, the town in the east, as on the ground.
    """
    dice = random.Random(340871)
    inside = _spread(dice, len(communities()))
    west_to_east = sorted(inside, key=lambda point: point.x)
    pieces = voronoi_polygons(MultiPoint(west_to_east), extend_to=OUTLINE).geoms
    clipped = [piece.intersection(OUTLINE) for piece in pieces]
    return {
        community.code: _rounded(next(piece for piece in clipped if piece.contains(seed)))
        for community, seed in zip(communities(), west_to_east, strict=True)
    }


def _spread(dice: random.Random, count: int) -> list[Point]:
    """Return points in the outline that keep their distance, so that no cell is a sliver."""
    west, south, east, north = OUTLINE.bounds
    points: list[Point] = []
    distance = 0.02
    while len(points) < count:
        point = Point(dice.uniform(west, east), dice.uniform(south, north))
        if OUTLINE.contains(point) and all(point.distance(p) > distance for p in points):
            points.append(point)
        distance *= 0.9995
    return points


def _rounded(piece: Polygon) -> dict[str, object]:
    """Return the polygon with six decimals, a tenth of a metre."""
    ring = [[round(x, 6), round(y, 6)] for x, y in mapping(piece)["coordinates"][0]]
    return {"type": "Polygon", "coordinates": [ring]}


def names(seed: int) -> Iterator[str]:
    """Yield invented names without end, the same ones at every run."""
    dice = random.Random(seed)
    while True:
        given = "".join(dice.sample(GIVEN, dice.choice((1, 2, 2))))
        yield dice.choice(SURNAMES) + given


BRANCHES_OF_TRADE = (
    "精密机械",
    "汽车零部件",
    "电子科技",
    "新材料",
    "智能装备",
    "模具制造",
    "包装印刷",
    "生物科技",
    "供应链管理",
    "信息技术",
    "食品加工",
    "纺织服饰",
    "医疗器械",
    "节能环保",
)


def companies(seed: int) -> Iterator[str]:
    """Yield invented names of enterprises without end, none twice, the same ones at every run."""
    dice, taken = random.Random(seed), set[str]()
    while True:
        name = "".join(dice.sample(GIVEN, 2)) + dice.choice(BRANCHES_OF_TRADE)
        if name not in taken:
            taken.add(name)
            yield f"{name}有限公司"
