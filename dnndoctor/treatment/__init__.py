"""Treatment: remedies are tried on the user's own recipe, and findings are ranked anew by what helped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from dnndoctor.diagnosis.diagnose import Diagnosis, ranked_anew
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence
from dnndoctor.treatment.confirmation import confirm, hypotheses, trials_of

Measure: TypeAlias = Callable[[Sequence[Trial]], Mapping[str, Outcome]]
"""Runs trials, or answers them from a record; trials that it cannot run are missing in its answer."""


@dataclass(frozen=True, slots=True)
class Treated:
    """A diagnosis after treatment.

    Attributes:
        diagnosis: What is wrong, by what helped where remedies were tried.
        outcomes: Of the trials that tried them, by id.
        prescription: The changes after which the model learns; None, as this version tries single remedies only.
    """

    diagnosis: Diagnosis
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    prescription: None = None


def treat(diagnosis: Diagnosis, evidence: Evidence, measure: Measure) -> Treated:
    """Tries the first remedy of each finding that is worth it, on the seeds of the user's own runs.

    Args:
        diagnosis: What the rules found.
        evidence: That they judged.
        measure: Runs the trials.
    """
    tried = hypotheses(diagnosis, evidence)
    trials = {trial.id: trial for ranked in tried for trial in trials_of(ranked, evidence)}
    outcomes = measure(tuple(trials.values())) if trials else {}
    changed = {ranked.rank: confirm(ranked, evidence, outcomes) for ranked in tried}
    return Treated(ranked_anew(diagnosis, changed), outcomes)
