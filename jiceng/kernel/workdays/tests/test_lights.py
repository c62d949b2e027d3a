"""How pressing a deadline is."""

import pytest

from jiceng.kernel.workdays import rules
from jiceng.kernel.workdays.tests.telling import at, cases, limit

LIGHTS = """
plenty of time                   | 5工作日 | 07-10 10:00 | 07-06 10:00 | green
a quarter exactly                | 4工作日 | 07-10 18:00 | 07-09 18:00 | green
just under a quarter             | 4工作日 | 07-10 18:00 | 07-10 08:01 | yellow
four hours exactly               | 8工作时 | 07-06 18:00 | 07-06 14:00 | green
just under four hours            | 8工作时 | 07-06 18:00 | 07-06 14:01 | yellow
a weekend between, four hours    | -       | 07-06 11:00 | 07-03 17:00 | green
a weekend between, two hours     | -       | 07-06 09:00 | 07-03 17:00 | yellow
a holiday between, two hours     | -       | 10-08 09:00 | 09-30 17:00 | yellow
the last of five days            | 5工作日次日起算 | 07-10 24:00 | 07-10 08:00 | yellow
the last but one of five         | 5工作日次日起算 | 07-10 24:00 | 07-09 08:00 | green
the last of five calendar days   | 5自然日次日起算 | 07-10 24:00 | 07-10 00:00 | yellow
at the very instant              | -       | 07-06 10:00 | 07-06 10:00 | yellow
a microsecond later              | -       | 07-06 10:00 | 07-06 10:00:00.000001 | red
two urgent hours begin green      | 2紧急工作时   | 07-06 10:00 | 07-06 08:00 | green
half an hour of two is a quarter  | 2紧急工作时   | 07-06 10:00 | 07-06 09:30 | green
less than half an hour of two     | 2紧急工作时   | 07-06 10:00 | 07-06 09:31 | yellow
a short limit has no floor        | 4工作时       | 07-06 12:00 | 07-06 09:00 | green
a working day has the floor       | 8工作时       | 07-06 18:00 | 07-06 15:30 | yellow
urgent, a fifth left, a workday  | 120紧急工作时 | 07-08 08:00 | 07-07 08:00 | yellow
calendar days, a fifth left      | 10自然日 | 07-08 18:00 | 07-07 08:00 | yellow
# A light on an old or a far record must not fail.
an old record, overdue           | -       | 2015-01-05 10:00 | 07-06 10:00      | red
an old record in its time        | -       | 2015-01-20 10:00 | 2015-01-05 10:00 | green
an old record in its last hours  | 3工作日 | 2015-01-05 12:00 | 2015-01-05 10:00 | yellow
beyond the table                 | -       | 2100-01-05 12:00 | 01-05 10:00      | green
"""


@pytest.mark.parametrize(("story", "period", "due", "now", "light"), cases(LIGHTS))
def test_lights(shipped, story, period, due, now, light):
    assert rules.light(shipped, at(due), at(now), limit(period)) == light, story
