"""Units, posts, officers, delegations, and the one rule of who sees what."""
