"""What a production installation must not start with, each with the sentence that mends it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


def unsafe(settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each unsafe setting, saying which variable mends it."""
    if settings["DEBUG"]:
        yield "JICENG_DEBUG 必须为 no：调试页会泄露配置和数据。"
    if len(settings["SECRET_KEY"]) < SHORTEST_KEY or len(set(settings["SECRET_KEY"])) < 5:
        yield f"JICENG_SECRET_KEY 至少 {SHORTEST_KEY} 个字符，请用随机值并妥善保存。"
    hosts = set(settings["ALLOWED_HOSTS"])
    if not hosts - LOOPBACK or "*" in hosts:
        yield "JICENG_HOSTS 须写明对外的域名，不能为空，也不能是 *。"
    yield from _unsafe_ledger(settings)
    yield from _unsafe_database(settings["DATABASES"]["default"])


def _unsafe_ledger(settings: Mapping[str, Any]) -> Iterator[str]:
    key = Path(settings["LEDGER_KEY_FILE"])
    if not key.is_file():
        yield (
            f"台账签名密钥不存在：{key.name}。请用 openssl genpkey -algorithm ed25519 -out 文件 "
            "生成，chmod 600，另行备份，并设 JICENG_LEDGER_KEY_FILE。"
        )
    elif key.stat().st_mode & 0o077:
        yield "台账签名密钥可被他人读取，请 chmod 600。"
    if settings["LEDGER_ORIGIN"] == "jiceng-demo-zone":
        yield "JICENG_LEDGER_ORIGIN 须改为本单位的名称，回执凭它认出处。"


def _unsafe_database(database: Mapping[str, Any]) -> Iterator[str]:
    options = database.get("OPTIONS", {})
    if "sqlite" in database["ENGINE"]:
        pragmas = options.get("init_command", "")
        if "synchronous=FULL" not in pragmas or "journal_mode=WAL" not in pragmas:
            yield "SQLite 须以 WAL 日志、FULL 同步运行，否则断电会丢失已受理的办件。"
        if options.get("transaction_mode") != "IMMEDIATE":
            yield "SQLite 须以 IMMEDIATE 事务运行，否则并发写入会报“已锁定”。"
    if database.get("CONN_MAX_AGE", 0) == 0:
        yield "数据库连接须保持（CONN_MAX_AGE），否则每次请求都要重新连接。"


def refuse_unsafe(settings: Mapping[str, Any]) -> None:
    """Raise ``ImproperlyConfigured`` with every unsafe setting of a production installation."""
    found = list(unsafe(settings))
    if found:
        raise ImproperlyConfigured("正式环境配置不安全，未启动：\n- " + "\n- ".join(found))
