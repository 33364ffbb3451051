"""A run folder from a stranger: nothing outside of it is touched, and bad files are named."""

import json
import os
import shutil
import stat

import numpy as np
import pytest
from helpers import contents, train
from PIL import Image

from dcgan_tf.monitoring.curves import draw_panels
from dcgan_tf.runs import report_pictures, run_files
from dcgan_tf.runs.folder import check_is_inside
from dcgan_tf.runs.report import write_curves, write_report

LINKED = ("run.json", "history.csv", "progress.gif", "model.keras", "scores.json", "doctor.json")


@pytest.fixture
def secret(tmp_path):
    """A file outside of the run, which must stay as it is and must not be read."""
    path = tmp_path / "secret"
    path.write_text("-----BEGIN OPENSSH PRIVATE KEY----- top secret")
    return path


# ------------------------------------------------------------------------------------- links


@pytest.mark.parametrize("name", [*LINKED, "samples", "extras", "report.html", "curves.png"])
def test_a_run_with_links_is_refused(finished, command, secret, name):
    path = finished / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(secret)
    for argv in (("report", finished), ("sample", finished)):
        status, _, error = command(*argv)
        assert status == 2 and name in error and error.count("\n") == 1
    status, _, error = train(command, "--epochs", 2, "--resume", "--output-dir", finished)
    assert status == 2 and name in error
    status, _, error = train(command, "--epochs", 1, "--overwrite", "--output-dir", finished)
    assert status == 2
    assert "top secret" in secret.read_text()


def test_pictures_that_are_links_are_not_embedded(finished, secret):
    (finished / "extras").mkdir()
    (finished / "extras" / "picture.png").symlink_to(secret)
    (finished / "samples" / "epoch_0002.png").symlink_to(secret)
    page = write_report(finished).read_text()
    assert "LS0tLS1CRUdJTi" not in page  # how the key begins in base64
    assert "extras/picture.png (This is no regular file)" in page
    assert "samples/epoch_0002.png (This is no regular file)" in page


def test_prepared_links_are_not_written_through(finished, command, secret):
    """Links at the names that temporary files once had."""
    for name in (".report.part.html", ".curves.part.png", ".generated.part.png"):
        (finished / name).symlink_to(secret)
    (finished / ".history.part.csv").symlink_to(secret)
    assert command("report", finished)[0] == command("sample", finished)[0] == 0
    assert train(command, "--resume", "--epochs", 2, "--output-dir", finished)[0] == 0
    assert "top secret" in secret.read_text()


def test_a_folder_of_samples_elsewhere_loses_nothing(finished, command, tmp_path):
    """Case: samples/ is a link to another folder with pictures of the same names."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("epoch_0001.png", "epoch_0777.png"):
        (elsewhere / name).write_text("mine")
    shutil.rmtree(finished / "samples")
    (finished / "samples").symlink_to(elsewhere)
    status, _, error = train(command, "--epochs", 1, "--overwrite")
    assert status == 2 and "is a link to another place" in error
    assert [path.read_text() for path in elsewhere.iterdir()] == ["mine", "mine"]


def test_links_are_found_wherever_they_lead(tmp_path):
    check_is_inside(tmp_path)
    (tmp_path / "closest_pairs.png").symlink_to("nothing")
    with pytest.raises(ValueError, match="is a link to another place"):
        check_is_inside(tmp_path)


# --------------------------------------------------------------------------- sizes and formats


def test_large_and_foreign_pictures_are_left_out(finished, monkeypatch):
    samples = finished / "samples"
    Image.new("1", (10_000, 8_000)).save(samples / "epoch_0002.png")  # 80 megapixels
    (samples / "epoch_0003.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    (samples / "epoch_0004.png").write_bytes((samples / "epoch_0001.png").read_bytes()[:100])
    (samples / "epoch_0005.png").mkdir()
    os.mkfifo(samples / "epoch_0006.png")
    with open(samples / "epoch_0007.png", "wb") as file:
        file.truncate(2**30)
    (samples / "epoch_0001 (1).png").write_bytes((samples / "epoch_0001.png").read_bytes())
    load = Image.Image.load
    decoded = []
    monkeypatch.setattr(Image.Image, "load", lambda self: decoded.append(self.size) or load(self))
    page = write_report(finished).read_text()
    assert max(width * height for width, height in decoded) < report_pictures.MOST_PIXELS
    for number, reason in (
        (2, "it has 80,000,000 pixels"),
        (3, "it is damaged"),
        (4, "truncated"),
        (5, "no regular file"),
        (6, "no regular file"),
        (7, "too large"),
    ):
        notes = page.partition("Left out of this page: ")[2].partition(".</p>")[0].split("; ")
        name = f"samples/epoch_000{number}.png"
        assert any(name in note and reason in note for note in notes), (name, notes)
    assert "epoch_0001 (1)" not in page and 'data-epochs="1"' in page


def test_the_page_stays_small_and_says_what_is_missing(finished):
    noise = np.random.default_rng(0)
    (finished / "extras").mkdir()
    for name in "abcdefghijklmnop":
        Image.fromarray(noise.integers(0, 256, (440, 440, 3), dtype=np.uint8)).save(
            finished / "extras" / f"{name}.png"
        )
    page = write_report(finished).read_text()
    assert len(page) < 5_000_000
    assert "extras (only 12 of its 16 pictures are shown)" in page
    assert "extras (the page would be larger than 5 MB)" in page


def test_texts_that_fill_a_page_are_refused(finished):
    card = json.loads((finished / "scores.json").read_text())
    (finished / "scores.json").write_text(json.dumps({**card, "features": "x" * 6_000_000}))
    before = contents(finished)
    with pytest.raises(ValueError, match="The report would be too large"):
        write_report(finished)
    assert contents(finished) == before


# ------------------------------------------------------------------------------ JSON and CSV


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data": 5}, "The setting data cannot be read: received 5, expected text"),
        ({"data": "a\0b"}, "expected text"),
        ({"data": None, "application": 3}, "The setting application cannot be read"),
        ({"application": [1]}, "received [1]"),
        ({"application": "nothing"}, "expected images, conditional"),
        ({"versions": 5}, "run.json.versions is 5, not an object"),
        ({"network": [1]}, "The setting network"),
        ({"image_size": "x"}, "The setting image_size"),
        ({"image_size": [0, 0]}, "each from 16 to 256"),
        ({"image_size": [40_000, 40_000]}, "each from 16 to 256"),
        ({"image_size": [[1]]}, "The setting image_size"),
        ({"batch_size": 0}, "a whole number from 1"),
        ({"batch_size": "x"}, "a whole number from 1"),
        ({"batch_size": None}, "a whole number from 1"),
        ({"batch_size": True}, "a whole number from 1"),
        ({"epochs": "x"}, "a whole number from 1"),
        ({"seed": 2**70}, "a whole number from 0"),
        ({"seed": -1}, "a whole number from 0"),
        ({"generator_lr": {}}, "a number between 0 and 1"),
        ({"generator_lr": 1e400}, "Infinity is no number of JSON"),
        ({"skip_damaged": 1}, "expected true or false"),
        ({"jit_compile": "no"}, "expected true or false"),
        ({"label_names": [1]}, "run.json.label_names[0] is 1, not text"),
        ({"files": "samples"}, "run.json.files is"),
        ({"data_digest": 5}, "run.json.data_digest is 5"),
        ({"machine": {"threads": 5}}, "run.json.machine.threads is 5, not text"),
    ],
)
def test_settings_that_no_command_could_have_are_refused(finished, change, reason):
    path = finished / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ValueError) as info:
        run_files.read_settings(finished)
    assert reason in str(info.value) and "Received: " in str(info.value)


@pytest.mark.parametrize(
    ("name", "argv"),
    [
        ("progress.gif", ["train", "--resume", "--epochs", "2", "--output-dir"]),
        ("report.html", ["train", "--data", "data.npz", "--overwrite", "--output-dir"]),
        ("scores.json", ["evaluate"]),
    ],
)
def test_a_folder_in_the_place_of_a_file_is_noticed_at_once(finished, command, name, argv):
    (finished / name).unlink(missing_ok=True)
    (finished / name / "notes").mkdir(parents=True)
    before = contents(finished)
    status, out, error = command(*argv, finished)
    assert status == 2 and "a folder where a file of the run should go" in error
    assert "Epoch" not in out and contents(finished) == before


def test_a_pipe_in_the_place_of_a_file_is_noticed_at_once(finished, command):
    (finished / "scores.json").unlink(missing_ok=True)
    os.mkfifo(finished / "scores.json")
    argv = ("train", "--data", "data.npz", "--overwrite", "--output-dir", finished)
    status, out, error = command(*argv)
    assert status == 2 and "a device or a pipe where a file of the run should go" in error
    assert "Epoch" not in out


def test_damaged_findings_are_noticed_before_the_scoring(finished, command):
    (finished / "doctor.json").write_text("null")
    before = contents(finished)
    status, out, error = command("evaluate", finished)
    assert status == 2 and "doctor.json" in error and "Scoring" not in out
    assert contents(finished) == before


@pytest.mark.parametrize("content", ["", "{}", "[]", "5", "null", "[" * 100_000, "\xff\xfe{}"])
def test_files_that_are_no_run_are_refused_by_every_command(finished, command, content):
    (finished / "run.json").write_bytes(content.encode("latin-1"))
    for argv in (["report"], ["sample"], ["evaluate"], ["train", "--resume", "--output-dir"]):
        status, _, error = command(*argv, finished)
        assert status == 2 and error.count("\n") == 1
        assert "cannot be read" in error and "run.json" in error


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda h: b"a,b\n1,2\n", "first line does not name the columns"),
        (lambda h: b"epoch,epoch\n1,2\n", "first line does not name the columns"),
        (lambda h: h.rstrip() + b",5,6\n", "line 2 is damaged"),
        (lambda h: h + b"\0\0\0\0\n", "line 3 is damaged|NUL"),
        (lambda h: h + b"1," + b"9" * 200_000 + b",1,1,1\n", "field larger"),
        (lambda h: h + b"inf,1,1,1,1\n", "line 3 is damaged"),
        (lambda h: h + b"nan,1,1,1,1\n", "line 3 is damaged"),
        (lambda h: h + b"1e308,1,1,1,1\n", "line 3 is damaged"),
        (lambda h: h + b"0.5,1,1,1,1\n", "line 3 is damaged"),
        (lambda h: h + b"-1,1,1,1,1\n", "line 3 is damaged"),
        (lambda h: h + b"1,x,1,1,1\n", "line 3 is damaged"),
        (lambda h: h + b"1,1\n", "line 3 is damaged"),
        (lambda h: b"\xff\xff\n", "decode"),
    ],
)
def test_a_damaged_history_is_refused_with_its_line(finished, damage, reason):
    path = finished / "history.csv"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=reason) as info:
        run_files.read_history(finished)
    assert "history.csv" in str(info.value)


def test_a_history_that_is_being_written_is_read(finished):
    """A row without its end, as a training may be about to write it, is left out."""
    path = finished / "history.csv"
    whole = run_files.read_history(finished)
    path.write_bytes(path.read_bytes() + b"1,0.5,0.")
    assert run_files.read_history(finished) == whole and len(whole["epoch"]) == 1


@pytest.mark.parametrize("column", range(1, 5))
def test_a_column_that_is_missing_is_not_drawn(finished, column):
    path = finished / "history.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()]
    kept = [",".join(row[:column] + row[column + 1 :]) for row in rows]
    path.write_text("\n".join(kept) + "\n")
    write_curves(finished)
    assert len(draw_panels(run_files.read_history(finished))) >= 1


def test_huge_losses_are_drawn(finished):
    path = finished / "history.csv"
    path.write_text(path.read_text() + "1,1.7e308,1,-1.7e308,1\n2,inf,nan,-inf,1\n")
    assert "<td>1.7e+308</td>" in write_report(finished).read_text()


@pytest.mark.parametrize(
    "change",
    [
        *({"samples": None}, {"samples": "x"}, {"rows": [{}]}, {"rows": 5}, {"classes": 1}),
        {"classes": {"labels": ["a", "b"], "generated": [1], "data": [1]}},
        {"classes": {"labels": ["a"], "generated": ["x"], "data": ["y"]}},
        *({"references": "real"}, {"note": 5}, {"seed": "x"}, {"features": []}),
    ],
)
def test_scores_of_another_kind_are_refused(finished, change):
    card = json.loads((finished / "scores.json").read_text())
    (finished / "scores.json").write_text(json.dumps({**card, **change}))
    with pytest.raises(ValueError, match=r"The scores cannot be read .*scores.json"):
        run_files.read_card(finished)


@pytest.mark.parametrize("name", ["scores.json", "doctor.json"])
@pytest.mark.parametrize("content", ["5", "[1]", "[{}]", "{}", '{"a": 1}', "[" * 100_000, '[{"e'])
def test_other_json_is_refused_in_one_line(finished, command, name, content):
    (finished / name).write_text(content)
    if (name, content) == ("doctor.json", "[]"):
        return
    status, _, error = command("report", finished)
    assert status == 2 and name in error and error.count("\n") == 1


def test_devices_and_pipes_do_not_stop_a_command(finished, command):
    (finished / "doctor.json").unlink()
    os.mkfifo(finished / "doctor.json")
    status, _, error = command("report", finished)
    assert status == 2 and "no regular file" in error
    assert stat.S_ISFIFO((finished / "doctor.json").stat().st_mode)


# ---------------------------------------------------------------------------------- terminal


def test_codes_for_the_terminal_are_escaped(finished, command, tmp_path):
    card = json.loads((finished / "scores.json").read_text())
    card["features"] = "a\x1b[31mred"
    (finished / "scores.json").write_text(json.dumps(card))
    evil = finished.rename(tmp_path / "run\x1b]0;title\x07")
    for argv in (["report"], ["sample"]):
        status, out, error = command(*argv, evil)
        assert status == 0, error
        assert "\x1b]0" not in out + error and "\x07" not in out + error and "\\x1b]0" in out
