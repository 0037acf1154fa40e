"""Warnings that TensorFlow and Keras raise against numpy by themselves, whatever they are used for."""

from pathlib import Path

import pytest

_OF_KERAS = (
    # keras.backend.convert_to_numpy on a variable, with numpy 2 (Keras 3.15).
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Adds the ignores to the tests below this folder alone."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            for ignored in _OF_KERAS:
                item.add_marker(pytest.mark.filterwarnings(ignored))
