"""Each mistake is one sentence, in the words of the config, with the nearest right spelling."""

from pathlib import Path

import pytest

from tests.config.conftest import TWO_KEYS, Problems


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        # Unknown keys
        ("fit: {batch_sze: 3}", 7, "unknown key `batch_sze` in `fit`", "did you mean `batch_size`?"),
        ("fit: {Batch-Size: 3}", 7, "unknown key `Batch-Size` in `fit`", "did you mean `batch_size`?"),
        ("fit: {'epochs:3': }", 7, "unknown key `epochs:3` in `fit`", "write `epochs: 3`, with a space after the colon"),
        ("epochs: 3", 1, "unknown key `epochs`", "it belongs under `fit:`"),
        ("optimizer: adam", 1, "unknown key `optimizer`", "it belongs under `compile:`"),
        ("fit: {preset: quick}", 7, "unknown key `preset` in `fit`", "it belongs under `ladder:`"),
        ("fit: {goal: {}}", 7, "unknown key `goal` in `fit`", "it belongs at the top level, without indentation"),
        ("epoch: 3", 1, "unknown key `epoch`", "did you mean `epochs`, under `fit:`?"),
        ("lr: 3", 1, "unknown key `lr`", "write it in `compile.optimizer: {class_name: Adam, learning_rate: 1e-3}`"),
        ("compile: {learning_rate: 3}", 11, "unknown key `learning_rate` in `compile`", "write it in `compile.optimizer: "),
        ("validation_data: x", 1, "unknown key `validation_data`", "let the data factory return it"),
        ("qqq: 3", 1, "unknown key `qqq`", "known keys here: `version`, `model`, `data`"),
        ("1: 3", 1, "unknown key `1`", "known keys here"),
        ("'': 3", 1, "unknown key ``", "known keys here"),
        # What comes later
        ("gate: {ignore: []}", 8, "`gate.ignore` is not supported by this version of dnndoctor", "leave it out"),
        ("gate: {baseline: x}", 8, "`gate.baseline` is not supported by this version of dnndoctor", ""),
        ("ladder: {rungs: {}}", 10, "`ladder.rungs` is not supported by this version of dnndoctor", "`skip:`"),
        ("compile: {jit_compile: true}", 11, "`compile.jit_compile` is not supported by this version", "the model's factory"),
        ("report: {outputs: [{format: html, path: x}]}", 29, "`html` is not supported by this version", "`text` or `json`"),
        ("runtime: {executor: ray}", 21, "`ray` is not supported by this version", "`worker` or `inline`"),
        # Wrong values
        ("version: 2", 10, "`version` is 1 in every config", "write `version: 1`"),
        ("fit: []", 6, "`fit` must be a mapping of keys; found an empty list", "fit: {batch_size: 32, epochs: 10}"),
        ("fit: [{epochs: 3}]", 6, "`fit` must be a mapping of keys; found a list of 1", "leave out the `-` before the keys"),
        ("fit: {epochs: '3'}", 15, "`fit.epochs` must be a whole number; found the text `3`", "write `3`"),
        ("fit: {epochs: 1e1}", 15, "`fit.epochs` must be a whole number; found the number `1e1`", "write `10`"),
        ("fit: {epochs: 1_000}", 15, "`fit.epochs` must be a whole number; found the text `1_000`", "write `1000`"),
        ("fit: {epochs: true}", 15, "`fit.epochs` must be a whole number; found `true`", "write it as in `epochs: 10`"),
        ("fit: {epochs: }", 14, "`fit.epochs` must be a whole number; found nothing", "leave the key out to take the default"),
        ("fit: {epochs: 0}", 15, "`fit.epochs` must be 1 or more; found the number `0`", ""),
        ("fit: {shuffle: no}", 16, "`fit.shuffle` must be true or false; found the text `no`", "write `false`"),
        ("fit: {validation_split: 1}", 25, "`fit.validation_split` must be less than 1; found the number `1`", ""),
        ("fit: {validation_split: .nan}", 25, "`fit.validation_split` must be a finite number", ""),
        ("fit: {class_weight: equal}", 21, "`fit.class_weight` must be `balanced` or a mapping from class to weight", ""),
        ("fit: {class_weight: {cat: 1}}", 22, "keys of `fit.class_weight` must be whole numbers; found `cat`", ""),
        ("fit: {class_weight: {0: x}}", 25, "`fit.class_weight.0` must be a number; found the text `x`", ""),
        ("fit: {callbacks: EarlyStopping}", 18, "`fit.callbacks` must be a list", "write one callback as `[EarlyStopping]`"),
        ("fit: {callbacks: [3]}", 19, "`fit.callbacks.0` must be a name or a mapping with `class_name:`; found", ""),
        ("compile: {optimizer: {class: Adam}}", 11, "the key `class_name` is missing", "did you mean `class_name` by `class`?"),
        ("compile: {optimizer: ''}", 22, "`compile.optimizer` must be a text that is not empty; found an empty text", ""),
        ("compile: {loss: {a: 3}}", 21, "`compile.loss.a` must be a name", ""),
        ("compile: {metrics: accuracy}", 20, "`compile.metrics` must be a list", "metrics: [accuracy]"),
        ("compile: {metrics: [[3]]}", 21, "`compile.metrics.0` must be a name", ""),
        ("ladder: {preset: quik}", 18, "`ladder.preset` must be `static`, `quick`, `standard`", "did you mean `quick`?"),
        ("ladder: {seeds: [1]}", 17, "`ladder.seeds` must be a list of at least 2; found a list of 1", ""),
        ("ladder: {seeds: [1, 2, 1]}", 17, "`ladder.seeds` names seed 1 twice", "different seeds"),
        ("ladder: {seeds: [1, -2]}", 21, "`ladder.seeds.1` must be 0 or more", ""),
        ("ladder: {budget: 0}", 18, "`ladder.budget` must be a duration of more than zero seconds; found the number `0`", ""),
        ("runtime: {memory_limit: 6}", 25, "`runtime.memory_limit` must be at least `1GiB`", "with its unit"),
        ("runtime: {workers: many}", 20, "`runtime.workers` must be `auto` or a whole number of at least 1", ""),
        ("goal: {metric: x}", 1, "`goal` says no value to reach", "at_least: 0.85"),
        ("goal: {metric: x, at_least: 2, at_most: 1}", 1, "`goal` cannot be reached: at least 2 and at most 1", ""),
        ("goal: {at_least: 2}", 1, "the key `metric` is missing in `goal`", "metric: val_accuracy"),
        ("treatments: [{name: x, parameters: {a: [1]}}]", 40, "`treatments.0.parameters.a` must be a text, a number", ""),
    ],
)  # fmt: skip
def test_one_mistake_is_one_sentence(problems: Problems, text: str, column: int, message: str, hint: str) -> None:
    """Place, what was found and expected, and the way out."""
    (problem,) = problems(TWO_KEYS + text + "\n")

    assert (problem.line, problem.column) == (3, column)
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("model", "message", "hint"),
    [
        ("no", "`model` must name a function", "train.py:no"),
        ("", "`model` must be a factory (`train.py:build_model`), or a mapping with `factory:` or `file:`; found nothing", ""),
        ("3", "`model` must be a factory", "model: train.py:build_model"),
        ("[a]", "`model` must be a factory", ""),
        ("{}", "the key `factory` is missing in `model`", "factory: train.py:build_model"),
        ("{factry: train.py:build_model}", "unknown key `factry` in `model`", "did you mean `factory`?"),
        ("{fil: m.keras}", "unknown key `fil` in `model`", "did you mean `file`?"),
        ("{'file:m.keras': }", "unknown key `file:m.keras` in `model`", "write `file: m.keras`, with a space"),
        ("{weights: fresh}", "the key `file` is missing in `model`", "file: model.keras"),
        ("{factory: train.py:build_model, trust: true}", "`trust` does not go together with `factory` in `model`", ""),
        ("{factory: train.py:build_model, agrs: {}}", "unknown key `agrs` in `model`", "did you mean `args`?"),
        ("{factory: 3}", "`model.factory` must be a text; found the number `3`", ""),
    ],
)
def test_a_union_has_one_problem(problems: Problems, model: str, message: str, hint: str) -> None:
    """Whatever is wrong with the model, only the shape that was meant is talked about."""
    (problem,) = problems(f"model: {model}\ndata: train.py:load_data\n")

    assert message in problem.message
    assert hint in problem.hint
    assert "~" not in problem.message


def test_a_missing_key_points_at_the_top(problems: Problems) -> None:
    """There an example says what to add."""
    (problem,) = problems("# comment\n\nmodel: train.py:build_model\n")

    assert problem.message == "the key `data` is missing"
    assert (problem.line, problem.column) == (3, 1)
    assert problem.hint == "add a line such as `data: train.py:load_data`"


def test_a_missing_key_points_at_its_mapping(problems: Problems) -> None:
    """In a list of mappings, at the one that lacks it."""
    (problem,) = problems(TWO_KEYS + "report:\n  outputs:\n    - {format: json, path: a}\n    - {format: json}\n")

    assert problem.message == "the key `path` is missing in `report.outputs.1`"
    assert (problem.line, problem.column) == (6, 7)


def test_a_kind_that_comes_later_is_one_problem(problems: Problems) -> None:
    """Its own keys, which this version cannot know, are not held against it."""
    (problem,) = problems("model: train.py:build_model\ndata: {kind: parquet, path: x.parquet, columns: [a]}\n")

    assert problem.message == "`data.kind`: `parquet` is not supported by this version of dnndoctor"
    assert problem.hint == "this version takes `npz`, `npy` or `csv`"


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        ("{kind: csv, x: d.csv}", "`data` lacks the target of a CSV", "target: name_of_the_column"),
        (
            "{kind: npz, x: d.npz, y: e.npz, x_val: f.npz}",
            "`data` has `y` and `x_val`, without a meaning",
            "takes `x`",
        ),
        ("{kind: npy, x: d.npy, target: a}", "`data` has `target`, without a meaning", "`x_val` and `y_val`"),
        ("{kind: npy, x: d.npy, y_val: d.npy}", "`data` has `y_val` without `x_val`", "validation inputs"),
    ],
)
def test_keys_fit_the_kind_of_data(problems: Problems, folder: Path, data: str, message: str, hint: str) -> None:
    """A key that would be passed over in silence is refused."""
    for name in ("d.csv", "d.npy", "d.npz", "e.npz", "f.npz"):
        (folder / name).touch()

    (problem,) = problems(f"model: train.py:build_model\ndata: {data}\n")

    assert message in problem.message
    assert hint in problem.hint


def test_empty_sections_are_absent(problems: Problems) -> None:
    """A section whose keys are all commented out is no mistake."""
    assert problems(TWO_KEYS + "compile:\nfit:\ngoal:\nladder:\ngate:\nreport:\nruntime:\ntreatments:\n") == ()


def test_long_and_hostile_words_are_quoted_safely(problems: Problems) -> None:
    """What a message repeats is shortened and escaped."""
    found = problems(TWO_KEYS + "fit: {epochs: '" + "x" * 5000 + "'}\n" + 'gate: {"a\\e[31m": 1}\n')

    assert max(len(problem.message) for problem in found) < 200
    assert found[1].message == "unknown key `a\\x1b[31m` in `gate`"


@pytest.mark.parametrize(
    "value", ["3", "0.5", "x", "true", "null", "[]", "[1]", "{}", "{a: 1}", "[[1]]", "[{a: b}]", "-1", ".nan", "1e999", "''"]
)
@pytest.mark.parametrize(
    "key",
    [
        "version", "compile", "compile.optimizer", "compile.loss", "compile.loss_weights", "compile.metrics", "fit",
        "fit.batch_size",
        "fit.shuffle", "fit.validation_split", "fit.class_weight", "fit.callbacks", "goal", "ladder.seeds", "ladder.budget",
        "ladder.skip", "report.outputs", "runtime.workers", "runtime.memory_limit", "treatments", "model", "data", "model.args",
        "data.factory", "gate.fail_on",
    ],
)  # fmt: skip
def test_no_value_makes_noise(problems: Problems, key: str, value: str) -> None:
    """Any value at any key is taken or refused in plain words, never by pydantic's."""
    for problem in problems(TWO_KEYS, f"{key}={value}"):
        assert not any(word in problem.message for word in ("Input should", "valid (", "~", "function-", "Value error"))
        assert problem.message.startswith(("`", "unknown key", "the key", "keys of"))
        assert problem.column is not None
