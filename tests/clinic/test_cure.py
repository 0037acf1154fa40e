"""Scores, verdicts and tables of the cure, and the random search beside it, without TensorFlow."""

import json
import math
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from dnndoctor.edits import EditKind, edit_kind
from dnndoctor.evidence.outcome import Outcome, OutputScore, Score, Scores, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.shelf import classes_in
from tests import evidence_samples
from tests.clinic.cure import RESULTS, Case, Clinic, Training, faulty_cases, prescribed, results
from tests.clinic.cure_score import judge, score, wilson
from tests.clinic.patients import CASES
from tests.clinic.random_search import search, settings_of
from tests.clinic.search_pool import MOST, POOL, draw

ONLY_MEASURING = {"random_labels", "shuffled_labels", "teacher_targets", "reference_model", "zero_inputs"}


def test_accuracy_takes_the_largest_column_or_a_threshold() -> None:
    """Class ids, one-hot rows, and one column with and without logits."""
    three = np.array([[0.1, 0.7, 0.2], [0.6, 0.3, 0.1]])
    one = np.array([[0.4], [2.0]])

    assert score("accuracy", np.array([1, 2]), three) == 0.5
    assert score("accuracy", np.eye(3)[[1, 0]], three) == 1.0
    assert score("accuracy", np.array([0, 1]), one) == 1.0
    assert score("accuracy", np.array([1, 1]), one, logits=True) == 1.0
    assert score("accuracy", np.array([[1, 0], [0, 1]]), one) == 1.0


def test_the_other_kinds_of_scores() -> None:
    """As the cases' own checks have them."""
    y = np.array([0.0, 1.0, 2.0, 3.0])
    many = np.array([[1, 0], [1, 1]])

    assert score("r2", y, y + 1.0) == pytest.approx(1 - 1 / 1.25)
    assert score("multilabel", many, np.array([[0.9, 0.2], [0.9, 0.2]])) == 0.75
    assert score("seq_accuracy", np.array([[1, 0], [2, 0]]), np.eye(3)[[[1, 1], [1, 1]]]) == 0.5
    assert score("balanced", np.array([0, 0, 0, 1]), np.array([[1, 0]] * 4)) == 0.5
    assert score("multi", {"a": y, "b": np.array([1])}, [y, np.array([[0, 1]])], names=("a", "b")) == 1.0


def test_predictions_that_are_not_finite_have_no_score() -> None:
    """NaN, which a verdict takes for the worst."""
    assert math.isnan(score("accuracy", np.array([1]), np.array([[np.nan]])))
    assert judge("r2", [math.nan], [0.9], [math.nan]).treated == 0.0


def test_a_cure_reaches_the_fixed_score_within_its_spread_or_closes_the_gap() -> None:
    """Either suffices; the spread is from the fixed mean to its worst seed."""
    within = judge("accuracy", [0.1, 0.1], [0.8, 1.0], [0.8, 0.8])
    closed = judge("accuracy", [0.0, 0.0], [1.0, 1.0], [0.9, 0.9])
    short = judge("accuracy", [0.0, 0.0], [1.0, 1.0], [0.9, 0.88])

    assert (within.cured, closed.cured, short.cured) == (True, True, False)
    assert short.short == pytest.approx(0.11)
    assert judge("accuracy", [0.5], [0.9], [0.95]).short == 0.0


def test_below_the_best_constant_all_failures_are_alike() -> None:
    """A regression that is a thousand times off would otherwise be nine tenths cured by one that is a hundred times off."""
    assert not judge("r2", [-1000.0], [0.9], [-1.0]).cured


def test_intervals_stay_within_bounds() -> None:
    """Of none and of all, too; the figures are Wilson's."""
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == pytest.approx(1.0)
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=1e-3)


def test_every_faulty_case_says_how_it_is_scored() -> None:
    """By a kind that is known."""
    found = list(faulty_cases(CASES))

    assert found
    for case in found:
        assert case.check["score"] in {"accuracy", "balanced", "multilabel", "r2", "seq_accuracy", "multi"}, case.id
        assert (case.folder / "fixed.py").is_file(), case.id
        assert case.job("fixed", 0, [], 1.0)["logits"] is bool(case.check.get("logits_fixed", False))
        assert case.job("prescribed", 0, [], 1.0)["logits"] is None


CASE = Case("patient", Path("patient"), {"score": "accuracy", "on": "val"})


def _line(variant: str, seed: int, value: float | str | None, **told: str) -> Training:
    return Training("patient", variant, seed, [] if variant != "prescribed" else [{"name": "epochs"}], value, told)


def _clinic(folder: Path, *lines: Training) -> Clinic:
    (folder / RESULTS).write_text("".join(json.dumps(asdict(line)) + "\n" for line in lines) + '{"id": "cut')
    return Clinic(folder, folder, [0, 1], 1.0, search=False)


def test_a_table_from_results_that_are_there(tmp_path: Path) -> None:
    """Scores by seed, the verdict, and the share with its interval."""
    clinic = _clinic(
        tmp_path,
        *(_line("faulty", seed, 0.1) for seed in (0, 1)),
        *(_line("fixed", seed, 0.9) for seed in (0, 1)),
        *(_line("prescribed", seed, value) for seed, value in ((0, 0.9), (1, "NaN"))),
    )

    lines = list(clinic.table([CASE]))

    assert "0.900 nan" in lines[1]
    assert lines[1].endswith("short 0.450")
    assert lines[2] == "prescriptions cure 0 of 1 (0%, 95 % interval 0% to 79%)"


def test_a_case_without_a_prescription_is_not_cured(tmp_path: Path) -> None:
    """It stays as faulty as it is."""
    clinic = _clinic(tmp_path, _line("faulty", 0, 0.1), _line("fixed", 0, 0.9))

    assert clinic.line(CASE).endswith("nothing")
    verdict = clinic.verdict(CASE, "prescribed")
    assert verdict is not None
    assert not verdict.cured


def test_killed_trainings_are_run_again_and_failed_ones_are_not(tmp_path: Path) -> None:
    """A treatment that breaks the training scores nothing."""
    _clinic(
        tmp_path,
        _line("faulty", 0, None, error="ended without a word, with exit status -9"),
        _line("faulty", 1, None, error="ValueError: shapes"),
    )

    assert [(line.seed, math.isnan(line.value)) for line in results(tmp_path)] == [(1, True)]


def test_a_prescription_is_read_from_a_report() -> None:
    """None where there is none."""
    assert prescribed({"prescription": {"edits": [{"name": "epochs"}]}}) == [{"name": "epochs"}]
    assert prescribed({"prescription": None}) == []


def test_the_pool_holds_every_kind_of_edit_that_remedies_use() -> None:
    """What a rule can prescribe, chance can find; and every draw is valid."""
    kinds = {kind.name for kind in classes_in("dnndoctor.edits", EditKind)}  # type: ignore[attr-defined]  # the shelf only knows that it is a class
    facts = evidence_samples.facts()
    rng = random.Random(0)

    assert set(POOL) == kinds - ONLY_MEASURING
    for make in POOL.values():
        for _ in range(5):
            edit = make(facts, rng)
            assert edit is None or edit_kind(edit.name).problems(edit) == ()


def test_sets_are_of_one_to_three_different_kinds() -> None:
    """The same seed draws the same sets."""
    facts = evidence_samples.facts()
    sets = [draw(facts, random.Random(seed)) for seed in range(30)]

    assert {len(edits) for edits in sets} == set(range(1, MOST + 1))
    assert all(len({edit.name for edit in edits}) == len(edits) for edits in sets)
    assert draw(facts, random.Random(3)) == sets[3]


def _outcome(trial: Trial, skill: float) -> Outcome:
    told = OutputScore(error=1 - skill, skill=skill, minimum=0, maximum=1, mean=0, std=1, nonfinite=0, varies=1, outside_unit=0)
    return Outcome(trial, State.FINISHED, losses=(1.0, 0.5), scores=Scores(train=Score(0.5, {}, {"out": told})))


def test_the_search_keeps_the_best_mean_over_seeds() -> None:
    """And nothing where nothing beats the untreated recipe."""
    evidence = Evidence(evidence_samples.facts(), Settings(seeds=(0, 1)))

    def better_rate(trials: Sequence[Trial], deadline: float) -> Sequence[Outcome]:
        del deadline
        time.sleep(0.001)
        return [_outcome(trial, 0.9 if any(edit.name == "learning_rate" for edit in trial.edits) else 0.5) for trial in trials]

    def never(trials: Sequence[Trial], deadline: float) -> Sequence[Outcome]:
        del deadline
        time.sleep(0.001)
        return [_outcome(trial, 0.5) for trial in trials]

    found = search(evidence, better_rate, 0.3, random.Random(0))
    nothing = search(evidence, never, 0.05, random.Random(0))

    assert "learning_rate" in {edit["name"] for edit in found.edits}
    assert (found.skill, found.own) == (0.9, 0.5)
    assert nothing.edits == []


def test_sets_whose_trials_did_not_end_do_not_count() -> None:
    """The time was up, or the edit did not apply."""
    evidence = Evidence(evidence_samples.facts(), Settings(seeds=(0, 1)))

    def cut(trials: Sequence[Trial], deadline: float) -> Sequence[Outcome]:
        del deadline
        time.sleep(0.001)
        whole = [_outcome(trial, 0.9 if trial.edits else 0.5) for trial in trials]
        return [replace(each, state=State.FAILED) if each.trial.edits and each.trial.seed else each for each in whole]

    assert search(evidence, cut, 0.05, random.Random(0)).sets == 0


def test_the_searchs_horizon_is_the_reports() -> None:
    """By the steps of its untreated trials."""
    facts = evidence_samples.facts()
    trials = [{"steps": 37, "edits": [], "rows": None}, {"steps": 200, "edits": [{"name": "epochs"}], "rows": None}]

    assert settings_of(facts, {"trials": trials}).scale == 1.0


def test_an_edit_of_the_pool_is_plain_data() -> None:
    """It travels to a training as JSON."""
    edit = Edit("learning_rate", {"factor": 0.1})

    assert json.loads(json.dumps({"name": edit.name, "parameters": dict(edit.parameters)}))["parameters"] == {"factor": 0.1}
