"""What the look `saving` saw: the model trained a little, saved, loaded and trained on, beside the same training unbroken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """One way of saving, tried in a temporary folder.

    Attributes:
        by: Who saves that way: classes of callbacks, or calls as they are written ("ModelCheckpoint", "model.save").
        suffix: Of the file: ".keras", ".h5" or ".weights.h5".
        whole: Whether the model itself was saved; else its weights, which a new model of the same factory loaded.
        include_optimizer: Whether the optimizer was asked to be saved as well.
        failed_at: "saving", "loading" or "going on"; empty where all of it worked.
        error: What was raised there, in a line.
        needs: What loading did not do without: "custom_objects", "safe_mode=False".
        predictions_apart: Largest distance of a prediction before saving from the same one after loading, as a share of the
            predictions' rms; None where the model cannot predict, or never predicts the same twice.
        weights_apart: How many variables have other values after loading.
        optimizer_kept: Whether the loaded model has all the state of the optimizer; None where that was not reached.
        losses: Of the steps after loading, on the batches of `SavingSeen.unbroken`; empty for a way that nobody uses.
    """

    by: tuple[str, ...]
    suffix: str
    whole: bool
    include_optimizer: bool = True
    failed_at: str = ""
    error: str = ""
    needs: tuple[str, ...] = ()
    predictions_apart: float | None = None
    weights_apart: int = 0
    optimizer_kept: bool | None = None
    losses: tuple[float, ...] = ()

    @property
    def way(self) -> str:
        """How the model was saved, in a phrase ("as a whole in a .keras file")."""
        what = "as a whole" if self.whole else "by its weights"
        return f"{what} in a {self.suffix} file{'' if self.include_optimizer else ' without the optimizer'}"


@dataclass(frozen=True, slots=True)
class SavingSeen:
    """What the look `saving` saw.

    Attributes:
        trained: Losses of the steps before saving.
        unbroken: Losses of the steps after it, by the model that was saved; empty where the user saves in no way.
        again: The same steps from the same state once more: what differs from `unbroken` is no fault of saving.
        trips: Each way of saving, `model.save` to a ".keras" file always among them.
        logged: Names in the logs of training, those of validation with "val_" among them where there is validation data.
        directions: "max" or "min" by name, for metrics that Keras knows the better direction of.
    """

    trained: tuple[float, ...] = ()
    unbroken: tuple[float, ...] = ()
    again: tuple[float, ...] = ()
    trips: tuple[RoundTrip, ...] = ()
    logged: tuple[str, ...] = ()
    directions: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["saving"] = "saving"
