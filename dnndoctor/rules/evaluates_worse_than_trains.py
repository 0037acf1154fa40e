"""The same rows answered well in training mode and badly in evaluation mode."""

import statistics
from collections.abc import Iterable

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.topology import BATCH_NORM
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

APART = 0.2
"""Skill that the rows must lose on average between the two modes, a fifth of what a constant leaves open."""

EACH = 0.1
"""Skill that they must lose with every seed."""

CAUGHT_UP = 0.05
"""Share of the starting values that may be left in the moving averages when they count as having caught up."""


class EvaluatesWorseThanTrains(Rule):
    """On the very rows it was trained on, the model is good with the batch's statistics and bad with the moving averages.

    What was looked at:
        The training rows after your own recipe was run, predicted in training mode and in evaluation mode, on every seed. In
        the untrained model, the part of the difference that each of averaging, augmentation, dropout and batch normalisation
        makes up.

    Why it matters:
        Batch normalisation divides by the batch's own statistics in training and by moving averages afterwards. Where these
        lag behind (momentum 0.99 over 30 steps keeps three quarters of their start), come from batches of one or two rows, or
        mix two kinds of inputs, what you deploy and validate is not the model that was trained. A lower train than validation
        loss then looks like overfitting and is none.

    What to do:
        `momentum=0.9`, more steps, or larger batches; group or layer normalisation for small ones.

    When it is not a fault:
        Dropout makes training mode the worse one, so this way round it is never its doing. A run that was cut short before the
        averages could follow, and whose whole course lets them, gets a note.

    References:
        S. Ioffe, C. Szegedy, "Batch normalization" (2015), algorithm 2. Y. Wu, J. Johnson, "Rethinking 'batch' in batchnorm"
        (2021).
    """

    code = "DD518"
    name = "evaluates-worse-than-trains"
    causes = (Cause.BATCH_NORM,)
    needs = (OwnRecipe,)
    rung = OwnRecipe.name
    covers = ("start: train and eval mode", "structure: batch norm")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        course = evidence.of(OwnRecipe)
        assert course is not None  # in `needs`
        norms = [layer for layer in evidence.facts.layers if layer.kind == BATCH_NORM and layer.trainable]
        runs = [evidence.outcomes[run.trial] for run in course.runs if run.trial in evidence.outcomes]
        pairs = [pair for run in runs if (pair := _skills(run)) is not None]
        if not norms or not pairs:
            return
        losses = [training - evaluation for training, evaluation in pairs]
        if statistics.fmean(losses) < APART or min(losses) < EACH:
            if max(losses) < EACH and len(pairs) == len(runs):
                yield RuledOut(
                    Cause.BATCH_NORM, "training and evaluation mode answer the training rows equally well after training"
                )
            return
        yield self._finding(evidence, norms, runs, pairs, course.whole)

    def _finding(
        self, evidence: Evidence, norms: list[LayerFacts], runs: list[Outcome], pairs: list[tuple[float, float]], whole: bool
    ) -> Finding:
        facts = evidence.facts
        training, evaluation = (statistics.fmean(side) for side in zip(*pairs, strict=True))
        momentum = max(map(_momentum, norms))
        steps = min(run.steps_run for run in runs)
        left = momentum**steps
        lags = left > CAUGHT_UP
        early = lags and not whole
        text = (
            f"after {steps:,} steps the training rows are predicted with skill {training:.2f} in training mode and "
            f"{evaluation:.2f} in evaluation mode, on {len(pairs)} seeds"
        )
        trials = tuple(run.trial.id for run in runs)
        statements = [Statement(text, OwnRecipe.name, {"training": training, "evaluation": evaluation}, trials)]
        if lags:
            kept = f"with momentum {momentum:g} {left:.0%} of the moving averages are still what they started from"
            statements.append(Statement(kept, "facts", {"left": left, "momentum": momentum}))
        if (parts := _parts(evidence)) is not None:
            statements.append(parts)
        fix = (
            Remedy(
                "Lower the momentum of batch normalisation",
                (Edit("batch_norm_momentum", {"momentum": 0.9}),),
                "keras.layers.BatchNormalization(momentum=0.9)",
            )
            if lags
            else Remedy(
                "Normalise without the batch",
                (Edit("batch_norm_off"),),
                "keras.layers.GroupNormalization()",
                note="tried without any normalisation",
            )
        )
        severity = Severity.NOTE if early else Severity.ERROR if sicknesses(evidence) else Severity.WARNING
        return Finding(
            self.code,
            self.name,
            Cause.BATCH_NORM,
            f"The training rows have skill {training:.2f} in training mode and {evaluation:.2f} in evaluation mode",
            severity,
            # No other layer of Keras' own is better in training mode on the rows it trains on.
            0.15 if early else 0.8 if _all_known(facts) else 0.6,
            tuple(Where(layer.path, layer.place) for layer in norms),
            tuple(statements),
            (fix,),
        )


def _skills(run: Outcome) -> tuple[float, float] | None:
    """Skill in training and in evaluation mode, None where one was not seen."""
    train, train_mode = run.scores.train, run.scores.train_mode
    if train is None or train_mode is None or train.skill is None or train_mode.skill is None:
        return None
    return max(-1.0, train_mode.skill), max(-1.0, train.skill)


def _momentum(layer: LayerFacts) -> float:
    momentum = layer.settings.get("momentum")
    return float(momentum) if isinstance(momentum, int | float) else 0.99


def _all_known(facts: Facts) -> bool:
    return all(layer.built_in for layer in facts.layers)


def _parts(evidence: Evidence) -> Statement | None:
    """What the look at the start tells of the two modes, as numbers that add up."""
    point = evidence.of(StartExperiment)
    if point is None or point.modes is None:
        return None
    parts = point.modes.parts
    told = ", ".join(f"{name} {value:+.3g}" for name, value in parts.items() if value)
    text = (
        f"after the first {point.steps} steps the reported loss is {point.modes.reported:.3g} and the evaluated one "
        f"{point.modes.evaluation:.3g}: {told or 'no difference'}"
    )
    return Statement(text, StartExperiment.name, parts, point.trials)
