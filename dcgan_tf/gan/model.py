"""A generative adversarial network as one Keras model: two networks, two tapes, two optimizers."""

import functools

import keras
import tensorflow as tf

from dcgan_tf.gan import losses, regularizers, validation
from dcgan_tf.gan.conditioning import check_condition, condition_input, with_condition
from dcgan_tf.gan.keras_compat import OptimizerPair, adapt_callbacks, add_worker_axis
from dcgan_tf.gan.nan_guard import LossTracker, nan_unless_finite
from dcgan_tf.gan.optimizers import adam, after, choose_rate, prepare_optimizer, scale_loss
from dcgan_tf.gan.sampling import Sampling
from dcgan_tf.gan.saving import Saving

EVALUATION_SEED = 2014  # `evaluate` always draws the same noise, so that two calls agree


@keras.saving.register_keras_serializable(package="dcgan_tf")
class GAN(validation.Unweighted, Sampling, Saving, keras.Model):
    """A generator and a discriminator that are trained against each other (Goodfellow et al. 2014).

    The generator turns noise into samples, and the discriminator tells them from real samples.
    The training works for any two Keras models whose shapes fit, whether the samples are images
    or not. `generate` and `export` are in `Sampling`; `Saving` keeps all of a model in one file.

    Both networks may have a second input, a *condition*: a label or an image that belongs to each
    sample. Then `fit(x, y)` takes the conditions as `y`. Otherwise it ignores `y`.

    Args:
        generator: `keras.Model` from noise, float32 `(batch, latent_dim)`, to samples,
            float32 `(batch, ...)`. If it takes noise and a condition, it must be Functional.
        discriminator: `keras.Model` from such samples, and the condition if there is one, to
            logits, float32 `(batch, 1)`; a positive logit means "real".
        latent_dim: Int, length of the noise vector, which is a point of the *latent space*.
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
        self.sample_shape = validation.check_networks(generator, discriminator, latent_dim)
        self.condition = condition_input(generator)
        self.noise_seeds = keras.random.SeedGenerator(seed)
        self.generator_loss_tracker = LossTracker(name="generator_loss")
        self.discriminator_loss_tracker = LossTracker(name="discriminator_loss")
        self.real_accuracy_tracker = keras.metrics.Mean(name="real_accuracy")
        self.fake_accuracy_tracker = keras.metrics.Mean(name="fake_accuracy")
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
        """Sets the loss and the two optimizers, which change the weights so that the loss falls.

        Args:
            generator_optimizer: a Keras optimizer or its name. By default `adam`, with a moving
                average of the weights, which `generate` uses, and the rate of `choose_rate`.
            discriminator_optimizer: the same for the discriminator, without the moving average.
            loss: `"sigmoid_cross_entropy"` (Article 2, section 5.1), another key of
                `losses.LOSSES`, or an object with the methods of `SigmoidCrossEntropy`.
            regularizer: what the discriminator minimises in addition to its loss: `"r1"`,
                `"gradient_penalty"`, an object as in `regularizers`, or `None` for the loss alone,
                as in the articles. `"auto"` is R1, or the penalty that the loss asks for.
            generator_term: what the generator minimises in addition to its loss, a function of
                real and generated samples such as `more_losses.AbsoluteError`, or `None`.
            discriminator_steps: Int, steps of the discriminator for each step of the generator,
                on the same real samples with new noise.
            jit_compile: Bool, whether XLA compiles the training step, or `"auto"`: on a GPU only.
            run_eagerly: Bool, runs the training step as plain Python, for a debugger.
            steps_per_execution: Int, training steps in one call of the compiled function.

        Raises:
            ValueError: for an unknown loss, regulariser or term, or an optimizer used elsewhere.
        """
        validation.check_optimizers(generator_optimizer, discriminator_optimizer)
        rate = choose_rate(self.sample_shape)
        self.generator_optimizer = prepare_optimizer(
            generator_optimizer or adam(rate, averaged=True), self.generator, "generator"
        )
        self.discriminator_optimizer = prepare_optimizer(
            discriminator_optimizer or adam(rate), self.discriminator, "discriminator"
        )
        self.loss = losses.get(loss)
        self.regularizer = regularizers.get(regularizer, self.loss)
        self.generator_term = losses.check_term(generator_term)
        validation.check_integer("discriminator_steps", discriminator_steps, 1)
        self.discriminator_steps = discriminator_steps
        options = {"jit_compile": jit_compile, "run_eagerly": run_eagerly}
        self.compile_options = {**options, "steps_per_execution": steps_per_execution}
        # With optimizer=None Keras makes no third optimizer, which nothing would ever use.
        super().compile(optimizer=None, **self.compile_options)
        self.optimizer = OptimizerPair(self.generator_optimizer, self.discriminator_optimizer)

    @property
    def metrics(self):
        loss_trackers = [self.generator_loss_tracker, self.discriminator_loss_tracker]
        return [*loss_trackers, self.real_accuracy_tracker, self.fake_accuracy_tracker]

    def fit(
        self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, **kwargs
    ):
        """Keras' `fit` with its arguments and callbacks, but weights of samples (docs/keras.md)."""
        return super().fit(x, y, batch_size, epochs, verbose, adapt_callbacks(callbacks), **kwargs)

    def call(self, noise, training=False):
        return self.generator(noise, training=training)

    def train_step(self, data):
        """Trains both networks on one batch: the seven steps of Article 2, section 3.3.

        Step 1, the initial weights, was done when the networks were built.

        Args:
            data: real samples, float32 `(batch, ...)`, or a tuple of them and their condition.

        Returns:
            Dict of the metrics so far: both losses in nats, both accuracies in [0, 1].
        """
        # Step 2: take a batch of real samples, with their condition if the networks use one.
        real_images, condition = self._unpack(data)
        for _ in range(self.discriminator_steps - 1):
            self._train_discriminator(real_images, condition)

        # Step 3: draw one noise vector for each of them. (The last batch may be a smaller one.)
        noise = self._draw_noise(tf.shape(real_images)[0])

        # Two tapes record the computations. From them backpropagation finds the gradients (step 6).
        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            fake_images = self.generator(with_condition(noise, condition), training=True)

            # Step 4: compute the discriminator's logits for the real and the generated samples.
            real_output = self._judge(real_images, condition)
            fake_output = self._judge(fake_images, condition)

            # Step 5: compute the two losses. Each network minimises its own loss, not their sum.
            generator_loss = losses.generator_loss(self.loss, fake_output, real_output)
            discriminator_loss = self.loss.discriminator_loss(real_output, fake_output)
            images = real_images, fake_images
            gen_objective = self._generator_objective(generator_loss, *images)
            disc_objective = self._discriminator_objective(discriminator_loss, *images, condition)

        # Step 6: take both gradients, and only then let the optimizers change both networks.
        gen_variables = self.generator.trainable_variables
        disc_variables = self.discriminator.trainable_variables
        gen_gradients = gen_tape.gradient(gen_objective, gen_variables)
        disc_gradients = disc_tape.gradient(disc_objective, disc_variables)
        with after(gen_gradients, disc_gradients):
            self.generator_optimizer.apply(gen_gradients, gen_variables)
            self.discriminator_optimizer.apply(disc_gradients, disc_variables)

        # Step 7: repeat until the last epoch. Keras' `fit` does this, and shows these metrics.
        return self._update_metrics(
            nan_unless_finite(generator_loss, gen_gradients, self.generator_optimizer),
            nan_unless_finite(discriminator_loss, disc_gradients, self.discriminator_optimizer),
            real_output,
            fake_output,
        )

    def test_step(self, data):
        """Computes the metrics of one batch, as `train_step` returns them, without training."""
        real_images, condition = self._unpack(data)
        seed = EVALUATION_SEED, tf.cast(self.generator_loss_tracker.count, tf.int32)
        noise = tf.random.stateless_normal((tf.shape(real_images)[0], self.latent_dim), seed)
        fake_images = self.generator(with_condition(noise, condition), training=False)
        real_output = self._judge(real_images, condition, training=False)
        fake_output = self._judge(fake_images, condition, training=False)
        gen_loss = losses.generator_loss(self.loss, fake_output, real_output)
        disc_loss = self.loss.discriminator_loss(real_output, fake_output)
        return self._update_metrics(gen_loss, disc_loss, real_output, fake_output, training=False)

    def _draw_noise(self, n):
        """Draws noise for `n` samples. If there are several devices, each takes its own part."""
        replica = tf.distribute.get_replica_context()
        shape_of_all = (replica.num_replicas_in_sync * n, self.latent_dim)
        first = replica.replica_id_in_sync_group * n
        return keras.random.normal(shape_of_all, seed=self.noise_seeds)[first : first + n]

    def _judge(self, samples, condition, training=True):
        """Returns the discriminator's logits for a batch of samples, or for its first samples."""
        matching = None if condition is None else condition[: tf.shape(samples)[0]]
        return self.discriminator(with_condition(samples, matching), training=training)

    def _train_discriminator(self, real_images, condition):
        """Trains the discriminator alone for one more step."""
        noise = self._draw_noise(tf.shape(real_images)[0])
        fake_images = self.generator(with_condition(noise, condition), training=True)
        with tf.GradientTape() as disc_tape:
            outputs = self._judge(real_images, condition), self._judge(fake_images, condition)
            loss = self.loss.discriminator_loss(*outputs)
            objective = self._discriminator_objective(loss, real_images, fake_images, condition)
        variables, optimizer = self.discriminator.trainable_variables, self.discriminator_optimizer
        gradients = disc_tape.gradient(objective, variables)
        with after(gradients):
            optimizer.apply(gradients, variables)
        self.discriminator_loss_tracker.check(nan_unless_finite(loss, gradients, optimizer))

    def _generator_objective(self, loss, real_images, fake_images):
        """Returns what the generator minimises: its loss plus the term of `compile`, scaled."""
        real_images = tf.cast(real_images, fake_images.dtype)
        term = self.generator_term(real_images, fake_images) if self.generator_term else 0.0
        return scale_loss(loss, self.generator_optimizer, term)

    def _discriminator_objective(self, loss, real_images, fake_images, condition):
        """Returns what the discriminator minimises: its loss plus the penalty, scaled."""
        penalty = 0.0
        if self.regularizer is not None:
            judge = functools.partial(self._judge, condition=condition)
            penalty = self.regularizer(judge, real_images, fake_images, self.noise_seeds)
        return scale_loss(loss, self.discriminator_optimizer, penalty)

    def _unpack(self, data):
        """Splits what `fit` passes into samples and their condition, and checks both."""
        real_images, condition, weights = keras.utils.unpack_x_y_sample_weight(data)
        real_images = validation.check_samples(real_images, self.sample_shape, weights)
        return real_images, check_condition(condition, self.condition, "y")

    def _update_metrics(self, gen_loss, disc_loss, real_output, fake_output, training=True):
        """Adds a batch to the mean losses and to the fractions of samples classified correctly."""
        n = tf.shape(real_output)[0]
        self.generator_loss_tracker.update_state(gen_loss, n, training)
        self.discriminator_loss_tracker.update_state(disc_loss, n, training)
        self.real_accuracy_tracker.update_state(real_output > 0)
        self.fake_accuracy_tracker.update_state(fake_output < 0)
        return add_worker_axis(self.get_metrics_result())
