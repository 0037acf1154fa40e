"""Shows that the zoo is healthy: `python -m tests.clinic.zoo [ID]...` trains by plain Keras, and compares with usual scores."""

import json
import sys
from dataclasses import asdict
from typing import Any

import click

from tests.clinic.zoo.index import ZOO, Inmate, zoo

SCORES = ZOO / "scores.json"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--seed", default=0, show_default=True, help="Keras' global seed.")
@click.option("--keep/--no-keep", default=True, show_default=True, help="Whether scores.json is brought up to date.")
def main(ids: tuple[str, ...], seed: int, keep: bool) -> None:
    """Trains the zoo, or those named (families too), and exits with 1 where anyone misses the usual score."""
    inmates = [inmate for inmate in zoo() if not ids or inmate.id in ids or inmate.family in ids]
    if not inmates:
        raise click.UsageError(f"nobody of that name: {', '.join(ids)}")
    missed = [inmate.id for inmate in inmates if not _train(inmate, seed, keep=keep)]
    click.echo(
        f"{len(inmates) - len(missed)} of {len(inmates)} reach the usual score" + (f"; not {', '.join(missed)}" if missed else "")
    )
    sys.exit(bool(missed))


def _train(inmate: Inmate, seed: int, *, keep: bool) -> bool:
    from tests.clinic.zoo.training import train  # TensorFlow is imported with it, which --help does without

    try:
        score = train(inmate, seed)
    except Exception as error:  # one that does not even train is the finding here, and the others are still to be trained
        click.echo(f"{'FAILED':<8}{inmate.id:<30}{type(error).__name__}: {error}")
        return False
    reached = inmate.usual.reached(score.value)
    line = (
        f"{'ok' if reached else 'MISSED':<8}{inmate.id:<30}{score.seconds:>6.1f} s {score.epochs:>4} epochs  {score.value:>9.4g} "
    )
    click.echo(f"{line} ({score.three_quarters:.4g} at three quarters); usual: {inmate.usual.text}")
    if keep:
        _write({**_measured(), inmate.id: asdict(score)})
    return reached


def _measured() -> dict[str, Any]:
    return dict(json.loads(SCORES.read_text())) if SCORES.exists() else {}


def _write(scores: dict[str, Any]) -> None:
    order = [inmate.id for inmate in zoo() if inmate.id in scores]
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(scores[name])}" for name in order)
    SCORES.write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
