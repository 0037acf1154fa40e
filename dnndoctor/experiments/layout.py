"""Layout: whether rows stay apart and neighbours stay neighbours, in the data and in the model."""

from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.layout import LayoutSeen
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.looks import look_trials, read_looks


@dataclass(frozen=True, slots=True)
class Layout:
    """What the look saw.

    Attributes:
        seen: With the first seed's weights; what is judged of it does not hang on them.
        trials: Ids of the trials behind it.
    """

    seen: LayoutSeen
    trials: tuple[str, ...]


class LayoutExperiment(Experiment[Layout]):
    """Looks at the untrained model, in inference, on one batch, and at the axes of the arrays."""

    name = "layout"
    question = "Do rows stay apart, and neighbours neighbours?"
    preset = Preset.STATIC
    height = 4
    covers = ("D7", "H10", "data: layout")

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`: looks take no part in the plan of steps."""
        del facts, settings
        return 0.0

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        return () if outcomes else look_trials(evidence, self.name)

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Layout | Inconclusive | Skip:
        """See `Experiment.read`."""
        trials = look_trials(evidence, self.name)
        seen = read_looks(trials, outcomes, LayoutSeen)
        if isinstance(seen, Inconclusive | Skip):
            return seen
        return Layout(seen[0], tuple(trial.id for trial in trials))
