"""`dnndoctor show`: the report of an earlier run, from its journal."""

import sys
from pathlib import Path

import click

from dnndoctor.cli.session import Session
from dnndoctor.cli.streams import look_of, write_out

FORMATS = ("text", "json")


@click.command(short_help="Print the report of an earlier run again.")
@click.argument("run", default="last")
@click.option("--format", "-f", "format_name", type=click.Choice(FORMATS), default="text", help="Format of the report.  [text]")
@click.option("-v", "--verbose", is_flag=True, help="All trials, all charts, and the terms of the ranking.")
@click.option(
    "--patch",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="Write the prescription as a unified diff of your files as they are now, for `git apply` or `patch -p1`.",
)
@click.pass_obj
def show(session: Session, run: str, format_name: str, verbose: bool, patch: Path | None) -> None:
    """Prints the report of an earlier run again, from what it measured; nothing is run.

    RUN is "last" (also where it is left out), the name of a run or its beginning, or the path of its folder.
    """
    from dnndoctor.checkup import replay
    from dnndoctor.cli.prescription import prepare_patch, write_patch
    from dnndoctor.ladder.journal import read
    from dnndoctor.ladder.runs import find_run
    from dnndoctor.report.formats import render

    session.folder = find_run(run)
    if patch is not None:
        prepare_patch(patch)
    checkup = replay(session.folder)
    write_out(render(format_name, checkup, look_of(sys.stdout, verbose=verbose)))
    if patch is not None:
        write_patch(patch, read(session.folder).config, checkup)
