"""The command line: `dcgan-tf train`, `sample` and `data`.

What needs TensorFlow is imported inside the commands, so that `--help` answers at once.
"""

import argparse
import contextlib
import math
import os
import pathlib
import sys

from dcgan_tf import __version__

# What a run is made of, and a resumed run keeps.
DEFAULTS = {
    "data": "mnist-10k",
    "image_size": None,
    "network": "default",
    "loss": "sigmoid_cross_entropy",
    "latent_dim": 16,
    "batch_size": 32,
    "generator_lr": None,
    "discriminator_lr": None,
    "jit_compile": "auto",
    "seed": 0,
}
DEFAULT_EPOCHS = 30
# Written out because their modules load TensorFlow; a test compares them with the modules.
NETWORKS = ("default", "tutorial", "dense")
LOSSES = ("sigmoid_cross_entropy", "minimax")


def main(argv=None):
    """Runs one command.

    Args:
        argv: list of strings, the words after `dcgan-tf`; by default those of the process.

    Returns:
        The exit status: 0 done, 1 a failure while running, 2 wrong input, 130 stopped by Ctrl-C.
    """
    arguments = _parser().parse_args(argv)
    try:
        _import_tensorflow()
        return arguments.run_command(arguments)
    except _Failure as failure:
        print(f"dcgan-tf: error: {' '.join(str(failure).split())}", file=sys.stderr)
        return failure.status
    except KeyboardInterrupt:
        print("dcgan-tf: stopped", file=sys.stderr)
        return 130


def train(arguments):
    """Trains in a run folder, from the beginning or from where a run stopped."""
    with _failures_in_one_line(status=2):
        from dcgan_tf import runs
        from dcgan_tf.data import load_training_images

        folder, settings = _folder_and_settings(arguments)
        images = load_training_images(settings["data"], settings["image_size"])
        model = runs.load_model(folder) if arguments.resume else _new_model(settings, images)
        steps = math.ceil(len(images) / settings["batch_size"])
        first_epoch, steps_too_many = divmod(int(model.generator_optimizer.iterations), steps)
        if steps_too_many:
            raise ValueError(
                f"The data has changed since the run began. Received: {len(images)} images, after "
                f"{int(model.generator_optimizer.iterations)} steps. Expected the same images."
            )
    with _failures_in_one_line(status=1):
        if not arguments.resume:
            runs.clear(folder)
        runs.write_settings(folder, settings)
        print(
            f"{len(images):,} images of {'x'.join(map(str, images.shape[1:]))}, "
            f"{model.count_params():,} weights, {steps} steps an epoch"
        )
        finished = _fit(model, images, steps, first_epoch, folder, settings)
        _report(folder)
    if finished:
        return 0
    print(f"Stopped. To go on: dcgan-tf train --resume --output-dir {folder}")
    return 130


def sample(arguments):
    """Writes a picture of images that the model of a run generates."""
    with _failures_in_one_line(status=2):
        from dcgan_tf import files, images, runs

        output = files.writable_file(arguments.output or f"{arguments.run}/generated.png", ".png")
        model = runs.load_model(arguments.run)
    with _failures_in_one_line(status=1):
        samples = model.generate(arguments.count, seed=arguments.seed)
        images.write_png(output, images.make_grid(images.to_uint8(samples)))
        print(f"{arguments.count} generated images: {output}")
    return 0


def data(arguments):
    """Says what a data set holds, and writes a picture of it."""
    with _failures_in_one_line(status=2):
        import numpy as np

        from dcgan_tf import files, images
        from dcgan_tf.data import is_image_folder, load_dataset, open_image_folder

        if arguments.preview:
            files.writable_file(arguments.preview, ".png")
        if is_image_folder(arguments.data):
            pictures = open_image_folder(arguments.data, arguments.image_size)
            labels = pictures.labels
        else:
            (pictures, labels), _ = load_dataset(arguments.data, arguments.image_size)
        n, height, width, channels = pictures.shape
        print(f"{n:,} training images, height {height}, width {width}, channels {channels}")
        if labels is not None:
            counts = zip(*np.unique(labels, return_counts=True), strict=True)
            print("images of each label: " + ", ".join(f"{k}: {count:,}" for k, count in counts))
    with _failures_in_one_line(status=1):
        if arguments.preview:
            chosen = np.random.default_rng(0).permutation(n)[:64]
            grid = images.make_grid(images.to_uint8(np.stack([pictures[i] for i in chosen])))
            images.write_png(arguments.preview, grid)
            print(f"{len(chosen)} of them: {arguments.preview}")
    return 0


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
    except (ConnectionError, MemoryError) as error:
        raise _Failure(error, 1) from error
    except (ValueError, OSError) as error:
        raise _Failure(error, status) from error


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


def _folder_and_settings(arguments):
    """The run's folder, and its settings: those given and the defaults, or those it began with."""
    from dcgan_tf import runs
    from dcgan_tf.data import DATASETS

    given = {key: getattr(arguments, key) for key in DEFAULTS}
    given = {key: value for key, value in given.items() if value is not None}
    source = given.get("data", "mnist-10k")
    if source not in DATASETS and pathlib.Path(source).exists():
        given["data"] = str(pathlib.Path(source).resolve())  # to be found from any folder
    settings = {**DEFAULTS, "epochs": DEFAULT_EPOCHS, **given}
    folder = pathlib.Path(arguments.output_dir or f"runs/{pathlib.Path(settings['data']).stem}")
    if arguments.resume:
        settings = runs.read_settings(folder)
        for key, value in given.items():
            if settings[key] != value:
                option = "--" + key.replace("_", "-")
                raise ValueError(
                    f"A resumed run keeps its settings. Received: {option} {value}. Expected no "
                    f"{option}, or what the run began with: {settings[key]}."
                )
    else:
        runs.check_new(folder, arguments.overwrite)
    if arguments.epochs:
        settings["epochs"] = arguments.epochs
    return folder, settings


def _new_model(settings, images):
    from dcgan_tf import DCGAN, GAN
    from dcgan_tf.networks import build_pair

    image_shape, latent_dim = tuple(images.shape[1:]), settings["latent_dim"]
    seed, network = settings["seed"], settings["network"]
    if network == "default":
        model = DCGAN(image_shape, latent_dim, seed=seed)
    else:
        model = GAN(*build_pair(network, image_shape, latent_dim, seed), latent_dim, seed=seed)
    model.compile(loss=settings["loss"], jit_compile=settings["jit_compile"])
    if settings["generator_lr"]:
        model.generator_optimizer.learning_rate = settings["generator_lr"]
    if settings["discriminator_lr"]:
        model.discriminator_optimizer.learning_rate = settings["discriminator_lr"]
    return model


def _fit(model, images, steps, first_epoch, folder, settings):
    """Trains, and returns whether it came to the end. All that is needed to go on is saved last."""
    from dcgan_tf import ProgressGif, SampleGrid, runs, shuffled_batches

    runs.cut_history(folder, first_epoch)
    gif = ProgressGif(folder / runs.GIF)
    callbacks = [
        runs.History(folder / runs.HISTORY, append=True),
        SampleGrid(folder / runs.SAMPLES),
        gif,
        runs.SaveModel(folder / runs.MODEL),
    ]
    try:
        model.fit(
            shuffled_batches(images, settings["batch_size"], settings["seed"], first_epoch),
            steps_per_epoch=steps,
            epochs=settings["epochs"],
            initial_epoch=first_epoch,
            shuffle=False,
            callbacks=callbacks,
            verbose=1 if sys.stdout.isatty() else 2,
        )
    except KeyboardInterrupt:
        gif.write()
        return False
    return True


def _report(folder):
    """Draws the curves and prints one line for each thing in the run folder."""
    from dcgan_tf import runs
    from dcgan_tf.curves import plot_curves

    history = runs.read_history(folder)
    if history:
        plot_curves(history, folder / runs.CURVES)
    for title, name in (
        ("sample grids", runs.SAMPLES),
        ("progress GIF", runs.GIF),
        ("history", runs.HISTORY),
        ("curves", runs.CURVES),
        ("model", runs.MODEL),
    ):
        if (folder / name).exists():
            print(f"{title + ':':14}{folder / name}")


class _Parser(argparse.ArgumentParser):
    """A parser that tells a mistake in one line, without the usage before it."""

    def __init__(self, **kwargs):
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **kwargs
        )

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


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


def _image_size(text):
    sizes = text.split("x")
    if len(sizes) in (1, 2) and all(size.isdecimal() and 16 <= int(size) <= 128 for size in sizes):
        return [int(sizes[0]), int(sizes[-1])]
    raise argparse.ArgumentTypeError(
        f"received {text!r}, expected HEIGHTxWIDTH, each from 16 to 128 pixels, or one number"
    )


TRAIN_EXAMPLES = """examples:
  dcgan-tf train                                    the bundled MNIST digits
  dcgan-tf train --data fashion-mnist --epochs 10
  dcgan-tf train --data photos/ --image-size 64     your own images
  dcgan-tf train --loss minimax --output-dir runs/minimax
  dcgan-tf train --resume --epochs 80               go on with runs/mnist-10k

The run folder then holds samples/, progress.gif, history.csv, curves.png and model.keras.
Ctrl-C stops; the epochs finished so far are kept, and --resume goes on from there."""

DATA_HELP = (
    "mnist-10k (comes with the package), mnist, fashion-mnist, or the path of an .npz file, a "
    "folder of IDX files or a folder of PNG and JPEG images"
)


def _parser():
    parser = _Parser(
        prog="dcgan-tf",
        description="Trains generative adversarial networks, and shows how they learn.",
        epilog="examples:\n"
        "  dcgan-tf train                          train on MNIST digits, a few minutes\n"
        "  dcgan-tf sample runs/mnist-10k          new digits from the trained model\n"
        "  dcgan-tf data photos/ --preview p.png   what would be trained on\n\n"
        "exit status: 0 done, 1 a failure while running, 2 wrong usage or input, 130 stopped by\n"
        "Ctrl-C. Each command has its own --help.",
    )
    parser.add_argument("--version", action="version", version=f"dcgan-tf {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser(
        "train", help="train a model", description=train.__doc__, epilog=TRAIN_EXAMPLES
    )
    command.set_defaults(run_command=train)
    add = command.add_argument
    add("--data", metavar="NAME_OR_PATH", help=f"{DATA_HELP} (default: mnist-10k)")
    add("--image-size", type=_image_size, metavar="HxW", help="resize the images to this size")
    add("--network", choices=NETWORKS, help="the pair of networks (default: default)")
    add("--loss", choices=LOSSES, help="the loss (default: sigmoid_cross_entropy)")
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
    add("--generator-lr", type=_rate, metavar="RATE", help="learning rate (default: 0.002)")
    add("--discriminator-lr", type=_rate, metavar="RATE", help="learning rate (default: 0.002)")
    add("--jit-compile", action="store_true", default=None, help="use XLA: slow start, fast steps")
    add(
        "--seed",
        type=_integer(0, 2**31 - 1),
        metavar="N",
        help="fixes all that is random (default: 0)",
    )
    add("--output-dir", metavar="DIR", help="the run folder (default: runs/<name of the data>)")
    start = command.add_mutually_exclusive_group()
    start.add_argument("--resume", action="store_true", help="go on with the run in the folder")
    start.add_argument("--overwrite", action="store_true", help="replace the run in the folder")

    command = commands.add_parser(
        "sample",
        help="generate images with a trained model",
        description=sample.__doc__,
        epilog="example:\n  dcgan-tf sample runs/mnist-10k --count 100 --seed 7 --output new.png",
    )
    command.set_defaults(run_command=sample)
    add = command.add_argument
    add("run", metavar="RUN", help="the folder of a run, for example runs/mnist-10k")
    add("--count", type=_integer(1, 10_000), default=64, metavar="N", help="images (default: 64)")
    add(
        "--seed",
        type=_integer(0, 2**31 - 1),
        default=0,
        metavar="N",
        help="fixes the noise (default: 0)",
    )
    add("--output", metavar="PNG", help="the file to write (default: RUN/generated.png)")

    command = commands.add_parser(
        "data",
        help="look at a data set",
        description=data.__doc__,
        epilog="example:\n  dcgan-tf data mnist-10k --preview digits.png",
    )
    command.set_defaults(run_command=data)
    add = command.add_argument
    add("data", metavar="NAME_OR_PATH", help=DATA_HELP)
    add("--image-size", type=_image_size, metavar="HxW", help="resize the images to this size")
    add("--preview", metavar="PNG", help="write a picture of 64 of its images")
    return parser
