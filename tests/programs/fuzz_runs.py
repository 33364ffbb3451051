"""Run folders of strangers, made by changing a good one at random: each is read or refused.

    python tests/programs/fuzz_runs.py --folders 2000

Every command must end with status 0, or with one line and another status; in at most 60 seconds and
2 GB of memory; and must change nothing outside of the folder. The last lines give the figures. The
suite runs a short form. Needs Linux.
"""

import argparse
import collections
import contextlib
import io
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile

import numpy as np

COMMANDS = {
    "report": ["report", "run"],
    "evaluate": ["evaluate", "run", "--samples", "20"],
    "sample": ["sample", "run", "--count", "4"],
    "resume": ["train", "--resume", "--output-dir", "run", "--epochs", "3"],
    "overwrite": ["train", "--overwrite", "--output-dir", "run", "--data", "data.npz"]
    + ["--latent-dim", "4", "--augment", "off", "--epochs", "1"],
}
WEIGHTS = {"report": 4, "evaluate": 2, "sample": 3, "resume": 3, "overwrite": 1}
LARGE = 2**27  # bytes; files that have grown to this are left as they are
PER_PROCESS = 50  # folders, as TensorFlow keeps what it has compiled
MOST_SECONDS, MOST_BYTES = 60, 2 * 2**30
VALUES = [None, True, 0, -1, 1, 2.5, 1e308, 10**7, 10**30, "", "x", "../..", "a\0b", "\x1b[31m"]
VALUES += [[], {}, [1], {"a": 1}, [[]], "/dev/zero", "/etc/passwd", "mnist-10k", "video", "text"]
VALUES += ["9" * 5000, "\ud800", "data.npz"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folders", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    outcomes, worst, failures = collections.Counter(), {"seconds": 0, "bytes": 0}, 0
    for first in range(0, arguments.folders, PER_PROCESS):
        seeds = range(first, min(first + PER_PROCESS, arguments.folders))
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            found, peak, failed = pool.apply(
                try_folders, ([f"{arguments.seed} {k}" for k in seeds],)
            )
        for failure in failed:
            print(failure)
        failures += len(failed)
        outcomes.update(found)
        worst = {name: max(worst[name], value) for name, value in peak.items()}
        print(f"{first + len(seeds)} folders", flush=True)
    print(f"folders: {outcomes.total()}, failures: {failures}")
    for outcome, count in sorted(outcomes.items()):
        print(f"  {outcome}: {count}")
    print(f"slowest: {worst['seconds']:.1f} s, largest: {worst['bytes'] / 2**30:.2f} GiB")
    return 1 if failures else 0


def try_folders(seeds):
    """Tries one folder for each seed.

    Returns how often each outcome was, the worst time and memory, and what failed: a traceback, a
    change outside of the folder, too much time or memory.
    """
    outcomes, worst, failures = collections.Counter(), {"seconds": 0, "bytes": 0}, []
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
        os.environ["KERAS_HOME"] = place
        make_base()
        for seed in seeds:
            rng = random.Random(seed)
            name = rng.choices(list(WEIGHTS), WEIGHTS.values())[0]
            changes = prepare(rng)
            before = look_outside()
            try:
                status, seconds, peak = run(COMMANDS[name], (seed, name, changes))
                assert look_outside() == before, (seed, name, changes)
                assert seconds < MOST_SECONDS and peak < MOST_BYTES, (seed, name, changes, peak)
            except AssertionError:
                outcomes[f"{name}, failed"] += 1
                failures.append(traceback.format_exc())
                continue
            outcomes[f"{name}, status {status}"] += 1
            worst = {"seconds": max(worst["seconds"], seconds), "bytes": max(worst["bytes"], peak)}
    return outcomes, worst, failures


def make_base():
    """Makes a good run in `base`, and beside it files of the owner that nobody may touch."""
    from dcgan_tf import cli

    pixels = np.random.default_rng(0).integers(0, 256, (40, 16, 16), dtype=np.uint8)
    np.savez("data.npz", x_train=pixels, y_train=np.arange(40) % 2)
    words = "train --data data.npz --latent-dim 4 --augment off --epochs 2".split()
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.main([*words, "--output-dir", "base"]) == 0
    os.makedirs("outside/folder")
    for name in ("key", "epoch_0001.png", "folder/epoch_0002.png"):
        pathlib.Path("outside", name).write_text("precious")


def look_outside():
    """Returns the contents and times of all that is beside the run."""
    paths = [path for path in pathlib.Path().rglob("*") if path.parts[0] not in ("run", "dcgan_tf")]
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
        for path in paths
    }


def run(argv, label):
    """Runs a command and returns its status, the seconds it took and its peak of memory."""
    from dcgan_tf import cli

    def stop(*_):
        raise AssertionError(f"it does not end: {label}")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(MOST_SECONDS)
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    start = time.perf_counter()
    error = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(error):
        try:
            status = cli.main(argv)
        except Exception as failure:
            raise AssertionError(f"a traceback: {label}") from failure
    signal.alarm(0)
    lines = error.getvalue().splitlines()
    if status:
        errors = [line for line in lines if line.startswith("dcgan-tf: error: ")]
        assert len(errors) == 1 and lines[-1] == errors[0], (label, lines)
        assert errors[0].isprintable(), (label, errors)
    return status, time.perf_counter() - start, read_peak()


def read_peak():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024


# ----------------------------------------------------------------------------------- changes


def prepare(rng):
    """Makes the folder `run`: a copy of the good one with some changes. Returns their names."""
    shutil.rmtree("run", ignore_errors=True)
    shutil.copytree("base", "run")
    names = []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        change = rng.choice(CHANGES)
        path = rng.choice(list_files() or [None])
        if path is not None:
            names.append((change.__name__, str(path)))
            change(path, rng)
    return names


def list_files():
    """Lists the regular files of the run that are small enough to be changed once more."""
    paths = (path for path in pathlib.Path("run").rglob("*") if not path.is_symlink())
    return sorted(path for path in paths if path.is_file() and path.stat().st_size < LARGE)


def change_value(path, rng):
    """Exchanges a value of a JSON file, or of the settings inside the model's file."""
    path = rng.choice(
        [*sorted(pathlib.Path("run").rglob("*.json")), pathlib.Path("run/model.keras")]
    )
    if path not in list_files():
        return
    if path.name == "model.keras":
        change_model(path, rng)
    else:
        with contextlib.suppress(ValueError, RecursionError):
            content = json.loads(path.read_text())
            path.write_text(json.dumps(exchange(content, rng)))


def exchange(content, rng):
    """Exchanges a value somewhere in what JSON holds, by one of another kind."""
    if not isinstance(content, dict | list) or not content or rng.random() < 0.1:
        return rng.choice(VALUES)
    if isinstance(content, list):
        place = rng.randrange(len(content))
        return [*content[:place], exchange(content[place], rng), *content[place + 1 :]]
    key = rng.choice(list(content))
    if rng.random() < 0.15:
        return {name: value for name, value in content.items() if name != key}
    return {**content, key: exchange(content[key], rng)}


def change_model(path, rng):
    """Exchanges a value of config.json in the archive of a model."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        config = json.loads(entries["config.json"])
    except Exception:  # another change has damaged it
        return
    for _ in range(4):  # deeper than the top, which has few values
        config = exchange(config, rng) if rng.random() < 0.4 else config
    entries["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def change_bytes(path, rng):
    content = bytearray(path.read_bytes())
    for _ in range(rng.randrange(1, 9)):
        if content:
            content[rng.randrange(len(content))] = rng.randrange(256)
    path.write_bytes(content)


def cut(path, rng):
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content) + 1)])


def end_in_zeros(path, rng):
    content = path.read_bytes()
    place = rng.randrange(len(content) + 1)
    path.write_bytes(content[:place] + bytes(len(content) - place))


def grow(path, rng):
    with open(path, "ab") as file:
        if rng.random() < 0.5:
            file.truncate(rng.choice([2**20, 2**32, 2**40]))
        else:
            file.write(rng.randbytes(100) * rng.choice([1, 1000, 50_000]))


def deepen(path, rng):
    path.write_text(rng.choice(["[", '{"a":', "1,", "[["]) * 100_000)


def link(path, rng):
    path.unlink()
    target = rng.choice(["key", "epoch_0001.png", "folder", "missing", "folder/epoch_0002.png"])
    outside = pathlib.Path("outside", target).absolute()
    path.symlink_to(rng.choice([outside, "/dev/zero", "/etc/passwd", "/proc/self/mem", path.name]))


def link_folder(path, rng):
    folder = pathlib.Path("run", rng.choice(["samples", "extras"]))
    if folder.is_symlink():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.symlink_to(pathlib.Path("outside", rng.choice(["folder", "."])).absolute())


def become_special(path, rng):
    path.unlink()
    rng.choice([os.mkfifo, os.mkdir])(path)


def swap(path, rng):
    other = rng.choice(list_files())
    content = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(content)


def lose(path, rng):
    path.unlink()


def copy_as_sync_tools_do(path, rng):
    shutil.copy(path, path.with_name(f"{path.stem} (1){path.suffix}"))
    shutil.copy(path, path.with_name(f".{path.stem}.part{path.suffix}"))


def change_cell(path, rng):
    path = pathlib.Path("run/history.csv")
    if path in list_files():
        rows = [line.split(",") for line in path.read_text(errors="replace").splitlines()]
        if rows:
            row = rng.choice(rows)
            row[rng.randrange(len(row))] = str(rng.choice(VALUES)).encode(errors="replace").decode()
        path.write_text("\n".join(",".join(row) for row in rows) + "\n")


CHANGES = (
    *([change_value] * 8),
    *(change_bytes, cut, end_in_zeros, grow, deepen, link, link_folder, become_special, swap),
    *(lose, copy_as_sync_tools_do, change_cell),
)


if __name__ == "__main__":
    sys.exit(main())
