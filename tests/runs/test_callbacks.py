"""What the callbacks of a run say and do, without a training."""

import pathlib

import pytest

from dcgan_tf.runs import callbacks
from dcgan_tf.runs.words import say_seconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.1 s"),
        (1.26, "1.3 s"),
        (2.0, "2 s"),
        (89.4, "89 s"),
        (90, "1.5 min"),
        (312, "5.2 min"),
        (3600, "60 min"),
        (5400, "1.5 h"),
        (360_000, "100 h"),
    ],
)
def test_times_are_said_as_people_do(seconds, words):
    assert say_seconds(seconds) == words


def run_outlook(monkeypatch, steps, epochs, first_epoch=0, step_seconds=0.1, steps_in_a_call=1):
    """Takes `steps` steps an epoch, of which the first ones take longer, as TensorFlow compiles."""
    now = [100.0]
    monkeypatch.setattr(callbacks.time, "perf_counter", lambda: now[0])
    outlook = callbacks.Outlook(pathlib.Path("runs/x"))
    outlook.set_params({"steps": steps, "epochs": epochs})
    taken = 0
    for epoch in range(first_epoch, epochs):
        outlook.on_epoch_begin(epoch)
        for first in range(0, steps, steps_in_a_call):
            for _ in range(first, min(first + steps_in_a_call, steps)):
                now[0] += step_seconds if taken >= callbacks.COMPILING else 9.0
                taken += 1
            outlook.on_train_batch_end(first + steps_in_a_call - 1)


def test_outlook_says_how_long_it_takes_and_when_to_look(monkeypatch, capsys):
    run_outlook(monkeypatch, steps=500, epochs=25)
    assert capsys.readouterr().out == (
        "\nAn epoch takes about 50 s, all 25 that are left about 21 min. The first shapes should "
        f"be in {pathlib.Path('runs/x/samples')} after epoch 3, in about 2.5 min.\n"
    )


@pytest.mark.parametrize("steps", [500, 251, 3, 1])
def test_outlook_counts_the_steps_of_calls_that_end_with_an_epoch(monkeypatch, capsys, steps):
    outputs = []
    for steps_in_a_call in (1, 5):
        run_outlook(monkeypatch, steps, epochs=3000, steps_in_a_call=steps_in_a_call)
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1] and outputs[0].startswith("\nAn epoch takes about")


def test_outlook_of_a_resumed_run_counts_what_is_left(monkeypatch, capsys):
    run_outlook(monkeypatch, steps=500, epochs=25, first_epoch=5)
    assert capsys.readouterr().out == (
        "\nAn epoch takes about 50 s, all 20 that are left about 17 min.\n"
    )


def test_outlook_is_silent_in_a_training_of_a_few_steps(monkeypatch, capsys):
    run_outlook(monkeypatch, steps=callbacks.COMPILING + callbacks.TIMED - 1, epochs=1)
    assert capsys.readouterr().out == ""


def test_outlook_of_short_epochs(monkeypatch, capsys):
    """It takes the time across epochs, and says it once."""
    run_outlook(monkeypatch, steps=10, epochs=3)
    assert capsys.readouterr().out.count("An epoch takes about 1 s") == 1
