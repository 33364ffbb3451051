"""Folders as people lay them out. What is expected is written as names, by hand."""

import os
import pathlib

import pytest

from dcgan_tf.data.folder_layout import find_classes, find_parts, list_files, sort_naturally


def paths(text):
    return [pathlib.Path(word) for word in text.split()]


def make(folder, text):
    for path in paths(text):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()


def test_names_are_sorted_as_people_do():
    assert sort_naturally(["10", "9", "2b", "1"]) == ["1", "2b", "9", "10"]
    assert sort_naturally(["b", "A", "a", "x10", "x2"]) == ["A", "a", "b", "x2", "x10"]


@pytest.mark.parametrize(
    ("files", "train", "test"),
    [
        ("train/cat/1.png train/dog/2.png val/cat/3.png val/dog/4.png", "train", "val"),
        ("train/1.jpg test/2.jpg valid/3.jpg", "train", "test"),
        ("train2017/1.jpg val2017/2.jpg", "train2017", "val2017"),
        ("images/train2017/1.jpg images/val2017/2.jpg", "images/train2017", "images/val2017"),
        ("seg_train/seg_train/sea/1.jpg seg_test/seg_test/sea/2.jpg seg_pred/3.jpg",)
        + ("seg_train", "seg_test"),
        ("chest/Train/ill/1.png chest/Test/ill/2.png", "chest/Train", "chest/Test"),
        ("training_set/cats/1.jpg test_set/cats/2.jpg", "training_set", "test_set"),
        ("train/1.png train/2.png", "train", None),
        ("bus/1.png car/2.png train/3.png", ".", None),
        ("test/1.png exam/2.png", ".", None),
        ("train/1.png train/2.png 3.png", ".", None),
        ("train/bus/1.png train/train/2.png test/bus/3.png test/train/4.png", "train", "test"),
        ("1.png 2.png", ".", None),
    ],
)
def test_parts(files, train, test):
    expected = pathlib.Path(train), None if test is None else pathlib.Path(test)
    assert find_parts(paths(files)) == expected


@pytest.mark.parametrize(
    ("files", "names", "labels"),
    [
        ("1/a.png 2/a.png 10/a.png 10/b.png", ["1", "2", "10"], [0, 1, 2, 2]),
        ("cats/x/y/a.png dogs/b.png", ["cats", "dogs"], [0, 1]),
        ("all/cats/a.png all/dogs/b.png", ["cats", "dogs"], [0, 1]),
        ("bus/1.png car/2.png train/3.png", ["bus", "car", "train"], [0, 1, 2]),
        ("faces/a.png faces/b.png", ["faces"], [0, 0]),
        ("a.png b.png", [], None),
        ("a.png b.png more/c.png", [], None),
        ("a.png b.png c.png 2019/d.png 2020/e.png", [], None),
    ],
)
def test_classes(files, names, labels):
    assert find_classes(paths(files)) == (paths(files), labels, names)


def test_a_stray_image_beside_class_folders_is_left_out():
    inside = "cats/a.png cats/b.png dogs/c.png"
    assert find_classes(paths(f"stray.png {inside}")) == (
        paths(inside),
        [0, 0, 1],
        ["cats", "dogs"],
    )


def test_links_are_followed_but_not_in_a_circle(tmp_path):
    make(tmp_path, "elsewhere/cats/1.png elsewhere/2.png data/dogs/3.png")
    data = tmp_path / "data"
    os.symlink(tmp_path / "elsewhere" / "cats", data / "cats")
    os.symlink(tmp_path / "elsewhere" / "2.png", data / "dogs" / "2.png")
    os.symlink(data, data / "dogs" / "again")
    os.symlink(tmp_path / "gone.png", data / "dangling.png")
    os.symlink(data, tmp_path / "link")
    for folder in (data, tmp_path / "link"):
        images, others, runs = list_files(folder)
        assert images == paths("cats/1.png dogs/2.png dogs/3.png")
        assert (others, runs) == (paths("dangling.png"), [])


def test_files_of_the_system_and_runs_are_not_listed(tmp_path):
    make(tmp_path, ".DS_Store a/.DS_Store Thumbs.db a/desktop.ini __MACOSX/._a.png .git/x.png")
    make(tmp_path, "a/1.png a/notes.txt runs/photos/run.json runs/photos/samples/2.png")
    assert list_files(tmp_path) == (
        paths("a/1.png"),
        paths("a/notes.txt"),
        paths("runs/photos"),
    )
    with pytest.raises(ValueError, match="folder of a run.*contains run.json. Expected"):
        list_files(tmp_path / "runs" / "photos")


@pytest.mark.parametrize(
    ("place", "mode"), [("", 0o711), ("a", 0o711), ("a", 0o700), ("a", 0o644), ("b/c", 0o700)]
)
def test_a_folder_that_may_not_be_listed_or_entered_is_named(tmp_path, monkeypatch, place, mode):
    """The system asks here as it asks others than the owner, because root may do everything."""
    make(tmp_path, "a/1.png b/c/2.png b/3.png")
    closed = tmp_path / place

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    def scandir(path, scandir=os.scandir):
        return scandir(path) if pathlib.Path(path) != closed or mode & 0o4 else refuse(path)

    def stat(path, *args, stat=os.stat, **kwargs):
        inside = closed in pathlib.Path(path).parents
        return refuse(path) if inside and not mode & 0o1 else stat(path, *args, **kwargs)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "stat", stat)
    with pytest.raises(PermissionError) as info:
        list_files(tmp_path)
    assert str(info.value).startswith(
        f"A folder cannot be read. Received: {str(closed)!r} (Permission denied). Expected a folder"
    )


def test_what_is_no_folder_is_refused(tmp_path):
    make(tmp_path, "1.png")
    for path, reason in ((tmp_path / "1.png", "Not a directory"), (tmp_path / "gone", "No such")):
        with pytest.raises(ValueError, match=f"cannot be read. Received: '{path}' .{reason}"):
            list_files(path)
