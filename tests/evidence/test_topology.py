"""Questions about the forward pass."""

import pytest

from dnndoctor.evidence.call_facts import CallFacts
from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.topology import Role, Topology
from tests.evidence_samples import facts, layer
from tests.flows import chain, wired

A = layer("a", activation="linear")
B = layer("b", activation="linear")
C = layer("c", activation="tanh")
DROP = layer("drop", "Dropout", activation=None, weights=(), parameters=0)
NORM = layer("norm", "BatchNormalization", activation=None)
RELU = layer("relu", "ReLU", activation="relu", weights=(), parameters=0)


def topology(calls: tuple[CallFacts, ...], *layers: LayerFacts) -> Topology:
    """Of a model with these layers."""
    return Topology(facts(layers=layers, calls=calls))


def test_unknown_pass_is_false() -> None:
    """Facts without a traced forward pass have no steps, and nothing can be asked of them by mistake."""
    assert not Topology(facts())
    assert Topology(facts()).steps("dense") == ()


@pytest.mark.parametrize(
    ("calls", "activation"),
    [
        (chain(C, B), "tanh"),
        (wired("input > a > norm > drop > relu > b"), "relu"),
        (wired("input > a > +Tanh > b"), "tanh"),
        (wired("input > a > drop > b > relu"), "linear"),
        (wired("input > a > drop"), "linear"),
        (wired("input > a > +Erf > b"), None),
        (wired("input > a > relu > b", "a > b"), None),
        (wired("input > a > +AddV2 > relu > b", "input > +AddV2"), "relu"),
    ],
)
def test_activation_behind(calls: tuple[CallFacts, ...], activation: str | None) -> None:
    """The next activation on the way counts, layer or operation; branches that differ and unknown steps leave it open."""
    found = topology(calls, A, B, C, DROP, NORM, RELU)
    first = found.calls[0].feeds[0]

    assert found.activation_behind(first) == activation


def test_roles_of_operations_depend_on_how_many_things_they_take() -> None:
    """Adding or multiplying by a constant is linear, adding two things merges them, multiplying two things is not linear."""
    calls = wired("input > a > +Mul#c > +AddV2#c > +AddV2 > b", "input > +AddV2 > +Mul > c", "input > +Mul")
    found = topology(calls, A, B, C)
    roles = {call.operation + str(len(found.takes[number])): found.role(number) for number, call in enumerate(calls)}

    assert roles["Mul1"] is Role.LINEAR
    assert roles["AddV21"] is Role.LINEAR
    assert roles["AddV22"] is Role.MERGING
    assert roles["Mul2"] is Role.OTHER


def test_ahead_stops_at_the_first_of_each_branch() -> None:
    """Both branches are followed, what lies behind the first step of each is not, and a merge on the way is told."""
    calls = wired("input > a > drop > b > relu", "a > +AddV2 > c", "input > +AddV2")
    found = topology(calls, A, B, C, DROP, RELU)
    (step,) = found.steps("a")
    met = found.ahead(step, lambda number: found.passes(number) or found.role(number) is Role.MERGING)

    assert {calls[each.step].layer: each.merged for each in met} == {"b": False, "c": True}
    assert [calls[number].layer for number in met[0].way + met[1].way] == ["drop", None]


def test_behind_is_ahead_backwards() -> None:
    """What a step's values come from, past those that only pass them on."""
    found = topology(wired("input > a > drop > b", "input > c > b"), A, B, C, DROP)
    (step,) = found.steps("b")

    assert {found.calls[met.step].layer for met in found.behind(step, found.passes)} == {"a", "c"}


def test_outputs_behind_what_passes_them_on() -> None:
    """A layer gives the output also behind dropout; one that is weighted again does not."""
    found = topology(wired("input > a > b > drop"), A, B, DROP)

    assert found.gives_output(found.steps("b")[0])
    assert not found.gives_output(found.steps("a")[0])


def test_a_cut_is_what_every_way_passes() -> None:
    """A layer that a skip goes around is no cut; what comes behind it is."""
    found = topology(wired("input > a > +AddV2 > c", "input > +AddV2"), A, C)

    assert not found.is_cut(found.steps("a")[0])
    assert found.is_cut(found.steps("c")[0])


def test_a_layer_inside_time_distributed_is_found() -> None:
    """The wrapper is the step, and the layer inside it is at work."""
    wrapper = layer("each", "TimeDistributed", activation=None, weights=())
    inner = layer("each/dense", activation="tanh")
    found = topology(chain(wrapper), wrapper, inner)
    (step,) = found.steps("each/dense")

    assert found.layer(step) is inner
    assert (found.role(step), found.activation(step)) == (Role.AFFINE, "tanh")
