"""The report of a run: one HTML page that contains all its pictures and opens offline."""

import base64
import importlib.resources
import io
import itertools
import json
import math
import pathlib

import jinja2
from PIL import Image

from dcgan_tf.data import files, rendering
from dcgan_tf.evaluation.card import Card
from dcgan_tf.gan.latent_space import make_latent_map
from dcgan_tf.monitoring.curves import EPOCHS_SHOWN, draw_panels, pick_evenly, plot_curves
from dcgan_tf.monitoring.samples import list_grids, read_epoch
from dcgan_tf.runs.folder import (
    CLOSEST_PAIRS,
    CURVES,
    DOCTOR,
    EXTRAS,
    GIF,
    MODEL,
    REPORT,
    SAMPLES,
    SCORES,
    load_run_model,
    read_history,
    read_settings,
    read_versions,
)
from dcgan_tf.runs.words import to_word

# Limits of the page and of its parts. The GIF is left out if the page becomes too large with it.
PAGE_BYTES = 5_000_000
FILM_BYTES = 1_600_000
MAP_PIXEL_VALUES = 1_500_000
PAIRS_BYTES = 600_000
MAP_SIDE = 20


def write_report(folder):
    """Writes the report of a run as one HTML file, with everything that the run has so far.

    The file is smaller than 5 MB. It loads nothing else, because pictures, style and script are
    inside it. The same run always gives the same bytes.

    Args:
        folder: Str or `pathlib.Path`, the folder of a run that `dcgan-tf train` made.

    Returns:
        `pathlib.Path` of the file, which is `report.html` in the folder.

    Raises:
        ValueError: if the folder contains no run, or one of its files cannot be read.

    Example:

    >>> write_report("runs/mnist-10k")
    """
    folder = pathlib.Path(folder)
    settings = read_settings(folder)
    history = read_history(folder)
    gif = folder / GIF
    content = {
        "settings": settings.to_json(),
        "versions": read_versions(folder),
        "command": settings.command(),
        "epochs": len(history.get("epoch", ())),
        "history": _tabulate_history(history),
        "panels": draw_panels(history),
        "film": _make_film(folder / SAMPLES),
        "gif": _encode_data_uri(gif.read_bytes(), "gif") if gif.exists() else None,
        "scores": _read_card(folder / SCORES),
        "pairs": _read_pairs(folder / CLOSEST_PAIRS),
        "findings": _join_findings(_read_json(folder / DOCTOR)),
        "extras": _read_extras(folder / EXTRAS),
        "map": _make_map(folder),
    }
    page = _render(content)
    if len(page) >= PAGE_BYTES:
        page = _render({**content, "gif": None})
    with files.atomic_write(folder / REPORT) as part:
        part.write_bytes(page)
    return folder / REPORT


def write_curves(folder):
    """Draws the curves of a run as curves.png in its folder, if an epoch was finished."""
    history = read_history(folder)
    if history:
        plot_curves(history, pathlib.Path(folder) / CURVES)


def _load_template():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(importlib.resources.files("dcgan_tf.runs"))),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=_format_number, setting=_format_setting)
    return environment.get_template("report.html")


def _render(content):
    """Fills the template: bytes. A path may have letters that UTF-8 lacks, and is then escaped."""
    return _load_template().render(content).encode("utf-8", "backslashreplace")


def _make_map(folder):
    """Makes the map of the latent space: one picture of many generated images, and its numbers.

    Returns:
        A dict for the template. It is empty if there is no model yet. `None` if there can be no
        map, because the samples are no images or the model needs a condition.
    """
    if not (folder / MODEL).exists():
        return {}
    model = load_run_model(folder)
    if model.condition is not None or len(model.sample_shape) != 3:
        return None
    height, width, channels = model.sample_shape
    side = min(MAP_SIDE, max(4, math.isqrt(MAP_PIXEL_VALUES // (height * width * channels))))
    noise = make_latent_map(model.latent_dim, side)
    pictures = rendering.to_uint8(model.predict(noise.reshape(-1, model.latent_dim), verbose=0))
    sheet = _make_sheet(
        [Image.fromarray(p.squeeze(-1) if channels == 1 else p) for p in pictures], side
    )
    return {
        "source": _encode_data_uri(_encode_png(sheet)),
        "latent_dim": model.latent_dim,
        "wraps": model.latent_dim >= 4,
        "rows": len(noise),
        "columns": side,
        "width": width,
        "height": height,
    }


def _make_film(folder):
    """Makes one picture of all frames of the film. The page shows them one after the other.

    There are as many frames, and they are as large, as `FILM_BYTES` allows.
    """
    paths = list_grids(folder)
    if not paths:
        return None
    for shrink, count in itertools.product((1, 2, 4), (60, 30)):
        chosen = pick_evenly(paths, count)
        frames = [Image.open(path).reduce(shrink) for path in chosen]
        sheet = _encode_png(_make_sheet(frames, columns=8))
        if len(sheet) <= FILM_BYTES:
            break
    return {
        "source": _encode_data_uri(sheet),
        "epochs": [read_epoch(path) for path in chosen],
        "columns": 8,
        "width": frames[0].width,
        "height": frames[0].height,
    }


def _read_pairs(path):
    """Reads the picture of closest pairs, and halves its size until it fits into `PAIRS_BYTES`."""
    if not path.exists():
        return None
    picture = Image.open(path)
    while len(_encode_png(picture)) > PAIRS_BYTES:
        picture = picture.reduce(2)
    return {
        "source": _encode_data_uri(_encode_png(picture)),
        "width": picture.width,
        "height": picture.height,
    }


def _read_extras(folder):
    """Reads the pictures and GIFs that only this application has, unless they are too large."""
    paths = [*sorted(folder.glob("*.png")), *sorted(folder.glob("*.gif"))]
    return [
        {"title": path.stem, "source": _encode_data_uri(path.read_bytes(), path.suffix[1:])}
        for path in paths
        if path.stat().st_size <= PAIRS_BYTES
    ]


def _make_sheet(pictures, columns):
    """Pastes pictures of one size into a single one, row by row."""
    width, height = pictures[0].size
    size = (columns * width, math.ceil(len(pictures) / columns) * height)
    sheet = Image.new(pictures[0].mode, size)
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (i % columns * width, i // columns * height))
    return sheet


def _encode_png(picture):
    file = io.BytesIO()
    picture.save(file, "png")
    return file.getvalue()


def _encode_data_uri(content, kind="png"):
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _tabulate_history(history):
    """Makes the titles and rows of the table of values. Its epochs are counted from 1."""
    if not history:
        return None
    keys = [key for key in history if key != "epoch"]
    rows = zip(*(history[key] for key in ("epoch", *keys)), strict=True)
    rows = pick_evenly([(int(epoch) + 1, *values) for epoch, *values in rows], EPOCHS_SHOWN)
    return {"titles": [key.replace("_", " ") for key in keys], "rows": rows}


def _join_findings(diagnoses):
    """Joins consecutive epochs that have the same finding. They get the message of the last one."""
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
            f"The file cannot be read ({error}). Received: {str(path)!r}. Expected JSON that "
            "dcgan-tf has written."
        ) from error


def _read_card(path):
    content = _read_json(path)
    if content is None:
        return None
    try:
        return Card.from_json(content)
    except ValueError as error:
        raise ValueError(
            f"The scores cannot be read ({error}). Received: {str(path)!r}. Expected what "
            "`dcgan-tf evaluate` writes. Run this command again."
        ) from error


def _format_number(value, digits=3):
    """Formats a number with its first digits. A value that is missing or infinite gives a dash."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.{digits}g}"


def _format_setting(value):
    """Formats a setting as you would write it on the command line."""
    return "not given" if value is None else to_word(value)
