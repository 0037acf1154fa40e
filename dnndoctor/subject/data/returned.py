"""What a data factory returned, understood: arrays, tuples, dicts, streams, in the forms that the README lists."""

import difflib
from collections.abc import Mapping
from typing import Any

from dnndoctor.subject.data.generator import GeneratorStream, is_generator
from dnndoctor.subject.data.leaf import as_array, is_array
from dnndoctor.subject.data.parts import Arrays, ModelHints, Part, Parts, Rows, unreadable
from dnndoctor.subject.data.py_dataset import PyDatasetStream, is_py_dataset
from dnndoctor.subject.data.tf_dataset import TfDatasetStream, is_tf_dataset
from dnndoctor.subject.data.trees import named_leaves
from dnndoctor.subject.loading import refuse_wrong_return

FORMS = "(x, y), ((x, y), (x_val, y_val)), a dict with x_train, y_train, x_val and y_val, a tf.data.Dataset or a PyDataset"

_TRAIN = {"x": "x", "x_train": "x", "y": "y", "y_train": "y", "sample_weight": "weight", "sample_weight_train": "weight"}
_VALIDATION = {
    "x_val": "x",
    "x_validation": "x",
    "y_val": "y",
    "y_validation": "y",
    "sample_weight_val": "weight",
    "sample_weight_validation": "weight",
}
_HALVES = {"train": "train", "validation": "validation", "val": "validation"}


def understand(returned: Any, reference: str, hints: ModelHints, batch_size: int) -> Parts:
    """Splits what a factory returned into training and validation rows.

    Args:
        returned: What the factory returned.
        reference: The factory, for errors.
        hints: What the model says of its data.
        batch_size: For streams of single rows.

    Raises:
        SubjectError: It is none of the known forms.
    """
    return _Understanding(reference, hints, batch_size).parts(returned)


class _Understanding:
    def __init__(self, reference: str, hints: ModelHints, batch_size: int) -> None:
        self._reference = reference
        self._hints = hints
        self._batch_size = batch_size

    def parts(self, returned: Any) -> Parts:
        if isinstance(returned, Mapping):
            return self._from_dict(returned)
        if (stream := self._stream(returned)) is not None:
            return Parts(stream)
        if is_array(returned):
            return Parts(Arrays(self._rows((returned,), "")))
        if isinstance(returned, list | tuple):
            return self._from_sequence(tuple(returned))
        return refuse_wrong_return(self._reference, returned, FORMS, "calling " + self._reference)

    def _from_dict(self, returned: Mapping[Any, Any]) -> Parts:
        keys = [str(key) for key in returned]
        if set(keys) <= _HALVES.keys() and "train" in keys:
            halves = {_HALVES[str(key)]: value for key, value in returned.items() if value is not None}
            validation = halves.get("validation")
            return Parts(
                self._half(halves["train"], "train"), None if validation is None else self._half(validation, "validation")
            )
        known = [*_TRAIN, *_VALIDATION, *_HALVES]
        for key in keys:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                raise unreadable(
                    f"`{self._reference}` returned a dict with the key `{key}`.",
                    (f"Did you mean `{near[0]}`? " if near else "") + "Known are: " + ", ".join([*_TRAIN, *_VALIDATION]) + ".",
                )
        train = {_TRAIN[key]: value for key, value in returned.items() if key in _TRAIN}
        validation = {_VALIDATION[key]: value for key, value in returned.items() if key in _VALIDATION and value is not None}
        if "x" not in train:
            raise unreadable(f"`{self._reference}` returned a dict without `x_train`.", f"Return {FORMS}.")
        if validation and "x" not in validation:
            raise unreadable(f"`{self._reference}` returned a dict with `y_val` but without `x_val`.", "Return both, or neither.")
        given = ("x", "y", "weight")
        if (stream := self._stream(train["x"])) is not None:
            return Parts(stream, self._half(validation["x"], "validation") if validation else None)
        return Parts(
            Arrays(self._rows(tuple(train.get(name) for name in given), "")),
            Arrays(self._rows(tuple(validation.get(name) for name in given), "_val")) if validation else None,
        )

    def _from_sequence(self, returned: tuple[Any, ...]) -> Parts:
        streams = [self._stream(part) for part in returned]
        if streams and streams[0] is not None:
            if len(returned) == 2 and (streams[1] is not None or isinstance(returned[1], tuple)):
                return Parts(streams[0], streams[1] or self._half(returned[1], "validation"))
            if len(returned) == 2 and returned[1] is None:
                return Parts(streams[0])
        elif len(returned) == 2 and self._is_train_and_validation(*returned):
            return Parts(self._half(returned[0], "train"), None if returned[1] is None else self._half(returned[1], "validation"))
        elif 1 <= len(returned) <= 3 and all(part is None or _is_tree(part) for part in returned):
            return Parts(Arrays(self._rows(returned, "")))
        shown = ", ".join(type(part).__name__ for part in returned)
        raise unreadable(
            f"`{self._reference}` returned {len(returned)} values ({shown}) that are not understood.", f"Return {FORMS}."
        )

    def _is_train_and_validation(self, first: Any, second: Any) -> bool:
        """Tells ((x, y), (x_val, y_val)) from (x, y) with two inputs and two targets."""
        if not all(
            isinstance(part, tuple) and 1 <= len(part) <= 3 and all(map(_is_tree_or_none, part)) for part in (first, second)
        ):
            return isinstance(first, tuple) and second is None and len(first) > 1 and not is_array(first)
        lengths = [
            {len(leaf) for part in half for _, leaf in named_leaves(part, "") if hasattr(leaf, "__len__")}
            for half in (first, second)
        ]
        if all(len(half) == 1 for half in lengths) and lengths[0] != lengths[1]:
            return True
        inputs = self._hints.input_shapes
        return inputs is None or len(inputs) != len(first)

    def _half(self, half: Any, name: str) -> Part:
        suffix = "_val" if name == "validation" else ""
        if (stream := self._stream(half)) is not None:
            return stream
        if isinstance(half, Mapping):
            unknown = set(map(str, half)) - {"x", "y", "sample_weight"}
            if unknown or "x" not in half:
                raise unreadable(
                    f"The `{name}` part of what `{self._reference}` returned has the keys {sorted(map(str, half))}.",
                    "Give it x, y and perhaps sample_weight, or make it a tuple (x, y).",
                )
            return Arrays(self._rows((half["x"], half.get("y"), half.get("sample_weight")), suffix))
        if isinstance(half, list | tuple) and not is_array(half) and 1 <= len(half) <= 3:
            return Arrays(self._rows(tuple(half), suffix))
        if is_array(half):
            return Arrays(self._rows((half,), suffix))
        raise unreadable(
            f"The `{name}` part of what `{self._reference}` returned is {type(half).__name__}.",
            "Return a tuple (x, y), or a dataset.",
        )

    def _rows(self, values: tuple[Any, ...], suffix: str) -> Rows:
        x, y, weight = (*values, None, None)[:3]
        if x is None:
            raise unreadable(f"`{self._reference}` returned no inputs: `x{suffix}` is None.", f"Return {FORMS}.")
        return Rows(_arrays(x, f"x{suffix}"), _arrays(y, f"y{suffix}"), _arrays(weight, f"sample_weight{suffix}"))

    def _stream(self, value: Any) -> Part | None:
        if is_tf_dataset(value):
            return TfDatasetStream(value, self._hints, self._batch_size)
        if is_py_dataset(value):
            return PyDatasetStream(value)
        if is_generator(value):
            return GeneratorStream(value)
        return None


def _arrays(tree: Any, name: str) -> Any:
    if tree is None:
        return None
    if isinstance(tree, Mapping):
        return {key: _arrays(part, f"{name}[{key!r}]") for key, part in tree.items()}
    if is_array(tree):
        return as_array(tree, name)
    if isinstance(tree, list | tuple):
        return type(tree)([_arrays(part, f"{name}[{index}]") for index, part in enumerate(tree)])
    raise unreadable(f"`{name}` is {type(tree).__name__}, not an array.", f"Return {FORMS}.")


def _is_tree(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value) and all(_is_tree(part) for part in value.values())
    return is_array(value) or (isinstance(value, list | tuple) and bool(value) and all(_is_tree(part) for part in value))


def _is_tree_or_none(value: Any) -> bool:
    return value is None or _is_tree(value)
