"""A simple model in the place of the user's."""

import pytest

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.edits import Held, Run, change_run
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import by_hand, trained
from tests.subject.engine import kinds

REFERENCE = Edit("reference_model")


def test_nothing_of_the_recipe_is_left() -> None:
    """Its own batch size and a constant rate."""
    run = change_run([REFERENCE], Run(batch_size=500))

    assert (run.batch_size, run.rate_factor, run.held) == (32, 1.0, Held.COMPILED)


@pytest.mark.slow
def test_the_users_model_is_left_as_it_is(engine: Engine) -> None:
    """The reference trains beside it; the user's own losses stay those of plain Python."""
    reference = trained(engine, REFERENCE)

    assert reference.state == "finished", reference.reason
    assert reference.losses != trained(engine).losses
    assert trained(engine).losses == pytest.approx(by_hand(), rel=1e-4)


@pytest.mark.slow
def test_seeds_are_the_references_own() -> None:
    """Weights are drawn by the trial's seed, whatever the user's factory does with its own."""
    engine = Engine(kinds.KINDS["plain"].blueprint(), cores=1, alive=lambda _: None)
    trials = [Trial((REFERENCE,), steps=5, seed=seed, scored=False) for seed in (0, 1)]
    found: dict[int, Outcome] = {}

    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=lambda one: found.update({one.trial.seed: one}))
    again: list[Outcome] = []
    engine.run([trials[1]], on_progress=lambda _: None, deadline=None, on_outcome=again.append)

    assert found[0].losses != found[1].losses
    assert again[0].losses == found[1].losses
