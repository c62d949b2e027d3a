"""Pauses: what they add to a deadline, when they are refused, what they leave of a budget."""

import pytest

from jiceng.kernel.workdays import rules
from jiceng.kernel.workdays.refusals import PausesDisordered
from jiceng.kernel.workdays.rules import workdays
from jiceng.kernel.workdays.tests.telling import at, cases, limit, stops

PAUSED = """
hours of a working day          | 8工作时 | 07-06 08:00 | 07-06 10:00~07-06 11:00 | 07-07 09:00
a pause at night costs nothing  | 8工作时 | 07-06 09:00 | 07-06 19:00~07-07 07:00 | 07-07 09:00
of a weekend only the workdays  | 3工作日 | 07-02 10:00 | 07-03 10:00~07-06 10:00 | 07-08 10:00
of a holiday nothing            | 1工作日 | 09-30 16:00 | 10-01 10:00~10-07 10:00 | 10-08 16:00
two pauses | 2工作日 | 07-06 10:00 | 07-06 11:00~07-07 11:00, 07-08 09:00~07-09 09:00 | 07-10 10:00
they touch | 1工作日 | 07-06 10:00 | 07-06 11:00~07-07 11:00, 07-07 11:00~07-08 11:00 | 07-09 10:00
a pause of no length            | 1工作日 | 07-06 10:00 | 07-06 11:00~07-06 11:00 | 07-07 10:00
whole days                | 3工作日次日起算 | 07-06 10:00 | 07-07 09:00~07-10 15:00 | 07-14 24:00
within one day            | 3工作日次日起算 | 07-06 10:00 | 07-07 09:00~07-07 15:00 | 07-09 24:00
on the last day           | 1工作日次日起算 | 07-06 10:00 | 07-07 09:00~07-09 15:00 | 07-09 24:00
on the day of the start   | 1工作日次日起算 | 07-06 10:00 | 07-06 11:00~07-07 15:00 | 07-07 24:00
over the holiday          | 2工作日次日起算 | 09-28 10:00 | 09-29 10:00~10-09 10:00 | 10-10 24:00
calendar days                   | 5自然日 | 07-06 10:00 | 07-07 10:00~07-09 10:00 | 07-13 10:00
calendar days, whole      | 5自然日次日起算 | 07-06 10:00 | 07-07 10:00~07-09 09:00 | 07-13 24:00
urgent hours                | 2紧急工作时 | 07-06 22:00 | 07-06 23:00~07-07 05:00 | 07-07 06:00
# Nothing was left any more that a pause could save.
the time was over               | 1工作时 | 07-06 08:00 | 07-06 10:00~07-06 11:00 | 07-06 09:00
at the very end                 | 1工作时 | 07-06 08:00 | 07-06 09:00~07-06 11:00 | 07-06 09:00
the night after the last hour   | 8工作时 | 07-06 08:00 | 07-06 20:00~07-07 11:00 | 07-06 18:00
"""


@pytest.mark.parametrize(("story", "period", "start", "pauses", "due"), cases(PAUSED))
def test_pauses(shipped, story, period, start, pauses, due):
    found = rules.deadline(shipped, at(start), limit(period), stops(pauses))
    assert found.due_at == at(due), story
    shuffled = rules.deadline(shipped, at(start), limit(period), reversed(stops(pauses)))
    assert shuffled.due_at == found.due_at
    unpaused = rules.deadline(shipped, at(start), limit(period))
    assert [stop for stop, _moved in found.trace.stops] == stops(pauses)
    moved = any(moved for _stop, moved in found.trace.stops)
    assert moved is (found.due_at != unpaused.due_at), story


DISORDERED = """
they overlap                | 07-06 10:00~07-08 10:00, 07-07 10:00~07-09 10:00
one lies in the other       | 07-06 10:00~07-08 10:00, 07-07 10:00~07-07 11:00
it ends before it begins    | 07-07 10:00~07-06 10:00
it is older than the start  | 07-05 10:00~07-07 10:00
"""


@pytest.mark.parametrize(("story", "pauses"), cases(DISORDERED))
def test_disordered_pauses_are_refused(shipped, story, pauses):
    with pytest.raises(PausesDisordered) as refusal:
        rules.deadline(shipped, at("07-06 09:00"), workdays(5), stops(pauses))
    assert (refusal.value.code, refusal.value.status) == ("pauses_disordered", 422), story


HOURS = 3_600_000_000

BUDGETS = """
at the start          | 2工作日 | 07-06 10:00 | -                       | 07-06 10:00 | 0 | 16
an hour later         | 2工作日 | 07-06 10:00 | -                       | 07-06 11:00 | 1 | 15
at night              | 2工作日 | 07-06 10:00 | -                       | 07-07 03:00 | 6 | 10
in a pause            | 2工作日 | 07-06 10:00 | 07-06 11:00~07-07 11:00 | 07-07 09:00 | 1 | 15
after a pause         | 2工作日 | 07-06 10:00 | 07-06 11:00~07-07 11:00 | 07-07 12:00 | 2 | 14
at the end            | 2工作日 | 07-06 10:00 | 07-06 11:00~07-07 11:00 | 07-09 10:00 | 16 | 0
long after            | 2工作日 | 07-06 10:00 | 07-06 11:00~07-07 11:00 | 07-20 10:00 | 16 | 0
before the start      | 2工作日 | 07-06 10:00 | -                       | 07-01 10:00 | 0 | 16
a pause that came too late | 1工作时 | 07-06 08:00 | 07-06 10:00~07-06 11:00 | 07-06 12:00 | 1 | 0
"""


@pytest.mark.parametrize(
    ("story", "period", "start", "pauses", "now", "spent", "left"), cases(BUDGETS)
)
def test_budgets(shipped, story, period, start, pauses, now, spent, left):
    found = rules.budget(shipped, at(start), limit(period), stops(pauses), at(now))
    assert (found.spent, found.left) == (int(spent) * HOURS, int(left) * HOURS), story
    assert found.total == found.spent + found.left
