"""The way into this package: who acts, who sees, and every change of the organisation."""

from jiceng.kernel.orgs.authority import (
    Capacity,
    Oneself,
    Scope,
    acts_now,
    capacities,
    filled,
    holders,
    posts_for,
    vacant_posts,
    visible_to,
)

__all__ = [
    "Capacity",
    "Oneself",
    "Scope",
    "acts_now",
    "capacities",
    "filled",
    "holders",
    "posts_for",
    "vacant_posts",
    "visible_to",
]
