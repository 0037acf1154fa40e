"""Saved models that forget where the optimizer was."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.saving import RoundTrip, SavingSeen
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.saving import Saving, jump, saving_trials
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule
from dnndoctor.where import recipe_where

_BUILD_FIRST = """\
model.optimizer.build(model.trainable_variables)  # before load_weights, which passes over an optimizer without variables
model.load_weights("last.weights.h5")"""


class OptimizerStateLost(Rule):
    """What the recipe saves does not bring the optimizer's state back.

    What was looked at:
        The model was trained for a few steps, saved the way your callbacks and source files save it, loaded, and trained
        on with the same batches beside the model that was never saved: whether all variables of the optimizer were back,
        and how far the losses were from those of the unbroken run.

    Why it matters:
        Momentum, the second moments of Adam and the step that a learning rate schedule hangs on are part of what training
        has reached. Without them the first steps after loading are those of a new optimizer: Adam's are as long as the
        rate allows in every weight, and a schedule starts over with its highest rate. A `.weights.h5` file does hold that
        state, but `load_weights` passes over it, with a warning, where the model was compiled and its optimizer has no
        variables yet (Keras 3.15).

    What to do:
        Save whole models (`ModelCheckpoint("last.keras")`), or build the optimizer before its weights are loaded.
        `BackupAndRestore` does that by itself.

    When it is not a fault:
        Weights that are only predicted with, or fine-tuned by another optimizer, need no state: as long as your recipe
        does not begin from saved weights, this is a note. Plain SGD at a constant rate has no state to lose, and nothing
        is said.

    References:
        D. Kingma, J. Ba, "Adam: a method for stochastic optimization" (2015), section 3, on the first steps.
    """

    code = "DD461"
    name = "optimizer-state-lost"
    causes = (Cause.CHECKPOINT,)
    needs = (Saving,)
    rung = Saving.name
    covers = ("H1",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = evidence.of(Saving)
        assert seen is not None  # among the needs
        used = [trip for trip in seen.trips if trip.by and not trip.failed_at]
        lost = [trip for trip in used if trip.optimizer_kept is False and _matters(evidence.facts, trip, seen)]
        if not lost:
            if used and all(trip.optimizer_kept and jump(trip, seen) is None for trip in used):
                yield RuledOut(Cause.CHECKPOINT, f"saved {used[0].way} and loaded, the model went on with the same losses")
            return
        resumes = _begins_from_weights(evidence.facts) and any(jump(trip, seen) is not None for trip in lost)
        begins = " and begins from saved weights" if resumes else ""
        yield Finding(
            self.code,
            self.name,
            Cause.CHECKPOINT,
            f"The recipe saves the model {lost[0].way}{begins}: the optimizer's state is gone after loading",
            Severity.WARNING if resumes else Severity.NOTE,
            0.4 if resumes else 0.1,  # what goes wrong in a training is seldom its saving
            where=_where(evidence.facts, lost),
            evidence=tuple(_statement(trip, seen, evidence) for trip in lost),
            remedies=(
                Remedy("Save the whole model", patch='keras.callbacks.ModelCheckpoint("last.keras")'),
                *(() if lost[0].whole else (Remedy("Build the optimizer before its weights are loaded", patch=_BUILD_FIRST),)),
            ),
        )


def _matters(facts: Facts, trip: RoundTrip, seen: SavingSeen) -> bool:
    scheduled = any(optimizer.schedule for optimizer in facts.recipe.optimizers[:1])
    return scheduled or jump(trip, seen) is not None


def _begins_from_weights(facts: Facts) -> bool:
    """Whether the factory loads every weight that is trained; a backbone below a new head is not that."""
    trained = [weight for layer in facts.layers for weight in layer.weights if weight.trainable]
    return bool(trained) and all(weight.loaded for weight in trained)


def _where(facts: Facts, lost: list[RoundTrip]) -> tuple[Where, ...]:
    """The lines that save that way."""
    names = {name for trip in lost for name in trip.by}
    kinds = {trip.whole for trip in lost}
    places = [save.place for save in facts.recipe.saves if save.by in names and save.whole in kinds and save.place is not None]
    return tuple(Where(place=place) for place in dict.fromkeys(places)) or recipe_where(facts, "callbacks")


def _statement(trip: RoundTrip, seen: SavingSeen, evidence: Evidence) -> Statement:
    apart = jump(trip, seen)
    text = f"saved {trip.way}, as {' and '.join(trip.by)} saves it: the optimizer's variables do not come back"
    if apart is not None:
        step = max(range(len(trip.losses)), key=lambda index: abs(trip.losses[index] - seen.unbroken[index]))
        text += f", and the loss is {trip.losses[step]:.4g} instead of {seen.unbroken[step]:.4g} {step + 1} steps after loading"
    return Statement(
        text,
        Saving.name,
        {"jump": apart or 0.0, "losses": trip.losses, "unbroken": seen.unbroken},
        saving_trials(evidence),
    )
