"""What the doctor says of patients whose journals were kept, by its rules and ranking as they are now; nothing is run."""

import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from dnndoctor.checkup import replay
from dnndoctor.errors import DnnDoctorError
from dnndoctor.treatment.prescription import Prescription
from tests.clinic.examination import Examination, Named, Result

JOBS = 2


def replayed(names: Iterable[str], how: Examination, folder: Path) -> dict[str, Result]:
    """The results of all patients with a whole journal.

    Args:
        names: Of the patients.
        how: How they were asked.
        folder: Where results went.
    """
    newest = {name: journals[-1].parent for name in names if (journals := _journals(folder / "runs" / name))}
    with ProcessPoolExecutor(JOBS, mp_context=multiprocessing.get_context("spawn")) as pool:
        came = pool.map(_result, newest, [how] * len(newest), newest.values(), chunksize=4)
        return {result.id: result for result in came if result is not None}


def _journals(workplace: Path) -> list[Path]:
    return sorted(workplace.glob(".dnndoctor/runs/*/journal.jsonl"))


def _result(name: str, how: Examination, run: Path) -> Result | None:
    """Runs in the pool; None where the subject was never loaded."""
    try:
        checkup = replay(run)
    except DnnDoctorError:
        return None
    treated = checkup.treated
    if treated is None:
        return None
    found = tuple(
        Named(
            ranked.finding.cause.value, ranked.finding.severity.value, ranked.finding.confidence, ranked.finding.code,
            ranked.finding.title, any(remedy.verified for remedy in ranked.finding.remedies),
        )
        for ranked in treated.diagnosis.findings
    )  # fmt: skip
    given = treated.prescription
    edits = tuple(edit.name for edit in given.edits) if isinstance(given, Prescription) else ()
    verdict, trials = treated.diagnosis.verdict.value, len(checkup.outcomes)
    return Result(name, how.preset, how.seed, verdict, 0, checkup.seconds, found, prescribed=edits, trials=trials)
