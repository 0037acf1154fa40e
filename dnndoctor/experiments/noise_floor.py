"""The noise floor: does the same seed give the same run, and how far apart are runs of different seeds?"""

from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.course import horizon, scoring_steps, skill
from dnndoctor.experiments.curves import end_loss, exploded, loss_scale, spread, usable

REPEATED_STEPS = 30
"""Steps of the repeated run. What cannot be reset (a stateful random op, a Python counter) shows at the first steps."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What was seen of the noise.

    Attributes:
        repeatable: Whether the repeated run gave bit-equal losses; None where the repetition could not be run.
        largest_difference: Largest relative difference of a step's loss between the two runs of one seed.
        self_seeded: Whether the factory gives the same initial weights for all seeds, so that they were drawn anew.
        steps: Steps of each run.
        seeds: The seeds whose runs were read.
        end_losses: Their losses at the end, infinite where a run exploded.
        progress: The same as shares of the way from the constant predictor to the floor (see `LossScale.progress`).
        progress_spread: Standard deviation of that between seeds, that is over initial weights and batch orders.
        skills: Their skills where predictions can be decoded, else empty.
        skill_spread: Standard deviation of the skills between seeds, None where nothing can be decoded.
        skill_rows: "validation" or "train", empty where nothing can be decoded.
        exploded: How many of the runs became NaN or infinite.
        trials: Ids of the runs of different seeds.
    """

    repeatable: bool | None
    largest_difference: float
    self_seeded: bool
    steps: int
    seeds: tuple[int, ...]
    end_losses: tuple[float, ...]
    progress: tuple[float, ...]
    progress_spread: float
    skills: tuple[float, ...]
    skill_spread: float | None
    skill_rows: str
    exploded: int
    trials: tuple[str, ...]


class NoiseFloor(Experiment[Noise]):
    """The user's untouched recipe over a short horizon with every seed, screening and fresh, and one seed a second time.

    Equal trials have equal ids and are answered from the journal, so the second run of a seed differs in what must not
    matter: it is shorter and not scored. Its curve must be a prefix of the first one's. That tests, too, that scoring
    leaves the patient as it was.
    """

    name = "noise_floor"
    question = "How far apart are two runs of the same recipe?"
    preset = Preset.QUICK
    height = 30
    covers = ("control: noise",)

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        return 2 * len(settings.seeds) * (horizon(facts, settings) + scoring_steps(facts)) + REPEATED_STEPS

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        if outcomes:
            return ()
        return (*_seed_trials(evidence), _repetition(evidence))

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Noise | Inconclusive:
        """See `Experiment.read`."""
        runs = [outcomes[trial.id] for trial in _seed_trials(evidence) if trial.id in outcomes and usable(outcomes[trial.id])]
        if len(runs) < 2:
            return Inconclusive("fewer than two runs of the recipe came to their end, so no spread between seeds is known")
        scale = loss_scale(evidence.facts, runs[0].losses[0] if runs[0].losses else 0.0)
        ends = tuple(end_loss(run.losses) for run in runs)
        progress = tuple(scale.progress(end) for end in ends)
        decoded = [read for run in runs if (read := skill(evidence.facts, run)) is not None]
        repeatable, difference = _repeated(evidence, outcomes)
        return Noise(
            repeatable=repeatable,
            largest_difference=difference,
            self_seeded=evidence.facts.engine.self_seeded,
            steps=horizon(evidence.facts, evidence.settings),
            seeds=tuple(run.trial.seed for run in runs),
            end_losses=ends,
            progress=progress,
            progress_spread=spread(progress),
            skills=tuple(read.value for read in decoded),
            skill_spread=spread([read.value for read in decoded]) if decoded else None,
            skill_rows=decoded[0].rows if decoded else "",
            exploded=sum(exploded(run) for run in runs),
            trials=tuple(run.trial.id for run in runs),
        )


def _seed_trials(evidence: Evidence) -> tuple[Trial, ...]:
    settings = evidence.settings
    steps = horizon(evidence.facts, settings)
    return tuple(Trial(steps=steps, seed=seed) for seed in (*settings.seeds, *settings.fresh_seeds))


def _repetition(evidence: Evidence) -> Trial:
    settings = evidence.settings
    steps = horizon(evidence.facts, settings)
    return Trial(steps=min(REPEATED_STEPS, max(1, steps - 1)), seed=settings.seeds[0], scored=False)


def _repeated(evidence: Evidence, outcomes: Outcomes) -> tuple[bool | None, float]:
    """Whether the repetition's losses are bit-equal to the first run's, and their largest relative difference."""
    first = outcomes.get(_seed_trials(evidence)[0].id)
    second = outcomes.get(_repetition(evidence).id)
    if first is None or second is None or not usable(first) or not usable(second):
        return None, 0.0
    pairs = [(a, b) for a, b in zip(first.losses, second.losses, strict=False) if a == a and b == b]  # NaN is unequal to itself
    if not pairs:
        return None, 0.0
    difference = max(abs(a - b) / max(abs(a), abs(b), 1e-12) if a != b else 0.0 for a, b in pairs)
    return difference == 0.0, difference
