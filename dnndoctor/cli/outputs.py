"""Report files: what is wrong with them is found before the ladder is climbed, and they are written whole or not at all."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dnndoctor.config.schema import DataFile, Factory, LoadedConfig, ModelFile
from dnndoctor.errors import UsageError
from dnndoctor.report.contents import Checkup
from dnndoctor.report.formats import render
from dnndoctor.report.look import Look

_USERS_SUFFIXES = frozenset(
    {".py", ".ipynb", ".yaml", ".yml", ".toml", ".keras", ".h5", ".hdf5", ".npz", ".npy", ".csv", ".parquet"}
)
"""An existing file of these is code, a config, a model or data, which a factory may read without the config naming it."""


@dataclass(frozen=True, slots=True)
class Output:
    """A report to write.

    Attributes:
        format: "text" or "json".
        path: Where to.
    """

    format: str
    path: Path


def parse_output(text: str, formats: Sequence[str]) -> Output:
    """What `-o FORMAT:PATH` asks for.

    Args:
        text: As given.
        formats: The formats there are.

    Raises:
        UsageError: It is not of this form.
    """
    name, colon, path = text.partition(":")
    if not colon or name not in formats or not path:
        raise UsageError(
            f"-o takes FORMAT:PATH with FORMAT one of {', '.join(formats)}, as in `-o json:out/report.json`; got {text!r}"
        )
    return Output(name, Path(path))


def prepare(outputs: Iterable[Output], loaded: LoadedConfig) -> None:
    """Sees to it that every report can be written, and makes the folders that they go to.

    Args:
        outputs: All that will be written.
        loaded: The config, whose files are never overwritten.

    Raises:
        UsageError: One cannot be written, or would overwrite something of the user's.
    """
    users = {path.resolve() for path in files_of(loaded)}
    for output in outputs:
        path = output.path
        if path.resolve() in users or (path.exists() and path.suffix.lower() in _USERS_SUFFIXES):
            raise UsageError(f"the report would overwrite {path}, which is not a report; choose another path")
        if path.is_dir():
            raise UsageError(f"the report cannot be written to {path}: it is a folder; name a file in it")
        probe = _neighbour(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            probe.open("x").close()
            probe.unlink()
        except OSError as error:
            raise UsageError(f"the report cannot be written to {path}: {error.strerror}") from error


def write(outputs: Iterable[Output], checkup: Checkup, *, verbose: bool) -> None:
    """Writes all reports, each by a rename, so that a reader never sees half of one.

    Args:
        outputs: Where to.
        checkup: What they say.
        verbose: See `Look`.

    Raises:
        UsageError: One cannot be written; the others are.
    """
    failed = []
    for output in outputs:
        text = render(output.format, checkup, Look(verbose=verbose))
        beside = _neighbour(output.path)
        try:
            with beside.open("x", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(output.path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            failed.append(f"the report could not be written to {output.path}: {error.strerror}")
    if failed:
        raise UsageError("; ".join(failed))


def _neighbour(path: Path) -> Path:
    """A file in the same folder, as only there a rename is atomic."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def files_of(loaded: LoadedConfig) -> Iterable[Path]:
    """Files that the config names, and the config itself.

    Args:
        loaded: The config.
    """
    yield loaded.file
    named: list[str | None] = []
    for source in (loaded.config.model, loaded.config.data):
        match source:
            case str():
                named.append(source.rpartition(":")[0])
            case Factory():
                named.append(source.factory.rpartition(":")[0])
            case ModelFile():
                named.append(source.file)
            case DataFile():
                named += [value for value in source.model_dump().values() if isinstance(value, str)]
    for name in named:
        if name:
            yield loaded.folder / name
