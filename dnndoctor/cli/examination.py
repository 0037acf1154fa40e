"""What `diagnose` and `check` share: their options, and the corridor from a config file to a report and an exit code."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dnndoctor.cli.gate import FAIL_ON, exit_code
from dnndoctor.cli.session import Session
from dnndoctor.cli.show import FORMATS
from dnndoctor.cli.streams import complain, is_terminal, look_of, write_out
from dnndoctor.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from dnndoctor.cli.outputs import Output
    from dnndoctor.config.schema import LoadedConfig
    from dnndoctor.ladder.plan import Asked
    from dnndoctor.report.contents import Checkup

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.argument("config", type=click.Path(path_type=Path), required=False),
    click.option(
        "--seed", type=click.IntRange(0, 2**31 - 1), metavar="N", help="Take the seeds N, N+1, ... instead of the config's."
    ),
    click.option(
        "--format", "-f", "format_name", type=click.Choice(FORMATS), default="text", help="Format of the report.  [text]"
    ),
    click.option("--output", type=click.Path(path_type=Path), metavar="PATH", help="Write the report of that format to a file."),
    click.option(
        "-o", "outputs", multiple=True, metavar="FORMAT:PATH", help="Write a further report to a file; may be repeated."
    ),
    click.option(
        "--fail-on", type=click.Choice(FAIL_ON), help="Least severity of a finding that makes the exit code 1.  [error]"
    ),
    click.option(
        "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as in fit.batch_size=8; may be repeated."
    ),
    click.option("--resume", metavar="RUN", help='Go on with a run that was stopped: "last", its name, or its folder.'),
    click.option(
        "--executor", type=click.Choice(["worker", "inline"]), help="Where trials run; inline is for debuggers.  [worker]"
    ),
    click.option("-q", "--quiet", is_flag=True, help="No progress on standard error."),
    click.option("-v", "--verbose", is_flag=True, help="All trials, all charts, and the terms of the ranking."),
)


@dataclass(frozen=True, slots=True)
class Way:
    """How one of the two commands examines.

    Attributes:
        command: Its name.
        asked: What it asks for, given the config.
        keys: Keys of the config by the option that overrides them, of the options that only this command has.
        settled: The config as the command takes it; as it is by default.
        gated: Whether the report ends with what the gate says.
    """

    command: str
    asked: "Callable[[LoadedConfig], Asked]"
    keys: tuple[tuple[str, str], ...] = ()
    settled: "Callable[[LoadedConfig], LoadedConfig]" = lambda loaded: loaded
    gated: bool = False


def with_options(command: Command) -> Command:
    """Gives a command the argument and the options that all examinations take."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def run_examination(session: Session, way: Way, config: Path | None, options: dict[str, Any]) -> int:
    """Examines a subject, reports, and says how it went.

    Args:
        session: Of the call.
        way: Which of the commands it is.
        config: The config file; may be left out where a run goes on.
        options: Those of `with_options` and of the command itself, by name.

    Returns:
        The exit code.

    Raises:
        DnnDoctorError: It could not be done.
    """
    # `--format F --output P` equals `-o F:P`, so standard output is then for people.
    shown = "text" if options["output"] is not None else options["format_name"]
    try:
        loaded, folder = _load(way, config, options)
        files = _outputs(loaded, options)
        prescription, patch = _prescription(loaded, options)
        checkup = _examine(session, way.asked(loaded), loaded, folder, quiet=options["quiet"])
    except Exception as error:  # whatever it is, a machine that asked for JSON gets JSON; `run` tells the person
        return _refuse(error, shown, session)
    code = _report(checkup, way, loaded, files, shown, verbose=options["verbose"])
    if prescription is not None:
        from dnndoctor.cli.prescription import write

        write(prescription, loaded, checkup.treated.prescription if checkup.treated else None)
    if patch is not None:
        from dnndoctor.cli.prescription import write_patch

        write_patch(patch, loaded, checkup)
    return code


def _prescription(loaded: "LoadedConfig", options: dict[str, Any]) -> tuple[Path | None, Path | None]:
    """Where the prescription goes as a config and as a diff."""
    path: Path | None = options.get("prescription")
    if path is not None:
        from dnndoctor.cli.prescription import prepare

        prepare(path, loaded)
    patch: Path | None = options.get("patch")
    if patch is not None:
        from dnndoctor.cli.prescription import prepare_patch

        prepare_patch(patch)
    return path, patch


def _load(way: Way, path: Path | None, options: dict[str, Any]) -> "tuple[LoadedConfig, Path | None]":
    """The config, and the folder of the run to go on with."""
    folder = recorded = None
    if options["resume"] is not None:
        from dnndoctor.ladder.journal import read
        from dnndoctor.ladder.runs import find_run

        folder = find_run(options["resume"])
        record = read(folder)
        recorded = record.config
        begun = "check" if record.begun.asked.fixed else "diagnose"
        if begun != way.command:
            raise UsageError(f"the run {folder.name} was begun by `dnndoctor {begun}`; go on with that command")
    if path is not None:
        from dnndoctor.config.loading import load_config

        loaded = _with(way.settled(load_config(path, _overrides(way, options))), options)
    elif recorded is None:
        raise UsageError(f"name a config file, as in `dnndoctor {way.command} config.yaml`, or go on with a run by --resume")
    elif any(options[name] not in (None, ()) for name in ("seed", "overrides", *dict(way.keys))):
        named = [f"--{name}" for name in (*dict(way.keys), "seed")]
        raise UsageError(f"a run goes on as it was begun: leave {', '.join(named)} and --set away, or start a new run")
    else:
        loaded = _with(recorded, options)
    if recorded is not None and _planned(loaded) != _planned(recorded):
        raise UsageError(f"{path} is not what the run was begun with; leave it away to go on as begun, or start a new run")
    return loaded, folder


def _overrides(way: Way, options: dict[str, Any]) -> list[str]:
    """As `--set`, after the user's own, so that the option of its own wins."""
    return [*options["overrides"], *(f"{key}={options[name]}" for name, key in way.keys if options[name] is not None)]


def _with(loaded: "LoadedConfig", options: dict[str, Any]) -> "LoadedConfig":
    """The config with what the command line says of seeds, gate and executor."""
    config, first = loaded.config, options["seed"]
    sections: dict[str, Any] = {}
    if first is not None:
        sections["ladder"] = config.ladder.model_copy(update={"seeds": list(range(first, first + len(config.ladder.seeds)))})
    if options["fail_on"] is not None:
        sections["gate"] = config.gate.model_copy(update={"fail_on": options["fail_on"]})
    if options["executor"] is not None:
        sections["runtime"] = config.runtime.model_copy(update={"executor": options["executor"]})
    return loaded.model_copy(update={"config": config.model_copy(update=sections)})


def _planned(loaded: "LoadedConfig") -> dict[str, Any]:
    """What decides which trials are run, and on what."""
    return loaded.config.model_dump(exclude={"gate", "report", "runtime"})


def _outputs(loaded: "LoadedConfig", options: dict[str, Any]) -> "list[Output]":
    from dnndoctor.cli.outputs import Output, parse_output, prepare

    files = [Output(entry.format, loaded.folder / entry.path) for entry in loaded.config.report.outputs]
    files += [parse_output(text, FORMATS) for text in options["outputs"]]
    if options["output"] is not None:
        files.append(Output(options["format_name"], options["output"]))
    prepare(files, loaded)
    return files


def _examine(session: Session, asked: "Asked", loaded: "LoadedConfig", folder: Path | None, *, quiet: bool) -> "Checkup":
    from dnndoctor.checkup import checkup
    from dnndoctor.cli.signals import asking
    from dnndoctor.ladder.observer import Observer, Silent, Stop
    from dnndoctor.ladder.runs import new_run

    session.folder = folder or new_run()
    stop = Stop()
    observer: Observer = Silent()
    with ExitStack() as stack:
        stack.enter_context(asking(stop))
        if not quiet:
            from dnndoctor.report.live import LiveLadder, PlainLadder

            look = look_of(sys.stderr)
            if is_terminal(sys.stderr):
                observer = stack.enter_context(LiveLadder(sys.stderr, look, None if asked.fixed else asked.budget))
            else:
                observer = PlainLadder(sys.stderr, look)
        return checkup(loaded, session.folder, observer, stop, asked=asked, resume=folder is not None)


def _report(checkup: "Checkup", way: Way, loaded: "LoadedConfig", files: "list[Output]", shown: str, *, verbose: bool) -> int:
    from dnndoctor.cli.faults import save_traceback
    from dnndoctor.cli.outputs import write
    from dnndoctor.report.contents import Gate
    from dnndoctor.report.formats import render

    gate = loaded.config.gate
    code = exit_code(checkup, gate.fail_on, gate.inconclusive)
    if way.gated:
        checkup = replace(checkup, gate=Gate(code, gate.fail_on))
    write_out(render(shown, checkup, look_of(sys.stdout, verbose=verbose)))
    for obstacle in (checkup.obstacle, checkup.failure):
        if obstacle is not None and shown != "text":
            complain(obstacle.message)
    for rung, trace in checkup.own_faults.items():
        where = save_traceback(Path(checkup.folder), trace)
        complain(f"a fault of dnndoctor itself left {rung} undecided, please report it (details in {where})")
    write(files, checkup, verbose=verbose)
    return code


def _refuse(error: Exception, shown: str, session: Session) -> int:
    """Says why nothing was examined: to the person on standard error, to a machine as a report without a diagnosis."""
    if shown != "text":
        from dnndoctor.report.contents import Asked, Checkup, Obstacle
        from dnndoctor.report.formats import render

        folder = str(session.folder) if session.folder else ""
        write_out(render(shown, Checkup(Asked(), obstacle=Obstacle.of(error), folder=folder), look_of(sys.stdout)))
    if not isinstance(error, ConfigError):
        raise error
    from dnndoctor.config.problems import render_problems

    look = look_of(sys.stderr)
    sys.stderr.write(look.glyphs(render_problems(error.problems, look.width)) + "\n")
    return error.exit_code
