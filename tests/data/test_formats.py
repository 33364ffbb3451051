import gzip

import numpy as np
import pytest
from helpers import refused, to_float

from dcgan_tf import load_dataset


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_folder(idx_folder, suffix):
    path, arrays = idx_folder(suffix)
    (x_train, y_train), (x_test, y_test) = load_dataset(path)
    np.testing.assert_allclose(
        x_train[..., 0], to_float(arrays["train-images-idx3-ubyte"]), atol=1e-6
    )
    assert x_test.shape == (3, 20, 24, 1)
    assert y_train.tolist() == [0, 1, 2, 3, 4] and y_test.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("train", "train_labels", "test", "test_labels"),
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
    ],
)
def test_npz_with_all_parts(tmp_path, rng, train, train_labels, test, test_labels):
    images = rng.integers(0, 256, (5, 20, 16, 3), dtype=np.uint8)
    labels = np.array([[3], [1], [2], [0], [1]], np.uint8)  # a column, as MedMNIST has it
    np.savez(
        tmp_path / "data.npz",
        **{train: images, train_labels: labels, test: images[:2], test_labels: labels[:2]},
        val_images=images[:1],
    )
    (x_train, y_train), (x_test, y_test) = load_dataset(tmp_path / "data.npz")
    np.testing.assert_allclose(x_train, to_float(images), atol=1e-6)
    assert y_train.tolist() == [3, 1, 2, 0, 1] and y_train.dtype == np.int64
    assert x_test.shape == (2, 20, 16, 3) and y_test.tolist() == [3, 1]


def test_npz_with_images_alone(tmp_path, rng):
    images = rng.integers(0, 256, (5, 20, 16), dtype=np.uint8)
    np.savez(tmp_path / "unnamed.npz", images)
    np.savez(tmp_path / "named.npz", x_train=images, note=np.zeros(3))
    for name in ("unnamed.npz", "named.npz"):
        (x_train, y_train), (x_test, y_test) = load_dataset(str(tmp_path / name))
        np.testing.assert_allclose(x_train[..., 0], to_float(images), atol=1e-6)
        assert y_train is None and y_test is None
        assert x_test.shape == (0, 20, 16, 1)


@pytest.mark.parametrize(
    "scale",
    [
        lambda pixels: pixels,
        lambda pixels: pixels.astype(np.int64),
        lambda pixels: pixels.astype(np.float64),
        lambda pixels: pixels / np.float32(255),
        lambda pixels: pixels / 127.5 - 1,
    ],
)
def test_ranges_are_recognised(tmp_path, rng, scale):
    pixels = rng.integers(0, 256, (3, 16, 16), dtype=np.uint8)
    pixels[0, 0, :2] = 0, 255
    np.savez(tmp_path / "data.npz", scale(pixels))
    (x_train, _), _ = load_dataset(tmp_path / "data.npz")
    assert x_train.dtype == np.float32
    np.testing.assert_allclose(x_train[..., 0], to_float(pixels), atol=1e-6)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": np.array([{}, {}], object)}, "npz file cannot be read"),
        ({"pictures": np.zeros((2, 16, 16)), "y": np.zeros(2)}, "has no images.*'pictures'"),
        ({"x": np.zeros((2, 784), np.uint8)}, "not an array of images. Received: shape .2, 784."),
        ({"x": np.zeros((2, 3, 16, 16), np.uint8)}, "an array of images.*channels, channels last"),
        ({"x": np.zeros((0, 16, 16), np.uint8)}, "not an array of images"),
        ({"x": np.full((2, 16, 16), 300.0)}, "unknown range. Received: 300 to 300"),
        ({"x": np.full((2, 16, 16), np.nan)}, "unknown range"),
        ({"x": np.full((2, 16, 16), "a")}, "pixels are not numbers"),
        ({"x": np.zeros((2, 16, 16)), "y": np.zeros(3, int)}, "labels do not fit the images"),
        ({"x": np.zeros((2, 16, 16)), "y": np.zeros((3, 1), int)}, "labels do not fit the images"),
        ({"x": np.full((2, 16, 16), 70_000)}, "unknown range. Received: 70000 to 70000"),
        ({"x": np.zeros((2, 16, 16, 4))}, "fourth channel, their transparency.*on a background"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "data.npz", **arrays)
    refused(tmp_path / "data.npz", message)


def test_damaged_archives_are_refused(tmp_path, idx_folder):
    np.savez_compressed(tmp_path / "whole.npz", x=np.zeros((9, 16, 16), np.uint8))
    whole = (tmp_path / "whole.npz").read_bytes()
    for content in (whole[:100], b"", b"hello"):
        (tmp_path / "damaged.npz").write_bytes(content)
        refused(tmp_path / "damaged.npz", "npz file cannot be read")
    path, arrays = idx_folder()
    images = path / "train-images-idx3-ubyte.gz"
    whole = images.read_bytes()
    images.write_bytes(whole[: len(whole) // 2])
    refused(path, "ended before")
    images.write_bytes(gzip.compress(gzip.decompress(whole)[:-1]))
    refused(path, "The IDX files cannot be read")
    images.write_bytes(gzip.compress(b"\0\0\x0d" + gzip.decompress(whole)[3:]))
    refused(path, "The IDX files cannot be read")
    images.unlink()
    refused(path, "no training images")
