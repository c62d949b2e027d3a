"""Files where a photo is asked for (rows C01–C10, C13–C18, A21)."""

import errno
import io
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape
from PIL import Image

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base import clock
from jiceng.kernel.base.jobs import JOBS
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.sending import desk, press, words_of_report
from tests.bad_input.conftest import Town
from tests.bad_input.door import CODE, codes, escaped, multipart, refused, unchanged
from tests.bad_input.pictures import HTML, NAMES, REFUSED, TAKEN

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
    @pytest.mark.parametrize("story", REFUSED)
    def test_is_refused_by_name_quickly_and_leaves_no_file(
        self, store: Path, town: Town, story: str
    ) -> None:
        name, data, code = REFUSED[story]
        before = kept_files(store)
        start = time.perf_counter()
        with unchanged():
            answer = send(Client(), (name, data))
        taken = time.perf_counter() - start

        refused(answer, 422, code)
        assert "photos" in answer.context["form"].errors
        assert kept_files(store) == before
        assert taken < 2

    def test_nor_for_a_move(self, store: Path, town: Town) -> None:
        scene.walk(town.grid, town.case, scene.PATH[:2])
        before = kept_files(store)
        with unchanged():
            for name, data, code in REFUSED.values():
                words = sending.words_of_move(town.case, "dispose")
                del words["photo"]
                body = multipart(
                    [(key, str(value).encode()) for key, value in words.items()],
                    [("photo", name, data)],
                )
                address = f"/desk/grid/cases/{town.case.number}/moves/dispose/"
                answer = desk(town.grid.cast.qian).post(address, **body)
                refused(answer, 422)
                # An empty file is no file to Django: then the photo itself is what is missing.
                assert codes(answer) & {code, "missing"}
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


class TestUploadsOfOthers:
    def test_another_session_s_upload_is_absent(self, town: Town) -> None:
        owner, thief = Client(), Client()
        [photo] = send(owner, ("a.jpg", scene.picture(4)), phone="").context["kept"]
        with unchanged():
            for phone in (scene.PHONE, ""):
                answer = thief.post("/report/", words_of_report(kept=[photo.uid], phone=phone))
                refused(answer, 404, "not_found")
                assert photo.original_name not in answer.content.decode()

    @pytest.mark.parametrize(
        "uid", ["0" * 32, "A" * 32, "", "x" * 5_000, "../../etc/passwd", "' OR 1=1", "井"]
    )
    def test_as_absent_as_one_that_never_was(self, town: Town, uid: str) -> None:
        with unchanged():
            refused(Client().post("/report/", words_of_report(kept=[uid])), 404, "not_found")

    def test_the_photo_of_a_case_is_not_given_twice(self, town: Town) -> None:
        with unchanged():
            answer = town.reporter.post("/report/", words_of_report(kept=[town.photo.uid]))
        refused(answer, 409, "already_attached")

    def test_one_that_was_never_sent_is_swept_after_a_day(self, town: Town) -> None:
        send(Client(), ("a.jpg", scene.picture(5)), phone="")
        JOBS.get("attachments.sweep").run(clock.read() + timedelta(hours=23))
        assert Attachment.objects.filter(subject="").count() == 1
        JOBS.get("attachments.sweep").run(clock.read() + timedelta(hours=25))

        assert not Attachment.objects.filter(subject="").exists()
        assert Attachment.objects.filter(pk=town.photo.pk).exists()


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
