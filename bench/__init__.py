"""What it costs: our acts beside hand-written SQL, beside peers, and beside themselves."""
