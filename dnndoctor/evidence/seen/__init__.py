"""What looks see: one frozen dataclass a look, told apart by its `kind` in JSON."""

from typing import TypeAlias

from dnndoctor.evidence.seen.layout import LayoutSeen
from dnndoctor.evidence.seen.loss import LossSeen
from dnndoctor.evidence.seen.saving import SavingSeen
from dnndoctor.evidence.seen.start import StartSeen

Seen: TypeAlias = LayoutSeen | LossSeen | SavingSeen | StartSeen
