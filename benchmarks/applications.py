"""What each application reaches: the whole command, for several seeds, timed, with its own scores.

Runs `dcgan-tf train --application ...` in processes of its own, and prints a table in Markdown for
each: mean and standard deviation over the seeds beside the references, which are those of the first
seed. Runs that are in the folder already, and finished, are not repeated.

    python benchmarks/applications.py --runs runs/applications --seeds 0 1 2
    python benchmarks/applications.py --runs runs/applications --only conditional text --seeds 0
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

from machine import describe

from dcgan_tf.applications import APPLICATIONS

# What is measured: the applications as they are, and some of them with other options.
COMMANDS = {
    **{name: ("--application", name) for name in APPLICATIONS},
    "tables-wine": ("--application", "tables", "--data", "wine"),
    "tables-breast-cancer": ("--application", "tables", "--data", "breast-cancer"),
    "enhancement-noise": ("--application", "enhancement", "--damage", "noise"),
    "enhancement-contrast": ("--application", "enhancement", "--damage", "contrast"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=pathlib.Path, required=True, help="folder of run folders")
    parser.add_argument("--only", nargs="+", choices=COMMANDS, default=tuple(COMMANDS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    arguments = parser.parse_args()
    print(describe())
    for seed in arguments.seeds:
        for name in arguments.only:
            run(arguments.runs / f"{name}-{seed}", name, seed)
    for name in arguments.only:
        print_table(name, [arguments.runs / f"{name}-{seed}" for seed in arguments.seeds])


def run(folder, name, seed):
    """Runs the command, and keeps what it printed and how many seconds it took."""
    if (folder / "seconds").exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = ["train", *COMMANDS[name], "--seed", str(seed), "--output-dir", str(folder)]
    start = time.perf_counter()
    with open(f"{folder}.log", "w") as log:
        subprocess.run(
            [sys.executable, "-m", "dcgan_tf", *command, "--overwrite"],
            stdout=log,
            stderr=subprocess.STDOUT,
            check=True,
        )
    (folder / "seconds").write_text(f"{time.perf_counter() - start:.0f}")


def print_table(name, folders):
    cards = [json.loads((folder / "scores.json").read_text()) for folder in folders]
    epochs = json.loads((folders[0] / "run.json").read_text())["epochs"]
    seconds = ", ".join((folder / "seconds").read_text() for folder in folders)
    print(f"\n### {name}\n")
    print(f"{epochs} epochs; whole commands {seconds} s; {cards[0]['samples']} samples.\n")
    print(f"| score | generated | {' | '.join(cards[0]['references'])} | better |")
    print("|---" * (len(cards[0]["references"]) + 3) + "|")
    for i, row in enumerate(cards[0]["rows"]):
        values = [card["rows"][i]["generated"] for card in cards]
        spread = f" ± {statistics.stdev(values):.2g}" if len(values) > 1 else ""
        references = [
            "-" if value is None else f"{value:.3g}" for value in row["references"].values()
        ]
        print(
            f"| {row['title']} | {statistics.mean(values):.3g}{spread} | "
            f"{' | '.join(references)} | {row['better']} |"
        )


if __name__ == "__main__":
    main()
