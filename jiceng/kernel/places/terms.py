"""The reference systems in which coordinates arrive, each with its label."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Datum(models.TextChoices):
    """A reference system for longitude and latitude."""

    CGCS2000 = "cgcs2000", _("国家大地坐标系 CGCS2000")
    WGS84 = "wgs84", _("WGS-84（手机定位）")
    GCJ02 = "gcj02", _("GCJ-02（互联网地图）")
