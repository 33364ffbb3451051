"""The command line: `dcgan-tf train`, `sample`, `evaluate`, `report` and `data`.

What needs TensorFlow is imported inside the commands, so that `--help` answers at once.
"""

import contextlib
import errno
import math
import os
import pathlib
import sys

from dcgan_tf.options import DEFAULT_EPOCHS, DEFAULTS, NETWORK_SETTINGS, parser


def main(argv=None):
    """Runs one command.

    Args:
        argv: list of strings, the words after `dcgan-tf`; by default those of the process.

    Returns:
        The exit status: 0 done, 1 a failure while running, 2 wrong input, 130 stopped by Ctrl-C.
    """
    arguments = parser().parse_args(argv)
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
        from dcgan_tf import applications, runs, workers
        from dcgan_tf.data import load_training_images

        strategy, is_chief = workers.join()
        folder, settings = _folder_and_settings(arguments, is_chief)
        application = applications.of(settings)
        if application:
            images = application.samples
        else:
            images = load_training_images(settings["data"], settings["image_size"])
        with strategy.scope():
            model = application.build() if application else _new_model(settings, images)
        lock = runs.locked(folder) if is_chief else contextlib.nullcontext()
    with lock:
        if arguments.resume and runs.has_begun(folder):
            with _failures_in_one_line(status=2), strategy.scope():
                model = runs.load_model(folder)
        return _train(model, images, application, folder, settings, arguments.resume, is_chief)


def _train(model, images, application, folder, settings, resume, is_chief):
    """Trains in a folder that no other training can enter, and returns the exit status."""
    from dcgan_tf import runs, shuffled_batches
    from dcgan_tf.keras_callbacks import StopAtNaN

    steps = math.ceil(len(images) / settings["batch_size"])
    with _failures_in_one_line(status=2):
        steps_so_far = int(model.generator_optimizer.iterations.numpy())
        first_epoch, steps_too_many = divmod(steps_so_far, steps)
        if steps_too_many:
            raise ValueError(
                f"The data has changed since the run began. Received: {len(images)} images, after "
                f"{steps_so_far} steps. Expected the same images."
            )
    with _failures_in_one_line(status=1):
        callbacks = [guard := StopAtNaN()]
        if is_chief:
            if not resume:
                runs.clear(folder)
            runs.write_settings(folder, settings)
            runs.remove_what_was_made_afterwards(folder)
            runs.cut_history(folder, first_epoch)
            callbacks += _callbacks(images, application, folder, settings)
        print(
            f"{len(images):,} {'samples' if application else 'images'} of "
            f"{'x'.join(map(str, images.shape[1:]))}, "
            f"{model.count_params():,} weights, {steps} steps an epoch"
        )
        condition = application.condition if application else None
        options = settings["batch_size"], settings["seed"], first_epoch, condition
        batches = shuffled_batches(images, *options)
        finished = _fit(model, batches, steps, first_epoch, settings["epochs"], callbacks)
        if is_chief:
            if finished and not guard.reason:
                try:
                    _score(folder)
                except (ValueError, OSError) as error:  # the training is done all the same
                    print(f"The images are not scored. {error}")
            _write_report(folder)
        if guard.reason:
            kept = (int(model.generator_optimizer.iterations.numpy()) - 1) // steps
            raise ValueError(
                f"The training went wrong: {guard.reason}. Kept: the model after epoch {kept}. Try "
                "lower rates (--generator-lr, --discriminator-lr) or the default --loss."
            )
    if finished:
        return 0
    print(f"Stopped. To go on: dcgan-tf train --resume --output-dir {folder}")
    return 130


def sample(arguments):
    """Writes a picture of images that the model of a run generates."""
    with _failures_in_one_line(status=2):
        from dcgan_tf import applications, files, images, runs

        output = files.writable_file(arguments.output or f"{arguments.run}/generated.png", ".png")
        application = applications.of(runs.read_settings(arguments.run))
        asked = {}
        if arguments.label is not None:
            if application is None or application.names is None:
                raise ValueError(
                    f"This run knows no labels. Received: --label {arguments.label}. Expected a "
                    "run of dcgan-tf train --application conditional."
                )
            application.class_of(arguments.label)
            asked = {"label": arguments.label}
        model = runs.load_model(arguments.run)
    with _failures_in_one_line(status=1):
        if application:
            picture = application.draw(model, arguments.count, arguments.seed, **asked)
        else:
            samples = model.generate(arguments.count, seed=arguments.seed)
            picture = images.make_grid(images.to_uint8(samples))
        images.write_png(output, picture)
        print(f"{arguments.count} generated images: {output}")
    return 0


def evaluate(arguments):
    """Says how good the images of a run's model are."""
    with _failures_in_one_line(status=2):
        _score(arguments.run, samples=arguments.samples, seed=arguments.seed)
    with _failures_in_one_line(status=1):
        _write_report(arguments.run)
    return 0


def report(arguments):
    """Writes the report of a run."""
    with _failures_in_one_line(status=2):
        _write_report(arguments.run)
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


def _folder_and_settings(arguments, is_chief):
    """The run's folder, and its settings: those given and the defaults, or those it began with."""
    from dcgan_tf import applications, runs
    from dcgan_tf.data import DATASETS

    given = {key: getattr(arguments, key) for key in DEFAULTS}
    given = {key: value for key, value in given.items() if value is not None}
    source = given.get("data", "mnist-10k")
    own = applications.settings_of(given) or NETWORK_SETTINGS.get(given.get("network"), {})
    if source not in DATASETS and pathlib.Path(source).exists():
        given["data"] = str(pathlib.Path(source).resolve())  # to be found from any folder
    settings = {**DEFAULTS, "epochs": DEFAULT_EPOCHS, **own, **given}
    name = settings["application"] or pathlib.Path(settings["data"]).stem
    folder = pathlib.Path(arguments.output_dir or f"runs/{name}")
    if arguments.resume:
        settings = {**DEFAULTS, **runs.read_settings(folder)}
        for key, value in given.items():
            if settings[key] != value:
                option = "--" + key.replace("_", "-")
                raise ValueError(
                    f"A resumed run keeps its settings. Received: {option} {value}. Expected no "
                    f"{option}, or what the run began with: {settings[key]}."
                )
    elif is_chief:
        runs.check_new(folder, arguments.overwrite)
    if arguments.epochs:
        settings["epochs"] = arguments.epochs
    return folder, settings


def _new_model(settings, images):
    import tensorflow as tf

    from dcgan_tf import DCGAN, GAN, accelerate, losses, regularizers
    from dcgan_tf.optimizers import adam
    from dcgan_tf.pairs import build_pair

    image_shape, latent_dim = tuple(images.shape[1:]), settings["latent_dim"]
    seed, network = settings["seed"], settings["network"]
    if network == "default":
        model = DCGAN(image_shape, latent_dim, seed=seed)
    else:
        pair = build_pair(network, image_shape, latent_dim, seed)
        if network == "tutorial" and not tf.config.list_physical_devices("GPU"):
            pair = map(accelerate, pair)
        model = GAN(*pair, latent_dim, seed=seed)
    loss, name = losses.get(settings["loss"]), settings["regularizer"]
    regularizer = regularizers.get(None if name == "none" else name, loss)
    if regularizer is not None and settings["regularizer_weight"] is not None:
        regularizer.weight = settings["regularizer_weight"]
    model.compile(
        adam(settings["generator_lr"], averaged=True),
        adam(settings["discriminator_lr"]),
        loss,
        regularizer,
        **{key: settings[key] for key in ("discriminator_steps", "jit_compile")},
    )
    return model


def _fit(model, batches, steps, first_epoch, epochs, callbacks):
    """Trains, and returns whether it came to the end. All that is needed to go on is saved last."""
    from dcgan_tf import ProgressGif, runs, workers

    try:
        model.fit(
            batches,
            steps_per_epoch=steps,
            epochs=epochs,
            initial_epoch=first_epoch,
            shuffle=False,
            callbacks=callbacks,
            verbose=1 if sys.stdout.isatty() else 2,
        )
    except KeyboardInterrupt:
        for callback in callbacks:
            if isinstance(callback, ProgressGif):
                callback.write()
        return False
    except workers.LOST as error:
        if model.distribute_strategy.num_replicas_in_sync == 1:
            raise
        raise ConnectionError(
            "Another worker has stopped, or cannot be reached. Start all of them again with "
            "--resume."
        ) from error
    finally:
        for callback in callbacks:
            if isinstance(callback, runs.History):
                callback.close()
    return True


def _callbacks(images, application, folder, settings):
    """The callbacks that write into the run folder. The model is last: it tells the epoch."""
    from dcgan_tf import ProgressGif, runs

    draw = application.draw if application else None
    return [
        runs.FolderStillThere(folder),
        *([] if application else _judges(images, folder, settings)),
        runs.History(folder / runs.HISTORY, append=True),
        ProgressGif(folder / runs.GIF, frames_dir=folder / runs.SAMPLES, draw=draw),
        runs.SaveModel(folder / runs.MODEL),
    ]


def _judges(images, folder, settings):
    """The callbacks that watch how well it goes."""
    from dcgan_tf import ImageFolder, Scorecard, TrainingDoctor, features, runs
    from dcgan_tf.evaluation import scorer_for

    judges = []
    if settings["score_samples"]:
        judges.append(Scorecard(scorer_for(settings, settings["score_samples"])[0]))
    classify = None
    if features.are_digits(settings["data"], images.shape[1:]):
        classify = features.digit_features().classify
    if isinstance(images, ImageFolder):
        images, _ = images.load_some(2000)
    return [*judges, TrainingDoctor(images, classify, folder / runs.DOCTOR)]


def _score(folder, **options):
    """Scores a run's model and prints the table."""
    from dcgan_tf.evaluation import evaluate_run, table

    print(f"\n{table(evaluate_run(folder, **options))}\n")


def _write_report(folder):
    """Writes the report and the curves, and prints one line for each thing in the run folder."""
    from dcgan_tf import runs
    from dcgan_tf.curves import plot_curves
    from dcgan_tf.report import write_report

    folder = pathlib.Path(folder)
    history = runs.read_history(folder)
    if history:
        plot_curves(history, folder / runs.CURVES)
    write_report(folder)
    for title, name in (
        ("sample grids", runs.SAMPLES),
        ("progress GIF", runs.GIF),
        ("history", runs.HISTORY),
        ("curves", runs.CURVES),
        ("model", runs.MODEL),
        ("scores", runs.SCORES),
        ("more", runs.EXTRAS),
        ("report", runs.REPORT),
    ):
        path = folder / name
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            print(f"{title + ':':14}{path}")
