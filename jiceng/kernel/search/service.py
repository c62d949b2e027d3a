"""The door of search 检索: everything that other packages may use.

Register a source of things with ``indexed``; ``put`` and ``drop`` a thing in the transaction that
changes it, or insert its ``new_card`` with it; ask with ``matching``, a condition for any query
set.
"""

from jiceng.kernel.search.cards import SearchTooLong, drop, matching, new_card, put, put_many
from jiceng.kernel.search.database import scrub
from jiceng.kernel.search.sources import SOURCES, Item, indexed
from jiceng.kernel.search.upkeep import Findings, check, rebuild

__all__ = [
    "SOURCES",
    "Findings",
    "Item",
    "SearchTooLong",
    "check",
    "drop",
    "indexed",
    "matching",
    "new_card",
    "put",
    "put_many",
    "rebuild",
    "scrub",
]
