"""Does `TrainingDoctor` name the right failure, and is it silent where nothing is wrong?

Runs every recipe of `dcgan_tf.monitoring.failures`, broken and cured, and healthy runs. Prints
tables in Markdown: what was found and from which epoch on; and the range of each measurement, and
of what the rules compare with their thresholds, over the settled snapshots of all healthy runs (the
cured ones
among them) and over the snapshots at which each failure was found.

    python benchmarks/doctor.py
    python benchmarks/doctor.py --only collapse dense --seeds 1
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import describe

from dcgan_tf import DCGAN, GAN, load_dataset
from dcgan_tf.gan.optimizers import adam
from dcgan_tf.monitoring import failures
from dcgan_tf.monitoring.rules import SETTLED
from dcgan_tf.monitoring.training_doctor import TrainingDoctor
from dcgan_tf.networks.pairs import build_pair


def default(epochs, seed=0, source="mnist-10k", loss="sigmoid_cross_entropy"):
    model = DCGAN(seed=seed)
    model.compile(loss=loss)
    return failures.Recipe(model, load_dataset(source)[0][0][:8004], epochs, 32, "")


def dense(epochs):
    model = GAN(*build_pair("dense", seed=0), latent_dim=16, seed=0)
    model.compile(discriminator_optimizer=adam(0.0005))
    return failures.Recipe(model, load_dataset("mnist-10k")[0][0], epochs, 32, "")


def tutorial(epochs):
    model = GAN(*build_pair("tutorial", latent_dim=100, seed=0), latent_dim=100, seed=0)
    model.compile()
    images = load_dataset("mnist-10k")[0][0][:2000]  # a quarter of the steps: it is far slower
    return failures.Recipe(model, images, epochs, 32, "")


HEALTHY = {
    "default, seed 0": default,
    "default, seed 1": lambda epochs: default(epochs, seed=1),
    "dense": dense,
    "tutorial": tutorial,
    "fashion-mnist": lambda epochs: default(epochs, source="fashion-mnist"),
    "minimax": lambda epochs: default(epochs, loss="minimax"),
}

# What the rules compare with a threshold where that is not one measurement of the latest snapshot.
COMPARED = {
    "FLAT": lambda snapshots: max(
        snapshots[-1]["loss_gradient"], snapshots[-1]["fake_probability"]
    ),
    "WON": lambda snapshots: min(snapshots[-1]["real_accuracy"], snapshots[-1]["fake_accuracy"]),
    "UNIFORM": lambda snapshots: statistics.median(
        snapshot["diversity"] for snapshot in snapshots[-3:]
    ),
    "ONE_CLASS": lambda snapshots: statistics.median(
        snapshot.get("largest_class_fraction", 0.0) for snapshot in snapshots[-3:]
    ),
    "SWING": lambda snapshots: statistics.median(snapshot["swing"] for snapshot in snapshots[-4:]),
    "SURE": lambda snapshots: statistics.median(
        snapshot["largest_logit"] for snapshot in snapshots[-4:]
    ),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="of each recipe (default: 3)")
    parser.add_argument(
        "--healthy-epochs", type=int, default=30, help="of each healthy run (default: 30)"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=[*failures.FAILURES, *HEALTHY],
        default=[*failures.FAILURES, *HEALTHY],
        help="run these only (default: all)",
    )
    arguments = parser.parse_args()
    print(describe(), end="\n\n")
    print("| run | seed | seconds | a snapshot | at the end | from epoch | other findings | |")
    print("|---|---|---|---|---|---|---|---|")
    groups = {"balanced": []}
    for name in arguments.only:
        if name in HEALTHY:
            recipe = HEALTHY[name](arguments.healthy_epochs)
            groups["balanced"] += report(name, "-", recipe, "balanced")
            continue
        for cured in (False, True):
            for seed in range(arguments.seeds):
                recipe = failures.make(name, seed, cured)
                expected = "balanced" if cured else name
                title = f"{name}, cured" if cured else name
                groups.setdefault(expected, []).extend(report(title, seed, recipe, expected))
    print()
    print_ranges({name: histories for name, histories in groups.items() if histories})


class Timed(TrainingDoctor):
    """A doctor that notes how long it looked."""

    seconds = ()

    def on_epoch_end(self, epoch, logs=None):
        start = time.perf_counter()
        super().on_epoch_end(epoch, logs)
        self.seconds = (*self.seconds, time.perf_counter() - start)


def report(title, seed, recipe, expected):
    """Trains and prints one row.

    Returns:
        For each snapshot that counts in the table of ranges, the list of snapshots up to it.
    """
    classify = None if title == "fashion-mnist" else recipe.classify  # which reads digits
    doctor = Timed(recipe.images, classify, verbose=0)
    start = time.perf_counter()
    recipe.fit([doctor])
    seconds = time.perf_counter() - start
    findings = [entry["finding"] for entry in doctor.findings]
    last = findings[-1]
    since = next(i for i in range(len(findings)) if set(findings[i:]) == {last})
    others = sorted(set(findings) - {expected, "balanced"})
    verdict = "right" if last == expected and not others else "WRONG"
    snapshot = (
        sorted(doctor.seconds[1:])[len(doctor.seconds) // 2 - 1] if doctor.seconds[1:] else 0.0
    )
    print(
        f"| {title} | {seed} | {seconds:.0f} | {snapshot:.3f} s | {last} | {since + 1} of "
        f"{recipe.epochs} | {', '.join(others) or '-'} | {verdict} |",
        flush=True,
    )
    keras.backend.clear_session()
    snapshots = [entry["measurements"] for entry in doctor.findings]
    if expected == "balanced":
        snapshots = [snapshot for snapshot in snapshots if snapshot["steps"] >= SETTLED]
        return [snapshots[:i] for i in range(1, len(snapshots) + 1)]
    return [snapshots[: i + 1] for i in range(len(snapshots)) if findings[i] == expected]


def print_ranges(groups):
    """For each measurement and each compared value its least and greatest in each group."""
    print(f"| measurement | {' | '.join(groups)} |")
    print("|---" * (1 + len(groups)) + "|")
    first = next(iter(groups.values()))[0][-1]
    rows = {name: lambda snapshots, name=name: snapshots[-1].get(name) for name in first} | COMPARED
    for name, value_of in rows.items():
        cells = []
        for histories in groups.values():
            if name in COMPARED:
                histories = [snapshots for snapshots in histories if len(snapshots) >= 4]
            values = [
                value_of(snapshots) for snapshots in histories if None not in snapshots[-1].values()
            ]
            values = [value for value in values if value is not None]
            cells.append(f"{min(values):.3g} to {max(values):.3g}" if values else "-")
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
