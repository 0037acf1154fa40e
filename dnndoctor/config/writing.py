"""A config as a file: what was asked for, and the edits that treat its subject."""

from collections.abc import Sequence

import yaml

from dnndoctor.config.schema import EditSpec, LoadedConfig

HEAD = "# Written by dnndoctor"
"""What every file begins with that is written here, so that only such files are written over."""


def treated_text(loaded: LoadedConfig, treatments: Sequence[EditSpec], remarks: Sequence[str] = ()) -> str:
    """The config with further treatments, as YAML; it belongs beside the config that it was made from, as its paths are relative.

    Keys that the config does not name are not named here either; what the command line set is written down.

    Args:
        loaded: The config.
        treatments: Applied after those that it has already.
        remarks: Lines for the head.
    """
    config = loaded.config
    everything = config.model_copy(update={"treatments": [*config.treatments, *treatments]})
    content = everything.model_dump(mode="json", exclude_unset=True, exclude={"treatments"}, exclude_none=True)
    content["treatments"] = [
        {"name": edit.name, **({"parameters": edit.parameters} if edit.parameters else {})} for edit in everything.treatments
    ]
    head = [f"{HEAD} from {loaded.file.name}. Diagnose it again with other seeds to see whether it holds.", *remarks]
    body = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120)
    return "\n# ".join(line.replace("\n", " ") for line in head) + "\n\n" + body
