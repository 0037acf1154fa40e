"""The config's schema for editors and other tools, as JSON Schema."""

import json
from typing import Any

from dnndoctor.config.schema import Config

DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTIFIER = "urn:dnndoctor:schema:config:1"
"""A name, not an address: nothing has to be fetched."""


def config_json_schema() -> str:
    """A JSON Schema (2020-12) document that describes every key."""
    head = {"$schema": DIALECT, "$id": IDENTIFIER, "title": "dnndoctor config"}
    schema = Config.model_json_schema()
    return json.dumps(head | {key: _with_any_of(part) for key, part in schema.items() if key not in head}, indent=2)


def _with_any_of(part: Any) -> Any:
    """The members of our unions may overlap (1 is an integer and a number), and what picks one of them is not in the schema."""
    if isinstance(part, dict):
        return {"anyOf" if key == "oneOf" else key: _with_any_of(value) for key, value in part.items()}
    return [_with_any_of(item) for item in part] if isinstance(part, list) else part
