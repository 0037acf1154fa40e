"""Clipping of gradients, weights and values: how often it bites, and what becomes of the user's recipe without it."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dnndoctor.edits.gradient_clipping_off import CLIPPINGS, clipped
from dnndoctor.edits.weight_constraints_off import constrained_layers
from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Recording, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.course import course_steps
from dnndoctor.experiments.curves import usable
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_steps, recipe_trial
from dnndoctor.experiments.race import SCREENED, Race, Variant, expected_race_steps, nothing_to_gain, race_trials, read_race

WATCHED_STEPS = 300
"""Steps of the user's own recipe whose gradients are watched: a share of them is then known to 0.03 (sqrt(0.25 / 300))."""

LOWER_RATE = 0.1
"""Factor of the rate of the second variant: what was held down by clipping may need shorter steps without it."""


class Exactness(StrEnum):
    """How well the share of clipped steps is known from gradient norms.

    `EXACT`: for `global_clipnorm`, which looks at the same norm. `APPROXIMATE`: for `clipnorm`, which bounds each variable, from
    the norms of layers: a layer's kernel carries nearly all of its norm. `AT_LEAST`: for `clipvalue`, which bounds each value;
    a gradient of n values has one as large as its norm over sqrt(n) at least.
    """

    EXACT = "exactly"
    APPROXIMATE = "about"
    AT_LEAST = "at least"


@dataclass(frozen=True, slots=True)
class GradientClip:
    """What gradient clipping does to the steps of the user's own recipe.

    Attributes:
        setting: "global_clipnorm", "clipnorm" or "clipvalue".
        limit: As set.
        bites: Share of the watched steps in which something is cut off, see `exactness`.
        exactness: Of `bites`.
        kept: Median share of the gradient's norm that is left, 1 where nothing is cut off; None for `clipvalue`.
        norm: Median norm of the gradient before it is clipped.
        update_ratio: Median norm of the update over norm of the weights.
        steps: Watched, of all seeds.
        trials: Ids.
    """

    setting: str
    limit: float
    bites: float
    exactness: Exactness
    kept: float | None
    norm: float
    update_ratio: float
    steps: int
    trials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clipping:
    """What clipping does, and what it hides.

    Attributes:
        gradient: None where the optimizer clips nothing.
        without_gradient: The race without it, None where it never bites, nothing is to be gained, or no run came to its end.
        without_values: The race without weight constraints and without clipping of values in the model, None where there are none
            or as above.
    """

    gradient: GradientClip | None
    without_gradient: Race | None
    without_values: Race | None


class ClippingOff(Experiment[Clipping]):
    """Watches the gradients that the optimizer clips, and races the recipe without clipping, at its own rate and at a tenth.

    Watched are norms before clipping. What a `train_step` of the user's own clips before the optimizer is not seen.
    """

    name = "clipping_off"
    question = "What does clipping cut off, and what becomes of the recipe without it?"
    preset = Preset.STANDARD
    height = 75
    covers = ("edit: gradient clipping", "edit: value clipping")
    needs = (OwnRecipe,)
    traces = 2

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        watched = min(course_steps(facts) or WATCHED_STEPS, settings.steps(WATCHED_STEPS)) if clip_setting(facts) else 0
        races = [len(entered) for entered in (_without_gradient(facts), _without_values(facts)) if entered]
        # Both races run against the same runs of the user's own.
        return min(SCREENED, len(settings.seeds)) * watched + sum(expected_race_steps(facts, settings, count) for count in races)

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        facts = evidence.facts
        gradient, values = _without_gradient(facts), _without_values(facts)
        healthy = nothing_to_gain(evidence)
        if not outcomes:
            if not gradient and not values:
                return Skip("nothing is clipped: no gradients, no weights, and no values as far as the model's layers show")
            if not gradient and healthy:
                return Skip(healthy)
            if gradient:
                return _watched(evidence)
        if healthy:
            return ()
        clip = _read_clip(evidence, outcomes)
        trials = race_trials(evidence, values, outcomes) if values else []
        if clip is not None and _may_bite(clip):
            trials += race_trials(evidence, gradient, outcomes)
        return list({trial.id: trial for trial in trials}.values())

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Clipping | Inconclusive:
        """See `Experiment.read`."""
        clip = _read_clip(evidence, outcomes)
        gradient, values = _without_gradient(evidence.facts), _without_values(evidence.facts)
        race = read_race(evidence, gradient, outcomes) if gradient else None
        values_race = read_race(evidence, values, outcomes) if values else None
        if clip is None and race is None and values_race is None:
            reason = next((f": {outcome.reason}" for outcome in outcomes.values() if outcome.reason), "")
            return Inconclusive("no run came to its end" + reason)
        return Clipping(clip, race, values_race)

    def charts(self, evidence: Evidence, observation: Clipping) -> Sequence[Chart]:
        """See `Experiment.charts`: the gradient's norm over the steps against the limit, where it is the norm that is bounded."""
        clip = observation.gradient
        if clip is None or clip.setting == "clipvalue" or clip.trials[0] not in evidence.outcomes:
            return ()
        norms = evidence.outcomes[clip.trials[0]].gradient_norm
        lines = {"gradient before clipping": norms, clip.setting: (clip.limit,) * len(norms)}
        steps = tuple(map(float, range(len(norms))))
        return (Chart("Gradient norm", steps, lines, "step", "L2 norm", log_y=True),)


def clip_setting(facts: Facts) -> tuple[str, float] | None:
    """What bounds the gradients of the first optimizer that clips, and where; None where none does. Keras takes one of them."""
    return next(
        ((name, float(limit)) for one in clipped(facts) for name in CLIPPINGS if (limit := getattr(one, name)) is not None), None
    )


def _pair(name: str, *edits: str) -> tuple[Variant, ...]:
    off = tuple(map(Edit, edits))
    lower = Edit("learning_rate", {"factor": LOWER_RATE})
    return (Variant(f"without {name}", off), Variant(f"without {name}, learning rate x{LOWER_RATE:g}", (*off, lower)))


def _without_gradient(facts: Facts) -> tuple[Variant, ...]:
    return _pair("gradient clipping", "gradient_clipping_off") if clip_setting(facts) is not None else ()


def _without_values(facts: Facts) -> tuple[Variant, ...]:
    """Everything that bounds weights or values at once: what one of them hides, the other may, too."""
    names = {"weight constraints": "weight_constraints_off"} if constrained_layers(facts) else {}
    names |= {"clipped values": "value_clipping_off"} if facts.clips else {}
    return _pair(" and ".join(names), *names.values()) if names else ()


def _watched(evidence: Evidence) -> list[Trial]:
    """The user's own recipe with norms; of layers, where each variable has its own bound."""
    setting = clip_setting(evidence.facts)
    assert setting is not None  # only then is anything watched
    recording = Recording.LAYERS if setting[0] == "clipnorm" else Recording.NORMS
    steps = min(recipe_steps(evidence), evidence.settings.steps(WATCHED_STEPS))
    return [
        replace(recipe_trial(evidence, seed, steps=steps), recording=recording, scored=False)
        for seed in evidence.settings.seeds[:SCREENED]
    ]


def _may_bite(clip: GradientClip) -> bool:
    return clip.bites > 0 or clip.exactness is Exactness.AT_LEAST


def _read_clip(evidence: Evidence, outcomes: Outcomes) -> GradientClip | None:
    setting = clip_setting(evidence.facts)
    if setting is None:
        return None
    runs = [outcomes[trial.id] for trial in _watched(evidence) if trial.id in outcomes and usable(outcomes[trial.id])]
    name, limit = setting
    kept = [share for run in runs for share in _kept(run, name, limit, evidence.facts.parameters)]
    norms = [norm for run in runs for norm in run.gradient_norm if math.isfinite(norm)]
    if not kept or not norms:
        return None
    exactness = {"global_clipnorm": Exactness.EXACT, "clipnorm": Exactness.APPROXIMATE}.get(name, Exactness.AT_LEAST)
    ratios = [ratio for run in runs for ratio in run.update_ratio if math.isfinite(ratio)]
    return GradientClip(
        setting=name,
        limit=limit,
        bites=sum(share < 1 for share in kept) / len(kept),
        exactness=exactness,
        kept=None if exactness is Exactness.AT_LEAST else statistics.median(kept),
        norm=statistics.median(norms),
        update_ratio=statistics.median(ratios) if ratios else math.nan,
        steps=len(kept),
        trials=tuple(run.trial.id for run in runs),
    )


def _kept(run: Outcome, setting: str, limit: float, parameters: int) -> list[float]:
    """Share of the gradient's norm that is left at each step, 1 where nothing is cut off; for `clipvalue` its highest value."""
    if setting == "clipnorm":
        layers = [layer.gradient_norm for layer in run.layers if layer.gradient_norm]
        steps = zip(*layers, strict=True) if layers else zip(run.gradient_norm, strict=True)
        parts = [[norm for norm in step if math.isfinite(norm)] for step in steps]
        return [
            math.hypot(*(min(norm, limit) for norm in part)) / (math.hypot(*part) or 1.0) if any(part) else 1.0 for part in parts
        ]
    bound = limit if setting == "global_clipnorm" else limit * math.sqrt(max(1, parameters))
    return [min(1.0, bound / norm) if norm > 0 else 1.0 for norm in run.gradient_norm if math.isfinite(norm)]
