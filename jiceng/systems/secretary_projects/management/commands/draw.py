"""``manage.py draw UID [--seed SEED]``: make a draw again from its lists, and say whether it is the
one that was made."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jiceng.systems.secretary_projects.actions import drawn_of
from jiceng.systems.secretary_projects.models import Draw
from jiceng.systems.secretary_projects.rules.drawing import commitment


class Command(BaseCommand):
    """Repeat a draw; exits 1 where the seed is not the one committed to, or another was drawn."""

    help = "按种子重抽一次并核对：draw 编号 [--seed 种子]；不给种子则用已揭示的种子。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which draw, and the seed where it is not revealed yet."""
        parser.add_argument("uid", help="抽签编号")
        parser.add_argument("--seed", default="", help="种子（64位十六进制）")

    def handle(self, *args: Any, uid: str, seed: str, **options: Any) -> None:
        """Draw again, list what comes, and compare."""
        draw = Draw.objects.filter(uid=uid).first()
        if draw is None:
            raise CommandError("没有这个抽签（not_found）")
        seed = seed or (draw.seed if draw.revealed_at else "")
        if not seed:
            raise CommandError("种子还没有揭示，请用 --seed 给出（sealed）")
        if commitment(seed) != draw.commitment:
            raise CommandError("种子与公布的摘要不符（wrong_seed）")
        drawn = drawn_of(draw, seed)
        for candidate, team in drawn:
            self.stdout.write(f"{candidate.number} {candidate.group} {'、'.join(team)}")
        made = set(draw.visits.values_list("project__case__number", flat=True))
        if draw.drawn_at and made != {candidate.number for candidate, _team in drawn}:
            raise CommandError("与当时抽中的不符（differs）")
        self.stdout.write("与公布的摘要和抽签结果一致。")
