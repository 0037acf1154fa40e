"""What other batch sizes show, as statements for the rules that read them, and what cures as well as they do."""

import statistics

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.batch_size_sweep import BatchSizes, BatchSizeSweep, size_of
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.other_optimizers import OtherOptimizers
from dnndoctor.experiments.own_course import reached
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.race_evidence import ends
from dnndoctor.experiments.rate_evidence import confirmed
from dnndoctor.experiments.schedule_evidence import starving
from dnndoctor.experiments.shortfall import falls_short
from dnndoctor.finding import Statement


def fits_better(sizes: BatchSizes) -> bool:
    """Whether the winner learns the training rows better, too; fewer steps alone can win on held-out rows by overfitting less."""
    return sizes.training is None or sizes.training[1] > sizes.training[0]


def not_better(sizes: BatchSizes, *, larger: bool) -> str:
    """That no larger, or no smaller, batch size does better, as a sentence; empty where none was tried or one looked better."""
    own, ahead = sizes.batch_size, sizes.race.ahead
    tried = sorted({size_of(entry.variant, own) for entry in sizes.race.entries})
    others = [size for size in tried if (size > own if larger else size < own)]
    if not others or (ahead is not None and size_of(ahead, own) in others):
        return ""
    named = f"batch sizes {' and '.join(map(str, others))} are" if len(others) > 1 else f"batch size {others[0]} is"
    return f"{named} no better than {own} on as many samples"


def rate_cure(evidence: Evidence, *, lower: bool) -> str:
    """How a lower or a higher learning rate at the user's own batch size does, where it is seen to cure as well; else empty."""
    response, optimizers = evidence.of(LearningRateSweep), evidence.of(OtherOptimizers)
    if response is None or response.recommended == 1 or (response.recommended < 1) != lower:
        return ""
    # The sweep's runs are short; the same rate over the whole recipe may tell what they do not.
    duel = optimizers.race.won if optimizers is not None else None
    if duel is not None and [edit.name for edit in duel.variant.edits] == ["learning_rate"]:
        return f"learning rate x{response.recommended:g} at the same batch size ({_effect(duel)})"
    if not confirmed(response.comparisons, response.tolerance):
        return ""
    longest = max(response.comparisons, key=lambda comparison: comparison.steps)
    own, other = statistics.fmean(longest.own), statistics.fmean(longest.other)
    return (
        f"learning rate x{longest.factor:g} at the same batch size ({longest.measure} {own:.2f} -> {other:.2f} in "
        f"{longest.steps:,} steps)"
    )


def epochs_cure(evidence: Evidence) -> str:
    """How more epochs at the user's own batch size do, where they are seen to cure as well; else empty."""
    course = evidence.of(OwnRecipe)
    if course is None or not course.longer:
        return ""
    own = course.skills or tuple(run.progress for run in course.runs)
    later = reached(course.longer, held_out=course.held_out) or tuple(run.progress for run in course.longer)
    if not falls_short(own, later, in_skill=bool(course.skills)):
        return ""
    times = course.longer[0].steps / course.runs[0].steps
    measure = "skill" if course.skills else "progress"
    return f"{times:.0f} times the epochs ({measure} {statistics.fmean(own):.2f} -> {statistics.fmean(later):.2f})"


def schedule_cure(evidence: Evidence) -> str:
    """How another schedule at the user's own batch size does, where the user's own starves the run; else empty.

    Other numbers of steps then only change when the rate is gone.
    """
    duel = starving(evidence)
    if duel is None:
        return ""
    return f"{duel.variant.name} at the same batch size ({_effect(duel)})"


def _effect(duel: Duel) -> str:
    own, other = ends(duel)
    return f"{duel.measure} {own} -> {other} in {duel.steps[1]:,} steps"


def memory(sizes: BatchSizes) -> tuple[Statement, ...]:
    """Which batch sizes did not fit into memory, in a sentence; nothing where all did."""
    if not sizes.out_of_memory:
        return ()
    rows = ", ".join(map(str, sizes.out_of_memory))
    return (Statement(f"out of memory with {rows} rows a step", BatchSizeSweep.name),)


def noise(sizes: BatchSizes) -> tuple[Statement, ...]:
    """The gradient noise scale at the initial weights in a sentence; nothing where it was not measured."""
    scale = sizes.noise_scale
    if scale is None:
        return ()
    share = f"at batch size {sizes.batch_size} {scale.noise_share(sizes.batch_size):.0%} of a gradient's squared norm is noise"
    size = (
        "too large to tell, as the gradient does not stand out of the noise"
        if scale.error == float("inf")
        else f"{scale.rows:,.3g} +- {scale.error:,.2g} rows; {share}"
    )
    return (
        Statement(
            f"gradient noise scale at the initial weights: {size}",
            BatchSizeSweep.name,
            {"noise_scale_rows": scale.rows, "standard_error": scale.error},
        ),
    )
