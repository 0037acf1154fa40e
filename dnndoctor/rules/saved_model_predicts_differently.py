"""Models that come back from a file as others."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.saving import Saving, saving_trials
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule
from dnndoctor.where import layer_where, model_where

APART = 0.01
"""Share of the predictions' rms. A file holds every bit of a weight, so that rounding stays below 1e-5 of it."""


class SavedModelPredictsDifferently(Rule):
    """The same rows get other answers after saving and loading.

    What was looked at:
        Predictions for the same rows by the model before it was saved and by what was loaded again, in your own ways of
        saving and as a `.keras` file, after a few steps of training; and how many variables came back with other values.
        Models that do not answer the same twice by themselves are left out.

    Why it matters:
        What is evaluated, resumed and shipped is then not what was trained. The loss that training showed says nothing of
        it.

    What to do:
        Let Keras know of every value that the model holds: create it by `self.add_weight` or as a `keras.Variable` that is
        an attribute of its layer, not as a `tf.Variable`, a tensor drawn in `__init__`, or a numpy array. What is set by
        `__init__` belongs into `get_config`.

    When it is not a fault:
        A model that is meant to be random in prediction. Where the recipe saves in none of the ways that fail, it is a
        warning, since no file of yours is wrong yet.

    References:
        The Keras guide "Customizing saving and serialization", on states that a layer must save by itself.
    """

    code = "DD462"
    name = "saved-model-predicts-differently"
    causes = (Cause.CHECKPOINT,)
    needs = (Saving,)
    rung = Saving.name
    covers = ("H1",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = evidence.of(Saving)
        assert seen is not None  # among the needs
        wrong = [trip for trip in seen.trips if trip.predictions_apart is not None and trip.predictions_apart > APART]
        if not wrong:
            return
        worst = max(wrong, key=lambda trip: (bool(trip.by), trip.predictions_apart))
        own = [layer.path for layer in evidence.facts.layers if not layer.built_in]
        where: tuple[Where, ...] = layer_where(evidence.facts, *own) or model_where(evidence.facts)
        yield Finding(
            self.code,
            self.name,
            Cause.CHECKPOINT,
            f"Saved {worst.way}, the model comes back as another one: predictions change by "
            f"{worst.predictions_apart:.2g} of their size",
            Severity.ERROR if worst.by else Severity.WARNING,
            0.6 if worst.by else 0.4,  # certain as a fault of its own; what one looks for may be another
            where=where,
            evidence=tuple(
                Statement(
                    f"saved {trip.way}: largest change of a prediction {trip.predictions_apart:.2g} of the predictions' rms, "
                    + (f"{trip.weights_apart} weights differ" if trip.weights_apart else "with all weights that Keras knows of"),
                    Saving.name,
                    {"predictions_apart": trip.predictions_apart or 0.0, "weights_apart": float(trip.weights_apart)},
                    saving_trials(evidence),
                )
                for trip in wrong
            ),
            remedies=(
                Remedy(
                    "Make every value that the model holds a weight",
                    patch='self.scale = self.add_weight(shape=(), initializer="ones", name="scale")',
                ),
            ),
        )
