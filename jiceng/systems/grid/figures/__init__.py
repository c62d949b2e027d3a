"""The figures of the grid: what was reported, sent out, dealt with, closed, and what is in hand.

All of them are made of rows that history does not change: stays in steps, appeals, ratings as the
ledger has them. So a number as of a day stays what it was, whatever became of a case since.
"""

from jiceng.systems.grid.figures import chapter, closing, people, reports, standing, tasks

__all__ = ["chapter", "closing", "people", "reports", "standing", "tasks"]
