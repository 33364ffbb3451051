import pathlib
import re
import shutil

import numpy as np
import pytest
from test_report import HOSTILE, Page, diagnoses, fill, write_history, write_settings

from dcgan_tf.runs import folder as run_folder
from dcgan_tf.runs import live_report
from dcgan_tf.runs.live_report import LiveReport, draw_panel, open_in_browser, write_live_report


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("run"), epochs=4)


@pytest.fixture
def run(filled, tmp_path):
    return shutil.copytree(filled, tmp_path / "run")


def read(folder):
    return Page((folder / run_folder.REPORT).read_text(encoding="utf-8"))


def test_it_shows_the_newest_picture_the_curves_and_the_last_finding(run):
    (run / run_folder.DOCTOR).write_text(diagnoses("balanced", HOSTILE))
    write_live_report(run, epochs=10, epoch_seconds=60.0)
    page = read(run)
    assert "4 of 10 epochs done, about 6 min left" in page.text
    newest = (run / run_folder.SAMPLES / "epoch_0004.png").read_bytes()
    source = page.by_id("newest")["src"]
    assert source == live_report.encode_data_uri(newest)
    assert HOSTILE in page.text and HOSTILE not in page.source
    assert page.count("polyline") == 7
    links = [found[key] for _, found in page.elements for key in ("src", "href") if key in found]
    assert all(link.startswith("data:") for link in links)


def test_a_run_without_pictures_and_history_is_written(tmp_path):
    write_settings(tmp_path)
    write_live_report(tmp_path, 5, 1.0)
    assert "0 of 5 epochs done" in read(tmp_path).text


@pytest.mark.parametrize("values", [[1.0], [np.nan, np.inf, 1.0], [np.nan], [2.0, 2.0, 2.0]])
def test_curves_of_any_values_lie_inside_of_the_drawing(values):
    history = {"epoch": range(len(values)), "discriminator_loss": values, "generator_loss": values}
    panel = draw_panel("Losses (nats)", history)
    for line in panel["lines"]:
        for point in line["points"].split():
            x, y = map(float, point.split(","))
            assert 40 <= x <= 390 and 8 <= y <= 198


def test_a_point_lies_where_its_axis_says():
    history = {"epoch": [0, 1, 2], "real_accuracy": [0.0, 0.5, 1.0], "fake_accuracy": [1, 1, 1]}
    panel = draw_panel("Accuracy of the discriminator", history)
    heights = {text: y for y, text in panel["ticks"]}
    real = [tuple(map(float, p.split(","))) for p in panel["lines"][0]["points"].split()]
    assert [x for x, _ in real] == [40, 215, 390]
    np.testing.assert_allclose([real[0][1], real[2][1]], [heights["0"], heights["1"]], atol=0.1)


class Clock:
    now = 0.0

    def perf_counter(self):
        return self.now

    def time(self):
        return 1e9 + self.now


def test_an_update_that_takes_more_than_a_hundredth_is_left_out(run, monkeypatch):
    clock, written = Clock(), []
    monkeypatch.setattr(live_report, "time", clock)

    def write(folder, epochs, seconds):
        clock.now += 0.5
        written.append((clock.now, seconds))

    monkeypatch.setattr(live_report, "write_live_report", write)
    callback = LiveReport(run)
    callback.set_params({"epochs": 100})
    callback.on_train_begin()
    for epoch in range(100):
        callback.on_epoch_begin(epoch)
        clock.now += 20.0
        callback.on_epoch_end(epoch)
    times = [time for time, _ in written]
    assert times[0] == 20.5  # the first one is always written,
    assert len(times) == 34  # then every third, as two epochs have less than 50 seconds
    assert (np.diff(times) * live_report.SHARE >= 0.5).all()
    assert {seconds for _, seconds in written} == {20.0}


def test_no_failure_stops_a_training(run, monkeypatch, capsys):
    monkeypatch.setattr(live_report, "SHARE", 1e9)
    callback = LiveReport(run, open_page=True)
    callback.set_params({"epochs": 3})
    callback.on_train_begin()
    (run / run_folder.HISTORY).write_text("damaged\n1\n")
    for epoch in range(2):
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch)
    out = capsys.readouterr().out
    assert out.count("The report is not brought up to date") == 1
    write_history(run, 3)
    monkeypatch.setattr(live_report.webbrowser, "open", lambda _: True)
    monkeypatch.setenv("DISPLAY", ":0")
    callback.on_epoch_begin(2)
    callback.on_epoch_end(2)
    assert "3 of 3 epochs done" in read(run).text and not callback.open_page


def test_the_page_is_opened_where_there_is_a_screen(tmp_path, monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(live_report.webbrowser, "open", lambda url: opened.append(url) or True)
    monkeypatch.setattr(live_report.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    path = pathlib.Path(tmp_path, "a b.html")
    assert not open_in_browser(path)
    assert opened == [] and f"It is at {path.as_uri()}" in capsys.readouterr().out
    monkeypatch.setenv("DISPLAY", ":0")
    assert open_in_browser(path)
    assert opened == [path.as_uri()] and capsys.readouterr().out == ""

    def fail(url):
        raise live_report.webbrowser.Error("no browser")

    monkeypatch.setattr(live_report.webbrowser, "open", fail)
    assert not open_in_browser(path) and path.as_uri() in capsys.readouterr().out


def test_a_training_writes_it_and_replaces_it_at_the_end(tmp_path, monkeypatch, command):
    from helpers import train, write_data

    from dcgan_tf.runs import training

    monkeypatch.chdir(tmp_path)
    write_data(tmp_path)
    seen = []
    finish = training.finish
    report = pathlib.Path("runs/data/report.html")
    monkeypatch.setattr(training, "finish", lambda f: (seen.append(report.read_text()), finish(f)))
    monkeypatch.setattr(live_report, "open_in_browser", lambda path: seen.append(path))
    status, _, _ = train(command, "--epochs", 1, "--open")
    assert status == 0
    assert seen[0] == report
    assert "1 of 1 epochs done" in seen[1] and "location.reload" in seen[1]
    whole = report.read_text()
    assert "location.reload" not in whole and re.search("Report of a run", whole)
