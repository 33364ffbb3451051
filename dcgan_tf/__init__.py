"""Generative adversarial networks to learn from: one Keras model, explained, trained and measured.

Each name below is imported when you first use it, so that `dcgan-tf --help` need not load
TensorFlow. If your program has imported Keras before, our classes are registered with Keras at
once, and `keras.saving.load_model` finds them when it reads a file.
"""

import importlib
import sys

__version__ = "0.1.0"

# Each public name and the module that defines it.
_MODULE_OF = {
    "GAN": "gan.dcgan",
    "DCGAN": "gan.dcgan",
    "adam": "gan.optimizers",
    "load_model": "gan.loading",
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
