import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import fit

from dcgan_tf import DCGAN, GAN
from dcgan_tf.gan.more_losses import AbsoluteError


def test_networks_that_share_weights_are_refused():
    shared = keras.layers.Dense(4)
    condition = keras.Input((4,))
    noise, samples = keras.Input((3,)), keras.Input((2,))
    together = keras.layers.Concatenate()
    generator = keras.Model(
        [noise, condition], keras.layers.Dense(2)(together([noise, shared(condition)]))
    )
    discriminator = keras.Model(
        [samples, condition], keras.layers.Dense(1)(together([samples, shared(condition)]))
    )
    with pytest.raises(ValueError, match="share weights.*Received: .*kernel in both"):
        GAN(generator, discriminator, latent_dim=3)


@pytest.mark.parametrize("steps", [0, -1, 1.5, None])
def test_discriminator_steps_are_checked(tiny_gan, steps):
    with pytest.raises(ValueError, match="Received: discriminator_steps=.*at least 1"):
        tiny_gan().compile(discriminator_steps=steps)


def test_compile_refuses(tiny_gan):
    model = tiny_gan()
    shared = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="share an optimizer. Received: the same object twice"):
        model.compile(shared, shared)
    with pytest.raises(ValueError, match="Received: loss='wgan'"):
        model.compile(loss="wgan")


@pytest.mark.parametrize("term", ["mae", 1.0, AbsoluteError, keras.losses.MeanAbsoluteError])
def test_a_term_that_cannot_be_called_is_refused_at_compile(tiny_gan, term):
    with pytest.raises(ValueError, match="Received: generator_term=.* Expected None or a function"):
        tiny_gan().compile(generator_term=term)


def test_networks_that_do_not_fit_are_refused(tiny_gan):
    good = tiny_gan()
    wide = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    two_logits = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    for generator, discriminator, latent_dim, message in (
        (good.generator, good.discriminator, 4, "generator does not take the noise"),
        (good.generator, wide, 3, "discriminator does not take what the generator makes"),
        (good.generator, two_logits, 3, r"Received: output of shape \(None, 2\)"),
        (good.generator, good.discriminator, 0, "Expected an integer of at least 1"),
    ):
        with pytest.raises(ValueError, match=message):
            GAN(generator, discriminator, latent_dim)


def test_data_that_does_not_fit_is_refused(digits):
    model = DCGAN((16, 16, 1), latent_dim=8, seed=0)
    model.compile()
    with pytest.raises(ValueError, match="does not fit the networks. Received: .*Expected"):
        fit(model, digits)


def test_samples_of_whole_numbers_are_refused(tiny_gan):
    model = tiny_gan()
    model.compile()
    with pytest.raises(ValueError, match="does not fit the networks. Received: int64 of shape"):
        fit(model, np.ones((32, 2), np.int64))


class Triples(keras.utils.PyDataset):
    """Two batches of eight samples, labels and weights."""

    def __init__(self, samples):
        super().__init__()
        self.samples = samples

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return self.samples[:8], np.zeros(8), np.ones(8)


def make_triples(samples):
    return tf.data.Dataset.from_tensor_slices((samples, np.zeros(16), np.ones(16))).batch(8)


def yield_triples(samples):
    yield samples, np.zeros(16), np.ones(16)


WEIGHTS, LABELS = np.zeros(16), np.zeros(16, int)
WEIGHTED = {
    "fit": lambda model, x: model.fit(x, sample_weight=WEIGHTS, verbose=0),
    "fit, wrong length": lambda model, x: model.fit(x, sample_weight=WEIGHTS[:3], verbose=0),
    "fit, classes": lambda model, x: model.fit(x, LABELS, class_weight={0: 0.0}, verbose=0),
    "fit, classes alone": lambda model, x: model.fit(x, class_weight={0: 0.0}, verbose=0),
    "fit on a dataset": lambda model, x: model.fit(make_triples(x), verbose=0),
    "fit on a PyDataset": lambda model, x: model.fit(Triples(x), verbose=0),
    "fit on a generator": lambda model, x: model.fit(yield_triples(x), verbose=0),
    "validation": lambda model, x: model.fit(x, validation_data=(x, LABELS, WEIGHTS), verbose=0),
    "validation by a dataset": lambda model, x: model.fit(
        x, validation_data=make_triples(x), verbose=0
    ),
    "evaluate": lambda model, x: model.evaluate(x, sample_weight=WEIGHTS, verbose=0),
    "evaluate by place": lambda model, x: model.evaluate(x, LABELS, 8, 0, WEIGHTS),
    "evaluate a dataset": lambda model, x: model.evaluate(make_triples(x), verbose=0),
    "train_on_batch": lambda model, x: model.train_on_batch(x, sample_weight=WEIGHTS),
    "train_on_batch, classes": lambda model, x: model.train_on_batch(x, class_weight={0: 0.0}),
    "test_on_batch": lambda model, x: model.test_on_batch(x, LABELS, WEIGHTS),
}


@pytest.mark.parametrize("way", WEIGHTED)
def test_weights_of_samples_are_refused_before_the_first_step(tiny_gan, points, way):
    model = tiny_gan()
    model.compile()
    with pytest.raises(ValueError, match=r"counts the same.*Received: (sample|class)_weight.*no w"):
        WEIGHTED[way](model, points[:16])
    assert int(model.optimizer.iterations) == 0


def test_a_place_for_weights_may_be_empty(tiny_gan, points):
    model = tiny_gan()
    model.compile(run_eagerly=True)
    triples = (points[:16], LABELS, None)
    fit(model, points[:16], validation_data=triples, sample_weight=None, class_weight=None)
    fit(model, tf.data.Dataset.from_tensors(triples))
    model.train_on_batch(points[:16], None, None, None)
    model.test_on_batch(points[:16], None, None, True)
    assert isinstance(model.evaluate(points[:16], None, 8, 0, None, 1, None, True), dict)


def read_as_png(image):
    """What decoding a file leaves of the shape: the rank and the number of channels."""
    pixels = tf.cast(127.5 * (image + 1.0), tf.uint8)
    decoded = tf.io.decode_png(tf.io.encode_png(pixels), channels=1)
    return tf.cast(decoded, tf.float32) / 127.5 - 1.0


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize("form", ["generator", "files"])
def test_datasets_of_unknown_shape_train(form, run_eagerly):
    images = np.random.default_rng(0).uniform(-1, 1, (16, 16, 16, 1)).astype(np.float32)
    datasets = {
        "generator": tf.data.Dataset.from_generator(lambda: iter(images), tf.float32),
        "files": tf.data.Dataset.from_tensor_slices(images).map(read_as_png),
    }
    batches = datasets[form].batch(8)
    assert not batches.element_spec.shape[1:].is_fully_defined()
    model = DCGAN((16, 16, 1), latent_dim=4, seed=0)
    model.compile(run_eagerly=run_eagerly)
    judged, judge = [], model.discriminator.call
    model.discriminator.call = lambda x, *args, **options: (
        judged.append(x.shape[1:]) or judge(x, *args, **options)
    )
    assert np.isfinite(fit(model, batches, validation_data=batches).history["generator_loss"])
    assert set(map(tuple, judged)) == {(16, 16, 1)}


def test_datasets_of_unknown_shape_with_another_one_are_refused(tiny_gan, points):
    model = tiny_gan()
    model.compile()
    wide = tf.data.Dataset.from_generator(lambda: iter(points[:16].repeat(2, 1)), tf.float32)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"not compatible with .*\[\?,2\]"):
        fit(model, wide.batch(8))
    whole = tf.data.Dataset.from_generator(lambda: iter(np.ones((16, 2), int)), tf.int64)
    with pytest.raises(ValueError, match="Received: int64 of shape <unknown>. Expected"):
        fit(model, whole.batch(8))
