"""Measures the mutants, and lists them. `python -m tests.clinic.mutants --help`."""

import random
import statistics
from collections import Counter
from collections.abc import Sequence

import click

from tests.clinic.mutants.figures import FIGURES, Figures, read, write
from tests.clinic.mutants.index import Mutant, candidates, counting, digest_of, parent_of
from tests.clinic.mutants.measuring import measured


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Sick patients made from healthy parents."""


@main.command()
@click.argument("names", nargs=-1, metavar="[ID]...")
@click.option("--seeds", default=3, type=click.IntRange(2), show_default=True, help="Trainings of each.")
@click.option("--jobs", default=1, type=click.IntRange(1, 2), show_default=True, help="Trainings at a time.")
@click.option("--minutes", type=click.FloatRange(min=0), help="Start no further mutant after this time.")
def measure(names: tuple[str, ...], seeds: int, jobs: int, minutes: float | None) -> None:
    """Trains mutants and parents by plain fit, and keeps their scores; those that are there already are not trained again.

    Causes and parents take turns, so that a run that is stopped early has measured something of everything.
    """
    everybody = {mutant.id: mutant for mutant in candidates()}
    unknown = set(names) - set(everybody)
    if unknown:
        raise click.UsageError(f"no such mutant: {', '.join(sorted(unknown))}")
    figures = read(FIGURES)
    wanted = [mutant for mutant in _in_turns(list(everybody.values())) if not names or mutant.id in names]
    todo = [mutant for mutant in wanted if not _current(mutant, figures.get(mutant.id), seeds)]
    for mutant, figure in measured(todo, seeds, jobs, minutes, figures.values()):
        figures[mutant.id] = figure
        write(FIGURES, figures)
        scores = f"{statistics.mean(figure.parent_scores):.3f} -> {statistics.mean(figure.scores):.3f}"
        verdict = "counts" if counting(mutant, figure) else "does not count"
        click.echo(f"{mutant.id}: {scores}, {figure.seconds:.1f} s, {verdict}")


@main.command(name="list")
def list_all() -> None:
    """Prints how many there are by cause, family and split: defined, measured, counting."""
    figures = read(FIGURES)
    for title, keys in (
        ("cause", lambda mutant: sorted(mutant.truth.faults) if not mutant.harmless else ["(harmless)"]),
        ("family", lambda mutant: [mutant.family]),
        ("data set", lambda mutant: [mutant.data]),
        ("split", lambda mutant: [mutant.split]),
        ("all", lambda mutant: ["harmless" if mutant.harmless else "pair" if "+" in mutant.operator else "single"]),
    ):
        defined, measured, counted = Counter[str](), Counter[str](), Counter[str]()
        for mutant in candidates():
            names = keys(mutant)
            defined.update(names)
            measured.update(names if mutant.id in figures else [])
            counted.update(names if counting(mutant, figures.get(mutant.id)) else [])
        click.echo(f"{title:<22}{'defined':>9}{'measured':>10}{'counting':>10}")
        for name in sorted(defined):
            click.echo(f"  {name:<20}{defined[name]:>9}{measured[name]:>10}{counted[name]:>10}")


def _current(mutant: Mutant, figures: Figures | None, seeds: int) -> bool:
    """Whether figures are there, of enough seeds, and of the recipes as they are now."""
    return (
        figures is not None
        and len(figures.scores) >= seeds
        and (figures.digest, figures.parent_digest) == (mutant.digest, digest_of(parent_of(mutant).recipe))
    )


def _in_turns(everybody: Sequence[Mutant]) -> list[Mutant]:
    """One of each operator after the other, the parents mixed: an order that is the same every time."""
    shuffled = sorted(everybody, key=lambda mutant: mutant.id)
    random.Random(0).shuffle(shuffled)
    turn = Counter[str]()
    order = []
    for mutant in shuffled:
        group = "harmless" if mutant.harmless else "pair" if "+" in mutant.operator else next(iter(mutant.truth.faults))
        # harmless ones are wanted as often as four causes together
        order.append((turn[group] / (4 if group == "harmless" else 1), mutant.id, mutant))
        turn[group] += 1
    return [mutant for _, _, mutant in sorted(order, key=lambda entry: entry[:2])]


if __name__ == "__main__":
    main()
