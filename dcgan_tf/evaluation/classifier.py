"""A small image classifier, whose last hidden layer gives the features that the scores compare.

Its outputs are logits: numbers without bounds, one for each class. Softmax turns them into
probabilities, and the largest logit names the class.
"""

import math

import keras
import numpy as np
import tensorflow as tf

FEATURES = 64  # the number of features
EPOCHS = 60  # passes over the training images; fewer if there are many images
MOST_IMAGES_SEEN = 480_000  # in all epochs together, rounded up to whole epochs


def build_classifier(image_shape, classes, seed=None):
    """Builds the classifier.

    Its features pass through tanh, so that each lies in [-1, 1]. This gives scores of a readable
    size for any data.

    Args:
        image_shape: (height, width, channels) of the images.
        classes: Int, number of classes.
        seed: Int or `None`, fixes the initial weights and Dropout, a layer that sets random numbers
            to zero during training.

    Returns:
        A `keras.Model` that takes images, float32 `(batch, height, width, channels)` in [-1, 1]. It
        returns a dict of `features`, float32 `(batch, 64)` in [-1, 1], and `logits`, float32
        `(batch, classes)`.
    """
    initializer = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(seed))
    options = {"padding": "same", "use_bias": False, "kernel_initializer": initializer}

    def activate(x):
        return keras.layers.ReLU()(keras.layers.BatchNormalization()(x))

    images = x = keras.Input(image_shape, name="images")
    x = activate(keras.layers.Conv2D(16, 3, 2, **options)(x))
    x = activate(keras.layers.Conv2D(32, 3, 1, **options)(x))
    x = activate(keras.layers.Conv2D(32, 3, 2, **options)(x))
    while max(x.shape[1:3]) > 4:
        x = activate(keras.layers.Conv2D(64, 3, 2, **options)(x))
    x = keras.layers.Dropout(0.3, seed=seed)(keras.layers.Flatten()(x))
    features = keras.layers.Dense(
        FEATURES, activation="tanh", kernel_initializer=initializer, name="features"
    )(x)
    logits = keras.layers.Dense(classes, kernel_initializer=initializer, name="logits")(features)
    return keras.Model(images, {"features": features, "logits": logits}, name="classifier")


def train_classifier(images, labels, seed=0, verbose=1, epochs=EPOCHS):
    """Trains a classifier on labelled images.

    Each time an image is used, it is turned, shifted and zoomed a little at random. The classifier
    thus learns not to depend on where exactly a digit stands.

    Args:
        images: float32 `(n, height, width, channels)` in [-1, 1].
        labels: int `(n,)`, from 0 to the number of classes - 1.
        seed: Int, fixes the initial weights, the order of the images and the changes to them.
        verbose: 0, 1 or 2, how Keras shows the progress of `fit`.
        epochs: Int, passes over the images. Fewer are made if there are many images.

    Returns:
        The trained `keras.Model`, as `build_classifier` describes it.
    """
    batch_size = min(64, len(images))
    steps_per_epoch = len(images) // batch_size
    epochs = min(epochs, math.ceil(MOST_IMAGES_SEEN / len(images)))
    classifier = build_classifier(images.shape[1:], int(labels.max()) + 1, seed)
    training = keras.Model(classifier.input, classifier.output["logits"])
    decay = keras.optimizers.schedules.CosineDecay(2e-3, epochs * steps_per_epoch)
    training.compile(
        optimizer=keras.optimizers.Adam(decay),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    batches = (
        tf.data.Dataset.from_tensor_slices((images, labels))
        .shuffle(len(images), seed=seed)
        .batch(batch_size, drop_remainder=True)
        .map(_make_augmentation(seed))
        .prefetch(2)
    )
    training.fit(batches, epochs=epochs, shuffle=False, verbose=verbose)
    return classifier


def measure_accuracy(classifier, images, labels):
    """Computes the fraction of images that the classifier classifies correctly.

    Args:
        classifier: `keras.Model`, as `train_classifier` returns it.
        images: float32 `(n, height, width, channels)` in [-1, 1].
        labels: int `(n,)`.

    Returns:
        Float in [0, 1].
    """
    logits = classifier.predict(images, batch_size=500, verbose=0)["logits"]
    return float(np.mean(logits.argmax(axis=1) == labels))


def _make_augmentation(seed):
    """Makes the function for `map` that turns, shifts and zooms the images of a batch a little."""
    changes = keras.Sequential(
        [
            keras.layers.RandomRotation(0.04, fill_mode="nearest", seed=seed),
            keras.layers.RandomTranslation(0.1, 0.1, fill_mode="nearest", seed=seed + 1),
            keras.layers.RandomZoom(0.12, fill_mode="nearest", seed=seed + 2),
        ]
    )
    return lambda images, labels: (changes(images, training=True), labels)
