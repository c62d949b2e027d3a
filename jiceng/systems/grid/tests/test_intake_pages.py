"""The pages of intake, as browsers send them."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import main_case
from jiceng.systems.grid import actions, queries, terms
from jiceng.systems.grid.models import Category, Spot
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import codes, desk, send_report, words_of_report

pytestmark = pytest.mark.django_db
REF = re.compile(r'name="same" value="([^"]+)"')


def report_now(grid: Grid) -> Case:
    """File a report today: the pages read the clock, and what is old is not suggested."""
    return scene.report(grid, at=clock.read())


@pytest.fixture
def asked(grid: Grid) -> Grid:
    """Return the scene in which covers within 60 metres may be the same."""
    Category.objects.filter(pk=grid.cover.pk).update(duplicate_radius=60)
    return grid


@pytest.fixture
def unnamed(grid: Grid) -> Grid:
    """Return the scene in which rubbish may be reported without a name."""
    Category.objects.filter(pk=grid.rubbish.pk).update(anonymous_allowed=True)
    grid.rubbish.refresh_from_db()
    return grid


@pytest.fixture
def spot(grid: Grid) -> Spot:
    """Return a poster in the community."""
    place = {"unit": grid.cast.community, "point": scene.IN_COMMUNITY, "name": "柳岸东门"}
    done = actions.set_spot(by=SYSTEM, at=grid.cast.at, code="LA001", **place)
    assert done.value is not None
    return done.value


class TestPosters:
    def test_scanned_and_sent_with_nothing_typed_of_the_place(
        self, client: Client, grid: Grid, spot: Spot
    ) -> None:
        answer = client.get("/s/LA001/")
        assert answer["Location"] == "/report/?spot=LA001"
        shown = client.get(answer["Location"]).content.decode()
        assert "柳岸东门" in shown
        assert 'name="spot" value="LA001"' in shown
        assert 'name="point_lat"' not in shown
        words = words_of_report(spot="LA001", place="")
        del words["point_lat"], words["point_lng"], words["unit"]
        case = Case.objects.get(
            number=client.post("/report/", words)["Location"].strip("/").rpartition("/")[2]
        )

        assert case.incident.spot == spot
        assert (case.unit, case.incident.place) == (grid.cast.community, "柳岸东门")

    @pytest.mark.parametrize("code", ["XX999", "柳岸", "-", "a" * 30, "LA001"])
    def test_a_code_that_is_gone_says_so_and_still_lets_report(
        self, client: Client, grid: Grid, spot: Spot, code: str
    ) -> None:
        actions.retire_spot(by=SYSTEM, at=grid.cast.at, code="LA001")
        answer = client.get(f"/s/{code}/", follow=True)

        assert answer.status_code == 200
        assert "这个码已停用或认不出" in answer.content.decode()
        assert 'name="point_lat"' in answer.content.decode()
        assert send_report(client, spot=code).incident.spot is None

    def test_sent_from_a_poster_that_ended_meanwhile(
        self, client: Client, grid: Grid, spot: Spot
    ) -> None:
        actions.retire_spot(by=SYSTEM, at=grid.cast.at, code="LA001")
        answer = client.post("/report/", words_of_report(spot="LA001", point_lat="", point_lng=""))

        assert (answer.status_code, codes(answer)) == (422, {"no_place"})

    def test_set_up_printed_and_ended_at_the_desk(self, grid: Grid) -> None:
        wang = desk(grid.cast.wang)
        words = {"code": "LA002", "name": "柳岸西门", "unit": grid.cast.community.code}
        words |= {"point_lat": "30.52", "point_lng": "117.02"}
        answer = wang.post("/desk/grid/spots/new/", words)
        assert answer["Location"] == "/desk/grid/spots/LA002/poster/"
        poster = wang.get(answer["Location"]).content.decode()
        assert "<svg" in poster
        assert "http://testserver/s/LA002/" in poster
        assert "柳岸西门" in wang.get("/desk/grid/spots/").content.decode()
        assert wang.post("/desk/grid/spots/LA002/end/").status_code == 302
        assert wang.get("/desk/grid/spots/LA002/poster/").status_code == 404

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"code": "东"}, "bad_spot"),
            ({"code": ""}, "required"),
            ({"code": "a" * 21}, "max_length"),
            ({"name": ""}, "required"),
            ({"unit": "990000002001"}, "invalid_choice"),  # of another street
            ({"unit": ""}, "required"),
            ({"point_lat": "", "point_lng": ""}, "required"),
            ({"point_lat": "117", "point_lng": "30"}, "swapped"),
            ({"datum": "mars"}, "invalid_choice"),
        ],
    )
    def test_bad_input(self, grid: Grid, changes: dict[str, str], code: str) -> None:
        words = {"code": "LA002", "name": "柳岸西门", "unit": grid.cast.community.code}
        words |= {"point_lat": "30.52", "point_lng": "117.02"} | changes
        answer = desk(grid.cast.wang).post("/desk/grid/spots/new/", words)

        assert (answer.status_code, codes(answer)) == (422, {code})
        assert not Spot.objects.exists()

    def test_whose_posters_are_seen(self, grid: Grid, spot: Spot) -> None:
        seen = {
            name: "柳岸东门"
            in desk(getattr(grid.cast, name)).get("/desk/grid/spots/").content.decode()
            for name in ("wang", "zhang", "zhou", "li", "zhao")
        }

        assert seen == {"wang": True, "zhang": True, "zhou": True, "li": True, "zhao": False}
        assert desk(grid.cast.zhao).post("/desk/grid/spots/LA001/end/").status_code == 404
        assert desk(grid.cast.li).post("/desk/grid/spots/LA001/end/").status_code == 403
        assert desk(grid.cast.li).get("/desk/grid/spots/new/").status_code == 403
        assert queries.spot_at("LA001", grid.cast.at) == spot


class TestSuggestion:
    def again(self, client: Client, **changes: Any) -> Any:
        return client.post("/report/", words_of_report(**changes))

    def test_the_form_comes_back_with_photos_and_words(self, client: Client, asked: Grid) -> None:
        first = report_now(asked)
        own = {
            "description": "又一个",
            "phone": "13900139000",
            "reporter_name": "吴",
            "place": "桥下",
        }
        answer = self.again(Client(), photos=[scene.upload()], **own)
        shown = answer.content.decode()

        assert answer.status_code == 422
        assert not answer.context["form"].errors
        assert len(answer.context["kept"]) == 1
        assert "又一个" in shown
        assert "我也遇到（一并办理）" in shown
        assert "不是同一件，仍要上报" in shown
        for secret in (first.number, scene.WORDS, scene.PHONE, scene.REPORTER):
            assert secret not in shown
        assert shown.count(scene.CORNER) == 1  # the example of the field, not what was typed then
        assert Case.objects.count() == 1

    def test_another_one_all_the_same(self, asked: Grid) -> None:
        report_now(asked)
        client = Client()
        kept = [photo.uid for photo in self.again(client, photos=[scene.upload()]).context["kept"]]
        case = send_report(client, same="none", kept=kept)

        assert main_case(case) == case
        assert case.incident.repeats == 2

    def test_the_same_one(self, asked: Grid) -> None:
        main, client = report_now(asked), Client()
        found = self.again(client, photos=[scene.upload()])
        kept = [photo.uid for photo in found.context["kept"]]
        ref = next(ref for ref in REF.findall(found.content.decode()) if ref != "none")
        case = send_report(client, same=ref, kept=kept, phone="13900139000")

        assert main_case(case) == main
        assert case.incident.description == scene.WORDS
        status = client.get(f"/cases/{case.number}/")
        assert status.status_code == 200
        assert client.get(f"/cases/{case.number}/slip/").status_code == 200
        assert client.get(f"/cases/{case.number}/receipt.json").status_code == 200

    @pytest.mark.parametrize("same", ["", "x", "1.x", "yes", "9" * 300])
    def test_an_answer_that_is_none_asks_again(self, asked: Grid, same: str) -> None:
        report_now(asked)

        assert self.again(Client(), same=same).status_code == 422
        assert Case.objects.count() == 1

    def test_enter_in_a_field_neither_joins_nor_files(self, asked: Grid) -> None:
        """The browser presses the first button of the form: it asks once more."""
        report_now(asked)
        shown = self.again(Client()).content.decode()
        form = shown[shown.index('enctype="multipart/form-data"') :]

        assert re.search(r"<button[^>]*>", form).group() == '<button type="submit" hidden>'  # type: ignore[union-attr]

    def test_an_officer_reads_the_number_of_what_the_officer_may_open(self, asked: Grid) -> None:
        case = report_now(asked)
        words = words_of_report()
        shown = {
            name: f"/desk/grid/cases/{case.number}/"
            in desk(getattr(asked.cast, name)).post("/desk/grid/phone/", words).content.decode()
            for name in ("wang", "zhao")
        }

        assert shown == {"wang": True, "zhao": False}

    def test_a_patrol_is_asked_too(self, asked: Grid) -> None:
        report_now(asked)
        answer = desk(asked.cast.li).post("/desk/grid/report/", words_of_report())

        assert answer.status_code == 422
        assert len(answer.context["candidates"]) == 1


class TestUnnamedPages:
    def test_the_code_is_shown_once_and_stands_on_the_slip(
        self, client: Client, unnamed: Grid
    ) -> None:
        case = send_report(client, category="E201", phone="")
        code = queries.access_code(case)
        pages = [client.get(f"/cases/{case.number}/").content.decode() for _time in range(2)]

        assert [code in page for page in pages] == [True, False]
        assert code in client.get(f"/cases/{case.number}/slip/").content.decode()
        other = Client()
        words = {"number": case.number, "phone_tail": code}
        assert other.post("/track/", words)["Location"] == f"/cases/{case.number}/"
        assert code not in other.get(f"/cases/{case.number}/").content.decode()
        assert code not in other.get(f"/cases/{case.number}/slip/").content.decode()
        wang = desk(unnamed.cast.wang)
        assert code not in wang.get(f"/desk/grid/cases/{case.number}/").content.decode()
        assert code not in wang.get(f"/desk/grid/cases/{case.number}/slip/").content.decode()

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"category": "C101", "phone": ""}, "required"),
            ({"category": "E201", "phone": "12800138000"}, "bad_phone"),
            ({"category": "", "phone": ""}, "required"),
        ],
    )
    def test_what_is_refused(
        self, client: Client, unnamed: Grid, changes: dict[str, str], code: str
    ) -> None:
        answer = client.post("/report/", words_of_report(**changes))

        assert answer.status_code == 422
        assert code in codes(answer)
        if changes["category"]:
            assert list(answer.context["form"].errors) == ["phone"]
        assert not Case.objects.exists()

    def test_a_code_has_few_tries(self, client: Client, unnamed: Grid) -> None:
        case = scene.report(unnamed, category=unnamed.rubbish, phone="")
        wrong = f"{(int(queries.access_code(case)) + 1) % 10**6:06d}"
        told = [
            Client(REMOTE_ADDR=f"203.0.113.{n}")
            .post("/track/", {"number": case.number, "phone_tail": wrong})
            .status_code
            for n in range(11)
        ]

        assert told == [422] * 10 + [429]


class TestCalls:
    def test_what_to_tell_the_caller(self, grid: Grid) -> None:
        wang = desk(grid.cast.wang)
        answer = wang.post("/desk/grid/phone/", words_of_report())
        case = Case.objects.get()
        shown = wang.get(answer["Location"]).content.decode()

        assert answer["Location"] == f"/desk/grid/phone/{case.number}/"
        assert "手机号后四位 8000" in shown
        assert scene.PHONE not in shown
        assert Entry.objects.get(subject=case.subject).by == grid.cast.wang.ref
        assert desk(grid.cast.wang).get(answer["Location"]).status_code == 404

    def test_for_another_street_too(self, grid: Grid) -> None:
        place = scene.IN_OTHER_COMMUNITY
        words = words_of_report(point_lat=str(place.lat), point_lng=str(place.lng))
        wang = desk(grid.cast.wang)
        answer = wang.post("/desk/grid/phone/", words, follow=True)

        assert answer.status_code == 200
        assert "打开办件" not in answer.content.decode()

    def test_a_caller_without_a_name_hears_a_code_once(self, unnamed: Grid) -> None:
        wang = desk(unnamed.cast.wang)
        answer = wang.post("/desk/grid/phone/", words_of_report(category="E201", phone=""))
        code = queries.access_code(Case.objects.get())
        shown = [wang.get(answer["Location"]).content.decode() for _time in range(2)]

        assert [code in page for page in shown] == [True, False]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"phone": ""}, "required"),
            ({"phone": "1"}, "bad_phone"),
            ({"category": "C999"}, "invalid_choice"),
            ({"point_lat": "", "point_lng": ""}, "no_place"),
            ({"reporter_name": "名" * 31}, "max_length"),
        ],
    )
    def test_bad_input(self, grid: Grid, changes: dict[str, str], code: str) -> None:
        answer = desk(grid.cast.wang).post("/desk/grid/phone/", words_of_report(**changes))

        assert (answer.status_code, codes(answer)) == (422, {code})
        assert not Case.objects.exists()

    @pytest.mark.parametrize("who", ["li", "zhang", "qian", "zhou"])
    def test_who_does_not_answer(self, grid: Grid, who: str) -> None:
        client = desk(getattr(grid.cast, who))

        assert client.get("/desk/grid/phone/").status_code == 403
        assert client.post("/desk/grid/phone/", words_of_report()).status_code == 403


class Typed(HTMLParser):
    """Finds the controls that a keyboard fills."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: dict[str, dict[str, str | None]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kind = given.get("type", "text")
        if tag == "textarea" or (tag == "input" and kind in ("text", "tel", "number", "search")):
            self.names[given.get("name") or ""] = given


def test_a_patrol_types_nothing(grid: Grid) -> None:
    """A photo, a category, the place by the telephone's position: no field is filled by hand."""
    client = desk(grid.cast.li)
    page = client.get("/desk/grid/report/").content.decode()
    form = page[page.index('enctype="multipart/form-data"') :]
    required = [name for name, given in Typed(form).names.items() if "required" in given]
    assert "data-locate" in form  # the button fills the two coordinates
    words = {"category": "C101", "photos": [scene.upload()], "key": "k" * 32}
    words |= {"point_lat": "30.520000", "point_lng": "117.020000"}
    answer = client.post("/desk/grid/report/", words)

    assert required == []
    assert answer.status_code == 302
    assert Case.objects.get().incident.source == terms.Source.PATROL


@pytest.mark.slow
class TestLimits:
    def post(self, address: str, forwarded: str = "", **more: Any) -> int:
        headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
        return Client(REMOTE_ADDR=address, **headers).post("/report/", {}, **more).status_code

    def test_the_sixty_first_report_of_an_hour(self, grid: Grid) -> None:
        told = [self.post("203.0.113.9", f"198.51.100.{n}") for n in range(61)]

        assert told == [422] * 60 + [429]  # no proxy is trusted: the header is anybody's

    def test_behind_a_proxy_each_client_counts(self, grid: Grid, settings: Any) -> None:
        settings.TRUSTED_PROXIES = 1
        told = [self.post("127.0.0.1", f"10.9.9.{n}, 198.51.100.7") for n in range(61)]

        assert told == [422] * 60 + [429]  # what stands left of the last entry is invented
        assert self.post("127.0.0.1", "198.51.100.8") == 422

    def test_a_household_of_ipv6_is_one(self, grid: Grid) -> None:
        told = [self.post(f"2001:db8:0:1::{n:x}") for n in range(1, 62)]

        assert told == [422] * 60 + [429]
        assert self.post("2001:db8:0:2::1") == 422
