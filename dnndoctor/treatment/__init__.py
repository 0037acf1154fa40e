"""Treatment: remedies are tried, confirmed on fresh seeds, and put together.

Nothing is tried yet in this version: the diagnosis passes through, and no remedy is claimed to be verified by it.
"""

from dataclasses import dataclass

from dnndoctor.diagnosis.diagnose import Diagnosis


@dataclass(frozen=True, slots=True)
class Treated:
    """A diagnosis after treatment.

    Attributes:
        diagnosis: What is wrong.
        prescription: The changes after which the model learns; None where none was established.
    """

    diagnosis: Diagnosis
    prescription: None = None


def treat(diagnosis: Diagnosis) -> Treated:
    """Takes the diagnosis as it is.

    Args:
        diagnosis: What the rules found.
    """
    return Treated(diagnosis)
