"""The table of attachments."""

from django.db import models
from django.db.models import GeneratedField, Q
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.rules import PART


def _part_of_phash(number: int) -> GeneratedField:
    """Return a column that the database cuts out of ``phash``, so that it can be looked up."""
    return GeneratedField(
        expression=Substr("phash", (number - 1) * PART + 1, PART),
        output_field=models.CharField(max_length=PART),
        db_persist=True,
    )


class Attachment(models.Model):
    """A photo 附件 as it is kept. Its files are found by ``uid`` alone.

    ``copied_from`` names the upload that a copy shows, however many copies lie between.
    ``subject`` is empty until an act claims it. The fields ``captured_*``, ``original_name`` and
    ``claim`` are for the office, never for public pages.
    """

    uid = models.CharField(_("编号"), max_length=32, unique=True)
    subject = models.CharField(_("对象"), max_length=120, blank=True)
    purpose = models.CharField(_("用途"), max_length=40)
    media_type = models.CharField(_("类型"), max_length=40)
    size = models.PositiveIntegerField(_("字节"))
    width = models.PositiveIntegerField(_("宽"))
    height = models.PositiveIntegerField(_("高"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    thumb_sha256 = models.CharField(_("缩略图摘要"), max_length=64)
    original_sha256 = models.CharField(_("原件摘要"), max_length=64)
    original_name = models.CharField(_("原名"), max_length=100)
    captured_at = models.DateTimeField(_("拍摄时间"), null=True)
    captured_lat = models.FloatField(_("拍摄纬度"), null=True)
    captured_lng = models.FloatField(_("拍摄经度"), null=True)
    phash = models.CharField(_("感知摘要"), max_length=16)
    # Hashes that differ in three bits at most agree in one of four parts; see rules.parts_of.
    phash_1 = _part_of_phash(1)
    phash_2 = _part_of_phash(2)
    phash_3 = _part_of_phash(3)
    phash_4 = _part_of_phash(4)
    by = models.CharField(_("上传人"), max_length=100)
    at = models.DateTimeField(_("上传时间"))
    # A hash of what the uploading session knows; nobody else can claim the upload. A copy has none.
    claim = models.CharField(max_length=64, blank=True)
    copied_from = models.CharField(_("复制自"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("附件")
        indexes = [
            models.Index(fields=["subject", "id"], name="attachment_of_subject"),
            models.Index(fields=["at"], condition=Q(subject=""), name="attachment_unclaimed"),
            *(
                models.Index(fields=[f"phash_{n}"], name=f"attachment_phash_{n}")
                for n in range(1, 5)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gt=0, width__gt=0, height__gt=0), name="attachment_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(captured_lat__isnull=True, captured_lng__isnull=True)
                | Q(captured_lat__range=(-90, 90), captured_lng__range=(-180, 180)),
                name="attachment_place_on_earth",
            ),
            # A copy belongs to something from the start, and no session can claim it.
            models.CheckConstraint(
                condition=Q(copied_from="") | ~Q(subject="") & Q(claim=""),
                name="attachment_copy_is_claimed",
            ),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this attachment: by what it shows."""
        return f"attachment:{self.original_sha256}"
