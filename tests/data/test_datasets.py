import types

import numpy as np
import pytest
from helpers import refused, save, to_float, write_idx

from dcgan_tf import ImageFolder, load_characters, load_dataset, load_training_images
from dcgan_tf.data import datasets, named


def test_bundled_digits():
    (x_train, y_train), (x_test, y_test) = load_dataset()
    assert x_train.shape == (8004, 28, 28, 1) and x_train.dtype == np.float32
    assert x_test.shape == (1996, 28, 28, 1)
    assert y_train.shape == (8004,) and y_test.shape == (1996,)
    assert (x_train.min(), x_train.max()) == (-1.0, 1.0)
    assert set(np.unique(y_train)) == set(range(10))
    with np.load(named.ASSETS / "mnist-10k.npz") as file:
        np.testing.assert_allclose(x_train[..., 0], to_float(file["x_train"]), atol=1e-6)
        np.testing.assert_array_equal(y_test, file["y_test"])


def test_bundled_people():
    (pictures, tones), (test_pictures, _) = load_dataset("emoji-people")
    assert pictures.shape == (817, 32, 32, 3) and len(test_pictures) == 0
    assert (pictures.min(), pictures.max()) == (-1.0, 1.0)
    assert (pictures[:, 0, 0] == 1.0).mean() > 0.95  # on white
    names = datasets.open_dataset("emoji-people").label_names
    assert [names[tone] for tone in range(6)] == [*named.TONES] and set(tones) == set(range(6))

    # Each character is there once for each tone, or only as one picture.
    characters = load_characters()
    pairs = {*zip(characters.tolist(), tones.tolist(), strict=True)}
    assert len(pairs) == 817 and len(set(characters)) == 142
    # From light to dark each baby is darker than the one before.
    babies = characters == "baby"
    light = [pictures[babies & (tones == tone)].mean() for tone in range(1, 6)]
    assert light == sorted(light, reverse=True)


def test_stacked_mnist_has_digits_of_the_training_part_as_channels():
    (digits, labels), _ = load_dataset("mnist-10k")
    (stacks, stack_labels), (test_stacks, _) = load_dataset("stacked-mnist")
    assert stacks.shape == (25612, 28, 28, 3) and len(test_stacks) == 6387
    known = {digit.tobytes(): label for digit, label in zip(digits, labels, strict=True)}
    for stack, label in zip(stacks[:50], stack_labels, strict=False):
        assert label == int("".join(str(known[stack[..., k].tobytes()]) for k in range(3)))
    assert np.bincount(stack_labels, minlength=1000).min() > 0
    assert digits[0].tobytes() in known and test_stacks[0, ..., 0].tobytes() not in known


def test_mnist_from_keras_cache_format(tmp_path, rng, monkeypatch):
    """Keras' own loader on a file in its cache's format; only its look-up is replaced."""
    arrays = {
        "x_train": rng.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "y_train": np.arange(6, dtype=np.uint8),
        "x_test": rng.integers(0, 256, (2, 28, 28), dtype=np.uint8),
        "y_test": np.arange(2, dtype=np.uint8),
    }
    np.savez(tmp_path / "mnist.npz", **arrays)
    asked = []

    def get_file(fname, **kwargs):
        asked.append(fname)
        return str(tmp_path / fname)

    monkeypatch.setattr("keras.src.datasets.mnist.get_file", get_file)
    (x_train, y_train), (x_test, y_test) = load_dataset("mnist")
    assert asked == ["mnist.npz"]
    np.testing.assert_allclose(x_train[..., 0], to_float(arrays["x_train"]), atol=1e-6)
    np.testing.assert_array_equal(y_train, arrays["y_train"])
    assert x_test.shape == (2, 28, 28, 1) and y_test.tolist() == [0, 1]


def test_fashion_mnist_from_the_debian_package(idx_folder, monkeypatch):
    path, arrays = idx_folder()
    monkeypatch.setattr(named, "DEBIAN_FASHION_MNIST", path)
    (x_train, _), _ = load_dataset("fashion-mnist")
    np.testing.assert_allclose(
        x_train[..., 0], to_float(arrays["train-images-idx3-ubyte"]), atol=1e-6
    )


def test_fashion_mnist_otherwise_from_keras(tmp_path, rng, monkeypatch):
    images = rng.integers(0, 256, (4, 28, 28), dtype=np.uint8)
    labels = np.arange(4, dtype=np.uint8)
    for part in ("train", "t10k"):
        write_idx(tmp_path / f"{part}-images-idx3-ubyte.gz", images)
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte.gz", labels)

    def get_file(fname, **kwargs):
        return str(tmp_path / fname)

    monkeypatch.setattr("keras.src.datasets.fashion_mnist.get_file", get_file)
    monkeypatch.setattr(named, "DEBIAN_FASHION_MNIST", tmp_path / "the package is not installed")
    (x_train, y_train), _ = load_dataset("fashion-mnist")
    np.testing.assert_allclose(x_train[..., 0], to_float(images), atol=1e-6)
    assert y_train.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_offline_names_the_bundled_digits(name, tmp_path, monkeypatch):
    def get_file(*args, **kwargs):
        raise Exception("URL fetch failure on https://example.invalid: None -- no network")

    monkeypatch.setattr(named, "DEBIAN_FASHION_MNIST", tmp_path / "not installed")
    monkeypatch.setattr(f"keras.src.datasets.{name.replace('-', '_')}.get_file", get_file)
    with pytest.raises(ConnectionError, match="neither on this machine .* use 'mnist-10k'") as info:
        load_dataset(name)
    assert "\n" not in str(info.value)


def test_arrays_are_resized_on_request():
    (x_train, _), (x_test, _) = load_dataset("mnist-10k", image_size=(32, 24))
    assert x_train.shape == (8004, 32, 24, 1) and x_test.shape == (1996, 32, 24, 1)
    assert x_train.min() >= -1.0 and x_train.max() <= 1.0
    (original, _), _ = load_dataset("mnist-10k")
    assert x_train.mean() == pytest.approx(original.mean(), abs=0.01)


def test_a_folder_too_large_for_memory_is_streamed(tmp_path, monkeypatch):
    for i in range(3):
        save(tmp_path / f"{i}.png", np.zeros((16, 16), np.uint8))
    assert isinstance(load_training_images(tmp_path), np.ndarray)
    monkeypatch.setattr(datasets, "LARGEST_ARRAY", 2 * 16 * 16 * 4)
    assert isinstance(load_training_images(tmp_path), ImageFolder)
    with pytest.raises(ValueError, match="do not fit into memory. Received: 3 .*Expected"):
        load_dataset(tmp_path)


def test_sources_that_are_none_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "empty").mkdir()
    refused(
        tmp_path / "missing",
        "There is no such data set.*mnist-10k, emoji-people, stacked-mnist, mnist, fashion-mnist",
    )
    refused("minst", "There is no such data set")
    refused("", "There is no such data set. Received: ''")  # and not the current folder
    refused(tmp_path / "notes.txt", "This is not a data file")
    refused(tmp_path / "empty", "There are no images in the folder")
    for image_size in (28, (28, 0), (28,), (28.5, 28)):
        refused("mnist-10k", "This is not an image size", image_size=image_size)


def test_labels_of_many_classes_are_translated_without_searching():
    class Names(list):
        def index(self, *_):
            pytest.fail("this takes a time that grows with the square of the classes")

    names = Names(f"class {i}" for i in range(1000))
    train = types.SimpleNamespace(class_names=names, labels=np.arange(3))
    labels = datasets._translate_labels(np.array([0, 999, 5]), names[::-1], train)
    assert labels.tolist() == [999, 0, 994]
