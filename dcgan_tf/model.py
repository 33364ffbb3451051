"""A generative adversarial network as one Keras model: two networks, two tapes, two optimizers."""

import keras
import tensorflow as tf

from dcgan_tf import checks, keras_callbacks, losses, regularizers
from dcgan_tf.conditions import check_condition, condition_of, joined
from dcgan_tf.optimizers import OptimizerPair, adam, minimised, nan_unless_finite, prepared
from dcgan_tf.sampling import Sampling
from dcgan_tf.saving import SavedWhole

EVALUATION_SEED = 2014  # of the noise in `evaluate`, so that two calls agree


@keras.saving.register_keras_serializable(package="dcgan_tf")
class GAN(Sampling, SavedWhole, keras.Model):
    """A generator and a discriminator that are trained against each other.

    The generator turns noise into samples; the discriminator tells them from real ones. The class
    knows nothing of images: any two Keras models whose shapes fit can play. `Sampling` brings
    `generate`, `predict` and `export`; with `SavedWhole` a saved model comes back whole.

    If both networks have a second input, a condition, then samples are made from it as well: labels
    or images, which `fit(x, y)` takes as `y`. Without such an input `y` is ignored.

    Args:
        generator: `keras.Model` from noise, float32 `(batch, latent_dim)`, to samples,
            float32 `(batch, ...)`; of two inputs, noise and condition, it must be Functional.
        discriminator: `keras.Model` from such samples, and the condition if there is one, to
            logits, float32 `(batch, 1)`; a positive logit means "real".
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the noise of the training.
        name: Str or `None`, the model's name.

    Raises:
        ValueError: if the shapes of the two networks do not fit.

    Example:

    >>> model = GAN(build_generator(), build_discriminator(), latent_dim=16, seed=0)
    >>> model.compile()
    >>> model.fit(x_train, epochs=20, batch_size=32)
    >>> images = model.generate(16, seed=1)
    """

    def __init__(self, generator, discriminator, latent_dim, seed=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.latent_dim = latent_dim
        self.seed = seed
        self.sample_shape = checks.check_networks(generator, discriminator, latent_dim)
        self.condition = condition_of(generator)
        self.noise_seeds = keras.random.SeedGenerator(seed)
        names = ("generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy")
        self.trackers = [keras.metrics.Mean(name=name) for name in names]
        self.built = True

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        loss="sigmoid_cross_entropy",
        regularizer="auto",
        generator_term=None,
        discriminator_steps=1,
        jit_compile="auto",
        run_eagerly=False,
        steps_per_execution=1,
    ):
        """Sets the two optimizers and the loss.

        Args:
            generator_optimizer: a Keras optimizer or its name. By default `adam`, with a moving
                average of the weights, which `generate` uses.
            discriminator_optimizer: the same for the discriminator, without the average.
            loss: `"sigmoid_cross_entropy"` (Article 2, section 5.1), another key of
                `losses.LOSSES`, or an object with the methods `generator_loss(fake_output)` and
                `discriminator_loss(real_output, fake_output)`.
            regularizer: what the discriminator minimises beside its loss: `"r1"`,
                `"gradient_penalty"`, an object as in `regularizers`, or `None` for the loss alone,
                as in the articles. `"auto"` is what goes with the loss: R1 but for Wasserstein's.
            generator_term: what the generator minimises beside its loss, a function of real and
                generated samples such as `more_losses.AbsoluteError`, or `None`.
            discriminator_steps: Int, steps of the discriminator for each of the generator, on the
                same real samples and new noise.
            jit_compile: Bool, whether to compile the training step with XLA, or `"auto"`: on a GPU
                only. On a CPU XLA starts later and takes more memory; what the steps gain depends
                on the processor (benchmarks/RESULTS.md).
            run_eagerly: Bool, runs the training step as plain Python, for a debugger.
            steps_per_execution: Int, training steps in one call of the compiled function.

        Raises:
            ValueError: for an unknown loss or regulariser, or one optimizer used twice.
        """
        both = generator_optimizer, discriminator_optimizer
        if both[0] is both[1] and isinstance(both[0], keras.optimizers.Optimizer):
            raise ValueError(
                "The two networks share an optimizer. Received: the same object twice. Expected "
                "two optimizers: each keeps a state for the weights of one network."
            )
        self.generator_optimizer = prepared(
            generator_optimizer or adam(averaged=True), self.generator, "generator"
        )
        self.discriminator_optimizer = prepared(
            discriminator_optimizer or adam(), self.discriminator, "discriminator"
        )
        self.loss = losses.get(loss)
        self.regularizer = regularizers.get(regularizer, self.loss)
        self.generator_term = generator_term
        checks.check_integer("discriminator_steps", discriminator_steps, 1)
        self.discriminator_steps = discriminator_steps
        self.compile_options = {
            "jit_compile": jit_compile,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
        }
        # With optimizer=None Keras makes no third optimizer, which nothing would ever use.
        super().compile(optimizer=None, **self.compile_options)
        self.optimizer = OptimizerPair(self.generator_optimizer, self.discriminator_optimizer)

    @property
    def metrics(self):
        return self.trackers

    def fit(
        self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, **kwargs
    ):
        """Keras' `fit`, with all of its arguments and callbacks (docs/keras.md)."""
        callbacks = keras_callbacks.adapted(callbacks)
        return super().fit(x, y, batch_size, epochs, verbose, callbacks, **kwargs)

    def call(self, noise, training=False):
        return self.generator(noise, training=training)

    def train_step(self, data):
        """Trains both networks on one batch: the seven steps of Article 2, section 3.3.

        Step 1, the initial weights, is done when the networks are built.

        Args:
            data: real samples, float32 `(batch, ...)`, or a tuple of them and their condition.

        Returns:
            Dict of the metrics so far: both losses in nats, both accuracies in [0, 1].
        """
        # Step 2: a batch of real samples, and the condition they belong to, if there is one.
        real_images, condition = self._unpack(data)
        for _ in range(self.discriminator_steps - 1):
            self._train_discriminator(real_images, condition)

        # Step 3: as many noise vectors. The last batch of an epoch may be smaller: ask its size.
        noise = self._draw_noise(tf.shape(real_images)[0])

        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            fake_images = self.generator(joined(noise, condition), training=True)

            # Step 4: the discriminator judges both.
            real_output = self.discriminator(joined(real_images, condition), training=True)
            fake_output = self.discriminator(joined(fake_images, condition), training=True)

            # Step 5: two losses. They are never added: each network minimises its own.
            generator_loss = self.loss.generator_loss(fake_output)
            discriminator_loss = self.loss.discriminator_loss(real_output, fake_output)
            generator_objective = self._generator_objective(
                generator_loss, real_images, fake_images
            )
            discriminator_objective = self._discriminator_objective(
                discriminator_loss, real_images, fake_images, condition
            )

        # Step 6: backpropagation, both gradients taken at the weights from before the step.
        generator_variables = self.generator.trainable_variables
        discriminator_variables = self.discriminator.trainable_variables
        generator_gradients = gen_tape.gradient(generator_objective, generator_variables)
        discriminator_gradients = disc_tape.gradient(
            discriminator_objective, discriminator_variables
        )
        self.generator_optimizer.apply(generator_gradients, generator_variables)
        self.discriminator_optimizer.apply(discriminator_gradients, discriminator_variables)

        # Step 7, to repeat all this until the last epoch, is the work of `fit`.
        losses = (
            nan_unless_finite(generator_loss, generator_gradients, self.generator_optimizer),
            nan_unless_finite(
                discriminator_loss, discriminator_gradients, self.discriminator_optimizer
            ),
        )
        return self._update_metrics(*losses, real_output, fake_output)

    def test_step(self, data):
        """Computes the metrics of one batch without training.

        Args:
            data: as in `train_step`.

        Returns:
            Dict of the metrics so far, as in `train_step`.
        """
        real_images, condition = self._unpack(data)
        images_so_far = tf.cast(self.trackers[0].count, tf.int32)
        noise = tf.random.stateless_normal(
            (tf.shape(real_images)[0], self.latent_dim), seed=(EVALUATION_SEED, images_so_far)
        )
        fake_images = self.generator(joined(noise, condition), training=False)
        real_output = self.discriminator(joined(real_images, condition), training=False)
        fake_output = self.discriminator(joined(fake_images, condition), training=False)
        generator_loss = self.loss.generator_loss(fake_output)
        discriminator_loss = self.loss.discriminator_loss(real_output, fake_output)
        return self._update_metrics(generator_loss, discriminator_loss, real_output, fake_output)

    def _draw_noise(self, n):
        """Noise for `n` samples: this replica's part, as one process would draw it for all."""
        replica = tf.distribute.get_replica_context()
        everyone = (replica.num_replicas_in_sync * n, self.latent_dim)
        first = replica.replica_id_in_sync_group * n
        return keras.random.normal(everyone, seed=self.noise_seeds)[first : first + n]

    def _train_discriminator(self, real_images, condition):
        """One more step of the discriminator alone."""
        noise = self._draw_noise(tf.shape(real_images)[0])
        fake_images = self.generator(joined(noise, condition), training=True)
        with tf.GradientTape() as disc_tape:
            real_output = self.discriminator(joined(real_images, condition), training=True)
            fake_output = self.discriminator(joined(fake_images, condition), training=True)
            discriminator_loss = self.loss.discriminator_loss(real_output, fake_output)
            objective = self._discriminator_objective(
                discriminator_loss, real_images, fake_images, condition
            )
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(disc_tape.gradient(objective, variables), variables)

    def _generator_objective(self, loss, real_images, fake_images):
        """What the generator minimises: its loss and the term of `compile`, scaled."""
        term = self.generator_term(real_images, fake_images) if self.generator_term else 0.0
        return minimised(loss + term, self.generator_optimizer)

    def _discriminator_objective(self, loss, real_images, fake_images, condition):
        """What the discriminator minimises: its loss and the penalty of `compile`, scaled."""

        def logits(samples):  # of the first samples of the batch, or of all of them
            some = None if condition is None else condition[: tf.shape(samples)[0]]
            return self.discriminator(joined(samples, some), training=True)

        penalty = 0.0
        if self.regularizer is not None:
            penalty = self.regularizer(logits, real_images, fake_images, self.noise_seeds)
        return minimised(loss + penalty, self.discriminator_optimizer)

    def _unpack(self, data):
        real_images, condition, _ = keras.utils.unpack_x_y_sample_weight(data)
        real_images = tf.convert_to_tensor(real_images)  # `run_eagerly` passes NumPy arrays on
        if not real_images.dtype.is_floating or real_images.shape[1:] != self.sample_shape:
            raise ValueError(
                f"The data does not fit the networks. Received: {real_images.dtype.name} of shape "
                f"{tuple(real_images.shape)}. Expected floating point of shape "
                f"{(None, *self.sample_shape)}, for images in [-1, 1]."
            )
        return real_images, check_condition(condition, self.condition, "y")

    def _update_metrics(self, generator_loss, discriminator_loss, real_output, fake_output):
        batch_size = tf.shape(real_output)[0]
        real_accuracy = tf.reduce_mean(tf.cast(real_output > 0, tf.float32))
        fake_accuracy = tf.reduce_mean(tf.cast(fake_output < 0, tf.float32))
        values = generator_loss, discriminator_loss, real_accuracy, fake_accuracy
        for tracker, value in zip(self.trackers, values, strict=True):
            tracker.update_state(value, sample_weight=batch_size)
        results = self.get_metrics_result()
        if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
            # Keras takes their mean over an axis, which single numbers do not have:
            # tensorflow/tensorflow#72388.
            results = {name: value[tf.newaxis] for name, value in results.items()}
        return results
