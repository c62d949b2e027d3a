"""What comes in, what becomes of it, and what is refused: nothing remains but the pixels."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from PIL import Image

from jiceng.kernel.attachments import images, service, store
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import take_in
from jiceng.kernel.attachments.terms import MAX_BYTES
from jiceng.kernel.attachments.tests import photos
from jiceng.kernel.attachments.tests.photos import kept, opened, refusal, taken
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.testing.cast import MONDAY

JPEG = photos.encoded(photos.picture())
PNG = photos.encoded(photos.picture(), "PNG")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]


def test_a_photo_is_kept_as_two_jpegs_and_a_row() -> None:
    data = photos.encoded(photos.picture(3000, 2000))
    row = taken(data)
    assert (row.width, row.height, row.media_type) == (2048, 1365, "image/jpeg")
    assert (row.subject, row.purpose, row.by, row.at) == ("", "report", "resident", MONDAY)
    assert row.original_name == "现场.jpg"
    assert row.original_sha256 == hashlib.sha256(data).hexdigest()
    assert row.sha256 == hashlib.sha256(kept(row)).hexdigest()
    assert row.thumb_sha256 == hashlib.sha256(kept(row, thumb=True)).hexdigest()
    assert row.size == len(kept(row))
    assert opened(kept(row)).size == (2048, 1365)
    assert opened(kept(row, thumb=True)).size == (480, 320)
    assert {path.suffix for path in store.files()} == {".jpg"}
    assert row.claim != "session-1"


def test_a_small_photo_is_not_blown_up() -> None:
    row = taken(photos.encoded(photos.picture(100, 80)))
    assert opened(kept(row)).size == (100, 80)
    assert opened(kept(row, thumb=True)).size == (100, 80)


def test_nothing_of_the_sender_is_in_the_files() -> None:
    data = photos.photo_with_everything()
    assert data.count(photos.SECRET.encode()) == 7
    row = taken(data)
    for thumb in (False, True):
        stored = kept(row, thumb)
        image = opened(stored)
        assert photos.SECRET.encode() not in stored
        assert b"Exif" not in stored
        assert b"http" not in stored
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert len(image.getexif()) == 0


def test_time_and_place_go_into_restricted_fields() -> None:
    row = taken(photos.photo_with_everything())
    assert row.captured_at == datetime(2026, 3, 1, 13, 30, 15, tzinfo=UTC)
    assert row.captured_lat == pytest.approx(photos.LAT, abs=1e-6)
    assert row.captured_lng == pytest.approx(photos.LNG, abs=1e-6)
    facts = str(service.facts_of([row]))
    assert "30.5" not in facts
    assert "117" not in facts.replace(row.sha256, "").replace(row.original_sha256, "")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_stands_upright(orientation: int) -> None:
    upright = photos.picture(640, 480)
    turn = images.UPRIGHT.get(orientation)
    lying = upright
    if turn is not None:
        backwards = {
            Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
            Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
        }
        lying = upright.transpose(backwards.get(turn, turn))
    row = taken(photos.encoded(lying, exif=photos.exif(orientation)))
    for thumb, size in ((False, (640, 480)), (True, (480, 360))):
        image = opened(kept(row, thumb))
        assert image.size == size
        assert min(image.getpixel((5, 5))) > 240
        assert max(image.getpixel((5, size[1] - 5))) < 100
        assert min(image.getpixel((size[0] - 5, size[1] - 5))) > 150


WHITE, RED = (255, 255, 255), (254, 0, 0)
CLEAR, CLEAR_GREY = Image.new("RGBA", (50, 50), (0, 0, 0, 0)), Image.new("LA", (50, 50), (0, 0))


@pytest.mark.parametrize(
    ("data", "name", "pixel"),
    [
        pytest.param(photos.encoded(photos.picture(), "PNG"), "a.png", WHITE, id="png"),
        pytest.param(photos.encoded(photos.picture(), "WEBP"), "a.webp", WHITE, id="webp"),
        pytest.param(photos.encoded(photos.picture(), "AVIF"), "a.avif", WHITE, id="avif"),
        pytest.param(
            photos.heic(photos.picture()), "IMG_1.HEIC", WHITE, id="heic", marks=pytest.mark.slow
        ),
        pytest.param(photos.heic(photos.picture()), "a.heif", WHITE, id="heif"),
        pytest.param(photos.encoded(photos.picture(mode="CMYK")), "a.jpg", WHITE, id="cmyk"),
        pytest.param(photos.encoded(photos.picture(mode="L")), "a.jpg", WHITE, id="grey"),
        pytest.param(photos.encoded(photos.picture(mode="P"), "PNG"), "a.png", WHITE, id="palette"),
        pytest.param(photos.encoded(photos.picture(mode="1"), "PNG"), "a.png", WHITE, id="1 bit"),
        pytest.param(photos.encoded(CLEAR, "PNG"), "a.png", WHITE, id="clear"),
        pytest.param(photos.encoded(CLEAR_GREY, "PNG"), "a.png", WHITE, id="clear grey"),
        pytest.param(photos.animated("WEBP"), "a.webp", RED, id="first frame of a webp"),
        pytest.param(photos.animated("PNG"), "a.png", RED, id="first frame of an apng"),
        pytest.param(photos.animated("PNG", 400), "a.png", RED, id="first of many frames"),
        pytest.param(photos.encoded(photos.picture(), "MPO"), "a.jpg", WHITE, id="mpo"),
        pytest.param(photos.encoded(photos.picture()), "blob", WHITE, id="no extension"),
        pytest.param(photos.encoded(photos.picture()), "A.JPEG", WHITE, id="upper case"),
    ],
)
def test_what_phones_send_is_taken_in(data: bytes, name: str, pixel: tuple[int, ...]) -> None:
    image = opened(kept(taken(data, name)))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    found = image.getpixel((5, 5))
    assert all(abs(a - b) <= 6 for a, b in zip(found, pixel, strict=True)), found


def test_sixteen_bits_are_scaled_and_not_cut_off() -> None:
    image = opened(kept(taken(photos.sixteen_bits(), "a.png")))
    grey = [image.getpixel((x, 50))[0] for x in (50, 150, 250)]
    assert grey[0] < 5
    assert 120 < grey[1] < 136
    assert grey[2] > 250


def test_a_phone_picture_in_heic_loses_its_place_and_keeps_its_stand() -> None:
    lying = photos.picture().transpose(Image.Transpose.ROTATE_90)
    data = photos.heic(lying, exif=photos.exif(6, photos.GPS).tobytes())
    row = taken(data, "IMG_1.HEIC")
    assert row.captured_lat == pytest.approx(photos.LAT, abs=1e-6)
    image = opened(kept(row))
    assert image.size == (640, 480)
    assert min(image.getpixel((5, 5))) > 240
    assert photos.SECRET.encode() not in kept(row)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize(
    "tags", [b"", b"garbage", b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff" + b"\x01" * 99]
)
def test_broken_tags_cost_the_tags_and_not_the_photo(tags: bytes) -> None:
    data = photos.encoded(photos.picture(), exif=b"Exif\0\0" + tags)
    row = taken(data)
    assert (row.captured_at, row.captured_lat, row.captured_lng) == (None, None, None)
    assert (row.width, row.height) == (640, 480)


@pytest.mark.slow
def test_forty_million_pixels_are_still_taken_in() -> None:
    row = taken(photos.png_of_size(8_000, 5_000), "a.png")
    assert (row.width, row.height) == (2048, 1280)


def test_an_icon_of_one_pixel_and_a_line_are_pictures_too() -> None:
    row = taken(photos.encoded(Image.new("RGB", (1, 1), "red")))
    assert (row.width, row.height) == (1, 1)
    row = taken(photos.encoded(Image.new("RGB", (9_000, 1), "red"), "PNG"), "a.png")
    assert (row.width, row.height) == (2048, 1)


@pytest.mark.parametrize(
    ("tail", "name"),
    [
        pytest.param(b"<html><script>alert(1)</script></html>", "a.jpg", id="html"),
        pytest.param(b"PK\x03\x04" + b"A" * 200 + b"PK\x05\x06" + b"\0" * 18, "a.jpg", id="zip"),
        pytest.param(b"%PDF-1.4 1 0 obj", "a.jpg", id="pdf"),
    ],
)
@pytest.mark.parametrize("base", ["jpeg", "png"])
def test_of_two_natures_the_picture_alone_remains(base: str, tail: bytes, name: str) -> None:
    data = (JPEG if base == "jpeg" else PNG) + tail
    row = taken(data, name if base == "jpeg" else "a.png")
    for thumb in (False, True):
        assert tail[:8] not in kept(row, thumb)
        assert b"<script" not in kept(row, thumb)


def test_too_many_bytes_are_refused_unread() -> None:
    class Unreadable(ContentFile):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("was read")

    file = Unreadable(b"x", name="a.jpg")
    file.size = MAX_BYTES + 1
    with pytest.raises(Refusal) as refused:
        take_in(file, by=RESIDENT, at=MONDAY, purpose="report", claim="s")
    assert (refused.value.status, refused.value.code) == (413, "file_too_large")


def test_a_size_that_lies_does_not_help() -> None:
    file = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"\0" * MAX_BYTES)
    file.size = 10
    with pytest.raises(Refusal) as refused:
        take_in(file, by=RESIDENT, at=MONDAY, purpose="report", claim="s")
    assert refused.value.code == "file_too_large"


def test_bytes_from_another_way_in_are_made_the_same() -> None:
    data = photos.photo_with_everything()
    web = taken(data)
    keywords = {"by": RESIDENT, "at": MONDAY, "purpose": "report", "claim": "import"}
    bulk = take_in(ContentFile(data, name="现场.jpg"), **keywords)
    assert (bulk.sha256, bulk.original_sha256) == (web.sha256, web.original_sha256)


def test_the_same_scene_is_known_again_and_another_is_not() -> None:
    scene = photos.picture(1600, 1200)
    first = taken(photos.encoded(scene))
    again = taken(photos.encoded(scene.resize((800, 600)), "WEBP", quality=40), "a.webp")
    other = taken(photos.encoded(scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))

    def distance(a: Attachment, b: Attachment) -> int:
        return (int(a.phash, 16) ^ int(b.phash, 16)).bit_count()

    assert len(first.phash) == 16
    assert distance(first, again) <= 6
    assert distance(first, other) > 6


@pytest.mark.parametrize("code", [28, 122, 30])
def test_a_full_disk_leaves_nothing(code: int, monkeypatch: Any) -> None:
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(code, "no space")

    monkeypatch.setattr("os.fsync", full)
    assert refusal(JPEG) == (503, "store_unavailable")
    assert len(calls) == 2


def test_a_row_that_cannot_be_written_leaves_no_file(monkeypatch: Any) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("no")

    monkeypatch.setattr(Attachment, "save", fail)
    with pytest.raises(DatabaseError), transaction.atomic():
        taken(JPEG)
    assert list(store.files()) == []


def test_the_files_are_safe_before_the_row_promises_them(monkeypatch: Any) -> None:
    synced: list[str] = []
    real = store.os.fsync

    def watch(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve().name)
        assert not Attachment.objects.exists()
        real(descriptor)

    monkeypatch.setattr("os.fsync", watch)
    row = taken(JPEG)
    parts = [name for name in synced if name.endswith(".part")]
    assert len(parts) == 2
    assert row.uid[:2] in synced


def test_too_many_at_once_are_asked_to_wait(monkeypatch: Any) -> None:
    monkeypatch.setattr(images, "DECODER_WAIT", 0.01)
    with images._decoder:
        assert refusal(JPEG) == (503, "photo_queue_full")
    assert taken(JPEG).pk


def test_a_purpose_and_a_claim_are_asked_for() -> None:
    for wrong in ({"purpose": ""}, {"purpose": "A b"}, {"claim": ""}):
        keywords = {"by": RESIDENT, "at": MONDAY, "purpose": "report", "claim": "s"} | wrong
        with pytest.raises(ValueError, match="purpose"):
            take_in(photos.upload(JPEG), **keywords)
