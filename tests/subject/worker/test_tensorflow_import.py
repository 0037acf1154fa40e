"""TensorFlow's import is fast, changes nothing for the user's code, and leaves the process fit for a fork."""

import subprocess
import sys
from pathlib import Path

import pytest

PREPARED = """
import gc, os, sys
import dnndoctor.subject.session as session
assert "tensorflow" not in sys.modules
session.Session.prepare()
from tensorflow.python.eager import context
assert context.context()._context_handle is None, "a TensorFlow op has run: forks would hang"
assert not {"sklearn", "pandas", "matplotlib", "scipy"} & set(sys.modules)
assert gc.isenabled()
assert os.environ["KERAS_BACKEND"] == "tensorflow"
assert os.environ["TF_NUM_INTRAOP_THREADS"] == "5", "the user's own setting stands"
assert os.environ["TF_NUM_INTEROP_THREADS"] == str(len(os.sched_getaffinity(0)))
import sklearn.linear_model
session.Session.prepare()
print("fit for a fork")
"""


@pytest.mark.slow
def test_what_is_prepared_is_fit_for_a_fork(tmp_path: Path) -> None:
    """Everything is imported and no op has run; optional packages can be imported afterwards; twice is once."""
    package = tmp_path / "sklearn"  # stands for the real one, which the tests do not need
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "linear_model.py").touch()
    environment = {"PATH": "", "PYTHONPATH": str(tmp_path), "KERAS_BACKEND": "jax", "TF_NUM_INTRAOP_THREADS": "5"}
    done = subprocess.run([sys.executable, "-c", PREPARED], capture_output=True, text=True, check=False, env=environment)

    assert done.stdout == "fit for a fork\n", done.stderr
