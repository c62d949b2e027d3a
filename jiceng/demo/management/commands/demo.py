"""``manage.py demo``: founds the demo zone in an empty database; again it changes nothing."""

from collections import deque
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from jiceng.demo.courses import CASES
from jiceng.demo.diary import tell
from jiceng.demo.organisation import ACCOUNTS, PASSWORD, Founder, is_founded
from jiceng.demo.projects import project_stories
from jiceng.demo.rounds import walk_rounds
from jiceng.demo.stories import STORIES, Teller
from jiceng.demo.year import Chronicler
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.service import seal
from jiceng.kernel.orgs.models import Unit


class Command(BaseCommand):
    """Write the demo zone and say how to sign in."""

    help = "在空数据库中建立演示区（虚构记录）；已有数据时不做任何改动。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Found the zone unless something is there; print the accounts where it is the demo's."""
        if settings.PRODUCTION:
            raise CommandError("正式环境不写入演示数据（production）")
        if Unit.objects.exists():
            self.stdout.write("数据库中已有单位，保留现有数据。")
        else:
            self._found()
        if is_founded():
            self._print_accounts()

    def _found(self) -> None:
        with transaction.atomic():
            self._tell()
        while seal(clock.read()):
            pass
        self.stdout.write(self.style.SUCCESS(f"演示区已建立：{Unit.objects.count()} 个单位。"))

    def _tell(self) -> None:
        """Interrupted half-way, the database stays empty and the next run begins anew."""
        founder = Founder()
        total = 6 + len(STORIES) + CASES
        with tqdm(total=total, desc="建立演示区", ncols=72, leave=False) as bar:
            for part in founder.found():
                bar.set_postfix_str(part)
                bar.update()
            bar.set_postfix_str("2022年")
            for _case in Chronicler(founder.zone, clock.read()).tell_year():
                bar.update()
            bar.set_postfix_str("书记项目")
            stories = project_stories(founder.zone)
            bar.total += len(stories)
            for _story in tell(stories):
                bar.update()
            bar.set_postfix_str("网格事件")
            teller = Teller(founder.zone, clock.read())
            for seed, story in enumerate(STORIES, start=1):
                teller.tell(story, seed)
                bar.update()
            bar.set_postfix_str("巡查")
            deque(walk_rounds(clock.read()), maxlen=0)
            bar.update()

    def _print_accounts(self) -> None:
        self.stdout.write(f"\n演示账号（密码均为 {PASSWORD}）：")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.staff_no}  {account.what}")
