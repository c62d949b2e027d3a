"""What speaks against a photo, case by case."""

from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from jiceng.kernel.attachments.rules import (
    NEAR,
    Finding,
    Seen,
    apart,
    far_away,
    no_capture,
    parts_of,
    seen_before,
    telling,
    time_known,
    too_old,
)
from jiceng.kernel.attachments.terms import Doubt
from jiceng.kernel.places.rules import Place
from jiceng.kernel.testing.cast import MONDAY

VIEW = "3a5c96e10f7d2b48"
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
DAY = 24 * HOUR
BRIDGE = Place(117.06, 30.52)
# One degree of latitude is 111.2 km.
METRE = 1 / 111_195.08


def flipped(phash: str, *bits: int) -> str:
    return f"{int(phash, 16) ^ sum(1 << bit for bit in set(bits)):016x}"


@pytest.mark.parametrize(
    ("phash", "expected"),
    [
        pytest.param(VIEW, True, id="a street"),
        pytest.param("0" * 16, False, id="one colour"),
        pytest.param("f" * 16, False, id="bright to dark all over"),
        pytest.param("0000000000000007", False, id="three points on one colour"),
        pytest.param("fffffffffffffff8", False, id="three points on a slope"),
        pytest.param("0808080808080808", False, id="one upright edge"),
        pytest.param("a" * 16, False, id="upright stripes"),
        pytest.param("aa55aa55aa55aa55", False, id="a chessboard"),
        pytest.param("00000000ffffffff", False, id="two halves"),
        pytest.param("0000000000001f3c", True, id="a street under an empty sky"),
        pytest.param("", False, id="no hash"),
        pytest.param("3a5c", False, id="a part of a hash"),
    ],
)
def test_whether_a_hash_tells_pictures_apart(phash: str, expected: bool) -> None:
    assert telling(phash) is expected


@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 63), max_size=NEAR))
def test_near_hashes_share_a_part(number: int, bits: list[int]) -> None:
    phash = f"{number:016x}"
    other = flipped(phash, *bits)
    assert apart(phash, other) == len(set(bits))
    assert any(one == two for one, two in zip(parts_of(phash), parts_of(other), strict=True))
    assert "".join(parts_of(phash)) == phash


def test_a_flat_picture_is_near_to_no_telling_one() -> None:
    for bits in combinations(range(0, 64, 7), NEAR):
        assert not telling(flipped("0" * 16, *bits))


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        pytest.param([], None, id="nothing earlier"),
        pytest.param([flipped(VIEW, 0, 20, 40, 63)], None, id="four bits apart"),
        pytest.param([flipped(VIEW, 0, 20, 63)], ("0", 3), id="three bits apart"),
        pytest.param([VIEW], ("0", 0), id="the same"),
        pytest.param([flipped(VIEW, 5), VIEW], ("1", 0), id="the nearest is named"),
        pytest.param([VIEW, VIEW], ("0", 0), id="of equals the first"),
        pytest.param(["0" * 16], None, id="a flat one"),
    ],
)
def test_seen_before(earlier: list[str], expected: tuple[str, int] | None) -> None:
    photos = [Seen(str(n), f"grid.case:{n}", phash) for n, phash in enumerate(earlier)]
    found = seen_before(VIEW, photos)
    if expected is None:
        assert found is None
        return
    uid, bits = expected
    detail = {"uid": uid, "subject": f"grid.case:{uid}", "bits": bits}
    assert found == Finding(Doubt.SEEN_BEFORE, detail)


@pytest.mark.parametrize("phash", ["0" * 16, "f" * 16, "08" * 8, "0000000000000003"])
def test_a_picture_of_nothing_is_never_seen_before(phash: str) -> None:
    assert seen_before(phash, [Seen("0", "grid.case:0", phash)]) is None


@pytest.mark.parametrize(
    ("north", "limit", "expected"),
    [
        pytest.param(0, {}, None, id="on the spot"),
        pytest.param(199, {}, None, id="within 200 m"),
        pytest.param(202, {}, 202, id="beyond 200 m"),
        pytest.param(-5000, {}, 5000, id="another town"),
        pytest.param(60, {"metres": 50}, 60, id="a narrower limit"),
        pytest.param(900, {"metres": 1000}, None, id="a wider limit"),
    ],
)
def test_far_away(north: float, limit: dict[str, Any], expected: int | None) -> None:
    taken = Place(BRIDGE.lng, BRIDGE.lat + north * METRE)
    found = far_away(taken, BRIDGE, **limit)
    wanted = None if expected is None else Finding(Doubt.FAR_AWAY, {"metres": expected})
    assert found == wanted


def test_no_place_is_not_far_away() -> None:
    assert far_away(None, BRIDGE) is None
    assert far_away(BRIDGE, None) is None


@pytest.mark.parametrize(
    ("taken_at", "since", "uploaded_at", "expected"),
    [
        pytest.param(None, MONDAY, MONDAY, None, id="no time"),
        pytest.param(MONDAY, MONDAY, MONDAY + HOUR, None, id="as the step was entered"),
        pytest.param(MONDAY - SECOND, MONDAY, MONDAY, ("step", 0.0), id="a second before it"),
        pytest.param(MONDAY - 90 * MINUTE, MONDAY, MONDAY, ("step", 1.5), id="before it"),
        pytest.param(MONDAY - 3 * DAY, MONDAY, MONDAY, ("step", 72.0), id="both: the step is said"),
        pytest.param(MONDAY, None, MONDAY + DAY, None, id="a day before the upload"),
        pytest.param(MONDAY, None, MONDAY + DAY + SECOND, ("upload", 24.0), id="and a second"),
        pytest.param(MONDAY, MONDAY, MONDAY + 2 * DAY, ("upload", 48.0), id="in a long step"),
        pytest.param(MONDAY, None, None, None, id="a copy: its upload is not known"),
        pytest.param(MONDAY + HOUR, MONDAY, MONDAY, None, id="a clock that is fast"),
    ],
)
def test_too_old(
    taken_at: datetime | None,
    since: datetime | None,
    uploaded_at: datetime | None,
    expected: tuple[str, float] | None,
) -> None:
    found = too_old(taken_at, since=since, uploaded_at=uploaded_at)
    if expected is None:
        assert found is None
    else:
        assert found == Finding(Doubt.TOO_OLD, {"before": expected[0], "hours": expected[1]})


@pytest.mark.parametrize(
    ("taken_at", "expected"),
    [
        pytest.param(None, None, id="no time"),
        pytest.param(MONDAY - DAY, MONDAY - DAY, id="yesterday"),
        pytest.param(MONDAY, MONDAY, id="now"),
        pytest.param(MONDAY + SECOND, None, id="in the future"),
    ],
)
def test_a_time_that_has_not_come_is_none(
    taken_at: datetime | None, expected: datetime | None
) -> None:
    assert time_known(taken_at, MONDAY) == expected


@pytest.mark.parametrize(
    ("taken_at", "taken", "expected"),
    [
        (None, None, Finding(Doubt.NO_CAPTURE)),
        (MONDAY, None, None),
        (None, BRIDGE, None),
        (MONDAY, BRIDGE, None),
    ],
)
def test_no_capture(
    taken_at: datetime | None, taken: Place | None, expected: Finding | None
) -> None:
    assert no_capture(taken_at, taken) == expected


def test_only_the_missing_capture_is_weak() -> None:
    assert [code for code in Doubt if Finding(code).weak] == [Doubt.NO_CAPTURE]


@pytest.mark.parametrize("code", list(Doubt))
def test_a_finding_says_its_sentence(code: Doubt) -> None:
    with translation.override("zh-hans"):
        assert Finding(code).label == code.label
        assert Finding(code).label
