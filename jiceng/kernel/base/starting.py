"""The self-check at the start: what production refuses to run with, each with how it is mended.

Whatever a setting alone shows is refused when the settings are read (``config.safety``); here
stands what only the running database, the clock and the libraries can answer.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.core.management.base import BaseCommand, SystemCheckError
from django.db import InterfaceError, OperationalError

from jiceng.kernel.base.registry import Registry

log = logging.getLogger(__name__)
TAG = "start"
ASKED = ["default"]  # the database that is asked

StartCheck = Callable[[datetime], Iterable[CheckMessage]]
Found = TypeVar("Found", bound=StartCheck)
CHECKS: Registry[StartCheck] = Registry("start check")


def start_check(function: Found) -> Found:
    """Register a question to ask at every start; it takes the instant and yields messages."""
    CHECKS.add(f"{function.__module__}.{function.__name__}", function)
    return function


def fault(code: str, sentence: str, hint: str) -> CheckMessage:
    """Return what stops the start in production and warns elsewhere; ``hint`` says the remedy."""
    kind = checks.Error if settings.PRODUCTION else checks.Warning
    return kind(sentence, hint=hint, id=code)


def look(
    read_clock: Callable[[], datetime], databases: Any = None, **kwargs: Any
) -> list[CheckMessage]:
    """Ask everything, as a system check of Django; without a database to ask, nothing."""
    if not databases:
        return []
    at = read_clock()
    try:
        return [message for check in CHECKS for message in check(at)]
    except (OperationalError, InterfaceError) as error:
        # It may come up after us. Nothing is promised meanwhile: every request answers 503.
        sentence = f"数据库暂时无法连接，启动自检没有做完：{error}"
        return [
            checks.Warning(sentence, hint="数据库恢复后请重新启动，以完成自检。", id="base.W001")
        ]


def refuse_unsafe() -> None:
    """Raise ``SystemCheckError`` with all that is unsafe in production; log what only warns."""
    found = checks.run_checks(tags=[TAG], databases=ASKED)
    serious = [message for message in found if message.is_serious()]
    for message in found:
        log.log(message.level, "%s", message)
    if serious:
        raise SystemCheckError("启动自检未通过，未启动：\n" + "\n".join(map(str, serious)))


class StartingCommand(BaseCommand):
    """A command that starts part of the platform; before it does anything it asks everything."""

    def get_check_kwargs(self, options: dict[str, Any]) -> dict[Any, Any]:
        """Let the checks ask the database too."""
        return {"databases": ASKED}
