"""The user's recipe beside the model and the data: callbacks, batch size, epochs."""

from collections.abc import Callable, Sequence
from typing import Any

from dnndoctor.config.schema import Fit
from dnndoctor.errors import SubjectError
from dnndoctor.subject.loading import UserCode
from dnndoctor.subject.named import make_named

_STAGE = "making the callbacks"
KERAS_BATCH_SIZE = 32
"""What `fit` takes where no batch size is given."""


def callback_maker(fit: Fit, code: UserCode) -> Callable[[], list[Any]]:
    """What makes the user's callbacks afresh, since they carry state from one training to the next.

    Args:
        fit: The config's `fit:` section.
        code: The user's code.

    Returns:
        A function that raises `SubjectError` where a callback cannot be made.
    """
    listed = fit.callbacks

    def make() -> list[Any]:
        if not isinstance(listed, str):
            return [_one(made) for made in (make_named(entry, "callback", code) for entry in listed)]
        made = code.call(listed, {}, _STAGE)
        if not isinstance(made, Sequence):
            raise SubjectError(
                f"`{listed}` returned {type(made).__name__}, not a list of callbacks.",
                stage=_STAGE,
                advice="Return a list; it may have a single entry.",
            )
        return list(made)

    return make


def _one(made: Any) -> Any:
    """A callback; functions that the config names are called for one."""
    return made() if callable(made) and not hasattr(made, "on_train_begin") else made


def batch_size(fit: Fit, of_pipeline: int | None) -> int:
    """Rows a step.

    Args:
        fit: The config's `fit:` section.
        of_pipeline: Of the user's own batches, None where `fit` makes them.
    """
    return of_pipeline or fit.batch_size or KERAS_BATCH_SIZE


def steps_per_epoch(fit: Fit, rows: int | None, batches: int | None) -> int | None:
    """Steps of an epoch over the user's full data, None where it has no known end.

    Args:
        fit: The config's `fit:` section.
        rows: Training rows that the user has, None where not known.
        batches: Batches of the user's own pipeline, None where not known.
    """
    if fit.steps_per_epoch is not None:
        return fit.steps_per_epoch
    if batches is not None:
        return batches
    return None if rows is None else -(-rows // (fit.batch_size or KERAS_BATCH_SIZE))
