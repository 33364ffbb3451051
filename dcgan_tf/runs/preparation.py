"""What a training begins with: its settings, its data, and the model of another run."""

import dataclasses
import pathlib

from dcgan_tf import applications
from dcgan_tf.gan.optimizers import make_falling_rate
from dcgan_tf.runs.folder import name_folder
from dcgan_tf.runs.run_files import load_run_model, read_run, read_settings
from dcgan_tf.runs.settings import NOT_INHERITED, Settings, list_settings
from dcgan_tf.runs.words import to_option, to_word

RATES = ("generator_lr", "discriminator_lr")
CHANGEABLE = ("epochs", "data", "language", *RATES)  # when a run is resumed


def choose_folder_and_settings(given, folder=None, resume=False):
    """Completes the settings of a run with the defaults, or with those of another run.

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
    given = dict(given)
    if given.get("start") is not None:
        given["start"] = _make_absolute(given["start"])
        given = _inherit(given)
    as_given = given.get("data")
    _find_data(given, as_given, given.get("application", Settings.application))
    settings = Settings.from_options(given)
    if folder is None:
        is_default = settings.application == Settings.application
        folder = pathlib.Path("runs") / name_folder(
            settings.data if is_default else settings.application
        )
    folder = pathlib.Path(folder)
    if not resume:
        return folder, settings
    begun_with = read_settings(folder)
    _find_data(given, as_given, begun_with.application)
    for key, value in given.items():
        expected = getattr(begun_with, key)
        if value != expected and key not in CHANGEABLE:
            raise ValueError(
                f"A resumed run keeps its settings. Received: {to_option(key)} {to_word(value)}. "
                f"Expected no {to_option(key)}, or what the run began with: {to_word(expected)}."
            )
    changed = {key: value for key, value in given.items() if key in CHANGEABLE}
    return folder, dataclasses.replace(begun_with, **changed)


def _find_data(given, data, application):
    """Makes the path of the data absolute, unless it is a name that the application knows."""
    if data is not None:
        is_name = data in applications.load(application).data_names
        given["data"] = data if is_name else _make_absolute(data)


def _make_absolute(path):
    """Makes a path absolute, so that it is found when a command runs in another folder."""
    is_there = path != "" and pathlib.Path(path).exists()  # of no letters: the current folder
    return str(pathlib.Path(path).resolve()) if is_there else path


def _inherit(given):
    """Adds what a run takes over from the run with whose model it begins."""
    source = read_settings(given["start"])
    name = given.get("application", source.application)
    keys = {*list_settings(applications.load(name))}.difference(NOT_INHERITED)
    if name != source.application:
        keys.discard("batch_size")  # each application has its own
    inherited = {key: getattr(source, key) for key in keys}
    chosen = {key: value for key, value in inherited.items() if value != getattr(Settings, key)}
    if source.image_size is not None:
        chosen["image_size"] = source.image_size
    elif "data" in given and "image_size" in applications.load(source.application).get_options():
        # Other images get the size of those that the model makes.
        chosen["image_size"] = load_run_model(given["start"]).sample_shape[:2]
    return {**chosen, **given}


def check_same_data(folder, settings, application):
    """Refuses to go on with a run whose data has changed, or is not at its new place.

    Args:
        folder: `pathlib.Path`, the folder of the run.
        settings: `Settings`, with the place of the data.
        application: `applications.base.Application` with this data.

    Raises:
        ValueError: if it is other data than the run began with.
    """
    digest = application.dataset.digest if application.dataset else None
    expected = read_run(folder).data_digest
    before = read_settings(folder).data
    if digest != expected and (expected is not None or settings.data != before):
        raise ValueError(
            f"The data has changed since the run began. Received: {len(application.samples)} "
            f"{application.noun} of {settings.data}, which are not the same ones. Expected the "
            "same data; or begin a new run with this model by --from."
        )


def copy_networks(source, model):
    """Copies the weights of both networks of a model into another model.

    Args:
        source: `GAN`, whose weights are copied.
        model: `GAN` with the same networks, which gets them.

    Raises:
        ValueError: if the networks differ.
    """
    for network in ("generator", "discriminator"):
        old, new = getattr(source, network), getattr(model, network)
        shapes = [[tuple(weight.shape) for weight in each.weights] for each in (old, new)]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"The model to begin with does not fit. Received: samples of shape "
                f"{source.sample_shape} and another {network} than the one that the settings and "
                f"the data ask for, with samples of shape {model.sample_shape}. Expected the same "
                "networks, and images of the same size and with as many channels."
            )
        new.set_weights(old.get_weights())


def change_rates(model, settings, given):
    """Changes the learning rates of a resumed run, if they were given. They fall as before.

    Args:
        model: `GAN`, compiled as the application `images` does it.
        settings: `Settings`.
        given: dict of the settings that were given.
    """
    for name, optimizer in zip(RATES, model.optimizer.optimizers, strict=True):
        if name in given:
            optimizer.learning_rate = make_falling_rate(getattr(settings, name))
