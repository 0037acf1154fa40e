"""Changes worth trying on a sick patient whose findings hold no remedy that cures: what real faults are most often mended by."""

from collections.abc import Iterator, Sequence

from dnndoctor.edits import sentence
from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.edits.inputs import scalable_inputs
from dnndoctor.evidence.contract import SATURATING_ACTIVATIONS
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.layers import AFFINE, NORMALISATIONS, activation_of
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.other_optimizers import OtherOptimizers
from dnndoctor.treatment.candidates import Candidate

SATURATING = SATURATING_ACTIVATIONS | {"softmax"}

RATE_FACTORS = (10.0, 0.1, 100.0, 0.01, 0.001)
"""An order or two to either side, and a third for rates near 1 where 1e-3 is customary."""

ORDER_ONE = (0.1, 3.0)
"""Standard deviations between which an array is of order one."""

CUSTOMARY_BATCH = 32
"""Keras' own default; Masters and Luschi (2018) saw the best results at 2 to 32 rows."""

MORE_EPOCHS = 4.0


def formulary(evidence: Evidence, named: Sequence[Candidate] = ()) -> tuple[Candidate, ...]:
    """The changes that apply to this subject, the most often needed first; what a rung has tried alone already comes last.

    The order is about that of how often real faults were mended by each family: of 58, activations 43 %, learning rate 31 %,
    epochs 31 %, preprocessing 21 %, optimizer 19 %, batch size 7 %, initialisation 2 % (Cao et al., 2022, DeepFD).

    Args:
        evidence: Of the ladder.
        named: The findings' own remedies; where one of them lowers the rate, lower rates are the likelier ones.
    """
    return tuple(_candidate(edits, evidence.facts) for edits in _edits(evidence, _factors(named)))


def _factors(named: Sequence[Candidate]) -> list[float]:
    told = [
        float(edit.parameters["factor"] or 1) for candidate in named for edit in candidate.edits if edit.name == "learning_rate"
    ]
    return sorted(RATE_FACTORS, key=lambda factor: bool(told) and (factor < 1) is not (told[0] < 1))


def _edits(evidence: Evidence, factors: Sequence[float]) -> Iterator[tuple[Edit, ...]]:
    facts = evidence.facts
    if saturating := _saturating_layers(facts):
        yield (hidden_activation("relu", saturating), Edit("variance_scaled_init"))
    if any(not ORDER_ONE[0] < array.std < ORDER_ONE[1] or abs(array.mean) > array.std for array in scalable_inputs(facts)):
        yield (Edit("standardize_inputs"),)
    regressions = [target.array for target in facts.data.targets if target.task == "regression"]
    if regressions and any(not ORDER_ONE[0] < array.std < ORDER_ONE[1] for array in regressions):
        yield (Edit("standardize_targets"),)
    rates = [(Edit("learning_rate", {"factor": factor}),) for factor in factors]
    adam = [(Edit("optimizer", {"class_name": "Adam", "learning_rate": 1e-3}),)]
    if [optimizer.kind for optimizer in facts.recipe.optimizers] == ["Adam"]:
        adam = []
    swept, swapped = evidence.of(LearningRateSweep) is not None, evidence.of(OtherOptimizers) is not None
    yield from () if swapped else adam
    yield from () if swept else rates
    yield (Edit("epochs", {"factor": MORE_EPOCHS}),)
    if not CUSTOMARY_BATCH / 4 < facts.recipe.batch_size < CUSTOMARY_BATCH * 8:
        yield (Edit("batch_size", {"size": CUSTOMARY_BATCH}),)
    kinds = {layer.kind for layer in facts.layers}
    if any(kind.endswith(("Dropout", "Dropout1D", "Dropout2D", "Dropout3D")) for kind in kinds):
        yield (Edit("dropout_off"),)
    if not kinds & NORMALISATIONS:
        yield (Edit("variance_scaled_init"),)
    yield from adam if swapped else ()
    yield from rates if swept else ()


def _saturating_layers(facts: Facts) -> list[str]:
    heads = {output.layer for output in facts.outputs}
    return [
        layer.path
        for layer in facts.layers
        if layer.path not in heads and (layer.kind in AFFINE or layer.kind == "Activation") and activation_of(layer) in SATURATING
    ]


def _candidate(edits: tuple[Edit, ...], facts: Facts) -> Candidate:
    said = sentence(edits, facts)
    return Candidate(said[:1].upper() + said[1:], edits)
