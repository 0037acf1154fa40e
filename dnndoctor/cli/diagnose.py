"""`dnndoctor diagnose`: the ladder as far as the budget reaches."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dnndoctor.cli.examination import Way, run_examination, with_options
from dnndoctor.cli.session import Session

if TYPE_CHECKING:
    from dnndoctor.config.schema import LoadedConfig
    from dnndoctor.ladder.plan import Asked


@click.command(short_help="Examine a model, its data and its training recipe.")
@click.option("--budget", metavar="TIME", help="Time for everything, such as 90s or 3m.  [30s, 60s, 3m, 15m by preset]")
@click.option(
    "--preset",
    type=click.Choice(["static", "quick", "standard", "deep"]),
    help="How far to climb: static trains nothing.  [standard]",
)
@click.option(
    "--prescription",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="Write a config with the changes that were shown to work as `treatments:`, to be diagnosed again.",
)
@click.option(
    "--patch",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="Write these changes as a unified diff of your files, to be applied by `git apply` or `patch -p1`.",
)
@with_options
@click.pass_obj
def diagnose(session: Session, /, config: Path | None, **options: Any) -> int:
    """Examines the model, data and training recipe that CONFIG names.

    It imports and runs your own code. Short, controlled training experiments are made with copies of the model in a process
    of their own; nothing of yours is changed. The report goes to standard output, progress to standard error.

    With --resume, CONFIG may be left out.
    """
    return run_examination(session, _WAY, config, options)


def _asked(loaded: "LoadedConfig") -> "Asked":
    from dnndoctor.ladder.plan import Asked

    return Asked.of(loaded)


_WAY = Way("diagnose", _asked, keys=(("budget", "ladder.budget"), ("preset", "ladder.preset")))
