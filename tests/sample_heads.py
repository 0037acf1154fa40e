"""What the samples' heads promise."""

import re
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "sample_configs"


def sample_configs(root: Path = SAMPLES) -> list[Path]:
    """The configs of all samples, by name."""
    return sorted(root.glob("*/config.yaml"))


def expectation(config: Path, what: str) -> str | None:
    """What stands after "Expected ...:" in a sample's head, None where it does not say it.

    Args:
        config: The sample's config.
        what: `verdict`; `first cause`; `equal cause`, which may stand first as well; or `with preset`, the cheapest that sees it,
            where that is not `quick`.
    """
    found = re.search(rf"^# Expected {what}: (\S+)$", config.read_text(), re.MULTILINE)
    return found[1] if found else None
