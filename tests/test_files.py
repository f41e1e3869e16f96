"""Files appear whole and together, or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from coverage.errors import FileError
from coverage.files import check_unchanged, keep_older, replace_text, staged_folder, stamps, whole_file


def test_files_move_together_when_all_are_written(tmp_path):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "one").write_text("old", "utf-8")
    (folder / "other").write_text("stays", "utf-8")
    with staged_folder(folder) as staging:
        (staging / "one").write_text("new", "utf-8")
        (staging / "two").write_text("new", "utf-8")
        assert (folder / "one").read_text("utf-8") == "old"
    assert {p.name: p.read_text("utf-8") for p in folder.iterdir()} == {
        "one": "new",
        "two": "new",
        "other": "stays",
    }


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), sqlite3.OperationalError("disk full")]
)
def test_a_full_disk_leaves_the_old_file_and_no_trace(tmp_path, error):
    path = tmp_path / "new" / "file"
    with pytest.raises(FileError, match="cannot be written"), whole_file(path):
        raise error
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_no_trace_and_goes_on(tmp_path):
    def write_half() -> None:
        with whole_file(tmp_path / "file") as temporary:
            temporary.write_text("half", "utf-8")
            raise KeyboardInterrupt

    (tmp_path / "file").write_text("old", "utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert [(p.name, p.read_text("utf-8")) for p in tmp_path.iterdir()] == [("file", "old")]


def test_an_error_of_our_own_passes_through(tmp_path):
    with pytest.raises(FileError, match="as it was"), staged_folder(tmp_path):
        raise FileError("as it was")


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "maps").write_text("in the way", "utf-8")
    with pytest.raises(FileError, match="maps"), staged_folder(tmp_path / "maps" / "toy"):
        pass


def test_the_older_file_is_kept_beside(tmp_path):
    path = tmp_path / "county.gpkg"
    assert keep_older(path) is None
    path.write_text("first", "utf-8")
    assert keep_older(path) == tmp_path / "county.gpkg.bak"
    path.write_text("second", "utf-8")
    keep_older(path)
    assert (tmp_path / "county.gpkg.bak").read_text("utf-8") == "second"
    assert path.read_text("utf-8") == "second"


def test_every_older_file_is_kept_once(tmp_path):
    path = tmp_path / "option.toml"
    for text, copy in (("first", "bak"), ("second", "bak2"), ("first", None), ("third", "bak3")):
        path.write_text(text, "utf-8")
        assert keep_older(path, every=True) == (copy and tmp_path / f"option.toml.{copy}")
    kept = {file.suffix: file.read_text("utf-8") for file in tmp_path.glob("*.bak*")}
    assert kept == {".bak": "first", ".bak2": "second", ".bak3": "third"}


def test_a_folder_in_the_way_of_one_file_leaves_all_of_them(tmp_path):
    (tmp_path / "a").write_text("old", "utf-8")
    (tmp_path / "b").mkdir()

    def write_both() -> None:
        with staged_folder(tmp_path) as staging:
            for name in "ab":
                (staging / name).write_text("new", "utf-8")

    with pytest.raises(FileError, match="b is a folder: remove or rename it"):
        write_both()
    assert (tmp_path / "a").read_text("utf-8") == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_a_file_that_somebody_else_has_written_is_not_replaced(tmp_path):
    path = tmp_path / "toy.gpkg"
    check_unchanged(path, stamps(tmp_path))
    path.write_bytes(b"one")
    before = stamps(tmp_path)
    check_unchanged(path, before)
    path.write_bytes(b"another")
    with pytest.raises(FileError, match="run it again"):
        check_unchanged(path, before)
    with pytest.raises(FileError, match="run it again"):
        check_unchanged(path, {})
    path.unlink()
    with pytest.raises(FileError, match="run it again"):
        check_unchanged(path, before)


@pytest.mark.parametrize("error", [PermissionError(13, "locked"), KeyboardInterrupt()])
def test_one_file_that_cannot_be_replaced_leaves_all_as_they_were(tmp_path, monkeypatch, error):
    for name in ("a.html", "c.xlsx"):
        (tmp_path / name).write_text("old")
    replace = Path.replace

    def locked(self, target):
        # what a table program holds open cannot be moved
        if self.name == "c.xlsx" and self.parent == tmp_path:
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    wanted = FileError if isinstance(error, OSError) else KeyboardInterrupt

    def write():
        with staged_folder(tmp_path) as staging:
            for name in ("a.html", "b.json", "c.xlsx"):
                (staging / name).write_text("new")

    with pytest.raises(wanted) as caught:
        write()
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a.html": "old", "c.xlsx": "old"}
    if wanted is FileError:
        assert "c.xlsx" in str(caught.value)


def test_a_text_is_replaced_in_one_step(tmp_path, monkeypatch):
    path = tmp_path / "new" / "page.html"
    replace_text(path, "one")
    seen = []
    usual = Path.replace

    def look(self, target):
        seen.append((path.read_text("utf-8"), sorted(p.name for p in path.parent.iterdir())))
        return usual(self, target)

    monkeypatch.setattr(Path, "replace", look)
    replace_text(path, "二")
    assert path.read_text("utf-8") == "二"
    # the older text stood there to the last, and nothing was moved but the new file
    assert [text for text, _ in seen] == ["one"]
    assert [p.name for p in path.parent.iterdir()] == ["page.html"]


def test_a_replaced_text_has_the_rights_of_any_file(tmp_path):
    replace_text(tmp_path / "a", "x")
    (tmp_path / "b").write_text("x", "utf-8")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_a_file_that_is_read_at_that_moment_is_waited_for(tmp_path, monkeypatch):
    """Windows refuses to replace a file that another program has open."""
    path, refusals = tmp_path / "page.html", [1, 2]
    usual = Path.replace

    def refuse(self, target):
        if refusals:
            refusals.pop()
            raise PermissionError(13, "Permission denied")
        return usual(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    replace_text(path, "new")
    assert path.read_text("utf-8") == "new"
    refusals += [1] * 9
    with pytest.raises(FileError, match="cannot be written"):
        replace_text(path, "newer")
    assert path.read_text("utf-8") == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
