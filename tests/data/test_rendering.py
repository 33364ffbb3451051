import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from dcgan_tf.data import files, rendering


def test_to_uint8_uses_one_fixed_scale():
    values = np.array([-1.0, -0.5, 0.0, 0.5, 1.0, -3.0, 3.0], np.float32)
    assert rendering.to_uint8(values).tolist() == [0, 64, 128, 191, 255, 0, 255]
    assert rendering.to_uint8(values).dtype == np.uint8
    every_byte = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(
        rendering.to_uint8(every_byte / np.float32(127.5) - 1), every_byte
    )
    faint = np.full((2, 2), 0.01, np.float32)  # not stretched to its own range
    assert rendering.to_uint8(faint).tolist() == [[129, 129], [129, 129]]


@pytest.mark.parametrize("channels", [1, 3])
def test_grid_puts_each_image_in_its_place(channels):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 255, (5, 60, 70, channels), dtype=np.uint8)
    grid = rendering.make_grid(pictures, columns=3, padding=2)
    assert grid.shape[:2] == (2 * 62 + 2, 3 * 72 + 2)
    grid = grid.reshape(*grid.shape[:2], channels)
    for i, picture in enumerate(pictures):
        top, left = 2 + (i // 3) * 62, 2 + (i % 3) * 72
        np.testing.assert_array_equal(grid[top : top + 60, left : left + 70], picture)
    assert (grid[64:, 2 + 2 * 72 :] == 255).all()  # the missing sixth
    assert (grid[:2] == 255).all() and (grid[:, :2] == 255).all()


def test_small_images_are_enlarged_by_whole_pixels():
    pictures = np.arange(2 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28, 1)
    grid = rendering.make_grid(pictures, padding=0)
    assert grid.shape == (56, 112)
    np.testing.assert_array_equal(grid[::2, ::2][:, :28], pictures[0, ..., 0])
    np.testing.assert_array_equal(grid[1::2, 1::2][:, 28:], pictures[1, ..., 0])


def test_grid_lays_transparent_images_on_white():
    """Pillow, which composes pictures in its own way, gives the same within rounding."""
    pictures = np.random.default_rng(0).integers(0, 256, (2, 60, 60, 4), dtype=np.uint8)
    pictures[0, 0, :2] = (10, 20, 30, 0), (10, 20, 30, 255)
    grid = rendering.make_grid(pictures, columns=2, padding=0)
    assert grid.shape == (60, 120, 3) and grid.dtype == np.uint8
    assert grid[0, 0].tolist() == [255, 255, 255] and grid[0, 1].tolist() == [10, 20, 30]
    for picture, cell in zip(pictures, (grid[:, :60], grid[:, 60:]), strict=True):
        white = Image.new("RGBA", (60, 60), "white")
        expected = Image.alpha_composite(white, Image.fromarray(picture)).convert("RGB")
        np.testing.assert_allclose(cell.astype(int), np.asarray(expected), atol=1)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((2, 28, 28, 1), np.float32),
        np.zeros((28, 28), np.uint8),
        np.zeros((2, 28, 28, 2), np.uint8),
        np.zeros((2, 28, 28, 5), np.uint8),
    ],
)
def test_grid_refuses_what_is_no_batch_of_pictures(wrong):
    with pytest.raises(ValueError, match="Received: .*Expected uint8"):
        rendering.make_grid(wrong)


def test_caption_is_drawn_below():
    for picture in (np.zeros((50, 120), np.uint8), np.zeros((50, 120, 3), np.uint8)):
        one = rendering.add_caption(picture, "epoch 1")
        two = rendering.add_caption(picture, "epoch 2")
        assert one.shape == (50 + rendering.CAPTION_HEIGHT, *picture.shape[1:])
        np.testing.assert_array_equal(one[:50], picture)
        assert (one[50:] < 100).sum() > 50  # dark ink
        assert (one != two).any()


def test_png_round_trip(tmp_path):
    picture = np.random.default_rng(0).integers(0, 255, (9, 8, 3), dtype=np.uint8)
    rendering.write_png(tmp_path / "new" / "picture.png", picture)
    np.testing.assert_array_equal(iio.imread(tmp_path / "new" / "picture.png"), picture)


def test_files_appear_whole_or_not_at_all(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), files.atomic_write(path) as part:
        part.write_text("half of the n")
        assert path.read_text() == "old"
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with files.atomic_write(path) as part:
        part.write_text("new")
        assert part.suffix == path.suffix
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_paths_that_cannot_be_written_are_refused(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.gif").mkdir()
    for path, message in (
        (tmp_path / "film.png", "Expected a name that ends in .gif"),
        (tmp_path / "folder.gif", "Expected the name of a file"),
        (tmp_path / "file" / "film.gif", "There is a file where the folder should go"),
    ):
        with pytest.raises(ValueError, match=f"{message}"):
            files.check_writable_file(path, ".gif")
    with pytest.raises(ValueError, match="Expected a name that ends in .gif or .mp4"):
        files.check_writable_file(tmp_path / "film.png", ".gif", ".mp4")
    assert files.check_writable_file(tmp_path / "a" / "b" / "film.gif", ".gif").name == "film.gif"
    assert files.check_writable_file(tmp_path / "film.MP4", ".gif", ".mp4").name == "film.MP4"
    assert not (tmp_path / "a").exists()
