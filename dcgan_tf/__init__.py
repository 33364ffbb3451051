"""Generative adversarial networks to learn from: one Keras model, explained, trained and measured.

Names are imported when they are first used, so that `dcgan-tf --help` need not load TensorFlow.
"""

import importlib

__version__ = "0.1.0"

_MODULE_OF = {
    "GAN": "dcgan",  # which has both: importing either lets Keras find both in a file
    "DCGAN": "dcgan",
    "accelerate": "fast_layers",
    "SampleGrid": "callbacks",
    "ProgressGif": "callbacks",
    "Scorer": "scorecard",
    "Scorecard": "scorecard",
    "TrainingDoctor": "doctor",
    "load_dataset": "data",
    "load_training_images": "data",
    "ImageFolder": "image_folder",
    "shuffled_batches": "data",
}
__all__ = [*_MODULE_OF, "__version__"]


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__():
    return sorted(__all__)
