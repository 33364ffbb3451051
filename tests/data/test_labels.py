import re

import numpy as np
import pytest

from dcgan_tf import load_dataset
from dcgan_tf.data.datasets import open_dataset
from dcgan_tf.data.labels import read_labels


@pytest.mark.parametrize(
    ("labels", "expected", "names"),
    [
        (np.array([3, -1, 3]), [3, -1, 3], {-1: "-1", 3: "3"}),
        (np.array([[7], [8], [7]], np.uint8), [7, 8, 7], {7: "7", 8: "8"}),
        (np.array([2.0, 0.0, 2.0]), [2, 0, 2], {0: "0", 2: "2"}),
        (np.array([True, False, True]), [1, 0, 1], {0: "0", 1: "1"}),
        (np.array(["dog", "cat", "dog"]), [1, 0, 1], {0: "cat", 1: "dog"}),
        (np.array([b"10", b"9", b"10"]), [1, 0, 1], {0: "9", 1: "10"}),
        (np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]]), [1, 0, 2], {0: "0", 1: "1", 2: "2"}),
    ],
)
def test_labels_of_all_kinds_become_numbers(labels, expected, names):
    numbers, found, reason = read_labels(labels, 3)
    assert numbers.dtype == np.int64 and numbers.tolist() == expected
    assert found == names and reason is None


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (np.array([[1, 1, 0], [0, 0, 0], [1, 0, 0]]), r"several of them \(shape \(3, 3\)\)"),
        (np.array([0.5, 1.0, 2.0]), "no whole numbers"),
        (np.array([0.0, np.nan, 2.0]), "no whole numbers"),
        (np.zeros((3, 0)), "empty"),
    ],
)
def test_labels_that_are_no_use_are_ignored_with_a_word(labels, reason, tmp_path, capsys):
    images = np.zeros((3, 16, 16), np.uint8)
    np.savez(tmp_path / "data.npz", train_images=images, train_labels=labels)
    (x_train, y_train), _ = load_dataset(tmp_path / "data.npz")
    assert len(x_train) == 3 and y_train is None
    assert re.search(reason, capsys.readouterr().out)


def test_text_has_the_same_number_in_both_parts(tmp_path):
    images = np.zeros((3, 16, 16), np.uint8)
    arrays = {"y_train": np.array(["b", "a", "c"]), "y_test": np.array(["c", "c", "z"])}
    np.savez(tmp_path / "data.npz", x_train=images, x_test=images, **arrays)
    (_, y_train), (_, y_test) = load_dataset(tmp_path / "data.npz")
    assert y_train.tolist() == [1, 0, 2] and y_test.tolist() == [2, 2, 3]
    assert open_dataset(tmp_path / "data.npz").label_names == {0: "a", 1: "b", 2: "c"}
