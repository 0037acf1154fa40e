"""Rows as an edit of their targets sees them: plain arrays, and what the targets mean."""

from dataclasses import dataclass

from dnndoctor.subject.blueprint import Array


@dataclass(frozen=True)
class TargetKind:
    """What one array of targets means.

    Attributes:
        output: Name of the output that it belongs to.
        task: `TargetFacts.task`.
        encoding: `TargetFacts.encoding`.
    """

    output: str
    task: str
    encoding: str


@dataclass(frozen=True)
class Labelled:
    """Rows with their targets.

    Attributes:
        inputs: The arrays of inputs, in the order of their tree; text as bytes.
        coded: Of each input, whether it is codes (see `coded_inputs`).
        targets: The arrays of targets, in the order of their tree; at least one.
        kinds: What each of them means; empty where they do not match the outputs one to one.
        weights: The arrays of sample weights, class weights multiplied in; may be empty.
        training: Whether these are the training rows.
    """

    inputs: tuple[Array, ...]
    coded: tuple[bool, ...]
    targets: tuple[Array, ...]
    kinds: tuple[TargetKind, ...]
    weights: tuple[Array, ...]
    training: bool

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.targets[0])
