"""Facts of saving: what the user's recipe and source files leave behind of a model."""

from dataclasses import dataclass

from dnndoctor.evidence.place import Place


@dataclass(frozen=True, slots=True)
class SaveFacts:
    """One way in which the user saves the model.

    Attributes:
        by: Class name of the callback, or the call as it is written ("model.save_weights").
        suffix: Of the file: ".keras", ".h5", ".weights.h5"; empty where that was not seen.
        whole: Whether the model is saved with its architecture and recipe; else its weights alone.
        include_optimizer: Whether the optimizer is asked to be saved as well.
        place: Where that is written, None where that was not seen.
    """

    by: str
    suffix: str
    whole: bool
    include_optimizer: bool = True
    place: Place | None = None
