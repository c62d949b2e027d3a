"""After-photos: what is noted when they are handed in, and who reads what of it."""

import io
import json
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import (
    AlreadyAttached,
    HandedIn,
    hand_in,
    of,
    take_in,
)
from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.orgs.terms import VERIFIER
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import MONDAY, hold, officer, post
from jiceng.systems.grid.actions.photo_checks import Doubts, doubts_about
from jiceng.systems.grid.models import PhotoFinding
from jiceng.systems.grid.queries.photos import Advice, disposal_photos, photo_advice
from jiceng.systems.grid.rules.photos import Stay, in_hand_since, rounded_hours, rounded_metres
from jiceng.systems.grid.terms import Purpose
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import CLAIM, IN_COMMUNITY, IN_OTHER_COMMUNITY, Grid

HOUR = timedelta(hours=1)
# A photo is taken at the place, an hour after the case was given out, and sent an hour later.
TAKEN, SENT = MONDAY + HOUR, MONDAY + 2 * HOUR
A_KILOMETRE_OFF = Place(IN_COMMUNITY.lng, IN_COMMUNITY.lat + 0.009)


class TestRule:
    @pytest.mark.parametrize(
        ("path", "since"),
        [
            pytest.param("reported judged dispatched/dispose disposed", 2, id="straight"),
            pytest.param(
                "dispatched/ask_extension extension_asked/extend dispatched", 0, id="time"
            ),
            pytest.param(
                "dispatched/consult outside/hear dispatched/dispose disposed", 0, id="ask"
            ),
            pytest.param("dispatched/ask_shelving shelving_asked shelved dispatched", 0, id="rest"),
            pytest.param("dispatched/reassign dispatched/dispose", 1, id="handed to another unit"),
            pytest.param("dispatched/return returned/dispatch dispatched", 2, id="sent again"),
            pytest.param("dispatched/dispose disposed/rework dispatched", 2, id="worked again"),
            pytest.param("reported judged", None, id="never given to anybody"),
            pytest.param("", None, id="nothing"),
        ],
    )
    def test_since_when_the_last_unit_had_it(self, path: str, since: int | None) -> None:
        stays = [
            Stay(each.partition("/")[0], each.partition("/")[2], MONDAY + place * HOUR)
            for place, each in enumerate(path.split())
        ]
        expected = None if since is None else MONDAY + since * HOUR
        assert in_hand_since(stays) == expected

    @pytest.mark.parametrize(
        ("metres", "said"),
        [
            (641, ("640", "m")),
            (1999, ("2000", "m")),
            (2000, ("2.0", "km")),
            (12345, ("12.3", "km")),
        ],
    )
    def test_distances_are_round(self, metres: float, said: tuple[str, str]) -> None:
        assert rounded_metres(metres) == said

    @pytest.mark.parametrize(
        ("hours", "said"), [(0.1, (1, "h")), (27, (27, "h")), (48, (2, "d")), (100, (4, "d"))]
    )
    def test_times_are_round(self, hours: float, said: tuple[int, str]) -> None:
        assert rounded_hours(hours) == said

    @given(st.floats(0, 10_000))
    def test_a_time_said_is_never_nought_and_near_the_truth(self, hours: float) -> None:
        value, measure = rounded_hours(hours)
        assert value >= 1
        assert abs(value * (24 if measure == "d" else 1) - max(hours, 1)) <= 12


def picture(
    seed: int, *, place: Place | None = IN_COMMUNITY, taken: datetime | None = TAKEN
) -> SimpleUploadedFile:
    """Return a photo of its own look, with place and time of the camera where they are given."""
    dice = random.Random(seed)
    small = Image.new("L", (9, 9))
    small.putdata([dice.randrange(256) for _n in range(81)])
    exif = Image.Exif()
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = f"{taken.astimezone(SHANGHAI):%Y:%m:%d %H:%M:%S}"
    if place is not None:
        exif.get_ifd(0x8825).update(
            {1: "N", 2: (place.lat, 0.0, 0.0), 3: "E", 4: (place.lng, 0.0, 0.0)}
        )
    out = io.BytesIO()
    small.resize((360, 360), Image.Resampling.BICUBIC).convert("RGB").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("处置后.jpg", out.getvalue(), content_type="image/jpeg")


def dispose(grid: Grid, case: Case, *photos: SimpleUploadedFile, at: datetime = SENT) -> Any:
    """Hand in after-photos with the act, and look at them; return the codes for the entry."""
    by = scene.holder_of(grid, case)
    kept = [
        take_in(photo, by=by, at=at, purpose=Purpose.DISPOSAL, claim=f"{CLAIM}{case.number}")
        for photo in photos
    ]
    claim = f"{CLAIM}{case.number}"
    done = scene.make(grid, case, "dispose", at=at, photos=kept, claim=claim)
    found = json.loads(done.entry.payload)["photo_doubts"]
    return [found.get(photo.uid, []) for photo in kept]


def dispatched(grid: Grid, **changes: Any) -> Case:
    return scene.walk(grid, scene.report(grid, **changes), scene.PATH[:2])


def read(case: Case, reader: Any, at: datetime = SENT) -> list[Advice]:
    photos = list(of(case.subject))
    found = photo_advice(case, photos, reader.officer, at)
    return [each for photo in photos for each in found.get(photo.uid, [])]


@pytest.mark.django_db
class TestNoting:
    def test_a_fresh_photo_from_the_place_says_nothing(self, grid: Grid) -> None:
        case = dispatched(grid)

        assert dispose(grid, case, picture(1)) == [[]]
        assert read(case, grid.cast.sun) == []
        assert not PhotoFinding.objects.exists()

    @pytest.mark.parametrize(
        ("given", "code", "text", "weak"),
        [
            pytest.param(
                {"place": A_KILOMETRE_OFF},
                "far_away",
                "拍摄地点距事件约 1000 米",
                False,
                id="a kilometre away",
            ),
            pytest.param(
                {"place": IN_OTHER_COMMUNITY},
                "far_away",
                "拍摄地点距事件约 10.5 公里",
                False,
                id="another community",
            ),
            pytest.param(
                {"taken": MONDAY - 3 * HOUR},
                "too_old",
                "拍摄于本次处置开始之前约 3 小时",
                False,
                id="of the morning before",
            ),
            pytest.param(
                {"taken": MONDAY - 72 * HOUR},
                "too_old",
                "拍摄于本次处置开始之前约 3 天",
                False,
                id="of last week",
            ),
            pytest.param(
                {"place": None, "taken": None},
                "no_capture",
                "照片未带拍摄时间和地点",
                True,
                id="without EXIF",
            ),
        ],
    )
    def test_each_finding_is_noted_and_read(
        self, grid: Grid, given: dict[str, Any], code: str, text: str, weak: bool
    ) -> None:
        case = dispatched(grid)

        assert dispose(grid, case, picture(1, **given)) == [[code]]
        assert read(case, grid.cast.sun) == [Advice(text, weak)]
        assert PhotoFinding.objects.get().case == case

    def test_without_a_place_of_its_own_no_distance_is_known(self, grid: Grid) -> None:
        case = dispatched(grid, point=None, unit=grid.cast.community)

        assert dispose(grid, case, picture(1, place=A_KILOMETRE_OFF)) == [[]]

    def test_a_photo_sent_long_after_it_was_taken(self, grid: Grid) -> None:
        case = dispatched(grid)

        assert dispose(grid, case, picture(1), at=TAKEN + 30 * HOUR) == [["too_old"]]
        assert [each.text for each in read(case, grid.cast.sun)] == ["拍摄后约 30 小时才上传"]

    def test_work_done_before_more_time_was_given_is_not_old(self, grid: Grid) -> None:
        case = dispatched(grid)
        scene.make(grid, case, "ask_extension", at=MONDAY + HOUR, reason="等配件")
        scene.make(grid, case, "extend", at=MONDAY + 1.5 * HOUR)

        assert dispose(grid, case, picture(1)) == [[]]

    def test_a_photo_used_twice_names_the_earlier_case_to_who_may_know_it(self, grid: Grid) -> None:
        first, second = dispatched(grid), dispatched(grid)
        dispose(grid, first, picture(1))

        assert dispose(grid, second, picture(1)) == [["seen_before"]]
        sun, zhao = grid.cast.sun, grid.cast.zhao
        assert read(second, sun) == [Advice("与另一件更早的照片几乎相同", number=first.number)]
        assert read(second, zhao) == [Advice("与另一件更早的照片几乎相同")]

    def test_who_verifies_one_case_does_not_learn_the_number_of_the_other(self, grid: Grid) -> None:
        point = IN_OTHER_COMMUNITY
        first = scene.report(grid, point=point)
        scene.walk(grid, first, ("judge",))
        scene.make(grid, first, "dispatch", unit=grid.street)
        dispose(grid, first, picture(1, place=point))
        second = dispatched(grid)
        dispose(grid, second, picture(1))
        verifier = hold(officer("2001", "吴小核"), post(grid.cast.community, VERIFIER.code))

        assert read(second, verifier) == [Advice("与另一件更早的照片几乎相同")]

    def test_the_photo_of_the_report_is_no_photo_of_the_work(self, grid: Grid) -> None:
        before = take_in(
            picture(1),
            by=grid.cast.crowd,
            at=MONDAY + HOUR,
            purpose=Purpose.REPORT,
            claim=CLAIM,
        )
        case = dispatched(grid, photos=[before], claim=CLAIM)

        assert dispose(grid, case, picture(1)) == [["seen_before"]]
        assert read(case, grid.cast.sun) == [Advice("与本件更早的照片几乎相同")]

    def test_reworked_the_same_photo_is_old_and_known(self, grid: Grid) -> None:
        case = dispatched(grid)
        dispose(grid, case, picture(1))
        scene.make(grid, case, "rework", at=SENT + HOUR)

        assert dispose(grid, case, picture(1), at=SENT + 2 * HOUR) == [["seen_before", "too_old"]]
        assert [each.text for each in read(case, grid.cast.sun)] == [
            "与本件更早的照片几乎相同",
            "拍摄于本次处置开始之前约 2 小时",
        ]

    def test_a_photo_that_was_handed_in_is_noted_no_second_time(self, grid: Grid) -> None:
        case = dispatched(grid)
        dispose(grid, case, picture(1, place=None, taken=None))
        scene.make(grid, case, "rework", at=SENT + HOUR)
        photos, claim = list(of(case.subject)), f"{CLAIM}{case.number}"
        with pytest.raises(AlreadyAttached):
            scene.make(grid, case, "dispose", at=SENT + HOUR, photos=photos, claim=claim)

        assert scene.open_step(case).step == "dispatched"
        assert PhotoFinding.objects.count() == 1

    def test_a_photo_of_another_session_is_not_there(self, grid: Grid) -> None:
        case = dispatched(grid)
        by = scene.holder_of(grid, case)
        photo = take_in(picture(1), by=by, at=SENT, purpose=Purpose.DISPOSAL, claim=CLAIM)
        with pytest.raises(Absent):
            scene.make(grid, case, "dispose", at=SENT, photos=[photo], claim=f"{CLAIM}x")

        assert scene.open_step(case).step == "dispatched"
        photo.refresh_from_db()
        assert photo.subject == ""

    def test_history_gets_codes_and_no_place(self, grid: Grid) -> None:
        case = dispatched(grid)
        [codes] = dispose(grid, case, picture(1, place=A_KILOMETRE_OFF, taken=MONDAY - HOUR))

        assert codes == ["far_away", "too_old"]


@pytest.mark.django_db
class TestReading:
    def test_the_queries_do_not_grow_with_the_photos(
        self, grid: Grid, django_assert_max_num_queries: Any
    ) -> None:
        first, second = dispatched(grid), dispatched(grid)
        dispose(grid, first, *[picture(seed) for seed in range(1, 7)])
        dispose(grid, second, *[picture(seed, place=A_KILOMETRE_OFF) for seed in range(1, 7)])
        photos = list(of(second.subject))
        read(second, grid.cast.sun)  # who sun is, a process reads once

        for shown in (photos[:1], photos):
            with django_assert_max_num_queries(4):
                found = photo_advice(second, shown, grid.cast.sun.officer, SENT)
            assert list(found) == [photo.uid for photo in shown]
            assert all(len(notes) == 2 for notes in found.values())

    def test_noting_does_not_grow_either(self, grid: Grid, django_assert_num_queries: Any) -> None:
        case = dispatched(grid)
        by = scene.holder_of(grid, case)
        photos = [
            take_in(picture(seed), by=by, at=SENT, purpose=Purpose.DISPOSAL, claim=CLAIM)
            for seed in range(1, 7)
        ]
        for shown in (photos[:1], photos):
            with django_assert_num_queries(2):
                handed = hand_in(shown, subject=case.subject, claim=CLAIM)
                assert doubts_about(case, handed, SENT) == Doubts()
        with django_assert_num_queries(0):
            assert doubts_about(case, HandedIn(), SENT) == Doubts()

    def test_photos_of_the_report_ask_nothing(
        self, grid: Grid, django_assert_num_queries: Any
    ) -> None:
        photo = Attachment(uid="a" * 32, purpose=Purpose.REPORT)
        with django_assert_num_queries(0):
            assert photo_advice(Case(), [photo], grid.cast.sun.officer, SENT) == {}
        assert disposal_photos([photo]) == []

    def test_the_partial_says_it_beside_each_photo(self, grid: Grid) -> None:
        first, second = dispatched(grid), dispatched(grid)
        dispose(grid, first, picture(1))
        dispose(grid, second, picture(1), picture(2), picture(3, place=None, taken=None))
        photos = list(of(second.subject))
        advice = photo_advice(second, photos, grid.cast.sun.officer, SENT)
        html = render_to_string(
            "grid/photo_advice.html", {"photos": photos, "advice": advice, "case": second}
        )

        assert html.count("<figure") == 3
        assert html.count("与另一件更早的照片几乎相同") == 1
        assert f"/desk/grid/cases/{first.number}/" in html
        assert html.count("照片未带拍摄时间和地点") == 1
        assert html.count("不作为认定依据") == 1
        bare = render_to_string("grid/photo_advice.html", {"photos": photos, "case": second})
        assert (bare.count("<figure"), "不作为认定依据" in bare) == (3, False)
