"""Journals of a few patients, kept with the tests so that each change of rules and ranking is judged on them in seconds.

`python -m tests.clinic.kept_journals OUT` takes them from a folder of `python -m tests.clinic --mutants --out OUT`: for every
cause the patient with the shortest journal, and some harmless ones, none of them sealed.
"""

import io
import re
import tarfile
from collections.abc import Iterable
from pathlib import Path

import click

from tests.clinic.mutants.index import Mutant, candidates, mutants

ARCHIVE = Path(__file__).parent / "journals.tar.xz"

HARMLESS = 6
"""How many are kept; journals of those who need no treatment are short."""

PATHS = (
    (re.compile(r"[^\"\\ ]*/(tests/clinic/mutants/factories\.py)"), r"\1"),
    (re.compile(r"[^\"\\ ]*/reports/([^/\"\\ ]+\.yaml)"), r"\1"),
)
"""Where these files lay when the patients were examined is nobody's business."""


def unpack(folder: Path) -> tuple[Mutant, ...]:
    """Lays the journals out as the clinic does.

    Args:
        folder: Where to; `replayed` finds them there.

    Returns:
        Whose they are.
    """
    names = set()
    with tarfile.open(ARCHIVE) as archive:
        for member in archive.getmembers():
            journal = archive.extractfile(member)
            assert journal is not None  # all are plain files
            names.add(Path(member.name).parts[1])
            (folder / member.name).parent.mkdir(parents=True)
            (folder / member.name).write_bytes(journal.read())
    return tuple(mutant for mutant in candidates() if mutant.id in names)


def shortest(everybody: Iterable[Mutant], sizes: dict[str, int]) -> tuple[str, ...]:
    """One patient of each cause, and some harmless ones, by the length of their journals.

    Args:
        everybody: Who may be chosen.
        sizes: Of the journals by patient; who is not in it has none.
    """
    chosen: dict[str, None] = {}
    alone = sorted((mutant for mutant in everybody if mutant.id in sizes), key=lambda mutant: (sizes[mutant.id], mutant.id))
    harmless = [mutant.id for mutant in alone if mutant.harmless][:HARMLESS]
    for cause in sorted({cause for mutant in alone for cause in mutant.truth.faults}):
        chosen[next(mutant.id for mutant in alone if cause in mutant.truth.faults)] = None
    return (*chosen, *harmless)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("out", type=click.Path(path_type=Path, exists=True, file_okay=False))
def main(out: Path) -> None:
    """Keeps the journals of some patients of OUT, in place of those kept so far."""
    runs = out / "runs"
    journals = {folder.name: sorted(folder.glob(".dnndoctor/runs/*/journal.jsonl")) for folder in runs.iterdir()}
    newest = {name: found[-1] for name, found in journals.items() if found}
    sizes = {name: path.stat().st_size for name, path in newest.items()}
    names = shortest((mutant for mutant in mutants() if mutant.split != "sealed"), sizes)
    with tarfile.open(ARCHIVE, "w:xz", preset=9) as archive:
        for name in names:
            text = newest[name].read_text()
            for path, short in PATHS:
                text = path.sub(short, text)
            entry = tarfile.TarInfo(f"runs/{name}/.dnndoctor/runs/kept/journal.jsonl")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    click.echo(f"{len(names)} journals, {ARCHIVE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
