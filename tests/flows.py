"""Forward passes for synthetic facts, written as arrows."""

from itertools import pairwise

from dnndoctor.evidence.call_facts import INPUT, CallFacts
from dnndoctor.evidence.facts import LayerFacts


def chain(*layers: LayerFacts) -> tuple[CallFacts, ...]:
    """One layer after the other, from the only input to the only output."""
    return wired(" > ".join(["input", *(layer.path for layer in layers)]))


def wired(*ways: str) -> tuple[CallFacts, ...]:
    """A forward pass out of its ways, such as "input > a > +AddV2 > head" and "input > +AddV2".

    Args:
        ways: Layers by path, operations with a plus in front, "input..." for inputs; what follows a "#" only tells calls apart.
            The last step of the ways that lead nowhere else is an output.
    """
    parts = [[name.strip() for name in way.split(">")] for way in ways]
    names = list(dict.fromkeys(name for part in parts for name in part))
    feeds: dict[str, set[int]] = {name: set() for name in names}
    for part in parts:
        for maker, taker in pairwise(part):
            feeds[maker].add(names.index(taker))
    last = [name for name in names if not feeds[name]]
    return tuple(
        CallFacts(
            layer=None if name.startswith(("+", "input")) else name.partition("#")[0],
            operation=INPUT if name.startswith("input") else name[1:].partition("#")[0] if name.startswith("+") else "",
            feeds=tuple(sorted(feeds[name])),
            outputs=(last.index(name),) if name in last else (),
        )
        for name in names
    )
