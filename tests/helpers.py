"""What several tests look at: all of a model, a folder's files, the frames of a GIF."""

import gzip
import struct

import keras
import numpy as np
import pytest
from PIL import Image

from dcgan_tf import GAN, applications, load_dataset
from dcgan_tf.networks import pairs


def everything(model):
    """All that training changes: weights, random states, both optimizers' states."""
    variables = [
        *model.variables,
        *model.generator_optimizer.variables,
        *model.discriminator_optimizer.variables,
    ]
    return [variable.numpy() for variable in variables]


def assert_equal_bits(model, other):
    ours, theirs = everything(model), everything(other)
    assert len(ours) == len(theirs)
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        np.testing.assert_array_equal(a, b, err_msg=f"variable {i}")


def gif_durations(path):
    with Image.open(path) as gif:
        durations = []
        for i in range(gif.n_frames):
            gif.seek(i)
            durations.append(gif.info["duration"])
        return durations, gif.info.get("loop")


def train(command, *argv):
    # Augmentation would be on for so few images, and it takes longer to trace.
    return command("train", "--data", "data.npz", "--latent-dim", 8, "--augment", "off", *argv)


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def state(folder):
    return everything(keras.saving.load_model(folder / "model.keras"))


def write_idx(path, array):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    content = header + array.tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def to_float(pixels):
    return pixels.astype(np.float32) / 127.5 - 1


def save(path, array, **kwargs):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **kwargs)


def refused(source, message, **kwargs):
    with pytest.raises(ValueError, match=f"(?s){message}") as info:
        load_dataset(source, **kwargs)
    assert "Received: " in str(info.value) and "Expected" in str(info.value)


# A snapshot of the training doctor in a healthy run.
HEALTHY = {
    "generator_loss": 0.9,
    "discriminator_loss": 1.2,
    "real_accuracy": 0.7,
    "fake_accuracy": 0.7,
    "generator_gradient": 1.0,
    "discriminator_gradient": 5.0,
    "loss_gradient": 0.5,
    "real_probability": 0.6,
    "fake_probability": 0.4,
    "largest_logit": 3.0,
    "diversity": 0.9,
    "movement": 0.8,
    "swing": 0.2,
    "near_copies": 0.0,
    "steps": 1000,
}


ARRAYS = ("samples", "condition", "labels", "everything")


HELD_OUT = ("held_out", "held_out_condition", "held_out_labels")


def load_small(name, n=96):
    """An application with a few of its samples."""
    application = applications.load(name)(seed=0)
    for attribute in (*ARRAYS, *HELD_OUT):
        value = getattr(application, attribute, None)
        if isinstance(value, np.ndarray):
            setattr(application, attribute, value[:n])
    return application


def fit(model, samples, epochs=1, **kwargs):
    return model.fit(samples, epochs=epochs, batch_size=32, shuffle=False, verbose=0, **kwargs)


def tutorial_gan(seed=0):
    pair = pairs.build_pair("tutorial", (16, 16, 1), latent_dim=8, seed=seed)
    return GAN(*pair, latent_dim=8, seed=seed)


def crop_digits(digits):
    return digits[:80, 6:22, 6:22]


def write_data(folder):
    pixels = np.random.default_rng(0).integers(0, 256, (80, 16, 16), dtype=np.uint8)
    np.savez(folder / "data.npz", x_train=pixels, y_train=np.arange(80) % 3)
