"""What works on a `keras.Model` works on ours: one test a row of the table in docs/keras.md.

The first line of a docstring is the row's feature, the rest says what is seen to work. The table
is written by `python tests/programs/keras_table.py`.

The same tests run with all models in mixed precision, with gradients accumulated, or with several
steps a call:

    python -m pytest -m thorough tests/gan/test_keras_features.py --variation mixed_float16
"""

import copy
import functools
import math
import pickle
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import assert_equal_bits, everything

from dcgan_tf import DCGAN, GAN, adam

pytestmark = pytest.mark.thorough
METRICS = {"generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy"}

VARIATIONS = ("mixed_float16", "accumulation", "steps_per_execution")

# Tests that would say nothing in a variation, and why.
NOT_VARIED = {
    "mixed_float16": {
        "test_mixed_bfloat16": "It has other number types.",
        "test_mixed_float16": "It is this variation.",
        "test_own_networks_in_float16_scale_the_loss_when_compiled_anew": "It is this variation.",
        "test_float64": "It has other number types.",
    },
    "accumulation": {"test_gradient_accumulation": "It is this variation."},
    "steps_per_execution": {
        "test_steps_per_execution": "It is this variation.",
        "test_fit_on_an_infinite_dataset": "Keras makes whole calls: 6 steps in place of 5.",
        "test_fit_on_a_generator": "Keras makes whole calls: 6 steps in place of 5.",
    },
}

# What runs in all variations each time. The other tests do so with `--variation`.
ALWAYS_VARIED = ("test_keras_file", "test_terminate_on_nan")


def pytest_generate_tests(metafunc):
    chosen = metafunc.config.getoption("--variation", default=None)
    if chosen:
        metafunc.parametrize("variation", [chosen], indirect=True)
    elif metafunc.function.__name__ in ALWAYS_VARIED:
        metafunc.parametrize("variation", ["alone", *VARIATIONS], indirect=True)


@pytest.fixture(autouse=True)
def variation(request, monkeypatch):
    """Compiles all models in a variation, where a test does not say how itself."""
    name = getattr(request, "param", "alone")
    reason = NOT_VARIED.get(name, {}).get(request.function.__name__)
    if reason:
        pytest.skip(reason)
    if name == "mixed_float16":
        keras.config.set_dtype_policy(name)
    elif name != "alone":
        change = {"accumulation": accumulate, "steps_per_execution": call_several_steps}[name]
        monkeypatch.setattr(GAN, "compile", change(GAN.compile))
    yield name
    keras.config.set_dtype_policy("float32")


def accumulate(compile):
    """Lets both optimizers accumulate the gradients of two batches."""

    @functools.wraps(compile)
    def varied(self, generator_optimizer=None, discriminator_optimizer=None, **options):
        given = generator_optimizer or adam(averaged=True), discriminator_optimizer or adam()
        for optimizer in given:
            is_wrapped = hasattr(optimizer, "inner_optimizer")
            if not optimizer.built and not is_wrapped:
                optimizer.gradient_accumulation_steps = optimizer.gradient_accumulation_steps or 2
        compile(self, *given, **options)

    return varied


def call_several_steps(compile):
    """Makes three steps in each call, of five in an epoch."""

    @functools.wraps(compile)
    def varied(self, *optimizers, **options):
        compile(self, *optimizers, **{"steps_per_execution": 3, **options})

    return varied


@pytest.fixture
def compiled(tiny_gan):
    """Makes compiled GANs of points."""

    def make(seed=0, **options):
        model = tiny_gan(seed)
        model.compile(**options)
        return model

    return make


def fit(model, x, y=None, **options):
    return model.fit(
        x, y, **{"batch_size": 16, "shuffle": False, "verbose": 0, "epochs": 2, **options}
    )


def sgd(rate=0.05, **options):
    return {
        "generator_optimizer": keras.optimizers.SGD(rate, **options),
        "discriminator_optimizer": keras.optimizers.SGD(2 * rate, **options),
    }


def weights(model):
    return [variable.numpy() for variable in model.trainable_variables]


def assert_close(model, other):
    in_16_bits = keras.config.dtype_policy().compute_dtype == "float16"
    tolerance = {"rtol": 1e-2, "atol": 1e-4} if in_16_bits else {"rtol": 1e-4, "atol": 1e-6}
    for a, b in zip(weights(model), weights(other), strict=True):
        np.testing.assert_allclose(a, b, **tolerance)


def assert_finite(history):
    assert set(history.history) >= METRICS
    assert all(np.isfinite(values).all() for values in history.history.values())


# ------------------------------------------------------------------------------------- data


def test_fit_on_arrays(compiled, points):
    """`fit` on NumPy arrays.

    Losses of two epochs, the last batch smaller than the others.
    """
    history = fit(compiled(), points[:70])
    assert_finite(history)
    assert [len(values) for values in history.history.values()] == [2, 2, 2, 2]


def test_fit_on_arrays_and_labels(compiled, points):
    """`fit` on `(x, y)`.

    The labels are ignored: bit for bit the model trained without them.
    """
    plain, labelled = compiled(), compiled()
    fit(plain, points)
    fit(labelled, points, np.arange(80))
    assert_equal_bits(plain, labelled)


def test_fit_on_a_batched_dataset(compiled, points):
    """`fit` on a batched `tf.data.Dataset`.

    The weights of the model trained on the array, to rounding errors.
    """
    arrays, dataset = compiled(**sgd()), compiled(**sgd())
    fit(arrays, points)
    fit(dataset, tf.data.Dataset.from_tensor_slices(points).batch(16), batch_size=None)
    assert_close(arrays, dataset)


def test_fit_on_an_infinite_dataset(compiled, points):
    """`fit` on an infinite `tf.data.Dataset` with `steps_per_epoch`.

    The weights of the model trained on the array, to rounding errors.
    """
    arrays, endless = compiled(**sgd()), compiled(**sgd())
    fit(arrays, points)
    batches = tf.data.Dataset.from_tensor_slices(points).batch(16).repeat()
    fit(endless, batches, batch_size=None, steps_per_epoch=5)
    assert_close(arrays, endless)


def test_fit_on_a_py_dataset(compiled, points):
    """`fit` on a `keras.utils.PyDataset`.

    The weights of the model trained on the array, to rounding errors.
    """

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            return (points[16 * index : 16 * (index + 1)],)

    arrays, batches = compiled(**sgd()), compiled(**sgd())
    fit(arrays, points)
    fit(batches, Batches(), batch_size=None)
    assert_close(arrays, batches)


def test_fit_on_a_generator(compiled, points):
    """`fit` on a Python generator.

    The weights of the model trained on the array, to rounding errors.
    """

    def batches():
        while True:
            for start in range(0, 80, 16):
                yield (points[start : start + 16],)

    arrays, generator = compiled(**sgd()), compiled(**sgd())
    fit(arrays, points)
    fit(generator, batches(), batch_size=None, steps_per_epoch=5)
    assert_close(arrays, generator)


def test_validation_data(compiled, points):
    """`validation_data`.

    The values are those of `evaluate` afterwards.
    """
    model = compiled()
    history = fit(model, points[:48], validation_data=points[48:])
    logs = model.evaluate(points[48:], batch_size=16, verbose=0, return_dict=True)
    assert {f"val_{name}": history.history[f"val_{name}"][-1] for name in METRICS} == {
        f"val_{name}": pytest.approx(value) for name, value in logs.items()
    }


def test_validation_split(compiled, points):
    """`validation_split`.

    Bit for bit `fit` on the first part, with the values of `evaluate` on the last.
    """
    split, apart = compiled(), compiled()
    history = fit(split, points, validation_split=0.4)
    expected = fit(apart, points[:48], validation_data=points[48:])
    assert_equal_bits(split, apart)
    assert history.history == expected.history


def test_validation_freq(compiled, points):
    """`validation_freq`.

    Every other epoch of four: two values.
    """
    history = fit(compiled(), points, validation_data=points, validation_freq=2, epochs=4)
    assert len(history.history["val_generator_loss"]) == 2
    assert len(history.history["generator_loss"]) == 4


# ------------------------------------------------------------------------- methods of a model


def test_evaluate(compiled, points):
    """`evaluate`.

    Twice the same values, and accuracies that NumPy finds too.
    """
    model = compiled()
    first, second = (model.evaluate(points, verbose=0, return_dict=True) for _ in range(2))
    assert first == second and set(first) == METRICS
    logits = model.discriminator(points).numpy()
    assert first["real_accuracy"] == pytest.approx((logits > 0).mean())


def test_predict(compiled, points):
    """`predict`.

    Noise to samples, with the moving average of the weights, as `generate`.
    """
    model = compiled()
    fit(model, points)
    noise = keras.random.normal((5, 3), seed=1)
    samples = model.predict(noise, batch_size=2, verbose=0)
    np.testing.assert_allclose(samples, model.generate(5, seed=1), atol=1e-5)
    trained = model.generator(noise, training=False)
    assert np.abs(samples - trained).max() > 1e-4


def test_train_on_batch(compiled, points):
    """`train_on_batch`.

    Bit for bit the steps of `fit`.
    """
    fitted, by_hand = compiled(), compiled()
    fit(fitted, points, epochs=1)
    for start in range(0, 80, 16):
        logs = by_hand.train_on_batch(points[start : start + 16], return_dict=True)
    assert set(logs) == METRICS
    assert_equal_bits(fitted, by_hand)


def test_test_on_batch(compiled, points):
    """`test_on_batch`.

    The values of `evaluate` on the same batch, and nothing changes.
    """
    model = compiled()
    before = everything(model)
    logs = model.test_on_batch(points[:16], return_dict=True)
    expected = model.evaluate(points[:16], verbose=0, return_dict=True)
    assert logs == {name: pytest.approx(value) for name, value in expected.items()}
    for a, b in zip(before, everything(model), strict=True):
        np.testing.assert_array_equal(a, b)


def test_initial_epoch(compiled, points):
    """`initial_epoch`.

    Two epochs and then two more are four, bit for bit.
    """
    whole, halves = compiled(), compiled()
    fit(whole, points, epochs=4)
    fit(halves, points, epochs=2)
    history = fit(halves, points, initial_epoch=2, epochs=4)
    assert history.epoch == [2, 3]
    assert_equal_bits(whole, halves)


def test_steps_per_execution(compiled, points, variation):
    """`steps_per_execution`.

    Bit for bit the same training, also when the last call of an epoch has fewer steps.
    """
    one, three = compiled(), compiled(steps_per_execution=3)
    for model in (one, three):
        fit(model, points)
    assert int(three.generator_optimizer.iterations) == (5 if variation == "accumulation" else 10)
    assert_equal_bits(one, three)


def test_run_eagerly(compiled, points):
    """`run_eagerly`.

    The same weights as compiled, to rounding errors.
    """
    graph, eager = compiled(**sgd()), compiled(**sgd(), run_eagerly=True)
    for model in (graph, eager):
        fit(model, points)
        model.train_on_batch(points[:16])
    assert_close(graph, eager)


@pytest.mark.parametrize("jit_compile", [True, False])
def test_jit_compile(compiled, points, jit_compile):
    """`jit_compile=True` and `False`.

    The same weights after a step, to rounding errors, with plain gradient descent; no Dropout, as
    XLA draws other random numbers.
    """
    plain, other = compiled(**sgd(), jit_compile=False), compiled(**sgd(), jit_compile=jit_compile)
    for model in (plain, other):
        model.discriminator.layers[1].rate = 0.0
        model.generator.layers[0].kernel.assign(np.zeros((3, 8)))  # the noise does not matter
        model.train_on_batch(points[:16])
    assert_close(plain, other)


def test_summary(compiled, capsys):
    """`summary`.

    Both networks and all of their weights are in it.
    """
    model = compiled()
    lines = []
    model.summary(print_fn=lambda text, **_: lines.append(text))
    text = "\n".join(lines)
    for network in (model.generator, model.discriminator):
        assert network.name in text
        assert f"{network.count_params():,}" in text


def test_plot_model(compiled, tmp_path):
    """`keras.utils.plot_model`.

    A picture of each network; without Graphviz Keras' message, which says what to install.
    """
    model = compiled()
    path = tmp_path / "generator.png"
    try:
        keras.utils.plot_model(model.generator, path, show_shapes=True)
    except ImportError as error:
        assert "pydot" in str(error) or "graphviz" in str(error)
    else:
        assert path.stat().st_size > 0


# --------------------------------------------------------------------------------- callbacks


def test_model_checkpoint(compiled, points, tmp_path, variation):
    """`ModelCheckpoint`, best by a validation metric.

    The file holds the epoch whose value is the least, and loads whole.
    """
    path = tmp_path / "best.keras"
    best = keras.callbacks.ModelCheckpoint(
        path, monitor="val_generator_loss", mode="min", save_best_only=True
    )
    model = compiled(**sgd(0.2))
    history = fit(model, points, validation_data=points, epochs=6, callbacks=[best])
    loaded = keras.saving.load_model(path)
    logs = loaded.evaluate(points, batch_size=16, verbose=0, return_dict=True)
    assert logs["generator_loss"] == pytest.approx(min(history.history["val_generator_loss"]))
    if variation != "accumulation":  # two batches for each update, but five in an epoch
        assert int(loaded.generator_optimizer.iterations) % 5 == 0


def test_backup_and_restore(compiled, points, tmp_path):
    """`BackupAndRestore`.

    Stopped after two of four epochs and gone on with: bit for bit the training never stopped, both
    optimizers included.
    """

    class Crash(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise RuntimeError

    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", delete_checkpoint=False)
    with pytest.raises(RuntimeError):
        fit(compiled(), points, epochs=4, callbacks=[backup, Crash()])
    resumed, never_stopped = compiled(), compiled()
    assert fit(resumed, points, epochs=4, callbacks=[backup]).epoch == [2, 3]
    fit(never_stopped, points, epochs=4)
    assert_equal_bits(resumed, never_stopped)


def test_early_stopping(compiled, points):
    """`EarlyStopping` with `restore_best_weights`.

    Stops when it should; the weights are those of the best epoch.
    """
    seen = []
    model = compiled(**sgd(0.2))
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(model.get_weights()))
    stop = keras.callbacks.EarlyStopping(
        "val_generator_loss", mode="max", patience=2, restore_best_weights=True
    )
    history = fit(model, points, validation_data=points, epochs=40, callbacks=[keep, stop])
    values = history.history["val_generator_loss"]
    best = int(np.argmax(values))
    assert len(values) == min(best + 3, 40)
    if len(values) < 40:
        for a, b in zip(model.get_weights(), seen[best], strict=True):
            np.testing.assert_array_equal(a, b)


def test_csv_logger(compiled, points, tmp_path):
    """`CSVLogger`.

    A column for each metric, a row for each epoch.
    """
    path = tmp_path / "history.csv"
    history = fit(compiled(), points, callbacks=[keras.callbacks.CSVLogger(path)])
    header, *rows = path.read_text().splitlines()
    assert set(header.split(",")) >= METRICS and len(rows) == 2
    column = header.split(",").index("generator_loss")
    assert [float(row.split(",")[column]) for row in rows] == pytest.approx(
        history.history["generator_loss"]
    )


def test_tensorboard(compiled, points, tmp_path):
    """`TensorBoard`.

    Curves of the metrics and of both learning rates are in the event file.
    """
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = keras.callbacks.TensorBoard(tmp_path / "logs", write_graph=False)
    fit(compiled(**sgd()), points, callbacks=[board])
    events = EventAccumulator(str(tmp_path / "logs" / "train"))
    events.Reload()
    tags = set(events.Tags()["tensors"])
    assert {f"epoch_{name}" for name in METRICS} <= tags
    assert {"epoch_learning_rate_generator", "epoch_learning_rate_discriminator"} <= tags


def rates(model):
    both = (model.generator_optimizer, model.discriminator_optimizer)
    return [float(optimizer.learning_rate) for optimizer in both]


def test_learning_rate_scheduler(compiled, points):
    """`LearningRateScheduler`.

    Changes both optimizers, each from its own rate; `model.generator_optimizer.learning_rate = x`
    changes one. Needs optimizers whose rate is a number.
    """
    model = compiled(**sgd(0.05))
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = fit(model, points, callbacks=[halve])
    assert rates(model) == pytest.approx([0.0125, 0.025])
    assert history.history["learning_rate_generator"] == pytest.approx([0.025, 0.0125])
    model.generator_optimizer.learning_rate = 0.5
    assert rates(model) == pytest.approx([0.5, 0.025])


def test_reduce_lr_on_plateau(compiled, points):
    """`ReduceLROnPlateau`.

    Reduces the rates of both optimizers, each from its own.
    """
    model = compiled(**sgd(0.05))
    reduce = keras.callbacks.ReduceLROnPlateau(
        "generator_loss", factor=0.1, patience=1, mode="min", min_delta=100.0
    )
    fit(model, points, epochs=3, callbacks=[reduce])
    assert rates(model) == pytest.approx([0.05 / 100, 0.1 / 100])


def test_model_optimizer(compiled, points, variation):
    """`model.optimizer` for loggers: `learning_rate`, `iterations`, `get_config()`.

    The rate and the steps of the generator, the settings of both. Setting `learning_rate` sets
    both, or raises Keras' error for a schedule; `lr` and other unknown names raise.
    """
    model = compiled(**sgd(0.05, momentum=0.9))
    fit(model, points)  # two epochs of five steps
    pair = model.optimizer
    assert float(pair.learning_rate) == pytest.approx(0.05)
    assert int(pair.iterations) == (5 if variation == "accumulation" else 10)
    pair.learning_rate = 1e-3
    assert rates(model) == pytest.approx([1e-3, 1e-3])
    config = pair.get_config()
    assert config["generator_name"] == "generator" and config["generator_momentum"] == 0.9
    model.discriminator_optimizer.learning_rate = 0.5
    assert pair.get_config()["discriminator_learning_rate"] == 0.5
    assert len(config) == 2 * len(pair.optimizers[0].get_config())
    with pytest.raises(AttributeError):
        pair.lr = 1e-9
    with pytest.raises(AttributeError):
        pair.lr  # noqa: B018


@pytest.mark.parametrize("follows", ["generator", "discriminator"])
def test_model_optimizer_with_a_schedule(compiled, points, follows):
    options = sgd(0.05)
    options[f"{follows}_optimizer"] = keras.optimizers.SGD(
        keras.optimizers.schedules.InverseTimeDecay(0.1, 5, 1.0)
    )
    model = compiled(**options)
    fit(model, points)  # ten steps: the schedule is at a third
    before = rates(model)
    assert float(model.optimizer.learning_rate) == pytest.approx(
        0.1 / 3 if follows == "generator" else 0.05
    )
    with pytest.raises(TypeError, match="not settable"):
        model.optimizer.learning_rate = 1e-3
    assert rates(model) == before
    config = model.optimizer.get_config()
    assert not any(isinstance(value, dict) for value in config.values())
    assert config[f"{follows}_learning_rate_config_initial_learning_rate"] == 0.1


def test_terminate_on_nan(compiled, points, capsys, variation):
    """`TerminateOnNaN`.

    Stops after the call with the first step whose loss, or gradient, is not finite, and names step
    and loss. (With loss scaling some steps with such gradients are normal; it stops if the scale
    has fallen to 1.)
    """
    bad = points.copy()
    bad[40, 0] = np.nan  # in the third of five batches
    model = compiled()
    steps = []
    note = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: steps.append(batch)
    )
    history = fit(model, bad, epochs=3, callbacks=[keras.callbacks.TerminateOnNaN(), note])
    assert steps == ([2] if variation == "steps_per_execution" else [0, 1, 2])
    assert history.epoch == [0]
    assert "discriminator_loss is nan after step 3" in capsys.readouterr().out


def test_lambda_callback(compiled, points):
    """`LambdaCallback`.

    Is called at the end of each epoch, with the metrics.
    """
    seen = []
    note = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(set(logs)))
    fit(compiled(), points, callbacks=[note])
    assert seen == [METRICS, METRICS]


def test_swap_ema_weights(compiled, points):
    """`SwapEMAWeights`.

    Validation is by the moving average; the training is the same to rounding errors. Refused with
    `swap_on_epoch=True`: sampling callbacks swap by themselves, and would get the trained weights.
    """

    def averaged():
        optimizer = keras.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.5)
        return compiled(generator_optimizer=optimizer)

    plain, swapped = averaged(), averaged()
    seen = fit(plain, points, validation_data=points).history
    callback = keras.callbacks.SwapEMAWeights()
    history = fit(swapped, points, validation_data=points, callbacks=[callback]).history
    for a, b in zip(weights(plain), weights(swapped), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    with swapped.averaged_weights():
        expected = swapped.evaluate(points, batch_size=16, verbose=0)[0]
    np.testing.assert_allclose(history["val_generator_loss"][-1], expected, rtol=1e-5)
    assert abs(seen["val_generator_loss"][-1] - expected) > 1e-4
    with pytest.raises(ValueError, match="swapped twice. Received: SwapEMAWeights.*Expected"):
        fit(compiled(), points, callbacks=[keras.callbacks.SwapEMAWeights(swap_on_epoch=True)])


# -------------------------------------------------------------------------------- optimizers


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.SGD(0.05),
        lambda: keras.optimizers.Adam(1e-3),
        lambda: keras.optimizers.Adam(1e-3, clipnorm=0.1),
        lambda: keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-3, 2, 0.9)),
        lambda: keras.optimizers.Adam(1e-3, use_ema=True),
        lambda: keras.optimizers.RMSprop(1e-3),
    ],
    ids=["SGD", "Adam", "clipnorm", "schedule", "use_ema", "RMSprop"],
)
def test_optimizers(compiled, points, tmp_path, make):
    """Optimizers: SGD, Adam, RMSprop, `clipnorm`, schedules, `use_ema`.

    Both networks move, and a saved model trains on bit for bit.
    """
    model = compiled(generator_optimizer=make(), discriminator_optimizer=make())
    before = weights(model)
    assert_finite(fit(model, points))
    assert all((a != b).any() for a, b in zip(before, weights(model), strict=True))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        fit(each, points, epochs=1)
    assert_equal_bits(model, loaded)


def test_gradient_accumulation(compiled, points):
    """`gradient_accumulation_steps`.

    The weights stand still for three steps and move at the fourth.
    """
    model = compiled(**sgd(0.1, gradient_accumulation_steps=4))
    before = weights(model)
    for start in range(0, 48, 16):
        model.train_on_batch(points[start : start + 16])
        for a, b in zip(before, weights(model), strict=True):
            np.testing.assert_array_equal(a, b)
    model.train_on_batch(points[48:64])
    assert all((a != b).any() for a, b in zip(before, weights(model), strict=True))


# ---------------------------------------------------------------------------- saving, copying


def test_keras_file(compiled, points, tmp_path):
    """`.keras` files.

    Loaded and trained on: bit for bit the model never saved.
    """
    model = compiled()
    fit(model, points)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        fit(each, points)
    assert_equal_bits(model, loaded)


def test_weights_file(compiled, points, tmp_path):
    """`.weights.h5` files.

    Loaded into a new model and trained on: bit for bit the same, optimizers included.
    """
    model, other = compiled(0), compiled(1)
    fit(model, points)
    model.save_weights(tmp_path / "model.weights.h5")
    other.load_weights(tmp_path / "model.weights.h5")
    for each in (model, other):
        fit(each, points)
    assert_equal_bits(model, other)


def test_export(compiled, points, tmp_path):
    """`export` to a SavedModel.

    Another process, without our package, makes the samples of `predict` from it.
    """
    model = compiled()
    fit(model, points)
    model.export(tmp_path / "exported", verbose=False)
    noise = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    np.save(tmp_path / "noise.npy", noise)
    program = (
        "import sys, numpy, tensorflow as tf\n"
        "loaded = tf.saved_model.load(sys.argv[1] + '/exported')\n"
        "samples = loaded.serve(tf.constant(numpy.load(sys.argv[1] + '/noise.npy')))\n"
        "numpy.save(sys.argv[1] + '/samples.npy', samples)\n"
        "assert not any(name.startswith('dcgan_tf') for name in sys.modules)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    subprocess.run(command, check=True)
    expected = model.predict(noise, verbose=0)
    np.testing.assert_allclose(np.load(tmp_path / "samples.npy"), expected, atol=1e-5)


def test_get_config(compiled):
    """`get_config` and `from_config`.

    The same networks, with new weights.
    """
    model = compiled()
    other = GAN.from_config(model.get_config())
    assert other.latent_dim == 3 and other.seed == 0
    assert [v.shape for v in other.variables] == [v.shape for v in model.variables]
    dcgan = DCGAN.from_config(DCGAN((16, 16, 1), 5, seed=3).get_config())
    assert dcgan.sample_shape == (16, 16, 1) and dcgan.latent_dim == 5


def test_clone_model(compiled, points):
    """`clone_model` of the networks.

    The clones play in a GAN of their own.
    """
    model = compiled()
    networks = map(keras.models.clone_model, (model.generator, model.discriminator))
    other = GAN(*networks, latent_dim=3, seed=0)
    other.compile()
    before = weights(model)
    assert_finite(fit(other, points))
    for a, b in zip(before, weights(model), strict=True):
        np.testing.assert_array_equal(a, b)


def test_pickle(compiled, points):
    """`pickle`, `copy.deepcopy`.

    The copy trains on bit for bit. (Unpickle only what you made yourself.)
    """
    model = compiled()
    fit(model, points)
    copies = pickle.loads(pickle.dumps(model)), copy.deepcopy(model)
    for each in (model, *copies):
        fit(each, points)
    for each in copies:
        assert_equal_bits(model, each)


# ---------------------------------------------------------------------------- networks, bits


@keras.saving.register_keras_serializable(package="test_keras_features")
class Network(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.hidden = keras.layers.Dense(8, activation="relu")
        self.outputs_ = keras.layers.Dense(units)

    def call(self, inputs, training=False):
        return self.outputs_(self.hidden(inputs))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def functional(size, units):
    inputs = keras.Input((size,))
    return keras.Model(inputs, keras.layers.Dense(units)(keras.layers.Dense(8)(inputs)))


def sequential(size, units):
    return keras.Sequential([keras.Input((size,)), keras.layers.Dense(units)])


@pytest.mark.parametrize(
    "make", [functional, sequential, lambda size, units: Network(units)], ids=lambda f: f.__name__
)
def test_own_networks(points, tmp_path, make):
    """Networks of your own: functional, Sequential, subclassed.

    Trained, saved, loaded and trained on, bit for bit.
    """
    model = GAN(make(3, 2), make(2, 1), latent_dim=3, seed=0)
    model.compile()
    assert_finite(fit(model, points))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        fit(each, points)
    assert_equal_bits(model, loaded)


def test_set_random_seed(variation):
    """`keras.utils.set_random_seed` and op determinism.

    Two processes end with the same bits, also without a seed of ours and with shuffling.
    """
    policy = "mixed_float16" if variation == "mixed_float16" else "float32"
    options = {
        "accumulation": "keras.optimizers.Adam(1e-3, gradient_accumulation_steps=2)",
        "steps_per_execution": "steps_per_execution=3",
    }
    program = (
        "import keras, numpy as np, tensorflow as tf, zlib\n"
        "from dcgan_tf import DCGAN\n"
        "keras.utils.set_random_seed(7)\n"
        "tf.config.experimental.enable_op_determinism()\n"
        f"keras.config.set_dtype_policy({policy!r})\n"
        "model = DCGAN((16, 16, 1), 4)\n"
        f"model.compile({options.get(variation, '')})\n"
        "model.fit(np.random.uniform(-1, 1, (64, 16, 16, 1)).astype('float32'), verbose=0)\n"
        "print(zlib.crc32(b''.join(weight.tobytes() for weight in model.get_weights())))\n"
    )
    command = [sys.executable, "-c", program]
    processes = [subprocess.Popen(command, text=True, stdout=subprocess.PIPE) for _ in range(2)]
    outputs = [process.communicate()[0] for process in processes]
    assert outputs[0] == outputs[1] and int(outputs[0])


@pytest.fixture
def policy():
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy("float32")


def images(n=48):
    return np.random.default_rng(0).uniform(-1, 1, (n, 16, 16, 1)).astype(np.float32)


def assert_samples_are_float32(model):
    noise = np.random.default_rng(0).normal(size=(2, model.latent_dim)).astype(np.float32)
    for samples in (model.generate(2), model.generate(2, noise=noise), model.predict(noise)):
        assert samples.dtype == np.float32 and np.isfinite(samples).all()


def test_mixed_bfloat16(policy):
    """Mixed precision: `mixed_bfloat16`.

    Losses stay finite, weights are float32, samples too.
    """
    policy("mixed_bfloat16")
    model = DCGAN((16, 16, 1), 4, seed=0)
    model.compile()
    assert_finite(fit(model, images()))
    assert {variable.dtype for variable in model.trainable_variables} == {"float32"}
    assert_samples_are_float32(model)


def test_mixed_float16(policy, tmp_path):
    """Mixed precision: `mixed_float16` with loss scaling on both optimizers.

    Losses and weights stay finite, both networks move; a saved model trains on bit for bit.
    """
    policy("mixed_float16")
    model = DCGAN((16, 16, 1), 4, seed=0)
    model.compile()
    networks = (model.generator, model.discriminator)
    before = [network.get_weights()[0] for network in networks]
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    assert_finite(fit(model, images(), epochs=8))
    for network, weight in zip(networks, before, strict=True):
        assert (network.get_weights()[0] != weight).any()
    assert all(np.isfinite(weight).all() for weight in weights(model))
    assert_samples_are_float32(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        fit(each, images())
    assert_equal_bits(model, loaded)


@pytest.mark.parametrize("make", [functional, sequential], ids=lambda f: f.__name__)
def test_own_networks_in_float16_scale_the_loss_when_compiled_anew(policy, tmp_path, make):
    policy("mixed_float16")
    model = GAN(make(3, 2), make(2, 1), latent_dim=3, seed=0)
    model.compile()
    model.save(tmp_path / "model.keras")
    policy("float32")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    loaded.compile()
    for optimizer in (loaded.generator_optimizer, loaded.discriminator_optimizer):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def test_float64(policy):
    """`float64`.

    Weights, noise and losses are computed in it.
    """
    keras.config.set_floatx("float64")
    try:
        policy("float64")
        model = DCGAN((16, 16, 1), 4, seed=0)
        model.compile()
        assert_finite(fit(model, images().astype(np.float64)))
        assert {variable.dtype for variable in model.trainable_variables} == {"float64"}
        assert model.generate(2).dtype == np.float64
    finally:
        keras.config.set_floatx("float32")


def test_channels_first():
    """Channels first.

    Networks of your own train so, where TensorFlow can: not on every CPU (keras-team/keras#23650).
    Our networks are channels last; with Keras set to channels first, `DCGAN` says what to set.
    """
    layers, first = keras.layers, {"data_format": "channels_first"}
    upsample = layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh", **first)
    generator = [keras.Input((4,)), layers.Dense(32), layers.Reshape((2, 4, 4)), upsample]
    pixels = [layers.Conv2D(2, 4, 2, "same", **first), layers.Flatten(), layers.Dense(1)]
    discriminator = keras.Sequential([keras.Input((1, 8, 8)), *pixels])
    model = GAN(keras.Sequential(generator), discriminator, 4, seed=0)
    model.compile(**sgd())
    images = np.random.default_rng(0).uniform(-1, 1, (16, 1, 8, 8)).astype(np.float32)
    before = weights(model)
    try:
        fit(model, images)
    except (NotImplementedError, tf.errors.OpError) as error:
        assert "NHWC" in str(error)  # what TensorFlow says where it cannot
    else:
        assert all((a != b).any() for a, b in zip(before, weights(model), strict=True))
        assert model.generate(2).shape == (2, 1, 8, 8)

    keras.config.set_image_data_format("channels_first")
    try:
        with pytest.raises(ValueError, match="channels_first.*Expected.*channels_last"):
            DCGAN((16, 16, 1), 4)
    finally:
        keras.config.set_image_data_format("channels_last")


def test_no_warning_of_ours(compiled, points, tmp_path):
    """No warning.

    `fit`, saving and loading are silent.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model = compiled()
        fit(model, points, validation_data=points)
        model.save(tmp_path / "model.keras")
        keras.saving.load_model(tmp_path / "model.keras")
    assert math.isfinite(model.evaluate(points, verbose=0)[0])


def test_the_table_in_the_docs_has_every_row():
    import keras_table

    page = keras_table.PAGE.read_text()
    for name in VARIATIONS:
        assert f"`--variation {name}`" in page
    for reasons in NOT_VARIED.values():
        assert all(callable(globals()[test]) for test in reasons)
    described = keras_table.rows() | keras_table.rows(keras_table.TOOLS)
    for feature, seen in described.values():
        assert f"| {feature} |" in page and f"| {seen} |" in page
    assert "| **no** |" not in page and "| not tested |" not in page
