"""A throw-away environment for each peer, from the package index: ``build/bench/venvs``."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.crew import BUILD

UV = Path(sys.executable).with_name("uv")
PSYCOPG = "psycopg[binary]==3.3.9"
PACKAGES = {
    "spiff": ("SpiffWorkflow==3.2.0", PSYCOPG),
    "viewflow": ("django-viewflow==2.4.0", "django==5.2.19", "dj-database-url==3.1.0", PSYCOPG),
    "fsm": ("django-fsm-2==4.2.4", "django==5.2.19", "dj-database-url==3.1.0", PSYCOPG),
    "days": ("chinesecalendar==1.11.0", "holidays==0.109", "workalendar==17.0.0", "numpy==2.4.0"),
    "merkle": ("pymerkle==7.0.0",),
}


@dataclass(frozen=True)
class Environment:
    """Where a peer lives, or why it could not be had."""

    python: str
    absent: str = ""


def environment(name: str) -> Environment:
    """Return the environment of a peer, making it the first time."""
    folder = BUILD / "venvs" / name
    python, done = folder / "bin" / "python", folder / ".complete"
    if done.exists() and done.read_text() == "\n".join(PACKAGES[name]):
        return Environment(str(python))
    for command in (
        [str(UV), "venv", "-q", "--clear", "-p", sys.executable, str(folder)],
        [str(UV), "pip", "install", "-q", "-p", str(python), *PACKAGES[name]],
    ):
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            return Environment("", f"not installed: {' '.join(made.stderr.split())[-200:]}")
    done.write_text("\n".join(PACKAGES[name]))
    return Environment(str(python))
