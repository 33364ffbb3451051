import math

import pytest
from helpers import HEALTHY

from dcgan_tf.monitoring import rules
from dcgan_tf.monitoring.rules import diagnose


def finding(*changes):
    """The finding after snapshots that differ from a healthy one by these changes."""
    return diagnose([{**HEALTHY, **change} for change in changes])[0]


def test_healthy():
    assert finding({}) == finding(*[{}] * 10) == "balanced"


def test_nothing_is_called_healthy_before_there_is_enough_to_see():
    early = {**HEALTHY, "steps": rules.SETTLED - 1}
    for snapshots in ([early] * 5, [early, HEALTHY, HEALTHY]):
        assert diagnose(snapshots)[1].startswith("nothing wrong yet: D is right about 70%")
    assert diagnose([HEALTHY] * 3)[1].startswith("balanced: D is right about 70%")


def just_below(value):
    return math.nextafter(value, -math.inf)


def just_above(value):
    return math.nextafter(value, math.inf)


# finding: snapshots needed in a row, measurements on the failing and on the healthy side
BOUNDARIES = {
    "dead-start": (
        1,
        {"diversity": just_below(rules.ALIKE), "steps": 9},
        {"diversity": rules.ALIKE, "steps": 9},
    ),
    "memorising": (
        1,
        {"near_copies": just_above(rules.COPIES)},
        {"near_copies": rules.COPIES},
    ),
    "vanishing-gradient": (
        2,
        {"loss_gradient": just_below(rules.FLAT), "fake_probability": just_below(rules.FLAT)},
        {"loss_gradient": rules.FLAT, "fake_probability": 0.0},
    ),
    "discriminator-won": (
        2,
        {"real_accuracy": just_above(rules.WON), "fake_accuracy": 1.0},
        {"real_accuracy": rules.WON, "fake_accuracy": 1.0},
    ),
    "collapse": (
        3,
        {"diversity": just_below(rules.UNIFORM)},
        {"diversity": rules.UNIFORM},
    ),
    "oscillation": (
        4,
        {"swing": just_above(rules.SWING), "largest_logit": just_above(rules.SURE)},
        {"swing": 9.0, "largest_logit": rules.SURE},
    ),
}


@pytest.mark.parametrize("name", BOUNDARIES)
def test_boundary(name):
    snapshots, failing, healthy = BOUNDARIES[name]
    assert finding(*[failing] * snapshots) == name
    assert finding(*[healthy] * snapshots) == "balanced"


def test_memorising_that_only_the_scorecard_sees():
    assert finding({"val_near_copies": just_above(rules.COPIES)}) == "memorising"
    assert finding({"val_near_copies": rules.COPIES}) == "balanced"
    assert finding({"val_near_copies": None}) == "balanced"  # a score that was no number


def test_collapse_onto_one_class():
    one = {"largest_class": 8, "largest_class_fraction": just_above(rules.ONE_CLASS)}
    several = {**one, "largest_class_fraction": rules.ONE_CLASS}
    assert finding(*[one] * 3) == "collapse"
    assert finding(*[several] * 3) == "balanced"
    snapshot = {**HEALTHY, **one}
    assert "95% of them are classified as 8" in diagnose([snapshot] * 3)[1]


def test_collapse_needs_most_of_three_snapshots():
    alike = {"diversity": 0.1}
    assert finding(alike, alike) == "balanced"
    assert finding(alike, {}, alike) == "collapse"
    assert finding(alike, alike, alike, {}, {}) == "balanced"


@pytest.mark.parametrize("name", ["vanishing-gradient", "discriminator-won"])
def test_one_odd_snapshot_is_no_failure(name):
    snapshots, failing, _ = BOUNDARIES[name]
    assert finding(*[failing] * (snapshots - 1)) == "balanced"
    assert finding(*[failing] * (snapshots - 1), {}, *[failing] * (snapshots - 1)) == "balanced"


def test_flat_loss_of_a_generator_that_wins_is_no_failure():
    assert finding(*[{"loss_gradient": 0.0, "fake_probability": 1.0}] * 5) == "balanced"


def test_both_accuracies_must_be_high():
    assert finding(*[{"real_accuracy": 1.0, "fake_accuracy": 0.0}] * 5) == "balanced"


def test_dead_start_must_hold_from_the_start():
    dead = {"diversity": 0.0, "steps": 9}
    assert finding({"diversity": 0.1}, dead) == "balanced"
    assert finding(dead, dead) == "dead-start"


def test_collapse_before_the_images_settle_is_normal():
    early = {"diversity": 0.2, "steps": rules.SETTLED - 1}
    assert finding(*[early] * 5) == "balanced"
    late = {**early, "steps": rules.SETTLED}
    assert finding(early, late, late) == "balanced"
    assert finding(early, late, late, late) == "collapse"


def test_oscillation_needs_most_of_four_snapshots():
    swinging = {"swing": 1.0, "largest_logit": 30.0}
    assert finding(*[swinging] * 3) == "balanced"
    assert finding(swinging, {}, swinging, swinging) == "oscillation"
    assert finding(swinging, {"swing": 0.0}, {"swing": 0.0}, swinging, {"swing": 0.0}) == "balanced"
    assert finding(*[{"swing": 1.0}] * 4) == "balanced"  # D is not sure
    early = {**swinging, "steps": rules.SETTLED - 1}
    assert finding(early, *[swinging] * 3) == "balanced"
    assert finding(early, *[swinging] * 4) == "oscillation"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"generator_loss": None}, "nan"),
        ({"discriminator_loss": None, "near_copies": 1.0}, "nan"),
        ({"generator_gradient": None}, "nan"),
        ({"largest_logit": just_above(rules.HUGE)}, "nan"),
        ({"discriminator_loss": -just_above(rules.HUGE)}, "nan"),
        ({"largest_logit": rules.HUGE}, "balanced"),
    ],
)
def test_nan(change, expected):
    assert finding({}, change) == expected


def test_numbers_that_were_undefined_once_are_left_out():
    broken = dict.fromkeys(["largest_logit", "diversity", "generator_gradient"])
    uniform = {"diversity": 0.1}
    assert finding(uniform, uniform, broken, uniform) == "collapse"


def test_the_most_specific_failure_is_named():
    lost = {"real_accuracy": 1.0, "fake_accuracy": 1.0, "diversity": 0.1}
    assert finding(*[lost] * 5) == "discriminator-won"
    flat = {**lost, "loss_gradient": 0.0, "fake_probability": 0.0}
    assert finding(*[flat] * 5) == "vanishing-gradient"
    assert finding(*[{**flat, "near_copies": 1.0}] * 5) == "memorising"
    assert finding(*[{**flat, "diversity": 0.0}] * 5) == "dead-start"


def test_messages_are_one_line_with_numbers():
    snapshot = {**HEALTHY, "diversity": 0.12, "largest_class": 1, "largest_class_fraction": 0.94}
    message = diagnose([snapshot] * 3)[1]
    assert message == (
        "collapsed: the images are 12% as varied as real ones, and 94% of them are classified as 1."
        " Try equal learning rates, or a stronger discriminator."
    )
    for snapshots, failing, _ in BOUNDARIES.values():
        message = diagnose([{**HEALTHY, **failing}] * snapshots)[1]
        assert "Try" in message and "\n" not in message
