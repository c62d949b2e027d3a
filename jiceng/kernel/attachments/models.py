"""The table of attachments."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Attachment(models.Model):
    """A photo 附件 as it is kept. Its files are found by ``uid`` alone.

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
    by = models.CharField(_("上传人"), max_length=100)
    at = models.DateTimeField(_("上传时间"))
    # A hash of what the uploading session knows; nobody else can claim the upload.
    claim = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("附件")
        indexes = [
            models.Index(fields=["subject", "id"], name="attachment_of_subject"),
            models.Index(fields=["at"], condition=Q(subject=""), name="attachment_unclaimed"),
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
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this attachment: by what it shows."""
        return f"attachment:{self.original_sha256}"
