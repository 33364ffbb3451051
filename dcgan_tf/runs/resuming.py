"""What a run must still have when it goes on, so that it ends as if it had never stopped.

The model of an epoch is written last. A note in its file says what the other files held then. So
we notice if a power loss, or a person, has taken some of it.
"""

import hashlib
import json
import os
import pathlib
import platform
import zipfile
import zlib

import tensorflow as tf

from dcgan_tf.data import records
from dcgan_tf.monitoring.samples import CHECKSUMS, LARGEST_PICTURE, name_grid, read_checksums
from dcgan_tf.runs.folder import DOCTOR, HISTORY, MODEL, SAMPLES
from dcgan_tf.runs.run_files import LARGEST_HISTORY, read_findings
from dcgan_tf.runs.words import quote

NOTE = "dcgan_tf"
CPU_INFO = pathlib.Path("/proc/cpuinfo")  # on Linux


def note_files(model_path, folder, epochs):
    """Notes in the file of a model what the other files of its run hold up to its epoch.

    Args:
        model_path: `pathlib.Path` of the model's file, which becomes longer.
        folder: `pathlib.Path`, the folder of the run.
        epochs: Int, the number of finished epochs.
    """
    with zipfile.ZipFile(model_path, "a") as archive:
        archive.comment = json.dumps({NOTE: _compute_digests(folder, epochs)}).encode()


def check_epochs(asked, finished):
    """Refuses to give a run fewer epochs than it has finished already."""
    if asked < finished:
        raise ValueError(
            f"The run has finished more epochs already. Received: --epochs {asked}. Expected at "
            f"least {finished}, or --overwrite in place of --resume."
        )


def check_is_complete(folder, epochs):
    """Checks that the files of a run are those that were there when its model was saved.

    Args:
        folder: `pathlib.Path`, the folder of the run.
        epochs: Int, the number of finished epochs of its model.

    Raises:
        ValueError: if a file is missing, is damaged or has lost what was in it.
    """
    noted = _read_note(folder / MODEL)
    found = _compute_digests(folder, epochs)
    for name in found:
        if noted.get(name) not in (found[name], None):
            raise _incomplete(folder, name, epochs)
    for epoch, checksum in _read_checksums(folder, epochs)["pictures"].items():
        name = f"{SAMPLES}/{name_grid(int(epoch))}"
        try:
            content = records.read_bytes(folder / name, LARGEST_PICTURE)
        except (FileNotFoundError, ValueError):
            content = None
        if content is None or zlib.crc32(content) != checksum:
            raise _incomplete(folder, name, epochs)


def count_finished_epochs(model, application, steps):
    """Counts the epochs that a model was trained for.

    Args:
        model: `GAN`, compiled, whose optimizers have counted the training steps.
        application: `applications.base.Application`, with its data.
        steps: Int, the number of training steps in an epoch.

    Returns:
        Int, the number of epochs.

    Raises:
        ValueError: if the last epoch is not whole, as then the data must have changed.
    """
    steps_so_far = int(model.generator_optimizer.iterations.numpy())
    epochs, steps_too_many = divmod(steps_so_far, steps)
    if steps_too_many:
        raise ValueError(
            "The data has changed since the run began. Received: "
            f"{len(application.samples)} {application.noun}, after {steps_so_far} steps. "
            f"Expected the same {application.noun}."
        )
    return epochs


def describe_machine():
    """Describes on what the last bits of the results depend, in addition to the seed.

    Sums of floating-point numbers depend on their order. The number of threads, the library of
    operations and the instructions of the processor decide about this order.

    Returns:
        Dict of str.
    """
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    if not threads:  # TensorFlow chooses: one thread for each core that it may use
        cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
        threads = os.environ.get("TF_NUM_INTRAOP_THREADS") or len(cores) or os.cpu_count()
    return {
        "threads": str(threads),
        "oneDNN": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "as TensorFlow chooses"),
        "processor": _find_processor(),
        "GPUs": str(len(tf.config.list_physical_devices("GPU"))),
    }


def compare_machines(before, now):
    """Says how the machine differs from that on which a run began.

    Args:
        before: dict of str, as `describe_machine` returned it, or an empty one.
        now: dict of str.

    Returns:
        Str, a sentence, or `None` if both are alike.
    """
    changes = [
        f"{name}: {value}, now {now[name]}"
        for name, value in before.items()
        if name in now and now[name] != value
    ]
    if not changes:
        return None
    return (
        f"The run began on another machine ({'; '.join(changes)}). It goes on well, but its last "
        "digits may differ from those of a run that never stopped."
    )


def _compute_digests(folder, epochs):
    """Computes a digest of what each file holds up to an epoch, by the file's name."""
    contents = {
        HISTORY: _read_rows(folder, epochs),
        DOCTOR: [each for each in read_findings(folder) if each["epoch"] <= epochs],
        f"{SAMPLES}/{CHECKSUMS}": _read_checksums(folder, epochs),
    }
    return {
        name: hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
        for name, content in contents.items()
        if epochs
    }


def _read_rows(folder, epochs):
    """Reads the lines of the history up to an epoch, the titles too. They must be whole."""
    try:
        content = records.read_bytes(folder / HISTORY, LARGEST_HISTORY)
    except FileNotFoundError:
        return []
    lines = content.decode(errors="replace").splitlines(keepends=True)
    return lines[: epochs + 1]


def _read_checksums(folder, epochs):
    return {
        part: {epoch: value for epoch, value in values.items() if int(epoch) <= epochs}
        for part, values in read_checksums(folder / SAMPLES).items()
    }


def _read_note(path):
    """Reads the note in the file of a model: a dict of str. Older versions made none."""
    try:
        with zipfile.ZipFile(path) as archive:
            notes = records.check(json.loads(archive.comment), dict[str, dict[str, str]])
        return notes[NOTE]
    except (KeyError, OSError, ValueError, zipfile.BadZipFile):
        return {}


def _incomplete(folder, name, epochs):
    words = quote(["dcgan-tf", "train", "--from", str(folder)])
    return ValueError(
        f"The run is not complete: {name} is missing, damaged, or older than the model, which is "
        f"of epoch {epochs}. Received: {str(folder)!r}. Expected the files of all epochs. Put the "
        f"file back, or begin a new run with this model: {words}"
    )


def _find_processor():
    try:
        lines = CPU_INFO.read_text(errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
