"""What tests of the rules on saving share: round trips as the look sees them, and asking a rule about them."""

from dataclasses import replace
from typing import Any

from dnndoctor.evidence.facts import Facts, Place
from dnndoctor.evidence.save_facts import SaveFacts
from dnndoctor.evidence.seen.saving import RoundTrip, SavingSeen
from dnndoctor.experiments.saving import Saving
from dnndoctor.finding import Finding, NotSeen, RuledOut
from dnndoctor.rules import Rule
from tests.evidence_samples import evidence, facts

UNBROKEN = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
WITHOUT_MOMENTS = (1.0, 0.92, 0.84, 0.75, 0.66, 0.52)


def whole(*by: str, **details: Any) -> RoundTrip:
    """A whole model that comes back as it was."""
    perfect = RoundTrip(by, ".keras", whole=True, predictions_apart=0.0, optimizer_kept=True, losses=UNBROKEN)
    return replace(perfect, **details)


def weights(*by: str, **details: Any) -> RoundTrip:
    """Weights that come back without the optimizer's state, as Keras' `load_weights` brings them."""
    return whole(*by, **{"suffix": ".weights.h5", "whole": False, "optimizer_kept": False, "losses": WITHOUT_MOMENTS, **details})


def seen(*trips: RoundTrip, **details: Any) -> SavingSeen:
    """A run of the classes' own accuracy that repeats itself exactly, saved in these ways."""
    logged = ("loss", "accuracy", "val_loss", "val_accuracy")
    exact = SavingSeen((1.2, 1.1), UNBROKEN, UNBROKEN, trips or (whole(),), logged, {"accuracy": "max"})
    return replace(exact, **details)


def subject(*callbacks: Any, **details: Any) -> Facts:
    """A subject with these callbacks, whose source saves weights at train.py:40."""
    saves = (SaveFacts("ModelCheckpoint", ".weights.h5", whole=False, place=Place("train.py", 40)),)
    return facts(recipe={"callbacks": callbacks, "saves": saves, **details.pop("recipe", {})}, **details)


def said(rule: Rule, saving: SavingSeen, of: Facts | None = None, **observations: object) -> list[Finding | RuledOut | NotSeen]:
    """All that a rule says of it."""
    return list(rule.judge(evidence(subject() if of is None else of, {Saving.name: saving, **observations})))
