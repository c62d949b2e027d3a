"""System checks: what must hold before the first entry is written."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from jiceng.kernel.ledger.hashing import SM3_VECTOR, sm3
from jiceng.kernel.ledger.notes import ORIGIN

Check = Callable[[], list[CheckMessage]]


def check_sm3() -> list[CheckMessage]:
    """Compute the known answer of GB/T 32905-2016, annex A.1."""
    message, digest = SM3_VECTOR
    if sm3(message).hex() == digest:
        return []
    return [Error("SM3 计算结果与国家标准的示例不符", id="ledger.E001")]


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


@register
def check_ledger(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Run all checks of the ledger."""
    checks: tuple[Check, ...] = (check_sm3, check_key_file, check_origin)
    return [message for check in checks for message in check()]
