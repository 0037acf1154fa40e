"""A user's folder with a script and a config, and what comes of edits in it; facts say on which line each layer was made."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent
from typing import Any

from dnndoctor.config.loading import load_config
from dnndoctor.config.schema import LoadedConfig
from dnndoctor.evidence.facts import Facts, LayerFacts, LossFacts, OptimizerFacts, Place
from dnndoctor.evidence.trial import Edit
from dnndoctor.patching.proposal import Proposal, propose
from tests import evidence_samples as samples

TWO_KEYS = "model: train.py:build_model\ndata: train.py:load_data\n"
DATA = "\n\ndef load_data():\n    return x, y\n"


@dataclass(frozen=True)
class Folder:
    """Attributes: the config that was loaded from the folder, and the script as it was written."""

    loaded: LoadedConfig
    script: str

    def place(self, text: str) -> Place:
        """The line of the script that holds this text."""
        return Place("train.py", next(n for n, line in enumerate(self.script.splitlines(), 1) if text in line))

    def layer(self, path: str, text: str, kind: str = "Dense", **details: Any) -> LayerFacts:
        """A layer that the line with this text makes."""
        return samples.layer(path, kind, place=self.place(text), **details)

    def optimizer(self, text: str, kind: str = "Adam", rate: float = 1e-3, **details: Any) -> dict[str, Any]:
        """A recipe with one optimizer, made by the line with this text."""
        return {"optimizers": (OptimizerFacts(kind, rate, place=self.place(text), **details),)}

    def loss(self, text: str, name: str, **details: Any) -> LossFacts:
        """A loss that the line with this text sets."""
        return samples.keras_loss(name, place=self.place(text), **details)

    def propose(self, edits: Sequence[Edit] | Edit, **details: Any) -> Proposal:
        """What comes of edits, with these details of the facts."""
        facts = details.pop("facts", None) or samples.facts(place=self.place("def build_model"), **details)
        return propose([edits] if isinstance(edits, Edit) else edits, facts, self.loaded)

    def after(self, edits: Sequence[Edit] | Edit, **details: Any) -> Mapping[str, str]:
        """The files that are changed, as they would be; all of the edits must have been located."""
        proposal = self.propose(edits, **details)

        assert proposal.by_hand == ()
        return {change.path: change.after for change in proposal.changes}

    def changed_lines(self, edits: Sequence[Edit] | Edit, **details: Any) -> list[str]:
        """The lines that come and go, with their signs, as the diff says it; it must apply."""
        proposal = self.propose(edits, **details)
        assert proposal.by_hand == ()
        assert_applies(self.loaded.folder, proposal)
        lines = proposal.diff(0).splitlines()
        return [line for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---"))]

    def why(self, edit: Edit, **details: Any) -> str:
        """Why there is no diff of an edit."""
        proposal = self.propose(edit, **details)

        assert proposal.changes == ()
        return proposal.by_hand[0].why


def folder(path: Path, script: str, config: str = TWO_KEYS) -> Folder:
    """Writes a script with a factory of the model, and a config beside it."""
    text = dedent(script).lstrip("\n") + DATA
    (path / "train.py").write_text(text, encoding="utf-8", newline="")
    (path / "config.yaml").write_text(config, encoding="utf-8", newline="")
    return Folder(load_config(path / "config.yaml"), text)


def assert_applies(path: Path, proposal: Proposal) -> None:
    """`git apply` makes of the files on the disk what the proposal says; they are put back afterwards."""
    kept = {change.path: (path / change.path).read_bytes() for change in proposal.changes}
    # A bound on the search for a repository, as the folder of the tests may lie in one.
    environment = {"GIT_CEILING_DIRECTORIES": str(path.parent), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    run = subprocess.run(
        ["git", "apply", "-"], cwd=path, input=proposal.diff().encode(), capture_output=True, env=environment, check=False
    )
    assert run.returncode == 0, run.stderr
    for change in proposal.changes:
        assert (path / change.path).read_bytes().decode() == change.after
        (path / change.path).write_bytes(kept[change.path])


def with_places(facts: Facts, lines: Mapping[str, int]) -> Facts:
    """Facts whose config has its keys on these lines."""
    return replace(facts, config_places={key: Place("config.yaml", line) for key, line in lines.items()})
