"""`dnndoctor explain` and `dnndoctor rules`: the manual pages of the rules and their table."""

import sys

import click

from dnndoctor.cli.streams import look_of, write_out
from dnndoctor.errors import UsageError


@click.command(short_help="Print the manual page of a rule.")
@click.argument("rule", metavar="CODE|NAME")
def explain(rule: str) -> None:
    """Prints a rule's manual page: what is looked at, why it matters, what to do, when it is no fault.

    A rule is named by its code (DD401) or its name (learning-rate-too-high), as reports print them.
    """
    from dnndoctor.diagnosis.diagnose import rules as all_rules
    from dnndoctor.report.manual import nearest, page

    wanted = rule.strip().lower()
    for kind in all_rules():
        if wanted in (kind.code.lower(), kind.name):
            write_out(page(kind, look_of(sys.stdout)))
            return
    near = nearest(wanted)
    hint = f"the nearest is {near.code} {near.name}; " if near else ""
    raise UsageError(f"there is no rule {rule!r}; {hint}`dnndoctor rules` lists all")


@click.command(short_help="List all rules with the causes they can name.")
@click.option("--coverage", is_flag=True, help="List what is looked at, each with the experiments and rules that do.")
def rules(coverage: bool) -> None:
    """Lists all rules: code, name, and the causes that their findings can name."""
    from dnndoctor.report.coverage import coverage_table
    from dnndoctor.report.manual import rules_table

    write_out((coverage_table if coverage else rules_table)(look_of(sys.stdout)))
