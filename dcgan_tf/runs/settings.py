"""The settings of a run: their defaults, their help texts, and the command that repeats a run.

This module imports neither TensorFlow nor Keras, so that `dcgan-tf train --help` answers at once.
"""

import argparse
import dataclasses
import math
import shlex

from dcgan_tf.applications import APPLICATIONS, load

NETWORK_SETTINGS = {"recurrent": {"generator_lr": 0.0007}}  # defaults that a network changes
ALWAYS_TAKEN = ("application", "epochs", "batch_size", "seed")  # settings of every application
# The modules that define these names import TensorFlow. So we list the names here once more, and a
# test compares both lists.
NETWORKS = ("default", "tutorial", "dense", "recurrent", "spectral")
LOSSES = (
    "sigmoid_cross_entropy",
    "one_sided_smoothing",
    "minimax",
    "least_squares",
    "hinge",
    "wasserstein",
    "relativistic",
)
REGULARIZERS = ("r1", "gradient_penalty")
DATA_HELP = (
    "the images: mnist-10k, digits that come with the package; stacked-mnist, three of these "
    "digits as the red, green and blue of an image; mnist and fashion-mnist, which are downloaded "
    "if needed; or the path of an .npz file, of a folder of IDX files or of a folder of PNG and "
    "JPEG images, for example photos/"
)


def whole_number(least, most):
    """Makes a function for argparse that reads a whole number from `least` to `most`."""

    def convert(text):
        if text.isdecimal() and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"received {text!r}, expected a whole number from {least} to {most}"
        )

    return convert


def read_image_size(text):
    """Reads `HEIGHTxWIDTH`, or one number for both, as a tuple of two ints, for argparse."""
    sizes = text.split("x")
    if len(sizes) in (1, 2) and all(size.isdecimal() and 16 <= int(size) <= 128 for size in sizes):
        return int(sizes[0]), int(sizes[-1])
    raise argparse.ArgumentTypeError(
        f"received {text!r}, expected HEIGHTxWIDTH, each from 16 to 128 pixels, or one number"
    )


def _read_rate(text):
    rate = _read_number(text)
    if 0 < rate < 1:
        return rate
    raise argparse.ArgumentTypeError(f"received {text!r}, expected a number between 0 and 1")


def _read_weight(text):
    weight = _read_number(text)
    if 0 <= weight < math.inf:
        return weight
    raise argparse.ArgumentTypeError(f"received {text!r}, expected a number of at least 0")


def _read_number(text):
    try:
        return float(text)
    except ValueError:
        return math.nan


def _setting(default, help, **argument):
    """Makes a field with its default, its help text and other arguments for `add_argument`."""
    return dataclasses.field(default=default, metadata={"help": help, **argument})


def _integer(default, help, least, most):
    return _setting(default, help, type=whole_number(least, most), metavar="N")


@dataclasses.dataclass(frozen=True)
class Settings:
    """The settings of a run. A resumed run keeps all of them except the number of epochs.

    Each attribute is an option of `dcgan-tf train`: `batch_size` is `--batch-size`. Its help text
    says what it means.
    """

    application: str = _setting(
        "images",
        "what to build, for example conditional for digits on demand; docs/applications.md "
        "describes each of them (default: images, from noise alone)",
        choices=tuple(APPLICATIONS),
    )
    data: str | None = _setting(
        "mnist-10k", f"{DATA_HELP} (default: mnist-10k)", metavar="NAME_OR_PATH"
    )
    image_size: tuple | None = _setting(
        None,
        "resize the images to this height and width in pixels, for example 32x48, or 64 for both",
        type=read_image_size,
        metavar="HxW",
    )
    network: str = _setting(
        "default",
        "the pair of networks, for example recurrent (default: default)",
        choices=NETWORKS,
    )
    loss: str = _setting(
        "sigmoid_cross_entropy",
        "what the networks minimise, for example hinge (default: sigmoid_cross_entropy)",
        choices=LOSSES,
    )
    regularizer: str = _setting(
        "auto",
        "the penalty on the discriminator's gradient (default: auto, the one that the loss needs)",
        choices=("auto", *REGULARIZERS, "none"),
    )
    regularizer_weight: float | None = _setting(
        None,
        "how much the penalty counts, for example 0.5 (default: 0.2 for r1, 10 for "
        "gradient_penalty)",
        type=_read_weight,
        metavar="W",
    )
    discriminator_steps: int = _integer(
        1,
        "how many steps the discriminator takes for each step of the generator, for example 5 with "
        "--loss wasserstein (default: 1)",
        1,
        100,
    )
    latent_dim: int = _integer(
        16, "how many numbers of noise each image is made from (default: 16)", 1, 10_000
    )
    epochs: int = _integer(
        25,
        "how many passes through the data in all, including those before --resume (default: 25, or "
        "what suits the application)",
        1,
        1_000_000,
    )
    batch_size: int = _integer(
        32,
        "how many images a training step takes (default: 32, or what suits the application)",
        1,
        100_000,
    )
    generator_lr: float = _setting(
        0.002,
        "the generator's learning rate, which is the size of its steps, at the start; after 5,000 "
        "steps it is half as large (default: 0.002; 0.0007 for --network recurrent)",
        type=_read_rate,
        metavar="RATE",
    )
    discriminator_lr: float = _setting(
        0.002,
        "the discriminator's learning rate at the start; it falls in the same way (default: 0.002)",
        type=_read_rate,
        metavar="RATE",
    )
    jit_compile: bool | str = _setting(
        "auto",
        "compile the training step with XLA, TensorFlow's compiler: the start is slower, the steps "
        "may be faster (default: only on a GPU)",
        action="store_const",
        const=True,
    )
    score_samples: int | None = _integer(
        None,
        "score N images after each epoch, for example 1000 (default: only at the end)",
        10,
        10_000,
    )
    seed: int = _integer(
        0,
        "fixes everything that is random: the same seed gives the same run (default: 0)",
        0,
        2**31 - 1,
    )

    @classmethod
    def from_options(cls, given):
        """Completes the settings that were given with the defaults of all others.

        Args:
            given: dict of the settings that were given, by the names of the attributes.

        Returns:
            `Settings`.

        Raises:
            ValueError: for a setting that the application does not let you choose.
        """
        name = given.get("application", cls.application)
        application = load(name)
        taken = {*ALWAYS_TAKEN, *application.options}
        if application.default_data:
            taken.add("data")
        if application.scores_while_training:
            taken.add("score_samples")
        for key, value in given.items():
            if key not in taken:
                raise ValueError(
                    f"The application {name} chooses this itself. Received: {to_option(key)} "
                    f"{to_word(value)}. Expected no such option."
                )
        return cls(
            **{
                "data": application.default_data,
                "epochs": application.epochs,
                "batch_size": application.batch_size,
                **NETWORK_SETTINGS.get(given.get("network"), {}),
                **given,
            }
        )

    @classmethod
    def from_json(cls, content):
        """Creates the settings from a dict that `to_json` made. Missing ones have their default.

        Args:
            content: dict, as `json.load` returns it.

        Returns:
            `Settings`.
        """
        names = {field.name for field in dataclasses.fields(cls)}
        known = {key: value for key, value in content.items() if key in names}
        if known.get("application", cls.application) is None:  # `images` of an older version
            del known["application"]
        if known.get("image_size"):
            known["image_size"] = tuple(known["image_size"])
        return cls(**known)

    def to_json(self):
        """Returns a dict that JSON can hold."""
        return dataclasses.asdict(self)

    def command(self):
        """Gives the command that repeats the run.

        Returns:
            Str: `dcgan-tf train` with the number of epochs and all settings that differ from
            their defaults, quoted for a shell.

        Example:

        >>> Settings(seed=7, epochs=30).command()
        'dcgan-tf train --epochs 30 --seed 7'
        """
        always = {"epochs", *NETWORK_SETTINGS.get(self.network, ())}
        if self.application != Settings.application:
            always.add("batch_size")
        words = ["dcgan-tf", "train"]
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None and (value != field.default or field.name in always):
                words.append(to_option(field.name))
                words += [] if value is True else [to_word(value)]
        return shlex.join(words)


def to_option(name):
    """Turns the name of a setting into its option on the command line."""
    return "--" + name.replace("_", "-")


def to_word(value):
    """Turns the value of a setting into a word of the command line."""
    return "x".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
