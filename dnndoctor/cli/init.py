"""`dnndoctor init`: a first config for a training script, which is read and never run."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dnndoctor.cli.streams import complain, look_of, write_out
from dnndoctor.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from dnndoctor.config.script import Factory, Script

_USUAL = ("train.py", "model.py", "main.py", "data.py")
"""Looked at first where no file is named."""

_MOST_FILES = 50
_NO_SCRIPTS = ("setup.py", "conftest.py")


@click.command(short_help="Write a first config for a training script.")
@click.argument("file", metavar="[FILE.py]", type=click.Path(path_type=Path), required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("dnndoctor.yaml"),
    help='Where to; "-" prints it.  [dnndoctor.yaml]',
)
@click.option("--force", is_flag=True, help="Overwrite a file that is there already.")
def init(file: Path | None, output: Path, force: bool) -> int:
    """Writes a first config for the training script FILE.py.

    The script is read, never imported or run: functions that return a model or data are looked for by what they return and by
    their names, and batch size and epochs are taken from its `fit`. Without FILE.py the Python files of this folder are read,
    train.py and model.py first. What cannot be found is left to fill in.
    """
    printed = str(output) == "-"
    if not printed:
        _refuse_what_is_there(output, force)
    try:
        scripts = list(_scripts(file))
    except ConfigError as error:
        from dnndoctor.config.problems import render_problems

        look = look_of(sys.stderr)
        sys.stderr.write(look.glyphs(render_problems(error.problems, look.width)) + "\n")
        return error.exit_code

    from dnndoctor.config.starter import starter

    model, data = _best(scripts, "models"), _best(scripts, "data")
    recipe = _recipe(scripts, model)
    folder = Path.cwd() if printed else output.parent
    text = starter(model, data, recipe, folder)
    if printed:
        write_out(text)
    else:
        _write(output, text, force)
    _tell(scripts, model, data, None if printed else output)
    return 0


def _refuse_what_is_there(output: Path, force: bool) -> None:
    if output.is_dir():
        raise UsageError(f"the config cannot be written to {output}: it is a folder; name a file in it")
    if output.exists() and not force:
        raise UsageError(f"{output} is there already; --force overwrites it, -o PATH writes another")
    if output.suffix not in (".yaml", ".yml"):
        raise UsageError(f"a config is a .yaml file; {output} is not")


def _scripts(file: Path | None) -> "Iterator[Script]":
    from dnndoctor.config.script import read_script

    if file is not None:
        yield read_script(file)
        return
    here = sorted(path for path in Path().glob("*.py") if path.name not in _NO_SCRIPTS and not path.name.startswith("test_"))
    here.sort(key=lambda path: _USUAL.index(path.name) if path.name in _USUAL else len(_USUAL))
    for path in here[:_MOST_FILES]:
        try:
            yield read_script(path)
        except UsageError as error:  # one that is no valid Python is not the one to examine
            complain(f"{path} is left out: {error}")


def _best(scripts: "list[Script]", kind: str) -> "tuple[Script, Factory] | None":
    """The likeliest factory; of equals that of the first file, and one that needs no arguments."""
    found = [(script, factory) for script in scripts for factory in getattr(script, kind)]
    return max(found, key=lambda pair: pair[1].points, default=None)


def _recipe(scripts: "list[Script]", model: "tuple[Script, Factory] | None") -> "Script | None":
    """The script whose recipe is read: one with a `fit`, the model's own first."""
    ordered = [*([model[0]] if model else []), *scripts]
    return next((script for script in ordered if script.fit), ordered[0] if ordered else None)


def _write(output: Path, text: str, force: bool) -> None:
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("w" if force else "x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"the config cannot be written to {output}: {error.strerror}") from error


def _tell(
    scripts: "list[Script]",
    model: "tuple[Script, Factory] | None",
    data: "tuple[Script, Factory] | None",
    output: Path | None,
) -> None:
    """Says on standard error what was found, what is missing, and what to do next."""
    from dnndoctor.config.starter import SNIPPET

    look = look_of(sys.stderr)

    def say(text: str) -> None:
        sys.stderr.write(look.text(text) + "\n")

    if output is not None:
        say(f"wrote {output}")
    for key, found in (("model", model), ("data", data)):
        if found is not None:
            script, factory = found
            say(f"  {key}: {factory.name} ({script.path}:{factory.line})" + (f"; {factory.remark}" if factory.remark else ""))
            if factory.required:
                say(f"    it needs arguments, fill them in: {', '.join(factory.required)}")
        else:
            say(f"  {key}: not found")
    named = [entry[0] for entry in (model, data) if entry]
    for script in scripts:
        if script.trains_on_import and (script in named or len(scripts) == 1):
            place = f"{script.path}:{script.trains_on_import}"
            say(f'{place} trains when the file is imported; put it under `if __name__ == "__main__":`')
    if model is None or data is None:
        loose = [f"{script.path}:{line}" for script in scripts for line in (script.loose_model, script.loose_data) if line]
        made = f" Yours are made at the top level ({', '.join(loose[:2])}); put them into functions:" if loose else " Such as:"
        say(f"The doctor calls a function for each trial, so that every one starts from a fresh model.{made}\n")
        sys.stderr.write("".join(f"    {line}".rstrip() + "\n" for line in SNIPPET.splitlines()) + "\n")
    elif output is not None:
        say(f"next: dnndoctor check {output}")
