"""`dnndoctor schema`: the JSON Schemas of what the doctor reads and writes."""

import click

from dnndoctor.cli.streams import write_out


@click.command(short_help="Print the JSON Schema of the report or of the config.")
@click.argument("which", type=click.Choice(["report", "config"]))
def schema(which: str) -> None:
    """Prints the JSON Schema (2020-12) of the JSON report, version 1, or of the config file."""
    if which == "config":
        from dnndoctor.config.json_schema import config_json_schema

        write_out(config_json_schema() + "\n")
    else:
        import json

        from dnndoctor.report.document import report_json_schema

        write_out(json.dumps(report_json_schema(), indent=2) + "\n")
