"""Treatment: remedies are tried on the user's own recipe, findings ranked anew by what helped, and a prescription composed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dnndoctor.diagnosis.confidence import weighed
from dnndoctor.diagnosis.diagnose import Diagnosis, ranked_anew
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence
from dnndoctor.treatment.confirmation import confirm, hypotheses, necessary, trials_of
from dnndoctor.treatment.prescription import NoPrescription, Prescription, prescribe
from dnndoctor.treatment.ward import Measure, Ward


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


def treat(diagnosis: Diagnosis, evidence: Evidence, measure: Measure, seconds: float = math.inf) -> Treated:
    """Tries the first remedy of each finding that is worth it on the seeds of the user's own runs, and composes a prescription.

    Args:
        diagnosis: What the rules found.
        evidence: That they judged.
        measure: Runs the trials.
        seconds: That these may take, as the plan reckons; the first finding's remedy is tried however few there are.
    """
    outcomes: dict[str, Outcome] = {}

    def kept(trials: Sequence[Trial]) -> Mapping[str, Outcome]:
        came = measure(trials)
        outcomes.update(came)
        return came

    ward = Ward(evidence, kept, seconds)
    tried = hypotheses(diagnosis, evidence)
    within_reach = [each for each in tried if each is tried[0] or ward.affords(trials_of(each, evidence))]
    ward.outcomes([trial for each in within_reach for trial in trials_of(each, evidence)])
    treated = ranked_anew(diagnosis, {each.rank: confirm(each, evidence, outcomes) for each in within_reach})
    prescription = prescribe(treated, ward)
    if isinstance(prescription, Prescription):
        treated = ranked_anew(treated, necessary(treated, prescription), prescribed=True)
    return Treated(weighed(treated), outcomes, prescription)
