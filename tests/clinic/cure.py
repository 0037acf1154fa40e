"""Does the prescription cure? ``python -m tests.clinic.cure --help``.

Every faulty case is trained as it is, as its authors fixed it, and with the prescription, each by its full original recipe over
several seeds, and scored as its `truth.json` says. Beside it stands what a random search over the same kinds of edits finds with
as much time for trials.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from tests.clinic.cure_score import Verdict, judge, wilson
from tests.clinic.examination import Examination, examine
from tests.clinic.patients import CASES, Patient, Truth, case_config

RESULTS = "results.jsonl"
VARIANTS = ("prescribed", "fixed", "faulty", "searched")
PATIENCE = 600
"""Seconds beyond the cap for imports, data, validation and scores; whoever needs more has failed."""

KILLED = "ended without a word, with exit status"
"""Of a training whose process died: it is tried again the next time."""

Edits = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Training:
    """One line of the results: one training that was scored.

    Attributes:
        id: The case's name.
        variant: One of `VARIANTS`.
        seed: Of the training.
        edits: The treatments.
        score: None where it failed; "NaN" where predictions are not finite.
        told: What else the training said.
    """

    id: str
    variant: str
    seed: int
    edits: Edits
    score: float | str | None
    told: Mapping[str, Any]

    @property
    def value(self) -> float:
        """The score as a number; NaN where there is none."""
        return float(self.score) if self.score is not None else float("nan")


@dataclass(frozen=True, slots=True)
class Case:
    """A faulty case.

    Attributes:
        id: Its name.
        folder: Where it lies.
        check: How it is scored, from its `truth.json`.
    """

    id: str
    folder: Path
    check: Mapping[str, Any]

    def job(self, variant: str, seed: int, edits: Edits, cap: float) -> dict[str, Any]:
        """What `cure_training` is told."""
        file = self.folder / ("fixed.py" if variant == "fixed" else "case.py")
        logits = {"faulty": self.check.get("logits", False), "fixed": self.check.get("logits_fixed", False)}.get(variant)
        file = file.absolute()
        return {
            "case": str(file),
            "config": case_config(file),
            "edits": edits,
            "seed": seed,
            "cap": cap,
            "check": dict(self.check),
            "logits": logits,
        }


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--cases", "root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=CASES, help="Their folder."
)
@click.option(
    "--work", required=True, type=click.Path(path_type=Path, file_okay=False), help="Where results go; a run goes on there."
)
@click.option(
    "--reports", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Take the reports of this clinic run."
)
@click.option("--jobs", default=1, type=click.IntRange(1, 2), show_default=True, help="Trainings at a time.")
@click.option("--only", default="", metavar="ID,ID", help="These cases alone.")
@click.option("--seeds", default="0,1,2", show_default=True, metavar="N,N", help="Of the trainings.")
@click.option("--cap", default=45.0, show_default=True, help="Seconds of fit after which a training is stopped.")
@click.option("--search/--no-search", default=True, show_default=True, help="Whether random search is measured, too.")
def main(root: Path, work: Path, reports: Path | None, jobs: int, only: str, seeds: str, cap: float, search: bool) -> None:
    """Trains every faulty case as it is, fixed, and as prescribed, and says how many prescriptions cure."""
    chosen = {name for name in only.split(",") if name}
    cases = [case for case in faulty_cases(root) if not chosen or case.id in chosen]
    unknown = chosen - {case.id for case in cases}
    if unknown:
        raise click.UsageError(f"no such case: {', '.join(sorted(unknown))}")
    work = work.absolute()
    work.mkdir(parents=True, exist_ok=True)
    clinic = Clinic(work, (reports or work).absolute() / "reports", [int(seed) for seed in seeds.split(",")], cap, search=search)
    try:
        with ThreadPoolExecutor(jobs) as pool:
            for future in as_completed([pool.submit(clinic.measure, case) for case in cases]):
                click.echo(f"{time.strftime('%H:%M:%S')} {future.result()}")
                (work / "table.txt").write_text("\n".join(clinic.table(cases)) + "\n")
    except KeyboardInterrupt:
        sys.exit(130)
    for line in clinic.table(cases):
        click.echo(line)


def faulty_cases(root: Path) -> Iterator[Case]:
    """The faulty cases of a folder.

    Args:
        root: Holds `faulty/<id>/`.
    """
    for file in sorted((root / "faulty").glob("*/truth.json")):
        labels = json.loads(file.read_text())
        yield Case(file.parent.name, file.parent, {"score": "accuracy", "on": "train", **labels.get("check", {})})


class Clinic:
    """Measures cases, and keeps what was measured."""

    def __init__(self, work: Path, reports: Path, seeds: Sequence[int], cap: float, *, search: bool) -> None:
        """Reads what is there already.

        Args:
            work: Where results go.
            reports: Where reports are, `<id>.json`; a case without one is diagnosed first.
            seeds: Of the trainings.
            cap: Seconds of `fit`.
            search: Whether random search is measured.
        """
        self._work, self._reports, self._seeds, self._cap, self._search = work, reports, seeds, cap, search
        self._there = {(each.id, each.variant, each.seed, json.dumps(each.edits)): each for each in results(work)}

    def measure(self, case: Case) -> str:
        """All trainings of a case; says how it went."""
        report = self._report(case)
        edits = prescribed(report)
        if edits:
            self._train(case, "prescribed", edits)
        self._train(case, "fixed", [])
        self._train(case, "faulty", [])
        if self._search:
            from tests.clinic.random_search import searched

            found = searched(case.id, case_config(case.folder / "case.py"), report, self._work)
            if found:
                self._train(case, "searched", found)
        return self.line(case)

    def _report(self, case: Case) -> dict[str, Any]:
        path = self._reports / f"{case.id}.json"
        if not path.exists():
            patient = Patient(Truth(case.id, frozenset()), case_config(case.folder / "case.py"))
            examine(patient, Examination("standard"), self._reports.parent)
        return json.loads(path.read_text()) if path.exists() else {}

    def _train(self, case: Case, variant: str, edits: Edits) -> None:
        for seed in self._seeds:
            key = (case.id, variant, seed, json.dumps(edits))
            if key in self._there:
                continue
            told = run(case.job(variant, seed, edits, self._cap), self._work / "log.txt", self._cap + PATIENCE)
            line = Training(case.id, variant, seed, edits, told.pop("score"), told)
            self._there[key] = line
            with (self._work / RESULTS).open("a") as file:
                file.write(json.dumps(asdict(line)) + "\n")

    def scores(self, case: Case, variant: str) -> list[float]:
        """By seed, of the newest edits that were trained."""
        lines = [each for each in self._there.values() if (each.id, each.variant) == (case.id, variant)]
        newest = [each for each in lines if each.edits == lines[-1].edits and each.seed in self._seeds]
        return [each.value for each in sorted(newest, key=lambda each: each.seed)]

    def verdict(self, case: Case, variant: str) -> Verdict | None:
        """Of a prescription or of what was searched; None as long as the trainings are not all there."""
        faulty, fixed = self.scores(case, "faulty"), self.scores(case, "fixed")
        treated = self.scores(case, variant) or faulty  # nothing prescribed leaves the case as it is
        return judge(str(case.check["score"]), faulty, fixed, treated) if faulty and fixed else None

    def line(self, case: Case) -> str:
        """A case in a line."""
        shown = [self.scores(case, variant) for variant in ("faulty", "fixed", "prescribed", "searched")]
        cells = [f"{case.id:<24}{case.check['score']:<13}", *(f"{_listed(scores):<28}" for scores in shown)]
        for variant in ("prescribed", "searched") if self._search else ("prescribed",):
            verdict = self.verdict(case, variant)
            if verdict is None:
                cells.append("?".ljust(16))
                continue
            none = not self.scores(case, variant)
            cells.append(("nothing" if none else "cured" if verdict.cured else f"short {verdict.short:.3f}").ljust(16))
        return "".join(cells).rstrip()

    def table(self, cases: Sequence[Case]) -> Iterator[str]:
        """All cases and the shares that were cured, of those measured so far."""
        heads = ("faulty", "fixed", "prescribed", "random search")
        yield f"{'case':<24}{'score':<13}" + "".join(f"{head:<28}" for head in heads) + "prescription    search"
        for case in cases:
            yield self.line(case)
        for variant in ("prescribed", "searched") if self._search else ("prescribed",):
            known = [verdict for case in cases if (verdict := self.verdict(case, variant)) is not None]
            if known:
                cured = sum(verdict.cured for verdict in known)
                low, high = wilson(cured, len(known))
                title = {"prescribed": "prescriptions cure", "searched": "random search cures"}[variant]
                yield f"{title} {cured} of {len(known)} ({cured / len(known):.0%}, 95 % interval {low:.0%} to {high:.0%})"


def prescribed(report: Mapping[str, Any]) -> Edits:
    """The edits of a report's prescription, none where there is none.

    Args:
        report: The report's JSON.
    """
    return list((report.get("prescription") or {}).get("edits", []))


def run(job: Mapping[str, Any], log: Path, patience: float) -> dict[str, Any]:
    """One training in a process of its own.

    Args:
        job: What `cure_training` is told.
        log: File that its standard error is appended to.
        patience: Seconds after which it is ended.
    """
    with log.open("a") as errors:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tests.clinic.cure_training", json.dumps(job)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                timeout=patience,
            )
        except subprocess.TimeoutExpired:
            return {"score": None, "error": f"no end within {patience:.0f} s"}
    try:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (json.JSONDecodeError, IndexError):
        return {"score": None, "error": f"{KILLED} {done.returncode}"}


def results(work: Path) -> Iterator[Training]:
    """The trainings that are there already; a line that was cut by a kill is left out, and so is a process that was killed.

    Args:
        work: Where results went.
    """
    path = work / RESULTS
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            training = Training(**json.loads(line))
        except (json.JSONDecodeError, TypeError):
            continue
        if not str(training.told.get("error", "")).startswith(KILLED):
            yield training


def _listed(scores: Sequence[float]) -> str:
    return " ".join(f"{value:.3f}" for value in scores) or "-"


if __name__ == "__main__":
    main()
