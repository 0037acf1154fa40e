"""How the user saves the model: read from their callbacks, and from the calls in their source files."""

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras

from dnndoctor.config.source_tree import MODEL_NAME, last_name, receiver
from dnndoctor.evidence.facts import CallbackFacts, Place
from dnndoctor.evidence.save_facts import SaveFacts
from dnndoctor.subject.frames import shown_path

_SUFFIX = re.compile(r"(\.weights\.h5|\.keras|\.h5|\.hdf5)$")
_WHOLE, _WEIGHTS = ("save", "save_model"), ("save_weights",)


def save_facts(
    callbacks: Sequence[Any], described: Sequence[CallbackFacts], sources: Sequence[Path], folder: Path
) -> tuple[SaveFacts, ...]:
    """Every way in which the model is saved, callbacks first, each once.

    Args:
        callbacks: The user's.
        described: Facts of each.
        sources: The user's own source files.
        folder: The config's folder; places are shown relative to it.
    """
    found = [save for callback, facts in zip(callbacks, described, strict=True) for save in _of_callback(callback, facts.place)]
    for source in sources:
        found += _calls(source, folder)
    return tuple(dict.fromkeys(found))


def _of_callback(callback: Any, place: Place | None) -> Iterator[SaveFacts]:
    kind = type(callback).__name__
    if isinstance(callback, keras.callbacks.ModelCheckpoint):
        yield SaveFacts(kind, _suffix(str(callback.filepath)), whole=not callback.save_weights_only, place=place)
    elif isinstance(callback, keras.callbacks.BackupAndRestore):
        yield SaveFacts(kind, ".weights.h5", whole=False, place=place)


def _calls(source: Path, folder: Path) -> Iterator[SaveFacts]:
    """Calls that save a model, as `model.save("last.keras")`; those of other things, as `np.save`, are left out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" and its like are between the user and Python
            tree = ast.parse(source.read_bytes())
    except (SyntaxError, ValueError, OSError):  # written in a way that another Python reads, or gone by now
        return
    for call in ast.walk(tree):
        name = last_name(call.func) if isinstance(call, ast.Call) else ""
        if not isinstance(call, ast.Call) or name not in (*_WHOLE, *_WEIGHTS):
            continue
        texts = [part.value for part in ast.walk(call) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        suffix = next((found for text in reversed(texts) if (found := _suffix(text))), "")
        if suffix or name in _WEIGHTS or MODEL_NAME.search(receiver(call).lower()):
            yield SaveFacts(
                ast.unparse(call.func),
                suffix,
                whole=name in _WHOLE,
                include_optimizer=not any(
                    keyword.arg == "include_optimizer"
                    and isinstance(keyword.value, ast.Constant)
                    and keyword.value.value is False
                    for keyword in call.keywords
                ),
                place=Place(shown_path(source, folder), call.lineno),
            )


def _suffix(path: str) -> str:
    found = _SUFFIX.search(path)
    return found.group() if found else ""
