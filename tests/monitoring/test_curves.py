import imageio.v3 as iio
import keras
import numpy as np
import pytest

from dcgan_tf.monitoring.curves import plot_curves


@pytest.mark.parametrize("epochs", [1, 60])
def test_curves_need_no_display(tmp_path, monkeypatch, epochs):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("MPLBACKEND", raising=False)
    keys = ("generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy")
    history = {key: np.linspace(0.4, 0.9, epochs).tolist() for key in keys}
    plot_curves(history, tmp_path / "new" / "curves.png")
    picture = iio.imread(tmp_path / "new" / "curves.png")
    assert picture.shape[1] == 1200
    assert len(np.unique(picture[..., :3].reshape(-1, 3), axis=0)) > 50  # something is drawn


@pytest.mark.parametrize("history", [{}, {"loss": [1.0, 0.5]}])
def test_a_history_without_our_curves_is_refused(tmp_path, history):
    with pytest.raises(ValueError, match="Received: .*Expected one of .*'discriminator_loss'"):
        plot_curves(history, tmp_path / "curves.png")


@pytest.mark.parametrize("history", [keras.callbacks.History(), None, [1.0]])
def test_what_is_no_history_is_refused(tmp_path, history):
    with pytest.raises(TypeError, match=r"Received: .*Expected a dict of lists, .*history"):
        plot_curves(history, tmp_path / "curves.png")
