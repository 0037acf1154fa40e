"""A clip on the output that is narrower than the targets."""

import pytest

from dnndoctor.evidence.data_facts import TargetFacts
from dnndoctor.evidence.facts import ClipFacts, Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.clip_cuts_targets import ClipCutsTargets
from tests.evidence_samples import facts, layer, output, target
from tests.flows import wired
from tests.rules.judging import findings

WIDE = target("continuous", array={"minimum": -40.0, "maximum": 40.0, "mean": 0.0, "std": 20.0})
HEAD = layer("head", activation="linear", units=1)


def clipped(
    *calls: str,
    low: float | None = -1.0,
    high: float | None = 1.0,
    what: str = "Clip",
    targets: TargetFacts = WIDE,
    loss: str = "mean_squared_error",
) -> Facts:
    """A regression whose values are cut off at bounds."""
    return facts(
        outputs=[output("custom", 1, loss)],
        targets=[targets],
        layers=[layer("hidden"), HEAD, layer("cut", "Lambda", activation=None, units=None, weights=())],
        calls=wired(*calls),
        clips=(ClipFacts("cut", what, low, high),),
    )


@pytest.mark.parametrize(("way", "what"), [("cut", "Lambda"), ("+ClipByValue", "Clip"), ("+Maximum", "Clip")])
def test_targets_beyond_the_bounds_are_an_error(way: str, what: str) -> None:
    """A layer or an operation that cuts the output off below what the targets take is an error that says both."""
    (finding,) = findings(ClipCutsTargets(), clipped(f"input > hidden > head > {way}", what=what))

    assert (finding.cause, finding.severity) == (Cause.VALUE_CLIPPING, Severity.ERROR)
    assert "-40 to 40" in finding.title


def test_a_few_extremes_are_a_warning() -> None:
    """Where only the farthest targets are out of reach, the share is not proven."""
    rare = target("continuous", array={"minimum": -1.0, "maximum": 9.0, "mean": 0.0, "std": 0.4})

    (finding,) = findings(ClipCutsTargets(), clipped("input > hidden > head > +ClipByValue", targets=rare))

    assert finding.severity is Severity.WARNING


INSIDE = target("continuous", array={"minimum": 0.0, "maximum": 1.0, "mean": 0.5, "std": 0.2})


@pytest.mark.parametrize(
    "subject",
    [
        clipped("input > hidden > head > +ClipByValue", targets=INSIDE),
        clipped("input > hidden > head > +ClipByValue", low=-100.0, high=None),
        clipped("input > hidden > +ClipByValue > head"),
        clipped("input > hidden > head > +ClipByValue", loss="binary_crossentropy"),
        clipped("input > hidden > head > +ClipByValue", targets=target("binary")),
        clipped("input > hidden > head"),
    ],
    ids=["inside", "one bound", "hidden clip", "probabilities", "classes", "not called"],
)
def test_harmless_bounds_are_silent(subject: Facts) -> None:
    """Bounds that targets lie within, bounds in the middle of the net, and those of probabilities are no contract broken."""
    assert findings(ClipCutsTargets(), subject) == ()
