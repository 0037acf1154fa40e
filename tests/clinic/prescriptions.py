"""Do the samples' prescriptions hold? `python -m tests.clinic.prescriptions --help`.

Every sick sample is diagnosed, the config that its prescription is written as is diagnosed again with other seeds and must be
healthy, and without any one of the prescription's parts it must not be.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml

from tests.clinic.examination import Examination, Result, append, examine, results
from tests.clinic.patients import Patient, Truth
from tests.sample_heads import SAMPLES, expectation, sample_configs

OTHER_SEED = 100
"""The first of the seeds that a treated config is diagnosed with; the command itself proposes it."""

UNSEEN = {"no report", "timed out", "unexaminable"}
"""Verdicts that say nothing of the patient."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A sample before, under and without treatment.

    Attributes:
        id: The sample's name.
        untreated: As it is.
        parts: Titles of the prescription's parts; empty where there is none.
        treated: With all of them, on other seeds; None where there is nothing to treat by.
        without: With all but one of them, on the same other seeds, in the order of the parts.
        why: Why there is no prescription, as the report says it.
    """

    id: str
    untreated: Result
    parts: tuple[str, ...] = ()
    treated: Result | None = None
    without: tuple[Result, ...] = ()
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether the treated sample is healthy, and is not without any one part."""
        if self.treated is None or self.treated.verdict != "healthy" or self.treated.exit_code != 0:
            return False
        return len(self.without) == len(self.parts) and all(result.verdict not in {"healthy", *UNSEEN} for result in self.without)

    def line(self) -> str:
        """For the table."""
        seconds = [f"{result.seconds:.0f}" for result in (self.untreated, self.treated, *self.without) if result is not None]
        prescription = " + ".join(self.parts) or f"none ({self.why})"
        treated = "-" if self.treated is None else self.treated.verdict
        without = ", ".join(result.verdict for result in self.without) or "-"
        held = "holds" if self.holds else "FAILS"
        return (
            f"{held}  {self.id}: {self.untreated.verdict} | {prescription} | treated {treated} | "
            f"without each part {without} | {' + '.join(seconds)} s"
        )


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[SAMPLE]...")
@click.option("--preset", default="standard", type=click.Choice(["standard", "deep"]), show_default=True)
@click.option("--budget", metavar="TIME", help="For each diagnosis, instead of the preset's own: on a busy machine, say 10m.")
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".dnndoctor/clinic/prescriptions"),
    show_default=True,
    help="Where copies, results and reports go; a run that was stopped goes on there.",
)
def main(names: tuple[str, ...], preset: str, budget: str | None, work: Path) -> None:
    """Treats the sick samples, or those named; the exit code is 1 where a prescription is missing or does not hold."""
    sick = {config.parent.name: config for config in sample_configs() if expectation(config, "verdict") == "sick"}
    if unknown := set(names) - set(sick):
        raise click.UsageError(f"no such sick sample: {', '.join(sorted(unknown))}")
    work = work.absolute()
    copies = work / "samples"
    shutil.copytree(SAMPLES, copies, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".dnndoctor", "__pycache__"))
    held = []
    for name in names or sick:
        followed = follow(copies / name, work, preset, budget)
        held.append(followed.holds)
        click.echo(followed.line())
    click.echo(f"the prescriptions of {sum(held)} of {len(held)} samples hold")
    sys.exit(not all(held))


def follow(folder: Path, work: Path, preset: str, budget: str | None = None, command: Sequence[str] = ()) -> Followed:
    """Diagnoses a sample as it is, as treated, and without each part of its prescription.

    Args:
        folder: Of the sample; configs are written to it.
        work: Where results and reports go.
        preset: How far to climb.
        budget: For each diagnosis, None for the preset's own.
        command: What to run in place of the installed `dnndoctor`.
    """
    there = results(work)
    file = folder / "treated.yaml"

    def ask(what: str, config: Path, seed: int | None, options: tuple[str, ...] = ()) -> Result:
        name = f"{folder.name}.{what}"
        if name not in there:
            how = Examination(preset, seed, budget, options)
            there[name] = examine(Patient(Truth(name, frozenset()), config), how, work, command)
            append(work, there[name])
        return there[name]

    untreated = ask("untreated", folder / "config.yaml", None, ("--prescription", str(file)))
    kept = work / "reports" / f"{folder.name}.untreated.json"
    report = json.loads(kept.read_text()) if kept.exists() else {}
    given = report.get("prescription")
    if not given:
        none = report.get("no_prescription")
        return Followed(folder.name, untreated, why=none["why"] if none else untreated.complaint or "nothing was to be treated")
    parts = given["each_necessary"]
    treated = ask("treated", file, OTHER_SEED)
    left = []
    for number, config in enumerate(without_each(yaml.safe_load(file.read_text()), [part["edits"] for part in parts]), 1):
        lacking = folder / f"without_{number}.yaml"
        lacking.write_text(yaml.safe_dump(config, sort_keys=False))
        left.append(ask(f"without_{number}", lacking, OTHER_SEED))
    return Followed(folder.name, untreated, tuple(part["title"] for part in parts), treated, tuple(left))


def without_each(config: Mapping[str, Any], parts: Sequence[Sequence[Mapping[str, Any]]]) -> Iterator[dict[str, Any]]:
    """The config without one part of its prescription after the other.

    Args:
        config: As it was written, with all edits of all parts under `treatments`.
        parts: Each with its edits, as the report has them.

    Raises:
        ValueError: An edit of a part is not among the treatments.
    """
    for part in parts:
        treatments = [(edit["name"], edit.get("parameters") or {}) for edit in config["treatments"]]
        for edit in part:
            treatments.remove((edit["name"], edit.get("parameters") or {}))
        left = [{"name": name, **({"parameters": parameters} if parameters else {})} for name, parameters in treatments]
        yield {**{key: value for key, value in config.items() if key != "treatments"}, **({"treatments": left} if left else {})}


if __name__ == "__main__":
    main()
