"""Loading a saved model, also from a stranger: sizes are checked first, and code is refused."""

import inspect
import math
import pathlib

import keras

from dcgan_tf.gan.building_limits import check_networks_run, limit_building
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.gan.saved_sizes import check_file
from dcgan_tf.gan.saving import check_ending

MOST_STEPS = 100  # of the discriminator for each step of the generator
LARGEST_SETTING = 2**31 - 1  # TensorFlow counts with 32 bits


def load_model(path):
    """Loads a model that `GAN.save` wrote, in any process, whatever else was imported.

    The function checks the sizes in the file before anything is built. It refuses a file that asks
    for a larger model than it holds, or that contains code, such as a `Lambda` layer or a class
    that is not registered (docs/security.md). At the end the loaded networks make one sample, to
    see whether they can.

    Args:
        path: the file, whose name ends in .keras.

    Returns:
        A `GAN`, or a `DCGAN`, with its weights, both optimizers and all random states.

    Raises:
        ValueError: if the file is missing, damaged or too large, if its name has another ending,
            if it contains code, or if it contains another kind of model.

    Example:

    >>> model = load_model("digits.keras")
    >>> images = model.generate(16, seed=1)
    """
    path = pathlib.Path(path)
    check_ending(path)
    try:
        stored = check_file(path)
        with limit_building(stored) as meter:
            model = keras.saving.load_model(path)
            if isinstance(model, GAN):
                _check_compiled(model)
                check_networks_run(model, meter)
    except Exception as error:  # a damaged file can raise any of Keras, TensorFlow, h5py and Python
        raise ValueError(
            f"The model cannot be loaded ({_find_reason(error)}). Received: {str(path)!r}. "
            "Expected a whole .keras file, as `dcgan-tf train` and `model.save` write it."
        ) from error
    if not isinstance(model, GAN):
        raise ValueError(
            f"The model is no GAN. Received: a {type(model).__name__} in {str(path)!r}. Expected "
            "a model of the class GAN or DCGAN."
        )
    return model


def _find_reason(error):
    """Returns what an error says, in one line of printable characters."""
    text = str(error).rpartition("Exception encountered: ")[2].strip().partition("\n")[0][:200]
    reason = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return reason or type(error).__name__


def _check_compiled(model):
    """Checks what `compile` has set, because Keras finds out only when the training begins."""
    if not model.compiled:
        return
    options = {"discriminator_steps": model.discriminator_steps, **model.compile_options}
    is_right = {
        "discriminator_steps": lambda value: _is_number(value, int) and 1 <= value <= MOST_STEPS,
        "steps_per_execution": lambda value: (
            _is_number(value, int) and 1 <= value <= LARGEST_SETTING
        ),
        "jit_compile": lambda value: value in (True, False, None, "auto"),
        "run_eagerly": lambda value: isinstance(value, bool),
    }
    for name, value in options.items():
        if not is_right[name](value):
            raise ValueError(f"{name} is {value!r}")
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        _check_optimizer(getattr(optimizer, "inner_optimizer", optimizer))


def _check_optimizer(optimizer):
    """Checks the numbers in the settings of an optimizer, and that they are numbers at all."""
    settings = optimizer.get_config()
    settings["learning_rate"] = float(optimizer.learning_rate)  # computes a schedule
    defaults = inspect.signature(type(optimizer).__init__).parameters
    for name, value in settings.items():
        default = defaults[name].default if name in defaults else None
        if _is_number(default, (int, float)) or isinstance(value, (int, float)):
            is_right = isinstance(value, bool) or _is_number(value, (int, float))
            if not is_right or not -LARGEST_SETTING <= value <= LARGEST_SETTING:
                raise ValueError(f"{name} of an optimizer is {value!r}")


def _is_number(value, kinds):
    """Returns whether a value is a finite number of these kinds, and no bool."""
    return isinstance(value, kinds) and not isinstance(value, bool) and math.isfinite(value)
