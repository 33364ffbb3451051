"""A Keras callback that finds failures of a training after each epoch, and says what to try."""

import math
import typing

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.data import files, records
from dcgan_tf.gan import losses, validation
from dcgan_tf.monitoring.rules import diagnose

PROBES = 64  # number of fixed noise vectors, and of fixed real images, that each snapshot uses
PROBE_SEED = (2014, 1511)  # of the noise, so that it is the same in every run
MOST_NEIGHBOURS = 2048  # of the training images that we compare generated ones with,
MOST_NEIGHBOUR_BYTES = 2**25  # and their size: of large images we keep fewer


class Finding(typing.TypedDict):
    """What the doctor finds after an epoch, as `TrainingDoctor.findings` describes it."""

    epoch: int
    finding: str
    message: str
    measurements: dict[str, float | None]


class TrainingDoctor(keras.callbacks.Callback):
    """Says after an epoch, in one line, what is happening in the training of a `GAN`.

    Each time the doctor takes a snapshot: it lets the networks work on the same noise and the same
    real images, and measures. It uses the weights as they are trained. Their moving average, which
    `generate` uses, would hide how much they swing. The doctor changes nothing: the trained weights
    are bit for bit those of a run without it.

    D is the discriminator. Its output for an image is a logit; the sigmoid of the logit is the
    probability that D gives to "real". The measurements of a snapshot are all `logs` of the epoch,
    and in addition

    - `generator_gradient`, `discriminator_gradient`: lengths (norms) of the losses' gradients with
      respect to the weights;
    - `loss_gradient`: the gradient of the generator's loss with respect to D's logits; the absolute
      values are summed over the batch;
    - `real_probability`, `fake_probability`: the mean probability that D gives to real and to
      generated images;
    - `largest_logit`: the largest absolute value of a logit;
    - `diversity`: the mean distance of two generated images, divided by that of two real images.
      The distance is that of the pixels as vectors;
    - `movement`, `swing`: how far an image moves in this epoch, on average, and how far the mean
      image moves; both divided by the mean distance of two real images;
    - `near_copies`: the fraction of generated images whose distance to the nearest training image
      is less than half the distance from there to the next training image;
    - `largest_class`, `largest_class_fraction`: the class that `classify` returns most often, and
      the fraction of images in it;
    - `steps`: the number of training steps so far.

    Args:
        real_images: float32 array `(n, ...)` in [-1, 1], the training images. The doctor gives 64
            of them to D. It looks for copies of 2,048 of them (fewer of large images), and thus
            cannot find memorising if there are many times more.
        classify: function that takes float32 images `(m, ...)` and returns integer labels `(m,)`,
            or `None`. With it the message of a collapse can name the class that is left.
        path: a JSON file to write all findings to, or `None`. A resumed run continues the file.
        verbose: 1 to print the message when the finding changes and at the end, 0 to be silent.
        every: Int, a snapshot is taken after every `every`-th epoch.

    Attributes:
        findings: list of dicts with the keys `epoch` (counted from 1), `finding` (`"balanced"` or a
            key of `rules.RULES`), `message` and `measurements`. `None` stands for a measurement
            that is infinite or undefined.

    Raises:
        ValueError: if the images are another kind of array, are all the same, or do not have the
            shape of the model's samples, or if `classify` does not return one label for each image.
            All of this is checked before the first epoch.

    Example:

    >>> doctor = TrainingDoctor(x_train, path="run/doctor.json")
    >>> model.fit(x_train, epochs=20, callbacks=[doctor])
    >>> doctor.findings[-1]["message"]
    """

    def __init__(self, real_images, classify=None, path=None, verbose=1, every=1):
        super().__init__()
        validation.check_integer("every", every, 1)
        self.classify = classify
        self.path = None if path is None else files.check_writable_file(path, ".json")
        self.verbose = verbose
        self.every = every
        self.findings = []
        self._prepare_real_images(real_images)

    def _prepare_real_images(self, images):
        """Computes what all snapshots need of the real images."""
        kind = f"{getattr(images, 'dtype', type(images).__name__)}"
        if not isinstance(images, np.ndarray) or kind != "float32" or images.ndim < 2:
            raise ValueError(
                f"These are not training images. Received: {kind} of shape "
                f"{getattr(images, 'shape', None)}. Expected a float32 array (n, ...) in [-1, 1]."
            )
        order = np.random.default_rng(0).permutation(len(images))
        size = 4 * math.prod(images.shape[1:])
        nearby = images[order[: min(MOST_NEIGHBOURS, MOST_NEIGHBOUR_BYTES // size)]]
        distinct = list({image.tobytes(): image for image in nearby}.values())
        if len(distinct) < 2:
            raise ValueError(
                f"All real images are the same. Received: real_images of shape {images.shape}. "
                "Expected at least two different ones, which show how much images vary."
            )
        self._neighbours = tf.constant(np.stack(distinct))
        # We need as many real images as noise vectors, because some losses combine both outputs.
        self._real_images = tf.constant(images[np.resize(order, PROBES)])
        distances = tf.linalg.set_diag(
            _compute_distances(self._neighbours, self._neighbours), tf.fill(len(distinct), np.inf)
        )
        self._nearest_distances = tf.reduce_min(distances, axis=1)  # to another training image
        self._real_distance = _compute_mean_distance(self._real_images)

    def set_model(self, model):
        super().set_model(model)
        if model.condition is not None:
            raise ValueError(
                "The doctor examines only models that make images from noise alone. Received: "
                f"a model with a condition of shape {model.condition.shape}. Expected one without."
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
        if self.classify is not None:
            self._classify(self._real_images.numpy())  # an error comes now, not after an epoch

    def on_epoch_begin(self, epoch, logs=None):
        if self._first_epoch is None:
            self._first_epoch = epoch
            if epoch and self.path and self.path.exists():
                self.findings = records.read_json(self.path, list[Finding])
            self.findings = [entry for entry in self.findings if entry["epoch"] <= epoch]
        # `movement` compares images from before and after an epoch. We still have the earlier ones
        # if the last snapshot was taken one epoch ago; otherwise we make them here.
        if (epoch + 1) % self.every == 0 and (self._images is None or self.every > 1):
            self._images = self._generate()

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
            print(f"\n{line}", flush=True)  # on a new line, after that of the progress bar
        self._printed = line

    def _measure(self, logs):
        """Takes all measurements. JSON has no NaN, so infinite and undefined ones become `None`."""
        measured, self._images = self._take_snapshot(self._images)
        measurements = {name: float(value) for name, value in {**logs, **measured}.items()}
        images = self._images.numpy()
        if self.classify is not None and np.isfinite(images).all():
            classes, counts = np.unique(self._classify(images), return_counts=True)
            measurements["largest_class"] = int(classes[counts.argmax()])
            measurements["largest_class_fraction"] = float(counts.max() / counts.sum())
        measurements["steps"] = int(self.model.generator_optimizer.iterations.numpy())
        return {name: value if np.isfinite(value) else None for name, value in measurements.items()}

    def _classify(self, images):
        labels = np.asarray(self.classify(images))
        if labels.shape != images.shape[:1]:
            raise ValueError(
                f"`classify` must return a label for each image. Received: shape {labels.shape} "
                f"for {len(images)} images. Expected integers of shape ({len(images)},)."
            )
        return labels

    def _generate(self):
        return tf.cast(self.model.generator(self._noise, training=False), tf.float32)

    def _judge(self, images):
        return tf.cast(self.model.discriminator(images, training=False), tf.float32)

    def _probe(self, images_before):
        """Takes the measurements that need the networks, in float32 whatever the networks use."""
        model = self.model
        # training=False leaves the averages of BatchNorm and the seeds of Dropout as they are.
        with tf.GradientTape(persistent=True) as tape:
            images = self._generate()
            real_output = self._judge(self._real_images)
            fake_output = self._judge(images)
            generator_loss = losses.generator_loss(model.loss, fake_output, real_output)
            discriminator_loss = model.loss.discriminator_loss(real_output, fake_output)
        generator_gradients, logit_gradients = tape.gradient(
            generator_loss, [model.generator.trainable_variables, fake_output]
        )
        discriminator_gradients = tape.gradient(
            discriminator_loss, model.discriminator.trainable_variables
        )
        logits = tf.concat([real_output, fake_output], axis=0)
        moves = _flatten(images - images_before)
        distances = _compute_distances(images, self._neighbours)
        typical = tf.gather(self._nearest_distances, tf.argmin(distances, axis=1))
        copies = tf.reduce_min(distances, axis=1) < 0.5 * typical
        return {
            "generator_gradient": tf.linalg.global_norm(generator_gradients),
            "discriminator_gradient": tf.linalg.global_norm(discriminator_gradients),
            "loss_gradient": tf.reduce_sum(tf.abs(logit_gradients)),
            "real_probability": tf.reduce_mean(tf.sigmoid(real_output)),
            "fake_probability": tf.reduce_mean(tf.sigmoid(fake_output)),
            "largest_logit": tf.reduce_max(tf.abs(logits)),
            "diversity": _compute_mean_distance(images) / self._real_distance,
            "movement": tf.reduce_mean(tf.norm(moves, axis=1)) / self._real_distance,
            "swing": tf.norm(tf.reduce_mean(moves, axis=0)) / self._real_distance,
            "near_copies": tf.reduce_mean(tf.cast(copies, tf.float32)),
        }, images


def _flatten(images):
    return tf.reshape(images, (len(images), -1))


def _compute_distances(a, b):
    """Computes Euclidean distances `(len(a), len(b))` by |a - b|^2 = |a|^2 + |b|^2 - 2ab."""
    a, b = _flatten(a), _flatten(b)
    squares = tf.reduce_sum(a**2, 1)[:, tf.newaxis] + tf.reduce_sum(b**2, 1)
    return tf.sqrt(tf.maximum(squares - 2.0 * tf.matmul(a, b, transpose_b=True), 0.0))


def _compute_mean_distance(images):
    """Computes the mean distance of two different images."""
    # We centre the images first, so that the distance of equal ones is 0 in spite of rounding.
    centred = images - tf.reduce_mean(images, axis=0)
    distances = tf.linalg.set_diag(_compute_distances(centred, centred), tf.zeros(len(images)))
    return tf.reduce_sum(distances) / (len(images) * (len(images) - 1))
