import imageio.v3 as iio
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
