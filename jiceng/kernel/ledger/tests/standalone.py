"""The stand-alone script, in this process and in one of its own."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings

from jiceng.kernel.ledger.signing import signer

SCRIPT = Path(settings.ROOT) / "tools" / "verify_receipt.py"
Document = dict[str, Any]


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_receipt", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = load_script()


def run_script(*arguments: Any) -> tuple[int, str]:
    """Run the script as a resident would: another process, nothing of ours to import."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def by_script(document: Document | bytes) -> str:
    """Return the code that the script gives, with our key and origin pinned."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    try:
        receipt = script.read_json(raw)
        return str(script.check_receipt(receipt, [signer().public], settings.LEDGER_ORIGIN))
    except script.Fault as fault:
        return str(fault.code)
