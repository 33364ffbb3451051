"""The words of the command line. Loads no TensorFlow, so that `--help` answers at once."""

import argparse
import dataclasses

from dcgan_tf import __version__
from dcgan_tf.runs.settings import DATA_HELP, Settings, image_size, option, whole_number


class _Parser(argparse.ArgumentParser):
    """A parser that tells a mistake in one line, without the usage before it."""

    def __init__(self, **kwargs):
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **kwargs
        )

    def error(self, message):
        line = " ".join(message.split())
        self.exit(2, f"{self.prog}: error: {line} (see {self.prog} --help)\n")


def _add_seed(command):
    kind = whole_number(0, 2**31 - 1)
    command.add_argument(
        "--seed", type=kind, default=0, metavar="N", help="fixes the noise (default: 0)"
    )


TRAIN_EXAMPLES = """examples:
  dcgan-tf train                                    the bundled MNIST digits
  dcgan-tf train --data fashion-mnist --epochs 10
  dcgan-tf train --data photos/ --image-size 64     your own images
  dcgan-tf train --loss minimax --output-dir runs/minimax
  dcgan-tf train --application conditional          digits on demand
  dcgan-tf train --resume --epochs 80               go on with runs/mnist-10k

The run folder then holds samples/, progress.gif, history.csv, curves.png, model.keras and
report.html, which shows all of it and says how good the images are.
Ctrl-C stops; the epochs finished so far are kept, and --resume goes on from there."""


def build_parser():
    """Builds the parser; `command` in what it returns names the command."""
    main = _Parser(
        prog="dcgan-tf",
        description="Trains generative adversarial networks, and shows how they learn.",
        epilog="examples:\n"
        "  dcgan-tf train                          train on MNIST digits, a few minutes\n"
        "  dcgan-tf sample runs/mnist-10k          new digits from the trained model\n"
        "  dcgan-tf evaluate runs/mnist-10k        how good its digits are\n"
        "  dcgan-tf data photos/ --preview p.png   what would be trained on\n\n"
        "exit status: 0 done, 1 a failure while running, 2 wrong usage or input, 130 stopped by\n"
        "Ctrl-C. Each command has its own --help.",
    )
    main.add_argument("--version", action="version", version=f"dcgan-tf {__version__}")
    commands = main.add_subparsers(required=True, metavar="COMMAND", dest="command")

    command = commands.add_parser(
        "train",
        help="train a model",
        description="Trains in a run folder, from the beginning or from where a run stopped.",
        epilog=TRAIN_EXAMPLES,
    )
    add = command.add_argument
    for field in dataclasses.fields(Settings):
        add(option(field.name), default=None, **field.metadata)
    add("--output-dir", metavar="DIR", help="the run folder (default: runs/<name of the data>)")
    start = command.add_mutually_exclusive_group()
    start.add_argument("--resume", action="store_true", help="go on with the run in the folder")
    start.add_argument("--overwrite", action="store_true", help="replace the run in the folder")

    command = commands.add_parser(
        "sample",
        help="generate images with a trained model",
        description="Writes a picture of images that the model of a run generates.",
        epilog="examples:\n  dcgan-tf sample runs/mnist-10k --count 100 --seed 7 --output new.png\n"
        "  dcgan-tf sample runs/conditional --label 7",
    )
    add = command.add_argument
    add("run", metavar="RUN", help="the folder of a run, for example runs/mnist-10k")
    add(
        "--count",
        type=whole_number(1, 10_000),
        default=64,
        metavar="N",
        help="images (default: 64)",
    )
    add("--label", type=int, metavar="N", help="only images of this label, if the run knows labels")
    _add_seed(command)
    add("--output", metavar="PNG", help="the file to write (default: RUN/generated.png)")

    command = commands.add_parser(
        "evaluate",
        help="say how good a trained model's images are",
        description="Scores images that the model of a run generates. Each score stands beside\n"
        "that of real images (the floor) and that of a generator that has collapsed to one image.\n"
        "Writes scores.json and two pictures into the run folder, and its report.html anew.",
        epilog="example:\n  dcgan-tf evaluate runs/mnist-10k --samples 2000",
    )
    add = command.add_argument
    add("run", metavar="RUN", help="the folder of a run, for example runs/mnist-10k")
    add(
        "--samples",
        type=whole_number(10, 10_000),
        default=10_000,
        metavar="N",
        help="images to compare, at most half of the real ones (default: 10000)",
    )
    _add_seed(command)

    command = commands.add_parser(
        "report",
        help="write the report of a run",
        description="Writes report.html into the folder of a run: film, curves, scores, findings\n"
        "and a map of the latent space on one page, which needs no network.",
        epilog="example:\n  dcgan-tf report runs/mnist-10k",
    )
    command.add_argument("run", metavar="RUN", help="the folder of a run")

    command = commands.add_parser(
        "data",
        help="look at a data set",
        description="Says what a data set holds, and writes a picture of it.",
        epilog="example:\n  dcgan-tf data mnist-10k --preview digits.png",
    )
    add = command.add_argument
    add("data", metavar="NAME_OR_PATH", help=DATA_HELP)
    add("--image-size", type=image_size, metavar="HxW", help="resize the images to this size")
    add("--preview", metavar="PNG", help="write a picture of 64 of its images")
    return main
