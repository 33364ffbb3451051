"""Trains, "loses power" at random moments, resumes, and compares with a run that never stopped.

A small layer between the training and the disk keeps back what was not synced. A power loss then
leaves of each file what was synced, and of each later change all, nothing, or a part: a name may be
the old or the new one, an end may be missing or be zero bytes. In the end weights, states of both
optimizers, history and frames must be those of the run that never stopped, bit for bit, and each
epoch that was reported as done must still be there.

    python tests/programs/lose_power.py --losses 200

The last line says how many losses of power the run survived. Needs Linux.
"""

import argparse
import collections
import contextlib
import io
import os
import pathlib
import random
import shutil
import tempfile

import numpy as np
import pytest
from kill_and_resume import compare

from dcgan_tf import cli
from dcgan_tf.runs import callbacks, training

TRAIN = ["train", "--data", "data.npz", "--latent-dim", "4", "--augment", "off", "--epochs"]
EPOCHS = 6
# TensorFlow adds three gradients in an order that may change (docs/resume.md), so that seldom a run
# ends with other bits. A fault gives other bits each time.
TRIES = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--losses", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default: 0)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcomes = lose_and_compare(pathlib.Path(folder), arguments.losses, arguments.seed)
    print(f"losses of power survived: {outcomes.total()} of {arguments.losses}")
    for outcome, count in sorted(outcomes.items()):
        print(f"  {outcome}: {count}")


def lose_and_compare(folder, losses, seed, epochs=EPOCHS):
    """Returns how the losses ended, a `Counter`; an assertion fails if one ends otherwise."""
    pixels = np.random.default_rng(0).integers(0, 256, (64, 16, 16), dtype=np.uint8)
    np.savez(folder / "data.npz", x_train=pixels)
    outcomes = collections.Counter()
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_score", lambda folder: None)  # a part of no interest here
        patch.setattr(training, "finish", lambda folder: None)
        train_whole(epochs)
        trainings = 0
        while outcomes.total() < losses:
            shutil.rmtree("run", ignore_errors=True)
            trainings += 1
            disk = Disk(pathlib.Path("run"), random.Random(f"{seed} {trainings}"))
            with disk:
                run("--output-dir", "run", str(epochs))
            if not are_equal("whole", "run"):
                continue
            for loss, reported in disk.losses[: losses - outcomes.total()]:
                outcomes[resume_and_compare(loss, reported, epochs)] += 1
                shutil.rmtree(loss, ignore_errors=True)
    return outcomes


def train_whole(epochs):
    """Trains without a loss of power until two runs agree: seldom one differs (`TRIES`)."""
    while True:
        for name in ("whole", "again"):
            shutil.rmtree(name, ignore_errors=True)
            run("--output-dir", name, str(epochs))
        if are_equal("whole", "again"):
            return


def are_equal(whole, other):
    try:
        compare(pathlib.Path(whole), pathlib.Path(other))
    except AssertionError:
        return False
    return True


def resume_and_compare(loss, reported, epochs):
    """Resumes a run after a loss and compares it. Returns how it ended, a str."""
    for tries in range(1, TRIES + 1):
        copy = pathlib.Path("copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(loss, copy)
        try:
            outcome = resume_once(copy, reported, epochs)
            return outcome if tries == 1 else f"{outcome}, after {tries} tries"
        except AssertionError:
            if tries == TRIES:
                raise


def resume_once(loss, reported, epochs):
    status, out = run("--resume", "--output-dir", str(loss), str(epochs))
    if status == 2:
        assert reported is None, (reported, out)  # not even the model of the start was reported
        return "refused, and nothing was reported yet"
    assert status == 0, out
    begun_with = next((n for n in range(1, epochs + 1) if f"Epoch {n}/" in out), epochs + 1) - 1
    assert begun_with >= (reported or 0), (begun_with, reported, out)
    compare(pathlib.Path("whole"), loss)
    return f"went on from epoch {begun_with}"


def run(*argv):
    *options, epochs = argv
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        status = cli.main([*TRAIN, epochs, *options])
    return status, out.getvalue()


class Disk:
    """Watches a folder in a `with` block, and makes copies of it as power losses would leave them.

    Args:
        root: `pathlib.Path` of the folder, which does not exist yet.
        rng: `random.Random`.
        chance: Float, the probability of a loss at each operation on the disk.

    Attributes:
        losses: list of tuples: `pathlib.Path` of a copy, and the number of epochs that had been
            reported as done, `None` before the first report.
    """

    def __init__(self, root, rng, chance=0.15):
        self.root = root
        self.rng = rng
        self.chance = chance
        self.losses = []
        self._reported = None
        self._files = {}  # the file (a number) that each path has now,
        self._synced_files = {}  # and the one that it has for sure after a loss
        self._synced = {}  # what is on the disk for sure of each file
        self._removed = {}  # the last content of files that have lost their path
        self._count = 0

    def __enter__(self):
        self._patch = pytest.MonkeyPatch()
        for name in ("fsync", "replace", "unlink"):
            self._patch.setattr(os, name, self._watch(name, getattr(os, name)))
        save = callbacks.SaveModel.save

        def save_and_report(callback, epochs):
            save(callback, epochs)
            self._reported = epochs

        self._patch.setattr(callbacks.SaveModel, "save", save_and_report)
        return self

    def __exit__(self, *error):
        self._patch.undo()

    def _watch(self, name, function):
        def watched(*arguments, **options):
            path = arguments[0]
            if name == "fsync":
                path = os.readlink(f"/proc/self/fd/{path}")
            path = pathlib.Path(path).absolute()
            if self.root.absolute() not in (path, *path.parents):
                return function(*arguments, **options)
            self._look()
            if name == "replace":
                self._forget(pathlib.Path(arguments[1]).absolute())
                self._files[pathlib.Path(arguments[1]).absolute()] = self._files.pop(path)
            elif name == "unlink":
                self._forget(path)
            result = function(*arguments, **options)
            if name == "fsync" and path.is_dir():
                self._sync_names(path)
            elif name == "fsync":
                self._synced[self._files[path]] = path.read_bytes()
            if self.rng.random() < self.chance:
                self._lose()
            return result

        return watched

    def _look(self):
        """Finds files that were made since."""
        for path in self.root.absolute().rglob("*"):
            if path.is_file() and path not in self._files:
                self._count += 1
                self._files[path] = self._count

    def _forget(self, path):
        number = self._files.pop(path, None)
        if number is not None:
            self._removed[number] = path.read_bytes()

    def _sync_names(self, folder):
        kept = {p: n for p, n in self._synced_files.items() if p.parent != folder}
        new = {p: n for p, n in self._files.items() if p.parent == folder}
        self._synced_files = {**kept, **new}

    def _lose(self):
        """Makes a copy of the folder as it may be after a loss of power at this moment."""
        self._look()
        contents = {number: path.read_bytes() for path, number in self._files.items()}
        contents = {**self._removed, **contents}
        copy = pathlib.Path(f"loss_{len(self.losses)}")
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for path in {*self._files, *self._synced_files}:
            number = self.rng.choice([self._files.get(path), self._synced_files.get(path)])
            if path.name == ".lock":
                continue
            if number is not None:
                target = copy / path.relative_to(self.root.absolute())
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(self._tear(self._synced.get(number, b""), contents[number]))
        self.losses.append((copy, self._reported))

    def _tear(self, synced, content):
        """Leaves of a content what was synced, and of the rest all, a part, zeros or nothing."""
        if synced == content:
            return content
        kept = len(synced) if content.startswith(synced) else 0
        place = self.rng.randint(kept, len(content))
        return self.rng.choice(
            [
                synced,
                content,
                content[:place],
                content[:place] + bytes(len(content) - place),
            ]
        )


if __name__ == "__main__":
    main()
