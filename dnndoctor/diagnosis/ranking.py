"""The score that findings are ranked by: a sum of named terms, each of which says why it is there.

Chosen by hand: a step of severity (3) outweighs most sums of other terms; the fork (2 between its sides), a contract (2) and a
verified remedy (1) outweigh most differences in confidence, which decides among findings that stand alike in these. A contract
weighs as much as a verified rate on its side of the fork: another rate can make up for what is broken, and is not the cause then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dnndoctor.diagnosis.blame import Side
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatchExperiment
from dnndoctor.experiments.layout import LayoutExperiment
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.sickness import structure_is_whole
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.finding import Cause, Finding, Severity

SEVERITY = {Severity.ERROR: 6.0, Severity.WARNING: 3.0, Severity.NOTE: 0.0}
CONFIDENCE = 2.0
"""Weight of the confidence: between a guess (0.2) and near certainty (0.95) lie 1.5 points."""

FORK = 1.0
VERIFIED = 1.0
CONTRACT = 2.0
UNMASKED = 1.0
SYMPTOM = -0.5
FUTILE = -1.0
PRESCRIBED = 2.0
"""Of a finding whose remedy is a part of the prescription, in place of the fork, which only guesses where the cure lies. What a
cure cannot do without comes before what makes up for it in part: a net whose targets are of order 200,000 goes most of the way at
300 times Adam's usual rate, too. Where a broken contract leads, the prescription may be what makes up for it, as no edit mends
them all."""

CONTROLS = 0.5

STRUCTURAL = frozenset(
    {
        Cause.OUTPUT_ACTIVATION,
        Cause.OUTPUT_UNITS,
        Cause.HIDDEN_ACTIVATION,
        Cause.MISSING_BIAS,
        Cause.CAPACITY_LOW,
        Cause.FROZEN_LAYERS,
        Cause.ARCHITECTURE,
        Cause.CUSTOM_CODE,
        Cause.LOSS_FUNCTION,
        Cause.LOGITS_MISMATCH,
        Cause.INITIALIZER,
        Cause.LABELS,
        Cause.TARGET_SCALE,
    }
)
"""Causes that keep a model from memorising a handful of samples.

Bad values are on neither side: a handful without the rows that hold them is memorised, and one with such a row is not. Nor are
reshapes: scrambled rows are memorised by the dense layers behind them, and mixed ones are not.
"""

COURSE = frozenset(
    {
        Cause.OPTIMIZER,
        Cause.LEARNING_RATE_HIGH,
        Cause.LEARNING_RATE_LOW,
        Cause.LR_SCHEDULE,
        Cause.GRADIENT_CLIPPING,
        Cause.BATCH_SIZE_SMALL,
        Cause.BATCH_SIZE_LARGE,
        Cause.EPOCHS,
        Cause.REGULARIZATION,
        Cause.DROPOUT,
        Cause.BATCH_NORM,
        Cause.CAPACITY_HIGH,
        Cause.LABEL_NOISE,
        Cause.CLASS_IMBALANCE,
        Cause.NOT_SHUFFLED,
        Cause.TRAIN_VAL_MISMATCH,
        Cause.AUGMENTATION,
        Cause.INPUT_SCALE,
    }
)
"""Causes that leave a model able to memorise, with regularisers, dropout and augmentation off, and keep it from learning."""

SIGNALS = frozenset({Cause.INITIALIZER, Cause.INPUT_SCALE})
"""What sets the size of signals. Seen to cure a handful that was not memorised, it is on the side of the fork that was taken:
inputs out of scale can keep a model from memorising, and another rate can make up for weights out of scale."""

OF_LABELS = frozenset({Cause.LABELS, Cause.LABEL_NOISE})
"""Causes that the controls speak for where neither model learns these labels, and against where a simple reference learns them.
That does not clear the form of labels, which a contract tells of: the reference makes its own head for them."""

HIDDEN = frozenset({"DD302"})
"""Codes of what was seen with batch norm or clipping off. From outside it looks like a wrong rate or a wrong model, and what such
a change gains with the mask on does not refute it."""


CONTRACTS = frozenset({"facts", FirstBatchExperiment.name, LossAndMetrics.name, LayoutExperiment.name, StartExperiment.name})
"""Rungs that show on the real arrays, without training, what is broken."""


class Fork(StrEnum):
    """What the handful of samples showed.

    `MEMORISES`: with the user's own optimizer. `CURED`: with another rate or optimizer only, or the whole set is learnt.
    `CANNOT`: with none that was tried. `UNKNOWN`: it was not asked, or it does not tell.
    """

    MEMORISES = "memorises"
    CURED = "memorises with another rate or optimizer"
    CANNOT = "cannot memorise"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a finding's score.

    Attributes:
        name: "severity", "confidence", "fork", "mask off", "verified remedy", "futile remedy", "prescribed", "contract" or
            "symptom".
        points: What it adds.
        why: In a few words.
    """

    name: str
    points: float
    why: str


def fork(evidence: Evidence) -> Fork:
    """Which way the fork of the ladder points."""
    memory = evidence.of(Memorise)
    if memory is None or not memory.decisive_runs:
        return Fork.UNKNOWN
    if memory.memorised:
        return Fork.MEMORISES
    return Fork.CURED if structure_is_whole(evidence) else Fork.CANNOT


def terms(finding: Finding, rung: str, way: Fork, side: Side | None = None) -> tuple[Term, ...]:
    """The summands of a finding's score; those that add nothing are left out.

    Args:
        finding: To be scored.
        rung: Of the rule that made it.
        way: Which way the fork points.
        side: Whom the controls blame, None where they leave it open.
    """
    summands = [
        *severity_terms(finding),
        Term("confidence", CONFIDENCE * finding.confidence, f"{finding.confidence:.2f}"),
        Term("fork", _fork_points(finding, way), f"the model {way.value}"),
        Term("mask off", UNMASKED * _is_unmasked(finding), "seen without what hides it"),
        Term("contract", CONTRACT * _is_contract(finding, rung), "broken on the real arrays"),
        Term("controls", _controls_points(finding, rung, side), f"the controls blame the {side.value if side else ''}"),
        Term("symptom", SYMPTOM * _is_symptom(finding), "what shows, not what is wrong"),
    ]
    return (*(term for term in summands if term.points), *remedy_terms(finding))


def severity_terms(finding: Finding) -> tuple[Term, ...]:
    """The summand of a finding's severity, none for a note; treatment may change it.

    Args:
        finding: To be scored.
    """
    points = SEVERITY[finding.severity]
    return (Term("severity", points, finding.severity.value),) if points else ()


def remedy_terms(finding: Finding, best: float | None = None) -> tuple[Term, ...]:
    """The summands that depend on what became of a finding's remedies; treatment changes them.

    Args:
        finding: To be scored.
        best: What the most effective of the remedies that were tried alike reaches, None where that is not known.
    """
    if _is_verified(finding):
        share = _share_of(finding, best)
        why = (
            "trials show that it works"
            if share == 1
            else f"trials show that it goes {share:.0%} of the way that another one goes"
        )
        return (Term("verified remedy", VERIFIED * share, why),)
    if any(remedy.effect for remedy in finding.remedies):
        return (Term("futile remedy", FUTILE, "it was tried and changes nothing"),)
    return ()


def prescribed_term() -> Term:
    """The summand of a finding whose remedy is a part of the prescription."""
    return Term("prescribed", PRESCRIBED, "the prescription cannot do without its remedy")


def breaks_contract(summands: Sequence[Term]) -> bool:
    """Whether what a finding's score is made of says that something is broken on the real arrays."""
    return any(term.name == "contract" for term in summands)


def reached_by(finding: Finding) -> float | None:
    """What the most effective of a finding's verified remedies reaches, None where none is or no number is known.

    Args:
        finding: With what became of its remedies.
    """
    return max((remedy.after for remedy in finding.remedies if remedy.verified and remedy.after is not None), default=None)


def _share_of(finding: Finding, best: float | None) -> float:
    """How far a finding's best remedy goes of the way that the best of all goes, 1 where that is not known."""
    ways = [
        (remedy.before, remedy.after)
        for remedy in finding.remedies
        if remedy.verified and remedy.before is not None and remedy.after is not None
    ]
    if best is None or not ways:
        return 1.0
    before, after = max(ways, key=lambda way: way[1])
    return min(1.0, max(0.0, (after - before) / (best - before))) if best > before else 1.0


def _fork_points(finding: Finding, way: Fork) -> float:
    """One point for the family that the fork points at, minus one for the other."""
    cause = finding.cause
    if way is Fork.UNKNOWN:
        return 0.0
    if way is not Fork.MEMORISES and cause in SIGNALS and _is_verified(finding):
        return FORK
    structural = way is Fork.CANNOT
    if cause in STRUCTURAL:
        return FORK if structural else -FORK
    return (-FORK if structural else FORK) if cause in COURSE else 0.0


def _controls_points(finding: Finding, rung: str, side: Side | None) -> float:
    """Half a point for or against labels as the cause."""
    if side is None or finding.cause not in OF_LABELS or _is_contract(finding, rung):
        return 0.0
    return CONTROLS if side is Side.DATA else -CONTROLS


def _is_verified(finding: Finding) -> bool:
    return any(remedy.verified for remedy in finding.remedies)


def _is_unmasked(finding: Finding) -> bool:
    return finding.code in HIDDEN and _is_verified(finding)


def _is_contract(finding: Finding, rung: str) -> bool:
    return rung in CONTRACTS and finding.severity is Severity.ERROR and not _is_symptom(finding)


def _is_symptom(finding: Finding) -> bool:
    return finding.code.startswith("DD5")
