"""Where a model and its data come from: the user's own functions, or files."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, Tag, model_validator

from dnndoctor.config.shapes import TEXT, by_keys, refuse
from dnndoctor.config.values import Columns, Reference, Strict
from dnndoctor.config.words import listed

_KEYS_OF_KIND: dict[str, tuple[str, ...]] = {
    "npz": (),
    "npy": ("y", "sample_weight", "x_val", "y_val"),
    "csv": ("target", "sample_weight", "x_val"),
}
"""What each kind of data takes beside `kind` and `x`."""


class Factory(Strict):
    """A callable of the user's and what it is called with."""

    factory: Reference = Field(
        description="The function to call: `file.py:name`, relative to the config, or `package.module:name`.",
        examples=["train.py:build_model"],
    )
    args: dict[str, Any] = Field(default_factory=dict, description="Keyword arguments for it.", examples=[{"width": 64}])


class ModelFile(Strict):
    """A saved model."""

    file: str = Field(description="A `.keras`, `.h5` or `.hdf5` file, relative to the config.", examples=["model.keras"])
    weights: Literal["fresh", "as_saved"] = Field(
        default="fresh", description="Draw new weights by the layers' initializers, or keep those in the file."
    )
    trust: bool = Field(
        default=False, description="Allow the file to run code of its own (Lambda layers). Only for files that you made."
    )


class DataFile(Strict):
    """Data in files."""

    kind: Literal["npz", "npy", "csv"] = Field(description="The files' format.", examples=["npz"])
    x: str = Field(
        description="The inputs' file, relative to the config. An `.npz` holds everything, by name: x or x_train, y or y_train, "
        "x_val, y_val, sample_weight. Of a CSV, each column that has no other part is an input.",
        examples=["data.npz"],
    )
    y: str | None = Field(default=None, description="The targets' file (npy).", examples=["y.npy"])
    target: Columns | None = Field(default=None, description="The target column or columns (csv).", examples=["price"])
    sample_weight: str | None = Field(default=None, description="The sample weights' file (npy) or column (csv).")
    x_val: str | None = Field(default=None, description="The validation inputs' file (npy), or the validation table (csv).")
    y_val: str | None = Field(default=None, description="The validation targets' file (npy).")

    @model_validator(mode="after")
    def _keys_fit_the_kind(self) -> "DataFile":
        taken = ("x", *_KEYS_OF_KIND[self.kind])
        strange = [key for key, value in self if value is not None and key not in ("kind", *taken)]
        if strange:
            raise refuse(f"has {listed(strange)}, without a meaning for kind `{self.kind}`", f"this kind takes {listed(taken)}")
        if self.kind == "csv" and self.target is None:
            raise refuse("lacks the target of a CSV", "add `target: name_of_the_column`")
        if self.y_val is not None and self.x_val is None:
            raise refuse("has `y_val` without `x_val`", "add the validation inputs")
        return self


ModelOrigin: TypeAlias = Annotated[
    Annotated[Reference, TEXT] | Annotated[Factory, Tag("~factory")] | Annotated[ModelFile, Tag("~file")],
    by_keys(
        "a factory (`train.py:build_model`), or a mapping with `factory:` or `file:`",
        {"~factory": tuple(Factory.model_fields), "~file": tuple(ModelFile.model_fields)},
    ),
]
"""A function that returns the model, or a saved model."""

DataOrigin: TypeAlias = Annotated[
    Annotated[Reference, TEXT] | Annotated[Factory, Tag("~factory")] | Annotated[DataFile, Tag("~kind")],
    by_keys(
        "a factory (`train.py:load_data`), or a mapping with `factory:` or `kind:`",
        {"~factory": tuple(Factory.model_fields), "~kind": tuple(DataFile.model_fields)},
    ),
]
"""A function that returns the data, or files."""
