"""The journal survives kills, refuses what it cannot read, and has one writer."""

import json
import math
import os
import resource
from pathlib import Path

import pytest

from dnndoctor.config.schema import Goal, LoadedConfig
from dnndoctor.errors import UsageError
from dnndoctor.evidence import record
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Preset, Settings
from dnndoctor.experiments.rung import Rung, RungState
from dnndoctor.ladder.journal import FILE, Journal, read
from dnndoctor.ladder.lines import FORMAT
from dnndoctor.ladder.plan import Asked, Plan
from tests import evidence_samples

GOAL = Goal(metric="val_accuracy", at_least=0.85)
ASKED = Asked(Preset.QUICK, (0, 1), math.inf, goal=GOAL)
PLAN = Plan(
    Settings(Preset.QUICK, (0, 1), 0.5, GOAL), math.inf, {"upper": "the config skips it"}, {"middle": "budget"}, {"lower": 3.0}
)
OUTCOMES = [Outcome(Trial(seed=seed), State.FINISHED, losses=(1.0, float("nan"), float("inf"))) for seed in range(3)]
RUNG = Rung("lower", "Does it start?", RungState.DONE, "", 1.5, tuple(outcome.trial.id for outcome in OUTCOMES))


def written(folder: Path, config: LoadedConfig) -> None:
    """Writes a whole small run."""
    journal = Journal.create(folder, config, ASKED)
    journal.seen(evidence_samples.facts())
    journal.planned(PLAN)
    journal.rung_started("lower")
    for outcome in OUTCOMES:
        journal.measured(outcome)
    journal.rung_ended(RUNG)
    journal.ended(False, "")
    journal.close()


def test_what_was_written_is_read(tmp_path: Path, config: LoadedConfig) -> None:
    """Facts, plan, outcomes, rungs and the end, not-a-numbers included."""
    written(tmp_path, config)
    found = read(tmp_path)

    assert found.config == config
    assert found.begun.asked == ASKED
    assert record.dumps(found.facts) == record.dumps(evidence_samples.facts())
    assert found.plan == PLAN
    assert [record.dumps(each) for each in found.outcomes.values()] == [record.dumps(each) for each in OUTCOMES]
    assert found.rungs == {"lower": RUNG}
    assert found.ended is not None
    assert not found.ended.partial


def test_every_line_is_strict_json(tmp_path: Path, config: LoadedConfig) -> None:
    """Also with values that JSON has no numbers for."""
    written(tmp_path, config)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    for line in (tmp_path / FILE).read_text(encoding="utf-8").splitlines():
        json.loads(line, parse_constant=refuse)


def test_a_torn_last_line_is_as_if_never_written(tmp_path: Path, config: LoadedConfig) -> None:
    """Wherever in its last line a journal is cut off, the lines before it count and it can be gone on with."""
    written(tmp_path, config)
    whole = (tmp_path / FILE).read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(last, len(whole)):
        (tmp_path / FILE).write_bytes(whole[:cut])
        assert read(tmp_path).ended is None
        assert len(read(tmp_path).outcomes) == 3

    journal = Journal.resume(tmp_path)
    journal.ended(True, "interrupted")
    journal.close()
    ended = read(tmp_path).ended

    assert ended is not None
    assert ended.reason == "interrupted"


def test_a_last_line_of_garbage_counts_as_torn(tmp_path: Path, config: LoadedConfig) -> None:
    """A power cut may leave zeros where the line should be."""
    written(tmp_path, config)
    with (tmp_path / FILE).open("ab") as journal:
        journal.write(b"\0\0\0\n")

    assert len(read(tmp_path).outcomes) == 3


def test_damage_in_the_middle_is_refused(tmp_path: Path, config: LoadedConfig) -> None:
    """Somebody edited it: no guess is made."""
    written(tmp_path, config)
    lines = (tmp_path / FILE).read_bytes().splitlines(keepends=True)
    (tmp_path / FILE).write_bytes(b"".join([*lines[:3], b"{}\n", *lines[3:]]))

    with pytest.raises(UsageError, match="damaged in line 4"):
        read(tmp_path)


def test_a_journal_of_another_format_is_refused(tmp_path: Path, config: LoadedConfig) -> None:
    """With the version that wrote it."""
    written(tmp_path, config)
    first, *others = (tmp_path / FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    future = json.dumps({**json.loads(first), "format": FORMAT + 1, "tool": "9.0", "novel": 1}) + "\n"
    (tmp_path / FILE).write_text("".join([future, *others]), encoding="utf-8")

    with pytest.raises(UsageError, match=rf"dnndoctor 9\.0 in format {FORMAT + 1}"):
        Journal.resume(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}\n", b"\xff\xfe\n", b'{"kind": "begun"'])
def test_what_is_no_journal_is_refused(tmp_path: Path, content: bytes) -> None:
    """In a sentence, whatever the file holds."""
    (tmp_path / FILE).write_bytes(content)

    with pytest.raises(UsageError, match=r"is empty|not a journal"):
        read(tmp_path)


def test_a_missing_journal_is_told(tmp_path: Path) -> None:
    """Reading and resuming alike."""
    with pytest.raises(UsageError, match="holds no run"):
        read(tmp_path)
    with pytest.raises(UsageError, match="holds no run"):
        Journal.resume(tmp_path)


def test_a_journal_has_one_writer(tmp_path: Path, config: LoadedConfig) -> None:
    """A second one is told to wait."""
    journal = Journal.create(tmp_path, config, ASKED)
    with pytest.raises(UsageError, match="another process"):
        Journal.resume(tmp_path)
    journal.close()
    journal.close()

    Journal.resume(tmp_path).close()


def test_time_goes_on_where_it_stopped(tmp_path: Path, config: LoadedConfig) -> None:
    """The seconds of the earlier part count, those between the parts do not."""
    written(tmp_path, config)
    with (tmp_path / FILE).open("a", encoding="utf-8") as lines:
        lines.write('{"kind": "rung_started", "rung": "upper", "at": 40.5}\n')
    journal = Journal.resume(tmp_path)

    assert 40.5 <= journal.seconds < 41
    assert journal.record.ended is None
    journal.close()


def test_a_full_disk_is_told_without_a_traceback(tmp_path: Path, config: LoadedConfig) -> None:
    """And what was written before stays readable."""
    journal = Journal.create(tmp_path, config, ASKED)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / FILE).stat().st_size + 10, hard))
    try:
        with pytest.raises(UsageError, match=r"could not be written: .*--resume"):
            journal.measured(OUTCOMES[0])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    journal.close()

    assert read(tmp_path).outcomes == {}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, config: LoadedConfig) -> None:
    """As when the run's folder vanished or is a file."""
    with pytest.raises(UsageError):
        Journal.create(tmp_path / "absent", config, ASKED)


def test_memory_holds_a_copy(tmp_path: Path, config: LoadedConfig) -> None:
    """A journal in memory changes neither the record it began with nor any file."""
    written(tmp_path, config)
    found = read(tmp_path)
    size = os.path.getsize(tmp_path / FILE)  # noqa: PTH202  a stat of the file is all that is wanted
    Journal.in_memory(found).measured(Outcome(Trial(seed=9), State.FINISHED))

    assert len(found.outcomes) == 3
    assert (tmp_path / FILE).stat().st_size == size
