"""Procedures that ship with a system, and their published, immutable versions."""

from datetime import datetime
from functools import lru_cache

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Conflict, Refusal
from jiceng.kernel.base.registry import Registry
from jiceng.kernel.ledger.service import SYSTEM, append
from jiceng.kernel.procedures.models import ProcedureVersion
from jiceng.kernel.procedures.rules import Procedure
from jiceng.kernel.procedures.soundness import problems
from jiceng.kernel.procedures.terms import PUBLISHED

PROCEDURES: Registry[Procedure] = Registry("procedure")

# Asked at every report: composing it anew took a fifth of that.
NEWEST = (
    f"SELECT id FROM {ProcedureVersion._meta.db_table} WHERE code = %s"
    " ORDER BY published_at DESC, id DESC LIMIT 1"
)


class Unsound(Refusal):
    """A definition with faults is not published (422)."""

    status = 422
    code = "unsound"
    sentence = _("流程定义有缺陷，不能发布。")


class VersionChanged(Conflict):
    """A published version was edited; it needs a new version name (409)."""

    code = "version_changed"
    sentence = _("该版本已经发布，修改后须使用新的版本号。")


def register(procedure: Procedure) -> Procedure:
    """Make a shipped definition known; ``manage.py check`` tests it, ``publish`` publishes it."""
    return PROCEDURES.add(f"{procedure.code} {procedure.version}", procedure)


def publish(procedure: Procedure, *, at: datetime) -> ProcedureVersion:
    """Publish ``procedure`` once; again changes nothing; edited raises ``VersionChanged``."""
    faults = problems(procedure)
    if faults:
        raise Unsound(problems=[fault.sentence for fault in faults])
    with translation.override("zh-hans"), transaction.atomic():
        fingerprint = procedure.fingerprint()
        version, new = ProcedureVersion.objects.get_or_create(
            code=procedure.code,
            version=procedure.version,
            defaults={
                "label": str(procedure.label),
                "fingerprint": fingerprint,
                "definition": procedure.canonical(),
                "published_at": at,
            },
        )
        if version.fingerprint != fingerprint:
            raise VersionChanged(procedure=procedure.code, version=procedure.version)
        if new:
            append(
                event=PUBLISHED,
                subject=f"procedures.version:{procedure.code}-{procedure.version}",
                by=SYSTEM,
                at=at,
                facts={"fingerprint": fingerprint, "label": str(procedure.label)},
            )
    return version


def publish_all(*, at: datetime) -> list[ProcedureVersion]:
    """Publish every registered definition that is not published yet."""
    return [publish(procedure, at=at) for procedure in PROCEDURES]


def current(code: str) -> ProcedureVersion:
    """Return the newest published version; ``KeyError`` where none is published."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [code])
        found = cursor.fetchone()
    if found is None:
        raise KeyError(code)
    return version_of(found[0])


@lru_cache(maxsize=256)
def version_of(pk: int) -> ProcedureVersion:
    """Return a published version from memory: it never changes."""
    return ProcedureVersion.objects.get(pk=pk)
