import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf import load_dataset
from dcgan_tf.applications import (
    conditional,
)


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
