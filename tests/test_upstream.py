"""Keras' own source: a test fails here when a workaround of `gan/keras_compat.py` can go."""

import inspect

import keras
import numpy as np
import tensorflow as tf
from keras.src.backend.tensorflow import trainer
from keras.src.saving import saving_lib
from keras.src.trainers import trainer as base_trainer


def test_keras_still_loses_its_attribute_lists():
    """Else `keep_attribute_lists` can go."""
    source = inspect.getsource(saving_lib.get_attr_skipset)
    assert "saving_attr_skiplist_" in source and "saving_attr_skipset_" in source


def test_keras_still_averages_metrics_over_an_axis():
    """Else tensorflow/tensorflow#72388 is repaired, and `add_worker_axis` can go."""
    assert 'strategy.reduce("MEAN", v, axis=0)' in inspect.getsource(trainer.reduce_per_replica)


def test_keras_still_looks_for_one_loss():
    """Else `adapt_callbacks` may leave `TerminateOnNaN`: it would see the losses of a GAN."""
    source = inspect.getsource(keras.callbacks.TerminateOnNaN.on_batch_end)
    assert 'logs.get("loss")' in source


def test_keras_still_adds_columns_for_validation():
    """Else `HistoryLogger` needs no `on_epoch_end` of its own."""
    source = inspect.getsource(keras.callbacks.CSVLogger.on_epoch_end)
    assert 'self.keys.extend([f"val_{k}"' in source


def test_keras_still_asks_one_replica_for_finite_gradients():
    """Else `check_finite_on_all_replicas` can go."""
    source = inspect.getsource(keras.optimizers.LossScaleOptimizer._tf_apply)
    assert "finite_per_replica\n                )[0]" in source


def test_keras_still_scales_only_one_optimizer():
    """Else `prepare_optimizer` need not wrap both optimizers for float16."""
    source = inspect.getsource(base_trainer.Trainer.compile)
    assert "LossScaleOptimizer" in source and "self.optimizer" in source


def test_tensorflow_still_adds_three_tensors_in_an_order_that_changes():
    """Else `sigmoid_cross_entropy` may call TensorFlow's, and a sentence in docs/resume.md can go.

    AddN adds first into the memory of an input that nobody else will read. Which one this is may
    depend on what has been computed already, and so on the moment.
    """
    a, b, c = (np.random.default_rng(k).normal(size=1000).astype(np.float32) for k in range(3))

    @tf.function
    def add(a, b, c):
        return tf.raw_ops.AddN(inputs=[a, b, tf.abs(tf.negative(c))])

    c = np.abs(c)
    eager = tf.raw_ops.AddN(inputs=[tf.constant(each) for each in (a, b, c)])
    np.testing.assert_array_equal(eager, (a + b) + c)
    np.testing.assert_array_equal(add(a, b, c), (a + c) + b)
    assert ((a + b) + c != (a + c) + b).any()
