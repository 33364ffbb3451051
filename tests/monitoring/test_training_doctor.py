import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf import DCGAN, GAN
from dcgan_tf.monitoring import training_doctor
from dcgan_tf.monitoring.training_doctor import TrainingDoctor


def point_images():
    return np.random.default_rng(3).normal(0.0, 0.5, (64, 2)).astype(np.float32)


def linear_gan(loss):
    """G(z) = z A + a, D(x) = x b + c, so that all gradients can be written down."""
    generator = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(2, bias_initializer="ones")]
    )
    discriminator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model = GAN(generator, discriminator, latent_dim=3, seed=0)
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), loss=loss)
    return model


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


@pytest.mark.parametrize("loss", ["sigmoid_cross_entropy", "minimax"])
def test_measurements_are_their_formulas(loss):
    keras.utils.set_random_seed(0)
    model, real = linear_gan(loss), point_images()
    kernel, bias = model.generator.get_weights()
    weights, offset = model.discriminator.get_weights()
    watch = TrainingDoctor(real, verbose=0)
    model.fit(real, batch_size=64, verbose=0, callbacks=[watch])
    measurements = watch.findings[0]["measurements"]

    noise = tf.random.stateless_normal(
        (training_doctor.PROBES, 3), training_doctor.PROBE_SEED
    ).numpy()
    fake = noise.astype(np.float64) @ kernel + bias
    fake_logits = (fake @ weights + offset)[:, 0]
    real_logits = (real.astype(np.float64) @ weights + offset)[:, 0]
    # dL_G / dlogit: D - 1 of -log D, or -D of log(1 - D); each divided by the batch
    gradient = sigmoid(fake_logits) - (1.0 if loss == "sigmoid_cross_entropy" else 0.0)
    gradient = (gradient if loss == "sigmoid_cross_entropy" else -gradient) / training_doctor.PROBES
    by_image = gradient[:, np.newaxis] * weights[:, 0]
    generator_gradient = np.sqrt(
        np.sum((noise.T @ by_image) ** 2) + np.sum(by_image.sum(axis=0) ** 2)
    )
    real_gradient = (sigmoid(real_logits) - 1.0) / len(real)
    fake_gradient = sigmoid(fake_logits) / training_doctor.PROBES
    discriminator_gradient = np.sqrt(
        np.sum((real_gradient @ real + fake_gradient @ fake) ** 2)
        + (real_gradient.sum() + fake_gradient.sum()) ** 2
    )
    assert measurements["loss_gradient"] == pytest.approx(np.abs(gradient).sum(), rel=1e-4)
    assert measurements["generator_gradient"] == pytest.approx(generator_gradient, rel=1e-4)
    assert measurements["discriminator_gradient"] == pytest.approx(discriminator_gradient, rel=1e-4)
    assert measurements["real_probability"] == pytest.approx(sigmoid(real_logits).mean(), rel=1e-4)
    assert measurements["fake_probability"] == pytest.approx(sigmoid(fake_logits).mean(), rel=1e-4)
    largest = np.abs(np.concatenate([real_logits, fake_logits])).max()
    assert measurements["largest_logit"] == pytest.approx(largest, rel=1e-4)
    assert measurements["diversity"] == pytest.approx(
        distances(fake, fake)[~np.eye(len(fake), dtype=bool)].mean()
        / distances(real, real)[~np.eye(len(real), dtype=bool)].mean(),
        rel=1e-4,
    )
    assert measurements["movement"] == measurements["swing"] == 0.0  # learning rates of 0
    assert measurements["steps"] == 1


def test_fewer_images_than_probes_still_make_pairs_for_the_loss(points):
    class Relative:  # takes the two outputs together, so that they must be equally many
        def generator_loss(self, fake_output):
            return tf.reduce_mean(fake_output)

        def discriminator_loss(self, real_output, fake_output):
            return tf.reduce_mean((real_output - fake_output) ** 2)

    model, watch = linear_gan(Relative()), TrainingDoctor(points[:10], verbose=0)
    model.fit(points[:10], verbose=0, callbacks=[watch])
    assert watch.findings[0]["measurements"]["discriminator_gradient"] > 0.0


def distances(a, b):
    return np.linalg.norm(a[:, np.newaxis] - b, axis=-1)


def moving_gan(model, weights):
    """The same GAN, whose generator gets new weights in the middle of an epoch."""

    class Move(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            model.generator.set_weights(weights)

    return Move()


def test_movement_and_swing():
    model, real = linear_gan("minimax"), point_images()
    kernel, bias = model.generator.get_weights()
    moved = kernel + [[0.1, 0.0], [0.0, 0.2], [0.0, 0.0]], bias + [0.3, 0.0]
    watch = TrainingDoctor(real, verbose=0)
    model.fit(real, batch_size=64, verbose=0, callbacks=[moving_gan(model, moved), watch])
    noise = tf.random.stateless_normal(
        (training_doctor.PROBES, 3), training_doctor.PROBE_SEED
    ).numpy()
    steps = noise @ (moved[0] - kernel) + (moved[1] - bias)
    unit = distances(real, real)[~np.eye(len(real), dtype=bool)].mean()
    measurements = watch.findings[0]["measurements"]
    assert measurements["movement"] == pytest.approx(
        np.linalg.norm(steps, axis=1).mean() / unit, 1e-4
    )
    assert measurements["swing"] == pytest.approx(np.linalg.norm(steps.mean(axis=0)) / unit, 1e-4)


def test_near_copies():
    """Real images on a circle; the generator makes points beside them, nearer or farther."""
    model = linear_gan("minimax")
    noise = tf.random.stateless_normal(
        (training_doctor.PROBES, 3), training_doctor.PROBE_SEED
    ).numpy()
    kernel, bias = model.generator.get_weights()
    fake = noise @ kernel + bias
    offsets = np.random.default_rng(0).uniform(0.0, 0.6, (20, 1)) * [[0.6, 0.8]]
    real = (fake[:20] + offsets).astype(np.float32)
    watch = TrainingDoctor(np.concatenate([real, real[:5]]), verbose=0)  # five of them twice
    model.fit(real, batch_size=20, verbose=0, callbacks=[watch])
    to_real, apart = distances(fake, real), distances(real, real)
    np.fill_diagonal(apart, np.inf)
    nearest = to_real.argmin(axis=1)
    expected = np.mean(to_real.min(axis=1) < 0.5 * apart.min(axis=1)[nearest])
    assert 0.0 < expected < 1.0
    assert watch.findings[0]["measurements"]["near_copies"] == pytest.approx(expected)


def test_classes():
    model, real = linear_gan("minimax"), point_images()
    watch = TrainingDoctor(real, classify=lambda x: 3 + (np.arange(len(x)) % 4 > 0), verbose=0)
    model.fit(real, batch_size=64, verbose=0, callbacks=[watch])
    measurements = watch.findings[0]["measurements"]
    assert measurements["largest_class"] == 4 and measurements["largest_class_fraction"] == 0.75
    watch = TrainingDoctor(real, classify=lambda x: np.zeros((len(x), 10)))
    steps = int(model.generator_optimizer.iterations)
    with pytest.raises(ValueError, match=r"Received: shape \(64, 10\) for 64 images. Expected"):
        model.fit(real, batch_size=64, verbose=0, callbacks=[watch])
    assert int(model.generator_optimizer.iterations) == steps  # before the training, not after


def state_of(model):
    optimizers = model.generator_optimizer, model.discriminator_optimizer
    return [np.array(variable) for part in (model, *optimizers) for variable in part.variables]


def test_looking_changes_nothing(tiny_gan, points):
    """Weights, BatchNorm's averages, Dropout's seeds, optimizers: all are as without it."""
    states = []
    for callbacks in ([], [TrainingDoctor(points, verbose=0)]):
        model = tiny_gan()
        model.compile()
        model.fit(points, batch_size=32, epochs=3, shuffle=False, verbose=0, callbacks=callbacks)
        states.append(state_of(model))
    assert len(states[0]) == len(states[1])
    for without, watched in zip(*states, strict=True):
        np.testing.assert_array_equal(without, watched)


def run(tiny_gan, points, path, *epochs, every=1):
    """Trains from epoch to epoch, with a new callback each time; returns the last callback."""
    model = tiny_gan()
    model.compile()
    for first, last in zip(epochs[:-1], epochs[1:], strict=True):
        watch = TrainingDoctor(points, path=path, verbose=0, every=every)
        model.fit(
            points,
            batch_size=32,
            initial_epoch=first,
            epochs=last,
            shuffle=False,
            verbose=0,
            callbacks=[watch],
        )
    return watch


@pytest.mark.thorough
@pytest.mark.parametrize("every", [1, 2])
def test_resumed_run_goes_on_as_if_never_stopped(tmp_path, tiny_gan, points, every):
    whole = run(tiny_gan, points, tmp_path / "a.json", 0, 6, every=every)
    resumed = run(tiny_gan, points, tmp_path / "b.json", 0, 3, 6, every=every)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert resumed.findings == whole.findings == json.loads((tmp_path / "a.json").read_text())
    assert [entry["epoch"] for entry in whole.findings] == list(range(every, 7, every))


def test_epochs_made_again_replace_their_entries_and_a_new_run_begins_anew(
    tmp_path, tiny_gan, points
):
    path = tmp_path / "training_doctor.json"
    run(tiny_gan, points, path, 0, 4)
    run(tiny_gan, points, path, 2, 3)
    assert [entry["epoch"] for entry in json.loads(path.read_text())] == [1, 2, 3]
    run(tiny_gan, points, path, 0, 1)
    assert [entry["epoch"] for entry in json.loads(path.read_text())] == [1]


def test_nan_stops_the_training_and_is_null_in_json(tmp_path, capsys):
    class Broken:
        def generator_loss(self, fake_output):
            return tf.reduce_mean(fake_output) * np.nan

        def discriminator_loss(self, real_output, fake_output):
            return tf.reduce_mean(real_output - fake_output)

    def classify(images):
        assert np.isfinite(images).all()
        return np.zeros(len(images), int)

    model, real = linear_gan(Broken()), point_images()
    path = tmp_path / "training_doctor.json"
    watch = TrainingDoctor(real, classify=classify, path=path)
    history = model.fit(real, batch_size=64, epochs=5, verbose=0, callbacks=[watch])
    assert len(history.epoch) == 1
    (entry,) = json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(name))
    assert entry["finding"] == "nan" and entry["measurements"]["generator_loss"] is None
    assert capsys.readouterr().out.count("NaN: a loss is not a number any more") == 1


def test_prints_when_the_finding_changes_and_at_the_end(capsys, monkeypatch):
    model, real = linear_gan("minimax"), point_images()
    script = iter(["balanced", "balanced", "collapse", "collapse", "balanced", "balanced"])
    monkeypatch.setattr(
        training_doctor, "diagnose", lambda looks: ((name := next(script)), f"now {name}")
    )
    model.fit(real, batch_size=64, epochs=6, verbose=0, callbacks=[TrainingDoctor(real)])
    assert capsys.readouterr().out.split("\n") == [
        *("", "Epoch 1: now balanced", "", "Epoch 3: now collapse"),
        *("", "Epoch 5: now balanced", "", "Epoch 6: now balanced", ""),
    ]


def test_wrong_input_is_refused(tmp_path):
    real = point_images()
    for arguments, message in (
        ((real.astype(np.float64),), "Received: float64 of shape .64, 2.. Expected a float32"),
        (([[1.0]],), "Received: list of shape None. Expected a float32 array"),
        ((real[:0],), "Expected at least two different"),
        ((np.repeat(real[:1], 9, axis=0),), "Expected at least two different"),
        ((real, None, tmp_path / "doctor.txt"), "ends in .json"),
        ((real, None, None, 1, 0), "Received: every=0"),
    ):
        with pytest.raises(ValueError, match=message):
            TrainingDoctor(*arguments)
    model = DCGAN((16, 16, 1), seed=0)
    model.compile()
    with pytest.raises(ValueError, match=r"Received: real_images of shape \(None, 2\). Expected"):
        model.fit(np.zeros((4, 16, 16, 1), np.float32), callbacks=[TrainingDoctor(real)])


@pytest.mark.parametrize("every", [1, 2])
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_the_doctor_measures_networks_of_16_bits_in_32(tiny_gan, points, policy, every):
    keras.config.set_dtype_policy(policy)
    try:
        model = tiny_gan()
    finally:
        keras.config.set_dtype_policy("float32")
    model.compile()
    received = []
    watch = TrainingDoctor(
        points, verbose=0, every=every, classify=lambda x: received.append(x.dtype) or x[:, 0] > 2
    )
    model.fit(points, epochs=2, verbose=0, callbacks=[watch])
    assert len(watch.findings) == 2 // every and set(received) == {np.dtype("float32")}
    assert all(np.isfinite(value) for value in watch.findings[-1]["measurements"].values())
