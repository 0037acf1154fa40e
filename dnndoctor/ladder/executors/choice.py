"""Which executor a config asks for."""

from pathlib import Path

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.ladder.executors import Executor
from dnndoctor.ladder.executors.inline import InlineExecutor
from dnndoctor.ladder.executors.worker import WorkerExecutor


def executor_for(config: LoadedConfig, folder: Path) -> Executor:
    """The executor that `runtime.executor` names; it does nothing before it is opened.

    Args:
        config: Of the subject.
        folder: The run's folder.
    """
    match config.config.runtime.executor:
        case "worker":
            return WorkerExecutor(config, folder)
        case "inline":
            return InlineExecutor(config, folder)
