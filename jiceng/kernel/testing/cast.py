"""The cast of every test, in a small zone: who may, who may not, and who sees nothing.

王 is on duty in the street, 李 walks a grid of its community, 张 heads the street, 钱 handles,
孙 verifies, 赵 is on duty in another street, 周 administers the organisation; 群众 is a resident
without account. The rows are written directly: the history of a test begins empty.
"""

from dataclasses import dataclass, field
from datetime import datetime

from jiceng.kernel.base.clock import SHANGHAI, legal_day
from jiceng.kernel.ledger.service import RESIDENT, Actor
from jiceng.kernel.orgs.models import Officer, Post, Tenure, Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.orgs.terms import ROLES, Kind

# A Monday in a week without holidays.
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)


def unit(
    code: str, name: str, kind: Kind, parent: Unit | None = None, *, at: datetime = MONDAY
) -> Unit:
    """Write a unit that exists since the day of ``at``."""
    row = Unit.objects.create(
        code=code,
        name=name,
        short_name=name,
        kind=kind,
        parent=parent,
        path=f"new/{code}",
        depth=parent.depth + 1 if parent else 0,
        division_code=code if code.isdigit() and len(code) <= 12 else "",
        founded_on=legal_day(at),
    )
    row.path = f"{parent.path if parent else '/'}{row.pk}/"
    row.save(update_fields=["path"])
    return row


def post(of: Unit, role: str) -> Post:
    """Write a post of a registered role, named after it."""
    row = _post(of, role)
    row.save(force_insert=True)
    return row


def _post(of: Unit, role: str) -> Post:
    return Post(unit=of, role=role, name=str(ROLES.get(role).label))


def officer(staff_no: str, name: str) -> Officer:
    """Write an officer who cannot sign in with a password."""
    row = _officer(staff_no, name)
    row.save(force_insert=True)
    return row


def _officer(staff_no: str, name: str) -> Officer:
    row = Officer(staff_no=staff_no, name=name, phone="13800000000")
    row.set_unusable_password()
    return row


def hold(
    holder: Officer, held: Post, *, at: datetime = MONDAY, until: datetime | None = None
) -> Capacity:
    """Let an officer hold a post in ``[at, until)``."""
    Tenure.objects.create(post=held, officer=holder, starts_at=at, ends_at=until)
    return Capacity(holder, held)


@dataclass(frozen=True)
class Cast:
    """A zone with two streets and who works in it, all since ``at``."""

    at: datetime
    zone: Unit
    street: Unit
    community: Unit
    village: Unit
    other_street: Unit
    other_community: Unit
    wang: Capacity
    li: Capacity
    zhang: Capacity
    qian: Capacity
    sun: Capacity
    zhao: Capacity
    zhou: Capacity
    crowd: Actor = field(default=RESIDENT)

    @property
    def officers(self) -> list[Capacity]:
        """Return everybody with a post."""
        return [self.wang, self.li, self.zhang, self.qian, self.sun, self.zhao, self.zhou]


def assemble(at: datetime = MONDAY) -> Cast:
    """Write the zone and its people."""
    zone = unit("990000", "示范经济开发区", Kind.ZONE, at=at)
    street = unit("990000001", "东湖街道", Kind.STREET, zone, at=at)
    community = unit("990000001001", "柳岸社区", Kind.COMMUNITY, street, at=at)
    village = unit("990000001201", "石桥村", Kind.VILLAGE, street, at=at)
    other_street = unit("990000002", "西岭街道", Kind.STREET, zone, at=at)
    other_community = unit("990000002001", "枫林社区", Kind.COMMUNITY, other_street, at=at)

    people = _at_work(
        at,
        ("1001", "王小值", street, "duty_officer"),
        ("1002", "李小格", community, "grid_member"),
        ("1003", "张小任", street, "unit_head"),
        ("1004", "钱小处", street, "handler"),
        ("1005", "孙小核", street, "verifier"),
        ("1006", "赵小远", other_street, "duty_officer"),
        ("1007", "周小组", zone, "org_admin"),
    )
    return Cast(at, zone, street, community, village, other_street, other_community, *people)


def _at_work(at: datetime, *places: tuple[str, str, Unit, str]) -> list[Capacity]:
    """Let several people hold a post each; written together, for most tests begin with it."""
    officers = Officer.objects.bulk_create(_officer(number, name) for number, name, *_ in places)
    posts = Post.objects.bulk_create(_post(of, role) for *_, of, role in places)
    held = list(zip(officers, posts, strict=True))
    Tenure.objects.bulk_create(Tenure(post=p, officer=o, starts_at=at) for o, p in held)
    return [Capacity(o, p) for o, p in held]
