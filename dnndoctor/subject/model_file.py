"""Saved models, opened defensively: a file is looked at before Keras is allowed to."""

import json
import stat
import zipfile
from pathlib import Path

import keras

from dnndoctor.config.schema import ModelFile
from dnndoctor.errors import SubjectError
from dnndoctor.subject.loading import UserCode

_STAGE = "opening the model file"
_ZIP_MAGIC = b"PK\x03\x04"
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_CONFIG_LIMIT = 64 * 2**20
"""Bytes of a model's description: the largest models that Keras ships describe themselves in under 5 MB."""
_MEMBERS_LIMIT = 10_000
_SIZE_LIMIT = 16 * 2**30
"""Bytes of all members together, unpacked."""
_MEMBERS = frozenset({"metadata.json", "config.json", "model.weights.h5"})


def open_model_file(spec: ModelFile, code: UserCode) -> keras.Model:
    """The saved model, compiled by the recipe that was saved with it, where there is one.

    Args:
        spec: The config's entry.
        code: For the folder, and to tell errors.

    Raises:
        SubjectError: It is no such file, or holds what a model file must not hold, or Keras cannot read it.
    """
    path = code.folder / spec.file
    _check_regular(path, spec.file)
    with code.guarded(spec.file, _STAGE):
        if path.suffix == ".keras":
            return _open_keras(path, spec)
        if path.suffix in {".h5", ".hdf5"}:
            return _open_h5(path, spec)
    raise _refused(spec.file, "is neither a .keras nor a .h5 file", "Save the model with model.save('name.keras').")


def _open_keras(path: Path, spec: ModelFile) -> keras.Model:
    _check_magic(path, spec.file, _ZIP_MAGIC, "a .keras archive")
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > _MEMBERS_LIMIT or sum(member.file_size for member in members) > _SIZE_LIMIT:
            raise _refused(spec.file, "would unpack to more than a model needs", "Save the model anew.")
        names = {member.filename for member in members}
        if strange := sorted(name for name in names if not _is_expected(name)):
            raise _refused(spec.file, f"holds `{strange[0]}`, which is not part of a saved model", "Save the model anew.")
        if missing := sorted({"config.json", "model.weights.h5"} - names):
            raise _refused(spec.file, f"lacks its `{missing[0]}`", "Save the whole model with model.save('name.keras').")
        if archive.getinfo("config.json").file_size > _CONFIG_LIMIT:
            raise _refused(spec.file, "has a description that is too large", "Save the model anew.")
        description = json.loads(archive.read("config.json"))
    model: keras.Model = keras.models.load_model(path, compile=False, safe_mode=not spec.trust)
    recipe = description.get("compile_config")
    if recipe:
        model.compile_from_config(recipe)
    return model


def _open_h5(path: Path, spec: ModelFile) -> keras.Model:
    _check_magic(path, spec.file, _HDF5_MAGIC, "an HDF5 file")
    # The recipe of this legacy format is written in a way that only Keras' own reader knows, so it does the compiling as well; it
    # looks names up among Keras' own and registered classes and runs no code from the file.
    model: keras.Model = keras.models.load_model(path, compile=True, safe_mode=not spec.trust)
    return model


def _is_expected(name: str) -> bool:
    return name in _MEMBERS or (name.startswith("assets/") and ".." not in Path(name).parts)


def _check_regular(path: Path, shown: str) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _refused(shown, "cannot be opened: " + (error.strerror or str(error)), "Check the path.") from error
    if not stat.S_ISREG(mode):
        raise _refused(shown, "is not a regular file", "Give the path of one .keras or .h5 file.")


def _check_magic(path: Path, shown: str, magic: bytes, kind: str) -> None:
    with path.open("rb") as file:
        start = file.read(len(magic))
    if start != magic:
        raise _refused(shown, f"is not {kind}: it starts with {start!r}", "Save the model anew with model.save('name.keras').")


def _refused(shown: str, what: str, advice: str) -> SubjectError:
    return SubjectError(f"`{shown}` {what}.", stage=_STAGE, advice=advice)
