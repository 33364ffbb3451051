"""Keras callbacks that show after each epoch what the generator has learned: grids, and a film."""

import collections.abc
import io
import re
import typing
import warnings
import zlib

import keras
import numpy as np
from PIL import Image

from dcgan_tf.data import files, records, rendering
from dcgan_tf.data.films import check_film_file, check_frame_times, write_film
from dcgan_tf.gan import validation
from dcgan_tf.monitoring.curves import pick_evenly

FRAMES_SHOWN = 100  # of a film; a longer one would be a large file, and nobody watches it

CHECKSUMS = "checksums.json"  # in the folder of the grids
EPOCH = re.compile("[1-9][0-9]{0,7}")
GRID_NAME = re.compile(r"epoch_([0-9]{4,8})\.png")
LARGEST_PICTURE = 2**26  # bytes of its file


class Checksums(typing.TypedDict):
    """What checksums.json holds, by the number of the epoch, which is text in JSON.

    Attributes:
        weights: a number that is computed from the generator's weights after the epoch.
        pictures: a number that is computed from the file of its grid.
    """

    weights: dict[str, int]
    pictures: dict[str, int]


class SampleGrid(keras.callbacks.Callback):
    """Writes a grid of generated images after each epoch.

    The noise is the same every time, so you can see how the same images change from epoch to epoch.
    Files are named `epoch_0001.png` and so on.

    A run that starts at epoch 0 removes the pictures of an earlier run from the folder. A resumed
    run keeps the pictures up to the epoch from which it goes on. Before, it checks that they come
    from the same run: the generator must have the weights that it had after that epoch. A file
    checksums.json lists the pictures of a run, and no others are ever removed.

    Args:
        output_dir: the folder to write to. If it is missing, it is created.
        rows: Int, images from top to bottom.
        columns: Int, images from left to right.
        seed: Int, fixes the noise.
        every: Int, a grid is written after every `every`-th epoch, and after the last one.
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
            known = read_checksums(self.output_dir)
            self._checksums = self._choose_checksums(known, epoch)
            for other in {*known["weights"], *known["pictures"]} - {*self._checksums["pictures"]}:
                (self.output_dir / name_grid(int(other))).unlink(missing_ok=True)

    def on_epoch_end(self, epoch, logs=None):
        epoch += 1
        picture = None
        if epoch % self.every == 0 or epoch == (self.params or {}).get("epochs"):
            if not all(np.isfinite(weight).all() for weight in self.model.generator.get_weights()):
                return  # the training has failed; we keep the pictures so far
            picture = rendering.encode_png(self.draw(self.model))
            self._checksums["pictures"][str(epoch)] = zlib.crc32(picture)
        self._checksums["weights"][str(epoch)] = self._compute_checksum()
        # The list comes first, so that it names every picture that we ever wrote.
        files.write_json(self.output_dir / CHECKSUMS, self._checksums)
        if picture is not None:
            files.write_bytes(self.output_dir / name_grid(epoch), picture)

    def _draw_grid(self, model):
        samples = model.generate(self.rows * self.columns, seed=self.seed)
        return rendering.make_grid(rendering.to_uint8(samples), self.columns)

    def _list_pictures(self):
        paths = list_grids(self.output_dir)
        if self._checksums is None and not (self.output_dir / CHECKSUMS).exists():
            return paths
        known = self._checksums or read_checksums(self.output_dir)
        return [path for path in paths if str(read_epoch(path)) in known["pictures"]]

    def _compute_checksum(self):
        """Computes a number from the generator's weights, which differs from run to run."""
        checksum = 0
        for weight in self.model.generator.get_weights():
            checksum = zlib.crc32(weight.tobytes(), checksum)
        return checksum

    def _choose_checksums(self, known, epoch):
        """Chooses the checksums up to an epoch, or none if they come from another run."""
        nothing = {"weights": {}, "pictures": {}}
        if epoch == 0 or known == nothing:
            return nothing
        if known["weights"].get(str(epoch)) != self._compute_checksum():
            warnings.warn(
                f"The pictures in {str(self.output_dir)!r} do not come from the run that goes on "
                f"at epoch {epoch + 1}, so they are removed.",
                stacklevel=2,
            )
            return nothing
        return {
            part: {key: value for key, value in values.items() if int(key) <= epoch}
            for part, values in known.items()
        }


def read_checksums(folder):
    """Reads checksums.json, which lists the grids in a folder: `Checksums`, empty if it is missing.

    Args:
        folder: `pathlib.Path`.

    Raises:
        ValueError: if the file is damaged.
    """
    path = folder / CHECKSUMS
    try:
        known = records.read_json(path, dict)
    except FileNotFoundError:
        return {"weights": {}, "pictures": {}}
    try:
        is_old = "weights" not in known  # of a version that listed no pictures
        known = records.check({"weights": known, "pictures": {}} if is_old else known, Checksums)
        if not all(EPOCH.fullmatch(key) for part in known.values() for key in part):
            raise ValueError("its keys are no numbers of epochs")
        if is_old:
            known["pictures"] = {
                str(read_epoch(path)): zlib.crc32(records.read_bytes(path, LARGEST_PICTURE))
                for path in list_grids(folder)
                if str(read_epoch(path)) in known["weights"]
            }
    except ValueError as error:
        raise ValueError(
            f"The file cannot be read ({error}). Received: {str(path)!r}. Expected the checksums "
            "that dcgan-tf writes beside its pictures."
        ) from error
    return known


def list_grids(folder):
    """Lists the files of the grids in a folder, first epoch first."""
    return sorted(
        (path for path in folder.glob("epoch_*.png") if GRID_NAME.fullmatch(path.name)),
        key=read_epoch,
    )


def name_grid(epoch):
    """Makes the name of the file of a grid from its epoch (counted from 1)."""
    return f"epoch_{epoch:04d}.png"


def read_epoch(path):
    """Reads the epoch (counted from 1) from the name of a grid's file."""
    return int(GRID_NAME.fullmatch(path.name)[1])


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
        every: Int, a frame is added after every `every`-th epoch, and after the last one.
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
        frames = _Frames(pick_evenly(self._list_pictures(), FRAMES_SHOWN))
        if frames:
            write_film(self.path, frames, self.duration_ms, self.hold_ms)


class _Frames(collections.abc.Sequence):
    """The frames of a film. Each is read when it is needed, so that only one is in memory."""

    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        path = self.paths[index]
        content = io.BytesIO(records.read_bytes(path, LARGEST_PICTURE))
        with Image.open(content, formats=["PNG"]) as picture:
            return rendering.add_caption(np.asarray(picture), f"epoch {read_epoch(path)}")
