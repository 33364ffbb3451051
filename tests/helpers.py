"""What several tests look at: all of a model, a folder's files, the frames of a GIF."""

import keras
import numpy as np
from PIL import Image


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
    return command("train", "--data", "data.npz", "--latent-dim", 8, *argv)


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def state(folder):
    return everything(keras.saving.load_model(folder / "model.keras"))
