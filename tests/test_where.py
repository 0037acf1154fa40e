"""Every finding says where to look."""

from dataclasses import replace
from typing import Any

import pytest

from dnndoctor.diagnosis.diagnose import diagnose
from dnndoctor.evidence.facts import CallbackFacts, ClipFacts, Facts, Place
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.experiments.batch_size_sweep import BatchSizeSweep
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.saving import Saving
from dnndoctor.finding import Cause, Finding, Severity, Where
from dnndoctor.where import cause_where, layer_where, located, loss_where, recipe_where
from tests.evidence_samples import array, callback, evidence, facts, keras_loss, layer, optimizer, output, target
from tests.experiments.toy_patient import ToyPatient, climb, examined
from tests.rules.judging import own_course
from tests.rules.saved import seen, weights, whole

MODEL, COMPILE, OPTIMIZER, DATA = (Place("train.py", line) for line in (5, 28, 27, 40))
CONFIG = {key: Place("config.yaml", line) for key, line in (("model", 1), ("fit", 3), ("fit.batch_size", 4), ("fit.epochs", 5))}


def placed(subject: Facts) -> Facts:
    """The same subject, with all places that the loading of a script and a config sees."""
    return replace(
        subject,
        place=MODEL,
        config_places=CONFIG,
        data=replace(subject.data, place=DATA),
        outputs=tuple(
            replace(each, loss=None if each.loss is None else replace(each.loss, place=COMPILE)) for each in subject.outputs
        ),
        recipe=replace(subject.recipe, optimizers=tuple(replace(each, place=OPTIMIZER) for each in subject.recipe.optimizers)),
    )


def finding(cause: Cause, *where: Where) -> Finding:
    return Finding("DD000", "a-fault", cause, "A fault", Severity.NOTE, 0.5, where)


@pytest.mark.parametrize("cause", Cause)
def test_each_cause_is_set_somewhere(cause: Cause) -> None:
    """A finding that knows no better points at the line that sets its cause; nothing is said where no file was seen."""
    (first, *_) = located(finding(cause), placed(facts())).where

    assert first.place is not None
    assert cause_where(facts(), cause) in ((), layer_where(facts(), "head"))


@pytest.mark.parametrize(
    ("cause", "place"),
    [
        (Cause.BAD_VALUES, DATA),
        (Cause.LEARNING_RATE_HIGH, OPTIMIZER),
        (Cause.METRIC, COMPILE),
        (Cause.BATCH_SIZE_SMALL, CONFIG["fit.batch_size"]),
        (Cause.EPOCHS, CONFIG["fit.epochs"]),
        (Cause.CHECKPOINT, CONFIG["fit"]),
        (Cause.ARCHITECTURE, MODEL),
        (Cause.OUTPUT_UNITS, Place("train.py", 20)),
    ],
)
def test_a_cause_points_at_what_sets_it(cause: Cause, place: Place) -> None:
    """Data at their factory, the rate at the optimizer, the recipe at the config's line, a head at its layer."""
    assert located(finding(cause), placed(facts())).where[0].place == place


def test_batches_of_a_pipeline_are_set_in_it() -> None:
    """Where the user's own pipeline makes the batches, its factory is pointed at, and the config's line where it has one."""
    streamed = placed(facts(data={"kind": "tf.data"}))
    without = replace(streamed, config_places={"model": CONFIG["model"]})

    assert cause_where(without, Cause.BATCH_SIZE_LARGE) == (Where(place=DATA),)
    assert cause_where(streamed, Cause.BATCH_SIZE_LARGE) == (Where(place=CONFIG["fit.batch_size"]),)


def test_a_config_without_the_key() -> None:
    """A key that is not written is looked for where it would stand: in its section, else at the top of the config."""
    subject = placed(facts())

    assert recipe_where(subject, "shuffle") == (Where(place=CONFIG["fit"]),)
    assert recipe_where(replace(subject, config_places={"model": CONFIG["model"]}), "shuffle") == (Where(place=CONFIG["model"]),)
    assert recipe_where(facts(), "shuffle") == ()


def test_schedules_are_set_by_callbacks_too() -> None:
    """A schedule that is a callback is pointed at, rather than the optimizer with its constant rate."""
    scheduling: tuple[CallbackFacts, ...] = (replace(callback("LearningRateScheduler"), place=Place("train.py", 60)),)
    subject = placed(facts(recipe={"callbacks": scheduling}))

    assert cause_where(subject, Cause.LR_SCHEDULE) == (Where(place=Place("train.py", 60)),)


def test_what_a_rule_names_comes_first() -> None:
    """A layer that the rule names stays first, and the line that sets the cause is added once; a loss comes before its head."""
    head, subject = Where("head", Place("train.py", 20)), placed(facts())

    assert located(finding(Cause.TARGET_SCALE, head), subject).where == (head, Where(place=DATA))
    assert located(finding(Cause.LOSS_FUNCTION, head), subject).where == (Where(place=COMPILE), head)
    assert located(finding(Cause.INITIALIZER, head), subject).where == (head,)
    assert located(finding(Cause.BAD_VALUES, Where(place=DATA)), subject).where == (Where(place=DATA),)


def test_layers_of_a_saved_file_are_in_the_file() -> None:
    """A layer that no line of the user's created is shown at the config's key that names the model's file."""
    read = replace(placed(facts(layers=(layer(place=None), layer("head", place=None)))), place=CONFIG["model"])

    assert layer_where(read, "dense") == (Where("dense", CONFIG["model"]),)
    assert located(finding(Cause.DROPOUT, Where("dense")), read).where == (Where("dense", CONFIG["model"]),)


def test_one_output_has_one_loss() -> None:
    """Of several outputs, the loss of the one that is meant is pointed at."""
    other = replace(output("linear", 1, replace(keras_loss("mean_squared_error"), place=Place("train.py", 30))), name="other")
    subject = facts(outputs=(replace(output(), loss=replace(keras_loss(), place=COMPILE)), other))

    assert loss_where(subject, "other") == (Where(place=Place("train.py", 30)),)
    assert loss_where(subject) == (Where(place=COMPILE), Where(place=Place("train.py", 30)))


def _wrong_contracts() -> list[Facts]:
    """Subjects with a fault in plain sight, one each."""
    constant = target(array={"distinct": 1, "minimum": 3.0, "maximum": 3.0}, classes=1)
    return [
        facts(inputs=(array(nan_count=3, first_bad_row=7),)),
        facts(targets=(constant,)),
        facts(outputs=(output("softmax", 1, "binary_crossentropy"),), targets=(target("binary"),)),
        facts(outputs=(output("linear"),)),
        facts(outputs=(output("softmax", 10, "mean_squared_error"),)),
        facts(targets=(target("class_ids", array={"maximum": 10.0}),)),
        facts(outputs=(output("relu", 1, "mean_squared_error"),), targets=(target("continuous", array={"minimum": -3.0}),)),
        facts(
            targets=(target("continuous", array={"mean": 5000.0, "std": 900.0}),),
            outputs=(output("linear", 1, "mean_squared_error"),),
        ),
        facts(inputs=(array(mean=9e6, std=4e6, maximum=1.4e8, feature_std_maximum=4e6, feature_mean_maximum=9e6),)),
        facts(layers=(layer(activation="linear"), layer("second", activation="linear"), layer("head"))),
        facts(layers=(*(layer(f"deep{number}", activation="sigmoid") for number in range(8)), layer("head"))),
        facts(clips=(ClipFacts("clip", "Clip", -1.0, 1.0),), recipe={"optimizers": (optimizer(clipnorm=1e-4),)}),
    ]


def _recorded() -> list[Evidence]:
    """Sick evidence of every room: contracts, short runs, a whole ladder on a toy, saving."""
    noisy = ToyPatient(batch_size=2, noise_rows=10.0, adam_rate=0.01)
    small = placed(facts(recipe={"batch_size": 2, "epochs": 2, "steps_per_epoch": 500}))
    swept, _ = climb(BatchSizeSweep(), examined(noisy, small, Settings(seeds=(0, 1))), noisy)
    hopeless: dict[str, Any] = {
        OwnRecipe.name: own_course(skill=0.0),
        Saving.name: seen(whole(failed_at="saving", error="no"), weights("ModelCheckpoint", predictions_apart=0.5)),
    }
    waiting = callback("EarlyStopping", monitor="val_accuracy", mode="min")
    saving = evidence(placed(facts(recipe={"callbacks": (waiting,)})), hopeless)
    return [*(evidence(placed(subject)) for subject in _wrong_contracts()), swept, saving]


def test_each_finding_of_a_diagnosis_has_a_place() -> None:
    """Whatever rules find in sick evidence of all kinds, a file and a line are named for each entry."""
    findings = [ranked.finding for sick in _recorded() for ranked in diagnose(sick, ()).findings]

    assert {each.cause for each in findings} > {Cause.BAD_VALUES, Cause.LABELS, Cause.CHECKPOINT, Cause.BATCH_SIZE_SMALL}
    assert len({each.code for each in findings}) >= 15
    nowhere = [each.code for each in findings if not each.where or any(entry.place is None for entry in each.where)]
    assert nowhere == []
