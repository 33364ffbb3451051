"""The guard against NaN. Each failure is put into a known step, which the guard must name."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf.gan.losses import SigmoidCrossEntropy
from dcgan_tf.gan.nan_guard import LossTracker, StopAtNaN, nan_unless_finite

BATCH_SIZE = 16  # 80 points: five steps an epoch


class FailingLoss(SigmoidCrossEntropy):
    """A loss that is NaN at one step, counted from 1, for one of the networks."""

    def __init__(self, of, step):
        super().__init__()
        self.of, self.step = of, step
        self.calls = tf.Variable(0)

    def _fail(self, of, loss):
        if of != self.of:
            return loss
        calls = self.calls.assign_add(1)
        return tf.where(calls == self.step, tf.constant(np.nan, loss.dtype), 1.0) * loss

    def generator_loss(self, fake_output):
        return self._fail("generator", super().generator_loss(fake_output))

    def discriminator_loss(self, real_output, fake_output):
        return self._fail("discriminator", super().discriminator_loss(real_output, fake_output))


class FailingTerm:
    """A term of the generator, or a penalty, whose value is 0 and whose gradient has a factor.

    Args:
        factors: list of floats, the factor at each step. The last one is that of all later steps.
    """

    def __init__(self, *factors):
        self.factors = tf.constant(factors, tf.float32)
        self.calls = tf.Variable(0)

    def __call__(self, real_samples, fake_samples):
        calls = self.calls.assign_add(1)
        value = tf.reduce_mean(tf.cast(fake_samples, tf.float32))
        factor = self.factors[tf.minimum(calls, len(self.factors)) - 1]
        return factor * (value - tf.stop_gradient(value))


class FailingPenalty(FailingTerm):
    def __call__(self, discriminator, real_samples, fake_samples, seed):
        return super().__call__(real_samples, discriminator(fake_samples))


@pytest.fixture
def float16():
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy("float32")


def adams(**options):
    names = ("generator_optimizer", "discriminator_optimizer")
    return {name: keras.optimizers.Adam(1e-3, **options) for name in names}


@pytest.fixture
def compiled(tiny_gan):
    """Makes compiled GANs of points, without R1, which takes as long to trace as all the rest."""

    def make(**options):
        model = tiny_gan()
        model.compile(**{"regularizer": None, **adams(), **options})
        return model

    return make


WAYS = {
    "alone": {},
    "ten steps a call": {"steps_per_execution": 10},
    "three steps a call": {"steps_per_execution": 3},  # the second call of an epoch has only two
    "accumulation": {"accumulation": 4},
    "float16": {"policy": "mixed_float16"},
    "all at once": {"policy": "mixed_float16", "steps_per_execution": 3, "accumulation": 4},
}


def options_of(way, request):
    """Returns the options of `compile` for one of `WAYS`."""
    options = dict(WAYS[way])
    if options.pop("policy", None):
        request.getfixturevalue("float16")
    return {**adams(gradient_accumulation_steps=options.pop("accumulation", None)), **options}


def fit(model, points, epochs=3, *callbacks):
    """Trains with a guard, and returns it."""
    guard = StopAtNaN()
    options = {"batch_size": BATCH_SIZE, "shuffle": False, "verbose": 0}
    model.fit(points, epochs=epochs, callbacks=[guard, *callbacks], **options)
    return guard


# ------------------------------------------------------------------ which loss, and which step


@pytest.mark.parametrize(
    "way, of, step",
    [
        ("alone", "generator", 9),
        ("ten steps a call", "generator", 3),
        ("ten steps a call", "discriminator", 9),
        ("three steps a call", "generator", 9),
        ("accumulation", "discriminator", 3),
        ("float16", "generator", 3),
        ("all at once", "discriminator", 9),
    ],
)
def test_names_the_loss_that_failed_and_its_step(compiled, points, request, way, of, step):
    model = compiled(**options_of(way, request), loss=FailingLoss(of, step))
    assert fit(model, points).reason == f"{of}_loss is nan after step {step}"


@pytest.mark.parametrize("way", ["accumulation", "all at once"])
def test_goes_on_counting_after_a_model_is_loaded(compiled, points, tmp_path, request, way):
    """Ten steps before: two updates, and two batches of the third one."""
    model = compiled(**options_of(way, request))
    fit(model, points, 2)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    loaded.loss = FailingLoss("generator", 7)
    assert fit(loaded, points).reason == "generator_loss is nan after step 17"


def test_goes_on_counting_after_backup_and_restore(compiled, points, tmp_path):
    """The guard begins before the callback that loads the model."""
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", delete_checkpoint=False)
    assert fit(compiled(), points, 2, backup).reason is None
    guard = fit(compiled(loss=FailingLoss("generator", 3)), points, 4, backup)
    assert guard.reason == "generator_loss is nan after step 13"


def of_unknown_length(points):
    return tf.data.Dataset.from_tensor_slices(points).batch(16).filter(lambda batch: True)


@pytest.mark.parametrize(
    "repeat, options",
    [(False, {}), (True, {"steps_per_epoch": 4})],  # 5 steps an epoch, and 6: two calls of 3
    ids=["unknown length", "endless"],
)
def test_counts_the_steps_that_were_made(compiled, points, repeat, options):
    """Keras reports the steps 1 to 6 of both kinds of data, and then 4 or 6 as made."""
    data = of_unknown_length(points)
    model = compiled(steps_per_execution=3, loss=FailingLoss("generator", 9))
    guard = StopAtNaN()
    data = data.repeat() if repeat else data
    model.fit(data, epochs=3, callbacks=[guard], verbose=0, **options)
    assert guard.reason == "generator_loss is nan after step 9"


def test_evaluation_between_the_steps_changes_no_number(compiled, points):
    class Evaluate(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 0:
                self.model.evaluate(points, verbose=0)

    model = compiled(generator_term=FailingTerm(*[0] * 7, np.nan))
    assert fit(model, points, 2, Evaluate()).reason == "generator_loss is nan after step 8"


# -------------------------------------------------------------------------------- gradients


@pytest.mark.parametrize("factor, steps", [(np.nan, 1), (3e19, 1), (3e19, 10)])
def test_stops_at_a_gradient_that_is_lost(compiled, points, factor, steps):
    """The square of 3e19 is no number of 32 bits: it would stay infinite in Adam's state."""
    model = compiled(generator_term=FailingTerm(0, 0, factor, 0), steps_per_execution=steps)
    assert fit(model, points).reason == "generator_loss is nan after step 3"


def test_a_large_gradient_is_no_failure(compiled, points):
    model = compiled(generator_term=FailingTerm(0, 0, 1e17, 0))
    assert fit(model, points).reason is None
    state = [*model.generator_optimizer.variables, *model.weights]
    assert all(np.isfinite(variable.numpy()).all() for variable in state)


def test_sees_a_gradient_that_is_lost_in_a_further_step_of_the_discriminator(compiled, points):
    """Calls 1 and 2 are in the first step. The penalty is lost in call 3, which is not the last."""
    model = compiled(regularizer=FailingPenalty(0, 0, 3e19, 0), discriminator_steps=2)
    assert fit(model, points).reason == "discriminator_loss is nan after step 2"


def test_float16_stops_when_smaller_scales_do_not_help(compiled, points, float16):
    """The scale begins at 2**15 and is halved in each step: at the 16th it is 1."""
    model = compiled(generator_term=FailingTerm(np.nan), steps_per_execution=3)
    before = [variable.numpy() for variable in model.generator.trainable_variables]
    guard = fit(model, points, 9)
    assert guard.reason.startswith("generator_loss is nan after step 16, because its gradient is ")
    assert "even at a loss scale of 1" in guard.reason
    for a, b in zip(before, model.generator.trainable_variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_float16_goes_on_while_a_smaller_scale_helps(compiled, points, float16):
    """The first 15 scales, from 2**15 to 2, make the gradient infinite; with 1 it is finite."""
    model = compiled(generator_term=FailingTerm(*[np.inf] * 15, 1.0))
    assert fit(model, points, 6).reason is None
    assert model.generator_optimizer.dynamic_scale.numpy() == 1.0
    assert int(model.generator_optimizer.iterations) == 30 - 15
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.parametrize(
    "gradient, is_lost",
    [
        (3e19, False),  # large because of the scale alone
        (3e19 * 2.0**15, True),  # finite, but Adam keeps an infinite square
        (np.inf, False),  # the optimizer leaves the step out
    ],
)
def test_float16_judges_the_gradient_without_its_scale(gradient, is_lost):
    variable = keras.Variable([1.0])
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())
    optimizer.build([variable])
    gradients = [tf.constant([gradient], tf.float32)]
    optimizer.apply(gradients, [variable])
    loss = nan_unless_finite(tf.constant(0.5), gradients, optimizer)
    assert np.isnan(loss) == is_lost
    state = np.concatenate([np.ravel(each.numpy()) for each in optimizer.variables])
    assert np.isfinite(state).all() != is_lost


def test_sparse_gradients_and_none():
    sparse = tf.IndexedSlices(tf.constant([[1.0, np.nan]]), tf.constant([0]), tf.constant([3, 2]))
    for gradients, is_lost in (([None, sparse], True), ([None, tf.ones(3)], False)):
        loss = nan_unless_finite(tf.constant(0.5), gradients, keras.optimizers.Adam())
        assert np.isnan(loss) == is_lost


# ------------------------------------------------------------------------------ the tracker


def test_the_tracker_is_keras_mean_as_long_as_all_is_well():
    ours, keras_mean = LossTracker("loss"), keras.metrics.Mean()
    for value, n in ((0.7, 32), (1e30, 16), (-2.5, 3)):
        for metric in (ours, keras_mean):
            metric.update_state(tf.constant(value), sample_weight=n)
        assert ours.result() == keras_mean.result()
    assert ours.lost_at.numpy() == 0


def test_the_tracker_keeps_the_first_failure_until_it_is_reset():
    tracker = LossTracker("loss")
    for value in (1.0, np.inf, np.nan, 2.0):
        tracker.update_state(tf.constant(value), sample_weight=4)
    assert tracker.lost_at.numpy() == 2 and tracker.result() == np.inf
    tracker.reset_state()
    tracker.check(tf.constant(5.0))
    tracker.update_state(tf.constant(2.0), sample_weight=4)
    assert tracker.lost_at.numpy() == 0 and tracker.result() == 2.0
    tracker.check(tf.constant(np.nan))
    tracker.update_state(tf.constant(2.0), sample_weight=4)
    assert tracker.lost_at.numpy() == 6 and np.isnan(tracker.result())


def test_the_tracker_counts_no_steps_of_an_evaluation(compiled, points):
    model = compiled()
    fit(model, points, 1)
    model.evaluate(points, verbose=0)
    assert model.generator_loss_tracker.steps.numpy() == 5


# ------------------------------------------------------------------------------ two devices

TWO_DEVICES = """
import keras, numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from dcgan_tf import GAN
from dcgan_tf.gan.nan_guard import StopAtNaN

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

def train(factor, policy="float32"):
    def term(real, fake):  # 99 is in the third batch of five, on the second device
        has_it = tf.reduce_max(tf.cast(real, tf.float32)) == 99
        value = tf.reduce_mean(tf.cast(fake, tf.float32))
        return tf.where(has_it, factor, 0.0) * (value - tf.stop_gradient(value))
    keras.config.set_dtype_policy(policy)
    with strategy.scope():
        generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        discriminator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model = GAN(generator, discriminator, 3, seed=0)
        optimizers = keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)
        model.compile(*optimizers, regularizer=None, generator_term=term)
    x = np.ones((80, 2), np.float32)
    x[47] = 99
    guard = StopAtNaN()
    model.fit(x, batch_size=16, shuffle=False, verbose=0, callbacks=[guard])
    finite = all(np.isfinite(weight).all() for weight in model.get_weights())
    print(guard.reason, finite, int(model.generator_optimizer.iterations.numpy()), sep="; ")

train(np.nan)
train(3e19)  # each half of it has a square, the sum has none
train(np.inf, policy="mixed_float16")
"""


@pytest.mark.thorough
def test_two_devices():
    command = [sys.executable, "-c", TWO_DEVICES]
    output = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout
    lines = [line for line in output.splitlines() if "; " in line]
    assert lines == [
        "generator_loss is nan after step 3; False; 3",
        "generator_loss is nan after step 3; True; 3",
        "None; True; 4",  # float16 has left the step out on both devices
    ]
