"""`dnndoctor check`: a fixed plan for CI, which neither the clock nor the machine's load changes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dnndoctor.cli.examination import Way, run_examination, with_options
from dnndoctor.cli.session import Session

if TYPE_CHECKING:
    from dnndoctor.config.schema import LoadedConfig
    from dnndoctor.ladder.plan import Asked


@click.command(short_help="Examine by a fixed, quick plan: a gate for CI.")
@with_options
@click.pass_obj
def check(session: Session, /, config: Path | None, **options: Any) -> int:
    """Examines the model, data and training recipe that CONFIG names by a fixed plan, for CI.

    The rungs of the quick preset are climbed, always with as many steps and seeds, so that a gate does not flicker with the load
    of the machine: half a minute for a small model, longer for a slow one (runtime.trial_timeout bounds each trial). The config's
    ladder.preset and ladder.budget are for `diagnose` and are ignored here. The report ends with a line that says whether the
    check passed, by --fail-on or the config's gate.
    """
    return run_examination(session, _WAY, config, options)


def _asked(loaded: "LoadedConfig") -> "Asked":
    from dnndoctor.ladder.plan import Asked

    return Asked.fixed_plan(loaded)


def _settled(loaded: "LoadedConfig") -> "LoadedConfig":
    """The config without what only `diagnose` heeds, so that the run's journal says what was done."""
    ladder = loaded.config.ladder.model_copy(update={"preset": "quick", "budget": None})
    return loaded.model_copy(update={"config": loaded.config.model_copy(update={"ladder": ladder})})


_WAY = Way("check", _asked, settled=_settled, gated=True)
