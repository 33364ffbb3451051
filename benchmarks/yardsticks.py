"""Other ways to write the same training step, as yardsticks for `throughput.py`.

Each but the last two builds the networks of TensorFlow's DCGAN tutorial. Each returns a function
that makes a number of training steps. They follow what the named sources do, in words of our own:

- `ours`: `GAN.fit`.
- `tutorial`: a loop over the batches around one compiled function with two tapes, as in
  TensorFlow's DCGAN tutorial.
- `keras_guide`: a model with its own `train_step`, as in Keras' guide to customising `fit`: the
  discriminator learns from real and fake images in one batch, then the generator gets new noise and
  a second pass through the new discriminator.
- `pytorch`: PyTorch's DCGAN example: the discriminator learns from a real batch, then from a fake
  batch that is detached from the generator, then the generator gets a third pass.
- `default_pair`: `GAN.fit` with the default networks and settings, five steps in a call, as
  `dcgan-tf train` does; and `torch_default_pair`, the same pair in PyTorch (`torch_pair.py`).

Run as a program this file is one contender, alone in its process: it says "ready", then for each
number of steps on standard input the seconds they took.
"""

import argparse
import functools
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

NOISE = 100
RATE = 1e-4
STEPS_IN_A_CALL = 5


def ours(batch_size):
    """Our model, trained by `fit` on our batches, with the layers of `accelerate`."""
    from dcgan_tf.networks.fast_layers import accelerate

    return our_fit(map(accelerate, tutorial_networks()), batch_size)


def ours_plain(batch_size):
    return our_fit(tutorial_networks(), batch_size)


def ours_xla(batch_size):
    return our_fit(tutorial_networks(), batch_size, jit_compile=True)


def our_fit(networks, batch_size, jit_compile="auto"):
    from dcgan_tf import GAN, shuffled_batches

    model = GAN(*networks, NOISE, seed=0)
    model.compile(*two_adams(), regularizer=None, jit_compile=jit_compile)
    batches = shuffled_batches(random_images(batch_size), batch_size)
    return lambda steps: model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)


def tutorial(batch_size):
    """One compiled function, called for each batch."""
    import tensorflow as tf

    generator, discriminator = tutorial_networks()
    generator_optimizer, discriminator_optimizer = two_adams()
    cross_entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def step(images):
        noise = tf.random.normal([batch_size, NOISE])
        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            fakes = generator(noise, training=True)
            real_output = discriminator(images, training=True)
            fake_output = discriminator(fakes, training=True)
            gen_loss = cross_entropy(tf.ones_like(fake_output), fake_output)
            disc_loss = cross_entropy(tf.ones_like(real_output), real_output)
            disc_loss += cross_entropy(tf.zeros_like(fake_output), fake_output)
        apply(generator_optimizer, gen_tape, gen_loss, generator)
        apply(discriminator_optimizer, disc_tape, disc_loss, discriminator)

    return loop_over(step, endless_batches(batch_size))


def keras_guide(batch_size):
    """The discriminator first, on one doubled batch; then the generator, with noise of its own."""
    import keras
    import tensorflow as tf

    class Guide(keras.Model):
        def __init__(self):
            super().__init__()
            self.generator, self.discriminator = tutorial_networks()
            self.losses_so_far = [keras.metrics.Mean(name="d"), keras.metrics.Mean(name="g")]

        @property
        def metrics(self):
            return self.losses_so_far

        def compile(self, generator_optimizer, discriminator_optimizer):
            super().compile()
            self.generator_optimizer = generator_optimizer
            self.discriminator_optimizer = discriminator_optimizer
            self.cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

        def train_step(self, images):
            n = tf.shape(images)[0]
            fakes = self.generator(tf.random.normal((n, NOISE)), training=True)
            both = tf.concat([fakes, images], axis=0)
            labels = tf.concat([tf.zeros((n, 1)), tf.ones((n, 1))], axis=0)
            with tf.GradientTape() as tape:
                disc_loss = self.cross_entropy(labels, self.discriminator(both, training=True))
            apply(self.discriminator_optimizer, tape, disc_loss, self.discriminator)
            with tf.GradientTape() as tape:
                fakes = self.generator(tf.random.normal((n, NOISE)), training=True)
                output = self.discriminator(fakes, training=True)
                gen_loss = self.cross_entropy(tf.ones((n, 1)), output)
            apply(self.generator_optimizer, tape, gen_loss, self.generator)
            self.losses_so_far[0].update_state(disc_loss)
            self.losses_so_far[1].update_state(gen_loss)
            return {metric.name: metric.result() for metric in self.metrics}

    model = Guide()
    model.compile(*two_adams())
    batches = endless_batches(batch_size)
    return lambda steps: model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)


def pytorch(batch_size, compiled=False):
    """Two backward passes for the discriminator, one for the generator."""
    import torch
    from torch import nn

    class Upward(nn.Sequential):
        """The tutorial's generator: `output_padding` makes up for what Keras calls "same"."""

        def __init__(self):
            def up(channels_in, channels_out, stride):
                return nn.ConvTranspose2d(
                    channels_in, channels_out, 5, stride, 2, stride - 1, bias=False
                )

            super().__init__(
                *(nn.Linear(NOISE, 7 * 7 * 256, bias=False), nn.BatchNorm1d(7 * 7 * 256)),
                *(nn.LeakyReLU(0.3), nn.Unflatten(1, (256, 7, 7))),
                *(up(256, 128, 1), nn.BatchNorm2d(128), nn.LeakyReLU(0.3)),
                *(up(128, 64, 2), nn.BatchNorm2d(64), nn.LeakyReLU(0.3)),
                *(up(64, 1, 2), nn.Tanh()),
            )

    generator = Upward()
    discriminator = nn.Sequential(
        *(nn.Conv2d(1, 64, 5, 2, 2), nn.LeakyReLU(0.3), nn.Dropout(0.3)),
        *(nn.Conv2d(64, 128, 5, 2, 2), nn.LeakyReLU(0.3), nn.Dropout(0.3)),
        *(nn.Flatten(), nn.Linear(7 * 7 * 128, 1)),
    )
    generator_optimizer = torch.optim.Adam(generator.parameters(), RATE)
    discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), RATE)
    cross_entropy = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(batch_size, 1), torch.zeros(batch_size, 1)
    if compiled:
        generator, discriminator = torch.compile(generator), torch.compile(discriminator)
    images = torch.rand(4 * batch_size, 1, 28, 28) * 2 - 1

    def step(real):
        discriminator_optimizer.zero_grad()
        cross_entropy(discriminator(real), ones).backward()
        fakes = generator(torch.randn(batch_size, NOISE))
        cross_entropy(discriminator(fakes.detach()), zeros).backward()
        discriminator_optimizer.step()
        generator_optimizer.zero_grad()
        cross_entropy(discriminator(fakes), ones).backward()
        generator_optimizer.step()

    def run(steps):
        for i in range(steps):
            start = i % 4 * batch_size
            step(images[start : start + batch_size])

    return run


def pytorch_compile(batch_size):
    return pytorch(batch_size, compiled=True)


def default_pair(batch_size):
    from dcgan_tf import DCGAN, shuffled_batches

    model = DCGAN(seed=0)
    model.compile(steps_per_execution=STEPS_IN_A_CALL)
    batches = shuffled_batches(random_images(batch_size), batch_size)

    def run(steps):
        calls = -(-steps // STEPS_IN_A_CALL)
        model.fit(batches, steps_per_epoch=calls * STEPS_IN_A_CALL, shuffle=False, verbose=0)

    return run


def torch_default_pair(batch_size, **options):
    from torch_pair import build_step

    return build_step(batch_size, **options)[0]


def matrix_product(batch_size):
    """Not a contender: products of two 4096x4096 matrices, for the rate of the machine."""
    import tensorflow as tf

    a, b = tf.random.normal((2, 4096, 4096))
    product = tf.function(lambda: tf.reduce_sum(tf.matmul(a, b)))

    def run(steps):
        for _ in range(steps):
            product().numpy()

    return run


CONTENDERS = {
    "ours": ours,
    "ours, Keras' layers": ours_plain,
    "ours, XLA": ours_xla,
    "tutorial's loop": tutorial,
    "Keras' guide": keras_guide,
    "PyTorch": pytorch,
    "PyTorch, compile": pytorch_compile,
    "default": default_pair,
    "PyTorch, default": torch_default_pair,
    "PyTorch, default, channels last": functools.partial(torch_default_pair, channels_last=True),
    "PyTorch, default, compile": functools.partial(torch_default_pair, compiled=True),
    "matrix product": matrix_product,
}


def tutorial_networks():
    from dcgan_tf.networks.pairs import build_pair

    return build_pair("tutorial", latent_dim=NOISE, seed=0)


def two_adams():
    import keras

    return keras.optimizers.Adam(RATE), keras.optimizers.Adam(RATE)


def apply(optimizer, tape, loss, network):
    gradients = tape.gradient(loss, network.trainable_variables)
    optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))


def random_images(batch_size):
    import numpy as np

    images = np.random.default_rng(0).uniform(-1, 1, (4 * batch_size, 28, 28, 1))
    return images.astype(np.float32)


def endless_batches(batch_size):
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensor_slices(random_images(batch_size)).repeat()
    return batches.batch(batch_size, drop_remainder=True).prefetch(2)


def loop_over(step, batches):
    iterator = iter(batches)

    def run(steps):
        for _ in range(steps):
            step(next(iterator))

    return run


def set_threads(threads, torch_too, half):
    """With `half`, two operations share the cores, as `dcgan-tf train` lets them do."""
    if torch_too:
        import torch

        torch.set_num_threads(threads)
        return
    import tensorflow as tf

    in_an_operation = threads // 2 if half else threads
    tf.config.threading.set_intra_op_parallelism_threads(max(1, in_an_operation))
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("contender", choices=CONTENDERS)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    name = arguments.contender
    set_threads(arguments.threads, name.startswith("PyTorch"), half=name == "default")
    run = CONTENDERS[arguments.contender](arguments.batch_size)
    run(2)  # compiles
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        run(int(line))
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
