"""django-fsm-2: six guarded transitions of a column. No steps, no ledger: far less than ours."""
