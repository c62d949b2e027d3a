"""Claiming, finding and handing out what was taken in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from jiceng.kernel.attachments import service, store
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import (
    attach,
    facts_of,
    find,
    of,
    respond,
    take_in,
)
from jiceng.kernel.attachments.tests import photos
from jiceng.kernel.base.errors import Absent, Refusal
from jiceng.kernel.ledger.service import RESIDENT, append
from jiceng.kernel.testing.cast import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]

SUBJECT = "grid.case:2603021234567"
JPEG = photos.encoded(photos.picture(64, 48))


def uploaded(claim: str = "mine", name: str = "现场.jpg", purpose: str = "report") -> Attachment:
    upload = photos.upload(JPEG, name)
    return take_in(upload, by=RESIDENT, at=MONDAY, purpose=purpose, claim=claim)


def refusal(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> tuple[int, str]:
    before = list(Attachment.objects.order_by("pk").values())
    with pytest.raises(Refusal) as refused:
        function(*arguments, **keywords)
    assert list(Attachment.objects.order_by("pk").values()) == before
    return refused.value.status, refused.value.code


def test_an_upload_is_claimed_once_by_its_session() -> None:
    first, second = uploaded(), uploaded()
    rows = attach([second.uid, first.uid], subject=SUBJECT, claim="mine")
    assert rows == [second, first]
    assert {row.subject for row in rows} == {SUBJECT}
    assert list(of(SUBJECT)) == [first, second]
    for subject in (SUBJECT, "grid.case:2603027654321"):
        keywords = {"subject": subject, "claim": "mine"}
        assert refusal(attach, [first.uid], **keywords) == (409, "already_attached")


def test_another_session_finds_nothing_to_claim() -> None:
    row = uploaded()
    keywords = {"subject": SUBJECT, "claim": "theirs"}
    absent = (404, "not_found")
    assert refusal(attach, [row.uid], **keywords) == absent
    assert refusal(attach, ["0" * 32], **keywords) == absent
    attach([row.uid], subject=SUBJECT, claim="mine")
    assert refusal(attach, [row.uid], **keywords) == absent


def test_all_are_claimed_or_none() -> None:
    mine, theirs, used = uploaded(), uploaded("theirs"), uploaded()
    attach([used.uid], subject="grid.case:1", claim="mine")
    keywords = {"subject": SUBJECT, "claim": "mine"}
    assert refusal(attach, [mine.uid, theirs.uid], **keywords) == (404, "not_found")
    assert refusal(attach, [mine.uid, used.uid], **keywords) == (409, "already_attached")
    assert list(of(SUBJECT)) == []


def test_the_same_upload_twice_in_one_form_is_one() -> None:
    row = uploaded()
    assert attach([row.uid, row.uid], subject=SUBJECT, claim="mine") == [row]
    assert attach([], subject=SUBJECT, claim="mine") == []


@pytest.mark.parametrize("uid", ["", "'", "%", "../../etc/passwd", "\x00", "x" * 5000, "\ud800"])
def test_strange_ids_are_absent(uid: str) -> None:
    uploaded()
    assert refusal(find, uid) == (404, "not_found")
    assert refusal(attach, [uid], subject=SUBJECT, claim="mine") == (404, "not_found")


def test_a_subject_and_a_claim_are_asked_for() -> None:
    row = uploaded()
    for wrong in ({"subject": ""}, {"claim": ""}):
        with pytest.raises(ValueError, match="subject"):
            attach([row.uid], **{"subject": SUBJECT, "claim": "mine"} | wrong)


def test_unclaimed_uploads_belong_to_nothing() -> None:
    row = uploaded()
    assert list(of("")) == []
    assert find(row.uid) == row


def test_a_session_finds_its_own_uploads_again_in_the_order_of_asking() -> None:
    first, used = uploaded(), uploaded()
    attach([used.uid], subject=SUBJECT, claim="mine")
    named = [used.uid, first.uid, used.uid]
    assert service.uploaded(named, claim="mine") == [used, first]
    assert service.uploaded([], claim="mine") == []


@pytest.mark.parametrize("uid", ["0" * 32, "\x00", "\ud800", "'", "", "A" * 32, "0" * 10_000])
def test_an_upload_that_there_is_not(uid: str) -> None:
    with pytest.raises(Absent):
        service.uploaded([uploaded().uid, uid], claim="mine")


def test_another_session_s_upload_is_as_absent() -> None:
    theirs = uploaded("theirs")
    with pytest.raises(Absent):
        service.uploaded([theirs.uid], claim="mine")


def test_a_subject_has_photos_by_purpose() -> None:
    before, after = uploaded(), uploaded(purpose="dispose.after")
    attach([before.uid, after.uid], subject=SUBJECT, claim="mine")
    assert list(of(SUBJECT, "dispose.after")) == [after]
    assert list(of(SUBJECT, "verify")) == []


def test_what_an_entry_says_of_a_photo_can_be_kept() -> None:
    row = uploaded(name="张三的身份证.jpg")
    facts = {"photos": facts_of([row])}
    entry = append(event="grid.case.reported", subject=SUBJECT, by=RESIDENT, at=MONDAY, facts=facts)
    assert row.sha256 in entry.payload
    assert row.original_sha256 in entry.payload
    assert "张三" not in entry.payload


def test_a_rolled_back_report_leaves_the_upload_unclaimed() -> None:
    row = uploaded()
    with transaction.atomic():
        attach([row.uid], subject=SUBJECT, claim="mine")
        transaction.set_rollback(True)
    assert attach([row.uid], subject=SUBJECT, claim="mine")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_claims_at_once_one_wins() -> None:
    row = uploaded()
    barrier = Barrier(8)

    def claim(n: int) -> str:
        barrier.wait()
        try:
            attach([row.uid], subject=f"grid.case:{n}", claim="mine")
        except Refusal as refused:
            return refused.code
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(claim, range(8))) == ["already_attached"] * 7 + ["ok"]


@pytest.mark.parametrize("thumb", [False, True])
def test_a_browser_may_show_it_and_no_more(thumb: bool) -> None:
    row = uploaded(name='井盖"; filename=x.html\r\nSet-Cookie: a=b.jpg')
    response = respond(row, thumb=thumb)
    body = b"".join(response)
    assert body == store.path_of(row.uid, thumb=thumb).read_bytes()
    headers = dict(response.items())
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Length"] == str(len(body))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["ETag"] == f'"{row.thumb_sha256 if thumb else row.sha256}"'
    assert headers["Content-Disposition"] == (
        f'inline; filename="photo-{row.uid[:8]}.jpg"; '
        "filename*=UTF-8''%E4%BA%95%E7%9B%96%3B%20filename%3Dx.htmlSet-Cookie%20a%3Db.jpg"
    )
    response.close()


def test_a_lost_file_is_said_so_and_is_no_error_page() -> None:
    row = uploaded()
    store.remove(row.uid)
    assert refusal(respond, row) == (503, "store_unavailable")
