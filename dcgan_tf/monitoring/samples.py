"""Keras callbacks that show after each epoch what the generator has learned: grids, and a film."""

import json
import warnings
import zlib

import imageio.v3 as iio
import keras
import numpy as np

from dcgan_tf.data import files, rendering
from dcgan_tf.data.films import check_film_file, check_frame_times, write_film
from dcgan_tf.gan import validation
from dcgan_tf.monitoring.curves import pick_evenly

FRAMES_SHOWN = 100  # of a film; a longer one would be a large file, and nobody watches it


class SampleGrid(keras.callbacks.Callback):
    """Writes a grid of generated images after each epoch.

    The noise is the same every time, so you can see how the same images change from epoch to epoch.
    Files are named `epoch_0001.png` and so on.

    A run that starts at epoch 0 removes the pictures of an earlier run from the folder. A resumed
    run keeps the pictures up to the epoch from which it goes on. Before, it checks that they come
    from the same run: the generator must have the weights that it had after that epoch.

    Args:
        output_dir: the folder to write to. If it is missing, it is created.
        rows: Int, images from top to bottom.
        columns: Int, images from left to right.
        seed: Int, fixes the noise.
        every: Int, a grid is written after every `every`-th epoch.
        draw: function that takes the model and returns a picture, uint8 `(h, w)` or `(h, w, 3)`, to
            be written instead of the grid. You need it for a model with a condition, or if the
            samples are not images.

    Raises:
        ValueError: if a count is below 1, the seed is negative, or the path cannot be a folder; and
            before the first epoch, if the model needs `draw`.

    Example:

    >>> model.fit(x_train, epochs=20, callbacks=[SampleGrid("run/samples")])
    """

    def __init__(self, output_dir, rows=4, columns=4, seed=0, every=1, draw=None):
        super().__init__()
        for name, value in (("rows", rows), ("columns", columns), ("every", every)):
            validation.check_integer(name, value, 1)
        validation.check_integer("seed", seed, 0)
        self.output_dir = files.check_writable_folder(output_dir)
        self.rows = rows
        self.columns = columns
        self.seed = seed
        self.every = every
        self.draw = draw or self._draw_grid
        self._checksums = None

    def set_model(self, model):
        super().set_model(model)
        if self.draw != self._draw_grid:
            return
        if model.condition is not None:
            raise ValueError(
                "The samples cannot be drawn without their condition. Received: a model with a "
                f"condition of shape {model.condition.shape}. Expected a model without one, or "
                "`draw`, a function that takes the model and returns a picture."
            )
        if len(model.sample_shape) != 3 or model.sample_shape[-1] not in rendering.CHANNELS:
            raise ValueError(
                "These samples cannot be drawn as images. Received: samples of shape "
                f"{(None, *model.sample_shape)}. Expected (None, height, width, 1, 3 or 4), or "
                "`draw`, a function that takes the model and returns a picture."
            )

    def on_train_begin(self, logs=None):
        # Read when the first epoch begins, after a resumed model has been restored.
        self._checksums = None

    def on_epoch_begin(self, epoch, logs=None):
        if self._checksums is None:
            self._checksums = self._read_checksums(epoch)
            for path in self._list_pictures():
                if read_epoch(path) not in self._checksums:
                    path.unlink()

    def on_epoch_end(self, epoch, logs=None):
        epoch += 1
        if epoch % self.every == 0:
            if not all(np.isfinite(weight).all() for weight in self.model.generator.get_weights()):
                return  # the training has failed; we keep the pictures so far
            rendering.write_png(self.output_dir / f"epoch_{epoch:04d}.png", self.draw(self.model))
        self._checksums[epoch] = self._compute_checksum()
        files.write_json(self.output_dir / "checksums.json", self._checksums)

    def _draw_grid(self, model):
        samples = model.generate(self.rows * self.columns, seed=self.seed)
        return rendering.make_grid(rendering.to_uint8(samples), self.columns)

    def _list_pictures(self):
        return list_grids(self.output_dir)

    def _compute_checksum(self):
        """Computes a number from the generator's weights, which differs from run to run."""
        checksum = 0
        for weight in self.model.generator.get_weights():
            checksum = zlib.crc32(weight.tobytes(), checksum)
        return checksum

    def _read_checksums(self, epoch):
        """Reads the checksums up to an epoch, or none if they come from another run."""
        path = self.output_dir / "checksums.json"
        if epoch == 0 or not path.exists():
            return {}
        known = {int(key): value for key, value in json.loads(path.read_text()).items()}
        if known.get(epoch) != self._compute_checksum():
            warnings.warn(
                f"The pictures in {str(self.output_dir)!r} do not come from the run that goes on "
                f"at epoch {epoch + 1}, so they are removed.",
                stacklevel=2,
            )
            return {}
        return {key: value for key, value in known.items() if key <= epoch}


def list_grids(folder):
    """Lists the files of the grids in a folder, first epoch first."""
    return sorted(folder.glob("epoch_[0-9]*.png"), key=read_epoch)


def read_epoch(path):
    """Reads the epoch (counted from 1) from the name of a grid's file."""
    return int(path.stem.removeprefix("epoch_"))


class ProgressGif(SampleGrid):
    """Writes a GIF, or an MP4 film, that shows the same generated images after each epoch.

    Each frame is a grid from the same noise, with the epoch below it. The GIF repeats without end,
    and shows its last frame for longer. It is written again whenever the number of epochs has grown
    by a quarter, and at the end of training. The frames are kept as `SampleGrid` keeps its grids,
    so that a resumed run continues the film. Of a long training the film shows about 100 frames,
    which are evenly spread and include the first and the last.

    Args:
        path: the file to write, ending in .gif, or in .mp4 if the extra `video` is installed:
            `python -m pip install "dcgan_tf[video]"`.
        duration_ms: Int, how long a frame is shown, in milliseconds.
        hold_ms: Int, how long the last frame is shown, in milliseconds.
        rows: Int, images from top to bottom.
        columns: Int, images from left to right.
        seed: Int, fixes the noise.
        every: Int, a frame is added after every `every`-th epoch.
        frames_dir: the folder of the frames, by default `<name>_frames/` next to the film.
        draw: as in `SampleGrid`.

    Raises:
        ValueError: if the path cannot be a film, or a time, a count or the seed is wrong; and
            before the first epoch, if the model needs `draw`.
        ImportError: if the path ends in .mp4 and the extra `video` is not installed.

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
        self.path = check_film_file(path)
        check_frame_times(duration_ms, hold_ms)
        frames_dir = frames_dir or self.path.with_name(f"{self.path.stem}_frames")
        super().__init__(frames_dir, rows, columns, seed, every, draw)
        self.duration_ms = duration_ms
        self.hold_ms = hold_ms
        self._epochs_in_film = 0

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self._epochs_in_film = 0

    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        epoch += 1
        if epoch % self.every == 0 and epoch >= 1.25 * self._epochs_in_film:
            self.write()
            self._epochs_in_film = epoch

    def on_train_end(self, logs=None):
        self.write()

    def write(self):
        """Writes the film from the pictures so far, if there are any."""
        frames = [
            rendering.add_caption(iio.imread(path), f"epoch {read_epoch(path)}")
            for path in pick_evenly(self._list_pictures(), FRAMES_SHOWN)
        ]
        if frames:
            write_film(self.path, frames, self.duration_ms, self.hold_ms)
