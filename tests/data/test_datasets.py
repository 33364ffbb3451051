import gzip
import struct

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from dcgan_tf import ImageFolder, load_dataset, load_training_images, shuffled_batches
from dcgan_tf.data import datasets


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def write_idx(path, array):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    content = header + array.tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def to_float(pixels):
    return pixels.astype(np.float32) / 127.5 - 1


def test_bundled_digits():
    (x_train, y_train), (x_test, y_test) = load_dataset()
    assert x_train.shape == (8004, 28, 28, 1) and x_train.dtype == np.float32
    assert x_test.shape == (1996, 28, 28, 1)
    assert y_train.shape == (8004,) and y_test.shape == (1996,)
    assert (x_train.min(), x_train.max()) == (-1.0, 1.0)
    assert set(np.unique(y_train)) == set(range(10))
    with np.load(datasets.ASSETS / "mnist-10k.npz") as file:
        np.testing.assert_allclose(x_train[..., 0], to_float(file["x_train"]), atol=1e-6)
        np.testing.assert_array_equal(y_test, file["y_test"])


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


@pytest.fixture
def idx_folder(tmp_path, rng):
    def make(suffix=".gz"):
        arrays = {
            "train-images-idx3-ubyte": rng.integers(0, 256, (5, 20, 24), dtype=np.uint8),
            "train-labels-idx1-ubyte": np.arange(5, dtype=np.uint8),
            "t10k-images-idx3-ubyte": rng.integers(0, 256, (3, 20, 24), dtype=np.uint8),
            "t10k-labels-idx1-ubyte": np.arange(3, dtype=np.uint8),
        }
        for name, array in arrays.items():
            write_idx(tmp_path / (name + suffix), array)
        return tmp_path, arrays

    return make


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_folder(idx_folder, suffix):
    path, arrays = idx_folder(suffix)
    (x_train, y_train), (x_test, y_test) = load_dataset(path)
    np.testing.assert_allclose(
        x_train[..., 0], to_float(arrays["train-images-idx3-ubyte"]), atol=1e-6
    )
    assert x_test.shape == (3, 20, 24, 1)
    assert y_train.tolist() == [0, 1, 2, 3, 4] and y_test.tolist() == [0, 1, 2]


def test_fashion_mnist_from_the_debian_package(idx_folder, monkeypatch):
    path, arrays = idx_folder()
    monkeypatch.setattr(datasets, "DEBIAN_FASHION_MNIST", path)
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
    monkeypatch.setattr(datasets, "DEBIAN_FASHION_MNIST", tmp_path / "the package is not installed")
    (x_train, y_train), _ = load_dataset("fashion-mnist")
    np.testing.assert_allclose(x_train[..., 0], to_float(images), atol=1e-6)
    assert y_train.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_offline_names_the_bundled_digits(name, tmp_path, monkeypatch):
    def get_file(*args, **kwargs):
        raise Exception("URL fetch failure on https://example.invalid: None -- no network")

    monkeypatch.setattr(datasets, "DEBIAN_FASHION_MNIST", tmp_path / "not installed")
    monkeypatch.setattr(f"keras.src.datasets.{name.replace('-', '_')}.get_file", get_file)
    with pytest.raises(ConnectionError, match="neither on this machine .* use 'mnist-10k'") as info:
        load_dataset(name)
    assert "\n" not in str(info.value)


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


def test_arrays_are_resized_on_request():
    (x_train, _), (x_test, _) = load_dataset("mnist-10k", image_size=(32, 24))
    assert x_train.shape == (8004, 32, 24, 1) and x_test.shape == (1996, 32, 24, 1)
    assert x_train.min() >= -1.0 and x_train.max() <= 1.0
    (original, _), _ = load_dataset("mnist-10k")
    assert x_train.mean() == pytest.approx(original.mean(), abs=0.01)


def save(path, array, **kwargs):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **kwargs)


def test_image_folder_with_classes(tmp_path, rng):
    pixels = rng.integers(0, 256, (4, 16, 20), dtype=np.uint8)
    for i, name in enumerate(["b/one.png", "a/two.PNG", "b/deep/three.png", "a/four.png"]):
        save(tmp_path / name, pixels[i])
    (tmp_path / "a" / "notes.txt").write_text("not an image")
    (tmp_path / ".hidden").mkdir()
    save(tmp_path / ".hidden" / "five.png", pixels[0])
    folder = ImageFolder(tmp_path)
    assert folder.class_names == ["a", "b"]
    assert folder.shape == (4, 16, 20, 1)
    (x_train, y_train), (x_test, y_test) = load_dataset(tmp_path)
    assert y_train.tolist() == [0, 0, 1, 1]
    np.testing.assert_allclose(x_train[..., 0], to_float(pixels[[3, 1, 2, 0]]), atol=1e-6)
    assert len(x_test) == len(y_test) == 0


def test_image_folder_without_classes_and_with_parts(tmp_path, rng):
    pixels = rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    save(tmp_path / "flat" / "a.png", pixels[0])
    save(tmp_path / "flat" / "sub" / "b.png", pixels[1])
    (x_train, y_train), _ = load_dataset(tmp_path / "flat")
    assert x_train.shape == (2, 16, 16, 3) and y_train is None

    save(tmp_path / "parts" / "train" / "cat" / "a.png", pixels[0])
    save(tmp_path / "parts" / "train" / "dog" / "b.png", pixels[1])
    save(tmp_path / "parts" / "test" / "cat" / "c.png", pixels[2])
    save(tmp_path / "parts" / "test" / "dog" / "d.png", pixels[0])
    (x_train, y_train), (x_test, y_test) = load_dataset(tmp_path / "parts")
    assert y_train.tolist() == y_test.tolist() == [0, 1]
    np.testing.assert_allclose(x_test[0], to_float(pixels[2]), atol=1e-6)


def test_image_modes(tmp_path, rng):
    grey = rng.integers(0, 256, (16, 16), dtype=np.uint8)
    rgb = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    alpha = np.zeros((16, 16), np.uint8)
    alpha[:8] = 255  # the lower half is transparent
    save(tmp_path / "1_grey.png", grey)
    save(tmp_path / "2_rgb.png", rgb)
    save(tmp_path / "3_rgba.png", np.dstack([rgb, alpha]))
    palette = Image.fromarray(rgb).quantize(16)
    palette.save(tmp_path / "4_palette.png")
    Image.fromarray(grey).save(tmp_path / "5_grey.jpg", quality=95)
    Image.fromarray(grey.astype(np.uint16) * 257).save(tmp_path / "6_grey16.png")
    save(tmp_path / "7_binary.png", grey > 127)
    images = ImageFolder(tmp_path).load()
    assert images.shape == (7, 16, 16, 3)
    as_rgb = np.stack([grey] * 3, axis=-1)
    np.testing.assert_allclose(images[0], to_float(as_rgb), atol=1e-6)
    np.testing.assert_allclose(images[1], to_float(rgb), atol=1e-6)
    np.testing.assert_allclose(images[2][:8], to_float(rgb[:8]), atol=1e-6)
    np.testing.assert_array_equal(images[2][8:], 1.0)  # white ground
    np.testing.assert_allclose(images[3], to_float(np.asarray(palette.convert("RGB"))), atol=1e-6)
    np.testing.assert_allclose(images[4], to_float(as_rgb), atol=0.2)  # JPEG loses
    np.testing.assert_allclose(images[5], to_float(as_rgb), atol=1e-6)
    np.testing.assert_array_equal(images[6], np.where(as_rgb > 127, 1.0, -1.0))


def test_grey_images_of_all_kinds_have_one_channel(tmp_path, rng):
    grey = rng.integers(0, 256, (16, 16), dtype=np.uint8)
    save(tmp_path / "grey.png", grey)
    Image.fromarray(grey).save(tmp_path / "grey.jpg")
    Image.fromarray(grey).convert("LA").save(tmp_path / "alpha.png")
    Image.fromarray(grey).convert("P").save(tmp_path / "palette.png")
    assert ImageFolder(tmp_path).image_shape == (16, 16, 1)


def test_photographs_are_turned_upright(tmp_path):
    pixels = np.zeros((16, 24, 3), np.uint8)
    pixels[:, :12] = 255  # bright left half
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    save(tmp_path / "turned.jpg", pixels, exif=exif, quality=95)
    folder = ImageFolder(tmp_path)
    assert folder.image_shape == (24, 16, 3)
    assert folder[0][:10].min() > 0.8 and folder[0][14:].max() < -0.8  # bright upper half


def test_images_are_cropped_and_resized_on_request(tmp_path):
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = 255  # the middle square is white
    save(tmp_path / "wide.png", wide)
    save(tmp_path / "square.png", np.full((40, 40, 3), 255, np.uint8))
    (x_train, _), _ = load_dataset(tmp_path, image_size=(18, 18))
    np.testing.assert_allclose(x_train, np.ones((2, 18, 18, 3)), atol=0.05)


def shuffled_epochs(images, epochs, **kwargs):
    batches = list(shuffled_batches(images, 4, **kwargs).take(3 * epochs).as_numpy_iterator())
    assert [len(batch) for batch in batches] == [4] * 3 * epochs
    return [np.concatenate(batches[3 * i : 3 * i + 3])[:, 0, 0, 0] for i in range(epochs)]


def test_batches_are_shuffled_anew_and_repeatably():
    images = np.arange(10, dtype=np.float32).reshape(10, 1, 1, 1)
    first, second, third = shuffled_epochs(images, 3, seed=1)
    for epoch in (first, second, third):
        assert sorted(epoch[:10]) == list(range(10))
        np.testing.assert_array_equal(epoch[10:], epoch[:2])  # the last batch is filled up
    assert (first != second).any() and (second != third).any()
    np.testing.assert_array_equal(shuffled_epochs(images, 1, seed=1, first_epoch=2)[0], third)
    assert (shuffled_epochs(images, 1, seed=2)[0] != first).any()


def test_fewer_images_than_a_batch_are_one_batch():
    images = np.arange(3, dtype=np.float32).reshape(3, 1, 1, 1)
    (batch,) = shuffled_batches(images, 32).take(1)
    assert sorted(batch.numpy().ravel()) == [0, 1, 2]


def test_a_folder_is_streamed_in_the_same_order(tmp_path, rng):
    pixels = rng.integers(0, 256, (10, 16, 16), dtype=np.uint8)
    for i in range(10):
        save(tmp_path / f"{i}.png", pixels[i])
    streamed = shuffled_batches(ImageFolder(tmp_path), 4, seed=1).take(6)
    in_memory = shuffled_batches(to_float(pixels)[..., np.newaxis], 4, seed=1).take(6)
    assert streamed.element_spec.shape == (4, 16, 16, 1)
    for a, b in zip(streamed, in_memory, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_a_folder_too_large_for_memory_is_streamed(tmp_path, monkeypatch):
    for i in range(3):
        save(tmp_path / f"{i}.png", np.zeros((16, 16), np.uint8))
    assert isinstance(load_training_images(tmp_path), np.ndarray)
    monkeypatch.setattr(datasets, "LARGEST_ARRAY", 2 * 16 * 16 * 4)
    assert isinstance(load_training_images(tmp_path), ImageFolder)
    with pytest.raises(ValueError, match="do not fit into memory. Received: 3 .*Expected"):
        load_dataset(tmp_path)


def refused(source, message, **kwargs):
    with pytest.raises(ValueError, match=f"(?s){message}") as info:
        load_dataset(source, **kwargs)
    assert "Received: " in str(info.value) and "Expected" in str(info.value)


def test_sources_that_are_none_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "empty").mkdir()
    refused(
        tmp_path / "missing",
        "There is no such data set.*mnist-10k, stacked-mnist, mnist, fashion-mnist",
    )
    refused("minst", "There is no such data set")
    refused(tmp_path / "notes.txt", "This is no data file")
    refused(tmp_path / "empty", "There are no images in the folder")
    for image_size in (28, (28, 0), (28,), (28.5, 28)):
        refused("mnist-10k", "This is no image size", image_size=image_size)


def test_damaged_images_are_refused(tmp_path, rng):
    save(tmp_path / "good.png", rng.integers(0, 256, (32, 32), dtype=np.uint8))
    whole = (tmp_path / "good.png").read_bytes()
    Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(tmp_path / "good.jpg")
    whole_jpeg = (tmp_path / "good.jpg").read_bytes()
    (tmp_path / "good.jpg").unlink()
    for name, content in (
        ("cut.png", whole[: len(whole) // 2]),
        ("head.png", whole[:20]),
        ("empty.png", b""),
        ("text.png", b"hello"),
        ("cut.jpg", whole_jpeg[: len(whole_jpeg) // 2]),
        ("gif.png", b"GIF89a" + bytes(50)),
    ):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path, f"The image cannot be read.*{name}")
        (tmp_path / name).unlink()


def test_images_of_unequal_size_are_refused(tmp_path):
    save(tmp_path / "a.png", np.zeros((16, 20), np.uint8))
    save(tmp_path / "b.png", np.zeros((20, 16), np.uint8))
    refused(tmp_path, "differ in size. Received: 'a.png' of 16x20 and 'b.png' of 20x16 pixels")


def test_parts_with_different_classes_are_refused(tmp_path):
    save(tmp_path / "train" / "cat" / "a.png", np.zeros((16, 16), np.uint8))
    save(tmp_path / "test" / "dog" / "a.png", np.zeros((16, 16), np.uint8))
    refused(tmp_path, "different classes")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": np.array([{}, {}], object)}, "npz file cannot be read"),
        ({"pictures": np.zeros((2, 16, 16)), "y": np.zeros(2)}, "has no images.*'pictures'"),
        ({"x": np.zeros((2, 784), np.uint8)}, "no array of images. Received: shape .2, 784."),
        ({"x": np.zeros((2, 3, 16, 16), np.uint8)}, "no array of images.*channels, channels last"),
        ({"x": np.zeros((0, 16, 16), np.uint8)}, "no array of images"),
        ({"x": np.full((2, 16, 16), 300.0)}, "unknown range. Received: 300 to 300"),
        ({"x": np.full((2, 16, 16), np.nan)}, "unknown range"),
        ({"x": np.full((2, 16, 16), "a")}, "pixels are not numbers"),
        ({"x": np.zeros((2, 16, 16)), "y": np.zeros(3, int)}, "labels do not fit the images"),
        ({"x": np.zeros((2, 16, 16)), "y": np.zeros(2)}, "labels do not fit the images"),
        ({"x": np.zeros((2, 16, 16)), "y": np.zeros((2, 3), int)}, "labels do not fit"),
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
    refused(path, "cannot be unpacked")
    images.write_bytes(gzip.compress(gzip.decompress(whole)[:-1]))
    refused(path, "no IDX file of bytes, or not all of it")
    images.write_bytes(gzip.compress(b"\0\0\x0d" + gzip.decompress(whole)[3:]))
    refused(path, "no IDX file of bytes")
    images.unlink()
    refused(path, "no training images")


def test_memory_stays_bounded_while_streaming(tmp_path, rng):
    """Only what is asked for is read: three batches of 4 and what is fetched ahead."""
    for i in range(200):
        save(tmp_path / f"{i}.png", rng.integers(0, 256, (16, 16), dtype=np.uint8))
    reads = []

    class Counting(ImageFolder):
        def __getitem__(self, index):
            reads.append(index)
            return super().__getitem__(index)

    iterator = iter(shuffled_batches(Counting(tmp_path), 4))
    for _ in range(3):
        assert next(iterator).shape == (4, 16, 16, 1)
    assert len(reads) < 150
    assert isinstance(next(iterator), tf.Tensor)
