"""`dnndoctor train`: the subject by its full recipe, with the config's treatments, saved."""

import os
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dnndoctor.cli.session import Session
from dnndoctor.cli.streams import is_terminal, look_of, write_out
from dnndoctor.errors import ConfigError, Interrupted, SubjectError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dnndoctor.config.schema import LoadedConfig
    from dnndoctor.evidence.messages import EpochEnded, Trained
    from dnndoctor.ladder.executors import Progress
    from dnndoctor.ladder.observer import Stop


@click.command(short_help="Train by the full recipe, with the treatments, and save the model.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="PATH", help="The .keras file to write.  [beside CONFIG]"
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), metavar="N", help="Seed of weights and batches.  [the config's first]")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as in fit.epochs=8; may be repeated."
)
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
@click.pass_obj
def train(
    session: Session, /, config: Path, output: Path | None, seed: int | None, overrides: tuple[str, ...], *, quiet: bool
) -> int:
    """Trains the model that CONFIG names by its full recipe: all data, all epochs, the model's own `fit`, your callbacks.

    What stands in `treatments:` is applied, so a config that `diagnose --prescription` wrote trains the cured model. Callbacks
    that write files take no part, and nothing of yours is overwritten. Progress goes to standard error.
    """
    loaded = _load(config, overrides)
    target = output if output is not None else loaded.file.with_suffix(".keras")
    _prepare(target, loaded)
    part = target.with_name(f".{target.stem}.{os.getpid()}.part.keras")
    try:
        trained = _train(session, loaded, part, loaded.config.ladder.seeds[0] if seed is None else seed, quiet=quiet)
        written = target if trained.whole else _free(target.with_name(f"{target.stem}.weights.h5"))
        Path(trained.part).replace(written)
    except SubjectError as error:
        _tell(error)
        return error.exit_code
    finally:
        for left in part.parent.glob(f"{part.name.removesuffix('.keras')}*"):
            left.unlink(missing_ok=True)
    look = look_of(sys.stdout)
    write_out("".join(f"{look.text(line)}\n" for line in _summary(trained, written)))
    return 0


def _load(config: Path, overrides: tuple[str, ...]) -> "LoadedConfig":
    from dnndoctor.config.loading import load_config

    try:
        return load_config(config, list(overrides))
    except ConfigError as error:
        from dnndoctor.config.problems import render_problems

        look = look_of(sys.stderr)
        sys.stderr.write(look.glyphs(render_problems(error.problems, look.width)) + "\n")
        raise click.exceptions.Exit(error.exit_code) from error


def _prepare(target: Path, loaded: "LoadedConfig") -> None:
    """Sees to it that the file can be written, before anything is trained."""
    from dnndoctor.cli.outputs import files_of

    if target.suffix != ".keras":
        raise UsageError(f"the model is saved as a .keras file; {target} has another ending")
    named = {path.resolve() for path in files_of(loaded)}
    if target.resolve() in named or target.is_dir() or (target.exists() and not _is_ours(target)):
        raise UsageError(f"the model would overwrite {target}, which dnndoctor did not write; choose another --output")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise UsageError(f"the model cannot be written to {target}: there is no folder {target.parent} that can be written to")


def _is_ours(path: Path) -> bool:
    from dnndoctor.evidence.messages import ARCHIVE_MARK

    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == ARCHIVE_MARK
    except (OSError, zipfile.BadZipFile):
        return False


def _train(session: Session, loaded: "LoadedConfig", part: Path, seed: int, *, quiet: bool) -> "Trained":
    from dnndoctor.cli.signals import asking
    from dnndoctor.evidence.messages import Train
    from dnndoctor.ladder.executors.training import train as run
    from dnndoctor.ladder.observer import Stop
    from dnndoctor.ladder.runs import new_run

    session.folder = new_run()
    stop = Stop()
    shown = _Shown(stop, quiet=quiet)
    order = Train(loaded.model_dump_json(), str(session.folder), str(part.absolute()), seed)
    with asking(stop):
        try:
            return run(loaded, session.folder, order, shown.progress, shown.epoch)
        finally:
            shown.clear()


class _Shown:
    """Progress on standard error: a line for each epoch, and on a terminal a line that changes below them."""

    def __init__(self, stop: "Stop", *, quiet: bool) -> None:
        self._stop = stop
        self._quiet = quiet
        self._live = is_terminal(sys.stderr) and not quiet
        self._look = look_of(sys.stderr)
        self._stage = ""

    def progress(self, progress: "Progress") -> None:
        """A sign of life, or nothing new.

        Raises:
            Interrupted: A signal asked for it.
        """
        if self._stop.exit_code is not None:
            raise Interrupted(self._stop.exit_code)
        inside = progress.stage.startswith("epoch ")
        if self._live:
            step = f", step {progress.steps_run}" if inside else ""
            self._write(f"\r\x1b[K{progress.stage}{step}"[: self._look.columns + 3])
        elif progress.stage != self._stage and not inside:
            self._write(f"{progress.stage}\n")
        self._stage = progress.stage

    def epoch(self, ended: "EpochEnded") -> None:
        """An epoch ended."""
        self.clear()
        self._write(f"epoch {ended.number} of {ended.epochs}: {_logs(ended.logs)}\n")

    def clear(self) -> None:
        """Takes the line that changes away."""
        if self._live:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        if not self._quiet:
            sys.stderr.write(text)
            sys.stderr.flush()


def _summary(trained: "Trained", written: Path) -> "list[str]":
    asked = f"{trained.asked} epoch" + "s" * (trained.asked != 1)
    ran = asked if trained.epochs == trained.asked else f"{trained.epochs} of {asked}"
    lines = [f"Trained for {ran}; the last one: {_logs(trained.logs)}."]
    if trained.best:
        lines.append("Best: " + "; ".join(f"{best.name} {best.value:.4g} in epoch {best.epoch}" for best in trained.best) + ".")
    lines += [f"Left out: {reason}." for reason in trained.left_out]
    what = "The model" if trained.whole else "The weights"
    lines.append(f"{what} {'is' if trained.whole else 'are'} in {written}.")
    return [*lines, *trained.remarks, *trained.transformations]


def _logs(logs: "Mapping[str, float]") -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in logs.items())


def _tell(error: SubjectError) -> None:
    look = look_of(sys.stderr)
    lines = [f"dnndoctor: {error} (while {error.stage})", *(f"    {line}" for line in error.frames.splitlines()), error.advice]
    sys.stderr.writelines(f"{look.text(line)}\n" for line in lines)


def _free(path: Path) -> Path:
    """A name that nothing has yet, since a training must not be lost for want of one."""
    number = 2
    free = path
    while free.exists():
        free = path.with_name(path.name.replace(".weights.h5", f"-{number}.weights.h5"))
        number += 1
    return free
