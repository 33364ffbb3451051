"""Applications of a GAN: the default images, and the systems that the articles name.

Each application is one file with one class, a sub-class of `base.Application`. It brings networks
and data for one purpose. The model is always `GAN`, and there is only one `train_step`. Run folders
and reports belong to `runs`, which uses this package.
"""

import importlib

# The name on the command line, the module in this folder, and its class.
APPLICATIONS = {
    "images": ("images", "Images"),
    "conditional": ("conditional", "ConditionalDigits"),
    "little-data": ("little_data", "LittleData"),
    "features": ("learned_features", "LearnedFeatures"),
    "completion": ("completion", "Completion"),
    "enhancement": ("enhancement", "Enhancement"),
    "translation": ("translation", "Translation"),
    "video": ("video", "MovingDigits"),
    "text": ("text", "DateTexts"),
    "tables": ("tables", "TableRows"),
    "finance": ("finance", "StockReturns"),
    "medicine": ("medicine", "Radiographs"),
}


def load(name):
    """Imports the class of an application.

    Args:
        name: a key of `APPLICATIONS`, for example `"conditional"`.

    Returns:
        The class, a sub-class of `base.Application`.

    Raises:
        ValueError: if there is no application of this name.

    Example:

    >>> digits = load("conditional")(seed=0)
    >>> model = digits.build()
    >>> model.fit(digits.samples, digits.condition, batch_size=digits.batch_size, epochs=3)
    """
    if name not in APPLICATIONS:
        raise ValueError(
            f"Unknown application. Received: {name!r}. Expected one of {', '.join(APPLICATIONS)}."
        )
    module, class_name = APPLICATIONS[name]
    return getattr(importlib.import_module(f"{__name__}.{module}"), class_name)


def from_settings(settings, with_data=True):
    """Creates the application that the settings of a run name.

    Args:
        settings: `runs.settings.Settings`.
        with_data: Bool, whether to load the data.

    Returns:
        A `base.Application`.
    """
    application = load(settings.application)
    options = {key: getattr(settings, key) for key in application.get_options()}
    return application(seed=settings.seed, with_data=with_data, **options)
