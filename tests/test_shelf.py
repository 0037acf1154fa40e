"""Discovery of what lies in a room."""

from pathlib import Path

import pytest

from dnndoctor.shelf import classes_in

ROOM = "a_room_for_the_shelf_test"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / ROOM
    folder.mkdir()
    (folder / "__init__.py").write_text("class Base: pass\n")
    (folder / "beta.py").write_text(f"from {ROOM} import Base\nclass Beta(Base): pass\n")
    (folder / "alpha.py").write_text(
        f"from abc import ABC, abstractmethod\nfrom {ROOM} import Base\nfrom {ROOM}.beta import Beta\n"
        "class Abstract(Base, ABC):\n    @abstractmethod\n    def act(self): ...\n"
        "class Alpha(Base): pass\nclass Other: pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return ROOM


def test_adding_a_file_adds_its_class(room: str) -> None:
    """Concrete subclasses are found in the order of their files; abstract, imported and foreign classes are not."""
    base = __import__(room).Base

    assert [found.__name__ for found in classes_in(room, base)] == ["Alpha", "Beta"]
