"""Saving: one file holds both networks, both optimizers and all random states."""

import keras

from dcgan_tf.gan import keras_compat
from dcgan_tf.networks import fast_layers, layers  # noqa: F401, registers them for loading


class Saving:
    """The methods of a `GAN` with which Keras saves all of it in one file, and loads it again.

    `GAN` inherits from this class and from `keras.Model`, whose methods this class extends. If you
    load a model and train it further, you get the same numbers, bit for bit, as if the training had
    never stopped.
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
        """Saves the random states too, so that a loaded model continues with the same noise."""
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
        """Returns the states of all random generators: for the noise, and in each Dropout layer."""
        weights = {id(weight) for weight in self.weights}
        return [variable for variable in self.variables if id(variable) not in weights]
