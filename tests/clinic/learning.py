"""Fits the confidences on patients whose faults are known. `python -m tests.clinic.learning --help`."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from sklearn.linear_model import LogisticRegression

from dnndoctor.checkup import replay
from dnndoctor.diagnosis.confidence import FILE, Weights, traits_of
from dnndoctor.errors import DnnDoctorError
from tests.clinic.mutants.index import mutants
from tests.clinic.patients import Truth, cases

WEIGHTS = Path(__file__).parents[2] / "dnndoctor" / "diagnosis" / FILE

STRENGTH = 1.0
"""Of a coefficient, the variance that is expected of it: a trait that is there with right findings only gets no infinite one."""


@dataclass(frozen=True, slots=True)
class Example:
    """A finding above a note, of a patient whose faults are known.

    Attributes:
        patient: The patient's name.
        group: Whom it is left out with in the cross-validation: all of one family and data set.
        traits: What the model looks at.
        right: Whether its cause is one of the patient's faults.
    """

    patient: str
    group: str
    traits: dict[str, float]
    right: bool


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--write", is_flag=True, help="Write the coefficients into the package.")
def main(folders: tuple[Path, ...], write: bool) -> None:
    """Replays the journals of the patients of the split `fit`, and of the labelled cases, that are kept in FOLDERS.

    It fits how often a finding with given traits is right, prints the coefficients, and what a cross-validation that leaves out
    whole families and data sets gives.
    """
    truths = {patient.truth.id: (patient.truth, patient.truth.id) for patient in cases()}
    truths |= {mutant.id: (mutant.truth, mutant.parent) for mutant in mutants() if mutant.split == "fit"}
    examples = [
        example
        for folder in folders
        for path in sorted((folder / "runs").iterdir())
        if path.name in truths
        for example in examples_of(path, *truths[path.name])
    ]
    if not examples:
        raise click.UsageError("there is no journal of a patient of the split `fit`")
    predicted = cross_validated(examples)
    right = np.array([example.right for example in examples], dtype=float)
    base = float(right.mean())
    skill = 1 - float(((predicted - right) ** 2).mean()) / max(base * (1 - base), 1e-9)
    model = fitted(examples)
    patients = len({example.patient for example in examples})
    click.echo(f"{len(examples)} findings on {patients} patients, {base:.0%} right; Brier skill when left out {skill:+.2f}")
    click.echo(f"{'intercept':<20}{model.intercept:+.2f}")
    for name, value in model.coefficients.items():
        click.echo(f"{name:<20}{value:+.2f}")
    if write:
        stored = {
            "made_by": "python -m tests.clinic.learning FOLDER... --write, from kept journals of the split `fit` and the cases",
            "patients": patients,
            "findings": len(examples),
            "right": int(right.sum()),
            "intercept": round(model.intercept, 3),
            "coefficients": {name: round(value, 3) for name, value in model.coefficients.items()},
        }
        WEIGHTS.write_text(json.dumps(stored, indent=2) + "\n")


def examples_of(folder: Path, truth: Truth, group: str) -> Iterator[Example]:
    """The findings of a patient's newest journal.

    Args:
        folder: Where the command was run.
        truth: What is wrong with the patient.
        group: See `Example`.
    """
    journals = sorted(folder.glob(".dnndoctor/runs/*/journal.jsonl"))
    if not journals:
        return
    try:
        treated = replay(journals[-1].parent).treated
    except DnnDoctorError:
        return
    findings = treated.diagnosis.findings if treated is not None else ()
    seen: set[str] = set()
    for ranked in findings:
        traits = traits_of(ranked, findings)
        if traits and ranked.finding.cause.value not in seen:
            seen.add(ranked.finding.cause.value)
            yield Example(truth.id, group, traits, ranked.finding.cause.value in truth.faults)


def fitted(examples: Sequence[Example]) -> Weights:
    """Maximum likelihood with a normal prior around zero on each coefficient.

    Args:
        examples: With at least one right and one wrong among them.
    """
    names = sorted(examples[0].traits)
    rows = np.array([[example.traits[name] for name in names] for example in examples])
    model = LogisticRegression(C=STRENGTH).fit(rows, [example.right for example in examples])
    return Weights(float(model.intercept_[0]), {name: float(value) for name, value in zip(names, model.coef_[0], strict=True)})


def cross_validated(examples: Sequence[Example]) -> np.ndarray:
    """Confidence of each finding by a model that saw nothing of its group.

    Args:
        examples: Of several groups.

    Returns:
        Shape: (findings,).
    """
    predicted = np.full(len(examples), math.nan)
    for group in {example.group for example in examples}:
        model = fitted([example for example in examples if example.group != group])
        for index, example in enumerate(examples):
            if example.group == group:
                predicted[index] = model.confidence(example.traits)
    return predicted


if __name__ == "__main__":
    main()
