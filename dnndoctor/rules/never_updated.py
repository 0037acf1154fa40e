"""A training step that changes nothing, or not all that it should."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import OptimizerFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.standing import learns_well
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.start_evidence import listed, measured, where
from dnndoctor.experiments.starting_point import StartingPoint, VariableStart
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Where
from dnndoctor.rules import Rule


class NeverUpdated(Rule):
    """Your own training step leaves trainable weights as they are.

    What was looked at:
        All trainable variables before and after a dozen of your own steps, with two seeds, and what the optimizers were asked
        to update.

    Why it matters:
        A `train_step` that computes gradients and does not apply them, that applies them to a list of its own making, or that
        works on a copy of the weights, reports losses and learns nothing, or trains a part of the model only. Nothing warns.

    What to do:
        End the step with `self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))`, for the same variables that
        the gradients were taken for.

    When it is not a fault:
        Teachers, target networks and frozen halves of a GAN are not updated by design: parts that stay are a note unless your
        own run is established to be sick. Parts that take turns have moved after a dozen steps.

    References:
        Keras guide, "Customizing what happens in fit()".
    """

    code = "DD309"
    name = "never-updated"
    causes = (Cause.CUSTOM_CODE, Cause.LEARNING_RATE_LOW)
    needs = (StartExperiment,)
    rung = StartExperiment.name
    covers = ("start: frozen",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        point = evidence.of(StartExperiment)
        assert point is not None  # in `needs`
        recipe = evidence.facts.recipe
        still = [one for one in point.variables if not one.moved]
        if not still or not point.steps:
            return
        if len(still) == len(point.variables):
            if recipe.custom_train_step and not any(one.handed for one in still):
                yield self._nothing(point)
            elif recipe.optimizers and not any((*point.rates, *recipe.rates)):
                yield self._no_rate(point, recipe.optimizers)
        elif recipe.custom_train_step and (left := [one for one in still if one.handed is False]):
            yield self._left(evidence, point, left)

    def _nothing(self, point: StartingPoint) -> Finding:
        text = f"no optimizer is asked for an update in {point.steps} steps with {len(point.seeds)} seeds, and no weight changes"
        return Finding(
            self.code,
            self.name,
            Cause.CUSTOM_CODE,
            f"The model's train_step changes none of its {len(point.variables)} trainable variables",
            Severity.ERROR,
            0.95,  # exact: nothing that is not updated learns
            (),
            (measured(point, text, variables=float(len(point.variables)), steps=float(point.steps)),),
            (
                Remedy(
                    "Apply the gradients",
                    patch="self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))",
                ),
            ),
        )

    def _no_rate(self, point: StartingPoint, optimizers: tuple[OptimizerFacts, ...]) -> Finding:
        fresh = Edit("optimizer", {"class_name": optimizers[0].kind, "learning_rate": 1e-3})
        return Finding(
            self.code,
            self.name,
            Cause.LEARNING_RATE_LOW,
            "The learning rate is 0, and no step changes a weight",
            Severity.ERROR,
            0.95,  # exact, as above
            (Where(None, optimizers[0].place),),
            (
                measured(
                    point, f"the rate is 0 at each of {point.steps} steps, and at the start and the end of the course", rate=0.0
                ),
            ),
            (Remedy("Set a learning rate", (fresh,) if len(optimizers) == 1 else (), "learning_rate=1e-3"),),
        )

    def _left(self, evidence: Evidence, point: StartingPoint, left: list[VariableStart]) -> Finding:
        layers = list(dict.fromkeys(one.layer for one in left if one.layer))
        share = sum(one.size for one in left) / max(1, sum(one.size for one in point.variables))
        sick = bool(sicknesses(evidence)) and not learns_well(evidence)
        text = (
            f"the step never asks an optimizer to update {len(left)} variables with {share:.0%} of the weights: {listed(layers)}"
        )
        return Finding(
            self.code,
            self.name,
            Cause.CUSTOM_CODE,
            f"The model's train_step never updates {share:.0%} of the trainable weights",
            Severity.WARNING if sick else Severity.NOTE,
            0.55 if sick else 0.1,  # teachers and target networks look the same
            where(evidence.facts, *layers),
            (measured(point, text, variables=float(len(left)), share=share),),
            (Remedy("Hand all trainable variables to the optimizer, or set trainable = False on those that are to stay"),),
        )
