"""Prints a checksum of all weights and optimizer states after 200 steps, for five ways to train.

    python tests/programs/weight_checksums.py

Run it on one machine before and after a change that must not change what is computed: the lines
are equal, or the change did more than it was meant to. Other processors and other versions of
TensorFlow round in other ways, so the numbers themselves mean nothing.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

STEPS = 200


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help=f"some of: {', '.join(WAYS)} (default: all)")
    parser.add_argument("--save", metavar="DIR", help="keep each model as DIR/NAME.keras")
    parser.add_argument("--here", action="store_true", help="in this process, not one for each")
    arguments = parser.parse_args()
    for name in arguments.names or WAYS:
        if arguments.here:
            print(f"{name}: {checksum(train(name, arguments.save)):08x}", flush=True)
        else:
            save = ["--save", arguments.save] if arguments.save else []
            subprocess.run([sys.executable, __file__, name, "--here", *save], check=True)


def train(name, save=None):
    """Trains for 200 steps and returns the model."""
    model = WAYS[name]()
    if save:
        os.makedirs(save, exist_ok=True)
        model.save(os.path.join(save, f"{name}.keras"))
    return model


def checksum(model):
    """One number from all weights, random states and both optimizers' states."""
    import keras

    optimizers = model.generator_optimizer, model.discriminator_optimizer
    number = 0
    for variable in [*model.variables, *(v for each in optimizers for v in each.variables)]:
        number = zlib.crc32(keras.ops.convert_to_numpy(variable).tobytes(), number)
    return number


def digits():
    from dcgan_tf import load_dataset

    return load_dataset("mnist-10k")[0][0]


def fit(model, images, condition=None, steps=STEPS):
    from dcgan_tf import shuffled_batches

    batches = shuffled_batches(images, 32, seed=0, condition=condition)
    model.fit(batches, steps_per_epoch=steps // 2, epochs=2, shuffle=False, verbose=0)
    return model


def default():
    from dcgan_tf import DCGAN

    model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
    model.compile()
    return fit(model, digits())


def conditional():
    from dcgan_tf import applications

    application = applications.load("conditional")(seed=0)
    return fit(application.build(), application.samples, application.condition)


def wasserstein():
    from dcgan_tf import DCGAN

    model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
    model.compile(loss="wasserstein", discriminator_steps=2)
    return fit(model, digits())


def mixed_float16():
    import keras

    from dcgan_tf import DCGAN

    keras.mixed_precision.set_global_policy("mixed_float16")
    model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
    model.compile()
    return fit(model, digits().astype("float16"))


def two_devices():
    import tensorflow as tf

    from dcgan_tf import DCGAN

    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
        model.compile()
    return fit(model, digits())


def command_line():
    """The default run as the command makes it: one epoch, 251 steps, with all its callbacks."""
    import keras

    from dcgan_tf import GAN  # noqa: F401, so that Keras knows it

    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "dcgan_tf", "train", "--epochs", "1"]
        subprocess.run(
            [*command, "--output-dir", f"{folder}/run"], check=True, stdout=subprocess.DEVNULL
        )
        return keras.saving.load_model(f"{folder}/run/model.keras")


WAYS = {
    "default": default,
    "conditional": conditional,
    "wasserstein": wasserstein,
    "mixed_float16": mixed_float16,
    "two_devices": two_devices,
    "command_line": command_line,
}

if __name__ == "__main__":
    main()
