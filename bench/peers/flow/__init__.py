"""django-viewflow: six tasks. No ledger, no deadline, nobody assigned: less work than ours."""
