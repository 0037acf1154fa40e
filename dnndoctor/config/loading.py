"""From a file and the command line to a valid config, or to all the problems at once."""

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from dnndoctor.config.marked_yaml import Source, read_yaml
from dnndoctor.config.overrides import override
from dnndoctor.config.references import missing_references
from dnndoctor.config.schema import Config, LoadedConfig
from dnndoctor.config.sentences import problems_of
from dnndoctor.config.tree import Node, dotted
from dnndoctor.config.tree import Path as KeyPath
from dnndoctor.config.words import did_you_mean, escaped, found, listed
from dnndoctor.errors import ConfigError, ConfigProblem

MAX_BYTES = 2**20
"""Size of a config file. A thousand times what one needs, and read in a second or two."""

_TWO_KEYS = "model: train.py:build_model\ndata: train.py:load_data"
# The longer marks first: one of them begins like a shorter one.
_WIDE_MARKS = {b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def load_config(path: Path, overrides: Sequence[str] = ()) -> LoadedConfig:
    """Reads a config.

    Args:
        path: The YAML file.
        overrides: What `--set` was given, in order: "fit.batch_size=8". They beat the file.

    Returns:
        The config, with defaults where nothing is written.

    Raises:
        ConfigError: It cannot be used; every problem that can be seen without running the user's code is in it, those of the file
            first, in its order, then those of the overrides.
    """
    source = os.fspath(path)
    text = _text_of(path, source)
    root, problems = read_yaml(text, Source(source, text))
    if root is None:
        raise ConfigError(tuple(_in_order(problems or [_empty(source)], source, overrides)))
    if not isinstance(root.content, dict):
        problem = root.at.problem(f"a config is a mapping of keys; found {found(root)}", f"it begins like this:\n{_TWO_KEYS}")
        raise ConfigError((*problems, problem))
    for option in overrides:
        root, refused = override(root, option)
        problems += refused
    folder = path.absolute().parent
    config, mistakes = _validated(root, folder)
    # What YAML itself refuses (an alias, a tag) has no value that validation could judge.
    refused_spots = {(problem.source, problem.line, problem.column) for problem in problems}
    problems += [mistake for mistake in mistakes if (mistake.source, mistake.line, mistake.column) not in refused_spots]
    if config is None or problems:
        raise ConfigError(tuple(_in_order(problems, source, overrides)))
    lines = {dotted(key_path): node.key_at.line for key_path, node in root.walk() if key_path and node.key_at.line is not None}
    return LoadedConfig(config=config, file=path.absolute(), lines=lines)


def _validated(root: Node, folder: Path) -> tuple[Config | None, list[ConfigProblem]]:
    config, located = None, list[tuple[KeyPath, ConfigProblem]]()
    try:
        config = Config.model_validate(root.plain())
    except ValidationError as error:
        located = problems_of(error.errors(include_url=False), root)
    wrong = {path for path, _ in located}
    located += [(path, problem) for path, problem in missing_references(root, folder) if path not in wrong]
    return config, [problem for _, problem in located]


def _in_order(problems: list[ConfigProblem], source: str, overrides: Sequence[str]) -> list[ConfigProblem]:
    sources = [source, *(f"--set {option}" for option in overrides)]
    return sorted(problems, key=lambda problem: (sources.index(problem.source), problem.line or 0, problem.column or 0))


def _text_of(path: Path, source: str) -> str:
    """The file's text; a byte order mark of UTF-8, as Windows' editors write it, is left out."""

    def refusal(message: str, hint: str = "", line: int | None = None) -> ConfigError:
        return ConfigError((ConfigProblem(message, source, line, hint=hint),))

    try:
        if path.is_dir():
            raise refusal("is a folder, not a config file", _configs_in(path))
        if path.exists() and not path.is_file():
            raise refusal("is not a regular file")
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refusal("there is no such file", _other_config(path)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refusal(f"cannot be read: {reason}") from error
    if len(raw) > MAX_BYTES:
        raise refusal(
            f"is larger than {MAX_BYTES // 2**20} MiB, and so no config", "large data belongs in a file that `data:` loads"
        )
    for mark, encoding in _WIDE_MARKS.items():
        if raw.startswith(mark):
            raise refusal(f"is written in {encoding}; a config is UTF-8", "save it as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refusal(f"the byte 0x{raw[error.start]:02X} is not UTF-8", "save the file as UTF-8", line) from None


def _configs_in(folder: Path) -> str:
    names = sorted(other.name for other in folder.iterdir() if other.suffix in (".yaml", ".yml"))
    return f"name a file in it: {listed(names, last='or')}" if names else "name a file"


def _other_config(path: Path) -> str:
    try:
        names = [other.name for other in path.parent.iterdir() if other.suffix in (".yaml", ".yml")]
    except OSError:
        return f"there is no folder `{escaped(str(path.parent))}` either"
    return did_you_mean(path.name, names)


def _empty(source: str) -> ConfigProblem:
    return ConfigProblem("the config is empty; it needs two keys", source, 1, hint=f"write:\n{_TWO_KEYS}")
