"""The config changed by the marks of its parser: what is not asked for stays to the last character."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnndoctor.patching.draft import Draft, NotLocatedError
from dnndoctor.patching.yaml_text import flow, remove_key, set_key
from tests.patching.files import TWO_KEYS, folder


def changed(path: Path, text: str, change: Callable[[Draft], None]) -> str:
    """A config after a change, without its first two keys."""
    draft = Draft(folder(path, "def build_model(): ...", TWO_KEYS + text).loaded)
    change(draft)
    return draft.text("config.yaml").removeprefix(TWO_KEYS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("fit: {epochs: 10}\n", "fit: {epochs: 20}\n"),
        ("fit: { epochs:   10 ,batch_size: 3 } # a\n", "fit: { epochs:   20 ,batch_size: 3 } # a\n"),
        ('"fit":\n    epochs: 10  # b\n# c\n', '"fit":\n    epochs: 20  # b\n# c\n'),
        ("fit:\n  batch_size: 3  # b\n# c\ngoal: null\n", "fit:\n  batch_size: 3  # b\n  epochs: 20\n# c\ngoal: null\n"),
        ("fit: {}\n", "fit: {epochs: 20}\n"),
        ("fit:\n  class_weight:\n    0: 1.0\n    1: 2.0\n", "fit:\n  epochs: 20\n  class_weight:\n    0: 1.0\n    1: 2.0\n"),
    ],
)
def test_key_is_set_in_the_users_own_style(tmp_path: Path, before: str, after: str) -> None:
    """Spaces, quotes and comments stay; a block whose end is not certain is added to at its top."""
    assert changed(tmp_path, before, lambda draft: set_key(draft, ("fit", "epochs"), 20)) == after


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    """An added line ends as the others do."""
    before = "fit:\r\n  epochs: 10\r\n"

    after = changed(tmp_path, before, lambda draft: set_key(draft, ("fit", "batch_size"), 4))

    assert after == "fit:\r\n  epochs: 10\r\n  batch_size: 4\r\n"


def test_item_leaves_a_list(tmp_path: Path) -> None:
    """With its comma, be it the first, the last or the only one; a list over lines may hold comments and is left alone."""
    entries = "fit: {callbacks: [TerminateOnNaN, {class_name: ReduceLROnPlateau, patience: 2}]}\n"

    def without(number: int) -> str:
        return changed(tmp_path, entries, lambda draft: remove_key(draft, ("fit", "callbacks", number)))

    assert without(0) == "fit: {callbacks: [{class_name: ReduceLROnPlateau, patience: 2}]}\n"
    assert without(1) == "fit: {callbacks: [TerminateOnNaN]}\n"
    with pytest.raises(NotLocatedError, match="lines of its own"):
        changed(tmp_path, "fit:\n  callbacks:\n    - TerminateOnNaN\n", lambda draft: remove_key(draft, ("fit", "callbacks", 0)))


def test_config_that_is_not_what_was_run_is_left_alone(tmp_path: Path) -> None:
    """Another number in the file than the run had."""
    draft = Draft(folder(tmp_path, "def build_model(): ...", TWO_KEYS + "fit: {epochs: 10}\n").loaded)
    (tmp_path / "config.yaml").write_text(TWO_KEYS + "fit: {epochs: 11}\n")

    with pytest.raises(NotLocatedError, match="changed since"):
        set_key(draft, ("fit", "epochs"), 20)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (None, "null"),
        (1e-5, "1e-5"),
        ("balanced", "balanced"),
        ("null", '"null"'),
        ("a: b", '"a: b"'),
        ({"class_name": "Adam", "betas": [1, 0.5]}, "{class_name: Adam, betas: [1, 0.5]}"),
    ],
)
def test_values_on_one_line(value: Any, text: str) -> None:
    """Texts that mean something else are quoted."""
    assert flow(value) == text
