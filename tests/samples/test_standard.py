"""The sick samples that want the standard preset."""

from pathlib import Path

import pytest

from tests.sample_heads import expectation, sample_configs
from tests.samples import hold_to_its_head

STANDARD = [
    config for config in sample_configs() if expectation(config, "verdict") != "healthy" and expectation(config, "with preset")
]


@pytest.mark.slow
@pytest.mark.parametrize("config", STANDARD, ids=lambda config: config.parent.name)
def test_sample_gets_the_diagnosis_in_its_head(config: Path, tmp_path: Path) -> None:
    """See `hold_to_its_head`."""
    hold_to_its_head(config, tmp_path)
