"""`dnndoctor show`: the report of an earlier run, from its journal."""

import sys

import click

from dnndoctor.cli.session import Session
from dnndoctor.cli.streams import look_of, write_out

FORMATS = ("text", "json")


@click.command(short_help="Print the report of an earlier run again.")
@click.argument("run", default="last")
@click.option("--format", "-f", "format_name", type=click.Choice(FORMATS), default="text", help="Format of the report.  [text]")
@click.option("-v", "--verbose", is_flag=True, help="All trials, all charts, and the terms of the ranking.")
@click.pass_obj
def show(session: Session, run: str, format_name: str, verbose: bool) -> None:
    """Prints the report of an earlier run again, from what it measured; nothing is run.

    RUN is "last" (also where it is left out), the name of a run or its beginning, or the path of its folder.
    """
    from dnndoctor.checkup import replay
    from dnndoctor.ladder.runs import find_run
    from dnndoctor.report.formats import render

    session.folder = find_run(run)
    write_out(render(format_name, replay(session.folder), look_of(sys.stdout, verbose=verbose)))
