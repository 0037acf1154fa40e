"""The clinic's patients: the labelled cases beside this file, the samples with the diagnosis in their heads, the healthy zoo."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clinic.zoo.index import zoo
from tests.sample_heads import expectation, sample_configs

CASES = Path(__file__).parent / "cases"

ALIASES = {
    "from_logits": "logits-mismatch",
    "batchnorm": "batch-norm",
    "epochs_too_few": "epochs",
    "shuffle": "not-shuffled",
    "data_quality": "bad-values",
}
"""Labels whose word is not the one of the report; all others differ in underscores only."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is wrong with a patient.

    Attributes:
        id: The patient's name.
        faults: The causes that were found or put in; none means healthy.
        acceptable: Causes that a careful person could name instead, since another single change cures as well.
    """

    id: str
    faults: frozenset[str]
    acceptable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody to examine.

    Attributes:
        truth: What the doctor should find.
        config: What to run the command on: the path of a config, or the config itself as plain data.
    """

    truth: Truth
    config: Path | dict[str, Any]


def cases(root: Path = CASES) -> Iterator[Patient]:
    """The labelled cases, the healthy ones first.

    Args:
        root: The folder with `healthy/` and `faulty/`.
    """
    for folder in sorted(path.parent for kind in ("healthy", "faulty") for path in (root / kind).glob("*/case.py")):
        labels = json.loads((folder / "truth.json").read_text())
        truth = Truth(folder.name, _causes(labels["faults"]), _causes(labels["acceptable"]))
        yield Patient(truth, case_config(folder / "case.py"))


def case_config(case: Path) -> dict[str, Any]:
    """The config for a case. Its source is read, not run: TensorFlow is for the doctor's worker only.

    Args:
        case: Its `case.py`, with `TRAINING = dict(...)`, the keywords of `fit`.

    Raises:
        ValueError: Without such a line, or where a keyword other than `callbacks` is no literal.
    """
    for statement in ast.parse(case.read_text()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="TRAINING")], value=ast.Call(args=[], keywords=keywords)):
                fit = {
                    str(keyword.arg): f"{case}:make_callbacks" if keyword.arg == "callbacks" else ast.literal_eval(keyword.value)
                    for keyword in keywords
                }
                return {"version": 1, "model": f"{case}:build_model", "data": f"{case}:load_data", "fit": fit}
    raise ValueError(f"{case} has no line TRAINING = dict(...)")


def samples() -> Iterator[Patient]:
    """The samples that ship with the project, with what their heads promise."""
    for config in sample_configs():
        causes = (expectation(config, "first cause"), expectation(config, "equal cause"))
        first, equal = (frozenset({cause} if cause else ()) for cause in causes)
        yield Patient(Truth(config.parent.name, first, equal), config)


def inmates() -> Iterator[Patient]:
    """The zoo's healthy models."""
    for inmate in zoo():
        yield Patient(Truth(inmate.id, frozenset()), inmate.config())


def _causes(labels: list[str]) -> frozenset[str]:
    return frozenset(ALIASES.get(label, label.replace("_", "-")) for label in labels)
