"""A config is read with its places, or refused with everything that is wrong with it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from dnndoctor.config.loading import MAX_BYTES, load_config
from dnndoctor.config.problems import render_problems
from dnndoctor.config.schema import ClassSpec, Factory, LoadedConfig
from dnndoctor.errors import ConfigError
from tests.config.conftest import TWO_KEYS, Problems, Rendered

WHOLE = """\
version: 1
model: train.py:build_model          # a comment
data: {factory: train.py:load_data, args: {rows: 100, limit: .inf}}
compile:
  optimizer: {class_name: AdamW, learning_rate: {class_name: CosineDecay, initial_learning_rate: 3e-4, decay_steps: 20000}}
  loss: {a: mse, b: {class_name: Huber, delta: 2}}
  metrics: [accuracy, {class_name: TopK, k: 3}]
fit: {batch_size: 32, epochs: 10, shuffle: true, validation_split: 0.2, class_weight: {0: 1, 1: 2.5},
      callbacks: [EarlyStopping, train.py:Watcher, {class_name: ReduceLROnPlateau, patience: 3}]}
goal: {metric: val_accuracy, at_least: 0.85}
ladder: {preset: quick, budget: 3m, seeds: [3, 4], skip: [learning_rate_sweep], sample_limit: 8MiB}
gate:
report: {outputs: [{format: json, path: out/report.json}]}
runtime: {executor: inline, workers: 2, memory_limit: 6GiB, trial_timeout: 1h30m}
treatments: [{name: learning_rate, parameters: {factor: 0.1, keep: true, note: null}}]
"""


@pytest.fixture
def loaded(folder: Path) -> LoadedConfig:
    (folder / "config.yaml").write_text(WHOLE)
    return load_config(folder / "config.yaml")


def test_two_keys_suffice(folder: Path) -> None:
    """Model and data alone make a config; everything else has a default."""
    (folder / "config.yaml").write_text(TWO_KEYS)

    loaded = load_config(folder / "config.yaml")

    assert loaded.config.model == "train.py:build_model"
    assert loaded.config.fit.epochs == 1
    assert loaded.config.ladder.seeds == [0, 1, 2]
    assert loaded.folder == folder


def test_every_key_is_read(loaded: LoadedConfig) -> None:
    """What is written arrives, durations and sizes as numbers."""
    config = loaded.config

    assert config.data == Factory(factory="train.py:load_data", args={"rows": 100, "limit": float("inf")})
    assert isinstance(config.compile.optimizer, ClassSpec)
    assert config.compile.optimizer.model_extra == {
        "learning_rate": {"class_name": "CosineDecay", "initial_learning_rate": 3e-4, "decay_steps": 20000}
    }
    assert config.fit.class_weight == {0: 1.0, 1: 2.5}
    assert (config.ladder.budget, config.ladder.sample_limit) == (180.0, 8 * 2**20)
    assert (config.runtime.memory_limit, config.runtime.trial_timeout) == (6 * 2**30, 5400.0)
    assert config.gate.fail_on == "error"
    assert config.treatments[0].parameters == {"factor": 0.1, "keep": True, "note": None}


def test_every_key_has_its_line(loaded: LoadedConfig) -> None:
    """A finding can point at the key that it is about."""
    assert loaded.lines["compile"] == 4
    assert loaded.lines["compile.optimizer.learning_rate.decay_steps"] == 5
    assert loaded.lines["fit.batch_size"] == 8
    assert loaded.lines["fit.callbacks.2.patience"] == 9
    assert loaded.lines["treatments.0.parameters.factor"] == 15


def test_goes_to_the_worker_and_back(loaded: LoadedConfig) -> None:
    """A loaded config survives JSON, the numbers among its keys and its infinities included."""
    assert LoadedConfig.model_validate_json(loaded.model_dump_json()) == loaded


def test_is_fast(folder: Path) -> None:
    """Reading a config takes a few hundredths of a second."""
    (folder / "config.yaml").write_text(WHOLE)

    def seconds() -> float:
        begin = time.perf_counter()
        load_config(folder / "config.yaml")
        return time.perf_counter() - begin

    assert min(seconds() for _ in range(5)) < 0.03


def test_imports_nothing_heavy() -> None:
    """The command can refuse a config without paying for TensorFlow."""
    code = (
        "import sys, dnndoctor.config.loading, dnndoctor.config.json_schema;"
        "print(sorted({'tensorflow', 'keras', 'numpy'} & set(sys.modules)))"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n"])
def test_an_empty_file_shows_the_two_keys(problems: Problems, text: str) -> None:
    """Someone who begins with an empty file learns what to write."""
    (problem,) = problems(text)

    assert "empty" in problem.message
    assert "model: train.py:build_model" in problem.hint
    assert "data: train.py:load_data" in problem.hint


@pytest.mark.parametrize("text", ["- a\n", "just words", "3", "---\n...\n"])
def test_the_top_must_be_a_mapping(problems: Problems, text: str) -> None:
    """A list or a text is no config."""
    (problem,) = problems(text)

    assert "a config is a mapping of keys" in problem.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (TWO_KEYS.encode() + b"goal: \xe4\n", "the byte 0xE4 is not UTF-8"),
        ("model: x".encode("utf-16"), "UTF-16"),
        (b"\xff\xfe\x00\x00" + "model: x".encode("utf-32-le"), "UTF-32"),
        (TWO_KEYS.encode() + b"goal: \x00\n", "U+0000"),
        (TWO_KEYS.encode() + b"goal: \x1b[2J\n", "U+001B"),
        (b"x" * (2 * MAX_BYTES), "larger than 1 MiB"),
    ],
)
def test_what_is_no_text_is_refused(problems: Problems, content: bytes, message: str) -> None:
    """Other encodings, control characters and huge files each have their sentence."""
    (problem,) = problems(content)

    assert message in problem.message


def test_bad_bytes_have_a_line(problems: Problems) -> None:
    """The line of a byte that is not UTF-8 is told."""
    (problem,) = problems(TWO_KEYS.encode() + b"goal: \xe4\n")

    assert problem.line == 3


def test_a_byte_order_mark_and_windows_line_ends_are_fine(problems: Problems) -> None:
    """A config that was saved by a Windows editor is a config."""
    assert problems(b"\xef\xbb\xbf" + TWO_KEYS.replace("\n", "\r\n").encode()) == ()
    (problem,) = problems(TWO_KEYS.replace("\n", "\r\n") + "fit:\r\n  epochs: x\r\n")

    assert (problem.line, problem.column, problem.text) == (4, 11, "  epochs: x")


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("confg.yaml", "no such file", "did you mean `config.yaml`?"),
        ("nowhere/config.yaml", "no such file", "there is no folder"),
        (".", "is a folder", "config.yaml"),
        ("a\0b", "cannot be read", ""),
        ("x" * 300, "cannot be read", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(folder: Path, name: str, message: str, hint: str) -> None:
    """A wrong path is a config error like any other."""
    (folder / "config.yaml").write_text(TWO_KEYS)

    with pytest.raises(ConfigError) as caught:
        load_config(folder / name)

    (problem,) = caught.value.problems
    assert message in problem.message
    assert hint in problem.hint


def test_a_pipe_is_not_waited_for() -> None:
    """What is no regular file is not opened."""
    with pytest.raises(ConfigError, match="regular file"):
        load_config(Path("/dev/null"))


FIVE_MISTAKES = """\
modle: train.py:build_model
data: train.py:load_dat
compile:
  optimizer: {class_name: Adam, learning_rate: 1e-3}
batch_size: 32
fit:
  epochs: "10"
  shuffle: no
ladder: {budget: 3 parsecs}
"""

FIVE_MISTAKES_RENDERED = """\
config.yaml:1:1: unknown key `modle`
    modle: train.py:build_model
    ^
  hint: did you mean `model`?
config.yaml:2:7: `data`: `train.py` defines no `load_dat`
    data: train.py:load_dat
          ^
  hint: did you mean `load_data`?
config.yaml:5:1: unknown key `batch_size`
    batch_size: 32
    ^
  hint: it belongs under `fit:`
config.yaml:7:11: `fit.epochs` must be a whole number; found the text `10`
      epochs: "10"
              ^
  hint: write `10`
config.yaml:8:12: `fit.shuffle` must be true or false; found the text `no`
      shuffle: no
               ^
  hint: write `false`; `no` is a text in YAML 1.2
config.yaml:9:18: `ladder.budget` must be a duration: write a number of seconds, or a text such as `90s`, `3m` or `1h30m`; \
found the text `3 parsecs`
    ladder: {budget: 3 parsecs}
                     ^"""


def test_all_problems_are_shown_at_once(rendered: Rendered) -> None:
    """Six mistakes of six kinds, each at its place, in the order of the file."""
    assert rendered(FIVE_MISTAKES) == FIVE_MISTAKES_RENDERED


YAML_AND_SCHEMA = """\
model: &m train.py:build_model
data: *m
fit: {epochs: 1, epochs: 2, batch_sze: 8}
"""

YAML_AND_SCHEMA_RENDERED = """\
config.yaml:1:8: anchors such as `&m` are not taken
    model: &m train.py:build_model
           ^
  hint: write the value out in each place
config.yaml:2:7: aliases such as `*m` are not taken
    data: *m
          ^
  hint: write the value out
config.yaml:3:18: `epochs` is given twice; the first is in line 3
    fit: {epochs: 1, epochs: 2, batch_sze: 8}
                     ^
  hint: remove one of the two
config.yaml:3:29: unknown key `batch_sze` in `fit`
    fit: {epochs: 1, epochs: 2, batch_sze: 8}
                                ^
  hint: did you mean `batch_size`?
--set ladder.preset=fast: `ladder.preset` must be `static`, `quick`, `standard` or `deep`; found the text `fast`
    --set ladder.preset=fast
                        ^"""


def test_what_yaml_refuses_stands_beside_what_the_schema_refuses(rendered: Rendered) -> None:
    """An alias is one problem, not also a wrong value; the file's problems come before the command line's."""
    assert rendered(YAML_AND_SCHEMA, "ladder.preset=fast") == YAML_AND_SCHEMA_RENDERED


@pytest.mark.parametrize("text", ["model: no\n", "fit: []\n", "version: 2\n", "data: [[[1]]]\n", "model: {file: {}}\n", "1: 2\n"])
def test_nothing_of_pydantic_leaks(rendered: Rendered, text: str) -> None:
    """Messages are in the words of the config."""
    whole = rendered(text)

    assert not any(word in whole for word in ("Input should", "pydantic", "union", "~", "type="))


def test_every_error_is_a_usage_error_with_a_message(folder: Path) -> None:
    """Whoever catches the error without rendering it still sees all sentences."""
    (folder / "config.yaml").write_text("model: train.py:build_model\nfit: []\n")

    with pytest.raises(ConfigError, match="the key `data` is missing; `fit` must be a mapping of keys") as caught:
        load_config(folder / "config.yaml")

    assert render_problems(caught.value.problems).count("hint:") == 2
