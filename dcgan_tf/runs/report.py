"""The report of a run: one HTML page that contains all its pictures and opens offline."""

import base64
import gzip
import itertools
import math
import pathlib

from dcgan_tf.data import files
from dcgan_tf.monitoring.curves import EPOCHS_SHOWN, draw_panels, pick_evenly, plot_curves
from dcgan_tf.runs.folder import CURVES, MODEL, REPORT, check_is_inside, list_contents
from dcgan_tf.runs.play import name_run, render_play
from dcgan_tf.runs.report_pictures import PictureReader, make_map
from dcgan_tf.runs.report_texts import Texts
from dcgan_tf.runs.run_files import (
    load_run_model,
    read_card,
    read_findings,
    read_history,
    read_run,
    read_settings,
)
from dcgan_tf.runs.templates import load_template
from dcgan_tf.runs.terminal import one_line
from dcgan_tf.runs.words import to_word

PAGE_BYTES = 5_000_000
# What is left out of a page that would be larger, in this order.
LARGE_PARTS = {
    "gif": "progress.gif",
    "extras": "extras",
    "play": "the generator, which dcgan-tf play writes alone",
    "map": "the map",
    "film": "the film",
}
LONGEST_MESSAGE = 500  # letters
MOST_NAMED = 5  # files that a line names


def finish(folder, language=None):
    """Writes the curves and the report of a run, and prints a list of what its folder contains.

    Args:
        folder: Str or `pathlib.Path`, the folder of the run.
        language: as in `write_report`.

    Raises:
        ValueError: if the folder contains no run, or one of its files cannot be read.
    """
    check_is_inside(folder)
    write_curves(folder)
    write_report(folder, language)
    for title, path in list_contents(folder):
        print(f"{title + ':':14}{one_line(path)}")


def write_report(folder, language=None):
    """Writes the report of a run as one HTML file, with everything that the run has so far.

    The file is smaller than 5 MB, and says what had to be left out for that. It loads nothing else,
    because pictures, style and script are inside it. The same run always gives the same bytes.

    Args:
        folder: Str or `pathlib.Path`, the folder of a run that `dcgan-tf train` made.
        language: Str, `"en"` or `"zh"`. By default it is the one that the run was started with.

    Returns:
        `pathlib.Path` of the file, which is `report.html` in the folder.

    Raises:
        ValueError: if the folder contains no run, one of its files cannot be read, or there is no
            such language.

    Example:

    >>> write_report("runs/mnist-10k")
    """
    folder = pathlib.Path(folder)
    settings, run = read_settings(folder), read_run(folder)
    language = settings.language if language is None else language
    texts = Texts(language)
    history = read_history(folder)
    pictures = PictureReader(folder)
    model = load_run_model(folder) if (folder / MODEL).exists() else None
    name = name_run(settings)
    content = {
        "name": name,
        "settings": settings.to_json(),
        "versions": run.versions,
        "command": settings.command(),
        "epochs": len(history.get("epoch", ())),
        "history": _tabulate_history(history),
        "panels": draw_panels(history, texts.translate),
        "film": pictures.read_film(),
        "gif": pictures.read_gif(),
        "scores": read_card(folder),
        "pairs": pictures.read_pairs(),
        "findings": _join_findings(read_findings(folder)),
        "extras": pictures.read_extras(),
        "map": {} if model is None else make_map(model),
        "play": None if model is None else _pack_play(model, run.label_names, name, language),
        "left_out": pictures.left_out,
    }
    files.write_bytes(folder / REPORT, _render_small_page(content, texts))
    if pictures.left_out:
        print(one_line(f"left out of the report: {_list(pictures.left_out)}"))
    return folder / REPORT


def write_curves(folder):
    """Draws the curves of a run as curves.png in its folder, if an epoch was finished."""
    history = read_history(folder)
    if history:
        plot_curves(history, pathlib.Path(folder) / CURVES)


def _pack_play(model, label_names, name, language):
    """Compresses the page of the generator as text; `None` if it cannot run in a page."""
    try:
        page = render_play(model, label_names, name, inside=True, language=language)
    except ValueError:
        return None
    return base64.b64encode(gzip.compress(page, mtime=0)).decode()


def _render_small_page(content, texts):
    """Renders the page, without its large parts as far as it would be too large with them."""
    page = _render(content, texts)
    for part, name in LARGE_PARTS.items():
        if len(page) >= PAGE_BYTES and content[part]:
            content["left_out"].append(f"{name} (the page would be larger than 5 MB)")
            content = {**content, part: None}
            page = _render(content, texts)
    if len(page) >= PAGE_BYTES:
        raise ValueError(
            f"The report would be too large. Received: texts of {len(page):,} bytes in the files "
            f"of the run. Expected fewer than {PAGE_BYTES:,} bytes."
        )
    return page


def _render(content, texts):
    """Fills the template: bytes. A path may have letters that UTF-8 lacks, and is then escaped."""
    template = load_template("report.html", number=_format_number, translate=texts.translate)
    page = template.render(content, **texts.tables, to_word=to_word)
    return page.encode("utf-8", "backslashreplace")


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
    for finding, group in itertools.groupby(diagnoses, key=lambda d: d["finding"]):
        group = list(group)
        stretches.append(
            {
                "finding": finding,
                "first": group[0]["epoch"],
                "last": group[-1]["epoch"],
                "message": group[-1]["message"][:LONGEST_MESSAGE],
            }
        )
    return stretches


def _list(names):
    return ", ".join([*names[:MOST_NAMED], *["…"] * (len(names) > MOST_NAMED)])


def _format_number(value, digits=3):
    """Formats a number with its first digits. A value that is missing or infinite gives a dash."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.{digits}g}"
