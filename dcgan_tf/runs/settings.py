"""The settings of a run: their defaults, their help texts, and the command that repeats a run.

This module imports neither TensorFlow nor Keras, so that `dcgan-tf train --help` answers at once.
"""

import argparse
import dataclasses

from dcgan_tf.applications import APPLICATIONS, load
from dcgan_tf.runs.words import (
    LANGUAGES,
    is_plain_text,
    quote,
    read_image_size,
    read_rate,
    read_weight,
    to_option,
    to_word,
    whole_number,
)

NETWORK_DEFAULTS = {"recurrent": {"generator_lr": 0.0007}, "dense": {"discriminator_lr": 0.0005}}
ALWAYS_TAKEN = ("application", "epochs", "batch_size", "seed", "language")  # by every application
# What a run that starts from the model of another one does not take over from it.
NOT_INHERITED = ("start", "epochs", "seed", "image_size", "skip_damaged")
# The modules that define these names import TensorFlow. So we list the names here once more, and a
# test compares both lists.
NETWORKS = ("default", "dcgan", "tutorial", "dense", "recurrent", "spectral")
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
DAMAGES = ("size", "noise", "contrast")
DATA_HELP = (
    "the images: mnist-10k, digits, or emoji-people, people in colour, which both come with the "
    "package; stacked-mnist, three of the digits as the red, green and blue of an image; mnist and "
    "fashion-mnist, which are downloaded if needed; or the path of an .npz file, of a folder of "
    "IDX files or of a folder of images, for example photos/"
)


def _setting(default, help, **argument):
    """Makes a field with its default, its help text and other arguments for `add_argument`."""
    return dataclasses.field(default=default, metadata={"help": help, **argument})


def _read_setting(field, value):
    """Reads the value of a setting from JSON, with the rules of its option on the command line."""
    may_be_none = field.default is None or field.name == "data"
    is_default = type(value) is type(field.default) and value == field.default
    if is_default or (value is None and may_be_none):
        return value
    is_flag = field.metadata.get("action") == "store_const"
    read = field.metadata.get("type", str)
    choices = field.metadata.get("choices")
    try:
        if is_flag and not isinstance(value, bool):
            raise argparse.ArgumentTypeError(f"received {value!r}, expected true or false")
        if read is str and not is_flag and not is_plain_text(value):
            raise argparse.ArgumentTypeError(f"received {value!r}, expected text")
        if choices and value not in choices:
            raise argparse.ArgumentTypeError(f"received {value!r}, expected {', '.join(choices)}")
        return value if is_flag or read is str else read(to_word(value))
    except argparse.ArgumentTypeError as error:
        raise ValueError(f"The setting {field.name} cannot be read: {error}") from error


def list_settings(application):
    """Lists the settings that an application, a class, lets you choose: a set of str."""
    taken = {*ALWAYS_TAKEN, *application.get_options()}
    taken |= {"start"} if application.default_data else set()
    return taken | ({"score_samples"} if application.scores_while_training else set())


def _integer(default, help, least, most):
    return _setting(default, help, type=whole_number(least, most), metavar="N")


@dataclasses.dataclass(frozen=True)
class Settings:
    """The settings of a run.

    Each attribute is an option of `dcgan-tf train`: `batch_size` is `--batch-size`, and `start` is
    `--from`. Its help text says what it means.
    """

    application: str = _setting(
        "images",
        "what to build, for example conditional for digits on demand; docs/applications.md "
        "describes each of them (default: images, from noise alone)",
        choices=tuple(APPLICATIONS),
    )
    data: str | None = _setting(
        "mnist-10k",
        f"{DATA_HELP} (default: mnist-10k); with --application tables a CSV file, or diabetes, "
        "wine or breast-cancer, which come with scikit-learn (default: diabetes)",
        metavar="NAME_OR_PATH",
    )
    image_size: tuple | None = _setting(
        None,
        "resize the images to this height and width in pixels, for example 32x48, or 64 for both",
        type=read_image_size,
        metavar="HxW",
    )
    skip_damaged: bool = _setting(
        False,
        "go on without the images of a folder that are damaged (default: name them and stop)",
        action="store_const",
        const=True,
    )
    damage: str = _setting(
        "size",
        "what --application enhancement repairs: images that are too small, that are covered with "
        "noise, or that have a low contrast (default: size)",
        choices=DAMAGES,
    )
    start: str | None = _setting(
        None,
        "begin with the networks of a trained run, for example runs/photos, and with its settings "
        "(but for --epochs and --seed) where you choose no others",
        metavar="RUN",
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
        "how much the penalty counts, for example 0.5 (default: 0.5 for r1, 10 for "
        "gradient_penalty)",
        type=read_weight,
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
    augment: str = _setting(
        "auto",
        "show the discriminator half of all images shifted, which helps "
        "if there are few images (default: auto, on for fewer than 5,000 images)",
        choices=("auto", "on", "off"),
    )
    mirror: str = _setting(
        "auto",
        "show the discriminator half of all images mirrored: on for faces, say, and off for digits "
        "and text (default: auto, on for emoji-people)",
        choices=("auto", "on", "off"),
    )
    epochs: int | None = _integer(
        None,
        "how many passes through the data in all, including those before --resume (default: as "
        "many as make about 12,000 training steps, or what suits the application)",
        1,
        1_000_000,
    )
    batch_size: int = _integer(
        32,
        "how many images a training step takes (default: 32, or what suits the application)",
        1,
        100_000,
    )
    generator_lr: float | None = _setting(
        None,
        "the generator's first learning rate, the size of its steps; 5,000 steps later it is half "
        "as large (default: 0.002; 0.001 above 56 pixels a side; 0.0007 for --network recurrent)",
        type=read_rate,
        metavar="RATE",
    )
    discriminator_lr: float | None = _setting(
        None,
        "the same for the discriminator (default: 0.002; 0.001 above 56 pixels; 0.0005 for dense)",
        type=read_rate,
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
        0, "fixes all that is random: the same seed gives the same run (default: 0)", 0, 2**31 - 1
    )
    language: str = _setting(
        "en", "the language of the report: English or Chinese (default: en)", choices=LANGUAGES
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
        for key, value in given.items():
            if key not in list_settings(application):
                raise ValueError(
                    f"The application {name} chooses this itself. Received: {to_option(key)} "
                    f"{to_word(value)}. Expected no such option."
                )
        return cls(
            **{
                "data": application.default_data,
                "batch_size": application.batch_size,
                **NETWORK_DEFAULTS.get(given.get("network"), {}),
                **given,
            }
        )

    @classmethod
    def from_json(cls, content):
        """Creates the settings from a dict that `to_json` made. Missing ones have their default.

        Args:
            content: dict, as `json.load` returns it. It may come from a stranger, so each value
                must be one that the command line takes as well.

        Returns:
            `Settings`.

        Raises:
            ValueError: if a value is none that the setting can have.
        """
        fields = {field.name: field for field in dataclasses.fields(cls)}
        known = {name: value for name, value in content.items() if name in fields}
        if known.get("application", cls.application) is None:  # `images` of an older version
            del known["application"]
        if known.get("application", cls.application) != cls.application:
            for name in ("generator_lr", "discriminator_lr"):  # which an older version wrote there
                known.pop(name, None)
        for name in ("augment", "mirror"):  # of a version that had no such setting
            known.setdefault(name, "off")
        return cls(**{name: _read_setting(fields[name], value) for name, value in known.items()})

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
        always = {"epochs", *NETWORK_DEFAULTS.get(self.network, ())}
        if self.application != Settings.application:
            always.add("batch_size")
        words = ["dcgan-tf", "train"]
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None and (value != field.default or field.name in always):
                words.append(to_option(field.name))
                words += [] if value is True else [to_word(value)]
        return quote(words)
