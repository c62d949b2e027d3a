"""The way into this package: who acts, who sees, and every change of the organisation."""

from jiceng.kernel.orgs.authority import (
    Capacity,
    Oneself,
    Scope,
    capacities,
    current,
    filled,
    holders,
    posts_for,
    settle,
    vacant_posts,
    visible_to,
)
from jiceng.kernel.orgs.divisions import BadTable
from jiceng.kernel.orgs.importing import Imported, import_divisions
from jiceng.kernel.orgs.models import normal_staff_no
from jiceng.kernel.orgs.officers import (
    change_password,
    deactivate_officer,
    issue_password,
    register_officer,
)
from jiceng.kernel.orgs.posts import (
    appoint,
    create_post,
    delegate,
    end_tenure,
    on_tenure_end,
    on_vacancy,
    revoke_delegation,
)
from jiceng.kernel.orgs.roster import post_of, posts_of, unit_names, unit_of, units_of
from jiceng.kernel.orgs.terms import ROLES, Role, register_role
from jiceng.kernel.orgs.tree import (
    ancestors,
    dissolve_unit,
    found_unit,
    in_tree_order,
    move_unit,
    subtree,
    take_turn,
    unit_tree,
)

__all__ = [
    "ROLES",
    "BadTable",
    "Capacity",
    "Imported",
    "Oneself",
    "Role",
    "Scope",
    "ancestors",
    "appoint",
    "capacities",
    "change_password",
    "create_post",
    "current",
    "deactivate_officer",
    "delegate",
    "dissolve_unit",
    "end_tenure",
    "filled",
    "found_unit",
    "holders",
    "import_divisions",
    "in_tree_order",
    "issue_password",
    "move_unit",
    "normal_staff_no",
    "on_tenure_end",
    "on_vacancy",
    "post_of",
    "posts_for",
    "posts_of",
    "register_officer",
    "register_role",
    "revoke_delegation",
    "settle",
    "subtree",
    "take_turn",
    "unit_names",
    "unit_of",
    "unit_tree",
    "units_of",
    "vacant_posts",
    "visible_to",
]
