import numpy as np

from dcgan_tf.applications import (
    medicine,
)


def test_simulated_bones_and_the_layout_of_medmnist(tmp_path):
    pictures, broken = medicine.simulate_bones(60)
    assert pictures.shape == (60, 48, 48, 1) and pictures.dtype == np.float32
    assert pictures.min() >= -1 and pictures.max() <= 1 and broken.sum() == 30
    np.testing.assert_array_equal(pictures, medicine.simulate_bones(60)[0])
    # The keys, types and shapes of MedMNIST's files (Yang et al. 2023), labels in a column.
    rng = np.random.default_rng(0)
    parts = {"train": 60, "val": 20, "test": 30}
    arrays = {
        f"{part}_images": rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        for part, n in parts.items()
    }
    arrays |= {
        f"{part}_labels": np.arange(n, dtype=np.uint8)[:, None] % 2 for part, n in parts.items()
    }
    np.savez(tmp_path / "pneumoniamnist.npz", **arrays)
    application = medicine.Radiographs(data=str(tmp_path / "pneumoniamnist.npz"))
    expected = arrays["train_images"][..., None] / 127.5 - 1
    np.testing.assert_allclose(application.samples, expected, atol=1e-6)
    np.testing.assert_array_equal(application.labels, arrays["train_labels"][:, 0])
    assert application.held_out.shape == (30, 28, 28, 1)
    assert application.label_names == ["0", "1"]
    model = application.build()
    model.fit(application.samples, application.condition, batch_size=30, verbose=0)
    assert application.draw(model, n=4, label=1).shape == application.draw(model, n=4).shape
