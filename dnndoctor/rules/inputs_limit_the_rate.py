"""Inputs so large that an ordinary rate is too high."""

import math
from collections.abc import Iterable

from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.rate_evidence import interval
from dnndoctor.experiments.rate_response import RateResponse
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

DEFAULT_RATES = {"SGD": 0.01}
"""Keras 3's default rates: 0.01 for SGD, 0.001 for all others."""

LARGE_RMS = 10.0
"""Root mean square of inputs from which curvature is a hundred times that of standardised ones."""


class InputsLimitTheRate(Rule):
    """The rate is an ordinary one, but the inputs' size makes it too high.

    What was looked at:
        The largest rate that is stable, from the sweep, against the root mean square of the inputs as they enter the
        model.

    Why it matters:
        The curvature of the loss in a first layer's weights grows with the mean square of its inputs, and the largest
        stable rate of gradient descent falls by the same factor. Inputs of size 100 ask for rates 10,000 times smaller;
        at these, everything behind the first layer hardly moves.

    What to do:
        Standardise the inputs (subtract the mean, divide by the standard deviation of the training rows) and keep the
        rate. A lower rate also stops the explosion, and learns slowly.

    When it is not a fault:
        The model scales its inputs itself, looks ids up in an embedding, or your own run learns.

    References:
        Y. LeCun et al., "Efficient backprop" (1998), sections 4.3 and 5.3.
    """

    code = "DD020"
    name = "inputs-limit-the-rate"
    causes = (Cause.INPUT_SCALE,)
    covers = ("H6", "H7")
    needs = (LearningRateSweep,)
    rung = LearningRateSweep.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        response = evidence.of(LearningRateSweep)
        assert response is not None  # in `needs`
        array = _largest(evidence.facts)
        optimizer = evidence.facts.recipe.optimizers[0].kind
        ordinary = response.user_rate <= 3 * DEFAULT_RATES.get(optimizer, 1e-3)
        established = sicknesses(evidence)
        if array is None or not established or not ordinary or response.edge is None or response.edge > 1:
            return
        rms = math.hypot(array.mean, array.std)
        # Stable again once the inputs are standardised: the edge moves up by the mean square.
        if rms < LARGE_RMS or response.edge * rms**2 < 1:
            return
        yield self._finding(response, array, rms, tuple(sickness.as_evidence() for sickness in established))

    def _finding(self, response: RateResponse, array: ArrayFacts, rms: float, established: tuple[Statement, ...]) -> Finding:
        return Finding(
            self.code,
            self.name,
            Cause.INPUT_SCALE,
            f"{array.name} is so large (root mean square {rms:.3g}) that the ordinary rate {response.user_rate:.3g} is unstable",
            Severity.ERROR,
            0.75,
            evidence=(
                Statement(
                    f"{array.name} runs from {array.minimum:.3g} to {array.maximum:.3g}, mean {array.mean:.3g}, standard "
                    f"deviation {array.std:.3g}: curvature {rms**2:.3g} times that of standardised inputs",
                    "facts",
                    {"rms": rms, "minimum": array.minimum, "maximum": array.maximum},
                ),
                interval(response),
                *established,
            ),
            remedies=(
                Remedy(
                    "Standardise the inputs",
                    (Edit("standardize_inputs"),),
                    patch="mean, std = x_train.mean(axis=0), x_train.std(axis=0) + 1e-7\nx_train = (x_train - mean) / std",
                    note="the same mean and deviation for validation rows",
                ),
            ),
        )


def _largest(facts: Facts) -> ArrayFacts | None:
    """The input of the largest root mean square; None where the model scales or looks up its inputs itself."""
    if any(layer.kind in ("Embedding", "Normalization", "Rescaling", "BatchNormalization") for layer in facts.layers[:3]):
        return None
    numeric = [array for array in facts.data.inputs if math.isfinite(array.std)]
    return max(numeric, key=lambda array: math.hypot(array.mean, array.std), default=None)
