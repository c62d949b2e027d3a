"""The projects and items of the secretaries in 2022, from the proposal to the last day, as acts."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from jiceng.demo.boards import Voices
from jiceng.demo.diary import Story, on
from jiceng.demo.dispatching import Dispatching
from jiceng.demo.ideas import ITEMS, PROJECTS, Agenda
from jiceng.demo.inspecting import Inspecting
from jiceng.demo.items import ItemStories
from jiceng.demo.leading import USUAL, Course, Led, People
from jiceng.demo.learning import Learning
from jiceng.demo.organisation import FOUNDED_AT, Zone
from jiceng.demo.outcomes import Outcomes
from jiceng.demo.party import organisations
from jiceng.demo.works import ProjectStories
from jiceng.systems.secretary_projects.terms import Theme

# Who goes first in a theme: the zone's own secretary, and the community with the park.
FIRST = {Theme.INVESTMENT: "340871P01", Theme.COLLECTIVE: "340871001003P01"}
PARK: dict[str, Any] = {
    "title": "刘纪社区新一代信息技术产业园运营增收",
    "background": "产业园厂房分散出租，合同期限不一，租金收缴靠人工催，空置没有台账。",
    "expected": "厂房出租率九成五以上，11月底前租金到账2500万元，收支按季公开。",
}
# What does not go the usual way, by the number of the project or item in the year.
PROJECT_COURSES = {
    3: Course("not_upheld"),
    7: Course("returned"),
    9: Course("upheld"),
    11: Course(end="reworked"),
    14: Course("recalled"),
    17: Course("not_upheld", "late"),
    20: Course(end="accepting"),
    23: Course("not_upheld"),
    28: Course(end="running"),
    33: Course(end="running"),
    35: Course(end="running"),
}
ITEM_COURSES = {
    12: Course("returned"),
    37: Course(end="reworked"),
    58: Course(end="late"),
    77: Course("returned"),
    96: Course(end="late"),
    121: Course(end="late"),
    140: Course(end="reworked"),
    155: Course(end="late"),
    **{number: Course(end="running") for number in (*range(188, 208, 4), *range(213, 222))},
}
# Proposed, and not registered by the end of November.
OTHERS = (
    (date(2022, 2, 21), Theme.LIVELIHOOD, Course("refused")),
    (date(2022, 5, 16), Theme.GOVERNANCE, Course("withdrawn")),
    (date(2022, 10, 31), Theme.GOVERNANCE, Course("objected")),
)
OTHER_ITEMS = (
    (date(2022, 3, 14), Theme.LIVELIHOOD, Course("refused")),
    (date(2022, 6, 20), Theme.PARTY, Course("withdrawn")),
    (date(2022, 11, 25), Theme.GOVERNANCE, Course("waiting")),
)
LAST_END = date(2022, 11, 9)


def project_stories(founded: Zone) -> list[Story]:
    """Return all stories of the year, to be told in the order of time."""
    people = People(founded, FOUNDED_AT)
    agenda = Agenda(organisations(), seed=36)
    voices = Voices(people)
    projects = ProjectStories(people, voices)
    items = ItemStories(people, voices)
    led = [*led_projects(agenda), *led_items(agenda)]
    return [
        *(projects.tell(each) if each.lasting else items.tell(each) for each in led),
        Dispatching(people).tell(),
        *Inspecting(people).stories(),
        *Outcomes(people).stories(),
        Learning(people).tell(),
    ]


def spread(first: date, last: date, count: int) -> list[date]:
    """Return so many days from ``first`` to ``last``."""
    return [first + (last - first) * place / count for place in range(count)]


def led_projects(agenda: Agenda) -> Iterator[Led]:
    """Yield what becomes 书记项目, and what does not."""
    days = [
        *spread(date(2022, 1, 10), date(2022, 3, 25), 22),
        *spread(date(2022, 4, 6), date(2022, 7, 8), 14),
    ]
    first = dict(FIRST)
    for number, (day, theme) in enumerate(zip(days, agenda.themes(PROJECTS), strict=True)):
        unit = first.pop(theme, "")
        course = PROJECT_COURSES.get(number, USUAL)
        led = _led(agenda, day, theme, course, number, unit, lasting=True)
        if unit == FIRST[Theme.COLLECTIVE]:
            led.idea = replace(led.idea, **PARK)
        yield led
    for number, (day, theme, course) in enumerate(OTHERS, start=len(days)):
        yield _led(agenda, day, theme, course, number, lasting=True)


def led_items(agenda: Agenda) -> Iterator[Led]:
    """Yield what becomes 书记领办事项, and what does not."""
    total = sum(ITEMS.values())
    days = spread(date(2022, 1, 10), date(2022, 10, 17), total)
    for number, (day, theme) in enumerate(zip(days, agenda.themes(ITEMS), strict=True)):
        course = ITEM_COURSES.get(number, USUAL)
        yield _led(agenda, day, theme, course, 1_000 + number)
    for number, (day, theme, course) in enumerate(OTHER_ITEMS, start=1_000 + total):
        yield _led(agenda, day, theme, course, number)


def _led(
    agenda: Agenda,
    day: date,
    theme: Theme,
    course: Course,
    seed: int,
    unit: str = "",
    *,
    lasting: bool = False,
) -> Led:
    """Return what is led, with the day on which its work ends, and the one by which it should."""
    dice = random.Random(seed)
    length = dice.randint(150, 230) if lasting else dice.randint(30, 110)
    ends_on = max(min(day + timedelta(days=length), LAST_END), day + timedelta(days=21))
    spare = -dice.randint(3, 20) if dice.random() < 0.1 and length > 60 else dice.randint(8, 40)
    due_on = ends_on + timedelta(days=spare)
    if course.end == "late":
        due_on = min(due_on, date(2022, 10, 31))
    elif not course.completed:
        due_on = max(due_on, date(2022, 12, 31))
    idea = agenda.idea(theme, day, unit)
    return Led(idea, course, dice, on(day, dice), ends_on, due_on, lasting=lasting)
