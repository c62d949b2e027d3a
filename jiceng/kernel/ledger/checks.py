"""System checks: what must hold before the first entry is written."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import connection
from django.db.models import Max

from jiceng.kernel.base.clock import instant_text
from jiceng.kernel.base.starting import TAG, fault, start_check
from jiceng.kernel.ledger.hashing import SHA256_VECTOR, SM3_VECTOR, sha256, sm3
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.notes import ORIGIN

Check = Callable[[], list[CheckMessage]]
LIBRARY = "请更换本机的 Python 或 OpenSSL；在此之前不要受理，以免封存无法核对。"
# Machines whose clocks differ a little write one after another.
AHEAD = timedelta(minutes=5)


def check_sm3() -> list[CheckMessage]:
    """Compute the known answer of GB/T 32905-2016, annex A.1."""
    message, digest = SM3_VECTOR
    if sm3(message).hex() == digest:
        return []
    return [Error("SM3 计算结果与国家标准的示例不符", hint=LIBRARY, id="ledger.E001")]


def check_sha256() -> list[CheckMessage]:
    """Compute the known answer of FIPS 180-4."""
    message, digest = SHA256_VECTOR
    if sha256(message).hex() == digest:
        return []
    return [Error("SHA-256 计算结果与标准的示例不符", hint=LIBRARY, id="ledger.E005")]


def check_key_file() -> list[CheckMessage]:
    """The key file belongs to its owner alone; in production it has to exist."""
    path = Path(settings.LEDGER_KEY_FILE)
    if not path.exists():
        if not settings.PRODUCTION:
            return []
        return [Error(f"台账签名密钥 {path} 不存在", id="ledger.E003")]
    if os.stat(path).st_mode & 0o077:
        return [Error(f"台账签名密钥 {path} 可被他人读取，请执行 chmod 600", id="ledger.E002")]
    return []


def check_origin() -> list[CheckMessage]:
    """The origin stands on the first line of every checkpoint, as the note format wants it."""
    if ORIGIN.fullmatch(settings.LEDGER_ORIGIN):
        return []
    return [Error("LEDGER_ORIGIN 应为 1—90 个字符，不含空白与加号", id="ledger.E004")]


def clock_faults(at: datetime, newest: datetime | None) -> Iterator[CheckMessage]:
    """Yield a message where history lies in the future: then the clock went back."""
    if newest is not None and newest - at > AHEAD:
        yield fault(
            "ledger.E006",
            f"本机时钟 {instant_text(at)} 早于台账最新的记录 {instant_text(newest)}。",
            "请校准时钟（chronyc makestep 或 date）后再启动；"
            "若当初的时钟走快了，等到那一刻再启动。",
        )


@start_check
def clock_is_not_behind(at: datetime) -> Iterator[CheckMessage]:
    """Compare the clock with the newest entry; before the first migration there is none."""
    if Entry._meta.db_table in connection.introspection.table_names():
        newest = Entry.objects.order_by("-pk")[:1000].aggregate(newest=Max("at"))
        yield from clock_faults(at, newest["newest"])


@register(TAG)
def check_ledger(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Run all checks of the ledger."""
    checks: tuple[Check, ...] = (check_sm3, check_sha256, check_key_file, check_origin)
    return [message for check in checks for message in check()]
