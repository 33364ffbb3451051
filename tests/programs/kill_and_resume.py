"""Kills `dcgan-tf train` at random moments, resumes it, and compares with a run never killed.

Every other kill comes while a file is being written: the model, a picture or the GIF in turn, as
soon as its hidden `.part` file shows. In the end weights, states of both optimizers, history and
frames must be those of the run never killed, bit for bit.

    python tests/programs/kill_and_resume.py --kills 20

The last line says how many kills the run survived. Files are left in a temporary folder only.
"""

import argparse
import contextlib
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

from dcgan_tf import cli
from dcgan_tf.data import files
from dcgan_tf.runs.folder import RESULTS

IMAGES, BATCH_SIZE = 320, 32
STARTUP = 5  # seconds until a new process begins to train
TRAIN = [sys.executable, "-m", "dcgan_tf", "train", "--data", "data.npz", "--latent-dim", "4"]
TRAIN += ["--batch-size", str(BATCH_SIZE)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default: 0)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        survived = kill_and_compare(pathlib.Path(folder), arguments.kills, arguments.seed)
    print(f"kills survived: {survived} of {arguments.kills}")


def kill_and_compare(folder, kills, seed, epochs=32, images=IMAGES):
    """Returns how many kills the run survived; an assertion fails if it ends otherwise."""
    pixels = np.random.default_rng(0).integers(0, 256, (images, 16, 16), dtype=np.uint8)
    np.savez(folder / "data.npz", x_train=pixels)
    begin = time.perf_counter()
    train_here(folder, "--output-dir", "whole", "--epochs", str(epochs))
    seconds = STARTUP + time.perf_counter() - begin

    rng = np.random.default_rng(seed)
    survived, resume = 0, []
    while survived < kills:
        process = start(folder, "--output-dir", "killed", "--epochs", str(epochs), *resume)
        target = WRITTEN[survived // 2 % len(WRITTEN)] if survived % 2 else None
        what = wait_to_kill(process, folder / "killed", rng.uniform(0, seconds), target)
        if process.poll() is not None:
            output, _ = process.communicate()
            assert process.returncode == 0, output
            print("it came to its end before it could be killed: it begins anew", flush=True)
            resume = ["--overwrite"]
            continue
        process.send_signal(signal.SIGKILL)
        process.communicate()
        survived += 1
        print(f"kill {survived}: {what}", flush=True)
        resume = ["--resume"] if (folder / "killed" / "run.json").exists() else []
    train_here(folder, "--output-dir", "killed", "--epochs", str(epochs), *resume)
    compare(folder / "whole", folder / "killed")
    return survived


def start(folder, *options):
    return subprocess.Popen(
        [*TRAIN, *options],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def train_here(folder, *options):
    """Trains in this process, to the end."""
    with contextlib.chdir(folder):
        assert cli.main([*TRAIN[3:], *options]) == 0


def wait_to_kill(process, folder, seconds, target):
    """Waits until a random moment, then, if there is a target, until such a file is written."""
    end = time.perf_counter() + seconds
    left_over = {path: path.stat().st_mtime_ns for path in folder.glob(target or "no such file")}
    while time.perf_counter() < end and process.poll() is None:
        time.sleep(0.005)
    if target is None:
        return f"after {seconds:.1f} s"
    while process.poll() is None:
        with contextlib.suppress(FileNotFoundError):  # something vanished while we looked
            for path in folder.glob(target):
                if path.stat().st_mtime_ns != left_over.get(path):
                    return f"while {path.name} was written"
    return ""


def compare(whole, killed):
    """Asserts that two runs have ended alike, bit for bit."""

    from dcgan_tf import load_model

    models = [load_model(folder / "model.keras") for folder in (whole, killed)]
    states = [
        [
            *model.variables,
            *model.generator_optimizer.variables,
            *model.discriminator_optimizer.variables,
        ]
        for model in models
    ]
    for a, b in zip(*states, strict=True):
        np.testing.assert_array_equal(a, b)
    names = [
        sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.suffix in SAME)
        for folder in (whole, killed)
    ]
    assert names[0] == names[1], names
    for name in names[0]:
        assert (whole / name).read_bytes() == (killed / name).read_bytes(), name
    left = [name for place in (killed, killed / "samples") for _, name in files.list_parts(place)]
    assert {*left} <= {*RESULTS}, left


SAME = {".csv", ".png", ".gif"}
WRITTEN = (".model.*.part.keras", "*/.*.part.png", ".progress.*.part.gif")

if __name__ == "__main__":
    main()
