"""A model that cannot memorise a handful of samples."""

from dataclasses import replace

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Preset, Settings
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.finding import Cause, Finding, RuledOut, Severity
from dnndoctor.rules.cannot_memorise import CannotMemorise
from tests.evidence_samples import facts, head_layer, keras_loss, layer, optimizer, output, target, weight
from tests.experiments.masked_patient import MaskedPatient, rescaled
from tests.experiments.masked_patient import subject as deep_subject
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))
DEAD = ToyPatient(learns=False, memorises=False)
HEAD = output()


def judged(patient: ToyPatient, subject: Facts | None = None) -> Finding:
    (finding,) = CannotMemorise().judge(examined(patient, subject, QUICK))
    assert isinstance(finding, Finding)
    return finding


def test_structure() -> None:
    """What neither rate nor Adam cures is an error of the structure, with every attempt as evidence."""
    finding = judged(DEAD)

    assert finding.cause is Cause.ARCHITECTURE
    assert finding.severity is Severity.ERROR
    assert "plateau" in finding.title
    assert sum("not memorised either" in statement.text for statement in finding.evidence) == 4


@pytest.mark.parametrize(
    ("subject", "cause"),
    [
        (facts(layers=[layer(weights=(weight(minimum=0.0, maximum=0.0, std=0.0),)), head_layer(HEAD)]), Cause.INITIALIZER),
        (facts(layers=[*(layer(f"d{n}", activation="sigmoid") for n in range(4)), head_layer(HEAD)]), Cause.HIDDEN_ACTIVATION),
        (facts(outputs=[output(loss=keras_loss("mine", built_in=False))]), Cause.LOSS_FUNCTION),
    ],
)
def test_suspects(subject: Facts, cause: Cause) -> None:
    """What facts speak for is named."""
    assert judged(DEAD, subject).cause is cause


def test_shapes_that_broadcast_in_an_own_loss() -> None:
    """One sample memorised and several not, with targets (N,) for an output (N, 1), points at the shapes."""
    subject = facts([output("linear", 1, keras_loss("mine", built_in=False))], [target("continuous")])
    evidence = examined(DEAD, subject, QUICK)
    memory = evidence.of(Memorise)
    assert memory is not None
    one_learnt = replace(memory, runs=tuple(replace(run, memorised=run.rows == 1) for run in memory.runs))

    changed = replace(evidence, observations={**evidence.observations, Memorise.name: one_learnt})
    (broadcast,) = CannotMemorise().judge(changed)

    assert isinstance(broadcast, Finding)
    assert judged(DEAD, subject).remedies == ()
    assert broadcast.cause is Cause.LOSS_FUNCTION
    assert "(N, N)" in broadcast.evidence[0].text
    assert "y.reshape(-1, 1)" in broadcast.remedies[0].patch
    assert [edit.name for edit in broadcast.remedies[1].edits] == ["loss"]


def test_zero_head_is_legal() -> None:
    """A head that starts at zero gets gradients, and is not blamed."""
    zero_head = layer("head", weights=(weight(minimum=0.0, maximum=0.0, std=0.0),), activation="softmax")

    assert judged(DEAD, facts(layers=[layer(), zero_head])).cause is Cause.ARCHITECTURE


def test_loss_without_predictions() -> None:
    """A loss that falls while the predictions stay wrong points at the head."""
    finding = judged(ToyPatient(loss_only=True))

    assert finding.cause is Cause.OUTPUT_ACTIVATION
    assert "predictions stay wrong" in finding.title


def test_cured_by_rate() -> None:
    """A rate that is too high is named as such, not the structure."""
    finding = judged(ToyPatient(rate=100.0))

    assert finding.cause is Cause.LEARNING_RATE_HIGH
    assert finding.severity is Severity.ERROR
    assert finding.remedies[0].verified


def test_cured_by_adam() -> None:
    """Where only another optimizer memorises, it is the optimizer."""
    sgd = facts(recipe={"optimizers": (optimizer("SGD", 0.01),)})
    finding = judged(ToyPatient(rate=1e-6, adam_rate=1.0), sgd)

    assert finding.cause is Cause.OPTIMIZER
    assert finding.remedies[0].title == "Replace SGD by Adam at 0.001"


def test_contradicted_by_learning() -> None:
    """A model that learns the whole set gets a note."""
    assert judged(ToyPatient(memorises=False)).severity is Severity.NOTE


def test_healthy_rules_structure_out() -> None:
    """A model that memorises has no structural fault of these kinds."""
    said = list(CannotMemorise().judge(examined(ToyPatient(), settings=QUICK)))

    assert said
    assert all(isinstance(word, RuledOut) for word in said)


@pytest.mark.parametrize(("growth", "word"), [(0.5, "grows"), (-0.5, "fades")])
def test_profile_over_depth_is_evidence(growth: float, word: str) -> None:
    """Gradients that grow or fade over depth are told, and do not make another cause by themselves."""
    patient = MaskedPatient(cures=(frozenset({"nothing"}),), own_growth=growth)
    (finding,) = CannotMemorise().judge(rescaled(patient, deep_subject(normalised=False), QUICK))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.ARCHITECTURE
    assert any(f"the gradient {word} by 4.5 orders of magnitude" in statement.text for statement in finding.evidence)


def test_what_batch_norm_hides_is_no_evidence_of_the_structure() -> None:
    """An explosion without batch norm is not held against a model that fails for another reason."""
    patient = MaskedPatient(cures=(frozenset({"nothing"}),), always_explodes=True, growth=0.5)
    (finding,) = CannotMemorise().judge(rescaled(patient, deep_subject()))

    assert isinstance(finding, Finding)
    assert not any("without batch norm" in statement.text for statement in finding.evidence)
