"""How a model of two networks and two optimizers comes back whole from one file."""

import pathlib
import zipfile

import keras

from dcgan_tf.gan import keras_compat
from dcgan_tf.networks import fast_layers, layers  # noqa: F401, so that Keras knows them in a file

LARGEST_PART = 2**32  # bytes, of one file in the archive once it is unpacked


class SavedWhole:
    """Makes a model of two networks and two optimizers come back whole from a file.

    A base class of `GAN` beside `keras.Model`, whose methods it extends. Training on from a loaded
    file is, bit for bit, training that never stopped.
    """

    def get_config(self):
        return {
            **super().get_config(),
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "latent_dim": self.latent_dim,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        networks = {"generator", "discriminator"} & config.keys()
        loaded = {name: keras.saving.deserialize_keras_object(config[name]) for name in networks}
        return cls(**{**config, **loaded})

    def get_compile_config(self):
        if not self.compiled:
            return {}
        optimizers = ("generator_optimizer", "discriminator_optimizer")
        parts = (*optimizers, "loss", "regularizer", "generator_term")
        saved = {part: keras.saving.serialize_keras_object(getattr(self, part)) for part in parts}
        return {**saved, "discriminator_steps": self.discriminator_steps, **self.compile_options}

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def save_own_variables(self, store):
        """Saves the random states too: a reloaded model goes on with the very same noise."""
        keras_compat.keep_attribute_lists()
        super().save_own_variables(store)
        for i, state in enumerate(self._random_states()):
            store[f"random_state_{i}"] = keras.ops.convert_to_numpy(state)

    def load_own_variables(self, store):
        keys = [key for key in store.keys() if not key.startswith("random_state_")]
        super().load_own_variables({key: store[key] for key in keys})
        for i, state in enumerate(self._random_states()):
            state.assign(store[f"random_state_{i}"])

    def _random_states(self):
        """The states of all random generators: of the noise, and of each Dropout layer."""
        weights = {id(weight) for weight in self.weights}
        return [variable for variable in self.variables if id(variable) not in weights]


def load_model(path):
    """Loads a model that `GAN.save` wrote, in any process, whatever else was imported.

    The sizes in the file are looked at before anything is unpacked. A file that brings code, a
    `Lambda` layer or a class that is registered nowhere, is refused (docs/security.md).

    Args:
        path: the file, ending in .keras.

    Returns:
        A `GAN`, or a `DCGAN`, with its weights, both optimizers and all random states.

    Raises:
        ValueError: if the file is missing, damaged, too large, brings code, or holds another model.

    Example:

    >>> model = load_model("digits.keras")
    >>> images = model.generate(16, seed=1)
    """
    from dcgan_tf.gan.dcgan import GAN  # imports this module

    path = pathlib.Path(path)
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
    """Refuses an archive that unpacks to very large files, from what it says of itself."""
    with zipfile.ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda entry: entry.file_size, default=None)
    if largest is not None and largest.file_size > LARGEST_PART:
        raise ValueError(
            f"{largest.filename} unpacks to {largest.file_size / 2**30:.1f} GiB, more than "
            f"{LARGEST_PART >> 30} GiB"
        )
