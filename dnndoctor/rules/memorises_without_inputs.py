"""Samples memorised without looking at them."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class MemorisesWithoutInputs(Rule):
    """A handful of samples is memorised as well when all inputs are zeros.

    What was looked at:
        The same samples, targets and recipe as for memorising, with every input replaced by zeros. The targets differ, so
        one answer cannot be right for all of them.

    Why it matters:
        If the loss comes down all the same, it does not ask for what the targets say: it ignores them, compares shapes that
        broadcast against each other, or is made of a penalty. What it measures during training is then worth nothing.

    What to do:
        Look at the loss: call it with the right targets and with wrong ones; the first must be clearly smaller. Look for
        (N,) against (N, 1) in a loss or metric of your own.

    When it is not a fault:
        A model that is meant to learn without its inputs, such as one that holds an embedding for each row.

    References:
        A. Karpathy, "A recipe for training neural networks" (2019), on an input-independent baseline.
    """

    code = "DD513"
    name = "memorises-without-inputs"
    causes = (Cause.LOSS_FUNCTION, Cause.CUSTOM_CODE)
    covers = ("D1", "control: zeros")
    needs = (Memorise,)
    rung = Memorise.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        memory = evidence.of(Memorise)
        assert memory is not None  # in `needs`
        control = memory.control
        # A single row, or two rows under a scale that is only guessed, can be met by a bias.
        if control is None or not control.memorised or memory.decisive <= 2:
            return
        established = sicknesses(evidence)
        custom = evidence.facts.recipe.custom_train_step
        # Where nothing is decoded, only the loss was seen to fall, which one without a known floor does without an answer.
        told = control.skill is not None or all(head.loss is None or head.loss.built_in for head in evidence.facts.outputs)
        yield Finding(
            self.code,
            self.name,
            Cause.CUSTOM_CODE if custom else Cause.LOSS_FUNCTION,
            f"{memory.decisive} samples with different targets are memorised without looking at their inputs",
            Severity.ERROR if established and told else Severity.WARNING if told else Severity.NOTE,
            0.5 if established and told else 0.3 if told else 0.1,
            evidence=(
                Statement(
                    f"all inputs zero: loss {control.start:.3g} -> {control.end:.3g} in {control.steps} steps",
                    Memorise.name,
                    {"start": control.start, "end": control.end, "curve": control.curve},
                    (control.trial,),
                ),
                *(sickness.as_evidence() for sickness in established),
            ),
        )
