"""The losses of a duel as a picture."""

from dnndoctor.evidence.chart import Chart
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_chart import loss_chart
from dnndoctor.experiments.race import Race


def duel_chart(evidence: Evidence, race: Race) -> Chart | None:
    """The loss of the user's own recipe and of the winner on the first fresh seed; None where there was no duel.

    Args:
        evidence: With the outcomes of the race.
        race: Of variants that take steps on as many rows.
    """
    duel = race.duel
    if duel is None:
        return None
    runs = {"your own recipe": duel.own_trials[0], duel.variant.name: duel.trials[0]}
    curves = {name: evidence.outcomes[trial].losses for name, trial in runs.items() if trial in evidence.outcomes}
    return loss_chart(f"The loss with your own recipe and with: {duel.variant.name}", curves)
