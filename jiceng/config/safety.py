"""What a production installation must not start with, each with the sentence that mends it.

Here stands what the settings alone show; ``kernel.base.starting`` asks the database and the clock.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50
FEWEST_SIGNS = 10
EXAMPLE_KEYS = ("django-insecure-", "changeme", "change-me", "secret")
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


class Fault(NamedTuple):
    """What is unsafe: a stable code, and the sentence that says how to mend it."""

    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.sentence}（{self.code}）"


def guessable(key: str) -> bool:
    """Tell whether a key is short, one pattern over and over, of few signs, or an example."""
    repeats = key in (key + key)[1:-1]
    short = len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS
    return short or repeats or key.lower().startswith(EXAMPLE_KEYS)


def unsafe(settings: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield each unsafe setting, with the variable that mends it."""
    if settings["DEBUG"]:
        yield Fault("debug_on", "JICENG_DEBUG 必须为 no：调试页会泄露配置和数据。")
    if guessable(settings["SECRET_KEY"]):
        yield Fault(
            "secret_key_weak",
            f"JICENG_SECRET_KEY 至少 {SHORTEST_KEY} 个字符，须为随机值："
            "请用 openssl rand -base64 48 生成并妥善保存。",
        )
    hosts = set(settings["ALLOWED_HOSTS"])
    if not hosts - LOOPBACK or "*" in hosts:
        yield Fault("hosts_open", "JICENG_HOSTS 须写明对外的域名，不能为空，也不能是 *。")
    if settings["TIME_ZONE"] != "Asia/Shanghai" or not settings["USE_TZ"]:
        yield Fault("time_zone", "TIME_ZONE 须为 Asia/Shanghai，USE_TZ 须为真，否则期限会算错。")
    yield from _unsafe_ledger(settings)
    yield from _unsafe_database(settings["DATABASES"]["default"])


def _unsafe_ledger(settings: Mapping[str, Any]) -> Iterator[Fault]:
    key = Path(settings["LEDGER_KEY_FILE"])
    if not key.is_file():
        yield Fault(
            "ledger_key_missing",
            f"台账签名密钥不存在：{key.name}。请用 openssl genpkey -algorithm ed25519 -out 文件 "
            "生成，chmod 600，另行备份，并设 JICENG_LEDGER_KEY_FILE。",
        )
    elif key.stat().st_mode & 0o077:
        yield Fault("ledger_key_open", "台账签名密钥可被他人读取，请 chmod 600。")
    if settings["LEDGER_ORIGIN"] == "jiceng-demo-zone":
        yield Fault(
            "ledger_origin_default", "JICENG_LEDGER_ORIGIN 须改为本单位的名称，回执凭它认出处。"
        )


def _unsafe_database(database: Mapping[str, Any]) -> Iterator[Fault]:
    options = database.get("OPTIONS", {})
    if "sqlite" in database["ENGINE"]:
        yield from _unsafe_sqlite(options)
    elif not options.get("server_side_binding") or options.get("prepare_threshold") is None:
        yield Fault(
            "statements_not_prepared",
            "PostgreSQL 连接须允许预备语句（server_side_binding 与 prepare_threshold），"
            "否则每条语句都要重新解析。",
        )
    if database.get("CONN_MAX_AGE", 0) == 0:
        yield Fault(
            "connections_not_kept",
            "数据库连接须保持（CONN_MAX_AGE 不为 0），否则每次请求都要重新连接。",
        )


def _unsafe_sqlite(options: Mapping[str, Any]) -> Iterator[Fault]:
    pragmas = options.get("init_command", "")
    if "synchronous=FULL" not in pragmas or "journal_mode=WAL" not in pragmas:
        yield Fault(
            "sqlite_not_durable",
            "SQLite 须以 WAL 日志、FULL 同步运行，否则断电会丢失已受理的办件。",
        )
    if options.get("transaction_mode") != "IMMEDIATE":
        yield Fault(
            "sqlite_not_immediate", "SQLite 须以 IMMEDIATE 事务运行，否则并发写入会报“已锁定”。"
        )


def refuse_unsafe(settings: Mapping[str, Any]) -> None:
    """Raise ``ImproperlyConfigured`` with every unsafe setting of a production installation."""
    found = list(unsafe(settings))
    if found:
        raise ImproperlyConfigured(
            "正式环境配置不安全，未启动：\n- " + "\n- ".join(map(str, found))
        )
