"""Workarounds for Keras, which expects a model to have one loss and one optimizer.

Each docstring says what Keras does, why this does not fit a GAN, and which test in
tests/test_upstream.py fails as soon as Keras has changed. Then the workaround can be deleted. The
sources named are those of Keras 3.15. Where no thread is named, we know of none.
"""

import contextlib

import keras
import tensorflow as tf
from keras.src.backend.common import global_state

from dcgan_tf.gan.nan_guard import StopAtNaN, is_finite


def adapt_callbacks(callbacks):
    """Replaces callbacks that do not fit a GAN, or refuses them.

    Each `TerminateOnNaN` becomes a `StopAtNaN`, because Keras' one (callbacks/terminate_on_nan.py)
    reads only the metric called `loss`, which a GAN does not have. Noticed by
    `test_keras_still_looks_for_one_loss`.

    `SwapEMAWeights` may put the moving average in the place of the weights during validation. At
    the end of an epoch it may not: `generate` would swap a second time, and sample with the trained
    weights instead of their average.

    Args:
        callbacks: as `fit` takes them.

    Returns:
        The callbacks that `fit` shall use.

    Raises:
        ValueError: for `SwapEMAWeights(swap_on_epoch=True)`.
    """
    if callbacks is None or isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks
    callbacks = keras.tree.flatten(callbacks)
    swapping = [each for each in callbacks if isinstance(each, keras.callbacks.SwapEMAWeights)]
    if any(callback.swap_on_epoch for callback in swapping):
        raise ValueError(
            "The moving average would be swapped twice. Received: "
            "SwapEMAWeights(swap_on_epoch=True). Expected swap_on_epoch=False, for validation with "
            "the average: `generate`, `predict` and `export`, and the callbacks that use them, "
            "take the average of the generator's weights by themselves."
        )
    # Some versions of `TerminateOnNaN` have no `raise_error`.
    return [
        StopAtNaN(**{key: each.raise_error for key in ("raise_error",) if hasattr(each, key)})
        if type(each) is keras.callbacks.TerminateOnNaN
        else each
        for each in callbacks
    ]


def flatten_callbacks(callbacks):
    """Returns the callbacks as a list, in whatever form `fit` received them."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks.callbacks
    return [] if callbacks is None else keras.tree.flatten(callbacks)


class HistoryLogger(keras.callbacks.CSVLogger):
    """Writes the metrics of each epoch into a CSV file, as Keras' `CSVLogger` does.

    `CSVLogger` (callbacks/csv_logger.py) adds an empty column with `val_` before its name for each
    metric of the first epoch, in case that validation comes later. A run folder would have four
    columns that stay empty. This callback keeps to the metrics of the first epoch. Noticed by
    `test_keras_still_adds_columns_for_validation`.
    """

    def on_epoch_end(self, epoch, logs=None):
        self.keys = self.keys or sorted(logs)
        super().on_epoch_end(epoch, logs)

    def close(self):
        """Closes the file. We call it after an error too, because Keras then calls no callback."""
        if self.csv_file is not None:
            with contextlib.suppress(OSError):
                self.csv_file.close()


class OptimizerPair:
    """Both optimizers of a GAN, as its `model.optimizer`.

    Keras' callbacks read `model.optimizer`, and a Keras model has only one. If that object has a
    list `optimizers`, then `LearningRateScheduler`, `ReduceLROnPlateau`, `SwapEMAWeights` and
    `TensorBoard` treat each of them. A GAN has two optimizers, so it offers them this list. The
    test for it is that of `add_loss_scaling`, the other place where Keras knows one optimizer.

    The callbacks of other packages know no such list. They find here what they ask one optimizer
    for. What is not here raises an `AttributeError`, also if somebody wants to set it.

    Args:
        *optimizers: the optimizers as `prepare_optimizer` returns them, the generator's first.
    """

    __slots__ = ("optimizers",)
    built = True

    def __init__(self, *optimizers):
        # A LossScaleOptimizer wraps another optimizer, which has the rate and the moving average.
        self.optimizers = [getattr(each, "inner_optimizer", each) for each in optimizers]

    @property
    def variables(self):
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]

    @property
    def iterations(self):
        return self.optimizers[0].iterations

    @property
    def learning_rate(self):
        """The learning rate of the generator. If you set it, both optimizers take the new rate."""
        return self.optimizers[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, rate):
        # An optimizer with a schedule refuses a number. It comes first, before the other changes.
        def has_number(optimizer):
            return isinstance(optimizer.learning_rate, keras.Variable)

        for optimizer in sorted(self.optimizers, key=has_number):
            optimizer.learning_rate = rate

    def get_config(self):
        """Returns the settings of both optimizers, for the record: this makes no new pair.

        Returns:
            Dict without dicts in it. The keys begin with `generator_` or `discriminator_`.
        """
        configs = [optimizer.get_config() for optimizer in self.optimizers]
        return flatten_dict(dict(zip(("generator", "discriminator"), configs, strict=True)))


def flatten_dict(nested, prefix=""):
    """Returns a dict without dicts in it: `{"a": {"b": 1}}` becomes `{"a_b": 1}`."""
    flat = {}
    for key, value in nested.items():
        is_dict = isinstance(value, dict)
        flat |= flatten_dict(value, f"{prefix}{key}_") if is_dict else {f"{prefix}{key}": value}
    return flat


def add_loss_scaling(optimizer, network):
    """Wraps an optimizer so that it scales the loss, if its network computes in float16.

    Small gradients become 0 in float16. Therefore Keras' `compile` (trainers/trainer.py) wraps
    `self.optimizer` in a `LossScaleOptimizer`, which multiplies the loss and divides the gradients
    again. It wraps this one optimizer only, and those of a GAN are two, so we wrap each of them.
    Noticed by `test_keras_still_scales_only_one_optimizer`.

    Args:
        optimizer: `keras.optimizers.Optimizer`.
        network: `keras.Model`, whose weights the optimizer will change.

    Returns:
        The optimizer, or a `LossScaleOptimizer` of the same name around it.
    """
    LossScaleOptimizer = keras.optimizers.LossScaleOptimizer
    # A network that was loaded may not know its policy any more, but its layers know theirs.
    policies = {layer.dtype_policy.name for layer in network._flatten_layers()}
    if "mixed_float16" in policies and not isinstance(optimizer, LossScaleOptimizer):
        optimizer = LossScaleOptimizer(optimizer, name=optimizer.name)
    if isinstance(optimizer, LossScaleOptimizer):
        optimizer.check_finite = check_finite_on_all_replicas
    return optimizer


def check_finite_on_all_replicas(gradients):
    """Returns whether all gradients are finite, on each replica of the model.

    A `LossScaleOptimizer` leaves a step out if a gradient is not finite. If there are several
    replicas on different devices, `_tf_apply` (optimizers/loss_scale_optimizer.py) asks the first
    one alone, although each has gradients of its own. An infinite gradient of another replica would
    get into all weights. So this takes the place of the optimizer's method `check_finite`. Noticed
    by `test_keras_still_asks_one_replica_for_finite_gradients`.

    Args:
        gradients: list of tensors or `None`.

    Returns:
        Scalar bool tensor, the same on all replicas.
    """
    wrong = tf.cast(~is_finite(gradients), tf.float32)
    return tf.equal(tf.distribute.get_replica_context().all_reduce("SUM", wrong), 0.0)


@contextlib.contextmanager
def use_policy(policy):
    """Builds layers with a policy of number types, inside a `with` block.

    Keras saves the policy of a model, such as `mixed_float16`, and gives it back to the class as
    `dtype`. But the layers that a class makes take the policy of the process, which may be another
    one when the model is loaded.

    Args:
        policy: `None` for the policy of the process, or what `keras.dtype_policies.get` takes.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(before if policy is None else keras.dtype_policies.get(policy))
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def get_variables_of(optimizer):
    """Returns the variables that an optimizer was built for, with a `LossScaleOptimizer` or not.

    Keras has no public name for them. They may be other variables than the network's trainable
    ones, if layers were frozen after `compile`.

    Args:
        optimizer: built `keras.optimizers.Optimizer`.

    Returns:
        List of `keras.Variable`.
    """
    return getattr(optimizer, "inner_optimizer", optimizer)._trainable_variables


def keep_attribute_lists():
    """Lets Keras find the lists of attributes that it has already made for saving.

    To save a model, Keras needs to know which attributes every layer, metric and optimizer has.
    `get_attr_skipset` (saving/saving_lib.py) keeps these lists under the name `skipset` but looks
    for them under the name `skiplist`. So it makes them again in each save, and for that it makes
    a layer or an optimizer, whose variables TensorFlow does not free. A GAN that is saved after
    each epoch would lose 70 KB of memory and a third of the time in each save. Noticed by
    `test_keras_still_loses_its_attribute_lists`.
    """
    for kind in ("Layer", "Functional", "Sequential", "Metric", "Optimizer"):
        attributes = global_state.get_global_attribute(f"saving_attr_skipset_{kind}")
        if attributes is not None:
            global_state.set_global_attribute(f"saving_attr_skiplist_{kind}", attributes)


def add_worker_axis(results):
    """Adds an axis to the results of a step, over which Keras takes the mean of several workers.

    With a `MultiWorkerMirroredStrategy`, `reduce_per_replica` (backend/tensorflow/trainer.py)
    takes the mean of each result over its first axis. The metrics that the `train_step` of a GAN
    returns are scalars, which have no axis, so TensorFlow would raise an error. The thread is
    tensorflow/tensorflow#72388. Noticed by `test_keras_still_averages_metrics_over_an_axis`.

    Args:
        results: dict of scalar tensors.

    Returns:
        The dict, or one of tensors `(1,)` if there are several workers.
    """
    if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
        return {name: value[tf.newaxis] for name, value in results.items()}
    return results
