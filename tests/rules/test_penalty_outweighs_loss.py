"""Weight penalties larger than the loss they are added to."""

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.penalty_outweighs_loss import PenaltyOutweighsLoss
from tests.evidence_samples import facts, head_layer, layer, optimizer, output
from tests.rules.judging import findings, first_batch, own_course, ruled_out


def penalised() -> Facts:
    """A model with one regularizer."""
    return facts(layers=[layer(settings={"kernel_regularizer": "L2"}), head_layer(output())])


def test_penalty_many_times_the_loss_is_a_warning() -> None:
    """A penalty of 43 on a loss of 1.1 is a warning at the regularised layer."""
    (finding,) = findings(PenaltyOutweighsLoss(), penalised(), first_batch(start_losses=(44.1, 44.0), penalty=43.0))

    assert finding.cause is Cause.REGULARIZATION
    assert finding.severity is Severity.WARNING
    assert finding.where[0].layer == "dense"
    assert "39.1" in finding.title


def test_usual_penalties_are_silent() -> None:
    """A penalty of the size of the loss, as deep residual networks have it, is no fault, and a small one acquits."""
    assert findings(PenaltyOutweighsLoss(), penalised(), first_batch(start_losses=(4.3, 4.3), penalty=2.0)) == ()
    assert ruled_out(PenaltyOutweighsLoss(), penalised(), first_batch(start_losses=(2.4, 2.4), penalty=0.06)) == (
        Cause.REGULARIZATION,
    )


def test_model_that_learns_well_gets_a_note() -> None:
    """Where the user's own recipe comes far, the penalty does no harm."""
    start = first_batch(start_losses=(44.1, 44.0), penalty=43.0)

    assert findings(PenaltyOutweighsLoss(), penalised(), start, own_course(0.95))[0].severity is Severity.NOTE


def test_unmeasured_penalty_is_silent() -> None:
    """Without the run that leaves the penalties out nothing is said."""
    assert findings(PenaltyOutweighsLoss(), penalised(), first_batch()) == ()
    assert findings(PenaltyOutweighsLoss(), penalised()) == ()


def test_nothing_regularised_rules_the_cause_out() -> None:
    """No regularizer and no weight decay rule it out; weight decay alone does not."""
    decaying = facts(recipe={"optimizers": (optimizer("AdamW", weight_decay=0.004),)})

    assert ruled_out(PenaltyOutweighsLoss(), facts()) == (Cause.REGULARIZATION,)
    assert ruled_out(PenaltyOutweighsLoss(), decaying) == ()
