import keras
import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf import load_dataset
from dcgan_tf.applications import conditional
from dcgan_tf.evaluation import features


def test_a_conditional_discriminator_judges_by_the_label_at_hand():
    _, discriminator = conditional.build_conditional_pair((28, 28, 1), 10, 16, seed=0)
    images = load_dataset()[0][0][:3]
    verdicts = np.array(
        [discriminator([tf.constant(images), tf.fill(3, k)]).numpy()[:, 0] for k in range(10)]
    )
    assert len(np.unique(verdicts[:, 0])) == 10
    variable = next(v for v in discriminator.trainable_variables if v.shape == (128, 10))
    with tf.GradientTape() as tape:
        verdict = discriminator([tf.constant(images), tf.fill(3, 7)])
    moved = np.abs(tape.gradient(verdict, variable)).sum(axis=0)
    assert moved[7] > 0 and np.delete(moved, 7).sum() == 0


def test_labels_may_be_any_numbers(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (40, 16, 16), dtype=np.uint8)
    np.savez(tmp_path / "odd.npz", x_train=images, y_train=np.arange(40) % 2 * 5 + 2)
    application = conditional.ConditionalDigits(data=str(tmp_path / "odd.npz"))
    assert [application.class_of(label) for label in (2, 7)] == [0, 1]
    with pytest.raises(ValueError, match="no such label. Received: 3. Expected one of 2, 7"):
        application.class_of(3)
    np.savez(tmp_path / "none.npz", x_train=images)
    with pytest.raises(ValueError, match="A conditional GAN needs labels"):
        conditional.ConditionalDigits(data=str(tmp_path / "none.npz"))


def test_the_collapsed_reference_shows_one_class(tmp_path, monkeypatch):
    """Of 8 zeros and 192 ones the image that is repeated shows, by this classifier, a one."""
    images = np.full((200, 16, 16), 255, np.uint8)
    images[:, :8] = np.random.default_rng(0).integers(0, 256, (200, 8, 16))
    labels = (np.arange(200) >= 8).astype(int)
    np.savez(tmp_path / "rare.npz", x_train=images, y_train=labels)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(features, "train_classifier", always_a_one)
    application = conditional.ConditionalDigits(data=str(tmp_path / "rare.npz"))
    card = application.score(application.build(), n=50, verbose=0)
    asked = np.random.default_rng(0).permutation(labels)[:50]
    assert card["as_asked"].references["collapsed"] == asked.mean() != (asked == 0).mean()


def always_a_one(images, *_):
    pixels = keras.Input(images.shape[1:], name="images")
    few = keras.layers.Flatten()(pixels[:, :2, :2])
    bias = keras.initializers.Constant([0.0, 9.0])
    logits = keras.layers.Dense(2, kernel_initializer="zeros", bias_initializer=bias)(few)
    return keras.Model(pixels, {"features": few, "logits": logits})
