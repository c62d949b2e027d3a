"""Who sees what: one law over every route."""
