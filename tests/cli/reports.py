"""Reading what the command printed."""

import json

import jsonschema

from dnndoctor.report.document import report_json_schema


def valid_report(text: str) -> dict[str, object]:
    """A JSON report that obeys its schema."""
    report = json.loads(text)
    jsonschema.Draft202012Validator(report_json_schema()).validate(report)
    assert isinstance(report, dict)
    return report
