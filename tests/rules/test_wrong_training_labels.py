"""Training rows that are predicted worse than held-out rows."""

from dnndoctor.evidence.facts import LossFacts
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.wrong_training_labels import WrongTrainingLabels
from tests.evidence_samples import facts, output, target
from tests.experiments.control_patient import ControlPatient, controlled

BETTER = ControlPatient(ceiling=0.5, held_out=0.8)


def test_better_on_held_out_rows() -> None:
    """A warning, with the gap and its noise."""
    (finding,) = WrongTrainingLabels().judge(controlled(BETTER))

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (Cause.LABEL_NOISE, Severity.WARNING)
    assert "higher by 0.3" in finding.evidence[0].text


def test_the_rows_are_ranked_by_the_users_own_loss() -> None:
    """Which takes targets as they are; nothing is printed for a loss that is not Keras' own."""
    own = facts([output(loss="sparse_categorical_crossentropy")], [target("class_ids", 10)], data={"validation_rows": 400})
    theirs = facts([output(loss=LossFacts("theirs", built_in=False))], [target("class_ids", 10)], data={"validation_rows": 400})
    patches = []
    for subject in (own, theirs):
        (finding,) = WrongTrainingLabels().judge(controlled(BETTER, subject))
        assert isinstance(finding, Finding)
        patches.append(finding.remedies[0].patch)

    assert patches[0].startswith("doubt = keras.losses.sparse_categorical_crossentropy(y_train, ")
    assert patches[1] == ""


def test_look_alikes() -> None:
    """As good on both, a little better, worse, too few held-out rows, and rows that are made harder on purpose."""
    rule, few = WrongTrainingLabels(), facts(data={"validation_rows": 20})
    augmented = facts(data={"validation_rows": 400, "augmented": True})

    assert list(rule.judge(controlled(ControlPatient()))) == []
    assert list(rule.judge(controlled(ControlPatient(ceiling=0.8, held_out=0.82)))) == []
    assert list(rule.judge(controlled(ControlPatient(ceiling=0.8, held_out=0.5)))) == []
    assert list(rule.judge(controlled(BETTER, few))) == []
    assert list(rule.judge(controlled(BETTER, augmented))) == []
