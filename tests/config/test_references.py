"""Files and names of the user's code are checked without running them."""

from pathlib import Path

import pytest

from tests.config.conftest import TWO_KEYS, Problems


def test_a_missing_file_gets_the_nearest_name(problems: Problems) -> None:
    """A misspelt file is found beside the config."""
    (problem,) = problems("model: trian.py:build_model\ndata: train.py:load_data\n")

    assert problem.message == "`model`: there is no file `trian.py`"
    assert problem.hint == "did you mean `train.py`?"
    assert (problem.line, problem.column) == (1, 8)


def test_a_missing_folder_is_told(problems: Problems) -> None:
    """Paths are relative to the config."""
    (problem,) = problems("model: src/train.py:build_model\ndata: train.py:load_data\n")

    assert "there is no folder" in problem.hint


def test_a_missing_name_gets_the_nearest(problems: Problems) -> None:
    """The names of a file's top level are looked at."""
    (problem,) = problems("model: train.py:build_modl\ndata: train.py:load_data\n")

    assert problem.message == "`model`: `train.py` defines no `build_modl`"
    assert problem.hint == "did you mean `build_model`?"


def test_a_name_unlike_any_lists_what_there_is(problems: Problems) -> None:
    """Without a near spelling, the file's names are shown."""
    (problem,) = problems("model: train.py:zzz\ndata: train.py:load_data\n")

    assert problem.hint == "it defines `Watcher`, `build_model` and `load_data`"


@pytest.mark.parametrize(
    "source",
    [
        "make = 3",
        "make: object = 3",
        "(a, [make, *b]) = f()",
        "import make",
        "import make.sub",
        "import x as make",
        "from x import y as make",
        "from x import *",
        "if x:\n  def make(): ...",
        "try:\n  import q\nexcept ImportError:\n  def make(): ...",
        "with x:\n  class make: ...",
        "for make in x: ...",
        "with x as make: ...",
        "print(make := 3)",
        "def f():\n  global make\n  make = 3",
        "globals()['ma' + 'ke'] = 3",
        "exec('make = 3')",
        "def __getattr__(name): ...",
        "match x:\n  case {'a': make}: ...",
        "async def make(): ...",
        "x = '\\d'\ndef make(): ...",
    ],
)
def test_names_are_found_however_they_are_bound(problems: Problems, folder: Path, source: str) -> None:
    """A name that running the file may define is not denied."""
    (folder / "own.py").write_text(source + "\n")

    assert problems("model: own.py:make\ndata: own.py:make.inner\n") == ()


@pytest.mark.parametrize(
    "source", ["def f():\n  make = 3", "class C:\n  def make(self): ...", "x.make = 3", "# make", "make.x = 3", "import x.make"]
)
def test_names_that_are_not_at_the_top_are_not_there(problems: Problems, folder: Path, source: str) -> None:
    """What a function or class holds cannot be named."""
    (folder / "own.py").write_text(source + "\n")

    (problem,) = problems("model: own.py:make\ndata: train.py:load_data\n")

    assert "defines no `make`" in problem.message


def test_a_syntax_error_in_the_users_file_is_placed(problems: Problems, folder: Path) -> None:
    """Line and column in that file are told before anything runs."""
    (folder / "own.py").write_text("x = 1\ndef make(:\n  pass\n")

    (problem,) = problems("model: own.py:make\ndata: train.py:load_data\n")

    assert "`own.py` is not valid Python: line 2, column 10" in problem.message


@pytest.mark.parametrize("content", [b"\x00\x01", b"x = '\xff'\n", b"(" * 5000])
def test_a_file_that_is_no_python_is_no_crash(problems: Problems, folder: Path, content: bytes) -> None:
    """Bytes that cannot be parsed are one problem."""
    (folder / "own.py").write_bytes(content)

    assert len(problems("model: own.py:make\ndata: train.py:load_data\n")) == 1


def test_deeply_nested_python_is_left_to_python(problems: Problems, folder: Path) -> None:
    """An expression that exhausts the parser's stack is no problem of the config."""
    (folder / "own.py").write_text("x = " + "-" * 100_000 + "1\n")

    assert problems("model: own.py:make\ndata: train.py:load_data\n") == ()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("build_model", "add the file: `train.py:build_model`"),
        ("train.py", "add the function's name: `train.py:name`"),
        ("model.keras", "a saved model is written `{file: model.keras}`"),
        ("'train.py:build_model()'", "write `train.py:build_model`"),
        ("'train.py:'", "a function's name follows the colon"),
        ("a/b:build", "a file ends in `.py`; a module is a dotted name without slashes"),
    ],
)
def test_the_form_of_a_reference(problems: Problems, text: str, hint: str) -> None:
    """What was probably meant is written out."""
    (problem,) = problems(f"model: {text}\ndata: train.py:load_data\n")

    assert "must name a function, as `train.py:build_model` or `package.module:name`" in problem.message
    assert problem.hint == hint


def test_modules_are_not_imported(problems: Problems) -> None:
    """Whether a module exists is found out where the user's code runs."""
    assert problems("model: no.such.module:build\ndata: train.py:load_data\n") == ()


def test_names_in_compile_and_callbacks_are_checked(problems: Problems) -> None:
    """The user's own losses, metrics, schedules and callbacks too, wherever they stand; the arguments of factories not."""
    found = problems(
        "model: {factory: train.py:build_model, args: {path: data.py:x}}\ndata: train.py:load_data\n"
        "compile:\n  optimizer: {class_name: Adam, learning_rate: {class_name: train.py:Rate}}\n  loss: train.py:lss\n"
        "fit: {callbacks: [train.py:Watcher, train.py:Wacher]}\n"
    )

    assert [problem.line for problem in found] == [4, 5, 6]
    assert found[2].hint == "did you mean `Watcher`?"


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("m.keras", "there is no file `m.keras`"),
        ("m.pb", "is not a file that ends in `.keras`, `.h5` or `.hdf5`"),
        ("folder.keras", "is a folder"),
        ("https://x.org/m.keras", "is a URL"),
        ("x" * 300 + ".keras", "there is no file"),
    ],
)
def test_saved_models_are_files(problems: Problems, folder: Path, file: str, message: str) -> None:
    """A folder, a URL, another format and nothing at all are told apart."""
    (folder / "folder.keras").mkdir()

    (problem,) = problems(f"model: {{file: '{file}'}}\ndata: train.py:load_data\n")

    assert message in problem.message


def test_files_that_are_there_are_taken(problems: Problems, folder: Path) -> None:
    """Model and data may both be files."""
    for name in ("m.keras", "d.csv"):
        (folder / name).touch()

    assert problems("model: {file: m.keras, weights: as_saved, trust: true}\ndata: {kind: csv, x: d.csv, target: [a, b]}\n") == ()


def test_data_files_have_the_suffix_of_their_kind(problems: Problems, folder: Path) -> None:
    """An `.npz` is no CSV."""
    (folder / "d.npz").touch()

    (problem,) = problems("model: train.py:build_model\ndata: {kind: csv, x: d.npz, target: a}\n")

    assert "is not a file that ends in `.csv`" in problem.message


def test_problems_of_names_stand_beside_those_of_the_schema(problems: Problems) -> None:
    """A wrong value elsewhere does not hide a missing file."""
    found = problems("model: trian.py:build_model\ndata: train.py:load_data\nfit: 3\n")

    assert [problem.line for problem in found] == [1, 3]
    assert len(problems(TWO_KEYS)) == 0
