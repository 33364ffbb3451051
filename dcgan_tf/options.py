"""The options of the command line and their defaults. Loads nothing: help comes at once."""

import argparse
import math

from dcgan_tf import __version__

# What a run is made of, and a resumed run keeps.
DEFAULTS = {
    "application": None,
    "data": "mnist-10k",
    "image_size": None,
    "network": "default",
    "loss": "sigmoid_cross_entropy",
    "regularizer": "auto",
    "regularizer_weight": None,
    "discriminator_steps": 1,
    "latent_dim": 16,
    "batch_size": 32,
    "generator_lr": 0.002,
    "discriminator_lr": 0.002,
    "jit_compile": "auto",
    "score_samples": None,
    "seed": 0,
}
DEFAULT_EPOCHS = 25
NETWORK_SETTINGS = {"recurrent": {"generator_lr": 0.0007}}  # in place of the defaults
# Written out because their modules load TensorFlow; a test compares them with the modules.
NETWORKS = ("default", "tutorial", "dense", "recurrent", "spectral")
LOSSES = (
    "sigmoid_cross_entropy",
    "one_sided_smoothing",
    "minimax",
    "least_squares",
    "hinge",
    "wasserstein",
)
APPLICATIONS = (
    *("conditional", "little-data", "features", "completion", "enhancement", "translation"),
    *("video", "text", "finance", "medicine"),
)
REGULARIZERS = ("r1", "gradient_penalty")


class _Parser(argparse.ArgumentParser):
    """A parser that tells a mistake in one line, without the usage before it."""

    def __init__(self, **kwargs):
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **kwargs
        )

    def error(self, message):
        line = " ".join(message.split())
        self.exit(2, f"{self.prog}: error: {line} (see {self.prog} --help)\n")


def _integer(least, most):
    def convert(text):
        if text.isdecimal() and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"received {text!r}, expected a whole number from {least} to {most}"
        )

    return convert


def _rate(text):
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if 0 < rate < 1:
        return rate
    raise argparse.ArgumentTypeError(f"received {text!r}, expected a number between 0 and 1")


def _weight(text):
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if 0 <= weight < math.inf:
        return weight
    raise argparse.ArgumentTypeError(f"received {text!r}, expected a number of at least 0")


def _image_size(text):
    sizes = text.split("x")
    if len(sizes) in (1, 2) and all(size.isdecimal() and 16 <= int(size) <= 128 for size in sizes):
        return [int(sizes[0]), int(sizes[-1])]
    raise argparse.ArgumentTypeError(
        f"received {text!r}, expected HEIGHTxWIDTH, each from 16 to 128 pixels, or one number"
    )


def _add_seed(command, meaning, default=None):
    kind = _integer(0, 2**31 - 1)
    command.add_argument(
        "--seed", type=kind, default=default, metavar="N", help=f"{meaning} (default: 0)"
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

DATA_HELP = (
    "mnist-10k (comes with the package), stacked-mnist (three of its digits as the colours of one "
    "image), mnist, fashion-mnist, or the path of an .npz file, a folder of IDX files or a folder "
    "of PNG and JPEG images"
)


def parser():
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
    add("--application", choices=APPLICATIONS, help="one of the systems of docs/applications.md")
    add("--data", metavar="NAME_OR_PATH", help=f"{DATA_HELP} (default: mnist-10k)")
    add("--image-size", type=_image_size, metavar="HxW", help="resize the images to this size")
    add("--network", choices=NETWORKS, help="the pair of networks (default: default)")
    add("--loss", choices=LOSSES, help="the loss (default: sigmoid_cross_entropy)")
    add(
        "--regularizer",
        choices=("auto", *REGULARIZERS, "none"),
        help="penalty on the discriminator's slope (default: auto, what goes with the loss)",
    )
    add(
        "--regularizer-weight",
        type=_weight,
        metavar="W",
        help="its weight (default: 0.2 for r1, 10 for gradient_penalty)",
    )
    add(
        "--discriminator-steps",
        type=_integer(1, 100),
        metavar="N",
        help="steps of the discriminator for each of the generator (default: 1)",
    )
    add(
        "--latent-dim",
        type=_integer(1, 10_000),
        metavar="N",
        help="length of the noise (default: 16)",
    )
    add(
        "--epochs",
        type=_integer(1, 1_000_000),
        metavar="N",
        help=f"in all (default: {DEFAULT_EPOCHS})",
    )
    add(
        "--batch-size",
        type=_integer(1, 100_000),
        metavar="N",
        help="images in a step (default: 32)",
    )
    for network in ("generator", "discriminator"):
        add(
            f"--{network}-lr",
            type=_rate,
            metavar="RATE",
            help="learning rate at the start, half of it after 5,000 steps (default: 0.002"
            + ("; 0.0007 for --network recurrent)" if network == "generator" else ")"),
        )
    add("--jit-compile", action="store_true", default=None, help="use XLA: slow start, fast steps")
    add(
        "--score-samples",
        type=_integer(10, 10_000),
        metavar="N",
        help="score N images after each epoch too (default: only at the end)",
    )
    _add_seed(command, "fixes all that is random")
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
    add("--count", type=_integer(1, 10_000), default=64, metavar="N", help="images (default: 64)")
    add("--label", type=int, metavar="N", help="only images of this label, if the run knows labels")
    _add_seed(command, "fixes the noise", default=0)
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
        type=_integer(10, 10_000),
        default=10_000,
        metavar="N",
        help="images to compare, at most half of the real ones (default: 10000)",
    )
    _add_seed(command, "fixes the noise", default=0)

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
    add("--image-size", type=_image_size, metavar="HxW", help="resize the images to this size")
    add("--preview", metavar="PNG", help="write a picture of 64 of its images")
    return main
