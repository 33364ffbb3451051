import keras
import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf import applications
from dcgan_tf.applications import (
    little_data,
)


def test_half_of_the_images_are_mirrored():
    """A discriminator that looks at the left half alone tells which."""
    pictures = keras.Input((4, 6, 1))
    left = keras.layers.GlobalAveragePooling2D()(pictures[:, :, :3])
    discriminator = little_data.augment(keras.Model(pictures, left), ["mirror"], seed=0)
    images = np.zeros((1000, 4, 6, 1), np.float32)
    images[:, :, :3] = 1.0
    seen = discriminator(images, training=True).numpy()[:, 0]
    assert set(seen.tolist()) == {0.0, 1.0}
    assert 450 < seen.sum() < 550
    assert (discriminator(images, training=False).numpy() == 1.0).all()


@pytest.mark.parametrize(("part", "least", "most"), [(1.0, 995, 1000), (0.5, 450, 550)])
def test_only_a_part_of_the_images_is_shifted(part, least, most):
    """A black border comes in at the edge of an image that is shifted."""
    pictures = keras.Input((16, 16, 1))
    darkest = keras.Model(pictures, keras.ops.min(pictures, axis=(1, 2)))
    discriminator = little_data.augment(darkest, ["translation"], seed=0, translated=part)
    copy = keras.Model.from_config(discriminator.get_config())
    for model in (discriminator, copy):
        seen = model(np.ones((1000, 16, 16, 1), np.float32), training=True).numpy()[:, 0]
        assert least <= (seen < 1.0).sum() <= most
        assert (model(np.ones((2, 16, 16, 1), np.float32), training=False).numpy() == 1.0).all()


@pytest.mark.parametrize("part", [0.0, 1.5, float("nan")])
def test_a_part_that_cannot_be_is_refused(part):
    pictures = keras.Input((4, 4, 1))
    with pytest.raises(ValueError, match="Received: translated=.* Expected a number above 0"):
        little_data.augment(keras.Model(pictures, pictures), ["translation"], translated=part)


@pytest.mark.parametrize("change", ["translation", "cutout", "brightness"])
def test_gradients_pass_through_the_changes(change):
    """A mean discriminator tells what a change does to the sum of the pixels."""
    pictures = keras.Input((12, 12, 1))
    mean = keras.Model(pictures, keras.layers.GlobalAveragePooling2D()(pictures))
    discriminator = little_data.augment(mean, [change], seed=3)
    images = tf.random.stateless_uniform((5, 12, 12, 1), (0, 0), -0.4, 0.4)
    np.testing.assert_allclose(discriminator(images, training=False), mean(images), rtol=1e-5)
    seeds = [variable for variable in discriminator.variables if "seed" in variable.path]
    states = [variable.numpy() for variable in seeds]

    def changed(images):
        for variable, state in zip(seeds, states, strict=True):
            variable.assign(state)  # the same change again
        return tf.reduce_sum(discriminator(images, training=True))

    with tf.GradientTape() as tape:
        tape.watch(images)
        value = changed(images)
    gradient = tape.gradient(value, images)
    move = 1e-2 * tf.random.stateless_normal(images.shape, (1, 1))
    difference = (changed(images + move) - changed(images - move)) / 2
    assert float(difference) == pytest.approx(float(tf.reduce_sum(gradient * move)), abs=1e-5)
    assert float(value) != pytest.approx(float(tf.reduce_sum(mean(images))), abs=1e-4)


def test_little_data_is_little():
    application = applications.load("little-data")(seed=1)
    assert application.samples.shape == (8000, 28, 28, 1)
    assert len({image.tobytes() for image in application.samples}) == 500
    with pytest.raises(ValueError, match="no such change. Received: 'hue'"):
        application.build(changes=["hue"])


def test_an_epoch_of_large_images_is_shorter(monkeypatch):
    """Sixty images of 256x256 pixels, repeated to 8,000, would take 6 GB."""
    image_bytes = 4 * 28 * 28
    monkeypatch.setattr(little_data, "LARGEST_ARRAY", 700 * image_bytes + 1)
    application = little_data.LittleData()
    assert application.samples.shape == (700, 28, 28, 1)
    assert len(np.unique(application.samples.reshape(700, -1), axis=0)) == 500
    assert application.count_epochs(32) == round(6250 / 22)
