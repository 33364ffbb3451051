"""One training in a run folder: `prepare` finds mistakes at once, and `train` carries it out."""

import contextlib
import dataclasses
import math
import pathlib
import sys

import keras

from dcgan_tf import applications
from dcgan_tf.applications.base import Application
from dcgan_tf.data.batches import shuffled_batches
from dcgan_tf.data.datasets import DATASETS
from dcgan_tf.gan.keras_compat import HistoryLogger, StopAtNaN
from dcgan_tf.monitoring.samples import ProgressGif
from dcgan_tf.runs import workers
from dcgan_tf.runs.callbacks import build_callbacks
from dcgan_tf.runs.folder import (
    check_new,
    clear,
    cut_history,
    has_begun,
    list_contents,
    load_run_model,
    lock_folder,
    read_settings,
    remove_results,
    write_settings,
)
from dcgan_tf.runs.report import write_curves, write_report
from dcgan_tf.runs.scoring import evaluate_run
from dcgan_tf.runs.settings import Settings, to_option, to_word


@dataclasses.dataclass
class Training:
    """A training that is ready to begin, in a folder that is locked for all other trainings.

    Use it in a `with` block. At the end of the block the folder is free again.

    Attributes:
        folder: `pathlib.Path`, the folder of the run.
        settings: `Settings`.
        application: `applications.base.Application`, with its data.
        model: `GAN`, compiled. If a run is resumed, the model of the last finished epoch.
        steps: Int, the number of training steps in an epoch.
        first_epoch: Int, the epoch to begin with, counted from 0.
        resume: Bool, whether a run is resumed, which means that it goes on where it stopped.
        is_chief: Bool, whether this process writes the files. Of several workers only one does.
        lock: `contextlib.ExitStack` that holds the lock of the folder.
    """

    folder: pathlib.Path
    settings: Settings
    application: Application
    model: keras.Model
    steps: int
    first_epoch: int
    resume: bool
    is_chief: bool
    lock: contextlib.ExitStack

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.lock.close()


def prepare(given, folder=None, resume=False, overwrite=False):
    """Prepares a training: settings, data, model and folder.

    Args:
        given: dict of the settings that you choose, by the names of the attributes of `Settings`.
        folder: Str or `pathlib.Path`, the folder of the run. By default it is in `runs`, with the
            name of the data, or of the application if that is not `"images"`.
        resume: Bool, whether to go on with the run in the folder.
        overwrite: Bool, whether to replace a run in the folder.

    Returns:
        A `Training`.

    Raises:
        ValueError: if the settings, the data or the folder cannot be used. The message says why.

    Example:

    >>> with prepare({"epochs": 3}, "runs/try", overwrite=True) as training:
    ...     train(training)
    """
    strategy, is_chief = workers.join()
    folder, settings = choose_folder_and_settings(given, folder, resume)
    if is_chief and not resume:
        check_new(folder, overwrite)
    application = applications.from_settings(settings)
    with strategy.scope():
        model = application.build()
    with contextlib.ExitStack() as stack:
        if is_chief:
            stack.enter_context(lock_folder(folder))
        if resume and has_begun(folder):
            with strategy.scope():
                model = load_run_model(folder)
        steps = math.ceil(len(application.samples) / settings.batch_size)
        steps_so_far = int(model.generator_optimizer.iterations.numpy())
        first_epoch, steps_too_many = divmod(steps_so_far, steps)
        if steps_too_many:
            raise ValueError(
                "The data has changed since the run began. Received: "
                f"{len(application.samples)} {application.noun}, after {steps_so_far} steps. "
                f"Expected the same {application.noun}."
            )
        lock = stack.pop_all()
    return Training(
        folder, settings, application, model, steps, first_epoch, resume, is_chief, lock
    )


def choose_folder_and_settings(given, folder=None, resume=False):
    """Completes the settings of a run with the defaults, or with those of the run to resume.

    Args:
        given: as in `prepare`.
        folder: as in `prepare`.
        resume: as in `prepare`.

    Returns:
        A tuple: `pathlib.Path` of the folder, and `Settings`.

    Raises:
        ValueError: for a setting that the application does not let you choose, or that differs from
            the settings of the run to resume.
    """
    source = given.get("data")
    if source is not None and source not in DATASETS and pathlib.Path(source).exists():
        # An absolute path, so that the data is found when a command runs in another folder.
        given = {**given, "data": str(pathlib.Path(source).resolve())}
    settings = Settings.from_options(given)
    if folder is None:
        is_default = settings.application == Settings.application
        name = pathlib.Path(settings.data).stem if is_default else settings.application
        folder = pathlib.Path("runs") / name
    folder = pathlib.Path(folder)
    if not resume:
        return folder, settings
    begun_with = read_settings(folder)
    for key, value in given.items():
        expected = getattr(begun_with, key)
        if value != expected and key != "epochs":
            raise ValueError(
                f"A resumed run keeps its settings. Received: {to_option(key)} {to_word(value)}. "
                f"Expected no {to_option(key)}, or what the run began with: {to_word(expected)}."
            )
    epochs = given.get("epochs", begun_with.epochs)
    return folder, dataclasses.replace(begun_with, epochs=epochs)


def train(training):
    """Trains to the last epoch or until Ctrl-C, scores the model, and writes the report.

    After Ctrl-C the model is not scored.

    Args:
        training: what `prepare` returns.

    Returns:
        Bool: `True` after the last epoch, `False` after Ctrl-C.

    Raises:
        ValueError: if a loss became infinite or NaN ("not a number"). The last good model is kept.
        ConnectionError: if another worker has stopped.
    """
    folder, settings, application = training.folder, training.settings, training.application
    callbacks = [guard := StopAtNaN()]
    if training.is_chief:
        if not training.resume:
            clear(folder)
        write_settings(folder, settings)
        remove_results(folder)
        cut_history(folder, training.first_epoch)
        callbacks += build_callbacks(application, settings, folder)
    print(
        f"{len(application.samples):,} {application.noun} of "
        f"{'x'.join(map(str, application.samples.shape[1:]))}, "
        f"{training.model.count_params():,} weights, {training.steps} steps an epoch"
    )
    finished = _fit(training, callbacks)
    if training.is_chief:
        if finished and not guard.reason:
            _score(folder)
        finish(folder)
    if guard.reason:
        steps_so_far = int(training.model.generator_optimizer.iterations.numpy())
        kept = (steps_so_far - 1) // training.steps
        raise ValueError(
            f"The training has failed: {guard.reason}. Kept: the model after epoch {kept}. Try "
            "lower learning rates (--generator-lr, --discriminator-lr) or the default --loss."
        )
    if not finished:
        print(f"Stopped. To go on: dcgan-tf train --resume --output-dir {folder}")
    return finished


def finish(folder):
    """Writes the curves and the report of a run, and prints a list of what its folder contains.

    Args:
        folder: Str or `pathlib.Path`, the folder of the run.

    Raises:
        ValueError: if the folder contains no run, or one of its files cannot be read.
    """
    write_curves(folder)
    write_report(folder)
    for title, path in list_contents(folder):
        print(f"{title + ':':14}{path}")


def _fit(training, callbacks):
    """Trains, and returns whether the training reached its last epoch: `False` after Ctrl-C."""
    settings, application, model = training.settings, training.application, training.model
    batches = shuffled_batches(
        application.samples,
        settings.batch_size,
        settings.seed,
        training.first_epoch,
        application.condition,
    )
    try:
        model.fit(
            batches,
            steps_per_epoch=training.steps,
            epochs=settings.epochs,
            initial_epoch=training.first_epoch,
            shuffle=False,
            callbacks=callbacks,
            verbose=1 if sys.stdout.isatty() else 2,
        )
    except KeyboardInterrupt:
        for callback in callbacks:
            if isinstance(callback, ProgressGif):
                callback.write()
        return False
    except workers.LOST_WORKER_ERRORS as error:
        if model.distribute_strategy.num_replicas_in_sync == 1:
            raise
        raise ConnectionError(
            "Another worker has stopped, or cannot be reached. Start all of them again with "
            "--resume."
        ) from error
    finally:
        for callback in callbacks:
            if isinstance(callback, HistoryLogger):
                callback.close()
    return True


def _score(folder):
    """Scores the run and prints the scores.

    The training has succeeded even if scoring is impossible, so an error becomes a message.
    """
    try:
        print(f"\n{evaluate_run(folder).as_table()}\n")
    except (ValueError, OSError) as error:
        print(f"The images are not scored. {error}")
