"""A choice that few make on purpose, and that costs skill here."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.odd_choices_undone import OddChoicesUndone
from dnndoctor.experiments.race_evidence import ends, remedy, screening, severity, statement
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules import Rule

CAUSES = {
    "batch_norm_momentum": Cause.BATCH_NORM,
    "class_weights": Cause.CLASS_IMBALANCE,
    "dropout_off": Cause.DROPOUT,
    "hidden_activation": Cause.HIDDEN_ACTIVATION,
    "loss": Cause.LOSS_FUNCTION,
    "regularization_off": Cause.REGULARIZATION,
    "standardize_inputs": Cause.INPUT_SCALE,
    "standardize_targets": Cause.TARGET_SCALE,
    "unfreeze": Cause.FROZEN_LAYERS,
    "variance_scaled_init": Cause.INITIALIZER,
    "width": Cause.CAPACITY_LOW,
}
"""By the first edit of what undoes it."""


class OddChoiceCosts(Rule):
    """The recipe does better when one odd choice in it is undone.

    What was looked at:
        Choices that few recipes make on purpose: layers frozen at random weights, layers without an activation between others,
        hidden sigmoids and softmaxes, weights drawn far from variance scaling, hidden layers of four units or fewer, batch
        statistics that lag through a fifth of the training, strong dropout, weight penalties, losses other than
        cross-entropy for classes, rare classes, inputs and targets far from order one. Your own recipe was run with each of
        them undone, on equal seeds, and the best variant once more on fresh ones.

    Why it matters:
        Such a choice seldom stops a model from learning. It keeps it from getting as far as it could, and nothing in the curves
        tells.

    What to do:
        Make the change that is named, or keep the choice, knowing what it costs.

    When it is not a fault:
        A penalty or dropout may be wanted for reasons that the held-out rows do not show, and random layers may be the point of
        an experiment. On a model that does not fall short, this is a note.

    References:
        J. Cao et al., "DeepFD: automated fault diagnosis and localization for deep learning programs" (2022), for how often real
        faults lie in each of these.
    """

    code = "DD144"
    name = "odd-choice-costs"
    causes = tuple(dict.fromkeys(CAUSES.values()))
    covers = ("edit: dropout", "edit: regularisation", "edit: class weights")
    needs = (OddChoicesUndone,)
    rung = OddChoicesUndone.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        race = evidence.of(OddChoicesUndone)
        assert race is not None  # in `needs`
        duel = race.won
        if duel is None:
            return
        how_bad, (own, other) = severity(evidence, duel), ends(duel)
        fix = remedy(duel, OddChoicesUndone.name, evidence.facts)
        yield Finding(
            self.code,
            self.name,
            CAUSES[duel.variant.edits[0].name],
            f"{fix.title}: {duel.measure} goes from {own} to {other}",
            how_bad,
            # A specific change that looked right beforehand and won on fresh seeds; other changes may do as well.
            0.1 if how_bad is Severity.NOTE else 0.7,
            evidence=(
                statement(duel, OddChoicesUndone.name),
                screening(race, OddChoicesUndone.name),
                *(sickness.as_evidence() for sickness in sicknesses(evidence)),
            ),
            remedies=(fix,),
        )
