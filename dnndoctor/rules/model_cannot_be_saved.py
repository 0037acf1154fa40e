"""Models that no file brings back."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.saving import RoundTrip
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.saving import Saving, saving_trials
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule
from dnndoctor.where import layer_where, model_where

_SAID = {
    "saving": "the model cannot be saved {way}",
    "loading": "saved {way}, the model cannot be loaded again",
    "going on": "saved {way} and loaded, the model cannot be trained on",
}


class ModelCannotBeSaved(Rule):
    """Saving, loading or going on with the loaded model raises.

    What was looked at:
        The model after a few steps of training, saved in a temporary folder the way your callbacks and source files save
        it, and as a `.keras` file; loaded with your own classes and functions as `custom_objects`, and without safe mode
        where that was needed; and trained on.

    Why it matters:
        A `ModelCheckpoint` that cannot save stops the training at the end of its first epoch. A file that cannot be loaded
        shows that only when it is needed.

    What to do:
        Give each class of your own a `get_config` with all that its `__init__` takes, and pass what is left to the base:
        `def __init__(self, units, **kwargs): super().__init__(**kwargs)`. Save weights only where the factory makes the
        model anew anyway, and `.keras` instead of `.h5`, which Keras 3 keeps for old files: a Sequential model that was
        loaded from one cannot be trained on, since its optimizer knows none of its weights (Keras 3.15).

    When it is not a fault:
        Whoever saves weights alone needs none of this, hence a note, unless a callback of the recipe would raise.

    References:
        The Keras guide "Customizing saving and serialization".
    """

    code = "DD463"
    name = "model-cannot-be-saved"
    causes = (Cause.CHECKPOINT,)
    needs = (Saving,)
    rung = Saving.name
    covers = ("H1",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = evidence.of(Saving)
        assert seen is not None  # among the needs
        failed = [trip for trip in seen.trips if trip.failed_at]
        if not failed:
            return
        raising = [trip for trip in failed if trip.failed_at == "saving" and "ModelCheckpoint" in trip.by]
        first = next(iter([*raising, *(trip for trip in failed if trip.by), *failed]))
        said = _SAID[first.failed_at].format(way=first.way)
        stops = ", so `ModelCheckpoint` stops the training at its first save" if raising else ""
        yield Finding(
            self.code,
            self.name,
            Cause.CHECKPOINT,
            f"{said[0].upper()}{said[1:]}{stops}",
            Severity.WARNING if raising else Severity.NOTE,
            0.5 if raising else 0.1,  # it stops the training for certain, and is seldom why it does not learn
            where=_where(evidence.facts, first),
            evidence=tuple(
                Statement(
                    f"{_SAID[trip.failed_at].format(way=trip.way)}: {trip.error}",
                    Saving.name,
                    {"failed_at": trip.failed_at},
                    saving_trials(evidence),
                )
                for trip in failed
            ),
            remedies=(_remedy(first),),
        )


def _remedy(trip: RoundTrip) -> Remedy:
    if trip.suffix == ".h5":
        return Remedy("Save to a `.keras` file", patch='model.save("last.keras")')
    return Remedy(
        "Let your classes say what they are made with, or save weights alone",
        patch='def get_config(self):\n    return {**super().get_config(), "units": self.units}',
    )


def _where(facts: Facts, trip: RoundTrip) -> tuple[Where, ...]:
    """The line that saves; else the classes that Keras cannot write down."""
    saves = [save.place for save in facts.recipe.saves if save.by in trip.by and save.whole == trip.whole]
    if trip.by and any(saves):
        return tuple(Where(place=place) for place in dict.fromkeys(saves) if place is not None)
    own = [layer.path for layer in facts.layers if not layer.built_in or layer.kind == "Lambda"]
    return layer_where(facts, *own) or model_where(facts)
