"""The user's own code: imported as real modules, its factories called, and whatever goes wrong there told in their own lines."""

import contextlib
import difflib
import hashlib
import importlib
import importlib.util
import inspect
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import keras

from dnndoctor.errors import SubjectError
from dnndoctor.evidence.facts import Place
from dnndoctor.subject import layer_names
from dnndoctor.subject.frames import calling_place, first_line, is_user_file, raising_place, user_frames

_names_at_import: dict[str, dict[str, int]] = {}
"""By module, since a module is imported once for all subjects of a process."""


class _TrainingStartedError(BaseException):
    """A `fit` was reached while code was being loaded; no `except Exception` of the user's may swallow it."""

    def __init__(self, place: Place | None) -> None:
        super().__init__(place)
        self.place = place


class UserCode:
    """Whatever a config names as `file.py:name` or `package.module:name`.

    The config's folder and the working directory are put on `sys.path`, as `python file.py` and `python -m` would do.
    """

    def __init__(self, folder: Path) -> None:
        """Makes the folder importable.

        Args:
            folder: The config's folder; file references are relative to it.
        """
        self.folder = folder
        self._modules: dict[str, ModuleType] = {}
        for place in (str(Path.cwd()), str(folder)):
            if place not in sys.path:
                sys.path.insert(0, place)

    def find(self, reference: str, stage: str = "importing your code") -> Any:
        """The object that a reference names.

        Args:
            reference: `file.py:name` or `package.module:name`; the name may be dotted.
            stage: For the error.

        Raises:
            SubjectError: There is no such file, module or name, or importing it went wrong.
        """
        location, _, name = reference.rpartition(":")
        if not location or not name:
            raise SubjectError(
                f"`{reference}` does not say where to look.",
                stage=stage,
                advice="Write `file.py:name` for a file, or `package.module:name` for an installed package.",
            )
        found: Any = self._module(location, stage)
        for step in name.split("."):
            if not hasattr(found, step):
                raise SubjectError(f"`{location}` has no `{step}`.", stage=stage, advice=_nearest(step, found))
            found = getattr(found, step)
        return found

    def call(self, reference: str, args: Mapping[str, Any], stage: str) -> Any:
        """Calls a factory.

        Args:
            reference: See `find`.
            args: Keyword arguments.
            stage: For the error.

        Raises:
            SubjectError: The factory cannot be found, cannot be called like that, or raised.
        """
        factory = self.find(reference)
        if isinstance(factory, keras.Model) or not callable(factory):
            raise SubjectError(
                f"`{reference}` is {_article(type(factory).__name__)}, not a function.",
                stage=stage,
                advice="Name a function that makes it anew each time it is called; every trial starts from a fresh one.",
            )
        with contextlib.suppress(ValueError):  # some callables of C have no signature
            try:
                inspect.signature(factory).bind(**args)
            except TypeError as error:
                raise SubjectError(
                    f"`{reference}` cannot be called with {_shown(args)}: {error}.",
                    stage=stage,
                    advice="Give its arguments in the config: {factory: " + reference + ", args: {name: value}}.",
                ) from error
        with self.guarded(reference, stage):
            return factory(**args)

    @contextlib.contextmanager
    def guarded(self, what: str, stage: str, *, named: bool = True, training: bool = False) -> Iterator[None]:
        """Runs user code: no training, and every exception becomes a `SubjectError` with the user's own frames.

        Args:
            what: What is being run, for the message.
            stage: For the error.
            named: Whether that is a name from the user's code, shown as code.
            training: Whether training is what is to be done.

        Raises:
            SubjectError: The code raised, tried to leave the process, or began to train.
        """
        shown = f"`{what}`" if named else what
        try:
            with contextlib.nullcontext() if training else _no_training(self.folder):
                yield
        except SubjectError:
            raise
        except _TrainingStartedError as stop:
            raise SubjectError(
                f"{shown} starts training while it is being loaded{_at(stop.place)}.",
                stage=stage,
                advice='Put the training under `if __name__ == "__main__":`; the doctor trains the model by itself.',
                frames=user_frames(stop, self.folder).rsplit("\n", 1)[0],
            ) from None
        except BaseException as error:
            self._refuse(shown, stage, error)

    def _refuse(self, shown: str, stage: str, error: BaseException) -> NoReturn:
        at = _at(raising_place(error, self.folder))
        said = first_line(error)
        message = f"{shown} raised {type(error).__name__}{at}" + (f": {said}" if said else ".")
        advice = "Run it by itself to see the same error, and mend it there."
        if isinstance(error, SystemExit):
            message = f"{shown} tried to end the process by sys.exit({'' if error.code is None else error.code!r}){at}."
            advice = 'Put what ends the script under `if __name__ == "__main__":`.'
        elif isinstance(error, KeyboardInterrupt):
            message = f"{shown} was interrupted{at}."
        elif isinstance(error, ModuleNotFoundError) and error.name:
            message = f"{shown} needs the module `{error.name}`, which is not installed{at}."
            advice = "Install it in the environment that dnndoctor runs in, or put its folder on PYTHONPATH."
        elif isinstance(error, FileNotFoundError):
            advice = (
                f"Relative paths are looked up in the working directory ({Path.cwd()}), not in the config's folder "
                f"({self.folder}): "
                "run dnndoctor from where your script runs, or build the path from __file__."
            )
        elif isinstance(error, MemoryError):
            advice = "Return less data, or a tf.data.Dataset that reads it piece by piece."
        raise SubjectError(message, stage=stage, advice=advice, frames=user_frames(error, self.folder)) from error

    @property
    def module_names(self) -> dict[str, str]:
        """What the user's files are called as modules while they are imported here, and in a script of their own."""
        return {module.__name__: Path(location).stem for location, module in self._modules.items() if location.endswith(".py")}

    @property
    def names_at_import(self) -> dict[str, int]:
        """Automatic layer names that were given out while the user's modules were imported, by prefix."""
        given: Counter[str] = Counter()
        for module in self._modules.values():
            given.update(_names_at_import[module.__name__])
        return dict(given)

    def _module(self, location: str, stage: str) -> ModuleType:
        if location not in self._modules:
            earlier = layer_names.counts()
            with self.guarded(location, stage):
                module = self._import_file(location, stage) if location.endswith(".py") else importlib.import_module(location)
            _names_at_import.setdefault(module.__name__, layer_names.given_since(earlier))
            self._modules[location] = module
        return self._modules[location]

    def _import_file(self, location: str, stage: str) -> ModuleType:
        path = (self.folder / location).resolve()
        if not path.is_file():
            others = [other.name for other in path.parent.glob("*.py")] if path.parent.is_dir() else []
            raise SubjectError(
                f"There is no file `{location}` in {self.folder}.", stage=stage, advice=_did_you_mean(path.name, others)
            )
        # A name of its own, so that no installed module of the same name is hidden by it, or hides it.
        name = f"{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
        if name in sys.modules:
            return sys.modules[name]
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} cannot be imported")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        return module

    def source_files(self) -> tuple[Path, ...]:
        """The user's own source files that are imported so far: those named in the config and their siblings, sorted."""
        named = {module.__file__ for module in self._modules.values()}
        beside = {
            file
            for module in list(sys.modules.values())
            if isinstance(file := getattr(module, "__file__", None), str)
            and file.startswith(str(self.folder) + os.sep)
            and is_user_file(file)
        }
        return tuple(sorted({Path(file).resolve() for file in named | beside if file}))


@contextlib.contextmanager
def _no_training(folder: Path) -> Iterator[None]:
    def stop(*_: Any, **__: Any) -> NoReturn:
        raise _TrainingStartedError(calling_place(folder))

    names = ("fit", "train_on_batch")
    kept = {name: vars(keras.Model).get(name) for name in names}
    for name in names:
        setattr(keras.Model, name, stop)
    try:
        yield
    finally:
        for name, method in kept.items():
            if method is None:
                delattr(keras.Model, name)
            else:
                setattr(keras.Model, name, method)


def refuse_wrong_return(reference: str, returned: object, wanted: str, stage: str) -> NoReturn:
    """Refuses what a factory returned.

    Args:
        reference: The factory.
        returned: What it returned.
        wanted: What it should have returned, as a short phrase.
        stage: For the error.

    Raises:
        SubjectError: Always.
    """
    advice = f"It should return {wanted}."
    if returned is None:
        what = "nothing (None)"
        advice = f"Is its `return` missing? {advice}"
    elif inspect.isclass(returned):
        what = f"the class {returned.__name__}, not an instance of it"
        advice = f"Are the parentheses missing: `return {returned.__name__}(...)`? {advice}"
    elif callable(returned) and not isinstance(returned, keras.layers.Layer):
        what = f"the function {getattr(returned, '__name__', returned)}, not its result"
        advice = f"Are the parentheses missing? {advice}"
    else:
        what = _article(type(returned).__name__)
    raise SubjectError(f"`{reference}` returned {what}.", stage=stage, advice=advice)


def _nearest(name: str, owner: Any) -> str:
    functions = [
        other
        for other, value in vars(owner).items()
        if callable(value) and not other.startswith("_") and (not isinstance(owner, ModuleType) or _is_of(value, owner))
    ]
    return _did_you_mean(name, functions)


def _is_of(value: Any, module: ModuleType) -> bool:
    return getattr(value, "__module__", None) == module.__name__


def _did_you_mean(name: str, others: list[str]) -> str:
    near = difflib.get_close_matches(name, others, n=3)
    if near:
        return "Did you mean " + " or ".join(f"`{other}`" for other in near) + "?"
    if others:
        return "There are: " + ", ".join(f"`{other}`" for other in sorted(others)[:10]) + "."
    return "Check the spelling."


def _at(place: Place | None) -> str:
    return f" ({place.file}:{place.line})" if place else ""


def _article(word: str) -> str:
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def _shown(args: Mapping[str, Any]) -> str:
    return "the arguments " + ", ".join(f"{name}={value!r}" for name, value in args.items()) if args else "no arguments"
