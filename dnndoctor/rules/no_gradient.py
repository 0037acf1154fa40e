"""Trainable layers that no gradient reaches."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.topology import Topology
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.standing import learns_well
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.start_evidence import listed, measured, where
from dnndoctor.experiments.starting_point import StartingPoint
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity
from dnndoctor.rules import Rule


class NoGradient(Rule):
    """The loss depends on trainable layers, and nothing of its gradient comes back to them.

    What was looked at:
        Which trainable variables the optimizer was handed without any gradient, over a few of your own steps with two seeds;
        and whether what these layers give goes into an output that has a loss.

    Why it matters:
        `stop_gradient`, `round`, `argmax`, comparisons, casts to whole numbers and detours through numpy have no derivative. All
        that lies before one of them keeps its random start, and only what comes behind is trained.

    What to do:
        Take the operation out of the model, or use one that can be differentiated (softmax for argmax, a straight-through
        estimate for round). Freeze layers by `trainable = False` where they are not meant to learn.

    When it is not a fault:
        Layers that lead to no loss, such as an output that is only looked at, are a note. Weights that were loaded, a
        `train_step` of your own, and a run that learns well make it a note as well: gradients may be stopped on purpose.

    References:
        Y. Bengio, N. Léonard, A. Courville, "Estimating or propagating gradients through stochastic neurons" (2013).
    """

    code = "DD308"
    name = "no-gradient"
    causes = (Cause.CUSTOM_CODE, Cause.ARCHITECTURE)
    needs = (StartExperiment,)
    rung = StartExperiment.name
    covers = ("start: no gradient",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        point = evidence.of(StartExperiment)
        assert point is not None  # in `needs`
        handed = [one for one in point.variables if one.handed and one.layer]
        reached = {one.layer for one in handed if one.connected}
        cut = tuple(dict.fromkeys(one.layer for one in handed if one.layer not in reached))
        if not cut or not reached:
            return
        leading = _leads_to_loss(evidence.facts)
        yield self._finding(evidence, point, cut, [path for path in cut if leading is None or path in leading])

    def _finding(self, evidence: Evidence, point: StartingPoint, cut: tuple[str, ...], felt: list[str]) -> Finding:
        facts = evidence.facts
        loaded = any(weight.loaded for path in felt if (layer := facts.layer(path)) is not None for weight in layer.weights)
        meant = not felt or loaded or facts.recipe.custom_train_step or learns_well(evidence)
        total = sum(one.size for one in point.variables)
        share = sum(one.size for one in point.variables if one.layer in cut) / max(1, total)
        own_code = any(not layer.built_in for layer in facts.layers)
        text = f"{len(cut)} trainable layers, with {share:.0%} of the weights, get no gradient: {listed(cut)}"
        goes = "what they give goes into the loss" if felt else "nothing that they give goes into a loss"
        severity = Severity.NOTE if meant else Severity.ERROR if sicknesses(evidence) else Severity.WARNING
        return Finding(
            self.code,
            self.name,
            Cause.CUSTOM_CODE if own_code else Cause.ARCHITECTURE,
            f"No gradient reaches {listed(felt or cut, 2)}" + (f", {share:.0%} of the weights" if felt else ""),
            severity,
            # Exact, as far as it goes; that it is not meant is a guess.
            0.1 if meant else 0.7,
            where(facts, *reversed(felt or cut)),
            (measured(point, f"{text}; {goes}", layers=float(len(cut)), share=share),),
            (
                Remedy("Use operations that have a derivative between these layers and the loss")
                if felt
                else Remedy("Leave these layers out, or give their output a loss"),
            ),
        )


def _leads_to_loss(facts: Facts) -> set[str] | None:
    """Paths of the layers whose values go into an output with a loss; None where that is not known."""
    topology = Topology(facts)
    if not topology or not any(output.loss is not None for output in facts.outputs):
        return None
    judged = {number for number, output in enumerate(facts.outputs) if output.loss is not None}
    front = [step for step, call in enumerate(facts.calls) if judged.intersection(call.outputs)]
    found = set(front)
    while front:
        front = [before for step in front for before in topology.takes[step] if before not in found]
        found.update(front)
    return {layer.path for step in found if (layer := topology.layer(step)) is not None}
