"""Arrays in lists, tuples and dicts, as Keras models take them: named, mapped, cut and put together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dnndoctor.subject.blueprint import Array, Tree


def named_leaves(tree: Any, name: str) -> list[tuple[str, Any]]:
    """The arrays of a tree with the expressions that reach them.

    Args:
        tree: Any tree; None has no leaves.
        name: What the tree itself is called ("x").

    Returns:
        Pairs of name ("x", "x[1]", "x['image']") and array, in Keras' order (dicts by sorted key).
    """
    if tree is None:
        return []
    if isinstance(tree, Mapping):
        return [leaf for key in sorted(tree) for leaf in named_leaves(tree[key], f"{name}[{key!r}]")]
    if isinstance(tree, list | tuple):
        return [leaf for index, part in enumerate(tree) for leaf in named_leaves(part, f"{name}[{index}]")]
    return [(name, tree)]


def leaves(tree: Any) -> list[Any]:
    """The arrays of a tree, in Keras' order.

    Args:
        tree: Any tree.
    """
    return [leaf for _, leaf in named_leaves(tree, "")]


def map_tree(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same tree with a function applied to each array.

    Args:
        function: From leaf to leaf.
        tree: Any tree; None stays None.
    """
    if tree is None:
        return None
    if isinstance(tree, Mapping):
        return {key: map_tree(function, part) for key, part in tree.items()}
    if isinstance(tree, list | tuple):
        mapped = [map_tree(function, part) for part in tree]
        return mapped if isinstance(tree, list) else tuple(mapped)
    return function(tree)


def join(trees: Sequence[Tree], put_together: Callable[[list[Array]], Array]) -> Tree:
    """One tree out of several of the same structure.

    Args:
        trees: At least one.
        put_together: What makes one leaf of the leaves at the same place.
    """
    first = trees[0]
    if first is None:
        return None
    if isinstance(first, Mapping):
        return {key: join([tree[key] for tree in trees], put_together) for key in first}  # type: ignore[index,call-overload]  # all of one structure
    if isinstance(first, list | tuple):
        joined = [join([tree[index] for tree in trees], put_together) for index in range(len(first))]  # type: ignore[index]  # all of one structure
        return joined if isinstance(first, list) else tuple(joined)
    return put_together([np.asarray(tree) for tree in trees])


def take(tree: Tree, rows: Any) -> Tree:
    """Rows of every array.

    Args:
        tree: Any tree.
        rows: A slice or an index array.
    """
    return map_tree(lambda leaf: leaf[rows], tree)  # type: ignore[no-any-return]  # a tree stays a tree


def row_count(tree: Any) -> int:
    """Rows of a tree's first array, 0 where it has none.

    Args:
        tree: Any tree.
    """
    found = leaves(tree)
    return len(found[0]) if found else 0


def row_bytes(tree: Any) -> int:
    """Bytes of one row of all arrays, at least 1.

    Args:
        tree: A tree whose leaves have a shape and a dtype.
    """
    return max(1, sum(int(np.prod(leaf.shape[1:], dtype=np.int64)) * int(leaf.dtype.itemsize) for leaf in leaves(tree)))
