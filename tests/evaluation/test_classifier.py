import numpy as np
import pytest

from dcgan_tf.evaluation.classifier import build_classifier, measure_accuracy, train_classifier


@pytest.mark.parametrize("shape", [(16, 16, 1), (28, 28, 1), (33, 64, 3), (128, 128, 3)])
def test_the_classifier_fits_every_image_shape(shape):
    outputs = build_classifier(shape, 5, seed=0)(np.zeros((2, *shape), np.float32))
    assert outputs["features"].shape == (2, 64) and outputs["logits"].shape == (2, 5)


@pytest.mark.thorough
def test_training_teaches_and_is_fixed_by_the_seed(stripes):
    images, labels = stripes
    classifier = train_classifier(images[:240], labels[:240], seed=3, verbose=0)
    assert measure_accuracy(classifier, images[240:], labels[240:]) > 0.9
    assert measure_accuracy(build_classifier((16, 16, 1), 3, seed=3), images, labels) < 0.7
