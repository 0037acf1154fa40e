"""Loss and metrics: what they do with the user's own targets, tried on made-up predictions."""

from collections.abc import Sequence

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.loss import LossSeen
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.looks import look_trials, read_looks

LOOK = "loss"


class LossAndMetrics(Experiment[LossSeen]):
    """One look: losses and metrics called by themselves on the user's targets and predictions made up for them."""

    name = "loss_and_metrics"
    question = "Do loss and metrics measure how far predictions are from these targets?"
    preset = Preset.STATIC
    height = 5
    covers = (
        "D8",
        "contract: logits",
        "contract: probabilities",
        "contract: metric",
        "contract: reduction",
        "contract: broadcast",
        "contract: custom loss",
    )

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        del facts, settings
        return 1

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        return () if outcomes else look_trials(evidence, LOOK)

    def read(self, evidence: Evidence, outcomes: Outcomes) -> LossSeen | Inconclusive | Skip:
        """See `Experiment.read`."""
        seen = read_looks(look_trials(evidence, LOOK), outcomes, LossSeen)
        return seen[0] if isinstance(seen, tuple) else seen
