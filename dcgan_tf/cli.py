"""The command line: `dcgan-tf train`, `sample`, `evaluate`, `report` and `data`.

Words are parsed, a function of `runs` is called, and an error becomes one line and an exit status.
What needs TensorFlow is imported inside the commands, so that `--help` answers at once.
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
        argv: list of strings, the words after `dcgan-tf`; by default those of the process.

    Returns:
        The exit status: 0 done, 1 a failure while running, 2 wrong input, 130 stopped by Ctrl-C.
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
    """Trains in a run folder, from the beginning or from where a run stopped."""
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
    """Writes a picture of images that the model of a run generates."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.data import files, rendering
        from dcgan_tf.runs.drawing import Samples

        output = files.writable_file(arguments.output or f"{arguments.run}/generated.png", ".png")
        samples = Samples(arguments.run, arguments.label)
    with _failures_in_one_line(status=1):
        rendering.write_png(output, samples.draw(arguments.count, arguments.seed))
        print(f"{arguments.count} generated images: {output}")
    return 0


def evaluate(arguments):
    """Says how good the images of a run's model are."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.runs import scoring, training

        card = scoring.evaluate_run(arguments.run, arguments.samples, arguments.seed)
        print(f"\n{card.as_table()}\n")
    with _failures_in_one_line(status=1):
        training.finish(arguments.run)
    return 0


def report(arguments):
    """Writes the report of a run."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.runs import training

        training.finish(arguments.run)
    return 0


def data(arguments):
    """Says what a data set holds, and writes a picture of it."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.data import files, rendering
        from dcgan_tf.runs.drawing import Preview

        if arguments.preview:
            files.writable_file(arguments.preview, ".png")
        preview = Preview(arguments.data, arguments.image_size)
        print(preview.describe())
    with _failures_in_one_line(status=1):
        if arguments.preview:
            rendering.write_png(arguments.preview, preview.draw())
            print(f"a picture of some of them: {arguments.preview}")
    return 0


COMMANDS = {
    "train": train,
    "sample": sample,
    "evaluate": evaluate,
    "report": report,
    "data": data,
}


class _Failure(Exception):
    """An error that is told in one line."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


@contextlib.contextmanager
def _failures_in_one_line(status):
    """Gives the errors that a user or a machine can cause an exit status."""
    try:
        yield
    except (ConnectionError, ImportError, MemoryError, PermissionError) as error:
        raise _Failure(error, 1) from error
    except (ValueError, OSError) as error:
        is_the_disk = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
        raise _Failure(error, 1 if is_the_disk else status) from error


def _import_tensorflow():
    """Imports TensorFlow without the messages with which it greets a machine that has no GPU.

    Those from before its log level applies (tensorflow/tensorflow#100442) go to standard error
    past Python, so that it must be turned aside as a whole.
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
