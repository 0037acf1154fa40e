"""The sick samples that the quick preset is enough for."""

from pathlib import Path

import pytest

from tests.sample_heads import expectation, sample_configs
from tests.samples import hold_to_its_head

QUICK = [
    config
    for config in sample_configs()
    if expectation(config, "verdict") != "healthy" and not expectation(config, "with preset")
]


@pytest.mark.slow
@pytest.mark.parametrize("config", QUICK, ids=lambda config: config.parent.name)
def test_sample_gets_the_diagnosis_in_its_head(config: Path, tmp_path: Path) -> None:
    """See `hold_to_its_head`."""
    hold_to_its_head(config, tmp_path)
