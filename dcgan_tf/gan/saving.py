"""Saving: one file holds both networks, both optimizers and all random states."""

import hashlib
import json
import pathlib
import warnings

import keras
import numpy as np

from dcgan_tf.gan import keras_compat
from dcgan_tf.networks import fast_layers, layers  # noqa: F401, registers them for loading

NETWORKS = ("generator", "discriminator")
COMPILED = ("generator_optimizer", "discriminator_optimizer", "loss", "regularizer")
COMPILED += ("generator_term",)


class Saving:
    """The methods of a `GAN` with which Keras saves all of it in one file, and loads it again.

    `GAN` inherits from this class and from `keras.Model`, whose methods this class extends. If you
    load a model and train it further, you get the same numbers, bit for bit, as if the training had
    never stopped.
    """

    loaded_average = None  # the generator's moving average in the file that was loaded, if any
    trained_variables = None  # those for which the training step was made

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Keras' `save`, into a file whose name ends in .keras.

        Raises:
            ValueError: for a name with another ending.
        """
        if zipped is not False:
            check_ending(filepath)
        super().save(filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def fit(
        self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, **kwargs
    ):
        if any(map(_saves_whole_models, keras_compat.flatten_callbacks(callbacks))):
            check_can_be_saved(self)
        history = super().fit(x, y, batch_size, epochs, verbose, callbacks=callbacks, **kwargs)
        if self.loaded_average is not None and not self.loaded_average.fits(self.generator):
            self.loaded_average = None  # it was for the weights before this training
        return history

    def make_train_function(self, force=False):
        """Makes the training step, and makes it again if layers were frozen since.

        Keras would go on with the old step, which trains the frozen layers too.

        Raises:
            ValueError: if layers train that were frozen when `compile` made the optimizers.
        """
        trained = [id(variable) for variable in self.trainable_variables]
        for name in NETWORKS:
            known = keras_compat.get_variables_of(getattr(self, f"{name}_optimizer"))
            self._check_is_known(name, {id(variable) for variable in known})
        changed = self.trained_variables not in (None, tuple(trained))
        self.trained_variables = tuple(trained)
        return super().make_train_function(force=force or changed)

    def get_config(self):
        return {
            **super().get_config(),
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "latent_dim": self.latent_dim,
            "seed": self.seed,
            **self.get_frozen_config(),
        }

    @classmethod
    def from_config(cls, config):
        arguments = {name: value for name, value in config.items() if name != "frozen"}
        for name in NETWORKS:  # several workers must build them in the same order
            if name in arguments:
                arguments[name] = keras.saving.deserialize_keras_object(arguments[name])
        model = cls(**arguments)
        for name, frozen in config.get("frozen", {}).items():
            # A network comes before its layers, because freezing it also freezes them.
            for i, layer in enumerate(getattr(model, name)._flatten_layers()):
                if layer.trainable != (i not in frozen):
                    layer.trainable = i not in frozen
        return model

    def get_frozen_config(self):
        """Returns which layers of both networks are frozen, or an empty dict if none is."""
        frozen = {name: _find_frozen(getattr(self, name)) for name in NETWORKS}
        return {"frozen": frozen} if any(frozen.values()) else {}

    def get_compile_config(self):
        if not self.compiled:
            return {}
        saved = {
            part: keras.saving.serialize_keras_object(getattr(self, part)) for part in COMPILED
        }
        saved |= {"discriminator_steps": self.discriminator_steps, **self.compile_options}
        built_for = {name: self._find_variables_of_optimizer(name) for name in NETWORKS}
        built_for = {name: indices for name, indices in built_for.items() if indices is not None}
        return {**saved, "built_for": built_for} if built_for else saved

    def compile_from_config(self, config):
        config = keras.saving.deserialize_keras_object(config)
        for name, indices in config.pop("built_for", {}).items():
            weights = getattr(self, name).weights
            config[f"{name}_optimizer"].build([weights[i] for i in indices])
        self.compile(**config)

    def save_own_variables(self, store):
        """Saves the random states and the moving average too.

        With the random states a loaded model continues with the same noise. The moving average is
        also in the state of the generator's optimizer, which is not loaded with `compile=False`.
        """
        keras_compat.keep_attribute_lists()
        super().save_own_variables(store)
        for i, state in enumerate(self._random_states()):
            store[f"random_state_{i}"] = keras.ops.convert_to_numpy(state)
        digest = compute_digest(self.generator)
        with self.averaged_weights():
            if compute_digest(self.generator) != digest:
                store["average_of"] = np.frombuffer(digest, np.uint8)
                for i, weight in enumerate(self.generator.weights):
                    store[f"average_{i}"] = keras.ops.convert_to_numpy(weight)

    def load_own_variables(self, store):
        ours = ("random_state_", "average_")
        keys = [key for key in store.keys() if not key.startswith(ours)]
        super().load_own_variables({key: store[key] for key in keys})
        for i, state in enumerate(self._random_states()):
            state.assign(store[f"random_state_{i}"])
        self.loaded_average = LoadedAverage(store) if "average_of" in store.keys() else None

    def _random_states(self):
        """Returns the states of all random generators: for the noise, and in each Dropout layer."""
        weights = {id(weight) for weight in self.weights}
        return [variable for variable in self.variables if id(variable) not in weights]

    def _find_variables_of_optimizer(self, name):
        """Returns which weights of a network its optimizer was built for.

        Returns:
            List of indices, or `None` if they are just those that are trained: as always, unless
            layers were frozen after `compile`.
        """
        network = getattr(self, name)
        known = keras_compat.get_variables_of(getattr(self, f"{name}_optimizer"))
        ids = [id(variable) for variable in known]
        if ids == [id(variable) for variable in network.trainable_variables]:
            return None
        places = {id(weight): i for i, weight in enumerate(network.weights)}
        return [places[each] for each in ids]

    def _check_is_known(self, name, known):
        """Refuses to train weights that the optimizer of a network was not built for."""
        for variable in getattr(self, name).trainable_variables:
            if id(variable) not in known:
                raise ValueError(
                    "Layers that were frozen at the last `compile` shall be trained, but their "
                    f"optimizer does not know them. Received: {variable.path} of the {name}. "
                    "Expected `model.compile(...)` after layers are unfrozen."
                )


class LoadedAverage:
    """The moving average of a generator's weights, as a file holds it.

    It is a plain object, so that Keras does not look for weights to save in it.

    Args:
        store: what `load_own_variables` receives.

    Attributes:
        weights: list of arrays, as `get_weights` of the generator returns them.
    """

    def __init__(self, store):
        self._average_of = np.asarray(store["average_of"]).tobytes()
        count = sum(key.startswith("average_") for key in store.keys()) - 1
        self.weights = [np.asarray(store[f"average_{i}"]) for i in range(count)]

    def fits(self, generator):
        """Returns whether this is the average for the weights that the generator has now."""
        return compute_digest(generator) == self._average_of


def compute_digest(network):
    """Returns 32 bytes that differ for two networks whose weights differ."""
    digest = hashlib.sha256()
    for weight in network.weights:
        digest.update(np.ascontiguousarray(keras.ops.convert_to_numpy(weight)))
    return digest.digest()


def check_ending(path):
    """Refuses a file name for a whole model that does not end in .keras.

    Args:
        path: Str or `pathlib.Path`.

    Raises:
        ValueError: for another ending.
    """
    if pathlib.Path(path).suffix != ".keras":
        raise ValueError(
            f"A GAN is saved as a .keras file. Received: {str(path)!r}. Expected a name that ends "
            f"in .keras, such as {str(pathlib.Path(path).with_suffix('.keras'))!r}."
        )


def check_can_be_saved(model):
    """Refuses a model that Keras cannot save, before it is trained for an epoch.

    Args:
        model: `GAN`.

    Raises:
        ValueError: if a part of the model, such as a loss of your own, has no `get_config`.
    """
    for name in (*COMPILED, *NETWORKS):
        part = getattr(model, name, None)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a lambda Keras warns when it saves
                json.dumps(keras.saving.serialize_keras_object(part))
        except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
            raise ValueError(
                f"Keras cannot save the model's {name}. Received: {part!r}. Expected an object of "
                "a class with the method `get_config`, registered by "
                "`keras.saving.register_keras_serializable`. (To save the weights alone, use "
                "`save_weights_only=True`.)"
            ) from error


def _find_frozen(network):
    """Returns the indices of the frozen layers among all layers of a network, itself included."""
    return [i for i, layer in enumerate(network._flatten_layers()) if not layer.trainable]


def _saves_whole_models(callback):
    """Returns whether a callback saves whole models. Their name must have the right ending."""
    is_checkpoint = isinstance(callback, keras.callbacks.ModelCheckpoint)
    if not is_checkpoint or callback.save_weights_only:
        return False
    check_ending(callback.filepath)
    return True
