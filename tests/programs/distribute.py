"""Trains one GAN in one process, on two virtual devices, or as one of two workers; saves weights.

    python tests/programs/distribute.py one weights.npz
    python tests/programs/distribute.py mirrored weights.npz
    TF_CONFIG=... python tests/programs/distribute.py worker weights.npz

No Dropout, BatchNorm or R1: with them each replica computes something of its own.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf import GAN, shuffled_batches
from dcgan_tf.gan.optimizers import FusedAdam

STEPS, BATCH_SIZE = 12, 32


def strategy_for(way):
    if way == "mirrored":
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * 2
        )
        return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    if way == "worker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.get_strategy()


def dense(sizes, seed):
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    layers = [keras.layers.Dense(size, kernel_initializer=initializer) for size in sizes[1:]]
    between = [layer for each in layers for layer in (each, keras.layers.LeakyReLU(0.2))]
    return keras.Sequential([keras.Input((sizes[0],)), *between[:-1]])


def main(way, path):
    strategy = strategy_for(way)
    with strategy.scope():
        model = GAN(dense([3, 16, 2], 0), dense([2, 16, 1], 1), latent_dim=3, seed=0)
        adams = FusedAdam(0.01, use_ema=True), FusedAdam(0.02)
        model.compile(*adams, regularizer=None)
    points = np.random.default_rng(0).normal(2.0, 0.5, (128, 2)).astype(np.float32)
    history = model.fit(
        shuffled_batches(points, BATCH_SIZE),
        steps_per_epoch=4,
        epochs=STEPS // 4,
        shuffle=False,
        verbose=0,
    )
    np.savez(path, *model.get_weights(), **history.history)


if __name__ == "__main__":
    main(*sys.argv[1:])
