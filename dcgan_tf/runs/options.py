"""The words of the command line: its commands, their options and their help texts.

This module does not import TensorFlow, so that `--help` answers at once.
"""

import argparse
import dataclasses

from dcgan_tf import __version__
from dcgan_tf.runs.settings import DATA_HELP, Settings
from dcgan_tf.runs.terminal import one_line
from dcgan_tf.runs.words import LANGUAGES, read_image_size, read_path, to_option, whole_number

# The settings that are paths. The others say themselves how they are read.
PATHS = {"data": {"type": read_path}, "start": {"type": read_path}}


class _Parser(argparse.ArgumentParser):
    """A parser that reports a mistake in one line, without printing the usage first."""

    def __init__(self, **kwargs):
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **kwargs
        )

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {one_line(message)} (see {self.prog} --help)\n")


def _add_run(command):
    text = "the folder of a run, for example runs/mnist-10k"
    command.add_argument("run", type=read_path, metavar="RUN", help=text)


def _add_seed(command):
    kind = whole_number(0, 2**31 - 1)
    command.add_argument(
        "--seed",
        type=kind,
        default=0,
        metavar="N",
        help="fixes the noise: the same seed gives the same images (default: 0)",
    )


def _add_language(command):
    command.add_argument(
        "--language",
        choices=LANGUAGES,
        help="the language of the report this time, English or Chinese (default: that of the run)",
    )


TRAIN_EXAMPLES = """examples:
  dcgan-tf train                                    the MNIST digits of the package
  dcgan-tf train --data fashion-mnist --epochs 10   garments, for ten epochs
  dcgan-tf train --data photos/ --image-size 64     your own images
  dcgan-tf train --loss hinge --output-dir hinge    another loss, in a folder of its own
  dcgan-tf train --application conditional          digits on demand
  dcgan-tf train --resume --epochs 80               go on with runs/mnist-10k to epoch 80
  dcgan-tf train --from runs/photos --data more/    begin with a trained model

After the training the run folder contains samples/, progress.gif, history.csv, curves.png,
model.keras and report.html. Open report.html in a browser: it shows all the others on one
page, and says how good the images are. You can stop with Ctrl-C. The finished epochs are
kept, and --resume goes on after the last of them."""


def build_parser():
    """Builds the parser of the command line.

    Returns:
        An `argparse.ArgumentParser`. In what it parses, `command` is the name of the command.
    """
    main = _Parser(
        prog="dcgan-tf",
        description="Trains generative adversarial networks (GANs), and shows how they learn.",
        epilog="examples:\n"
        "  dcgan-tf train                          train on MNIST digits, in a few minutes\n"
        "  dcgan-tf sample runs/mnist-10k          generate new digits with the trained model\n"
        "  dcgan-tf evaluate runs/mnist-10k        measure how good its digits are\n"
        "  dcgan-tf report runs/mnist-10k          write the report of the run again\n"
        "  dcgan-tf play runs/mnist-10k            write a page in which the model draws digits\n"
        "  dcgan-tf data photos/ --preview p.png   look at your images before you train on them\n\n"
        "Each command has its own help, for example dcgan-tf train --help.\n"
        "exit status: 0 for success, 1 for a failure while running, 2 for wrong usage or input,\n"
        "130 after Ctrl-C.",
    )
    main.add_argument("--version", action="version", version=f"dcgan-tf {__version__}")
    commands = main.add_subparsers(required=True, metavar="COMMAND", dest="command")

    command = commands.add_parser(
        "train",
        help="train a model",
        description="Trains a model, and writes the model and pictures of its training into a run\n"
        "folder. Without any option it trains on the MNIST digits of the package.",
        epilog=TRAIN_EXAMPLES,
    )
    add = command.add_argument
    for field in dataclasses.fields(Settings):
        kind = PATHS.get(field.name, {})
        add(to_option(field.name), dest=field.name, default=None, **kind, **field.metadata)
    add(
        "--output-dir",
        type=read_path,
        metavar="DIR",
        help="the run folder, for example runs/try (default: runs/ and the name of the data or of "
        "the application)",
    )
    add(
        "--open",
        action="store_true",
        help="open the report in the default browser after the first epoch; it follows the "
        "training",
    )
    start = command.add_mutually_exclusive_group()
    start.add_argument(
        "--resume", action="store_true", help="go on with the run in the folder, with its settings"
    )
    start.add_argument(
        "--overwrite", action="store_true", help="replace the run in the folder with a new one"
    )

    command = commands.add_parser(
        "sample",
        help="generate images with a trained model",
        description="Generates images with the trained model of a run: as one picture, as a file\n"
        "for each image, or as a film that walks through the latent space, which is the\n"
        "space of the noise vectors.",
        epilog="examples:\n"
        "  dcgan-tf sample runs/mnist-10k --count 100 --seed 7 --output new.png\n"
        "  dcgan-tf sample runs/mnist-10k --count 1000 --separate digits/\n"
        "  dcgan-tf sample runs/mnist-10k --walk 8 --output walk.gif\n"
        "  dcgan-tf sample runs/conditional --label 7\n"
        "  dcgan-tf sample runs/tables --count 500 --output rows.csv",
    )
    add = command.add_argument
    _add_run(command)
    add(
        "--count",
        type=whole_number(1, 1_000_000),
        metavar="N",
        help="how many images to generate (default: 64; 16 in a film, 1,000 rows of a table)",
    )
    add(
        "--label",
        metavar="NAME",
        help="generate only images of this label, for example 7 or cats; the run needs labels for "
        "this",
    )
    _add_seed(command)
    add(
        "--output",
        type=read_path,
        metavar="FILE",
        help="the PNG file to write (default: RUN/generated.png); with --walk the GIF or MP4 file "
        "(default: RUN/walk.gif); for a run of tables the CSV file (default: RUN/generated.csv)",
    )
    kinds = command.add_mutually_exclusive_group()
    kinds.add_argument(
        "--separate",
        type=read_path,
        metavar="DIR",
        help="write each image as a PNG file of its own into this folder, which must be new or "
        "empty",
    )
    kinds.add_argument(
        "--walk",
        type=whole_number(2, 100),
        metavar="N",
        help="write a film that goes from one noise vector to the next, through N of them and "
        "back to the first",
    )

    command = commands.add_parser(
        "evaluate",
        help="measure how good a trained model's images are",
        description="Generates images with the trained model of a run, and scores them. For\n"
        "comparison you also see the scores of real images, and of a collapsed\n"
        "generator, which makes the same image again and again. The command writes\n"
        "scores.json and pictures into the run folder, and report.html again.",
        epilog="example:\n  dcgan-tf evaluate runs/mnist-10k --samples 2000",
    )
    add = command.add_argument
    _add_run(command)
    add(
        "--samples",
        type=whole_number(10, 10_000),
        default=10_000,
        metavar="N",
        help="how many images to compare, at most half of the real ones (default: 10000)",
    )
    _add_seed(command)
    _add_language(command)

    command = commands.add_parser(
        "report",
        help="write the report of a run",
        description="Writes report.html into the folder of a run. This page shows the film, the\n"
        "curves, the scores, the findings of the training doctor, and a map of the latent\n"
        "space, which is the space of the noise vectors. It works without the internet.",
        epilog="example:\n  dcgan-tf report runs/mnist-10k",
    )
    _add_run(command)
    _add_language(command)

    command = commands.add_parser(
        "play",
        help="write a page in which the generator draws while you move",
        description="Writes one HTML file that holds the generator of a run. Open it in a browser: "
        "it draws\nwhile you move sliders or a point, and goes from one picture to another. "
        "It needs no\nserver and no internet, and you can give it away.",
        epilog="example:\n  dcgan-tf play runs/mnist-10k --output digits.html",
    )
    add = command.add_argument
    _add_run(command)
    add(
        "--output",
        type=read_path,
        metavar="FILE",
        help="the HTML file to write (default: RUN/play.html)",
    )
    add(
        "--language",
        choices=LANGUAGES,
        help="the language of the page, English or Chinese (default: that of the browser)",
    )

    command = commands.add_parser(
        "data",
        help="look at a data set",
        description="Prints how many images a data set has, their size and their labels. With\n"
        "--preview it also writes a picture of some of them.",
        epilog="example:\n  dcgan-tf data mnist-10k --preview digits.png",
    )
    add = command.add_argument
    add("data", type=read_path, metavar="NAME_OR_PATH", help=DATA_HELP)
    add(
        "--image-size",
        type=read_image_size,
        metavar="HxW",
        help="resize the images to this height and width in pixels, for example 64",
    )
    add(
        "--skip-damaged",
        action="store_true",
        help="go on without the images of a folder that are damaged",
    )
    add(
        "--preview",
        type=read_path,
        metavar="PNG",
        help="the PNG file to write, for a picture of 64 of its images",
    )
    return main
