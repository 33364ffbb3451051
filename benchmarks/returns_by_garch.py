"""How far returns are from the data: those of trained runs, and those that GARCH simulates.

Reads the cards of runs of `--application finance`, and measures each of the 20 series that the card
takes its medians from. For every measure it prints, in Markdown, the value of the data, the mean
and the standard deviation over the runs and over the series, and the mean absolute deviation from
the data of both.

    python benchmarks/applications.py --runs runs/applications --only finance
    python benchmarks/returns_by_garch.py runs/applications/finance-*
"""

import argparse
import json
import pathlib

import numpy as np

from dcgan_tf.applications.finance import StockReturns


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", type=pathlib.Path, nargs="+", help="folders of runs")
    folders = parser.parse_args().folders
    cards = [json.loads((folder / "scores.json").read_text()) for folder in folders]

    market = StockReturns()
    series = market.simulate_garch()
    print(f"{len(folders)} runs, {len(series)} series by GARCH.\n")
    print("| score | data | generated | deviation | GARCH | its median | deviation |")
    print("|---|---|---|---|---|---|---|")
    for i, (_, title, *_, measure) in enumerate(market.list_measures()):
        data = measure(market.samples[..., 0].astype(np.float64))
        generated = [card["rows"][i]["generated"] for card in cards]
        simulated = [measure(each[..., 0].astype(np.float64)) for each in series]
        print(
            f"| {title} | {data:.3g} | {summarize(generated)} | {deviation(generated, data):.2g} | "
            f"{summarize(simulated)} | {np.median(simulated):.3g} | "
            f"{deviation(simulated, data):.2g} |"
        )


def summarize(values):
    spread = f" ± {np.std(values, ddof=1):.2g}" if len(values) > 1 else ""
    return f"{np.mean(values):.3g}{spread}"


def deviation(values, data):
    return np.mean(np.abs(np.subtract(values, data)))


if __name__ == "__main__":
    main()
