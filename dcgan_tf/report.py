"""The report of a run: one HTML page that holds all it shows, and opens without a network."""

import base64
import io
import itertools
import json
import math
import pathlib
import shlex
import statistics

import jinja2
import numpy as np
from PIL import Image

from dcgan_tf import files, images, options, runs
from dcgan_tf.report_curves import EPOCHS_SHOWN, draw_panels, evenly

ASSETS = pathlib.Path(__file__).parent / "assets"
# The parts' limits leave room for each other in the page; the GIF comes in only if it still fits.
PAGE_BYTES = 5_000_000
FILM_BYTES = 1_600_000
MAP_PIXEL_VALUES = 1_500_000
PAIRS_BYTES = 600_000
MAP_SIDE = 20
MAP_SEED = 0


def write_report(folder):
    """Writes the report of a run as one HTML file, with all that the run folder holds so far.

    The file is less than 5 MB and loads nothing: pictures, style and script are inside it. The
    same folder gives the same bytes.

    Args:
        folder: the folder of a run, as `dcgan-tf train` made it.

    Returns:
        `pathlib.Path` of the file, `report.html` in the folder.

    Raises:
        ValueError: if the folder holds no run, or a file of it cannot be read.

    Example:

    >>> write_report("runs/mnist-10k")
    """
    folder = pathlib.Path(folder)
    settings = runs.read_settings(folder)
    history = runs.read_history(folder)
    gif = folder / runs.GIF
    content = {
        "settings": {key: value for key, value in settings.items() if key != "versions"},
        "versions": settings.get("versions", {}),
        "command": rerun_command(settings),
        "epochs": len(history.get("epoch", ())),
        "history": _history_rows(history),
        "panels": draw_panels(history),
        "film": _film(folder / runs.SAMPLES),
        "gif": _data_uri(gif.read_bytes(), "gif") if gif.exists() else None,
        "scores": _read_json(folder / runs.SCORES),
        "pairs": _pairs(folder / runs.CLOSEST_PAIRS),
        "findings": _findings(_read_json(folder / runs.DOCTOR)),
        "extras": _extras(folder / runs.EXTRAS),
        "map": _map(folder),
    }
    page = _template().render(content)
    if len(page.encode()) >= PAGE_BYTES:
        page = _template().render({**content, "gif": None})
    with files.written_whole(folder / runs.REPORT) as part:
        part.write_text(page, encoding="utf-8")
    return folder / runs.REPORT


def rerun_command(settings):
    """Gives the command that makes a run again.

    Args:
        settings: dict, as `runs.read_settings` gives it.

    Returns:
        Str: `dcgan-tf train` with the options that differ from the defaults and the number of
        epochs, quoted for a shell.

    Example:

    >>> rerun_command({**options.DEFAULTS, "seed": 7, "epochs": 30})
    'dcgan-tf train --seed 7 --epochs 30'
    """
    words = ["dcgan-tf", "train"]
    brought = {*options.NETWORK_SETTINGS.get(settings.get("network"), ())}  # never left out
    if settings.get("application"):
        brought.add("batch_size")
    for key in (*options.DEFAULTS, "epochs"):
        value = settings.get(key)
        if value is not None and (value != options.DEFAULTS.get(key) or key in brought):
            words.append("--" + key.replace("_", "-"))
            words += [] if value is True else [_setting(value)]
    return shlex.join(words)


def map_noise(latent_dim, side):
    """Lays a map of `side` x `side` points into the latent space.

    With four dimensions and more it is a torus, sqrt(latent_dim / 2) * (cos(a) e1 + sin(a) e2 +
    cos(b) e3 + sin(b) e4) with orthonormal e1 to e4: every point is sqrt(latent_dim) long, as
    normal noise nearly is, and each end of the map joins the opposite one. With fewer it is a
    plane of quantiles of the normal distribution, or a line for one dimension.

    Args:
        latent_dim: Int, length of the noise vector.
        side: Int, points from left to right, and from top to bottom.

    Returns:
        float32 `(rows, side, latent_dim)`; `rows` is `side`, and 1 for one dimension.
    """
    rows = 1 if latent_dim == 1 else side
    if latent_dim < 4:
        normal = statistics.NormalDist()
        quantiles = [normal.inv_cdf((i + 0.5) / side) for i in range(side)]
        noise = np.zeros((rows, side, latent_dim), np.float32)
        noise[:, :, 0] = quantiles
        if latent_dim > 1:
            noise[:, :, 1] = np.array(quantiles)[:, None]
        return noise
    directions, _ = np.linalg.qr(np.random.default_rng(MAP_SEED).normal(size=(latent_dim, 4)))
    angles = 2 * np.pi * np.arange(side) / side
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    across = np.broadcast_to(circle[None, :], (side, side, 2))
    down = np.broadcast_to(circle[:, None], (side, side, 2))
    points = np.concatenate([across, down], axis=-1) @ directions.T
    return (math.sqrt(latent_dim / 2) * points).astype(np.float32)


def _template():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=_number, setting=_setting)
    return environment.get_template(runs.REPORT)


def _map(folder):
    """A sheet of generated images, fewer if they are large, and what the page says about it.

    Empty without a model; `None` for samples that are no images, or are not made from noise alone.
    """
    if not (folder / runs.MODEL).exists():
        return {}
    model = runs.load_model(folder)
    if model.condition is not None or len(model.sample_shape) != 3:
        return None
    height, width, channels = model.sample_shape
    side = min(MAP_SIDE, max(4, math.isqrt(MAP_PIXEL_VALUES // (height * width * channels))))
    noise = map_noise(model.latent_dim, side)
    pictures = images.to_uint8(model.predict(noise.reshape(-1, model.latent_dim), verbose=0))
    sheet = _sheet([Image.fromarray(p.squeeze(-1) if channels == 1 else p) for p in pictures], side)
    return {
        "source": _data_uri(_png(sheet)),
        "latent_dim": model.latent_dim,
        "wraps": model.latent_dim >= 4,
        "rows": len(noise),
        "columns": side,
        "width": width,
        "height": height,
    }


def _film(folder):
    """A sheet of the GIF's frames: as many and as large as the limit allows."""
    paths = sorted(folder.glob("epoch_[0-9]*.png"), key=_epoch_of)
    if not paths:
        return None
    for shrink, count in itertools.product((1, 2, 4), (60, 30)):
        chosen = evenly(paths, count)
        frames = [Image.open(path).reduce(shrink) for path in chosen]
        sheet = _png(_sheet(frames, columns=8))
        if len(sheet) <= FILM_BYTES:
            break
    return {
        "source": _data_uri(sheet),
        "epochs": [_epoch_of(path) for path in chosen],
        "columns": 8,
        "width": frames[0].width,
        "height": frames[0].height,
    }


def _pairs(path):
    """The picture of closest pairs, halved until it is within the limit."""
    if not path.exists():
        return None
    picture = Image.open(path)
    while len(_png(picture)) > PAIRS_BYTES:
        picture = picture.reduce(2)
    return {"source": _data_uri(_png(picture)), "width": picture.width, "height": picture.height}


def _extras(folder):
    """The pictures and films of an application, those that are small enough."""
    paths = [*sorted(folder.glob("*.png")), *sorted(folder.glob("*.gif"))]
    return [
        {"title": path.stem, "source": _data_uri(path.read_bytes(), path.suffix[1:])}
        for path in paths
        if path.stat().st_size <= PAIRS_BYTES
    ]


def _epoch_of(path):
    return int(path.stem.removeprefix("epoch_"))


def _sheet(pictures, columns):
    """Pictures of one size side by side in one, row by row."""
    width, height = pictures[0].size
    size = (columns * width, math.ceil(len(pictures) / columns) * height)
    sheet = Image.new(pictures[0].mode, size)
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (i % columns * width, i // columns * height))
    return sheet


def _png(picture):
    file = io.BytesIO()
    picture.save(file, "png")
    return file.getvalue()


def _data_uri(content, kind="png"):
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _history_rows(history):
    """The titles and the rows of the table of values; epochs are counted from 1."""
    if not history:
        return None
    keys = [key for key in history if key != "epoch"]
    rows = zip(*(history[key] for key in ("epoch", *keys)), strict=True)
    rows = evenly([(int(epoch) + 1, *values) for epoch, *values in rows], EPOCHS_SHOWN)
    return {"titles": [key.replace("_", " ") for key in keys], "rows": rows}


def _findings(diagnoses):
    """One line for each stretch of epochs with the same finding; its last message stands for it."""
    stretches = []
    for finding, group in itertools.groupby(diagnoses or (), key=lambda d: d["finding"]):
        group = list(group)
        stretches.append(
            {
                "finding": finding,
                "first": group[0]["epoch"],
                "last": group[-1]["epoch"],
                "message": group[-1]["message"],
            }
        )
    return stretches


def _read_json(path):
    if not path.exists():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"The file cannot be read ({error}). Received: {str(path)!r}. Expected JSON, as "
            "`dcgan-tf` writes it."
        ) from error


def _number(value, digits=3):
    """The first digits of a number; a dash for none."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.{digits}g}"


def _setting(value):
    """A setting as the command line takes it."""
    if value is None:
        return "not given"
    return "x".join(map(str, value)) if isinstance(value, list) else str(value)
