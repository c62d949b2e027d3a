"""Which of the two ways the database at hand is copied by."""

from django.db import connection

from jiceng.kernel.backups.postgresql import Postgresql
from jiceng.kernel.backups.snapshots import Database
from jiceng.kernel.backups.sqlite import Sqlite


def database() -> Database:
    """Return how the database at hand is copied and put back."""
    return Postgresql() if connection.vendor == "postgresql" else Sqlite()


def is_empty() -> bool:
    """Tell whether there is no table yet."""
    return not connection.introspection.table_names()
