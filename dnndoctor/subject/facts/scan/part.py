"""Training or validation rows as the questions to the sample take them."""

from dataclasses import dataclass

from dnndoctor.subject.blueprint import Array


@dataclass(frozen=True)
class Target:
    """The targets of one output: classes, or numbers.

    Attributes:
        output: Its name.
        labels: A class each row; None where the targets are anything else.
        values: (rows, entries) of numbers; None where there is a class each row, or no numbers.
        equals_input: Whether they are one of the inputs, as an autoencoder's.
    """

    output: str
    labels: Array | None = None
    values: Array | None = None
    equals_input: bool = False

    @property
    def comparable(self) -> bool:
        """Whether two rows' targets can be said to be equal."""
        return self.labels is not None or self.values is not None


@dataclass(frozen=True)
class Part:
    """Rows of the sample.

    Attributes:
        inputs: Name, array, and whether it is codes.
        targets: Of the outputs whose targets are understood.
        arrays: All arrays by name: inputs, targets, weights.
        weight: Sample weights, None where there are none.
    """

    inputs: list[tuple[str, Array, bool]]
    targets: list[Target]
    arrays: list[tuple[str, Array]]
    weight: Array | None = None
