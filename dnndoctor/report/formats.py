"""The shelf of formats."""

from dnndoctor.report.contents import Checkup, Format
from dnndoctor.report.look import Look
from dnndoctor.shelf import classes_in


def render(name: str, checkup: Checkup, look: Look) -> str:
    """The report in a format.

    Args:
        name: Of the format, as `--format` takes it.
        checkup: What it says.
        look: Where it will be shown.

    Raises:
        KeyError: There is no such format.
    """
    by_name = {kind.name: kind for kind in classes_in("dnndoctor.report", Format) if issubclass(kind, Format)}
    return by_name[name]().render(checkup, look)
