"""Values that may be written in several shapes (a text, a mapping, a list), told apart before they are validated.

Pydantic's plain unions report one error for each member; here the shape picks one member, so that one mistake stays one problem.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Discriminator, Tag
from pydantic_core import PydanticCustomError

from dnndoctor.config.words import nearest

TEXT = Tag("~text")
TRUTH = Tag("~truth")
WHOLE = Tag("~whole number")
NUMBER = Tag("~number")
LIST = Tag("~list")
MAPPING = Tag("~mapping")
NOTHING = Tag("~nothing")
OUTPUTS = Tag("~outputs")

TAG_MARK = "~"
"""What every tag begins with; how a tag is told from a key in the place of an error."""

WRONG_SHAPE = "wrong_shape"
"""The type of the error for a value of none of the shapes; its message says which are taken."""

REFUSED = "refused"
"""The type of the errors that `refuse` makes."""


def by_shape(expected: str, *words: str) -> Discriminator:
    """Picks the member of a union by the value's shape.

    Args:
        expected: What may be written, as it follows "must be".
        words: The only texts that may stand here; any where there are none.
    """

    def pick(value: object) -> str | None:
        return None if words and isinstance(value, str) and value not in words else shape_of(value)

    return Discriminator(pick, custom_error_type=WRONG_SHAPE, custom_error_message=expected)


def by_keys(expected: str, members: Mapping[str, Sequence[str]]) -> Discriminator:
    """Picks the member of a union by the value's shape, and among mappings by the keys that it has.

    Args:
        expected: What may be written, as it follows "must be".
        members: Keys of each kind of mapping by tag, the telling one first. One whose telling key is there wins; else the one
            that has most keys like those given, so that a misspelt key is reported as one.
    """

    def pick(value: object) -> str | None:
        if isinstance(value, BaseModel):
            return next((tag for tag, keys in members.items() if keys[0] in type(value).model_fields), None)
        if not isinstance(value, Mapping):
            return shape_of(value)
        for tag, keys in members.items():
            if keys[0] in value:
                return tag
        return max(members, key=lambda tag: sum(nearest(str(key).split(":")[0], members[tag]) is not None for key in value))

    return Discriminator(pick, custom_error_type=WRONG_SHAPE, custom_error_message=expected)


def spec_or_outputs(expected: str) -> Discriminator:
    """Picks the member of a union by the value's shape, a mapping without `class_name` being one value for each output.

    Args:
        expected: What may be written, as it follows "must be".
    """

    def pick(value: object) -> str | None:
        by_output = isinstance(value, Mapping) and nearest("class_name", map(str, value), cutoff=0.8) is None
        return OUTPUTS.tag if by_output else shape_of(value)

    return Discriminator(pick, custom_error_type=WRONG_SHAPE, custom_error_message=expected)


def shape_of(value: object) -> str | None:
    """The tag of a value's shape; None for a value that YAML does not have."""
    shapes: tuple[tuple[Tag, type | tuple[type, ...]], ...] = (
        (NOTHING, type(None)),
        (TRUTH, bool),  # before numbers, since a bool is an int in Python
        (WHOLE, int),
        (NUMBER, float),
        (TEXT, str),
        (MAPPING, (Mapping, BaseModel)),
        (LIST, (list, tuple)),
    )
    return next((tag.tag for tag, kind in shapes if isinstance(value, kind)), None)


def refuse(message: str, hint: str = "") -> PydanticCustomError:
    """The error that a validator raises.

    Args:
        message: What is wrong, as it follows the name of the key ("must be ...").
        hint: What to write instead.
    """
    return PydanticCustomError(REFUSED, "{message}", {"message": message, "hint": hint})


def refusing(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Makes a validator of a function that raises `ValueError`."""

    def validate(value: Any) -> Any:
        try:
            return check(value)
        except ValueError as error:
            raise refuse(str(error)) from error

    return validate
