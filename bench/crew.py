"""The processes that do the work: each client of each configuration has its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "bench"


class Failed(Exception):
    """A client could not do what it was asked; the message says what it answered."""


class Client:
    """One running client; orders go in, answers come out."""

    def __init__(
        self, python: str, module: str, options: Mapping[str, Any], environ: Mapping[str, str]
    ) -> None:
        BUILD.mkdir(parents=True, exist_ok=True)
        self.log = BUILD / f"{module.rpartition('.')[2]}.log"
        command = [python, "-W", "ignore", "-m", "bench.runner", module, json.dumps(dict(options))]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | dict(environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def order(self, **order: Any) -> None:
        """Send an order without waiting for its answer."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Failed(f"ended; see {self.log}") from error

    def answer(self) -> dict[str, Any]:
        """Wait for the answer to the last order."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"ended; see {self.log}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise Failed(f"{answer['error']}; see {self.log}")
        return answer

    def ask(self, **order: Any) -> dict[str, Any]:
        """Send an order and return its answer."""
        self.order(**order)
        return self.answer()

    def leave(self) -> None:
        """Tell the process that there are no more orders."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self) -> None:
        """Wait for the end of the process."""
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@dataclass
class Configuration:
    """Something to be measured: a module that plays, how many at once, and in what."""

    name: str
    module: str
    options: dict[str, Any] = field(default_factory=dict)
    clients: int = 1
    python: str = sys.executable
    environ: dict[str, str] = field(default_factory=dict)
    # Where the work is done by other processes than the clients, these are looked at instead.
    workers: tuple[int, ...] = ()
    laid: bool = False  # whether the tables are there already
    absent: str = ""  # why it cannot be had
    unit: str = "case"  # what one unit of work is
    calls: int = 0  # how often a sample calls the player, where time does not decide

    @property
    def ours(self) -> bool:
        """Tell whether it is our own work."""
        return self.module.startswith("bench.scenarios.")


class Crew:
    """The clients of one configuration, started together and given the same orders."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = what = configuration
        self.clients = [
            Client(what.python, what.module, what.options | {"number": number}, what.environ)
            for number in range(what.clients)
        ]

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        _t: TracebackType | None,
    ) -> None:
        for client in self.clients:
            client.leave()
        for client in self.clients:
            client.end()

    @property
    def pids(self) -> list[int]:
        """Return the processes of the clients."""
        return [client.process.pid for client in self.clients]

    def prepare(self) -> None:
        """Let the first client lay the tables, unless they are there."""
        if not self.configuration.laid:
            self.clients[0].ask(do="prepare")

    def get_ready(self, expected: float) -> None:
        """Let every client get ready for about so many units in all."""
        share = int(expected / len(self.clients)) + 20
        self.all(do="ready", units=self.configuration.calls or share)

    def play(self, seconds: float) -> list[dict[str, Any]]:
        """Let every client work for ``seconds``, or for as many calls as a sample has."""
        return self.all(do="play", seconds=seconds, calls=self.configuration.calls)

    def all(self, **order: Any) -> list[dict[str, Any]]:
        """Give every client the same order at once; return what they answer."""
        for client in self.clients:
            client.order(**order)
        return [client.answer() for client in self.clients]

    def check(self) -> dict[str, Any]:
        """Let one client look over the work of all."""
        return self.clients[0].ask(do="check")
