"""Photos that go along to another subject, and live there on their own."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from jiceng.kernel.attachments import store as files
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import (
    attach,
    copy_to,
    facts_of,
    find,
    of,
    respond,
    take_in,
    uploaded,
)
from jiceng.kernel.attachments.tests import photos
from jiceng.kernel.attachments.upkeep import sweep, verify
from jiceng.kernel.base.errors import Absent, Refusal
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM, erase_personal
from jiceng.kernel.testing.cast import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]

WHOLE, PART, OTHER = "grid.case:1", "grid.case:2", "grid.case:3"
LATER = MONDAY + timedelta(days=3)
TO_PART: dict[str, Any] = {"source": WHOLE, "subject": PART, "by": SYSTEM, "at": LATER}
JPEG = photos.encoded(photos.scene(1), exif=photos.exif(gps=photos.GPS))
ALIKE = (
    *("purpose", "media_type", "size", "width", "height", "sha256", "thumb_sha256"),
    *("original_sha256", "original_name", "captured_at", "captured_lat", "captured_lng", "phash"),
    *("phash_1", "phash_2", "phash_3", "phash_4"),
)


def attached(subject: str = WHOLE, name: str = "现场.jpg") -> Attachment:
    upload = photos.upload(JPEG, name)
    row = take_in(upload, by=RESIDENT, at=MONDAY, purpose="report", claim="mine")
    attach([row.uid], subject=subject, claim="mine")
    return find(row.uid)


def test_a_copy_shows_the_same_under_a_uid_of_its_own() -> None:
    row = attached()
    [copy] = copy_to([row.uid], **TO_PART)
    assert list(of(WHOLE)) == [row]
    assert list(of(PART)) == [copy]
    assert copy.uid != row.uid
    assert row.captured_at
    kept = find(copy.uid)
    assert [getattr(kept, name) for name in ALIKE] == [getattr(row, name) for name in ALIKE]
    assert (kept.by, kept.at, kept.copied_from) == ("system:tick", LATER, row.uid)
    for thumb in (False, True):
        assert photos.kept(copy, thumb) == photos.kept(row, thumb)
        response = respond(copy, thumb=thumb)
        assert b"".join(response) == photos.kept(row, thumb)
        response.close()


def test_copies_come_in_the_order_of_asking_and_each_once() -> None:
    first, second, third = attached(name="1.jpg"), attached(name="2.jpg"), attached(name="3.jpg")
    copies = copy_to([third.uid, first.uid, third.uid], **TO_PART)
    assert [copy.original_name for copy in copies] == ["3.jpg", "1.jpg"]
    assert list(of(PART)) == copies
    assert list(of(WHOLE)) == [first, second, third]
    assert copy_to([], **TO_PART) == []


def test_a_copy_of_a_copy_still_names_the_upload() -> None:
    row = attached()
    [copy] = copy_to([row.uid], **TO_PART)
    [again] = copy_to([copy.uid], **TO_PART | {"source": PART, "subject": OTHER})
    assert again.copied_from == row.uid


@pytest.mark.parametrize("uid", ["0" * 32, "", "'", "\x00", "\ud800", "../x", "A" * 32])
def test_an_unknown_photo_is_absent_and_nothing_is_copied(uid: str) -> None:
    row = attached()
    with pytest.raises(Absent):
        copy_to([row.uid, uid], **TO_PART)
    assert list(of(PART)) == []
    assert {path.name[:32] for path in files.files()} == {row.uid}


def test_a_photo_of_another_subject_or_of_none_is_as_absent() -> None:
    theirs = attached(OTHER)
    loose = take_in(photos.upload(JPEG), by=RESIDENT, at=MONDAY, purpose="report", claim="mine")
    for row in (theirs, loose):
        with pytest.raises(Absent):
            copy_to([row.uid], **TO_PART)


@pytest.mark.parametrize("wrong", [{"source": ""}, {"subject": ""}, {"subject": WHOLE}])
def test_two_subjects_are_asked_for(wrong: dict[str, str]) -> None:
    row = attached()
    with pytest.raises(ValueError, match="one subject to another"):
        copy_to([row.uid], **TO_PART | wrong)


def test_no_session_can_claim_a_copy() -> None:
    [copy] = copy_to([attached().uid], **TO_PART)
    for claim in ("mine", ""):
        with pytest.raises(Absent):
            uploaded([copy.uid], claim=claim)


def test_what_an_entry_says_of_a_copy_proves_the_same_photo() -> None:
    row = attached()
    copies = copy_to([row.uid], **TO_PART)
    assert facts_of(copies) == [{**facts_of([row])[0], "uid": copies[0].uid}]


@pytest.mark.parametrize(("erased", "left"), [(WHOLE, PART), (PART, WHOLE)])
def test_each_is_erased_with_its_own_subject(erased: str, left: str) -> None:
    copy_to([attached(name="张三家门口.jpg").uid], **TO_PART)
    erase_personal(subject=erased, by=SYSTEM, at=LATER, reason="依申请删除")
    gone, kept = of(erased).get(), of(left).get()
    assert (gone.original_name, gone.captured_at, gone.captured_lat) == ("照片.jpg", None, None)
    assert kept.original_name == "张三家门口.jpg"
    assert kept.captured_at
    assert kept.captured_lat


def test_the_sweep_keeps_a_copy_whose_original_lost_its_files(store: Path) -> None:
    row = attached()
    [copy] = copy_to([row.uid], **TO_PART)
    assert verify(LATER).intact
    assert verify(LATER).checked == 2
    files.remove(row.uid)
    assert sweep(LATER + timedelta(days=4000)) == 0
    assert verify(LATER).missing == [row.uid]
    assert photos.kept(copy)


def test_damage_to_one_does_not_reach_the_other() -> None:
    row = attached()
    [copy] = copy_to([row.uid], **TO_PART)
    with files.path_of(row.uid).open("r+b") as file:
        file.write(b"\0\0")
    assert verify(LATER).altered == [row.uid]
    assert copy.uid not in verify(LATER).altered


def test_files_of_a_rolled_back_copy_are_swept(store: Path) -> None:
    row = attached()
    with transaction.atomic():
        [copy] = copy_to([row.uid], **TO_PART)
        transaction.set_rollback(True)
    assert list(of(PART)) == []
    assert files.path_of(copy.uid).exists()
    assert sweep(LATER + timedelta(days=4000)) == 2
    assert {path.name[:32] for path in files.files()} == {row.uid}


def test_a_lost_file_refuses_the_whole_copying() -> None:
    first, lost = attached(), attached()
    files.remove(lost.uid)
    with pytest.raises(Refusal) as refused:
        copy_to([first.uid, lost.uid], **TO_PART)
    assert (refused.value.status, refused.value.code) == (503, "store_unavailable")
    assert list(of(PART)) == []
    assert {path.name[:32] for path in files.files()} == {first.uid}


def test_a_row_that_cannot_be_written_leaves_no_file() -> None:
    row = attached()
    with pytest.raises(DatabaseError), transaction.atomic():
        copy_to([row.uid], **TO_PART | {"at": None})
    assert {path.name[:32] for path in files.files()} == {row.uid}


@pytest.mark.parametrize("wrong", [{"subject": ""}, {"claim": "0" * 64}])
def test_the_database_holds_copies_to_it(wrong: dict[str, str]) -> None:
    [copy] = copy_to([attached().uid], **TO_PART)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=copy.pk).update(**wrong)
