"""The page in which a trained generator draws while you move: one HTML file that opens offline."""

import base64
import gzip
import importlib.resources
import pathlib

import numpy as np

from dcgan_tf.data import files, rendering
from dcgan_tf.gan.latent_space import find_directions
from dcgan_tf.runs.drawing import Samples
from dcgan_tf.runs.exported_generator import (
    changes_images,
    export_generator,
    pack,
)
from dcgan_tf.runs.folder import PLAY
from dcgan_tf.runs.run_files import read_settings
from dcgan_tf.runs.templates import load_template
from dcgan_tf.runs.words import LANGUAGES

DIRECTIONS = 8
COMPARED = 16  # images, with weights of fewer bits
PAGE_BYTES = 3_000_000
FEWER_BITS = 14  # of each weight, where a page would be larger
ASSETS = importlib.resources.files("dcgan_tf.runs") / "assets"


def write_play(folder, output=None, language=None):
    """Writes the page of a run, with its generator, as one HTML file that loads nothing else.

    Args:
        folder: Str or `pathlib.Path`, the folder of a run.
        output: Str or `pathlib.Path`, the file to write. By default `play.html` in the folder.
        language: `"en"`, `"zh"`, or `None` for the language of the browser that shows the page.

    Returns:
        `pathlib.Path` of the file.

    Raises:
        ValueError: if the folder contains no run, its samples are no images, the page has no layer
            of a kind that the generator has, or the language is none of these.

    Example:

    >>> write_play("runs/mnist-10k")
    """
    check_language(language)
    path = files.check_writable_file(output or pathlib.Path(folder) / PLAY, ".html")
    settings = read_settings(folder)
    samples = Samples(folder)
    if not samples.application.makes_images:
        raise ValueError(
            f"This application makes no single images. Received: {str(folder)!r}, a run of the "
            f"application {settings.application}. Expected a run that makes images."
        )
    names = samples.application.label_names
    page = render_play(samples.model, names, name_run(settings), language=language)
    files.write_bytes(path, page)
    return path


def name_run(settings):
    """Names a run for people: by its data, or by its application if that is not the default."""
    is_default = settings.application == type(settings).application
    return pathlib.Path(settings.data or "").name if is_default else settings.application


def render_play(model, label_names=None, name="", inside=False, language=None):
    """Renders the page of a model.

    Args:
        model: `GAN` that makes images from noise, or from noise and a label.
        label_names: list of str, the names of the labels, or `None`.
        name: Str, what the page is called.
        inside: Bool, whether the page stands inside of another one, and needs no title.
        language: `"en"`, `"zh"`, or `None` for the language of the browser that shows the page.

    Returns:
        Bytes, the HTML file.

    Raises:
        ValueError: as in `write_play`.
    """
    check_language(language)
    labels = check_model(model, label_names)
    graph, arrays = export_generator(model)
    classes = None if labels is None else np.arange(len(labels))
    directions, shares = find_directions(model, DIRECTIONS, classes)
    content = {
        "graph": graph,
        "directions": len(directions),
        "shares": [round(float(share), 4) for share in shares],
        "latentDim": model.latent_dim,
        "shape": list(model.sample_shape),
        "labels": labels,
        "name": name,
        "language": language,
    }

    def render(bits):
        entries, weights = pack([*arrays, *directions], bits)
        page = load_template("play.html").render(
            name=name,
            inside=inside,
            language=language,
            content={**content, "arrays": entries},
            weights=weights,
            code=_pack_asset("play.js"),
            wasm=_pack_asset("tensorflow.wasm"),
        )
        return page.encode("utf-8", "backslashreplace")

    rng = np.random.default_rng(0)
    noise = rng.normal(size=(COMPARED, model.latent_dim)).astype(np.float32)
    condition = None if labels is None else rng.choice(classes, COMPARED)
    if changes_images(model, 16, noise, condition):
        return render(32)
    page = render(16)
    if len(page) < PAGE_BYTES or changes_images(model, FEWER_BITS, noise, condition):
        return page
    return render(FEWER_BITS)


def check_language(language):
    """Checks that a page can be written in a language, or in that of its reader (`None`)."""
    if language not in (None, *LANGUAGES):
        raise ValueError(
            f"Received: language={language!r}. Expected 'en', 'zh', or None for the language of "
            "the browser."
        )


def check_model(model, label_names):
    """Checks that a page can show what a model makes.

    Args:
        model: `GAN`.
        label_names: list of str, or `None`.

    Returns:
        A list of str, the names of the labels, or `None` for a model without labels.

    Raises:
        ValueError: if it makes no images, or needs more than noise and a label.
    """
    shape = model.sample_shape
    if len(shape) != 3 or shape[-1] not in (1, 3) or shape[-1] not in rendering.CHANNELS:
        raise ValueError(
            f"The page can show only images. Received: a generator of samples of shape {shape}. "
            "Expected (height, width, channels) with 1 or 3 channels."
        )
    if model.condition is None:
        return None
    if label_names is None or tuple(model.condition.shape[1:]) != ():
        raise ValueError(
            "The page can ask a generator only for a label. Received: a generator with a condition "
            f"of shape {tuple(model.condition.shape)}. Expected one without a condition, or with a "
            "label for each image."
        )
    return label_names


def _pack_asset(name):
    content = gzip.compress((ASSETS / name).read_bytes(), mtime=0)
    return base64.b64encode(content).decode()
