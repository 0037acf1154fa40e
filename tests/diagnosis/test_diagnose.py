"""The whole diagnosis."""

from collections.abc import Iterable
from typing import Any

from dnndoctor.diagnosis.diagnose import Judgement, Verdict, diagnose, judge_rung, rules
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Preset, Settings, Skip
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.noise_floor import NoiseFloor
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.rung import Rung, RungState
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules import Rule
from tests.evidence_samples import array, facts
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))
CLIMBED: tuple[type[Experiment[Any]], ...] = (Memorise, NoiseFloor, LearningRateSweep, OwnRecipe)
RUNGS = tuple(Rung(kind.name, kind.question, RungState.DONE) for kind in CLIMBED)


class Says(Rule):
    """A rule that says what a test wants it to say."""

    code = "DD201"
    name = "says"
    causes = (Cause.LABELS,)
    words: tuple[Finding | RuledOut | NotSeen, ...] = ()

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """Its words."""
        assert evidence is not None
        return self.words


class Breaks(Rule):
    """A rule with a fault of its own."""

    code = "DD202"
    name = "breaks"
    causes = (Cause.LABELS,)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """Breaks."""
        raise ZeroDivisionError(str(evidence.settings))


class Needy(Rule):
    """A rule that needs a rung."""

    code = "DD203"
    name = "needy"
    causes = (Cause.LABELS,)
    needs = (Memorise,)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """Wants its observation."""
        assert evidence.of(Memorise) is not None
        yield NotSeen("asked", "needs were there")


def says(*words: Finding | RuledOut | NotSeen) -> type[Rule]:
    return type("Says", (Says,), {"words": words, "__doc__": Says.__doc__})


def finding(severity: Severity, cause: Cause = Cause.LABELS) -> Finding:
    return Finding("DD201", "says", cause, "title", severity, 0.5)


def test_healthy_patient() -> None:
    """A healthy patient passes every rung, with nothing above a note and causes ruled out."""
    diagnosis = diagnose(examined(ToyPatient(), settings=QUICK), RUNGS)

    assert diagnosis.verdict is Verdict.HEALTHY
    assert all(judged.state is Judgement.PASS for judged in diagnosis.ladder)
    assert all(ranked.finding.severity is Severity.NOTE for ranked in diagnosis.findings)
    assert {Cause.LEARNING_RATE_HIGH, Cause.LEARNING_RATE_LOW} <= {ruled_out.cause for ruled_out in diagnosis.ruled_out}
    assert diagnosis.faults == ()


def test_sick_patient() -> None:
    """Of a rate that is too high the first finding is that, its rungs fail, and it is not ruled out."""
    diagnosis = diagnose(examined(ToyPatient(rate=30.0), settings=QUICK), RUNGS)
    states = {judged.rung.name: judged.state for judged in diagnosis.ladder}

    assert diagnosis.verdict is Verdict.SICK
    assert diagnosis.findings[0].rank == 1
    assert diagnosis.findings[0].finding.cause is Cause.LEARNING_RATE_HIGH
    assert "DD401" in diagnosis.findings[0].codes
    assert states["learning_rate_sweep"] is Judgement.FAIL
    assert states["own_recipe"] is Judgement.FAIL
    assert states["noise_floor"] is Judgement.PASS
    assert Cause.LEARNING_RATE_HIGH not in {ruled_out.cause for ruled_out in diagnosis.ruled_out}


def test_a_rung_fails_for_a_cause_that_another_names() -> None:
    """Runs that became NaN because of the data fail, though the rule that says so reads facts."""
    spoilt = facts(inputs=[array(nan_count=3, first_bad_row=7)])
    diagnosis = diagnose(examined(ToyPatient(edge=-1.0), spoilt, QUICK), RUNGS)
    (own,) = [judged for judged in diagnosis.ladder if judged.rung.name == "own_recipe"]

    assert own.state is Judgement.FAIL
    assert "NaN" in own.reason
    assert diagnosis.findings[0].finding.cause is Cause.BAD_VALUES


def test_structural_patient() -> None:
    """What cannot memorise leads with its structure."""
    diagnosis = diagnose(examined(ToyPatient(memorises=False, learns=False), settings=QUICK), RUNGS)

    assert diagnosis.findings[0].codes == ("DD511", "DD514")


def test_score_is_the_sum_of_its_terms() -> None:
    """The ranking can be read off the terms."""
    diagnosis = diagnose(examined(ToyPatient(rate=0.08), settings=QUICK), RUNGS)

    assert len(diagnosis.findings) >= 2
    for ranked in diagnosis.findings:
        assert ranked.score == sum(term.points for term in ranked.terms)
    assert [ranked.score for ranked in diagnosis.findings] == sorted((each.score for each in diagnosis.findings), reverse=True)


def test_broken_rule_is_kept_apart() -> None:
    """A rule that breaks costs nobody else's words, and its trace is kept."""
    diagnosis = diagnose(Evidence(facts(), QUICK), (), [Breaks, says(finding(Severity.WARNING))])

    assert [fault.rule for fault in diagnosis.faults] == ["breaks"]
    assert "ZeroDivisionError" in diagnosis.faults[0].trace
    assert len(diagnosis.findings) == 1


def test_needs_decide_who_is_asked() -> None:
    """A rule is asked only when its needs were observed."""
    without = diagnose(Evidence(facts(), QUICK), (), [Needy])
    skipped = diagnose(Evidence(facts(), QUICK, {"memorise": Skip("no rows")}), (), [Needy])
    with_it = diagnose(examined(ToyPatient(), settings=QUICK), (), [Needy])

    told = NotSeen("asked", "needs were there")
    assert told not in without.not_seen + skipped.not_seen
    assert told in with_it.not_seen


def test_verdicts() -> None:
    """The worst severity decides; without findings an undecided required rung does."""
    undecided = Rung("memorise", "?", RungState.INCONCLUSIVE, "the budget ended")
    other = Rung("noise_floor", "?", RungState.INCONCLUSIVE, "the budget ended")
    empty = Evidence(facts(), QUICK)

    assert diagnose(empty, (undecided,), [says(finding(Severity.ERROR))]).verdict is Verdict.SICK
    assert diagnose(empty, (undecided,), [says(finding(Severity.WARNING))]).verdict is Verdict.SUSPECT
    assert diagnose(empty, (undecided,), [says(finding(Severity.NOTE))]).verdict is Verdict.INCONCLUSIVE
    assert diagnose(empty, (other,), []).verdict is Verdict.HEALTHY


def test_unseen_rungs_are_listed() -> None:
    """What was skipped or undecided is told with its reason, facts that could not be had as well."""
    rungs = (
        Rung("a", "Does it?", RungState.SKIPPED, "no targets"),
        Rung("b", "Would it?", RungState.INCONCLUSIVE, "cut"),
        Rung("c", "Could it?", RungState.DONE),
    )
    seen = Evidence(facts(not_seen=(("places", "frozen code"),)), QUICK, {"c": Inconclusive("no run ended")})

    diagnosis = diagnose(seen, rungs, [])

    assert [judged.state for judged in diagnosis.ladder] == [Judgement.SKIPPED, Judgement.INCONCLUSIVE, Judgement.INCONCLUSIVE]
    assert diagnosis.not_seen[:4] == (
        NotSeen("places", "frozen code"),
        NotSeen("Does it?", "no targets"),
        NotSeen("Would it?", "cut"),
        NotSeen("Could it?", "no run ended"),
    )


def test_what_the_preset_leaves_out_is_listed_and_keeps_nobody_healthy() -> None:
    """Without any training nobody is called healthy, and every question that was not asked is told."""
    static = diagnose(Evidence(facts(), Settings(Preset.STATIC)), (), [])
    deep = diagnose(Evidence(facts(), Settings(Preset.DEEP)), (), [])

    assert static.verdict is Verdict.INCONCLUSIVE
    assert {kind.question for kind in CLIMBED} <= {not_seen.what for not_seen in static.not_seen}
    assert NotSeen(Memorise.question, "asked from the preset quick on") in static.not_seen
    assert deep.not_seen == ()


def test_note_rules_nothing_in() -> None:
    """A cause that only a note names may still be ruled out."""
    ruled_out = RuledOut(Cause.LABELS, "they are fine")

    noted = diagnose(Evidence(facts(), QUICK), (), [says(finding(Severity.NOTE), ruled_out)])
    named = diagnose(Evidence(facts(), QUICK), (), [says(finding(Severity.WARNING), ruled_out)])

    assert noted.ruled_out == (ruled_out,)
    assert named.ruled_out == ()


def test_live_view_judges_one_rung() -> None:
    """A rung is judged by its own rules as soon as it is climbed."""
    evidence = examined(ToyPatient(memorises=False, learns=False), settings=QUICK)

    assert judge_rung(evidence, RUNGS[0]).state is Judgement.FAIL
    assert "cannot memorise" in judge_rung(evidence, RUNGS[0]).reason
    assert judge_rung(evidence, RUNGS[1]).state is Judgement.PASS


def test_shelf_is_sorted_and_unique() -> None:
    """Rules come by code, no code and no name twice."""
    codes = [rule.code for rule in rules()]

    assert codes == sorted(set(codes))
    assert len({rule.name for rule in rules()}) == len(codes)


def test_same_evidence_same_diagnosis() -> None:
    """Diagnosing is pure."""
    evidence = examined(ToyPatient(rate=0.01), settings=QUICK)

    assert diagnose(evidence, RUNGS) == diagnose(evidence, RUNGS)


def test_nobody_is_healthy_who_was_not_seen_to_learn() -> None:
    """A recipe too long for the budget, whose loss still falls where it was cut, is undecided and says what would tell."""
    long = facts(recipe={"epochs": 5000, "steps_per_epoch": 32})
    rung = Rung("own_recipe", "How far does it come?", RungState.DONE)

    slow = diagnose(examined(ToyPatient(rate=0.001), long, QUICK), (rung,), [])
    quick = diagnose(examined(ToyPatient(), long, QUICK), (rung,), [])

    assert (slow.verdict, slow.ladder[0].state) == (Verdict.INCONCLUSIVE, Judgement.INCONCLUSIVE)
    assert "a longer budget would" in slow.ladder[0].reason
    assert (quick.verdict, quick.ladder[0].state) == (Verdict.HEALTHY, Judgement.PASS)
