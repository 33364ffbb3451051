"""Generative adversarial networks to learn from: one Keras model, explained, trained and measured.

Each name below is imported when you first use it, so that `dcgan-tf --help` need not load
TensorFlow. If your program has imported Keras before, our classes are registered with Keras at
once, and `keras.saving.load_model` finds them when it reads a file.
"""

import importlib
import json
import os
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
    "load_characters": "data.named",
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
    check_backend()
    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__():
    return sorted(__all__)


def check_backend():
    """Checks that Keras computes with TensorFlow. This does not import Keras.

    Raises:
        ImportError: if Keras is set to another backend.
    """
    backend, received = _read_backend()
    if backend != "tensorflow":
        raise ImportError(
            "dcgan_tf runs on TensorFlow, but Keras is set to another backend. Received: "
            f"{received}. Expected KERAS_BACKEND='tensorflow', or no such setting."
        )


def _read_backend():
    """Reads the name of Keras' backend, and says where it is set, by the rules of Keras."""
    if "keras" in sys.modules:
        backend = sys.modules["keras"].config.backend()
        return backend, f"keras.config.backend() == {backend!r}"
    if backend := os.environ.get("KERAS_BACKEND"):
        return backend, f"KERAS_BACKEND={backend!r}"
    home = os.path.expanduser("~")
    folder = os.path.join(home if os.access(home, os.W_OK) else "/tmp", ".keras")
    path = os.path.expanduser(os.path.join(os.environ.get("KERAS_HOME", folder), "keras.json"))
    try:
        with open(path, encoding="utf-8") as file:
            backend = json.load(file).get("backend", "tensorflow")
    except (OSError, ValueError, AttributeError):  # Keras then makes a new file, or reports it
        backend = "tensorflow"
    return backend, f'"backend": {json.dumps(backend)} in {path!r}'


if "keras" in sys.modules:
    check_backend()
    importlib.import_module(f"{__name__}.gan.dcgan")
