"""``python -m tools documents|messages …``: the tools that need Django set up first."""

import os
import sys
from importlib import import_module

import django

TOOLS = ("documents", "messages")


def main(arguments: list[str]) -> int:
    """Run the named tool with the rest of the words; 2 where there is none of that name."""
    if not arguments or arguments[0] not in TOOLS:
        print(f"usage: python -m tools {'|'.join(TOOLS)} …", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiceng.config.settings")
    django.setup()
    code: int = import_module(f"tools.{arguments[0]}").main(arguments[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
