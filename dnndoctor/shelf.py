"""Discovery: what lies in a room is on its shelf, so that adding a file adds the rule, experiment, edit or format."""

import importlib
import inspect
import pkgutil
from functools import cache


@cache
def classes_in(package: str, base: type) -> tuple[type, ...]:
    """Every concrete subclass of `base` that is defined in a module of `package`.

    Args:
        package: Dotted name of a package; its direct modules are imported.
        base: The class that members of this shelf derive from.

    Returns:
        The classes, in the order of their modules' names and then of their definition.

    Raises:
        ImportError: A module of the package cannot be imported.
    """
    found: list[type] = []
    for module_info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        module = importlib.import_module(f"{package}.{module_info.name}")
        found += [
            member
            for member in vars(module).values()
            if inspect.isclass(member)
            and issubclass(member, base)
            and not inspect.isabstract(member)
            and member.__module__ == module.__name__
            and member is not base
        ]
    return tuple(found)
