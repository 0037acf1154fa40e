"""The clinic: the doctor on labelled patients, scored, beside the best constant answer. `python -m tests.clinic --help`."""

import random
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import click

from tests.clinic.examination import Examination, Result, append, examine, results
from tests.clinic.patients import Patient, Truth, cases, inmates, samples
from tests.clinic.score import disagreements
from tests.clinic.tables import result_line, score_lines, zoo_line, zoo_lines


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[PATIENT]...")
@click.option("--preset", default="standard", type=click.Choice(["static", "quick", "standard", "deep"]), show_default=True)
@click.option("--seed", type=click.IntRange(min=0), help="The doctor's first seed instead of the config's.")
@click.option("--budget", metavar="TIME", help="For each, instead of the preset's own: on a busy machine, say 10m.")
@click.option("--samples", "of_samples", is_flag=True, help="The samples of sample_configs instead of the labelled cases.")
@click.option("--zoo", "of_zoo", is_flag=True, help="The healthy zoo instead, where every finding above a note is an alarm.")
@click.option("--sample", "draw", type=click.IntRange(min=1), metavar="N", help="Only N patients, drawn at random.")
@click.option("--sample-seed", default=0, show_default=True, help="Which N are drawn.")
@click.option(
    "--jobs", default=1, type=click.IntRange(1, 2), show_default=True, help="Patients at a time; 2 distorts the seconds."
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Results and reports. [.dnndoctor/clinic/...]")
@click.option("--agree", nargs=2, type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="A B")
def main(
    names: tuple[str, ...],
    preset: str,
    seed: int | None,
    budget: str | None,
    of_samples: bool,
    of_zoo: bool,
    draw: int | None,
    sample_seed: int,
    jobs: int,
    out: Path | None,
    agree: tuple[Path, Path] | None,
) -> None:
    """Examines the labelled patients (or those named) with the real command, and prints how right it was.

    Results are lines of OUT/results.jsonl; a patient whose line is there is not examined again, so a run that was stopped goes on
    where it was. With --agree, nothing is run: it says on how many patients the first causes of two such folders agree.
    With --zoo, the exit code is 1 where anything above a note was found, or somebody could not be examined.
    """
    if agree:
        _say_agreement(*agree)
        return
    if of_samples and of_zoo:
        raise click.UsageError("the samples or the zoo, not both")
    kind = "samples" if of_samples else "zoo" if of_zoo else "cases"
    patients = list({"samples": samples, "zoo": inmates, "cases": cases}[kind]())
    unknown = set(names) - {patient.truth.id for patient in patients}
    if unknown:
        raise click.UsageError(f"no such patient: {', '.join(sorted(unknown))}")
    patients = [patient for patient in patients if not names or patient.truth.id in names]
    if draw is not None and draw < len(patients):
        chosen = set(random.Random(sample_seed).sample([patient.truth.id for patient in patients], draw))
        patients = [patient for patient in patients if patient.truth.id in chosen]
    how = Examination(preset, seed, budget)
    folder = (out or _default_folder(how, kind)).absolute()
    there = results(folder)
    if any((result.preset, result.seed) != (preset, seed) for result in there.values()):
        raise click.UsageError(f"{folder} holds results of another preset or seed")
    found = _examine_all(patients, how, folder, there, jobs, of_zoo=of_zoo)
    for line in zoo_lines(found) if of_zoo else score_lines([patient.truth for patient in patients], found):
        click.echo(line)
    click.echo(f"\nreports and results: {folder}")
    if of_zoo and any(result.alarming or result.failed for result in found.values()):
        sys.exit(1)


def _default_folder(how: Examination, kind: str) -> Path:
    return Path(".dnndoctor") / "clinic" / f"{kind}-{how.preset}-{'own' if how.seed is None else how.seed}"


def _examine_all(
    patients: Sequence[Patient], how: Examination, folder: Path, there: dict[str, Result], jobs: int, *, of_zoo: bool
) -> dict[str, Result]:
    """Says each result as soon as it is there, and writes it down."""
    found: dict[str, Result] = {}
    for patient in patients:
        if patient.truth.id in there:
            found[patient.truth.id] = there[patient.truth.id]
            click.echo(_line(patient.truth, there[patient.truth.id], of_zoo=of_zoo))
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {
            pool.submit(examine, patient, how, folder): patient.truth for patient in patients if patient.truth.id not in there
        }
        try:
            for future in as_completed(waiting):
                result = future.result()
                append(folder, result)
                found[result.id] = result
                click.echo(_line(waiting[future], result, of_zoo=of_zoo))
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            sys.exit(130)
    return found


def _line(truth: Truth, result: Result, *, of_zoo: bool) -> str:
    return zoo_line(result) if of_zoo else result_line(truth, result)


def _say_agreement(one: Path, other: Path) -> None:
    firsts = [{name: result.causes()[:1] for name, result in results(folder).items()} for folder in (one, other)]
    both, differing = disagreements(*firsts)
    if not both:
        raise click.UsageError("the two folders have no patient in common")
    click.echo(f"the same first cause on {both - len(differing)} of {both} patients ({(both - len(differing)) / both:.0%})")
    for name in differing:
        click.echo(f"  {name}: {' / '.join(next(iter(answers[name]), 'none') for answers in firsts)}")


if __name__ == "__main__":
    main()
