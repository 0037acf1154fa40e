"""Treatment: remedies are tried on the user's own recipe, findings ranked anew by what helped, and a prescription composed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dnndoctor.diagnosis.diagnose import Diagnosis, ranked_anew
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence
from dnndoctor.treatment.confirmation import confirm, hypotheses, trials_of
from dnndoctor.treatment.prescription import Measure, NoPrescription, Prescription, prescribe


@dataclass(frozen=True, slots=True)
class Treated:
    """A diagnosis after treatment.

    Attributes:
        diagnosis: What is wrong, by what helped where remedies were tried.
        outcomes: Of the trials that tried them, by id.
        prescription: The changes after which the model learns, or that none was found; None where nothing was to be treated.
    """

    diagnosis: Diagnosis
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    prescription: Prescription | NoPrescription | None = None


def treat(diagnosis: Diagnosis, evidence: Evidence, measure: Measure) -> Treated:
    """Tries the first remedy of each finding that is worth it on the seeds of the user's own runs, and composes a prescription.

    Args:
        diagnosis: What the rules found.
        evidence: That they judged.
        measure: Runs the trials.
    """
    outcomes: dict[str, Outcome] = {}

    def kept(trials: Sequence[Trial]) -> Mapping[str, Outcome]:
        came = measure(trials)
        outcomes.update(came)
        return came

    tried = hypotheses(diagnosis, evidence)
    trials = {trial.id: trial for ranked in tried for trial in trials_of(ranked, evidence)}
    if trials:
        kept(tuple(trials.values()))
    changed = {ranked.rank: confirm(ranked, evidence, outcomes) for ranked in tried}
    treated = ranked_anew(diagnosis, changed)
    known = replace(evidence, outcomes={**evidence.outcomes, **outcomes})
    return Treated(treated, outcomes, prescribe(treated, known, kept))
