"""The inline executor does what the worker does, in the same process."""

import os
from pathlib import Path

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.evidence.outcome import State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.ladder.executors import Progress
from dnndoctor.ladder.executors.choice import executor_for
from dnndoctor.ladder.executors.inline import InlineExecutor
from dnndoctor.ladder.executors.worker import WorkerExecutor
from tests import evidence_samples


def test_it_runs_here(tmp_path: Path, config: LoadedConfig) -> None:
    """Facts, outcomes and signs of life come as from a worker; a deadline cuts."""
    signs: list[Progress] = []
    executor = InlineExecutor(config, tmp_path, session="tests.ladder.fake_session:FakeSession")
    facts = executor.open(signs.append)
    outcomes = list(executor.run([Trial(steps=3), Trial(edits=(Edit("slow"),))], signs.append, 0.0))
    executor.close()

    assert facts.parameters == evidence_samples.facts().parameters
    assert [outcome.state for outcome in outcomes] == [State.FINISHED, State.CUT]
    assert (tmp_path / "opened").read_text(encoding="ascii") == f"{os.getpid()}\n"
    assert "building the model" in [sign.stage for sign in signs]


def test_it_opens_by_itself(tmp_path: Path, config: LoadedConfig) -> None:
    """As when a resumed run has its facts from the journal."""
    executor = InlineExecutor(config, tmp_path, session="tests.ladder.fake_session:FakeSession")
    (outcome,) = executor.run([Trial()], lambda _: None, None)

    assert outcome.state is State.FINISHED


def test_the_config_chooses(tmp_path: Path, config: LoadedConfig) -> None:
    """A worker unless it asks for `inline`; choosing starts nothing."""
    runtime = config.config.runtime.model_copy(update={"executor": "inline"})
    inline = config.model_copy(update={"config": config.config.model_copy(update={"runtime": runtime})})

    assert isinstance(executor_for(config, tmp_path), WorkerExecutor)
    assert isinstance(executor_for(inline, tmp_path), InlineExecutor)
