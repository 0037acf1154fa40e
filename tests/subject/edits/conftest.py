"""One engine on one patient for all edits."""

import pytest

from dnndoctor.subject.engine import Engine
from tests.subject.edits import patient


@pytest.fixture(scope="package")
def engine() -> Engine:
    """Every edit adds its own structure to it."""
    return patient.open_engine()
