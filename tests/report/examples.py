"""Synthetic checkups, one for each thing that a report must be able to say."""

import math
from collections.abc import Mapping
from dataclasses import replace

from dnndoctor.diagnosis.blame import Blame, Side
from dnndoctor.diagnosis.diagnose import Diagnosis, JudgedRung, Judgement, RankedFinding, Verdict
from dnndoctor.diagnosis.ranking import Term
from dnndoctor.errors import SubjectError
from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Place
from dnndoctor.evidence.outcome import Scores, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments.race import Duel, Variant
from dnndoctor.experiments.rung import Rung, RungState
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.patching.draft import FileChange
from dnndoctor.patching.proposal import ByHand, Proposal
from dnndoctor.report.contents import Asked, Checkup, Gate, Obstacle
from dnndoctor.treatment import Treated
from dnndoctor.treatment.prescription import NoPrescription, Part, Prescription
from tests import evidence_samples as samples

ENVIRONMENT = {"tensorflow": "2.21.0", "keras": "3.15.1", "python": "3.11.7", "devices": "CPU x2"}
ASKED = Asked("config.yaml", "train.py:build_model", "train.py:load_data", "val_accuracy at least 0.85", 180.0)
HOSTILE = "[red]evil[/red] \x1b[31m\nnew line \u202eright to left\u202c \udcff"

FALLING = tuple(2.3 * 0.97**step for step in range(300))
EXPLODING = (*(2.3 * 1.3**step for step in range(40)), *(math.nan,) * 10)
JUMPING = tuple(2.3 + 1.5 * ((step * 7) % 11) for step in range(300))

RATE_TRIALS = (
    samples.outcome(Trial(steps=300, seed=0), JUMPING, seconds=1.3),
    samples.outcome(
        Trial((Edit("learning_rate", {"factor": 1e-3}),), steps=300, seed=0),
        FALLING,
        seconds=1.2,
        scores=Scores(samples.score(2.3, 0.0), samples.score(0.01, 0.98), None, samples.score(0.05, 0.95)),
    ),
    samples.outcome(Trial(rows=8, steps=50, seed=1), EXPLODING, seconds=0.2, stopped_by="non-finite"),
    samples.outcome(Trial((Edit("zero_inputs"),), rows=8, steps=300), (), state=State.CUT, reason="the budget ran out"),
)

OTHER_LOSSES = tuple(0.9 * loss + 0.4 for loss in JUMPING)
SETTLED = {
    seed: (
        samples.outcome(Trial(steps=300, seed=seed, callbacks=True), OTHER_LOSSES),
        samples.outcome(
            Trial((Edit("learning_rate", {"factor": 1 / 300}), Edit("standardize_inputs")), steps=300, seed=seed), FALLING
        ),
    )
    for seed in (2000, 2001, 2002)
}
"""The untreated and the treated run by seed that confirm the prescription."""

RATES = tuple(0.3 * 10.0**power for power in range(-6, 3))
CHARTS = {
    "memorise": (
        Chart(
            "The loss while a handful of samples is memorised",
            tuple(float(step) for step in range(50)),
            {"8 samples": EXPLODING, "20 samples": FALLING[:50]},
            x_label="step",
            y_label="loss",
            log_y=True,
            marks={"8 samples: NaN": 40.0},
        ),
    ),
    "learning_rate_sweep": (
        Chart(
            "How far 300 steps come at each learning rate",
            RATES,
            {
                "progress": (0.02, 0.3, 0.9, 0.97, 0.96, 0.4, 0.0, math.nan, math.nan),
                "usable": (math.nan, math.nan, 0.9, 0.97, 0.96, *(math.nan,) * 4),
                "NaN, or far worse than a constant": (*(math.nan,) * 7, -0.1, -0.1),
            },
            x_label="learning rate",
            y_label="progress (1: loss at its floor, 0: no better than a constant)",
            log_x=True,
            marks={"your rate 0.3": 0.3},
            spans=(0.0, 1.0),
        ),
    ),
}
"""By rung, in the order of the climb."""

RATE = Finding(
    code="DD401",
    name="learning-rate-too-high",
    cause=Cause.LEARNING_RATE_HIGH,
    title="The learning rate 0.3 is about 300 times too high",
    severity=Severity.ERROR,
    confidence=0.93,
    where=(Where("dense_2", Place("train.py", 28)), Where(None, Place("config.yaml", 6))),
    evidence=(
        Statement(
            "At 0.3 the loss jumps and ends where it began, on 3 of 3 seeds; at 0.0003 it falls below 0.01.",
            "learning_rate_sweep",
            {"loss at 0.3": JUMPING, "loss at 0.0003": FALLING, "seeds": 3.0},
            tuple(outcome.trial.id for outcome in RATE_TRIALS[:2]),
        ),
        Statement("On 8 rows the loss becomes NaN after 40 steps.", "memorise", {"loss": EXPLODING}, (RATE_TRIALS[2].trial.id,)),
    ),
    remedies=(
        Remedy(
            "Lower the learning rate from 0.3 to 0.0003",
            (Edit("learning_rate", {"factor": 1e-3}),),
            "model.compile(\n    optimizer=keras.optimizers.Adam(3e-4),\n    ...\n)",
            verified=True,
            before=0.02,
            after=0.94,
            effect="skill 0.02 → 0.94 on validation data, 3 fresh seeds",
            seeds=(1000, 1001, 1002),
        ),
        Remedy("Warm the rate up over the first epoch", note="Where a high rate is wanted later."),
    ),
)

HEAD = Finding(
    code="DD104",
    name="head-unfit-for-probability-loss",
    cause=Cause.OUTPUT_ACTIVATION,
    title="The output's relu gives no probabilities, but sparse_categorical_crossentropy takes them",
    severity=Severity.WARNING,
    confidence=0.71,
    where=(Where("head", Place("train.py", 31)),),
    evidence=(
        Statement("42 % of the predictions are exactly 0, where the loss has no gradient.", "first_batch", {"zero share": 0.42}),
    ),
    remedies=(Remedy("Give the output a softmax", patch='layers.Dense(10, activation="softmax")'),),
)

INPUTS = Finding(
    code="DD004",
    name="unscaled-inputs",
    cause=Cause.INPUT_SCALE,
    title="The inputs reach from 0 to 140,000,000",
    severity=Severity.WARNING,
    confidence=0.4,
    evidence=(Statement("Their standard deviations differ by a factor of 1e7 between features.", "facts"),),
)

EPOCHS = Finding(
    code="DD404",
    name="epochs-too-few",
    cause=Cause.EPOCHS,
    title="The loss is still falling by 3 % an epoch at the end",
    severity=Severity.NOTE,
    confidence=0.2,
    where=(Where(None, Place("config.yaml", 5)),),
)


def rung(name: str, state: Judgement, seconds: float, reason: str = "", trials: tuple[str, ...] = ()) -> JudgedRung:
    """A rung of the ladder with its judgement."""
    questions = {
        "facts": "What can be said of the model, the recipe and the data without training?",
        "first_batch": "Is everything finite on the first batch?",
        "noise_floor": "How much do runs differ that differ in nothing but the seed?",
        "memorise": "Can the model memorise a handful of samples?",
        "learning_rate_sweep": "Which learning rates train this model?",
        "own_recipe": "Does the user's own recipe learn?",
        "rescaled_signals": "Does the size of weights or inputs keep it from learning?",
        "clipping_off": "What does clipping cut off?",
        "other_schedules": "Does another course of the learning rate get farther?",
        "batch_size_sweep": "Do other batch sizes learn better from as many samples?",
    }
    climbed = {Judgement.SKIPPED: RungState.SKIPPED, Judgement.INCONCLUSIVE: RungState.INCONCLUSIVE}.get(state, RungState.DONE)
    return JudgedRung(Rung(name, questions[name], climbed, reason, seconds, trials), state, reason)


CLIMBED = (
    rung("facts", Judgement.PASS, 4.1),
    rung("first_batch", Judgement.PASS, 0.6),
    rung("noise_floor", Judgement.PASS, 3.0),
    rung("memorise", Judgement.PASS, 5.4),
    rung("learning_rate_sweep", Judgement.PASS, 41.7),
    rung("own_recipe", Judgement.PASS, 12.0),
)


def ranked(*findings: Finding) -> tuple[RankedFinding, ...]:
    """Findings in the order given, each with the terms of a score."""
    return tuple(
        RankedFinding(
            rank,
            finding,
            6 + 2 * finding.confidence,
            (Term("severity", 6.0, finding.severity.value), Term("confidence", 2 * finding.confidence, "as the rule says")),
            (finding.code,),
        )
        for rank, finding in enumerate(findings, start=1)
    )


PRESCRIPTION = Prescription(
    parts=(
        Part("Lower the learning rate from 0.3 to 0.001", (Edit("learning_rate", {"factor": 1 / 300}),), 0.11),
        Part("Standardise x", (Edit("standardize_inputs"),), 0.62),
    ),
    effect=Duel(
        variant=Variant("both", ()),
        seeds=(2000, 2001, 2002),
        own=(-1.0, 0.02, -0.01),
        other=(0.96, 0.97, 0.95),
        measure="validation skill",
        own_exploded=1,
        other_exploded=0,
        trials=tuple(treated.trial.id for _, treated in SETTLED.values()),
        own_trials=tuple(own.trial.id for own, _ in SETTLED.values()),
        own_halfway=(0.0, 0.0, 0.0),
        other_halfway=(0.9, 0.9, 0.9),
        steps=(1500, 1500),
        noise=0.08,
    ),
    screened=0.96,
    equivalents=(Part("Train with Adam at 0.001", (Edit("optimizer", {"name": "Adam", "learning_rate": 0.001}),)),),
)

PROPOSAL = Proposal(
    changes=(
        FileChange(
            "train.py",
            "def build_model():\n    model = make()\n    model.compile(keras.optimizers.Adam(0.3))\n    return model\n",
            "def build_model():\n    model = make()\n    model.compile(keras.optimizers.Adam(0.001))\n    return model\n",
        ),
    ),
    by_hand=(
        ByHand(
            "mean, std = x.mean(axis=0), x.std(axis=0)\nx = (x - mean) / std",
            (Place("train.py", 12),),
            "only you know where it belongs",
        ),
    ),
)


def examined(diagnosis: Diagnosis, **details: object) -> Checkup:
    """A checkup with that diagnosis."""
    fields: dict[str, object] = {
        "asked": ASKED,
        "facts": samples.facts(data={"validation_rows": 200, "validation_source": "given"}),
        "outcomes": {outcome.trial.id: outcome for outcome in RATE_TRIALS},
        "charts": CHARTS,
        "treated": Treated(diagnosis),
        "seconds": 71.8,
        "folder": "/home/ada/digits/.dnndoctor/runs/20261123-101530-a1b2c3",
        "environment": ENVIRONMENT,
    }
    return Checkup(**(fields | details))  # type: ignore[arg-type]  # the fields are those of Checkup, by name


def healthy() -> Checkup:
    """Nothing found."""
    ruled_out = (
        RuledOut(Cause.LEARNING_RATE_HIGH, "0.001 lies within the usable interval 0.0001 to 0.01."),
        *(RuledOut(cause, "The model memorises 8 samples on 3 of 3 seeds.") for cause in (Cause.LABELS, Cause.RESHAPE)),
    )
    return examined(Diagnosis(Verdict.HEALTHY, (), CLIMBED, ruled_out, ()))


def sick() -> Checkup:
    """An error, two warnings, a note."""
    ladder = (
        *CLIMBED[:1],
        rung("first_batch", Judgement.WARN, 0.6, HEAD.title),
        *CLIMBED[2:3],
        rung("memorise", Judgement.FAIL, 5.4, "No handful of samples is memorised at the rate 0.3"),
        rung("learning_rate_sweep", Judgement.FAIL, 41.7, RATE.title, tuple(outcome.trial.id for outcome in RATE_TRIALS)),
        rung("own_recipe", Judgement.SKIPPED, 0.0, "budget: it would take about 90 s; 12 s were left"),
    )
    ruled_out = (
        RuledOut(Cause.BAD_VALUES, "All values of the data are finite."),
        RuledOut(Cause.LEARNING_RATE_LOW, "No higher rate does better."),
    )
    not_seen = (NotSeen("the activation of `head`", "It is a custom layer."),)
    why = "A small reference model reaches 0.93 on this data where yours becomes NaN; at another rate yours reaches 0.91."
    blame = Blame(Side.OPTIMISATION, why)
    diagnosis = Diagnosis(Verdict.SICK, ranked(RATE, HEAD, INPUTS, EPOCHS), ladder, ruled_out, not_seen, blame=blame)
    outcomes = {outcome.trial.id: outcome for outcome in (*RATE_TRIALS, *SETTLED[2000])}
    return examined(diagnosis, treated=Treated(diagnosis, prescription=PRESCRIPTION), outcomes=outcomes, proposal=PROPOSAL)


def suspect() -> Checkup:
    """Warnings only, in a check that fails on these; the upper half of the ladder made no sense here."""
    reason = "the user's own recipe reaches a skill of 0.97 on held-out rows, which leaves little to gain"
    above = tuple(rung(name, Judgement.SKIPPED, 0.0, reason) for name in ("rescaled_signals", "clipping_off", "other_schedules"))
    needy = rung("batch_size_sweep", Judgement.SKIPPED, 0.0, "it needs noise_floor, which was skipped: there is one row")
    not_seen = tuple(NotSeen(judged.rung.question, "asked from the preset deep on") for judged in above)
    diagnosis = Diagnosis(Verdict.SUSPECT, ranked(HEAD), (*CLIMBED, *above, needy), (), not_seen)
    return examined(diagnosis, asked=replace(ASKED, budget_seconds=None), gate=Gate(1, "warning"))


def partial() -> Checkup:
    """Stopped by Ctrl-C in the middle of the ladder."""
    ladder = (
        *CLIMBED[:3],
        rung("memorise", Judgement.INCONCLUSIVE, 2.0, "interrupted"),
        rung("learning_rate_sweep", Judgement.INCONCLUSIVE, 0.0, "interrupted"),
        rung("own_recipe", Judgement.INCONCLUSIVE, 0.0, "interrupted"),
    )
    return examined(Diagnosis(Verdict.INCONCLUSIVE, (), ladder, (), ()), stopped="interrupted", signal=130, seconds=9.7)


def inconclusive() -> Checkup:
    """Climbed to the end, and undecided."""
    ladder = (
        *CLIMBED[:3],
        rung("memorise", Judgement.INCONCLUSIVE, 2.0, "3 of 9 trials were cut: the budget ran out"),
        *CLIMBED[4:],
    )
    diagnosis = Diagnosis(Verdict.INCONCLUSIVE, ranked(EPOCHS), ladder, (), ())
    none = NoPrescription(("Train for more epochs", "Use Adam"), "none of the remedies that were tried makes it learn")
    return examined(diagnosis, treated=Treated(diagnosis, prescription=none))


def unexaminable() -> Checkup:
    """The user's model cannot be built."""
    error = SubjectError(
        "train.py:build_model raised ValueError: Input 0 of layer dense is incompatible",
        stage="building the model",
        advice="Call build_model() by itself; it has to return a compiled keras.Model.",
        frames="Traceback (most recent call last):\n"
        '  File "train.py", line 12, in build_model\n    x = layers.Dense(3)(x)\nValueError: no',
    )
    return Checkup(
        ASKED, obstacle=Obstacle.of(error), seconds=3.2, folder="/home/ada/digits/.dnndoctor/runs/20261123-101530-a1b2c3"
    )


def hostile() -> Checkup:
    """Every text of the user's tries to do something to the terminal, and every number is as bad as numbers get."""
    finding = Finding(
        code="DD104",
        name="head-unfit-for-probability-loss",
        cause=Cause.OUTPUT_ACTIVATION,
        title=f"The layer {HOSTILE} gives no probabilities",
        severity=Severity.ERROR,
        confidence=0.5,
        where=(Where(HOSTILE, Place(HOSTILE, 3)),),
        evidence=(Statement(HOSTILE, "facts", {HOSTILE: (math.inf, -math.inf, math.nan, 1.0), "worst": math.nan}, (HOSTILE,)),),
        remedies=(
            Remedy(
                HOSTILE,
                (Edit(HOSTILE, {HOSTILE: HOSTILE}),),
                f"{HOSTILE}\n{HOSTILE}",
                before=math.inf,
                after=math.nan,
                note=HOSTILE,
            ),
        ),
    )
    ladder = (rung("facts", Judgement.FAIL, 1.0, HOSTILE),)
    change = FileChange(HOSTILE, f"{HOSTILE}\n", f"+{HOSTILE}\n")
    outcome = samples.outcome(Trial((Edit(HOSTILE, {"x": HOSTILE}),), steps=3), (math.inf, math.nan, 1.0), reason=HOSTILE)
    diagnosis = Diagnosis(Verdict.SICK, ranked(finding), ladder, (RuledOut(Cause.LABELS, HOSTILE),), (NotSeen(HOSTILE, HOSTILE),))
    return examined(
        diagnosis,
        asked=Asked(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1.0),
        outcomes={outcome.trial.id: outcome},
        folder=HOSTILE,
        environment={HOSTILE: HOSTILE},
        facts=samples.facts(recipe={"optimizers": (samples.optimizer(HOSTILE, math.nan),)}),
        charts={"facts": (Chart(HOSTILE, (0.0, 1.0), {HOSTILE: (1.0, math.nan)}, HOSTILE, HOSTILE, marks={HOSTILE: 0.5}),)},
        gate=Gate(1, "error"),
        treated=Treated(diagnosis, prescription=replace(PRESCRIPTION, parts=(Part(HOSTILE, ()),))),
        proposal=Proposal((change,), (ByHand(f"{HOSTILE}\n", (Place(HOSTILE, 3),), HOSTILE),)),
    )


def all_examples() -> Mapping[str, Checkup]:
    """All of them by name."""
    builders = (healthy, sick, suspect, partial, inconclusive, unexaminable, hostile)
    return {builder.__name__: builder() for builder in builders}
