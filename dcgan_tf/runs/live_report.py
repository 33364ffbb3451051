"""The report of a training that goes on: a small page, brought up to date after each epoch.

Its place is that of the whole report, `report.html`, which replaces it at the end of the training.
It has what can be written in a few milliseconds: the newest picture, the curves and the findings.
Opened in a browser, it loads itself again as long as the training goes on.
"""

import os
import pathlib
import sys
import time
import webbrowser

import keras
from matplotlib.ticker import MaxNLocator

from dcgan_tf.data import files
from dcgan_tf.monitoring.curves import EPOCHS_SHOWN, LARGEST, PANELS, pick_evenly
from dcgan_tf.monitoring.samples import LARGEST_PICTURE, list_grids, read_epoch
from dcgan_tf.runs.folder import REPORT, SAMPLES
from dcgan_tf.runs.play import name_run
from dcgan_tf.runs.report_pictures import encode_data_uri
from dcgan_tf.runs.report_texts import Texts
from dcgan_tf.runs.run_files import read_findings, read_history, read_settings
from dcgan_tf.runs.templates import load_template
from dcgan_tf.runs.terminal import one_line
from dcgan_tf.runs.words import say_seconds

SHARE = 0.01  # of the time of a training that the page may take
SOONEST, LATEST = 2, 30  # seconds after which a browser loads the page again
SILENCE = 20  # epochs without news, after which the training has probably ended
LEFT, TOP, WIDTH, HEIGHT = 40, 8, 350, 190  # of the drawing in a panel
DASHES = {"-": "none", "--": "7 4", ":": "2 3", "-.": "7 3 2 3"}


class LiveReport(keras.callbacks.Callback):
    """Writes the page after each epoch, unless it would take more than a hundredth of the time.

    No failure to write it stops a training.

    Args:
        folder: `pathlib.Path`, the folder of the run.
        open_page: Bool, whether the default browser opens the page when it is there.
    """

    def __init__(self, folder, open_page=False):
        super().__init__()
        self.folder = folder
        self.open_page = open_page
        self.cost = None  # seconds that the last writing took
        self.failed = False

    def on_train_begin(self, logs=None):
        self.written = time.perf_counter()

    def on_epoch_begin(self, epoch, logs=None):
        self.begun = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        start = time.perf_counter()
        if self.cost is not None and self.cost > SHARE * (start - self.written):
            return
        try:
            write_live_report(self.folder, self.params["epochs"], start - self.begun)
        except Exception as error:  # whatever it is, the training is worth more
            self._report_failure(error)
        else:
            self._open()
        self.written = time.perf_counter()
        self.cost = self.written - start

    def _open(self):
        if self.open_page:
            open_in_browser(self.folder / REPORT)
            self.open_page = False

    def _report_failure(self, error):
        if not self.failed:
            text = f"The report is not brought up to date while training: {error}"
            print(f"\n{one_line(text)}", flush=True)
        self.failed = True


def write_live_report(folder, epochs, epoch_seconds):
    """Writes the page of a training that goes on.

    Args:
        folder: `pathlib.Path`, the folder of the run.
        epochs: Int, the number of epochs that the training shall have.
        epoch_seconds: Float, how long the last epoch took.
    """
    history = read_history(folder)
    done = int(history["epoch"][-1]) + 1 if history else 0
    grids = list_grids(folder / SAMPLES)
    titles = [title for title, lines in PANELS.items() if lines[0].source in history]
    settings = read_settings(folder)
    texts = Texts(settings.language)
    page = load_template("live.html", translate=texts.translate).render(
        **texts.tables,
        name=name_run(settings),
        done=done,
        epochs=epochs,
        left=say_seconds(epoch_seconds * (epochs - done)) if done < epochs else None,
        picture=_read_picture(grids[-1]) if grids else None,
        panels=[draw_panel(title, history) for title in titles],
        finding=(read_findings(folder) or [None])[-1],
        milliseconds=round(1000 * min(max(epoch_seconds / 2, SOONEST), LATEST)),
        silence=round(1000 * max(60, SILENCE * epoch_seconds)),
        written=round(1000 * time.time()),
    )
    files.write_bytes(folder / REPORT, page.encode("utf-8", "backslashreplace"))


def _read_picture(path):
    if path.stat().st_size > LARGEST_PICTURE:
        return None
    return {"source": encode_data_uri(path.read_bytes()), "epoch": read_epoch(path)}


def draw_panel(title, history):
    """Prepares the curves of a panel for the template, which draws them as an SVG.

    Args:
        title: Str, a key of `PANELS`.
        history: dict of lists with one value for each epoch, with the key `epoch`.

    Returns:
        A dict with the title, `lines` (label, colour, dashes and the points as text) and `ticks`
        (a height and its text).
    """
    lines = [line for line in PANELS[title] if line.source in history or _is_level(line)]
    curves = [_list_points(line, history) for line in lines]
    heights = [y for points in curves for _, y in points]
    ticks = MaxNLocator(5).tick_values(min(heights), max(heights))
    low, high = min(ticks[0], *heights), max(ticks[-1], *heights)
    first, last = history["epoch"][0] + 1, history["epoch"][-1] + 1

    def place(x, y):
        across = (x - first) / (last - first) if last > first else 0.5
        return LEFT + WIDTH * across, TOP + HEIGHT * (high - y) / ((high - low) or 1.0)

    drawn = []
    for line, points in zip(lines, curves, strict=True):
        places = [place(x, y) for x, y in points]
        if _is_level(line):
            places = [(LEFT, places[0][1]), (LEFT + WIDTH, places[0][1])]
        drawn.append(
            {
                "label": line.label,
                "colour": "currentColor" if line.colour == "ink" else f"var(--{line.colour})",
                "dashes": DASHES[line.style],
                "is_level": _is_level(line),
                "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in places),
                "end": places[-1] if places else None,
            }
        )
    heights = [(place(first, tick)[1], f"{tick:g}") for tick in ticks]
    return {"title": title, "lines": drawn, "ticks": heights, "first": first, "last": last}


def _is_level(line):
    return isinstance(line.source, float)


def _list_points(line, history):
    """Lists the points of a line, without values that are infinite or undefined."""
    if _is_level(line):
        return [(0, line.source)]
    pairs = zip(history["epoch"], history[line.source], strict=True)
    return pick_evenly([(x + 1, y) for x, y in pairs if abs(y) < LARGEST], EPOCHS_SHOWN)


def open_in_browser(path):
    """Opens a page in the default browser, or says where it is.

    A browser for the terminal is not started, as it would cover what the training prints.

    Args:
        path: `pathlib.Path` of an HTML file.

    Returns:
        Bool, whether a browser was started.
    """
    address = pathlib.Path(path).resolve().as_uri()
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    has_screen = sys.platform in ("win32", "darwin") or any(map(os.environ.get, screens))
    try:
        opened = has_screen and webbrowser.open(address)
    except (webbrowser.Error, OSError):
        opened = False
    if not opened:
        print(f"\nThere is no browser here to open the report. It is at {address}", flush=True)
    return bool(opened)
