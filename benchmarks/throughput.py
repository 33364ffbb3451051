"""Images per second of our `fit` and of other ways to train the same network, in turn.

The network is that of TensorFlow's DCGAN tutorial, in float32. With `--network default` it is the
default pair, with R1 and the average of the weights for all. Each contender (`yardsticks.py`)
lives in a process of its own and rests while another is timed; a round times each of them once.
Printed are the median over the rounds, the median of the ratios to ours round by round, and the
share of the machine's rate of matrix products, measured in the same rounds, that the arithmetic of
the step amounts to.

    python benchmarks/throughput.py
    python benchmarks/throughput.py --torch-python other-venv/bin/python --batch-sizes 16 256
    python benchmarks/throughput.py --torch-python other-venv/bin/python --network default
"""

import argparse
import contextlib
import math
import os
import pathlib
import statistics
import subprocess
import sys

YARDSTICKS = pathlib.Path(__file__).with_name("yardsticks.py")
CONTENDERS = {  # ours first
    "tutorial": [
        *("ours", "ours, Keras' layers", "ours, XLA", "tutorial's loop", "Keras' guide"),
        *("PyTorch", "PyTorch, compile"),
    ],
    "default": [
        *("default", "PyTorch, default", "PyTorch, default, channels last"),
        "PyTorch, default, compile",
    ],
}
PRODUCT = "matrix product"
PRODUCT_FLOPS = 2 * 4096**3


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--network", choices=CONTENDERS, default="tutorial", help="(default: tutorial)")
    add("--batch-sizes", type=int, nargs="+", default=[16, 32, 64, 128, 256, 512])
    add("--threads", type=int, nargs="+", default=[2, 1])
    add("--rounds", type=int, default=5, help="timed rounds (default: 5)")
    add("--seconds", type=float, default=3, help="of each turn, about (default: 3)")
    add("--torch-python", help="a Python with PyTorch in it; without one its rows are left out")
    arguments = parser.parse_args()
    from machine import describe

    print(describe(), end="\n\n")
    print("| threads | batch | contender | images/s | ours is so many times as fast | share |")
    print("|---|---|---|---|---|---|")
    for threads in arguments.threads:
        for batch_size in arguments.batch_sizes:
            measure(threads, batch_size, arguments)


def measure(threads, batch_size, arguments):
    """Times every contender at one batch size and number of threads, and prints its rows."""
    names = [
        name
        for name in (*CONTENDERS[arguments.network], PRODUCT)
        if arguments.torch_python or not is_torch(name)
    ]
    flops = batch_size * FLOPS[arguments.network]()
    with contextlib.ExitStack() as stack:
        contenders = {
            name: stack.enter_context(
                Contender(name, batch_size, threads, arguments.torch_python or sys.executable)
            )
            for name in names
        }
        steps = {name: contenders[name].steps_in(arguments.seconds) for name in names}
        speeds = {name: [] for name in names}
        for _ in range(arguments.rounds):
            for name, contender in contenders.items():
                speeds[name].append(steps[name] / contender.seconds(steps[name]))
    for name in names[:-1]:
        ratios = [a / b for a, b in zip(speeds[names[0]], speeds[name], strict=True)]
        shares = [
            flops * a / (PRODUCT_FLOPS * b)
            for a, b in zip(speeds[name], speeds[PRODUCT], strict=True)
        ]
        print(
            f"| {threads} | {batch_size} | {name} | {batch_size * median(speeds[name]):.0f} "
            f"| {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) "
            f"| {median(shares):.2f} |",
            flush=True,
        )
    rate = PRODUCT_FLOPS * median(speeds[PRODUCT]) / 1e9
    print(f"| {threads} | {batch_size} | matrix product | {rate:.0f} GFLOP/s | | 1 |", flush=True)


median = statistics.median


class Contender:
    """One of the yardsticks in a process of its own."""

    def __init__(self, name, batch_size, threads, torch_python):
        python = torch_python if is_torch(name) else sys.executable
        options = ["--batch-size", str(batch_size), "--threads", str(threads)]
        self.process = subprocess.Popen(
            [python, YARDSTICKS, name, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{name} does not run with {python}.")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def seconds(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def steps_in(self, seconds):
        """How many steps take about so long."""
        return max(1, round(seconds / (self.seconds(3) / 3)))


def is_torch(name):
    return name.startswith("PyTorch")


def count_tutorial_flops():
    """Counts the floating-point operations of a training step for each image of the batch.

    Two for each multiplication and addition in the layers with weights, zero padding counted as
    any other pixel: the customary count. Adam, normalisation and activations are left out.
    """
    dense, g1, g2, g3 = NOISE * 12544, 25 * 256 * 128 * 49, 25 * 128 * 64 * 49, 25 * 64 * 196
    d1, d2, logit = 25 * 64 * 196, 25 * 64 * 128 * 49, 6272
    generator, discriminator = dense + g1 + g2 + g3, d1 + d2 + logit
    forward = generator + 2 * discriminator
    weight_gradients = generator + 2 * discriminator
    # Into the images only for the generator's loss; of the discriminator's loss only the upper
    # layers' inputs need a gradient.
    input_gradients = (generator - dense) + discriminator + 2 * (discriminator - d1)
    return 2 * (forward + weight_gradients + input_gradients)


def count_default_flops():
    """Counts the same for the default pair, in which R1 takes an eighth of the batch.

    Doubled images count as such. R1 needs the logits, their gradient, and a backpropagation through
    both: for each weight six multiplications and additions instead of the three of an ordinary one.
    """
    from dcgan_tf import DCGAN

    model = DCGAN(seed=0)
    (generator, dense), (discriminator, d1) = map(
        count_products, (model.generator, model.discriminator)
    )
    real, fake = 3 * discriminator - d1, 4 * discriminator - d1  # into the images for G's loss
    return 2 * (3 * generator - dense + real + fake + 6 * discriminator / 8)


def count_products(network):
    """Counts the products of a network for one sample, and those of its first layer."""
    import keras

    counts = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            counts.append(math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3]))
        elif isinstance(layer, keras.layers.Dense):
            counts.append(math.prod(layer.kernel.shape))
    return sum(counts), counts[0]


NOISE = 100
FLOPS = {"tutorial": count_tutorial_flops, "default": count_default_flops}

if __name__ == "__main__":
    main()
