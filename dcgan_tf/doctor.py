"""A callback that says after each epoch what is happening in the game, and what to try.

A look at the training gives *readings*, a dict of numbers. A rule is a function of all looks so
far, the latest last; it returns one line if it finds its failure and `None` otherwise.
"""

import json
import statistics

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf import checks, files

PROBES = 64  # fixed noise vectors, and fixed real images, in each look
PROBE_SEED = (2014, 1511)  # of the noise: the same in every run
MOST_NEIGHBOURS = 2048  # training images among which the nearest is sought

# Each threshold stands between what healthy runs did (this package's networks for 10 to 30 epochs
# of digits or clothes, and the cured recipes of failures.py) and what the broken recipes did, each
# with three seeds. `python benchmarks/doctor.py` measures these ranges.
HUGE = 1e3  # largest logit: up to 11 in healthy runs, 87 in other failures; above 1e6 before NaN
ALIKE = 1e-4  # diversity: 0 in dead starts; at least 8e-4 in all others, also at their first look
COPIES = 0.25  # share of near copies: 0 in healthy runs; 0.45 to 0.55 at the end of memorising
FLAT = 0.01  # loss slope: at least 0.14 in healthy runs; at most 1e-4 where it vanishes
WON = 0.99  # the lower accuracy: up to 0.90 in healthy runs; above 0.999 where D has won
UNIFORM = 0.5  # diversity, greatest of three looks: 0.81 to 1.15 healthy, 0.17 to 0.31 collapsed
SWING = 0.4  # median of four looks: at most 0.05 where D has won, 0.50 to 0.83 in oscillation
SURE = 8.0  # largest logit, median of four: at most 6.1 in healthy runs, 14 to 41 in oscillation
SETTLED = 300  # steps: before them healthy images may still be nearly alike (diversity 0.03)


def nan(looks):
    """Numbers that are infinite, undefined or about to be."""
    now = looks[-1]
    losses = now["generator_loss"], now["discriminator_loss"]
    if None in losses:
        return (
            "NaN: a loss is no number any more, and nothing of this model can be kept: training "
            "stops. Try a learning rate ten times lower, Adam, or the default loss."
        )
    if not _finite(now) or max(now["largest_logit"], *map(abs, losses)) > HUGE:
        logit = "no number" if now["largest_logit"] is None else f"{now['largest_logit']:.1e}"
        return (
            f"NaN soon: the largest logit is {logit}, the losses are {losses[0]:.1e} and "
            f"{losses[1]:.1e}. Try a learning rate ten times lower, Adam, or a loss with a bound."
        )


def dead_start(looks):
    """The generator has made one and the same image from all noise since the start."""
    if all(look["diversity"] < ALIKE for look in looks):
        return (
            "dead start: the noise makes no difference, all images are the same and were so from "
            "the beginning. Try the default initial weights; all-zero ones never come apart."
        )


def memorising(looks):
    """Generated images are training images."""
    if looks[-1]["near_copies"] > COPIES:
        return (
            f"memorising: {looks[-1]['near_copies']:.0%} of the images are near copies of training "
            "images. Try more training images, or fewer epochs."
        )


def vanishing_gradient(looks):
    """The loss is flat where the generator stands: it cannot learn from it."""
    if _held(looks, 2, lambda look: max(look["loss_slope"], look["fake_probability"]) < FLAT):
        now = looks[-1]
        return (
            f"vanishing gradient: D gives fakes a probability of {now['fake_probability']:.1e}, "
            f"and there the generator's loss has a slope of {now['loss_slope']:.1e} only. Try "
            'loss="sigmoid_cross_entropy", which is steep there.'
        )


def discriminator_won(looks):
    """The discriminator is right about everything; nothing the generator does matters."""
    if _held(looks, 2, lambda look: min(look["real_accuracy"], look["fake_accuracy"]) > WON):
        now = looks[-1]
        return (
            f"discriminator won: it is right about {now['real_accuracy']:.1%} of the real and "
            f"{now['fake_accuracy']:.1%} of the generated images; the generator's loss is "
            f"{now['generator_loss']:.1f}. Try equal learning rates, or a lower one for D."
        )


def collapse(looks):
    """The generator makes few different images."""
    if _held(_settled(looks), 3, lambda look: look["diversity"] < UNIFORM):
        now = looks[-1]
        onto = ""
        if "largest_class" in now:
            onto = f", {now['largest_class_share']:.0%} of them read as {now['largest_class']}"
        return (
            f"collapsed: the images are {now['diversity']:.0%} as varied as real ones{onto}. Try "
            "equal learning rates, or a stronger discriminator."
        )


def oscillation(looks):
    """All images change together in each epoch, and D is sure of its changing verdicts.

    Healthy images may swing as widely, but only while D is still unsure.
    """
    last = _settled(looks)[-4:]
    if len(last) < 4:
        return None
    swing, logit = (
        statistics.median(look[name] for look in last) for name in ("swing", "largest_logit")
    )
    if swing > SWING and logit > SURE:
        return (
            f"oscillating: in one epoch the mean image moves {swing:.0%} of the distance between "
            f"two real images, and D's logits reach {logit:.0f}. Try Adam with beta_1=0.5 and "
            "lower learning rates."
        )


# The most specific first: a dead generator also loses every game, and so on.
RULES = {
    "nan": nan,
    "dead-start": dead_start,
    "memorising": memorising,
    "vanishing-gradient": vanishing_gradient,
    "discriminator-won": discriminator_won,
    "collapse": collapse,
    "oscillation": oscillation,
}


def diagnose(looks):
    """Finds what is wrong, if anything is.

    Args:
        looks: list of readings, dicts of numbers as `TrainingDoctor` takes them, the latest last.

    Returns:
        A tuple: a key of `RULES` or `"healthy"`, and one line that says what is seen.
    """
    looks = [look for look in looks[:-1] if _finite(look)] + looks[-1:]
    for finding, rule in RULES.items():
        if message := rule(looks):
            return finding, message
    now = looks[-1]
    return "healthy", (
        f"healthy: D is right about {now['real_accuracy']:.0%} of the real and "
        f"{now['fake_accuracy']:.0%} of the generated images, which are {now['diversity']:.0%} as "
        "varied as real ones."
    )


class TrainingDoctor(keras.callbacks.Callback):
    """Says after an epoch, in one line, what is happening in the training of a `GAN`.

    It looks at the same noise and the same real images each time, with the weights as they are
    trained, not their moving average, which would hide how they swing. Looking changes nothing: the
    run is bit for bit the one without it.

    The readings of a look are all `logs` of the epoch and
    - `generator_gradient`, `discriminator_gradient`: norms of the losses' gradients;
    - `loss_slope`: how steep the generator's loss is in D's logits, summed over the batch;
    - `real_probability`, `fake_probability`: means of D's verdict sigmoid(logit);
    - `largest_logit`: the largest absolute value of a logit;
    - `diversity`: mean pixel distance of two generated images, divided by that of real images;
    - `movement`, `swing`: how far an image, and the mean image, went in this epoch, in that unit;
    - `near_copies`: share of images nearer to a training image than half its distance from the
      next training image;
    - `largest_class`, `largest_class_share`: of the classes that `classify` gives;
    - `steps`: training steps so far.

    Args:
        real_images: float32 array `(n, ...)` in [-1, 1], the images to train on. 64 of them probe
            the discriminator; near copies are sought of 2,048, so that memorising is seen only
            where there are not many times more.
        classify: function from float32 images `(m, ...)` to integer labels `(m,)`, or `None`; it
            lets the message of a collapse name what is left.
        path: a JSON file to write all findings to, or `None`. A resumed run goes on with it.
        verbose: 1 to print the message when the finding changes and at the end, 0 to be silent.
        every: Int, it looks after every `every`-th epoch.

    Attributes:
        findings: list of dicts with the keys `epoch` (from 1), `finding` (`"healthy"` or a key of
            `RULES`), `message` and `readings` (`None` stands for what is no number).

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
        checks.check_integer("every", every, 1)
        self.classify = classify
        self.path = None if path is None else files.writable_file(path, ".json")
        self.verbose = verbose
        self.every = every
        self.findings = []
        self._keep(real_images)

    def _keep(self, images):
        """Keeps what each look needs of the real images."""
        kind = f"{getattr(images, 'dtype', type(images).__name__)}"
        if not isinstance(images, np.ndarray) or kind != "float32" or images.ndim < 2:
            raise ValueError(
                f"These are no images to train on. Received: {kind} of shape "
                f"{getattr(images, 'shape', None)}. Expected a float32 array (n, ...) in [-1, 1]."
            )
        order = np.random.default_rng(0).permutation(len(images))
        nearby = images[order[:MOST_NEIGHBOURS]]
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
        if self._real_images.shape[1:] != model.sample_shape:
            raise ValueError(
                "The real images do not fit the model. Received: real_images of shape "
                f"{(None, *self._real_images.shape[1:])}. Expected {(None, *model.sample_shape)}."
            )

    def on_train_begin(self, logs=None):
        self._noise = tf.random.stateless_normal((PROBES, self.model.latent_dim), PROBE_SEED)
        self._draw = tf.function(lambda: self.model.generator(self._noise, training=False))
        self._look = tf.function(self._probe)
        self._first_epoch = self._printed = None

    def on_epoch_begin(self, epoch, logs=None):
        if self._first_epoch is None:
            self._first_epoch = epoch
            if epoch and self.path and self.path.exists():
                self.findings = json.loads(self.path.read_text())
            self.findings = [entry for entry in self.findings if entry["epoch"] <= epoch]
        if (epoch + 1) % self.every == 0:
            self._images_before = self._draw()

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        readings = self._readings(logs or {})
        looks = [entry["readings"] for entry in self.findings] + [readings]
        finding, message = diagnose(looks)
        changed = not self.findings or finding != self.findings[-1]["finding"]
        self.findings.append(
            {"epoch": epoch + 1, "finding": finding, "message": message, "readings": readings}
        )
        if self.path:
            with files.written_whole(self.path) as part:
                part.write_text(json.dumps(self.findings, indent=1))
        if None in (readings["generator_loss"], readings["discriminator_loss"]):
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

    def _readings(self, logs):
        """Takes all readings; what is no finite number becomes `None`, as JSON knows no NaN."""
        measured, images = self._look(self._images_before)
        readings = {name: float(value) for name, value in {**logs, **measured}.items()}
        images = images.numpy()
        if self.classify is not None and np.isfinite(images).all():
            labels = np.asarray(self.classify(images))
            if labels.shape != images.shape[:1]:
                raise ValueError(
                    f"`classify` gives no label for each image. Received: shape {labels.shape} for "
                    f"{len(images)} images. Expected integers of shape ({len(images)},)."
                )
            classes, counts = np.unique(labels, return_counts=True)
            readings["largest_class"] = int(classes[counts.argmax()])
            readings["largest_class_share"] = float(counts.max() / counts.sum())
        readings["steps"] = int(self.model.generator_optimizer.iterations)
        return {name: value if np.isfinite(value) else None for name, value in readings.items()}

    def _probe(self, images_before):
        """One look. training=False: neither BatchNorm's averages nor Dropout's seeds move."""
        model = self.model
        with tf.GradientTape(persistent=True) as tape:
            images = model.generator(self._noise, training=False)
            real_output = model.discriminator(self._real_images, training=False)
            fake_output = model.discriminator(images, training=False)
            generator_loss = model.loss.generator_loss(fake_output)
            discriminator_loss = model.loss.discriminator_loss(real_output, fake_output)
        generator_gradients, slopes = tape.gradient(
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
            "loss_slope": tf.reduce_sum(tf.abs(slopes)),
            "real_probability": tf.reduce_mean(tf.sigmoid(real_output)),
            "fake_probability": tf.reduce_mean(tf.sigmoid(fake_output)),
            "largest_logit": tf.reduce_max(tf.abs(logits)),
            "diversity": _mean_distance(images) / self._unit,
            "movement": tf.reduce_mean(tf.norm(moves, axis=1)) / self._unit,
            "swing": tf.norm(tf.reduce_mean(moves, axis=0)) / self._unit,
            "near_copies": tf.reduce_mean(tf.cast(copies, tf.float32)),
        }, images


def _held(looks, n, condition):
    """Whether the last `n` looks all fulfil a condition."""
    return len(looks) >= n and all(condition(look) for look in looks[-n:])


def _settled(looks):
    return [look for look in looks if look["steps"] >= SETTLED]


def _finite(look):
    names = ("generator_loss", "discriminator_loss", "generator_gradient", "discriminator_gradient")
    return None not in [look[name] for name in (*names, "largest_logit", "diversity")]


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
