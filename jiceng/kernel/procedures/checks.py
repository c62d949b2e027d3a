"""A definition with faults stops the start."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from jiceng.kernel.procedures.publishing import PROCEDURES
from jiceng.kernel.procedures.soundness import problems


@register("procedures")
def definitions_are_sound(**kwargs: Any) -> list[CheckMessage]:
    """Report every fault of every shipped procedure."""
    return [
        Error(f"{procedure.label}：{fault.sentence}", id=f"procedures.{fault.code}")
        for procedure in PROCEDURES
        for fault in problems(procedure)
    ]
