import math

import numpy as np
import pytest
import tensorflow as tf
from helpers import save, to_float

from dcgan_tf import ImageFolder, shuffled_batches
from dcgan_tf.data.batches import batches_of_epoch


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


def test_the_batches_of_one_epoch_are_those_of_the_endless_dataset():
    images = np.arange(10, dtype=np.float32).reshape(10, 1, 1, 1)
    endless = list(shuffled_batches(images, 4, seed=1, condition=images * 2).take(9))
    epoch = tf.Variable(0, dtype=tf.int64)
    batches = batches_of_epoch(epoch, images, 4, seed=1, condition=images * 2)
    assert batches.cardinality() == 3
    for number in (2, 0, 1):
        epoch.assign(number)
        expected = endless[3 * number : 3 * number + 3]
        for batch, expected_batch in zip(batches, expected, strict=True):
            np.testing.assert_array_equal(batch, expected_batch)


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


@pytest.mark.parametrize(
    ("count", "batch_size", "conditions", "message"),
    [
        (0, 4, None, "no images to make batches of. Received: .* length 0. Expected"),
        (3, 0, None, "not the size of a batch. Received: batch_size=0. Expected"),
        (3, -3, None, "not the size of a batch. Received: batch_size=-3. Expected"),
        (3, 1.5, None, "not the size of a batch. Received: batch_size=1.5. Expected"),
        (3, 4, 4, "do not fit the images. Received: 4 conditions for 3 images. Expected one"),
        (3, 4, 2, "do not fit the images. Received: 2 conditions for 3 images. Expected one"),
    ],
)
def test_arguments_of_which_no_batches_can_be_made_are_refused(
    count, batch_size, conditions, message
):
    images = np.zeros((count, 1, 1, 1), np.float32)
    condition = None if conditions is None else np.zeros(conditions, int)
    with pytest.raises(ValueError, match=message):
        shuffled_batches(images, batch_size, condition=condition)
    with pytest.raises(ValueError, match=message):
        epoch = tf.Variable(0, dtype=tf.int64)
        batches_of_epoch(epoch, images, batch_size, condition=condition)


def test_the_example_of_a_folder_comes_to_an_end_with_few_images(tmp_path):
    """In an endless dataset, `fit` never ends if it is told to take 0 steps."""
    save(tmp_path / "a.png", np.zeros((16, 16), np.uint8))
    folder = ImageFolder(tmp_path)
    (line,) = (line for line in ImageFolder.__doc__.splitlines() if ">>> steps = " in line)
    assert eval(line.partition(" = ")[2], {"folder": folder, "math": math}) == 1
