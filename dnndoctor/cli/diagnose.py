"""`dnndoctor diagnose`: the whole corridor, from a config file to a report and an exit code."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dnndoctor.cli.session import Session
from dnndoctor.cli.show import FORMATS
from dnndoctor.cli.streams import complain, is_terminal, look_of, write_out
from dnndoctor.errors import ConfigError, DnnDoctorError, UsageError

if TYPE_CHECKING:
    from dnndoctor.cli.outputs import Output
    from dnndoctor.config.schema import LoadedConfig
    from dnndoctor.report.contents import Checkup

_FAIL_ON = ("error", "warning", "note", "never")


@click.command(short_help="Examine a model, its data and its training recipe.")
@click.argument("config", type=click.Path(path_type=Path), required=False)
@click.option("--budget", metavar="TIME", help="Time for everything, such as 90s or 3m.")
@click.option("--preset", type=click.Choice(["static", "quick", "standard", "deep"]), help="How far to climb.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), metavar="N", help="Take the seeds N, N+1, ... instead of the config's."
)
@click.option("--format", "-f", "format_name", type=click.Choice(FORMATS), default="text", help="Format of the report.  [text]")
@click.option("--output", type=click.Path(path_type=Path), metavar="PATH", help="Write the report of that format to a file.")
@click.option("-o", "outputs", multiple=True, metavar="FORMAT:PATH", help="Write a further report to a file; may be repeated.")
@click.option("--fail-on", type=click.Choice(_FAIL_ON), help="Least severity of a finding that makes the exit code 1.  [error]")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as in fit.batch_size=8; may be repeated."
)
@click.option("--resume", metavar="RUN", help='Go on with a run that was stopped: "last", its name, or its folder.')
@click.option("--executor", type=click.Choice(["worker", "inline"]), help="Where trials run; inline is for debuggers.  [worker]")
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="All trials, and the terms of the ranking.")
@click.pass_obj
def diagnose(session: Session, /, config: Path | None, resume: str | None, format_name: str, **options: Any) -> int:
    """Examines the model, data and training recipe that CONFIG names.

    It imports and runs your own code. Short, controlled training experiments are made with copies of the model in a process
    of their own; nothing of yours is changed. The report goes to standard output, progress to standard error.

    With --resume, CONFIG may be left out.
    """
    # `--format F --output P` equals `-o F:P`, so standard output is then for people.
    shown = "text" if options["output"] is not None else format_name
    try:
        loaded, folder = _load(config, resume, options)
        files = _outputs(format_name, options["output"], options["outputs"], loaded)
        checkup = _examine(session, loaded, folder, options)
    except Exception as error:  # whatever it is, a machine that asked for JSON gets JSON; `run` tells the person
        return _refuse(error, shown, session)
    return _report(checkup, loaded, files, shown, verbose=options["verbose"])


def exit_code(checkup: "Checkup", fail_on: str, inconclusive: str) -> int:
    """The exit code, the same in every format.

    Args:
        checkup: What came of it.
        fail_on: Least severity of a finding that makes it 1, or "never".
        inconclusive: "fail" where an undecided verdict makes it 4.
    """
    if checkup.signal is not None:
        return checkup.signal
    for obstacle in (checkup.obstacle, checkup.failure):
        if obstacle is not None:
            return obstacle.exit_code
    if checkup.own_faults:
        return DnnDoctorError.exit_code
    counting = _FAIL_ON[: _FAIL_ON.index(fail_on) + 1] if fail_on != "never" else ()
    findings = checkup.treated.diagnosis.findings if checkup.treated else ()
    if any(ranked.finding.severity in counting for ranked in findings):
        return 1
    return 4 if checkup.verdict == "inconclusive" and inconclusive == "fail" else 0


def _load(path: Path | None, resume: str | None, options: dict[str, Any]) -> "tuple[LoadedConfig, Path | None]":
    """The config, and the folder of the run to go on with."""
    folder = recorded = None
    if resume is not None:
        from dnndoctor.ladder.journal import read
        from dnndoctor.ladder.runs import find_run

        folder = find_run(resume)
        recorded = read(folder).config
    if path is not None:
        from dnndoctor.config.loading import load_config

        loaded = _with(load_config(path, _overrides(options)), options)
    elif recorded is None:
        raise UsageError("name a config file, as in `dnndoctor diagnose config.yaml`, or go on with a run by --resume")
    elif any(options[name] not in (None, ()) for name in ("budget", "preset", "seed", "overrides")):
        raise UsageError("a run goes on as it was begun: leave --budget, --preset, --seed and --set away, or start a new run")
    else:
        loaded = _with(recorded, options)
    if recorded is not None and _planned(loaded) != _planned(recorded):
        raise UsageError(f"{path} is not what the run was begun with; leave it away to go on as begun, or start a new run")
    return loaded, folder


def _overrides(options: dict[str, Any]) -> list[str]:
    """As `--set`, after the user's own, so that the option of its own wins."""
    keys = {"budget": "ladder.budget", "preset": "ladder.preset"}
    return [*options["overrides"], *(f"{key}={options[name]}" for name, key in keys.items() if options[name] is not None)]


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


def _outputs(format_name: str, output: Path | None, further: tuple[str, ...], loaded: "LoadedConfig") -> "list[Output]":
    from dnndoctor.cli.outputs import Output, parse_output, prepare

    files = [Output(entry.format, loaded.folder / entry.path) for entry in loaded.config.report.outputs]
    files += [parse_output(text, FORMATS) for text in further]
    if output is not None:
        files.append(Output(format_name, output))
    prepare(files, loaded)
    return files


def _examine(session: Session, loaded: "LoadedConfig", folder: Path | None, options: dict[str, Any]) -> "Checkup":
    from dnndoctor.checkup import checkup
    from dnndoctor.cli.signals import asking
    from dnndoctor.ladder.observer import Observer, Silent, Stop
    from dnndoctor.ladder.plan import Asked
    from dnndoctor.ladder.runs import new_run

    session.folder = folder or new_run()
    stop = Stop()
    observer: Observer = Silent()
    with ExitStack() as stack:
        stack.enter_context(asking(stop))
        if not options["quiet"]:
            from dnndoctor.report.live import LiveLadder, PlainLadder

            look = look_of(sys.stderr)
            if is_terminal(sys.stderr):
                observer = stack.enter_context(LiveLadder(sys.stderr, look, Asked.of(loaded).budget))
            else:
                observer = PlainLadder(sys.stderr, look)
        return checkup(loaded, session.folder, observer, stop, resume=folder is not None)


def _report(checkup: "Checkup", loaded: "LoadedConfig", files: "list[Output]", shown: str, *, verbose: bool) -> int:
    from dnndoctor.cli.faults import save_traceback
    from dnndoctor.cli.outputs import write
    from dnndoctor.report.formats import render

    write_out(render(shown, checkup, look_of(sys.stdout, verbose=verbose)))
    for obstacle in (checkup.obstacle, checkup.failure):
        if obstacle is not None and shown != "text":
            complain(obstacle.message)
    for rung, trace in checkup.own_faults.items():
        where = save_traceback(Path(checkup.folder), trace)
        complain(f"a fault of dnndoctor itself left {rung} undecided, please report it (details in {where})")
    write(files, checkup, verbose=verbose)
    gate = loaded.config.gate
    return exit_code(checkup, gate.fail_on, gate.inconclusive)


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
