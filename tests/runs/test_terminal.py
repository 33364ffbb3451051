"""Any terminal: encodings, closed streams, readers that go, no home folder, other backends."""

import io
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

import pytest
from helpers import train

from dcgan_tf.cli import main
from dcgan_tf.runs import terminal

pwd = pytest.importorskip("pwd")  # Windows has other users and terminals

LAUNCH = [sys.executable, "-m", "dcgan_tf"]
LINE = "Fréchet distance – 1.5 ± 0.2 ━━ 猫 \udcff"
THREADS = ("TF_NUM_INTEROP_THREADS", "TF_NUM_INTRAOP_THREADS")
NO_USER = """
import pwd, sys
def unknown(uid):
    raise KeyError(uid)
pwd.getpwuid = unknown
from dcgan_tf.cli import main
sys.exit(main())
"""


def stop_after(words, **options):
    """Runs words as a process and returns its status, standard output and standard error."""
    result = subprocess.run(words, text=True, capture_output=True, timeout=120, **options)
    return result.returncode, result.stdout, result.stderr


@pytest.mark.parametrize(
    "encoding, printed",
    [
        ("ascii", r"Frechet distance - 1.5 +/- 0.2 == \u732b \udcff"),
        ("latin-1", r"Fréchet distance - 1.5 ± 0.2 == \u732b \udcff"),
        ("cp1251", r"Frechet distance – 1.5 ± 0.2 == \u732b \udcff"),
        ("cp932", r"Frechet distance - 1.5 ± 0.2 ━━ 猫 \udcff"),
        ("utf-8", r"Fréchet distance – 1.5 ± 0.2 ━━ 猫 \udcff"),
    ],
)
def test_letters_that_the_encoding_lacks_are_spelled(monkeypatch, encoding, printed):
    streams = [io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    with terminal.prepare_streams():
        print(LINE)
        print(LINE, file=sys.stderr)
    for stream in streams:
        assert stream.buffer.getvalue().decode(encoding).splitlines() == [printed]
    assert [sys.stdout, sys.stderr] == streams


def test_evaluate_into_an_ascii_file(finished, command, monkeypatch):
    """The whole of it: Keras' progress bar and the table."""
    with open("log.txt", "w", encoding="ascii") as log, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", log)
        assert command("evaluate", finished)[::2] == (0, "")
    text = pathlib.Path("log.txt").read_text(encoding="ascii")
    assert re.search(r"^Frechet distance +[\d.]+ +[\d.]+ +[\d.]+ +lower$", text, re.MULTILINE)
    assert " +/- " in text and "report.html" in text and "?" not in text


def test_a_training_goes_on_after_its_terminal_was_closed(work, command, monkeypatch):
    master, slave = os.openpty()
    seen = b""

    def read_some():
        nonlocal seen
        while b"==" not in seen:  # of the first progress bar
            seen += os.read(master, 1)
        os.close(master)

    reader = threading.Thread(target=read_some)
    reader.start()
    with open(slave, "w", encoding="ascii") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        assert stream.isatty()
        assert train(command, "--epochs", 2)[::2] == (0, "")
    reader.join()
    assert b"Epoch 1/2" in seen
    assert (work / "runs" / "data" / "report.html").exists()


@pytest.mark.thorough
def test_a_training_without_a_home_goes_on_after_its_reader_has_gone(work):
    """As in `dcgan-tf train | head -1`, by a user whom the machine does not know."""
    temporary = work / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    for name in ("HOME", "KERAS_HOME", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-c", NO_USER, "train", "--data", "data.npz", "--epochs", "1"],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout.readline().startswith("80 images of 16x16x1")
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=120), error) == (0, "")
    run = work / "runs" / "data"
    assert len((run / "history.csv").read_text().splitlines()) == 2
    assert (run / "scores.json").exists() and (run / "report.html").exists()
    assert sorted(path.name for path in work.iterdir()) == ["data.npz", "runs", "tmp"]
    home = temporary / f"dcgan_tf-{os.getuid()}"
    assert list(temporary.iterdir()) == [home] and home.stat().st_mode & 0o777 == 0o700
    assert len(list(home.glob(".keras/dcgan_tf/classifier-*.keras"))) == 1


def test_closed_streams(work):
    """File descriptors 0, 1 and 2 are closed, and other files would get their numbers."""
    words = [*LAUNCH, "data", "data.npz", "--preview", "all.png"]
    closed = ["sh", "-c", '"$@" <&- >&- 2>&-', "sh"]
    assert stop_after([*closed, *words]) == (0, "", "")
    assert (work / "all.png").exists()
    # Python prints to standard output if you name a closed standard error.
    wrong = [*LAUNCH, "train"]
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    assert stop_after(["sh", "-c", '"$@" 2>&-', "sh", *wrong], env=environment) == (1, "", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has this device")
def test_a_full_disk_under_standard_output(work, command, monkeypatch, capsys):
    with open("/dev/full", "w") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", full)
        status, _, error = command("data", "data.npz")
    assert status == 1 and error.count("\n") == 1
    assert error.startswith("dcgan-tf: error: ") and "No space left on device" in error


def test_a_stream_that_does_not_wait():
    """A program that shares the terminal may have set it so. Writing then fails when it is full."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    received = []

    def read_late():
        time.sleep(0.2)
        while data := os.read(reading, 65536):
            received.append(data)
        os.close(reading)

    reader = threading.Thread(target=read_late)
    reader.start()
    lines = [f"line {number}" for number in range(20_000)]
    with open(writing, "w") as stream:
        output = terminal._Output(stream)
        for line in lines:
            output.write(line + "\n")
    reader.join()
    assert b"".join(received).decode().splitlines() == lines


def test_an_error_is_one_printable_line():
    assert terminal.one_line("a\n b\t\tc") == "a b c"
    assert terminal.one_line("\x1b[31m\u202eé \udcff\x00") == r"\x1b[31m\u202eé \udcff\x00"


def test_ctrl_c_while_tensorflow_is_imported(tmp_path):
    """A module in the place of Keras takes a minute."""
    started = tmp_path / "started"
    (tmp_path / "keras.py").write_text(
        f"import pathlib, time\npathlib.Path({str(started)!r}).touch()\ntime.sleep(60)\n"
    )
    process = subprocess.Popen(
        [*LAUNCH, "data", "mnist-10k"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        text=True,
        stderr=subprocess.PIPE,
        # As from a terminal: a shell lets the tests that it runs in the background ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 30
    while not started.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert (process.returncode, error) == (130, "dcgan-tf: stopped\n")


def test_a_home_that_can_be_used_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    terminal._find_home()
    assert os.environ["HOME"] == str(tmp_path)


@pytest.mark.parametrize("home", [None, "/nonexistent/home", "/dev/null", "shut", "~"])
def test_a_home_that_cannot_be_used_is_replaced(tmp_path, monkeypatch, home):
    def unknown(uid):
        raise KeyError(uid)

    may = os.access
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~").mkdir()  # what TensorFlow makes if it cannot find the home
    (tmp_path / "shut").mkdir()
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(os, "access", lambda path, mode: "shut" not in path and may(path, mode))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / home) if home == "shut" else home or "")
    if home is None:
        monkeypatch.delenv("HOME")
    ours = tmp_path / f"dcgan_tf-{os.getuid()}"
    for _ in range(2):  # the second process finds it again
        terminal._find_home()
        assert os.environ["HOME"] == str(ours) and ours.is_dir()
        monkeypatch.setenv("HOME", "/nonexistent/home")


def test_a_temporary_home_of_another_user_is_not_used(tmp_path, monkeypatch):
    other = os.getuid() + 1
    (tmp_path / f"dcgan_tf-{other}").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: other)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("HOME", "/nonexistent/home")
    terminal._find_home()
    home = pathlib.Path(os.environ["HOME"])
    assert home.parent == tmp_path and home.name != f"dcgan_tf-{other}"


@pytest.fixture
def keras_settings(tmp_path):
    """Runs words with KERAS_BACKEND and with a keras.json; `None` means that there is none."""

    def run(words, variable, setting):
        (tmp_path / "keras.json").write_text(json.dumps({"backend": setting} if setting else {}))
        environment = {**os.environ, "KERAS_HOME": str(tmp_path), "KERAS_BACKEND": variable or ""}
        return stop_after(words, env=environment)

    return run


@pytest.mark.parametrize(
    "variable, setting, received",
    [
        ("torch", None, "KERAS_BACKEND='torch'"),
        ("nonsense", "tensorflow", "KERAS_BACKEND='nonsense'"),
        (None, "jax", '"backend": "jax" in '),
    ],
)
def test_another_backend_is_refused(keras_settings, variable, setting, received):
    status, out, error = keras_settings([*LAUNCH, "train"], variable, setting)
    assert (status, out, error.count("\n")) == (1, "", 1)
    assert error.startswith("dcgan-tf: error: dcgan_tf runs on TensorFlow")
    assert f"Received: {received}" in error and "Expected KERAS_BACKEND='tensorflow'" in error
    words = [sys.executable, "-c", "from dcgan_tf import DCGAN"]
    status, _, traceback = keras_settings(words, variable, setting)
    line = error.removeprefix("dcgan-tf: error: ")
    assert status == 1 and traceback.endswith(f"\nImportError: {line}")
    words = [sys.executable, "-c", "from dcgan_tf import __version__; print('imported')"]
    assert keras_settings(words, variable, setting) == (0, "imported\n", "")


def test_tensorflow_is_not_refused(keras_settings):
    words = [sys.executable, "-c", "import dcgan_tf; dcgan_tf.check_backend()"]
    for settings in ((None, None), (None, "tensorflow"), ("tensorflow", "jax")):
        assert keras_settings(words, *settings) == (0, "", "")


def test_a_keras_that_was_imported_with_another_backend_is_refused(tmp_path):
    (tmp_path / "keras.py").write_text("class config:\n    backend = staticmethod(lambda: 'jax')\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "KERAS_BACKEND": "tensorflow"}
    words = [sys.executable, "-c", "import keras, dcgan_tf"]
    status, _, error = stop_after(words, env=environment)
    assert status == 1 and "ImportError: dcgan_tf runs on TensorFlow" in error
    assert "Received: keras.config.backend() == 'jax'" in error


@pytest.mark.parametrize(("cores", "expected"), [(1, "1 1"), (2, "2 1"), (3, "2 2"), (8, "2 4")])
def test_two_operations_at_once_share_the_cores(cores, expected, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(cores), raising=False)
    monkeypatch.setattr(os, "environ", {})
    terminal.choose_threads()
    assert " ".join(os.environ[name] for name in THREADS) == expected


@pytest.mark.parametrize("words", [["train", "--data", "nothing"], ["evaluate", "nothing"]])
def test_only_a_training_chooses_its_threads(words, monkeypatch, capsys):
    environment = {name: value for name, value in os.environ.items() if name not in THREADS}
    monkeypatch.setattr(os, "environ", environment)
    assert main(words) == 2
    assert ("TF_NUM_INTEROP_THREADS" in environment) == (words[0] == "train")


def test_threads_that_the_user_chose_stay(monkeypatch):
    monkeypatch.setattr(os, "environ", dict.fromkeys(THREADS, "7"))
    terminal.choose_threads()
    assert [os.environ[name] for name in THREADS] == ["7", "7"]
