"""The scores of a run, which are computed from its folder and written into it."""

import dataclasses
import math
import pathlib

from dcgan_tf import applications
from dcgan_tf.data import files, rendering
from dcgan_tf.evaluation.figures import plot_class_fractions
from dcgan_tf.runs.folder import (
    CLASS_FRACTIONS,
    CLOSEST_PAIRS,
    EXTRAS,
    RESULTS,
    SCORES,
    check_places,
)
from dcgan_tf.runs.preparation import check_same_data
from dcgan_tf.runs.run_files import load_run_model, read_findings, read_settings

MOST_SAMPLES = 10_000
MOST_CLASSES_DRAWN = 40  # a chart of more classes is too crowded


def evaluate_run(folder, samples=MOST_SAMPLES, seed=0, verbose=1):
    """Scores the model of a run, and writes scores.json and pictures into the folder.

    Args:
        folder: Str or `pathlib.Path`, the folder of a run.
        samples: Int, the number of samples to compare, at most half of the training samples.
        seed: Int, fixes the noise.
        verbose: 0 or 1, whether to show progress.

    Returns:
        `evaluation.card.Card`: each measure, with references to compare it with.

    Raises:
        ValueError: if the folder contains no run, the data is gone or has changed, or there are
            too few samples.

    Example:

    >>> print(evaluate_run("runs/mnist-10k").as_table())
    """
    folder = files.check_writable_folder(pathlib.Path(folder))
    check_places(folder, RESULTS)
    application = applications.from_settings(settings := read_settings(folder))
    check_same_data(folder, settings, application)
    model = load_run_model(folder)
    steps = math.ceil(len(application.samples) / settings.batch_size)
    # The model may be of an earlier epoch than the last one of the history, see `SaveModel`.
    epochs = int(model.generator_optimizer.iterations.numpy()) // steps
    read_findings(folder)  # the report that follows shows them, and an error should come now
    card = application.score(model, samples, seed, verbose)
    card = dataclasses.replace(card, seed=seed, epochs=epochs)
    for name, picture in card.pictures.items():
        rendering.write_png(folder / name, picture)
    draws_classes = card.classes and len(card.classes["labels"]) <= MOST_CLASSES_DRAWN
    if draws_classes:
        plot_class_fractions(card.classes, folder / CLASS_FRACTIONS)
    files.write_json(folder / SCORES, card.to_json())
    application.write(model, folder / EXTRAS)
    # What an earlier model had, and this one has not.
    for name, is_new in ((CLASS_FRACTIONS, draws_classes), (CLOSEST_PAIRS, card.pictures)):
        if not is_new:
            (folder / name).unlink(missing_ok=True)
    return card
