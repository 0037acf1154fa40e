"""Batch normalisation that is frozen before it has seen anything."""

from collections.abc import Iterable, Sequence

from dnndoctor.evidence.facts import LayerFacts, WeightFacts
from dnndoctor.evidence.layers import kernels
from dnndoctor.evidence.topology import BATCH_NORM
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule


class FrozenBatchNorm(Rule):
    """Batch normalisation is frozen at the mean 0 and the variance 1 that it was made with.

    What was looked at:
        Batch normalisation layers with `trainable = False`, and their running mean and variance.

    Why it matters:
        In Keras a frozen batch normalisation works with its running statistics in training, too, and never updates them. At
        mean 0 and variance 1 it does nothing at all: the net is one without normalisation, though it looks like one with it.

    What to do:
        Leave batch normalisation trainable, or load the statistics along with the weights before freezing.

    When it is not a fault:
        Pretrained backbones, whose statistics are loaded, are left out. Models with a `train_step` of their own, which may
        freeze and unfreeze parts, get a note.

    References:
        Keras API, BatchNormalization, "On setting layer.trainable = False".
    """

    code = "DD123"
    name = "frozen-batch-norm"
    causes = (Cause.BATCH_NORM,)
    covers = ("structure: batch norm",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        idle = [layer for index, layer in enumerate(facts.layers) if _is_untouched(layer) and _in_training(facts.layers[:index])]
        if not idle:
            return
        mild = facts.recipe.custom_train_step or learns_well(evidence)
        which = idle[0].path if len(idle) == 1 else f"{len(idle)} layers of batch normalisation"
        yield Finding(
            self.code,
            self.name,
            Cause.BATCH_NORM,
            f"{which} {'is' if len(idle) == 1 else 'are'} frozen at mean 0 and variance 1, without effect",
            Severity.NOTE if mild else Severity.WARNING,
            0.1 if mild else 0.4,  # that it is idle is certain; nets without normalisation often train all the same
            tuple(Where(layer.path, layer.place) for layer in idle),
            (Statement("moving_mean is 0 and moving_variance 1, as made", "facts", {"layers": float(len(idle))}),),
            (
                Remedy(
                    "Leave batch normalisation trainable",
                    (Edit("unfreeze"),),
                    f'model.get_layer("{idle[0].path}").trainable = True',
                ),
            ),
        )


def _is_untouched(layer: LayerFacts) -> bool:
    """Whether a layer is a frozen batch normalisation with the running statistics of one that was just made."""
    if layer.kind != BATCH_NORM or layer.trainable:
        return False
    statistics = {weight.name: weight for weight in layer.weights}
    mean, variance = statistics.get("moving_mean"), statistics.get("moving_variance")
    return mean is not None and variance is not None and _is_all(mean, 0.0) and _is_all(variance, 1.0)


def _in_training(before: Sequence[LayerFacts]) -> bool:
    """Whether the last kernel before it is trained; one that is frozen at random is another finding."""
    return next((layer.trainable for layer in reversed(before) if kernels(layer) or not layer.trainable), True)


def _is_all(weight: WeightFacts, value: float) -> bool:
    return weight.minimum == weight.maximum == value and not weight.loaded
