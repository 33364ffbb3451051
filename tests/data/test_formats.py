import gzip
import tracemalloc

import numpy as np
import pytest
import tensorflow as tf
from helpers import refused, to_float, write_idx

from dcgan_tf import load_dataset
from dcgan_tf.data import datasets, formats, untrusted
from dcgan_tf.data.datasets import open_dataset


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_folder(idx_folder, suffix):
    path, arrays = idx_folder(suffix)
    (x_train, y_train), (x_test, y_test) = load_dataset(path)
    np.testing.assert_allclose(
        x_train[..., 0], to_float(arrays["train-images-idx3-ubyte"]), atol=1e-6
    )
    assert x_test.shape == (3, 20, 24, 1)
    assert y_train.tolist() == [0, 1, 2, 3, 4] and y_test.tolist() == [0, 1, 2]


def test_only_names_of_idx_files_make_a_folder_one_of_them(tmp_path):
    names = (
        *("emnist-letters-train-images-idx3-ubyte.gz", "train-labels.idx1-ubyte"),
        *("t10k-images-idx3-ubyte (1).gz", "test-labels-idx1.ubyte"),
    )
    others = ("img_idx3.png", "train-images-idx3.png", "train-images.txt", "idx3", "a_idx3_b.npz")
    (tmp_path / "train-images-idx3").mkdir()
    for name in others:
        (tmp_path / name).touch()
    assert formats.find_idx_files(tmp_path) == [None] * 4
    for name in names:
        (tmp_path / name).touch()
    assert formats.find_idx_files(tmp_path) == [tmp_path / name for name in names]


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


def test_an_empty_test_part_is_none(tmp_path, rng):
    """As in what `load_dataset` returns for a data set without a test part."""
    images = rng.integers(0, 256, (5, 20, 16, 3), dtype=np.uint8)
    labels = np.arange(5)
    np.savez(
        tmp_path / "data.npz", x_train=images, y_train=labels, x_test=images[:0], y_test=labels[:0]
    )
    (x_train, _), (x_test, y_test) = load_dataset(tmp_path / "data.npz")
    np.testing.assert_allclose(x_train, to_float(images), atol=1e-6)
    assert x_test.shape == (0, 20, 16, 3) and y_test.shape == (0,)
    np.savez(tmp_path / "again.npz", x_train=x_train, x_test=x_test)
    np.testing.assert_array_equal(load_dataset(tmp_path / "again.npz")[0][0], x_train)


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
        (
            {"x": np.zeros((3, 16, 16)), "x_test": np.zeros((2, 16, 16, 3))},
            r"differ in height, width or channels. Received: \(16, 16, 1\) and \(16, 16, 3\).* both"
            r" parts\.$",
        ),
        (
            {"x": np.zeros((3, 16, 16)), "x_test": np.zeros((2, 20, 20))},
            r"Received: \(16, 16, 1\) and \(20, 20, 1\).*or an image size to resize both to\.$",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "data.npz", **arrays)
    refused(tmp_path / "data.npz", message)


def test_parts_of_unequal_size_are_resized_on_request(tmp_path):
    parts = {"x_train": np.zeros((3, 16, 16)), "x_test": np.zeros((2, 20, 20))}
    np.savez(tmp_path / "data.npz", **parts)
    (x_train, _), (x_test, _) = load_dataset(tmp_path / "data.npz", image_size=(16, 18))
    assert x_train.shape == (3, 16, 18, 1) and x_test.shape == (2, 16, 18, 1)
    np.savez(tmp_path / "data.npz", **{**parts, "x_test": np.zeros((2, 20, 20, 3))})
    message = r"Received: \(16, 16, 1\) and \(20, 20, 3\). Expected the same in both parts\.$"
    refused(tmp_path / "data.npz", message, image_size=(16, 18))


def test_damaged_archives_are_refused(tmp_path, idx_folder):
    np.savez_compressed(tmp_path / "whole.npz", x=np.zeros((9, 16, 16), np.uint8))
    whole = (tmp_path / "whole.npz").read_bytes()
    for content in (whole[:100], b"", b"hello"):
        (tmp_path / "damaged.npz").write_bytes(content)
        refused(tmp_path / "damaged.npz", "npz file cannot be read")


def test_damaged_idx_files_are_refused(idx_folder):
    path, arrays = idx_folder()
    images = path / "train-images-idx3-ubyte.gz"
    whole = images.read_bytes()
    values = gzip.decompress(whole)
    for content, message in (
        (whole[: len(whole) // 2], "Compressed file ended"),
        (values, "Not a gzipped file"),
        (b"", "does not begin with 0, 0, 8"),
        (gzip.compress(values[:-1]), "1 bytes of its values are missing"),
        (gzip.compress(values + b"x"), "there are bytes after its values"),
        (gzip.compress(b"\0\0\x0d" + values[3:]), "does not begin with 0, 0, 8"),  # float32
        (gzip.compress(b"\0\0\x08\0"), "does not begin with 0, 0, 8"),
        (gzip.compress(b"\0\0\x08\xff" + bytes(4 * 255)), "a number from 1 to 4"),
        (gzip.compress(values[:10]), "it ends before its sizes"),
        (gzip.compress(b"\0\0\x08\4" + b"\xff" * 16), "takes .* GiB of memory, more than 8 GiB"),
        (whole + bytes(2**20), "bytes, but its sizes ask for"),
    ):
        images.write_bytes(content)
        refused(path, f"The IDX files cannot be read .*{message}")
    images.unlink()
    refused(path, "no training images")
    plain = path / "train-images-idx3-ubyte"
    for content in (values[:-1], values + b"x", b"\0\0\x08\3" + b"\xff" * 12):
        plain.write_bytes(content)
        refused(path, f"{plain.name}'.* it has {len(content):,} bytes, but its sizes ask for")


@pytest.mark.parametrize("image_size", [None, (16, 20), (13, 9), (32, 31)])
@pytest.mark.parametrize(
    "scale",
    [
        lambda pixels: pixels,
        lambda pixels: np.asfortranarray(pixels),
        lambda pixels: pixels.astype(">u2") * 16,
        lambda pixels: pixels.astype(np.float64) / 255,
        lambda pixels: pixels / np.float32(127.5) - 1,
        lambda pixels: pixels > 99,
    ],
)
def test_images_are_scaled_to_the_last_bit_as_by_the_formula(rng, scale, image_size, monkeypatch):
    monkeypatch.setattr(formats, "RESIZED_AT_ONCE", 4 * 3 * 32 * 31 * 4)  # in parts of a few images
    images = scale(rng.integers(0, 256, (11, 16, 20, 3), dtype=np.uint8))
    (prepared,), _ = formats.prepare_images([images], image_size)
    low, high = images.min(), images.max()
    white = 1 if high <= 1 else 255 if high <= 255 else 4095
    expected = images.astype(np.float32)
    if low >= 0:
        expected = expected / (white / 2) - 1.0
    if image_size not in (None, (16, 20)):
        expected = tf.image.resize(expected, image_size, antialias=True).numpy().clip(-1.0, 1.0)
    assert prepared.dtype == np.float32 and prepared.flags.c_contiguous
    np.testing.assert_array_equal(prepared, expected)


@pytest.mark.parametrize(
    ("kind", "dtype", "most"),
    [
        *[(kind, "u1", 5.2) for kind in ("npz", "packed.npz", "idx", "gz")],
        *[("npz", "f4", 2.2), ("packed.npz", "f4", 2.2), ("npz", "f8", 1.7)],
    ],
)
def test_reading_takes_few_bytes_for_each_byte(tmp_path, kind, dtype, most):
    # tests/programs/data_memory.py measures the whole process.
    images = np.arange(16 * 2**20 // np.dtype(dtype).itemsize).astype("u1").astype(dtype)
    images = images.reshape(-1, 64, 64)
    path = tmp_path / f"data.{kind}"
    if kind.endswith("npz"):
        save = np.savez if kind == "npz" else np.savez_compressed
        save(path, x_train=images, y_train=np.zeros(len(images)))
    else:
        path.mkdir()
        suffix = ".gz" if kind == "gz" else ""
        write_idx(path / f"train-images-idx3-ubyte{suffix}", images)
    tracemalloc.start()
    dataset = open_dataset(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert dataset.images.nbytes < peak <= most * images.nbytes + 2**22


@pytest.mark.parametrize("image_size", [None, (4, 4)])
def test_the_memory_that_is_counted_is_enough(image_size):
    texts = np.array([f"the name of class 12-{i}" for i in range(20_000)])
    images = np.zeros((20_000, 8, 8), np.uint8)
    needed = formats.count_memory([images], [texts], image_size)
    tracemalloc.start()
    datasets._prepare_arrays((images.copy(), texts.copy()), (None, None), image_size, None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak <= needed


@pytest.mark.parametrize("image_size", [None, (8, 8)])
def test_data_that_take_too_much_memory_are_refused_unread(
    tmp_path, idx_folder, monkeypatch, image_size
):
    images, labels = np.zeros((1000, 16, 16), np.uint8), np.zeros(1000)
    np.savez_compressed(tmp_path / "data.npz", x_train=images, y_train=labels)
    needed = formats.count_memory([images], [labels], image_size)
    monkeypatch.setattr(untrusted, "LARGEST_MEMORY", needed)
    assert len(open_dataset(tmp_path / "data.npz", image_size).images) == 1000
    monkeypatch.setattr(untrusted, "LARGEST_MEMORY", needed - 1)
    monkeypatch.setattr(untrusted.StoredArray, "read", lambda *_: pytest.fail("it was read"))
    refused(tmp_path / "data.npz", r"takes .* GiB of memory, more than", image_size=image_size)
    folder, _ = idx_folder()
    monkeypatch.setattr(untrusted, "LARGEST_MEMORY", 1)
    refused(folder, r"takes .* GiB of memory, more than", image_size=image_size)


def test_images_that_are_enlarged_too_much_are_refused():
    refused("mnist-10k", "takes 2,5.* GiB of memory, more than 8 GiB", image_size=(8192, 8192))
    refused("mnist-10k", "at most 16,384 each", image_size=(20_000, 20))
