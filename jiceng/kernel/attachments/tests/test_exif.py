"""When and where, as the camera says, whatever it says."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from jiceng.kernel.attachments.exif import read_capture
from jiceng.kernel.attachments.tests.photos import GPS, LAT, LNG, exif


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param({}, datetime(2026, 3, 1, 13, 30, 15, tzinfo=UTC), id="without a zone"),
        pytest.param(
            {"offset": "+09:00"}, datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC), id="Tokyo"
        ),
        pytest.param(
            {"offset": "-03:30"}, datetime(2026, 3, 2, 1, 0, 15, tzinfo=UTC), id="half hours"
        ),
        pytest.param(
            {"offset": "nonsense"}, datetime(2026, 3, 1, 13, 30, 15, tzinfo=UTC), id="no offset"
        ),
        pytest.param({"offset": "+99:99"}, None, id="an offset of days"),
        pytest.param({"taken": "0000:00:00 00:00:00"}, None, id="noughts"),
        pytest.param({"taken": "2026:02:30 10:00:00"}, None, id="30 February"),
        pytest.param({"taken": "2026:03:01 24:00:00"}, None, id="24 o'clock"),
        pytest.param({"taken": "    :  :     :  :  "}, None, id="blanks"),
        pytest.param({"taken": "2026-03-01"}, None, id="another form"),
        pytest.param({"taken": "２０２６:03:01 21:30:15"}, None, id="wide digits"),
        pytest.param({"taken": ""}, None, id="empty"),
        pytest.param(
            {"taken": "2026:03:01 21:30:15\x00"},
            datetime(2026, 3, 1, 13, 30, 15, tzinfo=UTC),
            id="nul behind",
        ),
        pytest.param(
            {"taken": "1988:07:01 12:00:00"},
            datetime(1988, 7, 1, 3, 0, 0, tzinfo=UTC),
            id="summer time of 1988",
        ),
    ],
)
def test_when(tags: dict[str, str], expected: datetime | None) -> None:
    assert read_capture(exif(**tags)).at == expected


@pytest.mark.parametrize(
    ("gps", "expected"),
    [
        pytest.param(GPS, (LAT, LNG), id="north-east"),
        pytest.param(GPS | {1: "S", 3: "W"}, (-LAT, -LNG), id="south-west"),
        pytest.param(GPS | {1: "s\x00"}, (-LAT, LNG), id="small letter"),
        pytest.param(GPS | {2: (0, 0, 0), 4: (0, 0, 0)}, None, id="no fix"),
        pytest.param(GPS | {2: (91, 0, 0)}, None, id="beyond the pole"),
        pytest.param(GPS | {4: (181, 0, 0)}, None, id="beyond the date line"),
        pytest.param(GPS | {2: (-30, 0, 0)}, None, id="negative"),
        pytest.param(GPS | {2: (IFDRational(1, 0), 0, 0)}, None, id="divided by nought"),
        pytest.param(GPS | {2: (30, 31)}, None, id="two parts"),
        pytest.param(GPS | {2: "30.5"}, None, id="text"),
        pytest.param(GPS | {2: None}, None, id="nothing"),
        pytest.param({1: "N", 2: (30, 0, 0)}, None, id="no longitude"),
        pytest.param({}, None, id="empty"),
    ],
)
def test_where(gps: dict[int, Any], expected: tuple[float, float] | None) -> None:
    found = read_capture(exif(gps=gps))
    if expected is None:
        assert (found.lat, found.lng) == (None, None)
    else:
        assert (found.lat, found.lng) == pytest.approx(expected, abs=1e-9)
    assert found.at is not None


WEIRD = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.binary(max_size=30),
    st.floats(),
    st.integers(),
    st.tuples(st.floats(), st.floats(), st.floats()),
    st.tuples(st.integers(), st.integers()),
)


@given(st.dictionaries(st.integers(0, 6), WEIRD), WEIRD, WEIRD)
def test_no_tag_is_too_strange(gps: dict[int, Any], taken: Any, offset: Any) -> None:
    data = Image.Exif()
    data.get_ifd(0x8769).update({0x9003: taken, 0x9011: offset})
    data.get_ifd(0x8825).update(gps)
    found = read_capture(data)
    assert (found.lat is None) == (found.lng is None)
    if found.lat is not None:
        assert -90 <= found.lat <= 90
