"""`python -m scripts.stack`: fetch all that tests, demo and benchmark use, and say what it is."""

from __future__ import annotations

from scripts.stack.postgres import find_programs
from scripts.stack.program import find_asterisk
from scripts.stack.progress import console
from scripts.stack.tools import PACKAGES, tool


def main() -> None:
    """Prepare everything, in the order of likely trouble."""
    asterisk = find_asterisk()
    console.print(f"Asterisk {'.'.join(map(str, asterisk.version))}: {asterisk.command[-1]}", soft_wrap=True)
    console.print(f"PostgreSQL: {find_programs()}", soft_wrap=True)
    for name in PACKAGES:
        console.print(f"{name}: {tool(name)}", soft_wrap=True)


if __name__ == "__main__":
    main()
