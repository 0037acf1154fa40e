"""What a plan was made with."""

import pytest

from dnndoctor.experiments import Settings


@pytest.mark.parametrize("seeds", [(0, 1, 2), (0, 1000), (7, 1007, 2007), (5, 3)])
def test_fresh_seeds_are_fresh(seeds: tuple[int, ...]) -> None:
    """As many seeds confirm as screen, and none does both, however far apart they are."""
    fresh = Settings(seeds=seeds).fresh_seeds

    assert len(set(fresh)) == len(seeds)
    assert not set(fresh) & set(seeds)


def test_usual_fresh_seeds() -> None:
    """Seeds that lie close together are followed by those a thousand on, which reports name."""
    assert Settings(seeds=(0, 1, 2)).fresh_seeds == (1000, 1001, 1002)
