import keras
import numpy as np
import pytest

from dcgan_tf import DCGAN, GAN, Scorecard
from dcgan_tf.applications.conditional import build_conditional_pair


@pytest.fixture(scope="module")
def small_gan():
    model = DCGAN(seed=0)
    model.compile()
    return model


def test_keras_callbacks_can_watch_the_scores(small_gan, small_scorer, data, tmp_path, capsys):
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor="val_frechet_distance", mode="min", save_best_only=True
    )
    patience = keras.callbacks.EarlyStopping("val_coverage", mode="max", patience=1, min_delta=2)
    history = small_gan.fit(
        data[0][:64],
        epochs=5,
        batch_size=32,
        verbose=0,
        callbacks=[Scorecard(small_scorer, seed=3), best, patience],
    ).history
    assert len(history["val_coverage"]) == 2  # never 2 better: stopped after the second epoch
    distances = history["val_frechet_distance"]
    assert best.best == min(distances)
    printed = capsys.readouterr().out
    assert printed.count("Scoring 100 images ...") == 2
    assert f"Fréchet distance {distances[-1]:.3g}\n" in printed
    expected = small_scorer.score(small_gan.generate(100, seed=3))
    for key, value in expected.items():
        assert history[f"val_{key}"][-1] == pytest.approx(value)


def test_a_negative_seed_is_refused(small_scorer):
    with pytest.raises(ValueError, match="seed"):
        Scorecard(small_scorer, seed=-1)


def test_models_that_do_not_fit_are_refused_before_the_first_step(small_scorer):
    small = DCGAN((16, 16, 1), seed=0)
    labelled = GAN(*build_conditional_pair((28, 28, 1), 10, 16, 0), 16, seed=0)
    labels = np.zeros(4, np.int32)
    for model, shape, condition, message in (
        (small, (16, 16, 1), None, r"Received: real images of shape \(None, 28, 28, 1\)"),
        (labelled, (28, 28, 1), labels, "Received: a model with a condition"),
    ):
        model.compile()
        images = np.zeros((4, *shape), np.float32)
        with pytest.raises(ValueError, match=message):
            model.fit(images, condition, verbose=0, callbacks=[Scorecard(small_scorer)])
        assert model.generator_optimizer.iterations == 0
