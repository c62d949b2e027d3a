"""Who asks, at which instant, and what each may open: written down by hand, case by case."""

from dataclasses import dataclass
from datetime import timedelta

from tests.visibility.town import HOUR, SECOND

NOW = timedelta()


@dataclass(frozen=True)
class Persona:
    """Somebody ``after`` the instant of the town; ``sees`` are cases of the desk by their names,
    ``opened`` those that the session of a resident has opened."""

    label: str
    who: str = ""
    after: timedelta = NOW
    sees: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    appeals: bool = False


def _names(*lines: str) -> frozenset[str]:
    return frozenset(name for line in lines for name in line.split())


COMMUNITY = "ordinary sensitive since_secret main merged split part_a part_b ended reopened late"
VILLAGE = "new imported"
STREET_A = _names(COMMUNITY, VILLAGE, "lent orphan passed passed_merged")
STREET_B = _names("far joined anonymous")
ALL = STREET_A | STREET_B
OF_COMMUNITY = _names(COMMUNITY, "lent")
AS_DEPUTY = STREET_A | STREET_B

PERSONAS = [
    Persona("resident without session"),
    Persona("resident of an own case", opened=_names("ordinary")),
    Persona("resident of a merged case", opened=_names("merged")),
    Persona("resident who joined", opened=_names("joined")),
    Persona("duty officer of street A", "wang", sees=STREET_A, appeals=True),
    Persona("chief of street A", "zhang", sees=STREET_A, appeals=True),
    Persona(
        "handler of street A",
        "qian",
        sees=_names("ordinary sensitive ended reopened late part_a"),
        appeals=True,
    ),
    Persona("verifier of street A", "sun", appeals=True),
    Persona("verifier of the community", "wei", sees=OF_COMMUNITY, appeals=True),
    Persona("grid member", "li", sees=OF_COMMUNITY, appeals=True),
    Persona("secretary of a party unit", "party"),
    Persona("duty officer of street B", "zhao", sees=STREET_B),
    Persona("chief of street B", "han", sees=STREET_B),
    Persona("handler of street B", "shen", sees=_names("far lent part_b")),
    Persona("chief of the zone", "chen", sees=ALL, appeals=True),
    Persona("duty officer of the zone", "feng", sees=ALL, appeals=True),
    Persona("auditor", "auditor", sees=ALL, appeals=True),
    Persona("administrator", "zhou", sees=ALL, appeals=True),
    Persona("deputy a second before", "deputy", -SECOND, sees=STREET_B),
    Persona("deputy at the start", "deputy", sees=AS_DEPUTY, appeals=True),
    Persona("deputy a second before the end", "deputy", HOUR - SECOND, AS_DEPUTY, appeals=True),
    Persona("deputy at the end", "deputy", HOUR, sees=STREET_B),
    Persona(
        "chief of the village in the last second",
        "former",
        -SECOND,
        sees=_names(VILLAGE, "passed passed_merged"),
    ),
    Persona("chief of the village at the end", "former"),
    Persona("chief of the village a second after", "former", SECOND),
    Persona("officer without post", "idle"),
    Persona("officer who was deactivated", "inactive"),
    Persona("chief of a unit that was dissolved", "gone"),
]
