"""Keras' count of automatic layer names ("dense", "dense_1", ...), wound back so that all builds of a model have the same names.

Keras' public way, `clear_session`, would also forget the user's dtype policy and seeds.
"""

from collections.abc import Mapping
from typing import Any

import keras
from keras.src.backend.common import global_state


def counts() -> dict[str, int]:
    """How many automatic names were given out so far, by prefix."""
    return dict(_live())


def given_since(earlier: Mapping[str, int]) -> dict[str, int]:
    """How many names were given out since then, by prefix.

    Args:
        earlier: From `counts`.
    """
    return {prefix: count - earlier.get(prefix, 0) for prefix, count in counts().items() if count > earlier.get(prefix, 0)}


def wind_to(wanted: Mapping[str, int]) -> None:
    """Lets Keras go on counting from there.

    Args:
        wanted: Names given out, by prefix; those of layers that live on must be among them.
    """
    live = _live()
    live.clear()
    live.update(wanted)


def _live() -> Any:
    keras.backend.get_uid("dnndoctor")  # makes the count where there is none yet
    return global_state.get_global_attribute("object_name_uids")
