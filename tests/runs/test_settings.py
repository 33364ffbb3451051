import dataclasses
import json
import shlex

import pytest

from dcgan_tf.data import named
from dcgan_tf.gan import losses, regularizers
from dcgan_tf.networks import pairs
from dcgan_tf.runs import options, settings, training
from dcgan_tf.runs.settings import Settings


def test_choices_are_those_of_the_modules():
    assert settings.NETWORKS == tuple(pairs.PAIRS)
    assert settings.LOSSES == tuple(losses.LOSSES)
    assert settings.REGULARIZERS == tuple(regularizers.REGULARIZERS)
    help_on_data = " ".join(settings.DATA_HELP.split())
    assert all(name in help_on_data for name in named.DATASETS)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("--network recurrent", {"generator_lr": 0.0007, "discriminator_lr": None}),
        ("--network recurrent --generator-lr 0.002", {"generator_lr": 0.002}),
        ("--network dense", {"generator_lr": None, "discriminator_lr": 0.0005, "epochs": None}),
        ("--application finance --batch-size 32", {"batch_size": 32, "generator_lr": None}),
    ],
)
def test_command_of_a_report_makes_the_same_settings(work, given, expected):
    def settings_of(command):
        arguments = vars(options.build_parser().parse_args(shlex.split(command)[1:]))
        names = [field.name for field in dataclasses.fields(Settings)]
        given = {name: arguments[name] for name in names if arguments[name] is not None}
        return training.choose_folder_and_settings(given)[1]

    complete = settings_of(f"dcgan-tf train {given}")
    assert expected.items() <= complete.to_json().items()
    assert settings_of(complete.command()) == complete
    assert Settings.from_json(json.loads(json.dumps(complete.to_json()))) == complete


def test_rates_that_an_older_version_wrote_are_kept_only_where_they_are_taken():
    rates = {"generator_lr": 0.002, "discriminator_lr": 0.002}
    assert rates.items() <= Settings.from_json(rates).to_json().items()
    conditional = Settings.from_json({"application": "conditional", **rates})
    assert conditional.generator_lr is conditional.discriminator_lr is None
    assert "-lr" not in conditional.command()
