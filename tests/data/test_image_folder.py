import os

import numpy as np
import pytest
from helpers import refused, save, to_float
from PIL import Image

from dcgan_tf import ImageFolder, applications, load_dataset, load_training_images
from dcgan_tf.data.datasets import open_dataset


def test_image_folder_with_classes(tmp_path, rng):
    pixels = rng.integers(0, 256, (4, 16, 20), dtype=np.uint8)
    for i, name in enumerate(["b/one.png", "a/two.PNG", "b/deep/three.png", "a/four.png"]):
        save(tmp_path / name, pixels[i])
    (tmp_path / "a" / "notes.txt").write_text("not an image")
    (tmp_path / ".hidden").mkdir()
    save(tmp_path / ".hidden" / "five.png", pixels[0])
    folder = ImageFolder(tmp_path)
    assert folder.class_names == ["a", "b"]
    assert folder.shape == (4, 16, 20, 1)
    (x_train, y_train), (x_test, y_test) = load_dataset(tmp_path)
    assert y_train.tolist() == [0, 0, 1, 1]
    np.testing.assert_allclose(x_train[..., 0], to_float(pixels[[3, 1, 2, 0]]), atol=1e-6)
    assert len(x_test) == len(y_test) == 0


def test_image_folder_without_classes_and_with_parts(tmp_path, rng):
    pixels = rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    save(tmp_path / "flat" / "a.png", pixels[0])
    save(tmp_path / "flat" / "sub" / "b.png", pixels[1])
    (x_train, y_train), _ = load_dataset(tmp_path / "flat")
    assert x_train.shape == (2, 16, 16, 3) and y_train is None

    save(tmp_path / "parts" / "train" / "cat" / "a.png", pixels[0])
    save(tmp_path / "parts" / "train" / "dog" / "b.png", pixels[1])
    save(tmp_path / "parts" / "test" / "cat" / "c.png", pixels[2])
    save(tmp_path / "parts" / "test" / "dog" / "d.png", pixels[0])
    (x_train, y_train), (x_test, y_test) = load_dataset(tmp_path / "parts")
    assert y_train.tolist() == y_test.tolist() == [0, 1]
    np.testing.assert_allclose(x_test[0], to_float(pixels[2]), atol=1e-6)


def test_image_modes(tmp_path, rng):
    grey = rng.integers(0, 256, (16, 16), dtype=np.uint8)
    rgb = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    alpha = np.zeros((16, 16), np.uint8)
    alpha[:8] = 255  # the lower half is transparent
    save(tmp_path / "1_grey.png", grey)
    save(tmp_path / "2_rgb.png", rgb)
    save(tmp_path / "3_rgba.png", np.dstack([rgb, alpha]))
    palette = Image.fromarray(rgb).quantize(16)
    palette.save(tmp_path / "4_palette.png")
    Image.fromarray(grey).save(tmp_path / "5_grey.jpg", quality=95)
    Image.fromarray(grey.astype(np.uint16) * 257).save(tmp_path / "6_grey16.png")
    save(tmp_path / "7_binary.png", grey > 127)
    images = ImageFolder(tmp_path).load()
    assert images.shape == (7, 16, 16, 3)
    as_rgb = np.stack([grey] * 3, axis=-1)
    np.testing.assert_allclose(images[0], to_float(as_rgb), atol=1e-6)
    np.testing.assert_allclose(images[1], to_float(rgb), atol=1e-6)
    np.testing.assert_allclose(images[2][:8], to_float(rgb[:8]), atol=1e-6)
    np.testing.assert_array_equal(images[2][8:], 1.0)  # white ground
    np.testing.assert_allclose(images[3], to_float(np.asarray(palette.convert("RGB"))), atol=1e-6)
    np.testing.assert_allclose(images[4], to_float(as_rgb), atol=0.2)  # JPEG loses
    np.testing.assert_allclose(images[5], to_float(as_rgb), atol=1e-6)
    np.testing.assert_array_equal(images[6], np.where(as_rgb > 127, 1.0, -1.0))


def test_grey_images_of_all_kinds_have_one_channel(tmp_path, rng):
    grey = rng.integers(0, 256, (16, 16), dtype=np.uint8)
    save(tmp_path / "grey.png", grey)
    Image.fromarray(grey).save(tmp_path / "grey.jpg")
    Image.fromarray(grey).convert("LA").save(tmp_path / "alpha.png")
    Image.fromarray(grey).convert("P").save(tmp_path / "palette.png")
    assert ImageFolder(tmp_path).image_shape == (16, 16, 1)


def test_photographs_are_turned_upright(tmp_path):
    pixels = np.zeros((16, 24, 3), np.uint8)
    pixels[:, :12] = 255  # bright left half
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    save(tmp_path / "turned.jpg", pixels, exif=exif, quality=95)
    folder = ImageFolder(tmp_path)
    assert folder.image_shape == (24, 16, 3)
    assert folder[0][:10].min() > 0.8 and folder[0][14:].max() < -0.8  # bright upper half


def test_images_are_cropped_and_resized_on_request(tmp_path):
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = 255  # the middle square is white
    save(tmp_path / "wide.png", wide)
    save(tmp_path / "square.png", np.full((40, 40, 3), 255, np.uint8))
    (x_train, _), _ = load_dataset(tmp_path, image_size=(18, 18))
    np.testing.assert_allclose(x_train, np.ones((2, 18, 18, 3)), atol=0.05)


def test_damaged_images_are_refused(tmp_path, rng):
    save(tmp_path / "good.png", rng.integers(0, 256, (32, 32), dtype=np.uint8))
    whole = (tmp_path / "good.png").read_bytes()
    Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(tmp_path / "good.jpg")
    whole_jpeg = (tmp_path / "good.jpg").read_bytes()
    (tmp_path / "good.jpg").unlink()
    for name, content in (
        ("cut.png", whole[: len(whole) // 2]),
        ("head.png", whole[:20]),
        ("empty.png", b""),
        ("text.png", b"hello"),
        ("cut.jpg", whole_jpeg[: len(whole_jpeg) // 2]),
        ("gif.png", b"GIF89a" + bytes(50)),
    ):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path, f"1 image cannot be read.*{name}: ")
        (tmp_path / name).unlink()


def test_images_of_unequal_size_are_refused(tmp_path):
    save(tmp_path / "a.png", np.zeros((16, 20), np.uint8))
    save(tmp_path / "b.png", np.zeros((20, 16), np.uint8))
    refused(tmp_path, "differ in size. Received: 'a.png' of 16x20 and 'b.png' of 20x16 pixels")


def test_a_test_part_of_unknown_classes_has_no_labels(tmp_path):
    """As on Kaggle, whose test images are all in a folder called unknown."""
    for name in ("train/cat/a.png", "train/dog/b.png", "test/cat/c.png", "test/unknown/d.png"):
        save(tmp_path / name, np.zeros((16, 16), np.uint8))
    dataset = open_dataset(tmp_path)
    assert dataset.notes == [
        "no labels of the test part, because the training part has no such classes: unknown"
    ]
    assert dataset.labels.tolist() == [0, 1]
    images, labels = dataset.test_part
    assert images.shape == (2, 16, 16, 1) and labels is None
    with pytest.raises(ValueError, match="without labels.*Expected images with labels and a test"):
        applications.load("features")(data=str(tmp_path))


def test_a_damaged_test_part_is_noticed_at_once(tmp_path):
    for name in ("train/a.png", "train/b.png", "test/c.png"):
        save(tmp_path / name, np.zeros((16, 16), np.uint8))
    (tmp_path / "test" / "d.png").write_bytes(b"no image")
    with pytest.raises(ValueError, match="1 image cannot be read.*d.png: .*Expected whole"):
        open_dataset(tmp_path)
    dataset = open_dataset(tmp_path, skip_damaged=True)
    assert dataset.notes == ["in the test part, 1 damaged image left out: d.png"]
    assert len(dataset.test_part[0]) == 1


def test_an_image_called_idx3_is_an_image(tmp_path):
    for i in range(5):
        save(tmp_path / f"img_idx{i}.png", np.zeros((16, 16), np.uint8))
    assert open_dataset(tmp_path).images.shape == (5, 16, 16, 1)


def test_images_of_all_formats_and_none_else_are_read(tmp_path, rng, capsys):
    pixels = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    for name in ("a.png", "b.PNG", "c.bmp", "d.tif", "e.gif", "f.webp"):
        save(tmp_path / name, pixels)
    for name, kind in (("g.jfif", "JPEG"), ("h.jpg", "WEBP"), ("i", "PNG"), ("j.JPE", "JPEG")):
        save(tmp_path / name, pixels, format=kind)
    for name in ("notes.txt", "labels.csv", ".DS_Store", "Thumbs.db"):
        (tmp_path / name).write_text("not an image")
    folder = ImageFolder(tmp_path)
    assert [path.stem for path in folder.paths] == list("abcdefghij")
    assert folder.notes == ["2 files left out: labels.csv, notes.txt"]
    assert load_training_images(tmp_path).shape == (10, 16, 16, 3)
    assert capsys.readouterr().out == "2 files left out: labels.csv, notes.txt\n"


def test_all_damaged_images_are_named_at_once(tmp_path, rng):
    for i in range(15):
        save(tmp_path / f"{i}.png", rng.integers(0, 256, (16, 16), dtype=np.uint8))
    for i in range(2, 14):
        whole = (tmp_path / f"{i}.png").read_bytes()
        (tmp_path / f"{i}.png").write_bytes(whole[: len(whole) // 2])
    names = ".*".join(f"{i}.png: image file is truncated" for i in range(2, 12))
    refused(tmp_path, f"12 images cannot be read.*{names}; and 2 more.*--skip-damaged")
    folder = ImageFolder(tmp_path, skip_damaged=True)
    assert [path.name for path in folder.paths] == ["0.png", "1.png", "14.png"]
    assert folder.notes[0].startswith("12 damaged images left out: 2.png, 3.png, ")
    (x_train, _), _ = load_dataset(tmp_path, skip_damaged=True)
    assert x_train.shape == (3, 16, 16, 1)
    for i in (0, 1, 14):
        (tmp_path / f"{i}.png").write_bytes(b"")
    refused(tmp_path, "15 images cannot be read", skip_damaged=True)


def test_twelve_bits_in_files_of_sixteen_fill_the_range(tmp_path):
    ramp = np.linspace(0, 4095, 256).astype(np.uint16).reshape(16, 16)
    save(tmp_path / "a" / "ct.png", ramp)
    save(tmp_path / "a" / "dark.tif", ramp // 4)
    folder = ImageFolder(tmp_path)
    np.testing.assert_allclose(folder[0][..., 0], ramp / 4095 * 2 - 1, atol=1 / 255)
    np.testing.assert_allclose(folder[1][..., 0], ramp // 4 / 4095 * 2 - 1, atol=1 / 255)
    assert "reach only 4,095, so 4,095 is taken for white" in folder.notes[0]
    save(tmp_path / "a" / "full.png", ramp * 16)
    folder = ImageFolder(tmp_path)
    np.testing.assert_allclose(folder[0][..., 0], ramp / 65_535 * 2 - 1, atol=1 / 255)
    assert folder.notes == []
    save(tmp_path / "a" / "float.tif", np.full((16, 16), -3.0, np.float32))
    refused(tmp_path, "float.tif: its values go from -3 to -3, not from 0 to 65535")


def test_the_test_part_has_the_range_and_the_classes_of_the_training_part(tmp_path):
    ramp = np.linspace(0, 4095, 256).astype(np.uint16).reshape(16, 16)
    for name in ("train/2/a.png", "train/10/b.png"):
        save(tmp_path / name, ramp)
    save(tmp_path / "val" / "10" / "c.png", ramp // 8)
    save(tmp_path / "more" / "d.png", ramp)
    (_, y_train), (x_test, y_test) = load_dataset(tmp_path)
    assert y_train.tolist() == [0, 1] and y_test.tolist() == [1]
    np.testing.assert_allclose(x_test[0, ..., 0], ramp // 8 / 4095 * 2 - 1, atol=1 / 255)
    dataset = open_dataset(tmp_path)
    assert dataset.label_names == {0: "2", 1: "10"}
    assert "1 file left out: more/d.png" in dataset.notes


def test_the_digest_notices_other_images_but_not_another_place(tmp_path, rng):
    pixels = rng.integers(0, 256, (3, 16, 16), dtype=np.uint8)
    for place in ("one", "two", "other", "renamed"):
        save(tmp_path / place / "a.png", pixels[0])
        name = "c.png" if place == "renamed" else "b.png"
        save(tmp_path / place / name, pixels[2 if place == "other" else 1])
    digests = {
        place: open_dataset(tmp_path / place).digest for place in ("one", "two", "other", "renamed")
    }
    assert digests["one"] == digests["two"]
    assert len(set(digests.values())) == 3
    np.savez(tmp_path / "a.npz", pixels)
    np.savez(tmp_path / "b.npz", pixels[::-1])
    assert open_dataset(tmp_path / "a.npz").digest != open_dataset(tmp_path / "b.npz").digest
    assert open_dataset("mnist-10k").digest is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipes_and_devices_in_a_folder_are_left_out(tmp_path):
    save(tmp_path / "a.png", np.zeros((16, 16), np.uint8))
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    folder = ImageFolder(tmp_path)
    assert [path.name for path in folder.paths] == ["a.png", "link.png"]
    assert folder.notes == ["2 files left out: pipe.png, zero.png"]
