"""What becomes of photos on the disk, and of reports whose line breaks or whose disk is full."""

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape
from PIL import Image

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.sending import desk, press, words_of_report
from tests.bad_input.door import CODE, escaped, multipart, refused, unchanged
from tests.bad_input.knocks import bytes_of
from tests.bad_input.pictures import HTML, NAMES, REFUSED, TAKEN
from tests.bad_input.town import Town

pytestmark = pytest.mark.django_db


def fields(**changes: str) -> list[tuple[str, bytes]]:
    return [(name, str(value).encode()) for name, value in words_of_report(**changes).items()]


def send(client: Client, *files: tuple[str, bytes], **changes: str) -> Any:
    """Send a whole report with files under names of any bytes."""
    photos = [("photos", name, data) for name, data in files]
    return client.post("/report/", **multipart(fields(**changes), photos))


def kept_files(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


class TestWhatIsNoPhoto:
    @pytest.mark.parametrize("story", ["PDF that says JPEG", "a program", "nothing"])
    def test_leaves_no_file(self, store: Path, town: Town, story: str) -> None:
        name, data, code = REFUSED[story]
        before = kept_files(store)
        refused(send(Client(), (name, bytes_of(data))), 422, code)

        assert kept_files(store) == before

    def test_good_ones_beside_a_bad_one_are_kept_for_the_next_try(self, town: Town) -> None:
        browser = Client()
        answer = send(browser, ("a.jpg", scene.picture(1)), ("b.jpg", HTML))
        refused(answer, 422, "html_refused")
        [photo] = answer.context["kept"]

        case = sending.send_report(browser, kept=[photo.uid])
        assert Attachment.objects.filter(subject=case.subject).count() == 1


@pytest.mark.parametrize("story", TAKEN)
def test_what_phones_and_scanners_make_is_taken_in_anew(town: Town, story: str) -> None:
    browser = Client()
    answer = send(browser, TAKEN[story])
    assert answer.status_code == 302, CODE.findall(answer.content.decode())
    case = Case.objects.get(number=answer["Location"].strip("/").rpartition("/")[2])
    photo = Attachment.objects.get(subject=case.subject)
    data = b"".join(browser.get(f"/cases/{case.number}/photos/{photo.uid}/"))

    image = Image.open(io.BytesIO(data))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert b"<script" not in data
    assert b"PK\x03\x04" not in data


class TestWhereItWasTaken:
    """The place in a photo is gone by whichever way it came in."""

    def bytes_of(self, browser: Client, address: str) -> bytes:
        return b"".join(browser.get(address))

    def check(self, data: bytes) -> None:
        assert scene.MAKER.encode() not in data
        assert b"Exif" not in data
        assert b"GPS" not in data
        assert not Image.open(io.BytesIO(data)).getexif()
        assert Image.open(io.BytesIO(data)).size == (320, 240)

    def test_the_photo_says_it_before(self) -> None:
        assert scene.MAKER.encode() in scene.picture()
        assert Image.open(io.BytesIO(scene.picture())).getexif().get_ifd(0x8825)

    def test_through_the_report(self, town: Town) -> None:
        root = f"/cases/{town.case.number}/photos/{town.photo.uid}/"
        for address in (root, f"{root}?thumb"):
            self.check(self.bytes_of(town.reporter, address))

    def test_through_a_form_that_came_back(self, town: Town) -> None:
        browser = Client()
        answer = send(browser, ("a.jpg", scene.picture(7)), phone="")
        [photo] = answer.context["kept"]
        case = sending.send_report(browser, kept=[photo.uid])
        self.check(self.bytes_of(browser, f"/cases/{case.number}/photos/{photo.uid}/"))

    def test_through_a_patrol_and_a_move(self, town: Town) -> None:
        li, qian = desk(town.grid.cast.li), desk(town.grid.cast.qian)
        answer = li.post("/desk/grid/report/", words_of_report(photos=[scene.upload(8)], phone=""))
        case = Case.objects.get(number=answer["Location"].strip("/").rpartition("/")[2])
        scene.walk(town.grid, case, scene.PATH[:2])
        press(qian, case, "dispose")
        photos = Attachment.objects.filter(subject=case.subject)

        assert photos.count() == 2
        for photo in photos:
            self.check(self.bytes_of(qian, f"/desk/grid/cases/{case.number}/photos/{photo.uid}/"))

    def test_the_files_on_the_disk_hold_none_either(self, store: Path, town: Town) -> None:
        browser = Client()
        send(browser, ("a.jpg", scene.picture(9)))

        assert kept_files(store)
        for path in kept_files(store):
            assert scene.MAKER.encode() not in path.read_bytes()


class TestNames:
    @pytest.mark.parametrize("typed", NAMES)
    def test_a_file_lies_under_a_name_that_we_drew(
        self, store: Path, town: Town, typed: str
    ) -> None:
        browser = Client()
        before = set(kept_files(store))
        answer = send(browser, (typed, scene.picture(3)), phone="")
        fresh = [path for path in kept_files(store) if path not in before]

        if answer.context["kept"]:
            [photo] = answer.context["kept"]
            assert {path.stem.removesuffix("-thumb") for path in fresh} == {photo.uid}
            shown = photo.original_name
            assert 0 < len(shown) <= 100
            assert not set(shown) & set("/\\\r\n\0\u202e")
            assert NAMES[typed] in (None, shown)
            assert escape(shown) in answer.content.decode()
            self.check_headers(browser, photo)
        else:
            refused(answer, 422)
            assert fresh == []

    def check_headers(self, browser: Client, photo: Attachment) -> None:
        case = sending.send_report(browser, kept=[photo.uid])
        answer = browser.get(f"/cases/{case.number}/photos/{photo.uid}/")
        b"".join(answer)

        assert "Set-Cookie: x" not in str(answer.headers)
        assert answer["Content-Disposition"].startswith('inline; filename="photo-')
        assert answer["Content-Disposition"].isascii()


class TestTheLine:
    """The line breaks while a report is sent; what came before it looks like a smaller report."""

    def post(self, data: bytes, kind: str, length: object) -> Any:
        environment = {"wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": str(length)}
        return Client().generic("POST", "/report/", data, kind, **environment)

    @pytest.mark.parametrize("part", [0.01, 0.1, 0.5, 0.9, 0.99])
    def test_a_body_that_was_cut_is_nothing(self, store: Path, town: Town, part: float) -> None:
        body = multipart(fields(), [("photos", "a.jpg", scene.picture(6))])
        whole: bytes = body["data"]
        before = kept_files(store)
        with unchanged():
            cut = whole[: int(len(whole) * part)]
            refused(self.post(cut, body["content_type"], len(whole)), 400, "unreadable")
        assert kept_files(store) == before
        assert self.post(whole, body["content_type"], len(whole)).status_code == 302

    def test_nor_one_without_files(self, town: Town) -> None:
        body = escaped(fields())
        whole = body["data"].encode()
        with unchanged():
            answer = self.post(whole[:-20], body["content_type"], len(whole))
            refused(answer, 400, "unreadable")
        assert self.post(whole, body["content_type"], len(whole)).status_code == 302

    @pytest.mark.parametrize("length", ["0", "10", "-1", "abc", "", "9" * 30])
    def test_a_length_that_is_not_true(self, town: Town, length: str) -> None:
        body = multipart(fields())
        with unchanged():
            refused(self.post(body["data"], body["content_type"], length), {400, 413, 422})


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_loses_nothing_and_says_so(
    store: Path, town: Town, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", full)
    before = kept_files(store)
    with unchanged():
        answer = send(Client(), ("a.jpg", scene.picture(2)))

    refused(answer, {503, 507}, "store_unavailable")
    assert answer["Retry-After"]
    assert kept_files(store) == before
