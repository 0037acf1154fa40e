"""Trainable layers that no gradient reaches."""

from typing import Any

from dnndoctor.evidence.call_facts import INPUT, CallFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments.starting_point import StartingPoint
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.no_gradient import NoGradient
from tests.evidence_samples import facts, head_layer, layer, output, weight
from tests.rules.judging import findings, own_course
from tests.start_samples import starting_point, variable

HEAD = head_layer(output())
THROUGH = (
    CallFacts(None, INPUT, feeds=(1,)),
    CallFacts("dense", feeds=(2,)),
    CallFacts(None, "Round", feeds=(3,)),
    CallFacts("head", outputs=(0,)),
)
ASIDE = (CallFacts(None, INPUT, feeds=(1, 2)), CallFacts("dense", outputs=(1,)), CallFacts("head", outputs=(0,)))


def cut() -> StartingPoint:
    """The hidden layer gets nothing, the head does."""
    nothing: dict[str, Any] = {"connected": False, "reached": False, "moved": False}
    return starting_point(variables=(variable(**nothing), variable("dense", "bias", **nothing), variable("head")))


def subject(calls: tuple[CallFacts, ...] = THROUGH, **details: object) -> Facts:
    """Two layers with something between them."""
    return facts(layers=[layer(), HEAD], calls=calls, **details)  # type: ignore[arg-type]  # handed on


def test_layers_in_front_of_a_rounding_are_a_warning() -> None:
    """What they give goes into the loss, and nothing comes back."""
    (finding,) = findings(NoGradient(), subject(), cut())

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.ARCHITECTURE)
    assert finding.where[0].layer == "dense"


def test_layers_of_the_users_own_are_named_as_the_cause() -> None:
    """A custom layer is where gradients are stopped."""
    own = facts(layers=[layer(), layer("stop", "Stop", built_in=False, weights=()), HEAD], calls=THROUGH)

    assert findings(NoGradient(), own, cut())[0].cause is Cause.CUSTOM_CODE


def test_what_leads_to_no_loss_is_a_note() -> None:
    """An output without a loss of its own is looked at only."""
    second = output(loss=None, name="embedding", layer="dense")

    (finding,) = findings(NoGradient(), facts(outputs=[output(), second], layers=[layer(), HEAD], calls=ASIDE), cut())

    assert finding.severity is Severity.NOTE


def test_what_may_be_meant_is_a_note() -> None:
    """Loaded weights, a step of the user's own, a run that learns well."""
    loaded = facts(layers=[layer(weights=(weight(loaded=True),)), HEAD], calls=THROUGH)
    step = subject(recipe={"custom_train_step": True})

    for finding in (
        *findings(NoGradient(), loaded, cut()),
        *findings(NoGradient(), step, cut()),
        *findings(NoGradient(), subject(), cut(), own_course(0.95)),
    ):
        assert finding.severity is Severity.NOTE


def test_zero_gradients_and_variables_not_handed_over_are_silent() -> None:
    """Zero-initialised branches, experts that no row asked, teachers: they have a gradient, or are not the optimizer's."""
    zero = variable(reached=False, gradient=0.0)
    teacher = variable("teacher", handed=False, connected=False)

    assert findings(NoGradient(), subject(), starting_point(variables=(zero, teacher, variable("head")))) == ()
    assert findings(NoGradient(), subject(), starting_point()) == ()
