"""What the user asked for, in their own words, as the head of a report says it."""

import json
import math

from dnndoctor.config.schema import Config, Factory, LoadedConfig, ModelFile
from dnndoctor.report.contents import Asked


def asked_line(loaded: LoadedConfig, budget: float) -> Asked:
    """The head of a report.

    Args:
        loaded: The config.
        budget: Seconds; infinite where there is no bound.
    """
    config = loaded.config
    return Asked(
        config=str(loaded.file),
        model=_source(config.model),
        data=_source(config.data),
        goal=goal_line(config),
        budget_seconds=None if math.isinf(budget) else budget,
    )


def goal_line(config: Config) -> str | None:
    """What good enough means ("val_accuracy at least 0.85"), None where the config does not say."""
    return config.goal.text if config.goal is not None else None


def _source(source: object) -> str:
    match source:
        case str():
            return source
        case Factory(factory=factory, args=args):
            return f"{factory}({', '.join(f'{name}={json.dumps(value, default=str)}' for name, value in args.items())})"
        case ModelFile(file=file):
            return file
    return getattr(source, "x", "")
