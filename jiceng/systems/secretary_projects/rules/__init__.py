"""The arithmetic of secretary projects: plain Python, no database, no clock."""
