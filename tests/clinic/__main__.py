"""The clinic: the doctor on labelled patients, scored, beside the best constant answer. `python -m tests.clinic --help`."""

import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import click

from tests.clinic.by_cause import by_cause, by_cause_lines
from tests.clinic.calibration import calibration, precision_at
from tests.clinic.confusion import confusion, confusion_lines, confusion_svg
from tests.clinic.examination import Examination, Result, append, examine, results
from tests.clinic.mutants.index import mutants
from tests.clinic.patients import Patient, Truth, cases, inmates, samples
from tests.clinic.replaying import replayed
from tests.clinic.score import disagreements
from tests.clinic.tables import RECALL, calibration_lines, remedy_line, result_line, score_lines, zoo_line, zoo_lines


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[PATIENT]...")
@click.option("--preset", default="standard", type=click.Choice(["static", "quick", "standard", "deep"]), show_default=True)
@click.option("--seed", type=click.IntRange(min=0), help="The doctor's first seed instead of the config's.")
@click.option("--budget", metavar="TIME", help="For each, instead of the preset's own: on a busy machine, say 10m.")
@click.option("--samples", "of_samples", is_flag=True, help="The samples of sample_configs instead of the labelled cases.")
@click.option("--zoo", "of_zoo", is_flag=True, help="The healthy zoo instead, where every finding above a note is an alarm.")
@click.option("--mutants", "of_mutants", is_flag=True, help="Healthy recipes that were made sick, and some changed without harm.")
@click.option(
    "--split",
    type=click.Choice(["fit", "mend", "sealed"]),
    help="Only these mutants: to fit by, to look at, or to be scored unseen. [all]",
)
@click.option("--replay", "of_journals", is_flag=True, help="Run nothing: judge the journals kept in OUT as rules are now.")
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
    of_mutants: bool,
    split: str | None,
    of_journals: bool,
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
    if of_samples + of_zoo + of_mutants > 1:
        raise click.UsageError("one of --samples, --zoo and --mutants")
    kind = "samples" if of_samples else "zoo" if of_zoo else "mutants" if of_mutants else "cases"
    patients = _mutants(split) if of_mutants else list({"samples": samples, "zoo": inmates, "cases": cases}[kind]())
    patients = _asked_for(patients, names, draw, sample_seed)
    how = Examination(preset, seed, budget)
    folder = (out or _default_folder(how, kind)).absolute()
    there = results(folder)
    if any((result.preset, result.seed) != (preset, seed) for result in there.values()):
        raise click.UsageError(f"{folder} holds results of another preset or seed")
    unseen = sealed_ids() if of_mutants else frozenset[str]()
    found = (
        replayed([patient.truth.id for patient in patients], how, folder)
        if of_journals
        else _examine_all(patients, how, folder, there, jobs, of_zoo=of_zoo, unseen=unseen)
    )
    truths = [patient.truth for patient in patients]
    for line in zoo_lines(found) if of_zoo else _lines(truths, found):
        click.echo(line)
    if not of_zoo and found:
        (folder / "confusion.svg").write_text(confusion_svg(confusion(truths, _answers(found))))
    click.echo(f"\nreports and results: {folder}")
    if of_zoo and any(result.alarming or result.failed for result in found.values()):
        sys.exit(1)


def _asked_for(patients: list[Patient], names: tuple[str, ...], draw: int | None, sample_seed: int) -> list[Patient]:
    """Those of these names, if any are given, and of them so many drawn at random."""
    unknown = set(names) - {patient.truth.id for patient in patients}
    if unknown:
        raise click.UsageError(f"no such patient: {', '.join(sorted(unknown))}")
    patients = [patient for patient in patients if not names or patient.truth.id in names]
    if draw is None or draw >= len(patients):
        return patients
    chosen = set(random.Random(sample_seed).sample([patient.truth.id for patient in patients], draw))
    return [patient for patient in patients if patient.truth.id in chosen]


def _lines(truths: Sequence[Truth], found: dict[str, Result]) -> Iterator[str]:
    yield from score_lines(truths, found)
    yield remedy_line(truths, found)
    answers = _answers(found)
    yield from by_cause_lines(by_cause(truths, answers))
    yield from confusion_lines(confusion(truths, answers))
    for lenient in (False, True):
        precision = precision_at(truths, found, RECALL, lenient=lenient)
        yield from calibration_lines(calibration(truths, found, lenient=lenient), precision, lenient=lenient)


def _answers(found: dict[str, Result]) -> dict[str, tuple[str, ...]]:
    return {name: result.causes() for name, result in found.items()}


def _mutants(split: str | None) -> list[Patient]:
    return [mutant.patient() for mutant in mutants() if split in (None, mutant.split)]


def sealed_ids() -> frozenset[str]:
    """Names of the mutants that are scored and never looked at."""
    return frozenset(mutant.id for mutant in mutants() if mutant.split == "sealed")


def _default_folder(how: Examination, kind: str) -> Path:
    return Path(".dnndoctor") / "clinic" / f"{kind}-{how.preset}-{'own' if how.seed is None else how.seed}"


def _examine_all(
    patients: Sequence[Patient],
    how: Examination,
    folder: Path,
    there: dict[str, Result],
    jobs: int,
    *,
    of_zoo: bool,
    unseen: frozenset[str],
) -> dict[str, Result]:
    """Says each result as soon as it is there, and writes it down; of those that nobody looks at only that it is there."""
    found: dict[str, Result] = {}
    for patient in patients:
        if patient.truth.id in there:
            found[patient.truth.id] = there[patient.truth.id]
            click.echo(_line(patient.truth, there[patient.truth.id], of_zoo=of_zoo, unseen=unseen))
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {
            pool.submit(examine, patient, how, folder): patient.truth for patient in patients if patient.truth.id not in there
        }
        try:
            for future in as_completed(waiting):
                result = future.result()
                append(folder, result)
                found[result.id] = result
                click.echo(_line(waiting[future], result, of_zoo=of_zoo, unseen=unseen))
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            sys.exit(130)
    return found


def _line(truth: Truth, result: Result, *, of_zoo: bool, unseen: frozenset[str]) -> str:
    if truth.id in unseen:
        return f"a sealed patient, {result.seconds:.0f} s"
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
