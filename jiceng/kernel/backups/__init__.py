"""Backups 备份: database and photos of one moment in one encrypted file, and the way back.

A backup holds everything but the three secrets of an installation: its own key, the key of the
ledger and the secret of the sessions. ``docs/operations.md`` says how it is used,
``docs/adr/0015-backups.md`` why it is made like this.
"""
