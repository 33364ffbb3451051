"""One training in a run folder: prepared, so that mistakes show at once, and then carried out."""

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
from dcgan_tf.gan.keras_compat import StopAtNaN
from dcgan_tf.monitoring.samples import ProgressGif
from dcgan_tf.runs import workers
from dcgan_tf.runs.callbacks import History, build_callbacks
from dcgan_tf.runs.folder import (
    check_new,
    clear,
    cut_history,
    has_begun,
    list_contents,
    load_run_model,
    lock_folder,
    read_settings,
    remove_what_was_made_afterwards,
    write_settings,
)
from dcgan_tf.runs.report import write_curves, write_report
from dcgan_tf.runs.scoring import evaluate_run
from dcgan_tf.runs.settings import Settings, as_word, option


@dataclasses.dataclass
class Training:
    """A training that is ready to begin, in a folder that no other training can enter.

    Use it in a `with` block, which leaves the folder free again at its end.

    Attributes:
        folder: `pathlib.Path` of the run.
        settings: `Settings`.
        application: `applications.base.Application`, with its data.
        model: `GAN`, compiled; that of the last finished epoch if a run goes on.
        steps: Int, training steps in an epoch.
        first_epoch: Int, the epoch to begin with, counted from 0.
        resume: Bool, whether a run goes on.
        is_chief: Bool, whether this process writes the files; of several workers only one does.
        lock: `contextlib.ExitStack` that holds the folder.
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
        given: dict of the settings that differ from the defaults, by the names of `Settings`.
        folder: the folder of the run, by default `runs/<name of the data or application>`.
        resume: Bool, whether to go on with the run in the folder.
        overwrite: Bool, whether to replace a run in the folder.

    Returns:
        A `Training`.

    Raises:
        ValueError: for settings, data or a folder that cannot be used, with the reason.

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
    """Completes the settings of a run, by the defaults or by what the run began with.

    Args:
        given: as in `prepare`.
        folder: as in `prepare`.
        resume: as in `prepare`.

    Returns:
        A tuple: `pathlib.Path` of the folder, and `Settings`.

    Raises:
        ValueError: for a setting that the application does not take, or that differs from what the
            resumed run began with.
    """
    source = given.get("data")
    if source is not None and source not in DATASETS and pathlib.Path(source).exists():
        given = {**given, "data": str(pathlib.Path(source).resolve())}  # found from any folder
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
                f"A resumed run keeps its settings. Received: {option(key)} {as_word(value)}. "
                f"Expected no {option(key)}, or what the run began with: {as_word(expected)}."
            )
    epochs = given.get("epochs", begun_with.epochs)
    return folder, dataclasses.replace(begun_with, epochs=epochs)


def train(training):
    """Trains to the last epoch, or until Ctrl-C, then scores the model and writes the report.

    Args:
        training: what `prepare` returns.

    Returns:
        Bool, whether it came to its end: `False` after Ctrl-C.

    Raises:
        ValueError: if the weights became NaN; the last good model is kept.
        ConnectionError: if another worker is gone.
    """
    folder, settings, application = training.folder, training.settings, training.application
    callbacks = [guard := StopAtNaN()]
    if training.is_chief:
        if not training.resume:
            clear(folder)
        write_settings(folder, settings)
        remove_what_was_made_afterwards(folder)
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
            f"The training went wrong: {guard.reason}. Kept: the model after epoch {kept}. Try "
            "lower rates (--generator-lr, --discriminator-lr) or the default --loss."
        )
    if not finished:
        print(f"Stopped. To go on: dcgan-tf train --resume --output-dir {folder}")
    return finished


def finish(folder):
    """Writes the curves and the report of a run, and prints a line for each thing in its folder."""
    write_curves(folder)
    write_report(folder)
    for title, path in list_contents(folder):
        print(f"{title + ':':14}{path}")


def _fit(training, callbacks):
    """Trains, and returns whether it came to the end."""
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
    except workers.LOST as error:
        if model.distribute_strategy.num_replicas_in_sync == 1:
            raise
        raise ConnectionError(
            "Another worker has stopped, or cannot be reached. Start all of them again with "
            "--resume."
        ) from error
    finally:
        for callback in callbacks:
            if isinstance(callback, History):
                callback.close()
    return True


def _score(folder):
    """Scores the run and prints the card. The training is done, even if this cannot be."""
    try:
        print(f"\n{evaluate_run(folder).as_table()}\n")
    except (ValueError, OSError) as error:
        print(f"The images are not scored. {error}")
