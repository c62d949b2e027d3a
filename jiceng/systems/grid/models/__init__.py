"""Every table of the grid."""

from jiceng.systems.grid.models.appeals import Appeal
from jiceng.systems.grid.models.cells import Cell, Spot
from jiceng.systems.grid.models.desk import SavedFilter, Watch
from jiceng.systems.grid.models.incidents import Incident, PhotoFinding, Rating
from jiceng.systems.grid.models.patrols import PatrolPlan, PatrolRound
from jiceng.systems.grid.models.revision import Revision
from jiceng.systems.grid.models.routing import RoutingRule
from jiceng.systems.grid.models.standards import Category

__all__ = [
    "Appeal",
    "Category",
    "Cell",
    "Incident",
    "PatrolPlan",
    "PatrolRound",
    "PhotoFinding",
    "Rating",
    "Revision",
    "RoutingRule",
    "SavedFilter",
    "Spot",
    "Watch",
]
