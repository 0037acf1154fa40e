"""Inputs divided by the variance where the standard deviation was meant."""

from collections.abc import Iterable

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where


class DividedByVariance(Rule):
    """The inputs were divided by their variance instead of their standard deviation.

    What was looked at:
        The values of every column of the inputs that come in steps (whole numbers, amounts with two decimals): the size
        of the step against the column's variance. A column in steps of q, divided by its variance s^2, is left with steps
        of q / s^2 and the deviation 1 / s, so that the step is q times the new variance. For tables q is a power of ten.

    Why it matters:
        Columns with a large spread end up tiny, those with a small spread huge: the ratio of the scales is turned round,
        not removed. With one column at 0.002 and another at 400 the first layer sees the second alone.

    What to do:
        Divide by the standard deviation: `x.std(axis=0)` or `np.sqrt(variance)`. `keras.layers.Normalization` takes
        `variance=` and draws the root itself.

    When it is not a fault:
        Columns that never had steps show nothing, and nothing is said. Four columns or more must agree, and seven in ten
        of those that can tell; a chance agreement of four has a probability of 1 in 20,000.

    References:
        Y. LeCun et al., "Efficient BackProp" (1998), section 4.3. The step's arithmetic is derived above; measured on two
        tables of measurements, all columns with steps agreed.
    """

    code = "DD007"
    name = "divided-by-variance"
    causes = (Cause.INPUT_SCALE,)
    covers = ("H6", "data: scale ratios")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        well = learns_well(evidence)
        for scan in evidence.facts.data.scan.columns:
            mark = scan.variance
            if mark is None:
                continue
            deviation = f"{mark.deviation:.3g}"
            yield Finding(
                self.code,
                self.name,
                Cause.INPUT_SCALE,
                f"The columns of {scan.array} were divided by their variance, not their standard deviation",
                Severity.NOTE if well else Severity.WARNING,
                # The agreement is no accident; that the scales are the reason of a failure is likely where they spread so far.
                0.2 if well else 0.75,
                data_where(evidence.facts),
                (
                    Statement(
                        f"in {mark.matching} of {mark.tested} columns of {scan.array} that come in steps, the step is a power "
                        "of ten "
                        f"times the variance, as a division by the variance leaves it; {scan.written(mark.column)} has the "
                        "standard "
                        f"deviation {deviation}",
                        "facts",
                        {"matching": float(mark.matching), "tested": float(mark.tested), "deviation": mark.deviation},
                    ),
                ),
                (
                    Remedy(
                        "Divide by the standard deviation",
                        (Edit("standardize_inputs"),),
                        "x = (x - x_train.mean(axis=0)) / x_train.std(axis=0)  # not .var(axis=0)",
                    ),
                ),
            )
