"""The pages of the grid: a report from the first tap to the receipt, and whose it is."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installation
from django.test import Client
from PIL import Image

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import check_receipt, personal_of, seal
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import (
    codes,
    desk,
    press,
    send_report,
    telling_of,
    words_of_report,
)

pytestmark = pytest.mark.django_db
SCRIPT = installation.ROOT / "tools" / "verify_receipt.py"


class TestReporting:
    def test_a_report_opens_a_case_and_shows_it(self, client: Client, grid: Grid) -> None:
        case = send_report(client, photos=[scene.upload()])
        shown = client.get(f"/cases/{case.number}/").content.decode()

        assert case.unit == grid.cast.community
        assert case.incident.description in shown
        assert f"{case.number[:6]}" in shown
        assert "已收到上报" in shown
        first = Entry.objects.get(subject=case.subject)
        assert personal_of(first)["phone"] == scene.PHONE
        assert first.by == "resident"

    def test_the_community_can_be_named_instead_of_a_point(
        self, client: Client, grid: Grid
    ) -> None:
        case = send_report(client, point_lat="", point_lng="", unit=grid.cast.village.code)

        assert (case.unit, case.incident.cell) == (grid.cast.village, None)

    @pytest.mark.parametrize(
        ("story", "changes", "code"),
        [
            ("no category", {"category": ""}, "required"),
            ("an unknown category", {"category": "C999"}, "invalid_choice"),
            ("neither point nor unit", {"point_lat": "", "point_lng": ""}, "no_place"),
            ("half a point", {"point_lng": ""}, "half_place"),
            ("swapped", {"point_lat": "117.02", "point_lng": "30.52"}, "swapped"),
            ("at (0, 0)", {"point_lat": "0", "point_lng": "0"}, "out_of_range"),
            ("outside all cells", {"point_lng": str(scene.OUTSIDE.lng)}, "no_place"),
            ("a street as community", {"unit": "990000001"}, "invalid_choice"),
            ("no phone", {"phone": ""}, "required"),
            ("a phone that starts with 12", {"phone": "12800138000"}, "bad_phone"),
            ("too many words", {"description": "井" * 501}, "max_length"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_stored(
        self, client: Client, grid: Grid, story: str, changes: dict[str, str], code: str
    ) -> None:
        before = Entry.objects.count()
        answer = client.post("/report/", words_of_report(**changes))

        assert answer.status_code == 422
        assert code in codes(answer)
        assert not Case.objects.exists()
        assert Entry.objects.count() == before

    def test_the_unit_s_field_says_that_no_cell_lies_there(
        self, client: Client, grid: Grid
    ) -> None:
        answer = client.post("/report/", words_of_report(point_lng=str(scene.OUTSIDE.lng)))

        assert "unit" in answer.context["form"].errors

    def test_photos_survive_a_form_that_comes_back(self, client: Client, grid: Grid) -> None:
        answer = client.post(
            "/report/", words_of_report(phone="", photos=[scene.upload(1), scene.upload(2)])
        )
        kept = [photo.uid for photo in answer.context["kept"]]
        assert len(kept) == 2
        assert all(f'value="{uid}"' in answer.content.decode() for uid in kept)

        case = send_report(client, kept=kept)
        assert set(
            Attachment.objects.filter(subject=case.subject).values_list("uid", flat=True)
        ) == set(kept)

    def test_more_photos_than_six_are_refused_aloud(self, client: Client, grid: Grid) -> None:
        first = client.post(
            "/report/", words_of_report(phone="", photos=[scene.upload(n) for n in range(4)])
        )
        kept = [photo.uid for photo in first.context["kept"]]
        answer = client.post(
            "/report/", words_of_report(kept=kept, photos=[scene.upload(n) for n in range(4, 8)])
        )

        assert answer.status_code == 422
        assert codes(answer) == {"too_many_photos"}
        assert len(answer.context["kept"]) == 6

    def test_a_press_before_the_first_answer_came_is_the_same_report(self, grid: Grid) -> None:
        """Both presses carry the cookie of the form and neither has a session yet."""
        words = words_of_report(key="k" * 32)
        first, second = Client(), Client()
        page = first.get("/report/")
        second.cookies[installation.CSRF_COOKIE_NAME] = page.cookies[
            installation.CSRF_COOKIE_NAME
        ].value
        answers = [
            browser.post("/report/", words | {"photos": [scene.upload()]})
            for browser in (first, second)
        ]

        assert [answer.status_code for answer in answers] == [302, 302]
        assert answers[0]["Location"] == answers[1]["Location"]
        assert Case.objects.count() == 1
        assert second.get(answers[1]["Location"]).status_code == 200

    def test_who_found_out_a_key_sees_nothing(self, client: Client, grid: Grid) -> None:
        case = send_report(client, key="k" * 32)
        thief = Client()
        own = send_report(thief, key="k" * 32)

        assert own != case
        assert thief.get(f"/cases/{case.number}/").status_code == 302

    def test_the_key_of_the_form_is_new_each_time(self, client: Client, grid: Grid) -> None:
        keys = {client.get("/report/").context["key"] for _time in range(3)}

        assert len(keys) == 3
        assert all(len(key) == 32 for key in keys)


class TestTracking:
    def track(self, client: Client, number: str, tail: str, **more: Any) -> Any:
        return client.post("/track/", {"number": number, "phone_tail": tail}, **more)

    def test_number_and_tail_open_the_case(self, client: Client, grid: Grid) -> None:
        case = scene.report(grid)
        answer = self.track(client, case.number, scene.PHONE[-4:])

        assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
        assert client.get(answer["Location"]).status_code == 200

    def test_as_people_type_them(self, client: Client, grid: Grid) -> None:
        case = scene.report(grid)
        wide = str.maketrans("0123456789", "０１２３４５６７８９")
        spaced = f" {case.number[:6]} {case.number[6:9]}-{case.number[9:]} ".translate(wide)

        assert self.track(client, spaced, "８０００").status_code == 302

    @pytest.mark.parametrize("tail", ["8001", "800", "38000", "....", "％％％％", "０００"])
    def test_a_wrong_tail_a_wrong_number_and_an_absent_one_answer_alike(
        self, grid: Grid, tail: str
    ) -> None:
        case = scene.report(grid)
        absent = sending.number_of_no_case(case)
        misread = f"{case.number[:-1]}{(int(case.number[-1]) + 1) % 10}"
        numbers = [case.number, absent, misread]
        told = telling_of([self.track(Client(), number, tail) for number in numbers], numbers)

        assert told[0] == told[1] == told[2]
        assert "编号或手机号后四位不对" in told[0][1]

    def test_the_number_alone_opens_nothing(self, client: Client, grid: Grid) -> None:
        case = scene.report(grid)
        absent = sending.number_of_no_case(case)

        for place in ("", "receipt.json", "photos/" + "0" * 32 + "/"):
            answers = [client.get(f"/cases/{number}/{place}") for number in (case.number, absent)]
            told = telling_of(answers, [case.number, absent])
            assert told[0] == told[1]
            assert answers[0].get("Location", "") == answers[1].get("Location", "").replace(
                absent, case.number
            )

    def test_a_case_without_phone_is_not_tracked(self, client: Client, grid: Grid) -> None:
        case = scene.report(grid, by=grid.cast.li, source="patrol", phone="")

        for tail in ("", "0000", "8000"):
            assert self.track(client, case.number, tail).status_code == 422

    def test_twenty_tries_an_hour_from_one_address(self, client: Client, grid: Grid) -> None:
        case = scene.report(grid)
        numbers = [sending.number_of_no_case(case) for _try in range(21)]
        answers = [self.track(client, number, "0000") for number in numbers]

        assert [answer.status_code for answer in answers] == [422] * 20 + [429]
        assert int(answers[-1]["Retry-After"]) <= 3600
        assert self.track(client, case.number, "8000").status_code == 429
        assert self.track(client, case.number, "8000", REMOTE_ADDR="203.0.113.9").status_code == 302

    def test_ten_tries_an_hour_of_one_number_from_wherever_and_however_spaced(
        self, grid: Grid
    ) -> None:
        number = scene.report(grid).number
        ways = [number, f"{number[:6]} {number[6:]}", f"{number[:6]}-{number[6:]}", f" {number} "]
        answers = [
            self.track(Client(), ways[turn % 4], f"{turn:04d}", REMOTE_ADDR=f"198.51.100.{turn}")
            for turn in range(11)
        ]

        assert [answer.status_code for answer in answers] == [422] * 10 + [429]

    def test_who_mistypes_stops_nobody_else(self, client: Client, grid: Grid) -> None:
        number = scene.report(grid).number
        for turn in range(40):
            self.track(Client(), f"{turn}", "0000", REMOTE_ADDR=f"198.51.100.{turn}")

        assert self.track(client, number, "8000").status_code == 302

    def test_the_number_comes_with_the_link(self, client: Client, grid: Grid) -> None:
        case = scene.report(grid)
        answer = client.get(f"/cases/{case.number}/")

        assert answer["Location"] == f"/track/?number={case.number}"
        assert case.number in client.get(answer["Location"]).content.decode()


class TestStatus:
    @pytest.mark.parametrize(
        ("moves", "says"),
        [
            ((), "已收到上报"),
            (scene.PATH[:1], "已研判"),
            (scene.PATH[:2], "正在处置"),
            (scene.PATH[:3], "等待现场核实"),
            (scene.PATH[:4], "核实通过"),
            (scene.PATH, "已结案"),
            (("refuse",), "不在立案范围。"),
            (scene.SENT_BACK, "重新派遣中"),
        ],
    )
    def test_the_reporter_reads_where_it_stands(
        self, client: Client, grid: Grid, moves: tuple[str, ...], says: str
    ) -> None:
        case = scene.walk(grid, send_report(client), moves, at=clock.read())

        assert says in client.get(f"/cases/{case.number}/").content.decode()

    def test_no_officer_and_no_words_between_officers_are_shown(
        self, client: Client, grid: Grid
    ) -> None:
        case = send_report(client)
        now = clock.read()
        scene.make(grid, case, "judge", at=now, note="请核查是否重复上报")
        scene.make(grid, case, "dispatch", at=now, note="老王负责")
        scene.make(grid, case, "return", at=now, reason="不归我们管")
        shown = client.get(f"/cases/{case.number}/").content.decode()

        for word in ("请核查是否重复", "老王", "不归我们管", "王小值", "钱小处", scene.PHONE):
            assert word not in shown


class TestReceipts:
    def test_it_verifies_here_and_without_us(
        self, client: Client, grid: Grid, tmp_path: Path
    ) -> None:
        case = send_report(client)
        for stage in ("accepted", "sealed"):
            if stage == "sealed":
                while seal(clock.read()):
                    pass
            answer = client.get(f"/cases/{case.number}/receipt.json")
            file = tmp_path / f"{stage}.json"
            file.write_bytes(answer.content)

            assert answer["Content-Disposition"].startswith("attachment;")
            assert json.loads(answer.content)["stage"] == stage
            verdict = check_receipt(answer.content, at=clock.read())
            assert (verdict.ok, verdict.code) == (True, f"{stage}_ok")
            done = subprocess.run(
                [sys.executable, "-I", str(SCRIPT), str(file)], capture_output=True, check=False
            )
            assert done.returncode == 0, done.stdout.decode()
            assert f"{stage}_ok" in done.stdout.decode()

    def test_a_bent_one_is_found_by_both(self, client: Client, grid: Grid, tmp_path: Path) -> None:
        case = send_report(client)
        document = client.get(f"/cases/{case.number}/receipt.json").json()
        document["entry"]["at"] = document["entry"]["at"].replace("20", "19", 1)
        bent = json.dumps(document).encode()
        (tmp_path / "bent.json").write_bytes(bent)

        assert check_receipt(bent, at=clock.read()).code == "leaf_mismatch"
        done = subprocess.run(
            [sys.executable, "-I", str(SCRIPT), str(tmp_path / "bent.json")],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 2

    def test_the_reporter_can_prove_the_own_words(self, client: Client, grid: Grid) -> None:
        case = send_report(client)
        document = client.get(f"/cases/{case.number}/receipt.json").json()

        opened = {field: each["value"] for field, each in document["opened"].items()}
        assert opened["description"] == scene.WORDS
        assert opened["phone"] == scene.PHONE

    def test_an_officers_copy_holds_no_personal_word(self, client: Client, grid: Grid) -> None:
        case = send_report(client)
        client.force_login(grid.cast.wang.officer)
        text = client.get(f"/desk/grid/cases/{case.number}/receipt.json").content.decode()

        assert "leaf_sha256" in text
        for word in (scene.PHONE, scene.REPORTER, scene.WORDS, scene.CORNER):
            assert word not in text


def got(browser: Client, address: str) -> int:
    """Return the status of an answer; read to its end, a file is closed."""
    answer = browser.get(address)
    assert b"".join(answer) or answer.status_code == 404
    return answer.status_code


class TestPhotos:
    def addresses(self, case: Case, face: str) -> list[str]:
        uids = Attachment.objects.filter(subject=case.subject).values_list("uid", flat=True)
        return [f"{face}/cases/{case.number}/photos/{uid}/" for uid in uids]

    @pytest.fixture
    def case(self, client: Client, grid: Grid) -> Case:
        return send_report(client, photos=[scene.upload()])

    def test_the_reporter_and_the_officers_in_charge_see_it(
        self, client: Client, grid: Grid, case: Case
    ) -> None:
        [mine] = self.addresses(case, "")
        [office] = self.addresses(case, "/desk/grid")

        for browser, address in ((client, mine), (desk(grid.cast.wang), office)):
            for size in ("", "?thumb"):
                answer = browser.get(address + size)
                data = b"".join(answer.streaming_content)
                assert answer.status_code == 200
                assert scene.MAKER.encode() not in data
                assert not Image.open(io.BytesIO(data)).getexif()
                assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
                assert answer["X-Content-Type-Options"] == "nosniff"
                assert "no-store" in answer["Cache-Control"]

    def test_nobody_else_does(self, grid: Grid, case: Case) -> None:
        [mine] = self.addresses(case, "")
        [office] = self.addresses(case, "/desk/grid")

        assert got(Client(), mine) == 404
        assert got(desk(grid.cast.wang), mine) == 404
        assert Client().get(office)["Location"].startswith("/desk/login/")
        assert got(desk(grid.cast.zhao), office) == 404

    def test_a_photo_belongs_to_its_case(self, client: Client, grid: Grid, case: Case) -> None:
        other = send_report(client)
        [address] = self.addresses(case, "")

        assert got(client, address.replace(case.number, other.number)) == 404

    def test_what_the_verifier_saw_is_for_the_office(
        self, client: Client, grid: Grid, case: Case
    ) -> None:
        scene.walk(grid, case, scene.PATH[:3], at=clock.read())
        done = press(desk(grid.cast.sun), case, "verify", photo=scene.upload(3))
        assert done.status_code == 302
        seen = [got(client, address) for address in self.addresses(case, "")]
        office = desk(grid.cast.wang)
        kept = [got(office, address) for address in self.addresses(case, "/desk/grid")]

        assert seen == [200, 200, 404]
        assert kept == [200, 200, 200]


def test_the_cells_are_public_and_say_no_more_than_the_map_needs(
    client: Client, grid: Grid
) -> None:
    answer = client.get("/grid/cells.json")
    features = answer.json()["features"]

    assert {feature["properties"]["name"] for feature in features} == {
        cell.name for cell in grid.cells.values()
    }
    told = {key for feature in features for key in feature["properties"]}
    assert told <= {"code", "name", "unit"}
