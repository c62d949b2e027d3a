"""Where the tests of this folder knock: a town in which something was reported."""

from dataclasses import dataclass, field

from django.test import Client

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests import sending
from jiceng.systems.grid.tests.scene import Grid


@dataclass(frozen=True)
class Town:
    """A reported case with a photo, its duty officer, its reporter, and cases that ended late."""

    grid: Grid
    case: Case
    photo: Attachment
    late: Case
    appeal: Case
    reporter: Client
    stranger: Client = field(default_factory=Client)

    @property
    def wang(self) -> Client:
        """Return a browser of the duty officer, who holds the case."""
        return sending.desk(self.grid.cast.wang)

    @property
    def qian(self) -> Client:
        """Return a browser of the handler, whose case ended late yesterday."""
        return sending.desk(self.grid.cast.qian)
