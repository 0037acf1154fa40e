"""The fork: memorising a handful of samples."""

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence, Inconclusive, Settings, Skip
from dnndoctor.experiments.curves import Shape
from dnndoctor.experiments.memorise import Memorise, attempts_for
from dnndoctor.experiments.memory import Memory
from tests.evidence_samples import array, facts, layer, optimizer, output, target
from tests.experiments.toy_patient import ToyPatient, climb, scheduled


def seen(patient: ToyPatient, subject: object = None) -> Memory:
    evidence, _ = climb(Memorise(), Evidence(subject or facts(), Settings()), patient)  # type: ignore[arg-type]  # None or facts
    memory = evidence.of(Memorise)
    assert memory is not None
    return memory


def test_healthy_takes_one_round() -> None:
    """A model that memorises is asked nothing more: four sizes, the decisive one with every seed, and the control."""
    evidence, trials = climb(Memorise(), Evidence(facts(), Settings()), ToyPatient())

    memory = evidence.of(Memorise)
    assert memory is not None
    assert sorted(trial.rows or 0 for trial in trials) == [1, 2, 8, 8, 8, 8, 20]
    assert memory.memorised
    assert memory.failure is None
    assert memory.attempts == ()
    assert all(run.memorised for run in memory.runs)


def test_control_uses_zeros() -> None:
    """The control is the decisive size without inputs, and a healthy model fails it."""
    memory = seen(ToyPatient())

    assert memory.control is not None
    assert memory.control.rows == 8
    assert not memory.control.memorised


def test_control_that_is_memorised() -> None:
    """A patient that does not need its inputs shows in the control."""
    memory = seen(ToyPatient(memorises_zeros=True))

    assert memory.control is not None
    assert memory.control.memorised


def test_stops_early_above_the_floor() -> None:
    """The target to stop at lies above the loss's own floor and below what counts as memorised."""
    subject = facts(targets=[target(loss_floor=0.3)])
    _, trials = climb(Memorise(), Evidence(subject, Settings()), ToyPatient())

    assert all(trial.stop_below is not None and 0.3 < trial.stop_below < 0.33 for trial in trials)


def test_structural_failure_is_typed() -> None:
    """Where nothing memorises, all attempts are there and none is confirmed."""
    memory = seen(ToyPatient(memorises=False))

    assert not memory.memorised
    assert memory.failure is Shape.PLATEAUS
    assert [attempt.edit for attempt in memory.attempts] == list(attempts_for(facts()))
    assert memory.cures == ()


def test_cured_by_a_lower_rate() -> None:
    """A rate that is too high is cured by a tenth of it, on fresh seeds."""
    memory = seen(ToyPatient(rate=50.0))

    assert memory.failure is Shape.EXPLODES
    assert memory.cures[0].edit == Edit("learning_rate", {"factor": 0.1})
    assert {run.seed for run in memory.cures[0].confirmed} == {1000, 1001, 1002}


def test_own_optimizer_is_not_tried_twice() -> None:
    """Adam at the user's own rate is no other optimizer."""
    adam, sgd = facts(), facts(recipe={"optimizers": (optimizer("SGD", 1e-3),)})

    assert len(attempts_for(adam)) == 4
    assert len(attempts_for(sgd)) == 5


def test_loss_alone_is_no_success() -> None:
    """A loss at its floor with wrong predictions is told apart."""
    memory = seen(ToyPatient(loss_only=True))

    assert not memory.memorised
    assert all(run.loss_only for run in memory.decisive_runs)


def test_undecodable_goes_by_the_loss() -> None:
    """Where predictions cannot be decoded, the loss above its floor decides."""
    assert seen(ToyPatient(decodes=False)).memorised


def test_undecodable_with_unknown_floor() -> None:
    """Where neither is known, a failure is no evidence."""
    subject = facts(outputs=[output(loss=None)], targets=[target(loss_floor=None, constant_loss=None)])
    evidence, _ = climb(Memorise(), Evidence(subject, Settings()), ToyPatient(decodes=False, memorises=False))

    assert isinstance(evidence.observations["memorise"], Inconclusive)


def test_few_weights_are_asked_less() -> None:
    """A line has two weights and cannot go through eight points."""
    memory = seen(ToyPatient(), facts(parameters=2, targets=[target("continuous")]))

    assert memory.decisive == 2
    assert {run.rows for run in memory.runs} == {1, 2}


def test_switches_off_what_is_there() -> None:
    """Only what the model has is switched off, so that a model without it shares its trace with the other trials."""
    plain = seen(ToyPatient())
    dressed = seen(ToyPatient(), facts(layers=[layer("d", "Dropout"), layer("r", settings={"bias_regularizer": "L2"})]))

    assert plain.edits == ()
    assert [edit.name for edit in dressed.edits] == ["dropout_off", "regularization_off"]


def test_small_user_batches_are_made_whole() -> None:
    """One step is one pass over the tiny set, whatever the user's batch size."""
    _, trials = climb(Memorise(), Evidence(facts(recipe={"batch_size": 4}), Settings()), ToyPatient())

    sizes = {trial.rows: [edit.parameters["size"] for edit in trial.edits if edit.name == "batch_size"] for trial in trials}
    assert sizes == {1: [], 2: [], 8: [8], 20: [20]}


def test_skips() -> None:
    """One row, or targets that never differ, make no question."""
    one_row = Memorise().plan(Evidence(facts(data={"rows_sampled": 1}), Settings()), {})
    constant = facts(targets=[target(array={"distinct": 1})], inputs=[array()])

    assert isinstance(one_row, Skip)
    assert isinstance(Memorise().plan(Evidence(constant, Settings()), {}), Skip)


def test_no_control_without_targets() -> None:
    """Without targets zeros may be the right answer to zeros."""
    _, trials = climb(Memorise(), Evidence(facts(targets=[]), Settings()), ToyPatient())

    assert not any(edit.name == "zero_inputs" for trial in trials for edit in trial.edits)


def test_a_schedule_that_fades_is_held() -> None:
    """A decay that would be gone after a few of the steps is no fault of the structure."""
    fading, lasting = scheduled(0.9), scheduled(0.9999)
    evidence, trials = climb(Memorise(), Evidence(fading, Settings()), ToyPatient(decay=0.9))
    memory = evidence.of(Memorise)

    assert memory is not None
    assert memory.memorised
    assert all(Edit("constant_rate") in trial.edits for trial in trials)
    assert Edit("constant_rate") not in climb(Memorise(), Evidence(lasting, Settings()), ToyPatient())[1][0].edits


def test_a_shortened_plan_does_not_blame_what_is_slow() -> None:
    """A quarter of the steps cannot tell a slow model from one that never memorises; one that stands still is told apart."""
    short = Evidence(facts(), Settings(scale=0.25))
    slow, _ = climb(Memorise(), short, ToyPatient(rate=0.3, stuck=1.0, adam_rate=0.2))
    still, _ = climb(Memorise(), short, ToyPatient(memorises=False))

    observation = slow.observations["memorise"]
    assert isinstance(observation, Inconclusive)
    assert "75 steps, 25% of what is asked" in observation.reason
    assert isinstance(still.observations["memorise"], Memory)
