"""The platform as it is installed: its own processes, its own database, the demo zone."""
