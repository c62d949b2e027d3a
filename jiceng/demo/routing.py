"""The routing rules of the demo zone: in each street every category goes to its team."""

from collections.abc import Mapping
from datetime import datetime

from jiceng.demo import zone
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Unit
from jiceng.systems.grid import actions


def set_rules(units: Mapping[str, Unit], at: datetime) -> None:
    """Draft the rules and put them in force; the teams have their people by then."""
    position = 0
    for number, (street, name, _kind) in enumerate(zone.STREETS, start=1):
        for suffix, team, categories in zone.TEAMS:
            position += 10
            code = f"S{number}-{suffix}"
            actions.draft_rule(
                by=SYSTEM,
                at=at,
                code=code,
                name=f"{name}：{team}",
                position=position,
                conditions={"categories": list(categories), "units": [street]},
                unit=units[f"{street}{suffix}"],
            )
            actions.activate_rule(by=SYSTEM, at=at, code=code)
