"""A race of variants against the user's own recipe."""

from dataclasses import replace

import pytest

from dnndoctor.config.schema import Goal
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_trial
from dnndoctor.experiments.race import (
    SCREENED,
    Duel,
    Race,
    Variant,
    expected_race_steps,
    nothing_to_gain,
    race_trials,
    read_race,
)
from dnndoctor.experiments.race_chart import duel_chart
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, climb, examined

SETTINGS = Settings(Preset.STANDARD, (0, 1, 2))
TENFOLD = Variant("ten times the rate", (Edit("learning_rate", {"factor": 10.0}),))
TWELVEFOLD = Variant("twelve times the rate", (Edit("learning_rate", {"factor": 12.0}),))
TENTH = Variant("a tenth of the rate", (Edit("learning_rate", {"factor": 0.1}),))
EXPLODING = Variant("ten thousand times the rate", (Edit("learning_rate", {"factor": 10000.0}),))
SLOW = ToyPatient(rate=0.03)


def own_run(patient: ToyPatient, settings: Settings = SETTINGS) -> Evidence:
    """The user's own recipe, run on a patient."""
    return climb(OwnRecipe(), Evidence(facts(), settings), patient)[0]


def raced(
    patient: ToyPatient, *variants: Variant, evidence: Evidence | None = None, broken: tuple[Edit, ...] | None = None
) -> tuple[Race | None, dict[str, Outcome]]:
    """A race to its end, trials with the edits `broken` failing."""
    seen = evidence or own_run(patient)
    outcomes: dict[str, Outcome] = {}
    while trials := race_trials(seen, variants, outcomes):
        assert len(outcomes) < 100
        for trial in trials:
            outcomes[trial.id] = patient.answer(trial)
            if trial.edits == broken:
                outcomes[trial.id] = Outcome(trial, State.IMPOSSIBLE, "it does not apply")
    return read_race(seen, variants, outcomes), outcomes


def duel(**details: object) -> Duel:
    """A duel that is won by half of the way on three seeds."""
    won = Duel(
        variant=TENFOLD,
        seeds=(1, 2, 3),
        own=(0.4,) * 3,
        other=(0.9,) * 3,
        own_halfway=(0.2,) * 3,
        other_halfway=(0.6,) * 3,
        measure="validation skill",
        own_exploded=0,
        other_exploded=0,
        steps=(320, 320),
        noise=0.1,
        trials=("a",),
        own_trials=("b",),
    )
    return replace(won, **details)  # type: ignore[arg-type]  # named by the caller as the fields are


def test_the_better_one_wins_on_fresh_seeds() -> None:
    """The best of the screening is run against the recipe on seeds that it was not chosen on, and the gain is that of these."""
    race, outcomes = raced(SLOW, TENTH, TENFOLD)

    assert race is not None
    assert race.won is not None
    assert race.won.variant == TENFOLD
    assert race.won.seeds == SETTINGS.fresh_seeds
    assert race.won.gain > 0.5
    assert race.won.wins == 3
    assert race.best.variant == TENFOLD
    assert {outcomes[trial].trial.seed for trial in race.won.trials} == set(SETTINGS.fresh_seeds)
    assert {outcomes[trial].trial.edits for trial in race.won.own_trials} == {()}


def test_nothing_better() -> None:
    """Where the screening shows nothing better, no fresh seed is paid for."""
    race, outcomes = raced(ToyPatient(rate=0.3), TENTH)

    assert race is not None
    assert race.duel is None
    assert race.ahead is None
    assert race.won is None
    assert {outcome.trial.seed for outcome in outcomes.values()} == set(SETTINGS.seeds[:SCREENED])


def test_of_equal_ones_the_first_named_wins() -> None:
    """What chance may set apart does not decide, so that other seeds give the same winner."""
    for variants in ((TENFOLD, TWELVEFOLD), (TWELVEFOLD, TENFOLD)):
        race, _ = raced(SLOW, *variants)

        assert race is not None
        assert race.duel is not None
        assert race.duel.variant == variants[0]


def test_a_variant_that_cannot_be_run_is_out() -> None:
    """An edit that does not apply leaves the race to the others; without others there is none."""
    race, _ = raced(SLOW, TENFOLD, TWELVEFOLD, broken=TENFOLD.edits)
    alone, _ = raced(SLOW, TENFOLD, broken=TENFOLD.edits)

    assert race is not None
    assert [entry.variant for entry in race.entries] == [TWELVEFOLD]
    assert race.won is not None
    assert alone is None


def test_a_duel_that_does_not_end_decides_nothing() -> None:
    """Where the better one's runs on fresh seeds fail there is no duel, and it is told that one looked better."""
    seen = own_run(SLOW)
    screening = {trial.id: SLOW.answer(trial) for trial in race_trials(seen, (TENFOLD,), {})}
    duel = {trial.id: Outcome(trial, State.CUT, "cut") for trial in race_trials(seen, (TENFOLD,), screening)}

    race = read_race(seen, (TENFOLD,), screening | duel)

    assert duel
    assert race is not None
    assert race.duel is None
    assert race.ahead == TENFOLD


def test_exploding_variants_lose() -> None:
    """A run that becomes NaN counts as the worst there is."""
    race, _ = raced(SLOW, EXPLODING)

    assert race is not None
    assert race.entries[0].exploded == SCREENED
    assert race.entries[0].mean == -1
    assert race.duel is None


def test_a_cure_of_nan_wins() -> None:
    """Where the user's own runs become NaN, one that stays finite wins, though the loss they begin with is all that is known."""
    race, _ = raced(ToyPatient(rate=100.0), TENTH)

    assert race is not None
    assert race.won is not None
    assert (race.won.own_exploded, race.won.other_exploded) == (3, 0)


def test_progress_where_nothing_can_be_decoded() -> None:
    """Without decodable predictions the losses are compared, on one scale."""
    race, _ = raced(ToyPatient(rate=0.03, decodes=False), TENFOLD)

    assert race is not None
    assert race.measure == "progress"
    assert race.won is not None
    assert race.won.measure == "progress"


def test_another_opponent() -> None:
    """Variants may be raced against something else than the untouched recipe."""
    evidence = own_run(SLOW)
    outcomes: dict[str, Outcome] = {}
    while trials := race_trials(evidence, (TENFOLD,), outcomes, TENTH):
        outcomes |= {trial.id: SLOW.answer(trial) for trial in trials}
    race = read_race(evidence, (TENFOLD,), outcomes, TENTH)

    assert race is not None
    assert recipe_trial(evidence, 0).id not in outcomes
    assert max(race.own) < 0.1


@pytest.mark.parametrize(
    ("details", "confirmed"),
    [
        ({}, True),
        ({"noise": 0.6}, False),
        ({"other": (1.0, 1.0, 0.2)}, False),  # better in the mean, and much worse on one seed
        ({"other_halfway": (-0.1, 0.0, 0.0)}, False),
        ({"other_halfway": (0.15, 0.15, 0.15)}, True),
        ({"other_exploded": 1}, False),
        ({"own_exploded": 1, "other_exploded": 1}, True),
    ],
)
def test_confirmation(details: dict[str, object], confirmed: bool) -> None:
    """A gain counts that is beyond noise, hurts no seed, shows half way already, and does not make runs explode."""
    assert duel(**details).confirmed is confirmed


def test_a_spread_between_seeds_is_no_gain() -> None:
    """Runs that end far apart win nothing that chance could give."""
    lottery = ToyPatient(rate=0.9, lottery=2)
    race, _ = raced(lottery, TENTH, TENFOLD)

    assert race is not None
    assert race.won is None


@pytest.mark.parametrize(
    ("patient", "goal", "reason"),
    [
        (ToyPatient(), None, "leaves little to gain"),
        (ToyPatient(rate=0.03), None, ""),
        (ToyPatient(rate=100.0), None, ""),
        (ToyPatient(decodes=False), None, ""),
        (ToyPatient(rate=0.03), Goal(metric="loss", at_most=5.0), "reaches its goal"),
        (ToyPatient(), Goal(metric="loss", at_most=1e-9), ""),
    ],
)
def test_nothing_to_gain(patient: ToyPatient, goal: Goal | None, reason: str) -> None:
    """No race where the user's own runs are good enough, by the goal if there is one; the deep preset races all the same."""
    evidence = own_run(patient, replace(SETTINGS, goal=goal))
    deep = own_run(patient, replace(SETTINGS, goal=goal, preset=Preset.DEEP))

    assert reason in nothing_to_gain(evidence) if reason else nothing_to_gain(evidence) == ""
    assert nothing_to_gain(deep) == ""


def test_nothing_to_compare_with() -> None:
    """Without the user's own run there is no race."""
    assert "nothing to compare with" in nothing_to_gain(Evidence(facts(), SETTINGS))


def test_expected_steps() -> None:
    """A race takes no more steps than it is expected to."""
    _, outcomes = raced(SLOW, TENTH, TENFOLD)
    shared = {recipe_trial(own_run(SLOW), seed).id for seed in SETTINGS.seeds}
    taken = sum(outcome.steps_run for trial, outcome in outcomes.items() if trial not in shared)

    assert 0.7 * expected_race_steps(facts(), SETTINGS, 2) < taken <= expected_race_steps(facts(), SETTINGS, 2)


def test_chart() -> None:
    """The losses of the duel are drawn, the user's own first; nothing where there was none."""
    evidence = own_run(SLOW)
    race, outcomes = raced(SLOW, TENFOLD, evidence=evidence)
    none, _ = raced(ToyPatient(rate=0.3), TENTH)
    assert race is not None
    assert none is not None

    chart = duel_chart(Evidence(evidence.facts, SETTINGS, {}, outcomes), race)

    assert chart is not None
    assert list(chart.lines)[:2] == ["your own recipe", "ten times the rate"]
    assert duel_chart(evidence, none) is None


def test_examined_patients_are_deterministic() -> None:
    """The same patient gives the same race twice."""
    first, _ = raced(SLOW, TENTH, TENFOLD, evidence=examined(SLOW, settings=SETTINGS))
    second, _ = raced(SLOW, TENTH, TENFOLD, evidence=examined(SLOW, settings=SETTINGS))

    assert first == second
