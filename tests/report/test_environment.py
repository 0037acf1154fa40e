import json
import subprocess
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from dnndoctor.report import environment
from dnndoctor.report.environment import Entry, examine, render
from dnndoctor.report.look import Look

SEEN = {
    "seconds": 3.1,
    "gpus": [],
    "versions": {"tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.6"},
    "backend": "tensorflow",
    "cuda": True,
}


def answer(monkeypatch: pytest.MonkeyPatch, code: int, out: str, err: str = "") -> None:
    """Sets what the process with TensorFlow answers."""

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, code, out, err)

    monkeypatch.setattr(subprocess, "run", run)


def test_everything_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Versions, devices, cores, memory and room are listed; what TensorFlow prints on its way is not in the way."""
    answer(monkeypatch, 0, "some noise\n\n" + json.dumps(SEEN) + "\n")

    entries = examine(tmp_path)

    assert all(entry.state != "missing" for entry in entries)
    text = render(entries, 3.2, Look())
    for part in (
        "TensorFlow 2.21.0, imported in 3.1 s",
        "Keras 3.15.1, backend tensorflow",
        "no GPU",
        "core",
        "GiB of memory",
        "free",
    ):
        assert part in text


def test_missing_package_comes_with_its_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is not installed is marked, with what installs it; nothing is started then."""

    def version(name: str) -> str:
        if name == "keras":
            raise PackageNotFoundError(name)
        return {"tensorflow": "2.16.1"}.get(name, "99.0")

    monkeypatch.setattr(environment, "version", version)
    monkeypatch.setattr(subprocess, "run", None)

    missing = [entry for entry in examine(tmp_path) if entry.state == "missing"]

    assert [entry.text for entry in missing] == ["tensorflow 2.16.1 is older than 2.20", "keras is not installed"]
    assert missing[0].advice == "pip install 'tensorflow>=2.20'"


def test_tensorflow_that_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A broken installation is shown by the last line of what it said."""
    answer(monkeypatch, 1, "", "Traceback ...\nImportError: libfoo.so\x1b[31m\n")

    missing = [entry for entry in examine(tmp_path) if entry.state == "missing"]

    assert len(missing) == 1
    assert "ImportError: libfoo.so" in missing[0].text
    assert "\x1b" not in render(tuple(missing), 1.0, Look())


@pytest.mark.parametrize("look", [Look(40), Look(80), Look(40, unicode=False)])
def test_list_fits(look: Look) -> None:
    """Every line fits; without Unicode the marks are ASCII."""
    entries = (Entry("fine", "a " * 60), Entry("missing", "b " * 60, "c " * 60))

    text = render(entries, 1.0, look)

    assert max(map(len, text.splitlines())) <= look.width
    assert look.unicode or text.isascii()
