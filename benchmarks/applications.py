"""What each application reaches: its own scores, for several seeds, after its own epochs.

Prints a table in Markdown for each: mean and standard deviation over the seeds beside the
references, which are those of seed 0.

    python benchmarks/applications.py --seeds 3
    python benchmarks/applications.py --only conditional text --seeds 1
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import describe
from training import fit

from dcgan_tf import applications
from dcgan_tf.options import APPLICATIONS


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=APPLICATIONS, default=APPLICATIONS)
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 to N-1 (default: 3)")
    parser.add_argument("--epochs", type=int, help="instead of the application's own")
    arguments = parser.parse_args()
    print(describe())
    for name in arguments.only:
        cards, seconds = [], []
        for seed in range(arguments.seeds):
            application = applications.load(name)(seed)
            model = application.build()
            epochs = arguments.epochs or application.epochs
            start = time.perf_counter()
            fit(
                model,
                application.samples,
                application.batch_size,
                seed,
                epochs,
                condition=application.condition,
            )
            seconds.append(time.perf_counter() - start)
            cards.append(application.score(model, verbose=0))
            keras.backend.clear_session()
        print_table(name, epochs, cards, seconds)


def print_table(name, epochs, cards, seconds):
    times = ", ".join(f"{each:.0f}" for each in seconds)
    print(
        f"\n### {name}\n\n{epochs} epochs, {times} s of training; {cards[0]['samples']} samples.\n"
    )
    print(f"| score | generated | {' | '.join(cards[0]['columns'])} | better |")
    print("|---|---|---|---|---|")
    for i, row in enumerate(cards[0]["rows"]):
        values = [card["rows"][i]["generated"] for card in cards]
        spread = f" ± {statistics.stdev(values):.2g}" if len(values) > 1 else ""
        references = [
            "-" if row[column] is None else f"{row[column]:.3g}" for column in ("floor", "ceiling")
        ]
        print(
            f"| {row['title']} | {statistics.mean(values):.3g}{spread} | "
            f"{' | '.join(references)} | {row['better']} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
