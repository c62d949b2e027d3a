"""The flow."""

from typing import Any

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.models import Process


class CaseFlow(flow.Flow):
    """A case from its report to its end."""

    process_class = Process

    start = flow.StartHandle(this.open_case).Next(this.judge)
    judge = flow.Handle(this.make).Next(this.dispatch)
    dispatch = flow.Handle(this.make).Next(this.reassign)
    reassign = flow.Handle(this.make).Next(this.dispose)
    dispose = flow.Handle(this.make).Next(this.verify)
    verify = flow.Handle(this.make).Next(this.close)
    close = flow.Handle(this.make).Next(this.end)
    end = flow.End()

    def open_case(self, activation: Any) -> Any:
        """Begin."""
        return activation.process

    def make(self, activation: Any) -> Any:
        """Make a move that needs nothing."""
        return activation.process
