"""Over HTTP: our desk beside the natural application, both served by the same web server."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.crew import BUILD, ROOT, Configuration, Crew
from bench.goals import Figure
from bench.groups import Found, found_of
from bench.pairing import Group, Series
from bench.report import lines_of, number, show
from bench.scenarios.http import HOST
from bench.servers import Place, free_port, granian, serving

CLIENTS = (1, 4)
# Signalen 2.50 needs Python 3.12 and PostGIS, which this environment has not. Where it had both,
# the natural view did 11.4 of its lifecycles on the same machine (0.088 the other way round, four
# clients, medians of paired cycles): what we are to it is derived from what we are to that view.
NATURAL_TO_SIGNALEN = 11.4
PLAYERS = {"natural": "bench.peers.natural.player", "ours": "bench.scenarios.http"}


def _signing_key(path: Path) -> None:
    kind = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.touch(mode=0o600)
    path.write_bytes(Ed25519PrivateKey.generate().private_bytes(*kind))


def production(place: Place) -> dict[str, str]:
    """Return the environment of a production installation on a database of its own."""
    environ = place.empty("postgresql", "web")
    key = Path(environ["JICENG_VAR"]) / "ledger_key.pem"
    _signing_key(key)
    return environ | {
        "JICENG_MODE": "production",
        "JICENG_SECRET_KEY": secrets.token_urlsafe(60),
        "JICENG_HOSTS": HOST,
        "JICENG_ORIGINS": f"https://{HOST}",
        "JICENG_TRUSTED_PROXIES": "1",
        "JICENG_LEDGER_KEY_FILE": str(key),
        "JICENG_LEDGER_ORIGIN": f"{HOST}/ledger",
    }


def _manage(environ: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-W", "ignore", "manage.py", *words]
    with (BUILD / "web.log").open("ab") as log:
        subprocess.run(
            command, cwd=ROOT, env=os.environ | environ, check=True, stdout=log, stderr=log
        )


@contextmanager
def our_site(place: Place) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Run web, worker and tick as ``manage.py up`` does; yield port, process and environment."""
    environ, port = production(place), free_port()
    _lay("ours", environ)
    _manage(environ, "collectstatic", "--noinput", "-v0")
    command = [sys.executable, "-W", "ignore", "manage.py", "up", "--port", str(port)]
    with serving("ours-web", command, environ, port) as pid:
        yield port, pid, environ


def _lay(name: str, environ: dict[str, str]) -> None:
    with Crew(Configuration(name, PLAYERS[name], environ=environ)) as crew:
        crew.prepare()


@contextmanager
def natural_site(place: Place, *, keep: bool) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Serve the natural application, with or without connections that are kept."""
    name, port = f"natural_{'kept' if keep else 'default'}", free_port()
    environ = {
        "NATURAL_DATABASE_URL": place.postgres.database(name),
        "NATURAL_KEEP": "yes" if keep else "no",
    }
    _lay("natural", environ)
    command = granian("bench.peers.natural.wsgi:application", port)
    with serving(name, command, environ, port) as pid:
        yield port, pid, environ


def over_http(place: Place, seconds: float) -> Found:
    """Compare one and four clients of ours with those of the natural application."""
    with ExitStack() as stack:
        sites = {
            "ours": stack.enter_context(our_site(place)),
            "natural": stack.enter_context(natural_site(place, keep=True)),
            "natural, connecting anew": stack.enter_context(natural_site(place, keep=False)),
        }
        configurations = [
            Configuration(
                f"{name} × {clients}",
                PLAYERS[name.partition(",")[0]],
                {"port": port},
                clients,
                environ=environ,
                workers=(pid,),
                laid=True,
            )
            for name, (port, pid, environ) in sites.items()
            for clients in CLIENTS
        ]
        found = Group("http", configurations, [place.postgres.pid], seconds).run()
    return _told(found)


def _told(found: list[Series]) -> Found:
    bases = {series.name: f"natural × {series.clients}" for series in found}
    lines = lines_of("http", found, bases)
    show("Over HTTP, PostgreSQL 18, two workers of four threads", lines)
    told = found_of(lines, http="ours × 4")
    if ours := told.figures.get("http"):
        how = f"derived: {number(ours.value)} × {NATURAL_TO_SIGNALEN}, see bench/web.py"
        derived = ours.value * NATURAL_TO_SIGNALEN
        told.figures["signalen"] = Figure(derived, how, ours.faults, rough=True)
    lag = next((s.checks.get("lag") for s in found if s.name == "ours × 4"), None)
    if lag is not None:
        told.figures["lag"] = Figure(lag, "longest seen")
    return told
