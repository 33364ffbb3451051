"""The systems that the articles name, each on the one `GAN` and its one training step.

A module `applications/<name>.py` has a class `Application` that brings networks, data, pictures and
scores; `base` says what that is. `dcgan-tf train --application <name>` runs it.
"""

import importlib

from dcgan_tf.options import APPLICATIONS

# What an application settles by itself; it takes no such option on the command line.
OWN = (
    *("image_size", "network", "loss", "regularizer", "regularizer_weight", "latent_dim"),
    *("discriminator_steps", "generator_lr", "discriminator_lr", "jit_compile", "score_samples"),
)


def load(name):
    """Imports an application.

    Args:
        name: one of `options.APPLICATIONS`, for example `"conditional"`.

    Returns:
        Its class, a sub-class of `base.Application`.

    Raises:
        ValueError: for an unknown name.

    Example:

    >>> digits = load("conditional")(seed=0)
    >>> model = digits.build()
    >>> model.fit(digits.samples, digits.condition, batch_size=digits.batch_size, epochs=3)
    """
    if name not in APPLICATIONS:
        raise ValueError(
            f"Unknown application. Received: {name!r}. Expected one of {', '.join(APPLICATIONS)}."
        )
    module = importlib.import_module(f"dcgan_tf.applications.{name.replace('-', '_')}")
    return module.Application


def of(settings):
    """Makes the application of a run, or `None` if it has none.

    Args:
        settings: dict, as `runs.read_settings` gives it.
    """
    name = settings.get("application")
    return load(name)(settings["seed"], settings["data"]) if name else None


def settings_of(given):
    """The settings that an application brings in place of the defaults.

    Args:
        given: dict of the options given on the command line.

    Returns:
        Dict; empty without an application.

    Raises:
        ValueError: for an option that the application settles by itself.
    """
    if "application" not in given:
        return {}
    application = load(given["application"])
    for key in OWN + (() if application.default_data else ("data",)):
        if key in given:
            raise ValueError(
                f"The application {given['application']} settles this by itself. Received: "
                f"--{key.replace('_', '-')} {given[key]}. Expected no such option."
            )
    brought = ("epochs", "batch_size")
    own = {key: getattr(application, key) for key in brought}
    return {**own, "data": application.default_data}
