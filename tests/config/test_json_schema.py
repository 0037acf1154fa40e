"""The shipped JSON Schema takes what the doctor takes, and describes every key."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from dnndoctor.config.json_schema import config_json_schema
from dnndoctor.config.marked_yaml import Source, read_yaml
from tests.config.conftest import TWO_KEYS, Problems
from tests.config.test_loading import WHOLE


def as_json(text: str) -> Any:
    root, problems = read_yaml(text, Source("c.yaml", text))
    assert root is not None
    assert not problems
    # JSON has texts as keys only.
    return json.loads(json.dumps(root.plain()))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(config_json_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


VALID = [
    TWO_KEYS,
    WHOLE.replace("gate:\n", "gate: {fail_on: never}\n").replace("limit: .inf", "limit: 1"),
    "model: {file: m.keras}\ndata: {kind: csv, x: d.csv, target: [a, b]}\n",
    TWO_KEYS + "compile: {loss: {class_name: Huber}, metrics: {out: [accuracy]}}\n",
    TWO_KEYS + "fit: {class_weight: balanced, callbacks: train.py:make}\nruntime: {workers: auto, memory_limit: 2147483648}\n",
    TWO_KEYS + "treatments: [{name: x, parameters: {a: 1, b: 1.5, c: t, d: true, e: null}}]\nladder: {budget: 90}\n",
]

INVALID = [
    "model: train.py:build_model\n",
    TWO_KEYS + "fit: {batch_sze: 3}\n",
    TWO_KEYS + "fit: {epochs: '3'}\n",
    TWO_KEYS + "ladder: {preset: fast}\n",
    TWO_KEYS + "version: 2\n",
    TWO_KEYS + "ladder: {budget: soon}\n",
    "model: {fil: m.keras}\ndata: train.py:load_data\n",
]


@pytest.mark.parametrize("text", VALID)
def test_it_takes_what_is_right(validator: jsonschema.Draft202012Validator, text: str) -> None:
    """Samples of every shape that a key may have."""
    validator.validate(as_json(text))


@pytest.mark.parametrize("text", INVALID)
def test_it_refuses_what_is_wrong(validator: jsonschema.Draft202012Validator, problems: Problems, text: str) -> None:
    """What an editor marks is what the doctor refuses."""
    assert not validator.is_valid(as_json(text))
    assert problems(text)


def test_it_names_itself() -> None:
    """Dialect, identifier and title."""
    schema = json.loads(config_json_schema())

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].startswith("urn:dnndoctor:")
    assert schema["title"] == "dnndoctor config"


def test_every_key_is_described() -> None:
    """An editor can say what each key is for."""

    schema = json.loads(config_json_schema())

    def keys() -> Iterator[tuple[str, str]]:
        for part in [schema, *schema["$defs"].values()]:
            for key, value in part["properties"].items():
                section = schema["$defs"][value["$ref"].rpartition("/")[2]] if "$ref" in value else {}
                yield key, value.get("description", section.get("description", ""))

    undescribed = [key for key, description in keys() if len(description) < 10]

    assert undescribed == []
