"""A small image classifier: its last hidden layer gives the features that samples are judged by."""

import math

import keras
import numpy as np
import tensorflow as tf

FEATURES = 64  # units of the layer that is used as features
EPOCHS = 60  # of the training, fewer for many images:
MOST_IMAGES_SEEN = 480_000  # in all epochs together


def build_classifier(image_shape, classes, seed=None):
    """Builds the classifier.

    Its features pass through tanh: each lies in [-1, 1], so that scores are of a readable size
    whatever the data.

    Args:
        image_shape: (height, width, channels) of the images.
        classes: Int, number of classes.
        seed: Int or `None`, fixes the initial weights and Dropout.

    Returns:
        A `keras.Model`: images, float32 `(batch, height, width, channels)` in [-1, 1], to a dict
        of `features`, float32 `(batch, 64)` in [-1, 1], and `logits`, float32 `(batch, classes)`.
    """
    initializer = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(seed))
    options = {"padding": "same", "use_bias": False, "kernel_initializer": initializer}

    def activated(x):
        return keras.layers.ReLU()(keras.layers.BatchNormalization()(x))

    images = x = keras.Input(image_shape, name="images")
    x = activated(keras.layers.Conv2D(16, 3, 2, **options)(x))
    x = activated(keras.layers.Conv2D(32, 3, 1, **options)(x))
    x = activated(keras.layers.Conv2D(32, 3, 2, **options)(x))
    while max(x.shape[1:3]) > 4:
        x = activated(keras.layers.Conv2D(64, 3, 2, **options)(x))
    x = keras.layers.Dropout(0.3, seed=seed)(keras.layers.Flatten()(x))
    features = keras.layers.Dense(
        FEATURES, activation="tanh", kernel_initializer=initializer, name="features"
    )(x)
    logits = keras.layers.Dense(classes, kernel_initializer=initializer, name="logits")(features)
    return keras.Model(images, {"features": features, "logits": logits}, name="classifier")


def train_classifier(images, labels, seed=0, verbose=1, epochs=EPOCHS):
    """Trains a classifier on images that are turned, shifted and zoomed a little each time.

    Args:
        images: float32 `(n, height, width, channels)` in [-1, 1].
        labels: int `(n,)`, from 0 to the number of classes - 1.
        seed: Int, fixes the initial weights, the order and the changes to the images.
        verbose: 0, 1 or 2, Keras' progress of `fit`.
        epochs: Int, passes over the images; fewer are made of many images.

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
        .map(_moved_a_little(seed))
        .prefetch(2)
    )
    training.fit(batches, epochs=epochs, shuffle=False, verbose=verbose)
    return classifier


def accuracy(classifier, images, labels):
    """The share of images whose label the classifier finds.

    Args:
        classifier: what `train_classifier` returns.
        images: float32 `(n, height, width, channels)` in [-1, 1].
        labels: int `(n,)`.

    Returns:
        Float in [0, 1].
    """
    logits = classifier.predict(images, batch_size=500, verbose=0)["logits"]
    return float(np.mean(logits.argmax(axis=1) == labels))


def _moved_a_little(seed):
    """A function for `map`: batches of images and labels to batches with the images changed."""
    changes = keras.Sequential(
        [
            keras.layers.RandomRotation(0.04, fill_mode="nearest", seed=seed),
            keras.layers.RandomTranslation(0.1, 0.1, fill_mode="nearest", seed=seed + 1),
            keras.layers.RandomZoom(0.12, fill_mode="nearest", seed=seed + 2),
        ]
    )
    return lambda images, labels: (changes(images, training=True), labels)
