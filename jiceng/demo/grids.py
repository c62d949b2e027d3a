"""The grids of the demo zone, drawn by acts: three levels, their chiefs and branches, and who of
the part-time members walks which how often. All lines are invented."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import cycle

from shapely import MultiPoint, Point, Polygon, union_all, voronoi_polygons
from shapely.geometry import mapping, shape

from jiceng.demo import zone
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Post, Unit
from jiceng.kernel.orgs.service import holders
from jiceng.kernel.orgs.terms import GRID_MEMBER, UNIT_HEAD
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Cell
from jiceng.systems.grid.terms import Level

Geometry = dict[str, object]
Posts = Mapping[tuple[str, str], Post]
BRANCH = "P01"
NUMERALS = "一二三四"
# Rounds a week: of each member in a compound, and of one member through the whole community.
IN_COMPOUND, IN_COMMUNITY = 5, 2
# Lines that were rounded apart by a tenth of a metre are one line: a metre, in degrees.
SEAM = 0.00001


def branches() -> Iterator[tuple[str, str, str]]:
    """Yield code, name and parent of the party branch beside each street and community."""
    for code, name, _kind in zone.STREETS:
        yield f"{code}{BRANCH}", f"{name}网格党支部", code
    for place in zone.communities():
        yield f"{place.code}{BRANCH}", f"{place.short_name}网格党支部", place.code


def street_outline(boundaries: Mapping[str, Geometry], street: str) -> Geometry:
    """Return the polygon of all communities of a street, without the seams between them."""
    parts = [shape(geometry) for code, geometry in boundaries.items() if code.startswith(street)]
    whole = union_all([part.buffer(SEAM, join_style="mitre") for part in parts])
    return _written(Polygon(whole.buffer(-SEAM, join_style="mitre").exterior))


def compounds(code: str, boundary: Geometry) -> list[Geometry]:
    """Return two to four polygons into which a community is cut, the same ones at every run."""
    dice = random.Random(int(code))
    whole: Polygon = shape(boundary)
    seeds = _spread(dice, whole, dice.choice((2, 3, 3, 4)))
    pieces = voronoi_polygons(MultiPoint(seeds), extend_to=whole).geoms
    cut = sorted(
        (piece.intersection(whole) for piece in pieces), key=lambda piece: piece.centroid.x
    )
    return [_written(piece) for piece in cut]


def _spread(dice: random.Random, whole: Polygon, count: int) -> list[Point]:
    """Return points that keep their distance, so that no compound is a sliver."""
    west, south, east, north = whole.bounds
    distance, points = (east - west) / 2, list[Point]()
    while len(points) < count:
        point = Point(dice.uniform(west, east), dice.uniform(south, north))
        if whole.contains(point) and all(point.distance(other) > distance for other in points):
            points.append(point)
        distance *= 0.99
    return points


def _written(piece: Polygon) -> Geometry:
    """Return the polygon with six decimals, a tenth of a metre."""
    ring = [[round(x, 6), round(y, 6)] for x, y in mapping(piece)["coordinates"][0]]
    return {"type": "Polygon", "coordinates": [ring]}


class Surveyor:
    """Draws the grids and plans the patrols, each by an act of the system at one instant."""

    def __init__(self, units: Mapping[str, Unit], posts: Posts, at: datetime) -> None:
        self.units, self.posts, self.at = units, posts, at

    def draw(self) -> None:
        """Draw all grids, those above before those below."""
        boundaries = zone.cells()
        for street, street_name, _kind in zone.STREETS:
            outline = street_outline(boundaries, street)
            above = self._cell(f"{street}000001", f"{street_name}网格", street, outline, None)
            for place in zone.communities():
                if place.street == street:
                    self._community(place, boundaries[place.code], above)

    def _community(self, place: zone.Community, boundary: Geometry, street: Cell) -> None:
        name = f"{place.short_name}第一网格"
        cell = self._cell(f"{place.code}001", name, place.code, boundary, street)
        word = "村组网格" if place.kind == "village" else "小区网格"
        pieces = compounds(place.code, boundary)
        drawn = [
            self._cell(
                f"{place.code}001{number + 1:02d}",
                f"{place.short_name}{NUMERALS[number]}号{word}",
                place.code,
                piece,
                cell,
            )
            for number, piece in enumerate(pieces)
        ]
        self._plan(place, cell, drawn)

    def _cell(
        self, code: str, name: str, unit: str, boundary: Geometry, parent: Cell | None
    ) -> Cell:
        done = actions.draw_cell(
            by=SYSTEM,
            at=self.at,
            code=code,
            name=name,
            unit=self.units[unit],
            boundary=boundary,
            level=parent.level + 1 if parent else Level.STREET,
            parent=parent,
            chief=self.posts[unit, UNIT_HEAD.code],
            branch=self.units[f"{unit}{BRANCH}"],
        )
        if done.value is None:
            raise RuntimeError("the demo zone is drawn once")
        return done.value

    def _plan(self, place: zone.Community, community: Cell, cells: list[Cell]) -> None:
        """Give each member a compound in turn, and the first the whole community besides."""
        members = holders(self.posts[place.code, GRID_MEMBER.code], self.at)
        walks = [(cell, member, IN_COMPOUND) for cell, member in zip(cycle(cells), members)]
        for cell, member, rounds in [*walks, (community, members[0], IN_COMMUNITY)]:
            actions.plan_patrol(
                by=SYSTEM, at=self.at, cell=cell, member=member, rounds_a_week=rounds
            )
