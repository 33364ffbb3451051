"""Loading a saved model, also from a stranger: sizes are checked first, and code is refused."""

import pathlib
import zipfile

import keras

from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.gan.saving import check_ending

LARGEST_PART = 2**32  # bytes that one file in the archive may have after unpacking


def load_model(path):
    """Loads a model that `GAN.save` wrote, in any process, whatever else was imported.

    The function checks the sizes in the file before it unpacks anything. It refuses a file that
    contains code, such as a `Lambda` layer or a class that is not registered (docs/security.md).

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
        _check_archive(path)
        model = keras.saving.load_model(path)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        reason = str(error).rpartition("Exception encountered: ")[2].partition("\n")[0][:200]
        raise ValueError(
            f"The model cannot be loaded ({reason}). Received: {str(path)!r}. Expected a whole "
            ".keras file, as `dcgan-tf train` and `model.save` write it."
        ) from error
    if not isinstance(model, GAN):
        raise ValueError(
            f"The model is no GAN. Received: a {type(model).__name__} in {str(path)!r}. Expected "
            "a model of the class GAN or DCGAN."
        )
    return model


def _check_archive(path):
    """Refuses an archive whose own list of contents names a file that is very large."""
    with zipfile.ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda entry: entry.file_size, default=None)
    if largest is not None and largest.file_size > LARGEST_PART:
        raise ValueError(
            f"{largest.filename} unpacks to {largest.file_size / 2**30:.1f} GiB, more than "
            f"{LARGEST_PART >> 30} GiB"
        )
