"""The organisation that a file speaks of: units as it names them, posts as the procedure needs.

The engine lets only the holder of a post move a case, and somebody else than the handler verify.
A file of elsewhere names units, never persons. So each unit gets the posts that the procedure
needs there, each held by a placeholder who is no person: without password, so nobody can sign in
as one, and named as what it is. All of it is founded by acts, like any other organisation.
"""

import hashlib
from collections.abc import Iterable
from functools import cached_property

from jiceng.kernel.ledger.service import OPERATOR
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import ROLES, appoint, create_post, found_unit, register_officer
from jiceng.kernel.orgs.terms import Kind
from jiceng.systems.grid.management.replay.mapping import Organisation
from jiceng.systems.grid.management.replay.rows import Request
from jiceng.systems.grid.procedure import GRID_CASE

PLACEHOLDER = "导入占位"


def _roles(*places: str) -> list[str]:
    """Return the roles that hold a step at the unit that answers, or at the one that disposes."""
    held = [step.holder for step in GRID_CASE.steps if step.holder is not None]
    return sorted({holder.role for holder in held if holder.at in places})


# What is imported is passed up to nobody, so who answers is who received it.
OWNER_ROLES, HANDLER_ROLES = _roles("owner", "contact"), _roles("given")
HEAD_ROLES = sorted({step.escalates_to for step in GRID_CASE.steps if step.escalates_to})


def _digest(*names: str) -> str:
    return hashlib.sha256("\0".join(names).encode()).hexdigest()[:10]


class Founder:
    """Finds the units of a request, and founds those that do not exist yet.

    It reads the tree once and then trusts its memory: one founder a transaction.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        mine = Unit.objects.filter(code__startswith=f"{organisation.code}.")
        self._units = {unit.code: unit for unit in mine}

    @cached_property
    def _top(self) -> Unit:
        """The unit over all of them: the root of an empty tree, or a unit below the root."""
        code = self._organisation.code
        unit = Unit.objects.filter(code=code).first()
        if unit is None:
            root = Unit.objects.filter(parent=None, dissolved_on=None).first()
            unit = self._found(code, self._organisation.name, self._organisation.kind, root)
            self._fill(unit, HEAD_ROLES)
        return unit

    def units(self, request: Request) -> tuple[Unit, Unit]:
        """Return the unit that answers for a request, and the one that disposes."""
        owner = self._unit(request.owner, self._top_code, OWNER_ROLES, [request.owner])
        names = [request.owner, request.handler]
        return owner, self._unit(request.handler, owner.code, HANDLER_ROLES, names)

    @property
    def _top_code(self) -> str:
        return self._organisation.code

    def _unit(self, name: str, parent: str, roles: Iterable[str], names: list[str]) -> Unit:
        code = f"{self._organisation.code}.{_digest(*names)}"
        if code not in self._units:
            above = self._units.get(parent) or self._top
            self._units[code] = self._found(code, name, Kind.OFFICE, above)
            self._fill(self._units[code], roles)
        return self._units[code]

    def _found(self, code: str, name: str, kind: str, parent: Unit | None) -> Unit:
        done = found_unit(
            by=OPERATOR,
            at=self._organisation.founded,
            code=code,
            name=name,
            short_name=name[:50],
            kind=kind,
            parent=parent,
        )
        assert done.value is not None  # no idempotency key, so never a replay
        return done.value

    def _fill(self, unit: Unit, roles: Iterable[str]) -> None:
        """Create a post of each role and let a placeholder hold it, since the founding."""
        stamp = {"by": OPERATOR, "at": self._organisation.founded}
        for role in roles:
            label = str(ROLES.get(role).label)
            post = create_post(unit=unit, role=role, name=label, **stamp).value
            number = f"{self._organisation.code}-{_digest(unit.code, role)}"
            name = f"{PLACEHOLDER}（{label}）"
            officer = register_officer(staff_no=number, name=name, **stamp).value
            assert post is not None
            assert officer is not None
            appoint(post=post, officer=officer, **stamp)
