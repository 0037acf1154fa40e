"""Random search over the edits that remedies are made of, with as much time for trials as a diagnosis used for everything.

The same engine, horizon and seeds as the doctor's confirmations: sets of one to three random edits are tried by the user's
own recipe until the time is up, and the set with the best mean skill over the seeds is kept, if it beats the untreated recipe.
Runs in a process of its own: ``python -m tests.clinic.random_search JOB`` (JSON).
"""

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.experiments.course import WORST_SKILL, train_skill, validation_skill
from dnndoctor.experiments.curves import exploded, usable
from dnndoctor.experiments.own_recipe import recipe_steps, recipe_trial
from tests.clinic.search_pool import draw

SCALES = (1.0, 0.5, 0.25)
"""Of the plan, as the ladder has them: slow subjects get shorter trials."""

SETTLING = 300
"""Seconds beyond the time for trials that importing, loading and one last trial may take."""

Run = Callable[[Sequence[Trial], float], Sequence[Outcome]]
"""Runs trials until a `time.monotonic()`, and gives back the outcomes in the same order."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the search has come to.

    Attributes:
        edits: The best set, as plain data; empty where nothing beats the untreated recipe.
        skill: Its mean skill over the seeds.
        own: The mean skill of the untreated recipe.
        sets: How many sets were tried over all seeds.
        seconds: Of trials.
    """

    edits: list[dict[str, Any]]
    skill: float
    own: float
    sets: int
    seconds: float


def search(evidence: Evidence, run: Run, seconds: float, rng: random.Random) -> Found:
    """Tries random sets of edits until the time is up; a set whose trials did not all end is as if it had not been drawn.

    Args:
        evidence: With facts and settings.
        run: See `Run`.
        seconds: For all trials.
        rng: Draws the sets.
    """
    began = time.monotonic()
    own = _mean_skill(evidence, run, (), began + seconds)
    best: tuple[Edit, ...] = ()
    skill = own
    sets = 0
    while time.monotonic() - began < seconds:
        edits = draw(evidence.facts, rng)
        reached = _mean_skill(evidence, run, edits, began + seconds)
        if reached is None:
            continue
        sets += 1
        if skill is None or reached > skill:
            best, skill = edits, reached
    plain = [{"name": edit.name, "parameters": dict(edit.parameters)} for edit in best]
    unknown = WORST_SKILL
    used = round(time.monotonic() - began, 1)
    return Found(plain, unknown if skill is None else skill, unknown if own is None else own, sets, used)


def _mean_skill(evidence: Evidence, run: Run, edits: Sequence[Edit], deadline: float) -> float | None:
    outcomes = run([recipe_trial(evidence, seed, *edits) for seed in evidence.settings.seeds], deadline)
    skills = [_skill(outcome) for outcome in outcomes]
    known = [skill for skill in skills if skill is not None]
    return statistics.fmean(known) if len(known) == len(evidence.settings.seeds) else None


def _skill(outcome: Outcome) -> float | None:
    """On held-out rows where there are any, else on training rows; None of a trial that did not come to its end."""
    if exploded(outcome):
        return WORST_SKILL
    if not usable(outcome):
        return None
    held_out = validation_skill(outcome.scores)
    return train_skill(outcome.scores) if held_out is None else held_out


def settings_of(facts: Facts, report: Mapping[str, Any]) -> Settings:
    """The settings that a report's own trials were planned with.

    Args:
        facts: Of the subject.
        report: Its JSON.
    """
    untreated = {trial["steps"] for trial in report["trials"] if not trial["edits"] and trial["rows"] is None}
    known = [Settings(Preset.STANDARD, scale=scale) for scale in SCALES]
    return next((settings for settings in known if recipe_steps(Evidence(facts, settings)) in untreated), known[0])


def searched(name: str, config: Mapping[str, Any], report: Mapping[str, Any], work: Path) -> list[dict[str, Any]]:
    """The best edits that random search finds for a case, kept in `work/searched`; none where its process fails.

    Args:
        name: Of the case.
        config: Its config.
        report: Of its diagnosis, whose time is the search's.
        work: Where results go.
    """
    folder = work / "searched"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{name}.json"
    if not kept.exists():
        asked = folder / f"{name}.job.json"
        asked.write_text(json.dumps({"config": config, "report": {key: report[key] for key in ("budget", "trials")}}))
        seconds = float(report["budget"]["used_s"])
        with (work / "log.txt").open("a") as errors, contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [sys.executable, "-m", "tests.clinic.random_search", str(asked), str(kept)],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                timeout=seconds + SETTLING,
                check=False,
            )
    if not kept.exists():  # its process died or hung: it is tried again the next time
        return []
    return list(json.loads(kept.read_text())["edits"])


def main() -> None:
    """Searches for one case, and writes what was found to a file."""
    asked, kept = map(Path, sys.argv[1:])
    job = json.loads(asked.read_text())
    # By name, as only these processes of the clinic open the subject's door.
    from dnndoctor.config.schema import Config, LoadedConfig
    from dnndoctor.subject.session import Session

    Session.prepare()
    session = Session()
    loaded = LoadedConfig(config=Config.model_validate(job["config"]), file=asked.absolute())
    facts = session.open(loaded.model_dump_json(), asked.with_suffix(""), lambda _: None)

    def run(trials: Sequence[Trial], deadline: float) -> Sequence[Outcome]:
        came: dict[str, Outcome] = {}
        session.run(
            trials,
            on_progress=lambda _: None,
            deadline=deadline,
            on_outcome=lambda outcome: came.update({outcome.trial.id: outcome}),
        )
        return [came[trial.id] for trial in trials]

    evidence = Evidence(facts, settings_of(facts, job["report"]))
    found = search(evidence, run, float(job["report"]["budget"]["used_s"]), random.Random(asked.name))
    beside = kept.with_suffix(".part")
    beside.write_text(json.dumps(asdict(found)))
    beside.replace(kept)
    os._exit(0)  # TensorFlow's teardown takes a second


if __name__ == "__main__":
    main()
