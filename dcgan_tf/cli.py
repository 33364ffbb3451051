"""The command line: `dcgan-tf train`, `sample`, `evaluate`, `report` and `data`.

`main` parses the words, and each command calls functions of `runs`. An error becomes one line and
an exit status. Modules that need TensorFlow are imported inside the commands, so that `--help`
answers at once.
"""

import contextlib
import dataclasses
import errno
import os
import sys

from dcgan_tf.runs.options import build_parser
from dcgan_tf.runs.settings import Settings


def main(argv=None):
    """Runs one command.

    Args:
        argv: list of str, the words after `dcgan-tf`. By default `sys.argv[1:]`.

    Returns:
        Int, the exit status: 0 for success, 1 for a failure while running, 2 for wrong input, 130
        after Ctrl-C.
    """
    arguments = build_parser().parse_args(argv)
    try:
        _import_tensorflow()
        return COMMANDS[arguments.command](arguments)
    except _Failure as failure:
        print(f"dcgan-tf: error: {' '.join(str(failure).split())}", file=sys.stderr)
        return failure.status
    except KeyboardInterrupt:
        print("dcgan-tf: stopped", file=sys.stderr)
        return 130


def train(arguments):
    """Trains a model in a run folder: a new run, or one that goes on where it stopped."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.runs import training

        names = [field.name for field in dataclasses.fields(Settings)]
        given = {name: getattr(arguments, name) for name in names}
        given = {name: value for name, value in given.items() if value is not None}
        prepared = training.prepare(
            given, arguments.output_dir, arguments.resume, arguments.overwrite
        )
    with prepared, _failures_in_one_line(status=1):
        return 0 if training.train(prepared) else 130


def sample(arguments):
    """Generates images with the trained model of a run, and writes them as one picture."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.data import files, rendering
        from dcgan_tf.runs.drawing import Samples

        output = files.check_writable_file(
            arguments.output or f"{arguments.run}/generated.png", ".png"
        )
        samples = Samples(arguments.run, arguments.label)
    with _failures_in_one_line(status=1):
        rendering.write_png(output, samples.draw(arguments.count, arguments.seed))
        print(f"{arguments.count} generated images: {output}")
    return 0


def evaluate(arguments):
    """Measures how good the generated images of a run are, and prints the scores."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.runs import scoring, training

        card = scoring.evaluate_run(arguments.run, arguments.samples, arguments.seed)
        print(f"\n{card.as_table()}\n")
    with _failures_in_one_line(status=1):
        training.finish(arguments.run)
    return 0


def report(arguments):
    """Writes the report of a run as one HTML page."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.runs import training

        training.finish(arguments.run)
    return 0


def data(arguments):
    """Prints what a data set contains, and with `--preview` writes a picture of it."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.data import files, rendering
        from dcgan_tf.runs.drawing import Preview

        if arguments.preview:
            files.check_writable_file(arguments.preview, ".png")
        preview = Preview(arguments.data, arguments.image_size)
        print(preview.describe())
    with _failures_in_one_line(status=1):
        if arguments.preview:
            rendering.write_png(arguments.preview, preview.draw())
            print(f"picture of some of its images: {arguments.preview}")
    return 0


COMMANDS = {
    "train": train,
    "sample": sample,
    "evaluate": evaluate,
    "report": report,
    "data": data,
}


class _Failure(Exception):
    """An error that `main` prints in one line."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


@contextlib.contextmanager
def _failures_in_one_line(status):
    """Turns an error in the `with` block into a `_Failure` with an exit status.

    A `ValueError` or `OSError` gets `status`. Errors of the machine, such as a full disk or a
    missing package, always get 1. Other errors are faults of the package, and keep their traceback.
    """
    try:
        yield
    except (ConnectionError, ImportError, MemoryError, PermissionError) as error:
        raise _Failure(error, 1) from error
    except (ValueError, OSError) as error:
        is_the_disk = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
        raise _Failure(error, 1 if is_the_disk else status) from error


def _import_tensorflow():
    """Imports TensorFlow without the messages that it prints on a machine without a GPU.

    TensorFlow's C++ code writes some of them before the log level applies
    (tensorflow/tensorflow#100442). Python cannot catch these, so we send the whole of standard
    error (file descriptor 2) to the null device during the import.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    stderr = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        import tensorflow  # noqa: F401
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
