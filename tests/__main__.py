"""Everything that must hold before a change lands: lint, format, types, import contracts, tests. `python -m tests`."""

import subprocess
import sys
from pathlib import Path

COMMANDS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    # The samples take longest: they go first, so that nothing is left for one worker alone at the end.
    ("pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "tests/samples", "tests"),
)


def main() -> int:
    """Runs all commands, also after one has failed, and names those that failed.

    Returns:
        0 if all passed, else 1.
    """
    bin_folder = Path(sys.executable).parent
    failed = []
    for name, *arguments in COMMANDS:
        sys.stdout.write(f"== {' '.join((name, *arguments))}\n")
        sys.stdout.flush()
        if subprocess.run([bin_folder / name, *arguments], cwd=Path(__file__).parent.parent).returncode:
            failed.append(name)
    if failed:
        sys.stdout.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
