"""What docs/security.md says; and the short form of tests/programs/fuzz.py."""

import gzip
import zipfile

import fuzz
import keras
import numpy as np
import pytest
from PIL import Image

from dcgan_tf import GAN, load_dataset, load_model
from dcgan_tf.data import untrusted


@pytest.mark.parametrize("check", fuzz.CHECKS, ids=lambda check: check.__name__)
def test_any_input_works_or_is_refused_in_one_line(check, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fuzz.run(check, examples=40, seed_=1)


def test_pickled_arrays_are_not_loaded(tmp_path):
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").touch, ())

    np.savez(tmp_path / "evil.npz", x_train=np.array([Evil()], dtype=object))
    with pytest.raises(ValueError, match="Python objects, which are never loaded"):
        load_dataset(tmp_path / "evil.npz")
    assert not (tmp_path / "ran").exists()


def test_arrays_that_unpack_to_too_much_are_refused_unread(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "bomb.npz", x_train=np.zeros((200, 100, 100), np.uint8))
    monkeypatch.setattr(untrusted, "LARGEST_MEMORY", 9_000_000)  # 2 million bytes as floats
    monkeypatch.setattr(np, "frombuffer", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(ValueError, match="GiB of memory, more than"):
        load_dataset(tmp_path / "bomb.npz")


def test_a_gzip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(untrusted, "LARGEST_MEMORY", 2**20)
    header = b"\0\0\x08\x03" + b"\0\0\1\0" * 3
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(header + bytes(2**24)))
    with pytest.raises(ValueError, match="GiB of memory, more than"):
        load_dataset(tmp_path)


@pytest.mark.parametrize(
    ("header", "compression"),
    [
        ("{'descr': '|u1", zipfile.ZIP_STORED),
        ("(" * 900, zipfile.ZIP_DEFLATED),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 4, 4)}", zipfile.ZIP_STORED),
        (f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({2**70},)}}", zipfile.ZIP_STORED),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4, 4)}", zipfile.ZIP_LZMA),
    ],
)
def test_strange_arrays_end_a_command_in_one_line(
    tmp_path, monkeypatch, command, header, compression
):
    monkeypatch.chdir(tmp_path)
    start = b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header.encode()
    with zipfile.ZipFile("data.npz", "w", compression) as archive:
        archive.writestr("x_train.npy", start + bytes(32))
    for words in (["data", "data.npz"], ["train", "--data", "data.npz", "--epochs", 1]):
        status, out, err = command(*words)
        assert status == 2 and out == ""
        assert (
            err.startswith("dcgan-tf: error: The .npz file cannot be read") and err.count("\n") == 1
        )
    assert [path.name for path in tmp_path.iterdir()] == ["data.npz"]


@pytest.mark.parametrize("size", [(100_000, 20), (9000, 9000)])
def test_huge_images_are_refused_undecoded(tmp_path, monkeypatch, size):
    Image.new("1", size).save(tmp_path / "huge.png")
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(ValueError, match=f"{size[1]:,} x {size[0]:,} pixels, more than"):
        load_dataset(tmp_path, image_size=(28, 28))


class Foreign(keras.layers.Layer):
    """A layer that is registered nowhere."""

    def call(self, inputs):
        return inputs


@pytest.mark.parametrize(
    ("layer", "reason"),
    [(lambda: keras.layers.Lambda(lambda x: x), "lambda|Lambda"), (Foreign, "Foreign")],
)
def test_a_model_that_brings_code_is_refused(tmp_path, layer, reason):
    generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), layer()])
    discriminator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model = GAN(generator, discriminator, latent_dim=3)
    model.compile()
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=f"The model cannot be loaded .*({reason})"):
        load_model(tmp_path / "model.keras")
