"""What a user would pick instead, doing the same unit of work."""
