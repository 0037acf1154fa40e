"""Hidden layers without any activation."""

from collections.abc import Iterable

from dnndoctor.evidence.layers import AFFINE, NORMALISATIONS, PASSING, activation_of
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

LINEAR_AVERAGES = frozenset(
    {
        "AveragePooling1D",
        "AveragePooling2D",
        "AveragePooling3D",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalAveragePooling3D",
        "UpSampling1D",
        "UpSampling2D",
    }
)
"""Keras' layers that average or repeat: linear, too."""


class LinearHiddenLayers(Rule):
    """No layer before the output has an activation, so all of them together are one linear map.

    What was looked at:
        Every layer before the head of a Sequential model whose layers are all Keras' own (elsewhere operations between
        the layers cannot be seen): whether any does something that is not linear.

    Why it matters:
        A product of matrices is a matrix: without something between them, ten layers can say no more than one, and cannot
        separate what a plane does not separate. `Dense(64)` has no activation unless it is given one.

    What to do:
        `activation="relu"` in the hidden layers.

    When it is not a fault:
        Linear autoencoders, factorisations and problems that are linear. Nothing in the model alone tells these from an
        oversight, so this is a note.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 6.1 (why a linear model cannot learn XOR).
        Keras API, Dense (`activation=None`).
    """

    code = "DD108"
    name = "linear-hidden-layers"
    causes = (Cause.HIDDEN_ACTIVATION,)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        heads = {output.layer for output in facts.outputs}
        affine = [layer for layer in facts.layers if layer.kind in AFFINE]
        hidden = [layer for layer in affine[:-1] if layer.path not in heads]
        before_head = [layer for layer in facts.layers if layer.path not in heads and layer is not affine[-1]] if affine else []
        linear = all(
            layer.built_in
            and activation_of(layer) in (None, "linear")
            and layer.kind in AFFINE | PASSING | LINEAR_AVERAGES | NORMALISATIONS | {"Activation"}
            and layer.kind != "LayerNormalization"
            for layer in before_head
        )
        if facts.model_kind != "Sequential" or not hidden or not linear:
            return
        patch = f'keras.layers.{hidden[0].kind}({hidden[0].units or "..."}, activation="relu")'
        yield Finding(
            self.code,
            self.name,
            Cause.HIDDEN_ACTIVATION,
            f"No activation in {len(hidden)} hidden layer{'s' * (len(hidden) != 1)}: with the output they are one linear map",
            Severity.NOTE,
            0.3,  # below the 43 % of faults that lie in an activation, since linear models can be meant
            tuple(Where(layer.path, layer.place) for layer in hidden),
            (Statement("nothing between the inputs and the output is nonlinear", "facts", {"layers": float(len(hidden))}),),
            (Remedy("Give the hidden layers a relu", patch=patch),),
        )
