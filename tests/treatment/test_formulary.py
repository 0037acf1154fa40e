"""What is offered where no finding's remedy cures: only what applies, what a rung has tried alone last."""

from dataclasses import replace

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.treatment.candidates import Candidate
from dnndoctor.treatment.formulary import formulary
from tests.evidence_samples import facts, optimizer
from tests.experiments.toy_patient import ToyPatient, examined


def _names(evidence: Evidence) -> list[str]:
    return [candidate.edits[0].name for candidate in formulary(evidence)]


def test_only_what_applies_is_offered() -> None:
    """No change of dropout for a model without any, and no Adam for one that has it."""
    plain = Evidence(facts(), examined(ToyPatient()).settings)
    adam = replace(plain, facts=replace(plain.facts, recipe=replace(plain.facts.recipe, optimizers=(optimizer("Adam"),))))

    assert "dropout_off" not in _names(plain)
    assert "optimizer" not in _names(adam)
    assert {"learning_rate", "epochs"} <= set(_names(plain))


def test_an_unusual_batch_size_alone_is_changed() -> None:
    """Keras' own default is what it is changed to."""
    plain = Evidence(facts(), examined(ToyPatient()).settings)
    single = replace(plain, facts=replace(plain.facts, recipe=replace(plain.facts.recipe, batch_size=1)))

    assert "batch_size" not in _names(plain)
    assert any(candidate.edits == (Edit("batch_size", {"size": 32}),) for candidate in formulary(single))


def test_what_a_rung_has_tried_alone_comes_last() -> None:
    """It may still be what is missing beside something else."""
    asked_nothing = Evidence(facts(), examined(ToyPatient()).settings)
    swept = examined(ToyPatient())

    assert _names(swept)[-1] == "learning_rate"
    assert _names(asked_nothing).index("learning_rate") < _names(asked_nothing).index("epochs")


def test_titles_are_sentences() -> None:
    """As a person would read them in the report."""
    assert all(candidate.title[:1].isupper() for candidate in formulary(examined(ToyPatient())))


def test_rates_on_the_side_that_a_finding_names_come_first() -> None:
    """Where a remedy lowers the rate, all lower ones stand before the higher ones."""
    named = [Candidate("Slower", (Edit("learning_rate", {"factor": 1e-4}),))]

    offered = formulary(examined(ToyPatient()), named)

    factors = [float(edit.parameters["factor"] or 0) for each in offered for edit in each.edits if edit.name == "learning_rate"]
    assert factors == sorted(factors, key=lambda factor: factor > 1)
    assert {factor > 1 for factor in factors} == {True, False}
