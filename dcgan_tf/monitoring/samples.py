"""Keras callbacks that show what the generator has learned, epoch by epoch."""

import json
import warnings
import zlib

import imageio.v3 as iio
import keras
import numpy as np

from dcgan_tf.data import files, rendering
from dcgan_tf.gan import validation


class SampleGrid(keras.callbacks.Callback):
    """Writes a grid of generated images after each epoch.

    The noise is the same every time, so that the pictures show one and the same set of images
    growing. Files are named `epoch_0001.png` and so on.

    A run that starts at epoch 0 removes the pictures of an earlier run from the folder. A resumed
    run keeps those up to the epoch it starts from, after checking that they come from the very
    weights it starts with.

    Args:
        output_dir: the folder to write to. It is made if it is missing.
        rows: Int, images from top to bottom.
        columns: Int, images from left to right.
        seed: Int, fixes the noise.
        every: Int, a grid is written after every `every`-th epoch.
        draw: function from the model to a picture, uint8 `(h, w)` or `(h, w, 3)`, in place of the
            grid: for a model with a condition, or of samples that are no images.

    Raises:
        ValueError: for counts below 1, a negative seed, or a path that cannot be a folder.

    Example:

    >>> model.fit(x_train, epochs=20, callbacks=[SampleGrid("run/samples")])
    """

    def __init__(self, output_dir, rows=4, columns=4, seed=0, every=1, draw=None):
        super().__init__()
        for name, value in (("rows", rows), ("columns", columns), ("every", every)):
            validation.check_integer(name, value, 1)
        validation.check_integer("seed", seed, 0)
        self.output_dir = files.writable_folder(output_dir)
        self.rows = rows
        self.columns = columns
        self.seed = seed
        self.every = every
        self.draw = draw or self._grid
        self._checksums = None

    def on_train_begin(self, logs=None):
        self._checksums = None  # set at the first epoch: only then is a resumed model restored

    def on_epoch_begin(self, epoch, logs=None):
        if self._checksums is None:
            self._checksums = self._checksums_up_to(epoch)
            for path in self._pictures():
                if epoch_of(path) not in self._checksums:
                    path.unlink()

    def on_epoch_end(self, epoch, logs=None):
        epoch += 1
        if epoch % self.every == 0:
            if not all(np.isfinite(weight).all() for weight in self.model.generator.get_weights()):
                return  # the training went wrong: the pictures so far remain
            rendering.write_png(self.output_dir / f"epoch_{epoch:04d}.png", self.draw(self.model))
        self._checksums[epoch] = self._checksum()
        files.write_json(self.output_dir / "checksums.json", self._checksums)

    def _grid(self, model):
        samples = model.generate(self.rows * self.columns, seed=self.seed)
        return rendering.make_grid(rendering.to_uint8(samples), self.columns)

    def _pictures(self):
        """The grids in the folder, first epoch first."""
        return list_grids(self.output_dir)

    def _checksum(self):
        """A number that tells the generator's weights from any other run's."""
        checksum = 0
        for weight in self.model.generator.get_weights():
            checksum = zlib.crc32(weight.tobytes(), checksum)
        return checksum

    def _checksums_up_to(self, epoch):
        """The checksums after each finished epoch of this run, as far as the folder knows them."""
        path = self.output_dir / "checksums.json"
        if epoch == 0 or not path.exists():
            return {}
        known = {int(key): value for key, value in json.loads(path.read_text()).items()}
        if known.get(epoch) != self._checksum():
            warnings.warn(
                f"The pictures in {str(self.output_dir)!r} do not come from the run that goes on "
                f"at epoch {epoch + 1}: they are removed.",
                stacklevel=2,
            )
            return {}
        return {key: value for key, value in known.items() if key <= epoch}


def list_grids(folder):
    """Lists the grids in a folder, first epoch first."""
    return sorted(folder.glob("epoch_[0-9]*.png"), key=epoch_of)


def epoch_of(path):
    """Reads the epoch from the name of a grid's file, counted from 1."""
    return int(path.stem.removeprefix("epoch_"))


class ProgressGif(SampleGrid):
    """Writes a GIF that shows the same generated images after each epoch.

    Each frame is a grid from the same noise, with its epoch below. The GIF repeats for ever and
    holds its last frame. It is brought up to date whenever a quarter more frames have come
    together, and at the end of training. The frames are kept as `SampleGrid` keeps its grids, so
    that a resumed run continues the film.

    Args:
        path: the file to write, ending in .gif.
        duration_ms: Int, how long a frame is shown, in milliseconds.
        hold_ms: Int, how long the last frame is shown, in milliseconds.
        rows: Int, images from top to bottom.
        columns: Int, images from left to right.
        seed: Int, fixes the noise.
        every: Int, a frame is added after every `every`-th epoch.
        frames_dir: the folder of the frames, by default `<name>_frames/` beside the file.
        draw: as in `SampleGrid`.

    Raises:
        ValueError: for a path that cannot be a GIF file, and wrong times or counts.

    Example:

    >>> model.fit(x_train, epochs=20, callbacks=[ProgressGif("run/progress.gif")])
    """

    def __init__(
        self,
        path,
        duration_ms=200,
        hold_ms=2000,
        rows=4,
        columns=4,
        seed=0,
        every=1,
        frames_dir=None,
        draw=None,
    ):
        self.path = files.writable_file(path, ".gif")
        rendering.check_frame_times(duration_ms, hold_ms)
        frames_dir = frames_dir or self.path.with_name(f"{self.path.stem}_frames")
        super().__init__(frames_dir, rows, columns, seed, every, draw)
        self.duration_ms = duration_ms
        self.hold_ms = hold_ms
        self._frames_in_gif = 0

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self._frames_in_gif = 0

    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        if len(self._pictures()) >= 1.25 * self._frames_in_gif:
            self.write()

    def on_train_end(self, logs=None):
        self.write()

    def write(self):
        """Writes the GIF from the frames so far, if there are any."""
        frames = [
            rendering.add_caption(iio.imread(path), f"epoch {epoch_of(path)}")
            for path in self._pictures()
        ]
        if frames:
            rendering.write_gif(self.path, frames, self.duration_ms, self.hold_ms)
        self._frames_in_gif = len(frames)
