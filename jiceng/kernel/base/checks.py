"""What must hold at every start: the database keeps what it confirmed, the clock can be right."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.core.checks import CheckMessage
from django.db import connection

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.starting import fault, start_check

# A setting, the values with which a confirmed commit can be lost, and how to mend it.
POSTGRESQL = (
    ("fsync", {"off"}, "ALTER SYSTEM SET fsync = on"),
    ("synchronous_commit", {"off"}, "ALTER SYSTEM SET synchronous_commit = on"),
    ("full_page_writes", {"off"}, "ALTER SYSTEM SET full_page_writes = on"),
)
SQLITE = (
    ("journal_mode", {"wal"}, "PRAGMA journal_mode=WAL"),
    ("synchronous", {"2", "3"}, "PRAGMA synchronous=FULL"),
    ("foreign_keys", {"1"}, "PRAGMA foreign_keys=ON"),
)
# Two clocks that are further apart would order the same events differently.
SKEW = timedelta(seconds=30)


def postgresql_faults(held: Mapping[str, str]) -> Iterator[CheckMessage]:
    """Yield a message for each parameter with which PostgreSQL may lose a confirmed commit."""
    for name, unsafe, remedy in POSTGRESQL:
        if held.get(name, "off") in unsafe:
            yield fault(
                "base.E001",
                f"PostgreSQL 的 {name} 为 {held.get(name)}：断电或崩溃会丢失已受理的办件。",
                f"执行 {remedy}，并重新载入配置（SELECT pg_reload_conf()）；"
                "也请查看该用户、该库是否另有设置。",
            )


def sqlite_faults(held: Mapping[str, str], transaction_mode: str | None) -> Iterator[CheckMessage]:
    """Yield a message for each pragma of SQLite that is not what this connection needs."""
    for name, safe, remedy in SQLITE:
        if held.get(name, "") not in safe:
            yield fault(
                "base.E002",
                f"SQLite 的 {name} 实际为 {held.get(name)}，数据得不到保障。",
                f"连接时应执行 {remedy}；数据目录须在本机磁盘上，网络盘不支持 WAL。",
            )
    if transaction_mode != "IMMEDIATE":
        yield fault(
            "base.E003",
            f"SQLite 的事务方式为 {transaction_mode}，并发写入会报“已锁定”。",
            "数据库设置的 OPTIONS 中 transaction_mode 应为 IMMEDIATE。",
        )


def clock_faults(ours: datetime, theirs: datetime) -> Iterator[CheckMessage]:
    """Yield a message where the clock of the database is not ours."""
    if abs(ours - theirs) > SKEW:
        yield fault(
            "base.E004",
            f"本机时钟与数据库时钟相差 {abs(ours - theirs).total_seconds():.0f} 秒。",
            "请在两台机器上启用同一时间源（chrony 或 ntpd），校准后再启动。",
        )


def zone_faults(name: str, aware: bool, at: datetime) -> Iterator[CheckMessage]:
    """Yield a message where days would not be those of Beijing."""
    offset = at.astimezone(SHANGHAI).utcoffset()
    if name != "Asia/Shanghai" or not aware or offset != timedelta(hours=8):
        yield fault(
            "base.E005",
            f"时区为 {name}，北京时间的偏移算得 {offset}：期限会算错。",
            "TIME_ZONE 应为 Asia/Shanghai，USE_TZ 为真；并安装系统的 tzdata。",
        )


def _ask(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


@start_check
def database_keeps(at: datetime) -> Iterator[CheckMessage]:
    """Ask the connection itself: a setting of the server, role or file may overrule ours."""
    if connection.vendor == "postgresql":
        yield from postgresql_faults({name: _ask(f"SHOW {name}") for name, _un, _re in POSTGRESQL})
    else:
        pragmas = {name: _ask(f"PRAGMA {name}") for name, _safe, _re in SQLITE}
        yield from sqlite_faults(pragmas, getattr(connection, "transaction_mode", None))


@start_check
def clock_agrees(at: datetime) -> Iterator[CheckMessage]:
    """Compare the clocks; SQLite reads ours."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            yield from clock_faults(at, cursor.fetchone()[0])


@start_check
def zone_is_beijing(at: datetime) -> Iterator[CheckMessage]:
    """Look at the time zone."""
    yield from zone_faults(settings.TIME_ZONE, settings.USE_TZ, at)
