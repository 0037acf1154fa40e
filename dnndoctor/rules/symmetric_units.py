"""Units of a layer that start alike and stay alike."""

from collections.abc import Iterable

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.start_evidence import listed, measured, seeds_of, where
from dnndoctor.experiments.starting_point import StartingPoint, VariableStart
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity
from dnndoctor.rules import Rule

MOST = 0.9
"""Share of a layer's units from which it is hardly wider than one unit."""


class SymmetricUnits(Rule):
    """Units of a hidden layer have equal weights, give equal values and get equal gradients.

    What was looked at:
        The kernels of dense and convolutional layers, column by column, what the units give for a batch of rows, and their
        gradients at each of the first steps, with two seeds.

    Why it matters:
        Units that are alike in all three stay alike for ever: a layer of a hundred of them can do no more than one.

    What to do:
        Draw the weights at random, each for itself; leave out the initializer for Keras' default.

    When it is not a fault:
        Equal weights alone are harmless where what comes behind tells the units apart, as random weights or dropout do: their
        gradients then differ, and nothing is reported. Outputs may start alike.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 8.4 (breaking symmetry).
    """

    code = "DD307"
    name = "symmetric-units"
    causes = (Cause.INITIALIZER,)
    needs = (StartExperiment,)
    rung = StartExperiment.name
    covers = ("start: symmetric weights",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        point = evidence.of(StartExperiment)
        assert point is not None  # in `needs`
        facts = evidence.facts
        outputs = {output.layer for output in facts.outputs}
        alike = [one for one in point.variables if _are_alike(one, point) and one.layer not in outputs]
        if not alike:
            return
        first = max(alike, key=lambda one: one.twins / one.units)
        layer = facts.layer(first.layer)
        kind = layer.kind if layer is not None else "Dense"
        well = learns_well(evidence)
        text = (
            f"{first.twins} of {first.units} units of {first.layer} have another one's weights, values and gradients at each of "
            f"{point.steps} steps, with {seeds_of(point)}"
        )
        yield Finding(
            self.code,
            self.name,
            Cause.INITIALIZER,
            f"{first.twins} of {first.units} units of {first.layer} start alike and get the same updates",
            Severity.NOTE if well else Severity.WARNING,
            # By theory for ever; whether the task needs more than the units that are left is not known.
            0.1 if well else 0.75,
            where(facts, *(one.layer for one in alike)),
            (
                measured(point, text, twins=float(first.twins), units=float(first.units)),
                *((measured(point, f"so it is in {listed([one.layer for one in alike])}"),) if len(alike) > 1 else ()),
            ),
            (
                Remedy(
                    "Draw the initial weights at random",
                    (Edit("variance_scaled_init"),),
                    patch=f'keras.layers.{kind}({first.units}, kernel_initializer="glorot_uniform")',
                ),
            ),
        )


def _are_alike(one: VariableStart, point: StartingPoint) -> bool:
    signal = point.signal(one.layer)
    alike_in_values = signal is None or signal.twins >= MOST * signal.units
    return one.units > 1 and one.twins >= MOST * one.units and alike_in_values
