import types
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import assert_equal_bits

from dcgan_tf import DCGAN
from dcgan_tf.gan.validation import check_pixels


class Batches(keras.utils.PyDataset):
    def __init__(self, images, labels=None):
        super().__init__()
        self.images, self.labels = images, labels

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return (self.images,) if self.labels is None else (self.images, self.labels)


def yield_batches(images):
    for _ in range(2):
        yield (images,)


FORMS = {
    "array": lambda images: images,
    "tensor": tf.convert_to_tensor,
    "dataset": lambda images: tf.data.Dataset.from_tensor_slices(images).batch(8),
    "dataset of tuples": lambda images: tf.data.Dataset.from_tensors((images, tf.range(16))),
    "endless dataset": lambda images: tf.data.Dataset.from_tensors(images).repeat(),
    "PyDataset": Batches,
    "PyDataset of tuples": lambda images: Batches(images, np.arange(16)),
    "generator": yield_batches,
}
BYTES = np.random.default_rng(0).integers(0, 256, (16, 16, 16, 1), dtype=np.uint8)
BYTES[0, 0, 0, 0], BYTES[0, 0, 1, 0] = 0, 255
RIGHT = (BYTES / 127.5 - 1).astype(np.float32)
WRONG = {
    "0..255": (BYTES.astype(np.float32), r"values from 0 to 255\. Expected"),
    "bytes": (BYTES, r"values from 0 to 255 \(uint8\)\. Expected"),
    "NaN": (np.where(BYTES > 250, np.nan, RIGHT).astype(np.float32), "values from nan to nan"),
    "-127.5..127.5": (127.5 * RIGHT, "values from -127.5 to 127.5"),
}


@pytest.fixture(scope="module")
def model():
    model = DCGAN((16, 16, 1), latent_dim=4, seed=0)
    model.compile(run_eagerly=True)
    return model


def fit(model, x, **options):
    return model.fit(x, steps_per_epoch=1, shuffle=False, verbose=0, **options)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", WRONG)
def test_pixels_out_of_range_are_refused_before_the_first_step(model, form, kind):
    images, message = WRONG[kind]
    steps = int(model.optimizer.iterations)
    with pytest.raises(ValueError, match=f"tanh cannot make such pixels. Received: {message}"):
        fit(model, FORMS[form](images))
    with pytest.raises(ValueError, match=message):
        fit(model, RIGHT, validation_data=FORMS[form](images), validation_steps=1)
    with pytest.raises(ValueError, match=message):
        model.evaluate(FORMS[form](images), steps=1, verbose=0)
    assert int(model.optimizer.iterations) == steps


def test_pixels_out_of_range_are_refused_in_tuples_and_single_batches(model):
    images, message = WRONG["0..255"]
    with pytest.raises(ValueError, match=message):
        fit(model, RIGHT, validation_data=(images, np.arange(16)))
    for step in (model.train_on_batch, model.test_on_batch):
        for batch in (images, tf.convert_to_tensor(images)):
            with pytest.raises(ValueError, match=message):
                step(batch)


@pytest.mark.parametrize("form", FORMS)
def test_images_from_0_to_1_are_warned_about(model, form):
    with pytest.warns(UserWarning, match=r"washed out\. Received: .*0 to 1\..*x \* 2 - 1") as seen:
        fit(model, FORMS[form]((BYTES / 255).astype(np.float32)))
    ours = [each for each in seen if "washed out" in str(each.message)]
    assert [each.filename for each in ours] == [__file__]  # it names the line of the caller


@pytest.mark.parametrize("form", FORMS)
def test_right_images_train_without_a_warning(model, form):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        fit(model, FORMS[form](RIGHT), validation_data=FORMS[form](RIGHT), validation_steps=1)
        fit(model, np.full((8, 16, 16, 1), 1.0, np.float32))  # white pages say nothing of a range
        fit(model, FORMS[form](RIGHT.astype(np.float16)))


def test_a_generator_stays_a_generator_and_loses_no_batch(model, monkeypatch):
    received = []
    monkeypatch.setattr(keras.Model, "fit", lambda self, x, *_, **__: received.append(x))
    batches = [(np.full((2, 16, 16, 1), value, np.float32),) for value in (-0.5, 0.0, 0.5)]
    model.fit(batch for batch in batches)
    assert isinstance(received[0], types.GeneratorType)
    assert [float(x.min()) for (x,) in received[0]] == [-0.5, 0.0, 0.5]
    model.fit(batch for batch in ())
    assert list(received[1]) == []


def test_a_dataset_is_looked_at_once(model):
    """Two epochs of a shuffled dataset are the same in one call of `fit` as in two."""

    def train(calls):
        other = DCGAN((16, 16, 1), latent_dim=4, seed=0)
        other.compile()
        dataset = tf.data.Dataset.from_tensor_slices(RIGHT).shuffle(16, seed=1).batch(4)
        for first, last in calls:
            other.fit(dataset, initial_epoch=first, epochs=last, shuffle=False, verbose=0)
        return other

    assert_equal_bits(train([(0, 2)]), train([(0, 1), (1, 2)]))


def test_a_distributed_dataset_is_left_to_keras():
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    dataset = tf.data.Dataset.from_tensors(BYTES)
    distributed = strategy.experimental_distribute_dataset(dataset)
    assert check_pixels(distributed) is distributed
