"""A generative adversarial network as one Keras model: two networks, two tapes, two optimizers."""

import keras
import tensorflow as tf

from dcgan_tf import checks, keras_callbacks, losses
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

    Args:
        generator: `keras.Model` from noise, float32 `(batch, latent_dim)`, to samples,
            float32 `(batch, ...)`.
        discriminator: `keras.Model` from such samples to logits, float32 `(batch, 1)`; a positive
            logit means "real".
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
        self.noise_seeds = keras.random.SeedGenerator(seed)
        names = ("generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy")
        self.trackers = [keras.metrics.Mean(name=name) for name in names]
        self.built = True

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        loss="sigmoid_cross_entropy",
        r1_weight=0.2,
        jit_compile="auto",
        run_eagerly=False,
        steps_per_execution=1,
    ):
        """Sets the two optimizers and the loss.

        Args:
            generator_optimizer: a Keras optimizer or its name. By default `adam`, with a moving
                average of the weights, which `generate` uses.
            discriminator_optimizer: the same for the discriminator, without the average.
            loss: `"sigmoid_cross_entropy"` (Article 2, section 5.1), `"minimax"` (its formula
                4.1), or an object with the methods `generator_loss(fake_output)` and
                `discriminator_loss(real_output, fake_output)`.
            r1_weight: Float of at least 0, the weight of `losses.r1_penalty` in what the
                discriminator minimises; 0 trains by the loss alone, as in the articles. The penalty
                is taken over an eighth of each batch of real samples, which makes it cheap.
            jit_compile: Bool, whether to compile the training step with XLA, or `"auto"`: on a GPU
                only. On a CPU XLA starts later and takes more memory; what the steps gain depends
                on the processor (benchmarks/RESULTS.md).
            run_eagerly: Bool, runs the training step as plain Python, for a debugger.
            steps_per_execution: Int, training steps in one call of the compiled function.

        Raises:
            ValueError: for an unknown loss, a negative weight, or one optimizer used twice.
        """
        if generator_optimizer is not None and generator_optimizer is discriminator_optimizer:
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
        self.r1_weight = checks.check_weight("r1_weight", r1_weight)
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
            data: real samples, float32 `(batch, ...)`, or a tuple that begins with them; labels
                are ignored.

        Returns:
            Dict of the metrics so far: both losses in nats, both accuracies in [0, 1].
        """
        # Step 2: a batch of real samples.
        real_images = self._real_images(data)

        # Step 3: as many noise vectors. The last batch of an epoch may be smaller: ask its size.
        noise = self._noise(tf.shape(real_images)[0])

        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            fake_images = self.generator(noise, training=True)

            # Step 4: the discriminator looks at both.
            real_output = self.discriminator(real_images, training=True)
            fake_output = self.discriminator(fake_images, training=True)

            # Step 5: two losses. They are never added: each network minimises its own.
            generator_loss = self.loss.generator_loss(fake_output)
            discriminator_loss = self.loss.discriminator_loss(real_output, fake_output)
            regularised_loss = discriminator_loss + self._penalty(real_images)
            generator_goal = minimised(generator_loss, self.generator_optimizer)
            discriminator_goal = minimised(regularised_loss, self.discriminator_optimizer)

        # Step 6: backpropagation, both gradients taken at the weights from before the step.
        generator_variables = self.generator.trainable_variables
        discriminator_variables = self.discriminator.trainable_variables
        generator_gradients = gen_tape.gradient(generator_goal, generator_variables)
        discriminator_gradients = disc_tape.gradient(discriminator_goal, discriminator_variables)
        self.generator_optimizer.apply(generator_gradients, generator_variables)
        self.discriminator_optimizer.apply(discriminator_gradients, discriminator_variables)
        generator_loss = nan_unless_finite(
            generator_loss, generator_gradients, self.generator_optimizer
        )
        discriminator_loss = nan_unless_finite(
            discriminator_loss, discriminator_gradients, self.discriminator_optimizer
        )

        # Step 7, again and again until the last epoch, is `fit`.
        return self._update_metrics(generator_loss, discriminator_loss, real_output, fake_output)

    def test_step(self, data):
        """Computes the metrics of one batch without training.

        Args:
            data: as in `train_step`.

        Returns:
            Dict of the metrics so far, as in `train_step`.
        """
        real_images = self._real_images(data)
        images_so_far = tf.cast(self.trackers[0].count, tf.int32)
        noise = tf.random.stateless_normal(
            (tf.shape(real_images)[0], self.latent_dim), seed=(EVALUATION_SEED, images_so_far)
        )
        real_output = self.discriminator(real_images, training=False)
        fake_output = self.discriminator(self.generator(noise, training=False), training=False)
        generator_loss = self.loss.generator_loss(fake_output)
        discriminator_loss = self.loss.discriminator_loss(real_output, fake_output)
        return self._update_metrics(generator_loss, discriminator_loss, real_output, fake_output)

    def _noise(self, n):
        """Noise for `n` samples: this replica's part, as one process would draw it for all."""
        replica = tf.distribute.get_replica_context()
        everyone = (replica.num_replicas_in_sync * n, self.latent_dim)
        first = replica.replica_id_in_sync_group * n
        return keras.random.normal(everyone, seed=self.noise_seeds)[first : first + n]

    def _penalty(self, real_images):
        """R1, times its weight, over an eighth of the batch: it costs a second backpropagation."""
        if not self.r1_weight:
            return 0.0
        some = real_images[: (tf.shape(real_images)[0] + 7) // 8]
        return self.r1_weight * losses.r1_penalty(self.discriminator, some)

    def _real_images(self, data):
        real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        if not real_images.dtype.is_floating or real_images.shape[1:] != self.sample_shape:
            raise ValueError(
                f"The data does not fit the networks. Received: {real_images.dtype.name} of shape "
                f"{tuple(real_images.shape)}. Expected floating point of shape "
                f"{(None, *self.sample_shape)}, for images in [-1, 1]."
            )
        return real_images

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
