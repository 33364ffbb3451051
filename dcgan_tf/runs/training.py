"""One training in a run folder: `prepare` finds mistakes at once, and `train` carries it out."""

import contextlib
import dataclasses
import math
import pathlib
import sys

import keras
import tensorflow as tf

from dcgan_tf import applications
from dcgan_tf.applications.base import Application
from dcgan_tf.data.batches import batches_of_epoch
from dcgan_tf.gan.keras_compat import HistoryLogger, StopAtNaN
from dcgan_tf.monitoring.samples import ProgressGif
from dcgan_tf.runs import workers
from dcgan_tf.runs.callbacks import build_callbacks, build_watchers
from dcgan_tf.runs.folder import check_places, check_room, lock_folder
from dcgan_tf.runs.preparation import (
    change_rates,
    check_same_data,
    choose_folder_and_settings,
    copy_networks,
)
from dcgan_tf.runs.replacing import check_new, clear, name_files, remove_parts
from dcgan_tf.runs.report import finish
from dcgan_tf.runs.resuming import (
    check_epochs,
    check_is_complete,
    compare_machines,
    count_finished_epochs,
    describe_machine,
)
from dcgan_tf.runs.run_files import (
    cut_history,
    has_begun,
    list_versions,
    load_run_model,
    read_run,
    write_run,
)
from dcgan_tf.runs.scoring import evaluate_run
from dcgan_tf.runs.settings import Settings
from dcgan_tf.runs.terminal import one_line, to_printable
from dcgan_tf.runs.words import quote

# Every call of TensorFlow costs about 2 ms beside its work, so a call takes several training steps.
# With several workers it takes one: Keras' loop over steps does not work with theirs.
STEPS_IN_A_CALL = 5


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
        chooses_epochs: Bool, whether the number of epochs follows from the size of the data.
        first_epoch: Int, the epoch to begin with, counted from 0.
        resume: Bool, whether a run is resumed, which means that it goes on where it stopped.
        is_chief: Bool, whether this process writes the files. Of several workers only one does.
        watchers: list of the callbacks that measure, which is empty if this is not the chief.
        lock: `contextlib.ExitStack` that holds the lock of the folder.
    """

    folder: pathlib.Path
    settings: Settings
    application: Application
    model: keras.Model
    steps: int
    chooses_epochs: bool
    first_epoch: int
    resume: bool
    is_chief: bool
    watchers: list
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
    with contextlib.ExitStack() as stack:
        if is_chief:
            if not resume:
                check_new(folder, overwrite)
            stack.enter_context(lock_folder(folder))
            if not resume:
                check_new(folder, overwrite)  # another training may have been quicker
            check_places(folder)
        application = applications.from_settings(settings)
        if resume:
            check_same_data(folder, settings, application)
        goes_on = resume and has_begun(folder)
        with strategy.scope():
            model = application.build()
            if goes_on:
                model = load_run_model(folder)
                change_rates(model, settings, given)
            elif settings.start is not None:
                copy_networks(load_run_model(settings.start), model)
        steps = math.ceil(len(application.samples) / settings.batch_size)
        chooses_epochs = settings.epochs is None
        if chooses_epochs:
            epochs = application.count_epochs(settings.batch_size)
            settings = dataclasses.replace(settings, epochs=epochs)
        first_epoch = count_finished_epochs(model, application, steps)
        check_epochs(settings.epochs, first_epoch)
        watchers = build_watchers(application, settings, folder) if is_chief else []
        if is_chief:
            check_room(folder, model)
            if goes_on:
                check_is_complete(folder, first_epoch)
        lock = stack.pop_all()
    return Training(
        folder=folder,
        settings=settings,
        application=application,
        model=model,
        steps=steps,
        chooses_epochs=chooses_epochs,
        first_epoch=first_epoch,
        resume=resume,
        is_chief=is_chief,
        watchers=watchers,
        lock=lock,
    )


def train(training, open_report=False):
    """Trains to the last epoch, scores the model and writes the report; after Ctrl-C, no scores.

    Args:
        training: what `prepare` returns.
        open_report: Bool, whether the default browser opens the report after the first epoch.

    Returns:
        Bool: `True` after the last epoch, `False` after Ctrl-C.

    Raises:
        ValueError: if a loss became infinite or NaN ("not a number"). The last good model is kept.
        ConnectionError: if another worker has stopped.
    """
    folder = training.folder
    callbacks = [guard := StopAtNaN()]
    if training.is_chief:
        _prepare_folder(training)
        callbacks += build_callbacks(training, open_report)
    print(describe(training), flush=True)
    finished = _fit(training, callbacks)
    if training.is_chief:
        if finished and not guard.reason:
            _score(folder)
        finish(folder)
    if guard.reason:
        kept = f" Kept: the model after epoch {callbacks[-1].saved_epoch}." * training.is_chief
        raise ValueError(
            f"The training has failed: {guard.reason}.{kept} Try lower learning rates "
            "(--generator-lr, --discriminator-lr) or the default --loss."
        )
    if not finished:
        words = ["dcgan-tf", "train", "--resume", "--output-dir", str(folder)]
        print(one_line(f"Stopped. To go on: {quote(words)}"))
    return finished


def _prepare_folder(training):
    """Removes what is left of an earlier run or of a killed process, and writes run.json."""
    folder, application = training.folder, training.application
    machine = describe_machine()
    if training.resume:
        run = read_run(folder)
        before, now = {**run.machine, **run.versions}, {**machine, **list_versions()}
        if note := compare_machines(before, now):
            print(one_line(note))
        remove_parts(folder)
        cut_history(folder, training.first_epoch)
    elif others := clear(folder):
        print(one_line(f"Left alone, as no run has written it: {', '.join(others)}"))
    write_run(
        folder,
        training.settings,
        data_digest=application.dataset.digest if application.dataset else None,
        label_names=application.label_names,
        files=name_files(application),
        machine=machine,
    )


def describe(training):
    """Says what will be trained on and for how long, in one line of text and its notes."""
    application, settings = training.application, training.settings
    notes = application.dataset.notes if application.dataset else ()
    epochs = settings.epochs
    line = (
        f"{len(application.samples):,} {application.noun} of "
        f"{'x'.join(map(str, application.samples.shape[1:]))}, "
        f"{training.model.count_params():,} weights, {training.steps} steps an epoch, "
        f"{epochs:,} {'epoch' if epochs == 1 else 'epochs'}"
    )
    if training.chooses_epochs:
        line += f" (about {round(epochs * training.steps, -2):,} steps; --epochs changes this)"
    if changes := getattr(application, "changes", None):
        line += f", changed at random before the discriminator ({', '.join(changes)})"
    return "\n".join([line, *map(one_line, notes), *application.advise(epochs)])


def _fit(training, callbacks):
    """Trains, and returns whether the training reached its last epoch: `False` after Ctrl-C."""
    settings, application, model = training.settings, training.application, training.model
    with tf.device("CPU"):  # where tf.data works
        epoch = tf.Variable(training.first_epoch, dtype=tf.int64)
    choose_epoch = keras.callbacks.LambdaCallback(on_epoch_begin=lambda now, _: epoch.assign(now))
    batches = batches_of_epoch(
        epoch, application.samples, settings.batch_size, settings.seed, application.condition
    )
    is_alone = model.distribute_strategy.num_replicas_in_sync == 1
    model.steps_per_execution = STEPS_IN_A_CALL if is_alone else 1
    try:
        model.fit(
            batches,
            epochs=settings.epochs,
            initial_epoch=training.first_epoch,
            shuffle=False,
            callbacks=[choose_epoch, *callbacks],
            verbose=1 if sys.stdout.isatty() else 2,
        )
    except KeyboardInterrupt:
        for callback in callbacks:
            if isinstance(callback, ProgressGif):
                callback.write()
        return False
    except (tf.errors.OpError, *workers.LOST_WORKER_ERRORS) as error:
        if application.dataset and application.dataset.is_streamed:
            raise ValueError(
                f"An image could not be read any more while training ({_find_reason(error)}). "
                "Expected that the images stay as they are until the end. Kept: the model after "
                "the last finished epoch; --resume goes on."
            ) from error
        if is_alone or isinstance(error, tf.errors.InvalidArgumentError):
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


def _find_reason(error):
    """Finds the line of an error of TensorFlow that names the error of Python behind it."""
    lines = [line.strip() for line in str(error).splitlines() if "Error: " in line]
    return lines[0] if lines else type(error).__name__


def _score(folder):
    """Scores the run and prints the scores.

    The training has succeeded even if scoring is impossible, so an error becomes a message.
    """
    try:
        print(to_printable(f"\n{evaluate_run(folder).as_table()}\n"))
    except (ValueError, OSError) as error:
        print(one_line(f"The images are not scored. {error}"))
