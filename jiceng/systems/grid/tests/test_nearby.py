"""What neighbours may read: which cases, which words, and which point on the map."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import main_case
from jiceng.systems.grid import actions, queries
from jiceng.systems.grid.models import Category, Incident
from jiceng.systems.grid.queries import nearby
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import codes

pytestmark = pytest.mark.django_db
FEED = "/grid/cells/990000001001001/feed.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def judged(grid: Grid, **changes: Any) -> Case:
    """Return a case that waits for its dispatch."""
    return scene.walk(grid, scene.report(grid, **changes), ("judge",))


def shown(grid: Grid, **choice: Any) -> list[Case]:
    """Return the cases that neighbours read of, in their order."""
    now = clock.read()
    found = queries.neighbours(now, **choice).cases
    cases = [queries.case_of_ref(one.ref, now) for one in found]
    return [case for case in cases if case is not None]


class TestWhich:
    def test_only_what_is_judged_and_open(self, grid: Grid) -> None:
        scene.report(grid)
        scene.make(grid, scene.report(grid), "refuse")
        scene.walk(grid, scene.report(grid), scene.PATH)
        one = judged(grid)
        sent = scene.walk(grid, scene.report(grid), ("judge", "dispatch"))

        assert shown(grid) == [sent, one]

    def test_one_that_was_merged_is_not_a_second_one(self, grid: Grid) -> None:
        main = judged(grid)
        other = judged(grid)
        given = {"by": scene.holder_of(grid, other), "at": grid.cast.at, "number": other.number}
        actions.merge(**given, case=main.number, step_id=scene.open_step(other).pk)

        assert shown(grid) == [main]

    def test_sensitive_ones_never(self, grid: Grid) -> None:
        case = judged(grid)
        Category.objects.filter(pk=grid.cover.pk).update(sensitive=True)

        assert shown(grid) == []
        assert queries.near_map(clock.read())["features"][0]["properties"]["here"] is False  # type: ignore[index]
        for address in ("/nearby/", "/nearby/cases.json", FEED):
            text = Client().get(address).content.decode()
            assert "井盖" not in text
            assert scene.WORDS not in text
        assert case.closed_at is None

    def test_by_community_by_grid_and_by_place(self, grid: Grid) -> None:
        here = judged(grid)
        there = judged(grid, point=scene.IN_VILLAGE)
        nowhere = judged(grid, point=None, unit=grid.cast.village)
        cast = grid.cast

        assert shown(grid, unit=cast.community) == [here]
        assert shown(grid, unit=cast.village) == [nowhere, there]
        assert shown(grid, cell=grid.cells[cast.village.code]) == [there]
        assert shown(grid, place=scene.IN_COMMUNITY) == [there, here]

    def test_only_the_nearest_grids(self, grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(nearby, "GRIDS_AROUND", 1)
        here = judged(grid)
        judged(grid, point=scene.IN_VILLAGE)

        assert shown(grid, place=scene.IN_COMMUNITY) == [here]

    def test_page_by_page(self, grid: Grid) -> None:
        cases = [judged(grid) for _time in range(5)]
        now, seen, after = clock.read(), [], ""
        for _page in range(3):
            found = queries.neighbours(now, after=after, size=2)
            seen += [queries.case_of_ref(one.ref, now) for one in found.cases]
            after = found.after

        assert (seen, after) == (cases[::-1], "")

    @pytest.mark.parametrize("after", ["x", "-1", "１", "9" * 40, "1e3"])
    def test_a_page_that_is_none_is_the_first(self, grid: Grid, after: str) -> None:
        case = judged(grid)

        assert shown(grid, after=after) == [case]

    @pytest.mark.parametrize("count", [1, 12])
    def test_as_many_queries_for_many_as_for_few(
        self, grid: Grid, count: int, django_assert_max_num_queries: Any, client: Client
    ) -> None:
        for _time in range(count):
            judged(grid)
        client.get("/nearby/")
        with django_assert_max_num_queries(5):
            assert len(client.get("/nearby/").context["cases"]) == count
        with django_assert_max_num_queries(2):
            client.get("/nearby/cases.json")
        with django_assert_max_num_queries(4):
            client.get(FEED)


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("井盖裂了", "井盖裂了"),
            ("找13800138000问", "找138****8000问"),
            ("两\n行", "两 行"),
            ("", ""),
            ("长" * 80, "长" * 80),
            ("长" * 81, "长" * 79 + "…"),
            # masked before it is cut: no half of a number is left over
            ("长" * 74 + "13800138000", "长" * 74 + "138**…"),
            ("身份证11010519491231002X", "身份证110105********002X"),
        ],
    )
    def test_masked_and_short(self, typed: str, told: str) -> None:
        assert nearby.public_words(typed) == told
        assert len(told) <= nearby.MOST_WORDS

    def test_no_door_no_name_no_number(self, grid: Grid, client: Client) -> None:
        case = judged(grid, description="打我电话13800138000")
        addresses = ["/nearby/", "/nearby/?unit=990000001001", "/nearby/cases.json", FEED]
        addresses.append(f"/nearby/{queries.neighbours(clock.read()).cases[0].ref}/join/")
        for address in addresses:
            text = client.get(address).content.decode()
            for secret in (case.number, scene.CORNER, scene.PHONE, scene.REPORTER, "117.02,"):
                assert secret not in text, address

    def test_the_map_shows_the_grid_not_the_door(self, grid: Grid, client: Client) -> None:
        door = Place(117.0011, 30.5013)
        judged(grid, point=door)
        judged(grid, point=scene.IN_COMMUNITY)
        features = client.get("/nearby/cases.json").json()["features"]
        points = [one for one in features if one["geometry"]["type"] == "Point"]

        assert len(features) == 4  # three grids, and one point for both cases
        assert [one["properties"]["count"] for one in points] == [2]
        assert points[0]["geometry"]["coordinates"] == [117.025, 30.525]
        assert points[0]["properties"]["categories"] == ["井盖缺失、移位"]


class TestFeed:
    def test_it_says_what_the_page_says(self, grid: Grid, client: Client) -> None:
        judged(grid, description="找13800138000")
        judged(grid, point=scene.IN_VILLAGE)
        scene.report(grid)
        answer = client.get(FEED)
        root = ElementTree.fromstring(answer.content)
        entries = root.findall(f"{ATOM}entry")

        assert answer["Content-Type"].startswith("application/atom+xml")
        assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
            "井盖缺失、移位 · 等待派遣"
        ]
        assert entries[0].findtext(f"{ATOM}summary") == "找138****8000"
        ids = {entry.findtext(f"{ATOM}id") for entry in entries}
        assert ids == {
            one.findtext(f"{ATOM}id")
            for one in ElementTree.fromstring(client.get(FEED).content).findall(f"{ATOM}entry")
        }
        link = entries[0].find(f"{ATOM}link")
        assert link is not None
        assert client.get(link.attrib["href"].removeprefix("http://testserver")).status_code == 200

    def test_it_is_found_from_the_page(self, grid: Grid, client: Client) -> None:
        page = client.get("/nearby/?unit=990000001001").content.decode()

        assert f'type="application/atom+xml" title="柳岸社区第一网格" href="{FEED}"' in page

    @pytest.mark.parametrize("code", ["1", "x" * 60, "999999999999999", "％"])
    def test_a_grid_that_is_none(self, grid: Grid, client: Client, code: str) -> None:
        assert client.get(f"/grid/cells/{code}/feed.atom").status_code == 404


class TestMeToo:
    def address(self, grid: Grid) -> str:
        return f"/nearby/{queries.neighbours(clock.read()).cases[0].ref}/join/"

    def test_a_case_of_one_s_own(self, grid: Grid, client: Client) -> None:
        main = judged(grid)
        answer = client.post(self.address(grid), {"phone": "13900139000", "description": "也有"})
        case = Case.objects.exclude(pk=main.pk).get()

        assert answer["Location"] == f"/cases/{case.number}/"
        assert client.get(answer["Location"]).status_code == 200
        assert main_case(case) == main
        assert queries.tracked_case(case.number, "9000") == case
        assert shown(grid) == [main]

    def test_without_a_name_where_it_is_allowed(self, grid: Grid, client: Client) -> None:
        judged(grid)
        assert codes(client.post(self.address(grid), {})) == {"required"}
        Category.objects.filter(pk=grid.cover.pk).update(anonymous_allowed=True)
        answer = client.post(self.address(grid), {})
        case = Case.objects.order_by("-pk")[0]

        assert answer.status_code == 302
        assert queries.access_code(case) in client.get(answer["Location"]).content.decode()

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ({"phone": "1"}, "bad_phone"),
            ({"phone": scene.PHONE, "description": "长" * 501}, "max_length"),
            ({"phone": scene.PHONE, "key": "k" * 201}, "bad_key"),
        ],
    )
    def test_bad_input(self, grid: Grid, client: Client, words: dict[str, str], code: str) -> None:
        judged(grid)
        answer = client.post(self.address(grid), words)

        assert answer.status_code == 422
        assert code in codes(answer)
        assert Case.objects.count() == 1

    def test_what_has_ended_meanwhile_is_not_there(self, grid: Grid, client: Client) -> None:
        case = judged(grid)
        address = self.address(grid)
        scene.walk(grid, case, scene.PATH[1:])

        assert client.get(address).status_code == 404
        assert client.post(address, {"phone": scene.PHONE}).status_code == 404
        assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("unit=1", "invalid_choice"),
        ("unit=990000001", "invalid_choice"),
        ("point_lat=1", "half_place"),
        ("point_lat=117&point_lng=30", "swapped"),
        ("point_lat=x&point_lng=y", "invalid"),
        ("point_lat=NaN&point_lng=NaN", "invalid"),
    ],
)
def test_a_choice_that_is_none(grid: Grid, client: Client, query: str, code: str) -> None:
    answer = client.get(f"/nearby/?{query}")

    assert answer.status_code == 422
    assert code in codes(answer)
