"""The natural application, in process or over HTTP."""

import http.client
import json
import os
from typing import Any

import django

MOVES = 6


class Player:
    """A case in seven calls; over HTTP where ``port`` is given."""

    def __init__(self, options: dict[str, Any]) -> None:
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.natural.settings"
        django.setup()
        port = options.get("port")
        self.unit = self._over_http if port else self._in_process
        self.connection = http.client.HTTPConnection("127.0.0.1", port) if port else None

    def prepare(self) -> None:
        """Make the tables."""
        from bench.peers.natural import work

        work.lay()

    def ready(self, units: int) -> None:
        """Nothing is needed."""

    def _in_process(self) -> None:
        from bench.peers.natural import work

        case = work.open_case(1)
        for _n in range(MOVES):
            work.advance(case.pk)

    def _over_http(self) -> None:
        case = self._post("/cases/", {"person": 1})["id"]
        for _n in range(MOVES):
            self._post(f"/cases/{case}/advance/", {})

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        assert self.connection is not None
        kind = {"Content-Type": "application/json", "Connection": "close"}
        self.connection.request("POST", path, json.dumps(body), kind)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return json.loads(text)

    def check(self) -> dict[str, Any]:
        """Count what was written."""
        from bench.peers.natural import work

        cases, faults = work.faults()
        return {"cases": cases, "faults": faults}
