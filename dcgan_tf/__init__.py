"""Generative adversarial networks to learn from: one Keras model, explained, trained and measured.

The names below are imported when they are first used, so that `dcgan-tf --help` does not have to
load TensorFlow. In a process that has loaded Keras already, the model's classes are registered at
once, so that `keras.saving.load_model` finds them in a file.
"""

import importlib
import sys

__version__ = "0.1.0"

_MODULE_OF = {
    "GAN": "gan.dcgan",
    "DCGAN": "gan.dcgan",
    "adam": "gan.optimizers",
    "load_model": "gan.saving",
    "accelerate": "networks.fast_layers",
    "build_pair": "networks.pairs",
    "ImageFolder": "data.image_folder",
    "load_dataset": "data.datasets",
    "load_training_images": "data.datasets",
    "shuffled_batches": "data.batches",
    "Scorer": "evaluation.scorer",
    "digit_features": "evaluation.features",
    "ProgressGif": "monitoring.samples",
    "SampleGrid": "monitoring.samples",
    "Scorecard": "monitoring.scorecard",
    "TrainingDoctor": "monitoring.training_doctor",
    "plot_curves": "monitoring.curves",
}
__all__ = [*_MODULE_OF, "__version__"]


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__():
    return sorted(__all__)


if "keras" in sys.modules:
    importlib.import_module(f"{__name__}.gan.dcgan")
