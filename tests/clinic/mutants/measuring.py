"""Trains mutants and their parents in other processes, since TensorFlow does not survive a fork."""

import multiprocessing
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from typing import TypeAlias

from tests.clinic.mutants.figures import Figures
from tests.clinic.mutants.index import Mutant, digest_of, parent_of
from tests.clinic.mutants.recipe import Recipe

Trained: TypeAlias = tuple[tuple[float, ...], float, float]
"""Scores by seed, seconds of one training, and the constant answer's score."""


def measured(
    todo: Sequence[Mutant], seeds: int, jobs: int, minutes: float | None, known: Iterable[Figures]
) -> Iterator[tuple[Mutant, Figures]]:
    """Trains mutants, and each parent once.

    Args:
        todo: Whom to train, in this order.
        seeds: How many trainings of each.
        jobs: How many processes.
        minutes: After how long no further mutant is begun; None for no end.
        known: What is there already: parents' scores are taken from it.

    Yields:
        A mutant with its figures, as soon as they are there.
    """
    until = None if minutes is None else time.monotonic() + 60 * minutes
    parent_scores = {each.parent_digest: each.parent_scores for each in known if len(each.parent_scores) >= seeds}
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        parents: dict[str, Future[Trained]] = {}
        running: dict[Future[Trained], Mutant] = {}
        for mutant in todo:
            if until is not None and time.monotonic() > until:
                break
            digest = digest_of(parent_of(mutant).recipe)
            if digest not in parent_scores and digest not in parents:
                parents[digest] = pool.submit(trained, parent_of(mutant).recipe, seeds)
            running[pool.submit(trained, mutant.recipe, seeds)] = mutant
            if len(running) > jobs:
                yield from _finished(running, parents, parent_scores, seeds)
        while running:
            yield from _finished(running, parents, parent_scores, seeds)


def trained(recipe: Recipe, seeds: int) -> Trained:
    """Trains a recipe with several seeds; run in the pool.

    Args:
        recipe: What to train.
        seeds: How often.
    """
    from tests.clinic.mutants.training import constant, score  # TensorFlow is for the pool only

    done = [score(recipe, seed) for seed in range(seeds)]
    seconds = round(statistics.mean(each for _, each in done), 2)
    return tuple(round(value, 4) for value, _ in done), seconds, round(constant(recipe.plan.dataset), 4)


def _finished(
    running: dict[Future[Trained], Mutant],
    parents: dict[str, Future[Trained]],
    parent_scores: dict[str, tuple[float, ...]],
    seeds: int,
) -> Iterator[tuple[Mutant, Figures]]:
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        mutant = running.pop(future)
        digest = digest_of(parent_of(mutant).recipe)
        of_parent = parent_scores[digest] if digest in parent_scores else parents[digest].result()[0]
        scores, seconds, constant = future.result()
        yield mutant, Figures(mutant.id, mutant.digest, digest, scores, of_parent[:seeds], constant, seconds)
