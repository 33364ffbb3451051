"""What Keras does not save by itself: both networks, both optimizers and all random states."""

import keras
from keras.src.backend.common import global_state

from dcgan_tf import fast_layers, layers  # noqa: F401, so that Keras knows them in a file


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
        _keep_attribute_lists()
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


def _keep_attribute_lists():
    """Spares Keras from making its lists of attributes anew in each save.

    Keras 3.15 looks them up by another name than it keeps them by. To make one it makes a layer or
    an optimizer, whose variables TensorFlow does not give back: 70 KB a save, a third of its time.
    """
    for kind in ("Layer", "Functional", "Sequential", "Metric", "Optimizer"):
        attributes = global_state.get_global_attribute(f"saving_attr_skipset_{kind}")
        if attributes is not None:
            global_state.set_global_attribute(f"saving_attr_skiplist_{kind}", attributes)
