"""The command line: `dcgan-tf train`, `sample`, `evaluate`, `report`, `play` and `data`.

`main` parses the words, and each command calls functions of `runs`. An error becomes one line and
an exit status. Modules that need TensorFlow are imported inside the commands, so that `--help`
answers at once.
"""

import contextlib
import dataclasses
import errno
import sys

from dcgan_tf.runs import terminal
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
    with terminal.prepare_streams():
        try:
            with _failures_in_one_line(status=1):
                arguments = build_parser().parse_args(argv)
                if arguments.command == "train":
                    terminal.choose_threads()
                terminal.import_tensorflow()
            return COMMANDS[arguments.command](arguments)
        except _Failure as failure:
            print(f"dcgan-tf: error: {terminal.one_line(failure)}", file=sys.stderr)
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
        return 0 if training.train(prepared, arguments.open) else 130


def sample(arguments):
    """Generates images with the trained model of a run: one picture, many files or a film."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.runs import drawing

        output = drawing.choose_output(arguments)
        single = bool(arguments.separate or arguments.walk)
        samples = drawing.Samples(arguments.run, arguments.label, single)
        count = arguments.count or samples.choose_count(arguments.walk)
        if arguments.walk:
            samples.check_walk(arguments.walk, count)
        else:
            samples.check_count(count, single)
    with _failures_in_one_line(status=1):
        if arguments.separate:
            samples.write_separately(output, count, arguments.seed)
        elif arguments.walk:
            samples.write_walk(output, arguments.walk, count, arguments.seed)
        else:
            samples.write(output, count, arguments.seed)
        noun = "row" if samples.application.makes_tables else "image"
        noun += "" if count == 1 else "s"
        print(f"{count:,} generated {noun}: {terminal.one_line(output)}")
    return 0


def evaluate(arguments):
    """Measures how good the generated images of a run are, and prints the scores."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.runs.report import finish
        from dcgan_tf.runs.scoring import evaluate_run

        card = evaluate_run(arguments.run, arguments.samples, arguments.seed)
        print(terminal.to_printable(f"\n{card.as_table()}\n"))
    with _failures_in_one_line(status=1):
        finish(arguments.run, arguments.language)
    return 0


def report(arguments):
    """Writes the report of a run as one HTML page."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.runs.report import finish

        finish(arguments.run, arguments.language)
    return 0


def play(arguments):
    """Writes a page in which the generator of a run draws while you move."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.runs.play import write_play

        path = write_play(arguments.run, arguments.output, arguments.language)
        size = path.stat().st_size / 1e6
        print(f"page with the generator ({size:.1f} MB): {terminal.one_line(path)}")
    return 0


def data(arguments):
    """Prints what a data set contains, and with `--preview` writes a picture of it."""
    with _failures_in_one_line(status=2):
        from dcgan_tf.data import files, rendering
        from dcgan_tf.runs.drawing import Preview

        if arguments.preview:
            files.check_writable_file(arguments.preview, ".png")
        preview = Preview(arguments.data, arguments.image_size, arguments.skip_damaged)
        print(preview.describe())
    with _failures_in_one_line(status=1):
        if arguments.preview:
            rendering.write_png(arguments.preview, preview.draw())
            print(f"picture of some of its images: {terminal.one_line(arguments.preview)}")
    return 0


COMMANDS = {
    "train": train,
    "sample": sample,
    "evaluate": evaluate,
    "report": report,
    "play": play,
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
