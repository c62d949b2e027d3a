"""A 书记领办事项, on its shorter way, as acts."""

from datetime import timedelta

from jiceng.demo.diary import Story
from jiceng.demo.leading import Led, Part
from jiceng.demo.works import ProjectStories
from jiceng.systems.secretary_projects import actions

# One of so many items has a plan, and hangs it on the board.
PLANNED = 10


class ItemStories(ProjectStories):
    """Tells items, one story each."""

    def tell(self, led: Led) -> Story:
        """Tell the whole of it."""
        yield led.at
        self._propose(led)
        planned = led.dice.randrange(PLANNED) == 0
        if planned:
            self.plan(led, 2)
        yield from self._registered(led)
        if not led.course.registered:
            return
        if planned:
            yield led.later(1, 2)
            self._hang(led)
            yield from self.voices.speak(led)
        yield from self.work(led)

    def _registered(self, led: Led) -> Part:
        yield led.later(1, 3)
        if led.course.gate == "withdrawn":
            self.make(led, "withdraw", reason="已由街道统一组织，不再单列。")
            return
        self.make(led, "file", note="列入本年度书记领办事项，请备案。")
        if led.course.gate == "waiting":
            return
        yield led.later(1, 3)
        if led.course.gate == "refused":
            self.make(led, "refuse", office=0, reason="属部门职责，已转有关部门办理。")
            return
        if led.course.gate == "returned":
            self.make(led, "return", office=0, reason="完成期限和责任人不明确，请补充。")
            yield led.later(1, 3)
            self.make(led, "file", note="已补充完成期限和责任人。")
            yield led.later(1, 2)
        self.make(led, "register", office=led.dice.randrange(2), note="同意备案。")

    def _hang(self, led: Led) -> None:
        by = self.people.secretary(led.idea.unit)
        actions.hang_plan(by=by, at=led.at, number=led.case.number, reason="首次公开。")

    def work(self, led: Led) -> Part:
        """Work until the day has come, and let it be looked at where it is done."""
        if led.steps or led.course.end == "reworked":
            yield from super().work(led)
        elif led.course.completed:
            yield led.until(led.ends_on - timedelta(days=led.dice.randint(0, 4)))
            yield from self._finished(led)
            yield from self._accepted(led)
