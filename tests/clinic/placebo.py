"""How often a change without effect gets into a prescription. `python -m tests.clinic.placebo --help`.

A sick sample is treated again and again, each time with seeds of its own and with placebos as the remedies of its first finding:
a rate times 1, and times 1.05 or 0.95, which no training can tell from noise. What is counted is how many prescriptions have one.
"""

import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from dnndoctor.config.loading import load_config
from dnndoctor.diagnosis.diagnose import diagnose
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.finding import Cause, Finding, Remedy, Severity
from dnndoctor.ladder.climb import climb
from dnndoctor.ladder.executors import Executor
from dnndoctor.ladder.executors.choice import executor_for
from dnndoctor.ladder.journal import Journal
from dnndoctor.ladder.lines import Begun, Record
from dnndoctor.ladder.observer import Silent
from dnndoctor.ladder.plan import Asked, Plan
from dnndoctor.rules import Rule
from dnndoctor.treatment.prescription import Prescription, prescribe
from dnndoctor.treatment.ward import Ward
from tests.sample_heads import SAMPLES

PLACEBOS = tuple(Edit("learning_rate", {"factor": factor}) for factor in (1.0, 1.05, 0.95))
SEEDS_APART = 10
"""Between the first seeds of two treatments, which take three each."""


class Placebos(Rule):
    """A finding whose remedies do nothing."""

    code = "DD999"
    name = "placebos"
    causes = (Cause.ARCHITECTURE,)
    needs = (OwnRecipe,)

    def judge(self, evidence: Evidence) -> Sequence[Finding]:
        """See `Rule.judge`."""
        del evidence
        remedies = tuple(Remedy(f"Multiply the rate by {edit.parameters['factor']}", (edit,)) for edit in PLACEBOS)
        return [Finding(self.code, self.name, Cause.ARCHITECTURE, "A placebo", Severity.ERROR, 0.9, remedies=remedies)]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("sample", default="batch_too_small")
@click.option("--treatments", default=100, type=click.IntRange(min=1), show_default=True, help="Each on seeds of its own.")
def main(sample: str, treatments: int) -> None:
    """Treats SAMPLE with placebos; the exit code is 1 where more than 5 of 100 prescriptions have one."""
    config = load_config(SAMPLES / sample / "config.yaml")
    with tempfile.TemporaryDirectory() as folder:
        executor = executor_for(config, Path(folder))
        try:
            facts = executor.open(lambda _: None)
            record = Record(Begun(config.model_dump_json(), Asked.of(config)), facts)
            given = [_treated(executor, record, facts, number * SEEDS_APART) for number in range(treatments)]
        finally:
            executor.close()
    taken_in = sum(bool(_placebos_in(each)) for each in given if each is not None)
    prescribed = sum(each is not None for each in given)
    click.echo(f"{sample}: {prescribed} prescriptions in {treatments} treatments, {taken_in} with a placebo")
    sys.exit(taken_in > 0.05 * treatments)


def _treated(executor: Executor, record: Record, facts: Facts, seed: int) -> Prescription | None:
    settings = Settings(Preset.QUICK, (seed, seed + 1, seed + 2))
    journal = Journal.in_memory(record)
    climbed = climb(executor, (OwnRecipe,), Plan(settings, math.inf), journal, Silent(), facts=facts)

    def measure(trials: Sequence[Trial]) -> Mapping[str, Outcome]:
        return {outcome.trial.id: outcome for outcome in executor.run(list(trials), lambda _: None, None)}

    given = prescribe(diagnose(climbed.evidence, climbed.rungs, (Placebos,)), Ward(climbed.evidence, measure))
    return given if isinstance(given, Prescription) else None


def _placebos_in(given: Prescription) -> list[Edit]:
    return [edit for edit in given.edits if edit in PLACEBOS]


if __name__ == "__main__":
    main()
