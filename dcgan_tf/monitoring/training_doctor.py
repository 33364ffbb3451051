"""A callback that says after each epoch what is happening in the game, and what to try."""

import json
import math

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.data import files
from dcgan_tf.gan import losses, validation
from dcgan_tf.monitoring.rules import diagnose

PROBES = 64  # fixed noise vectors, and fixed real images, in each snapshot
PROBE_SEED = (2014, 1511)  # of the noise: the same in every run
MOST_NEIGHBOURS = 2048  # training images among which the nearest is sought, fewer if they are
MOST_NEIGHBOUR_BYTES = 2**25  # large


class TrainingDoctor(keras.callbacks.Callback):
    """Says after an epoch, in one line, what is happening in the training of a `GAN`.

    It looks at the same noise and the same real images each time, with the weights as they are
    trained, not their moving average, which would hide how they swing. Looking changes nothing: the
    run is bit for bit the one without it.

    The measurements of a snapshot are all `logs` of the epoch and

    - `generator_gradient`, `discriminator_gradient`: norms of the losses' gradients;
    - `loss_gradient`: the gradient of the generator's loss in D's logits, absolute values summed
      over the batch;
    - `real_probability`, `fake_probability`: means of D's verdict sigmoid(logit);
    - `largest_logit`: the largest absolute value of a logit;
    - `diversity`: mean pixel distance of two generated images, divided by that of real images;
    - `movement`, `swing`: how far an image, and the mean image, went in this epoch, in that unit;
    - `near_copies`: share of images nearer to a training image than half its distance from the
      next training image;
    - `largest_class`, `largest_class_fraction`: of the classes that `classify` gives;
    - `steps`: training steps so far.

    Args:
        real_images: float32 array `(n, ...)` in [-1, 1], the images to train on. 64 of them probe
            the discriminator; near copies are sought of 2,048, fewer of large images, so that
            memorising is seen only where there are not many times more.
        classify: function from float32 images `(m, ...)` to integer labels `(m,)`, or `None`; it
            lets the message of a collapse name what is left.
        path: a JSON file to write all findings to, or `None`. A resumed run goes on with it.
        verbose: 1 to print the message when the finding changes and at the end, 0 to be silent.
        every: Int, it looks after every `every`-th epoch.

    Attributes:
        findings: list of dicts with the keys `epoch` (from 1), `finding` (`"healthy"` or a key of
            `rules.RULES`), `message` and `measurements` (`None` stands for what is no number).

    Raises:
        ValueError: for images that are no such array, are all the same, or are not of the model's
            shape, and for labels that are not one for each image.

    Example:

    >>> doctor = TrainingDoctor(x_train, path="run/doctor.json")
    >>> model.fit(x_train, epochs=20, callbacks=[doctor])
    >>> doctor.findings[-1]["message"]
    """

    def __init__(self, real_images, classify=None, path=None, verbose=1, every=1):
        super().__init__()
        validation.check_integer("every", every, 1)
        self.classify = classify
        self.path = None if path is None else files.writable_file(path, ".json")
        self.verbose = verbose
        self.every = every
        self.findings = []
        self._keep(real_images)

    def _keep(self, images):
        """Keeps what each snapshot needs of the real images."""
        kind = f"{getattr(images, 'dtype', type(images).__name__)}"
        if not isinstance(images, np.ndarray) or kind != "float32" or images.ndim < 2:
            raise ValueError(
                f"These are no images to train on. Received: {kind} of shape "
                f"{getattr(images, 'shape', None)}. Expected a float32 array (n, ...) in [-1, 1]."
            )
        order = np.random.default_rng(0).permutation(len(images))
        size = 4 * math.prod(images.shape[1:])
        nearby = images[order[: min(MOST_NEIGHBOURS, MOST_NEIGHBOUR_BYTES // size)]]
        distinct = list({image.tobytes(): image for image in nearby}.values())
        if len(distinct) < 2:
            raise ValueError(
                f"All real images are the same. Received: real_images of shape {images.shape}. "
                "Expected at least two different ones, to know how much they vary."
            )
        self._neighbours = tf.constant(np.stack(distinct))
        # As many as noise vectors, as in training: a loss may take the two outputs together.
        self._real_images = tf.constant(images[np.resize(order, PROBES)])
        apart = tf.linalg.set_diag(
            _distances(self._neighbours, self._neighbours), tf.fill(len(distinct), np.inf)
        )
        self._apart = tf.reduce_min(apart, axis=1)  # of each image from the next
        self._unit = _mean_distance(self._real_images)

    def set_model(self, model):
        super().set_model(model)
        if model.condition is not None:
            raise ValueError(
                "The doctor knows only models that make images from noise alone. Received: a model "
                f"with a condition of shape {model.condition.shape}. Expected one without."
            )
        if self._real_images.shape[1:] != model.sample_shape:
            raise ValueError(
                "The real images do not fit the model. Received: real_images of shape "
                f"{(None, *self._real_images.shape[1:])}. Expected {(None, *model.sample_shape)}."
            )

    def on_train_begin(self, logs=None):
        self._noise = tf.random.stateless_normal((PROBES, self.model.latent_dim), PROBE_SEED)
        self._take_snapshot = tf.function(self._probe)
        self._images = self._first_epoch = self._printed = None

    def on_epoch_begin(self, epoch, logs=None):
        if self._first_epoch is None:
            self._first_epoch = epoch
            if epoch and self.path and self.path.exists():
                self.findings = json.loads(self.path.read_text())
            self.findings = [entry for entry in self.findings if entry["epoch"] <= epoch]
        # After the first epoch those of the last snapshot are still there, unless it is long ago.
        if (epoch + 1) % self.every == 0 and (self._images is None or self.every > 1):
            self._images = self.model.generator(self._noise, training=False)

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        measurements = self._measure(logs or {})
        snapshots = [entry["measurements"] for entry in self.findings] + [measurements]
        finding, message = diagnose(snapshots)
        changed = not self.findings or finding != self.findings[-1]["finding"]
        self.findings.append(
            {
                "epoch": epoch + 1,
                "finding": finding,
                "message": message,
                "measurements": measurements,
            }
        )
        if self.path:
            files.write_json(self.path, self.findings)
        if None in (measurements["generator_loss"], measurements["discriminator_loss"]):
            self.model.stop_training = True
        if changed:
            self._print()

    def on_train_end(self, logs=None):
        if self.findings:
            self._print()

    def _print(self):
        line = f"Epoch {self.findings[-1]['epoch']}: {self.findings[-1]['message']}"
        if self.verbose and line != self._printed:
            print(f"\n{line}", flush=True)  # not on the line of the progress bar
        self._printed = line

    def _measure(self, logs):
        """Takes all measurements; what is no finite number becomes `None`, as JSON knows no NaN."""
        measured, self._images = self._take_snapshot(self._images)
        measurements = {name: float(value) for name, value in {**logs, **measured}.items()}
        images = self._images.numpy()
        if self.classify is not None and np.isfinite(images).all():
            labels = np.asarray(self.classify(images))
            if labels.shape != images.shape[:1]:
                raise ValueError(
                    f"`classify` gives no label for each image. Received: shape {labels.shape} for "
                    f"{len(images)} images. Expected integers of shape ({len(images)},)."
                )
            classes, counts = np.unique(labels, return_counts=True)
            measurements["largest_class"] = int(classes[counts.argmax()])
            measurements["largest_class_fraction"] = float(counts.max() / counts.sum())
        measurements["steps"] = int(self.model.generator_optimizer.iterations.numpy())
        return {name: value if np.isfinite(value) else None for name, value in measurements.items()}

    def _probe(self, images_before):
        """Takes a snapshot; training=False leaves BatchNorm's averages and Dropout's seeds."""
        model = self.model
        with tf.GradientTape(persistent=True) as tape:
            images = model.generator(self._noise, training=False)
            real_output = model.discriminator(self._real_images, training=False)
            fake_output = model.discriminator(images, training=False)
            generator_loss = losses.generator_loss(model.loss, fake_output, real_output)
            discriminator_loss = model.loss.discriminator_loss(real_output, fake_output)
        generator_gradients, logit_gradients = tape.gradient(
            generator_loss, [model.generator.trainable_variables, fake_output]
        )
        discriminator_gradients = tape.gradient(
            discriminator_loss, model.discriminator.trainable_variables
        )
        logits = tf.concat([real_output, fake_output], axis=0)
        moves = _flat(images - images_before)
        distances = _distances(images, self._neighbours)
        apart = tf.gather(self._apart, tf.argmin(distances, axis=1))
        copies = tf.reduce_min(distances, axis=1) < 0.5 * apart
        return {
            "generator_gradient": tf.linalg.global_norm(generator_gradients),
            "discriminator_gradient": tf.linalg.global_norm(discriminator_gradients),
            "loss_gradient": tf.reduce_sum(tf.abs(logit_gradients)),
            "real_probability": tf.reduce_mean(tf.sigmoid(real_output)),
            "fake_probability": tf.reduce_mean(tf.sigmoid(fake_output)),
            "largest_logit": tf.reduce_max(tf.abs(logits)),
            "diversity": _mean_distance(images) / self._unit,
            "movement": tf.reduce_mean(tf.norm(moves, axis=1)) / self._unit,
            "swing": tf.norm(tf.reduce_mean(moves, axis=0)) / self._unit,
            "near_copies": tf.reduce_mean(tf.cast(copies, tf.float32)),
        }, images


def _flat(images):
    return tf.reshape(images, (len(images), -1))


def _distances(a, b):
    """Euclidean distances `(len(a), len(b))`, by |a - b|^2 = |a|^2 + |b|^2 - 2ab."""
    a, b = _flat(a), _flat(b)
    squares = tf.reduce_sum(a**2, 1)[:, tf.newaxis] + tf.reduce_sum(b**2, 1)
    return tf.sqrt(tf.maximum(squares - 2.0 * tf.matmul(a, b, transpose_b=True), 0.0))


def _mean_distance(images):
    """Mean distance of two different images; centred, so that rounding leaves equal ones at 0."""
    centred = images - tf.reduce_mean(images, axis=0)
    distances = tf.linalg.set_diag(_distances(centred, centred), tf.zeros(len(images)))
    return tf.reduce_sum(distances) / (len(images) * (len(images) - 1))
