"""Held-out rows that are predicted although the targets were shuffled."""

import statistics
from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.controls import Controls, skill_from_nothing
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class SkillFromShuffledLabels(Rule):
    """Trained on shuffled targets, your model still predicts the held-out rows.

    What was looked at:
        Your own recipe on training rows whose targets were shuffled in several orders, scored on held-out rows with their own
        targets. An order counts only beyond what chance gives for so many rows, and all orders have to.

    Why it matters:
        Whatever a model learns from shuffled targets, it cannot be how inputs and targets go together. What it knows of the
        held-out targets it has from elsewhere: they reach the training step by another way.

    What to do:
        Look for the targets among the inputs, in a `train_step`, `add_loss` or callback of your own that sees them, and in state
        that the model factory loads.

    When it is not a fault:
        A model that was trained on this task before, and goes on from there. Where loaded weights are seen, nothing is said.

    References:
        M. Ojala, G. Garriga, "Permutation tests for studying classifier performance" (2010), JMLR 11.
    """

    code = "DD036"
    name = "skill-from-shuffled-labels"
    causes = (Cause.LEAKAGE,)
    needs = (Controls,)
    rung = Controls.name
    covers = ("control: shuffled labels",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = evidence.of(Controls)
        assert seen is not None  # in `needs`
        loaded = any(weight.loaded for layer in evidence.facts.layers for weight in layer.weights)
        if loaded or not skill_from_nothing(seen):
            return
        skills = tuple(run.validation_skill for run in seen.shuffled if run.validation_skill is not None)
        yield Finding(
            self.code,
            self.name,
            Cause.LEAKAGE,
            f"With the training targets shuffled, held-out rows are still predicted (skill {statistics.fmean(skills):.2f})",
            Severity.WARNING,
            # By chance all orders do so once in a thousand times; what is left to doubt is by which way the targets come in.
            0.6,
            evidence=(
                Statement(
                    f"skill on held-out rows after {seen.shuffled[0].steps:,} steps on {len(skills)} orders of the targets: "
                    f"{', '.join(f'{skill:.2f}' for skill in skills)} (up to {seen.margin:.2f} could be chance)",
                    Controls.name,
                    {"skills": skills, "margin": seen.margin},
                    tuple(run.trial for run in seen.shuffled),
                ),
            ),
        )
