"""What the subject is, as one hash: the config's part in it, the user's source and model files, and the sample's bytes."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from dnndoctor.config.schema import LoadedConfig, ModelFile
from dnndoctor.subject.data.cache import sample_digest
from dnndoctor.subject.data.drawing import Drawn
from dnndoctor.subject.frames import shown_path

_SECTIONS = {"model", "data", "compile", "fit", "treatments"}
"""Of the config; the others say how it is looked at, not what it is."""


def source_digest(files: Sequence[Path], folder: Path) -> str:
    """A hash of the names and the content of source files.

    Args:
        files: The user's.
        folder: The config's folder.
    """
    digest = hashlib.sha256()
    for file in files:
        digest.update(shown_path(file, folder).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def fingerprint(config: LoadedConfig, sources: str, drawn: Drawn) -> str:
    """The subject's fingerprint.

    Args:
        config: What the user asked for.
        sources: From `source_digest`.
        drawn: The sample.
    """
    digest = hashlib.sha256()
    content = config.config.model_dump(mode="json", include=_SECTIONS)
    digest.update(json.dumps([content, sources, sample_digest(drawn)], sort_keys=True).encode())
    if isinstance(config.config.model, ModelFile):
        with (config.folder / config.config.model.file).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
