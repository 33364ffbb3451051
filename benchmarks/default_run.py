"""What `dcgan-tf train` costs: wall time and peak memory of the whole command, as a user has it.

python benchmarks/default_run.py --output-dir runs/measured
"""

import argparse
import os
import resource
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output-dir", default="runs/measured", help="the run folder to make")
    arguments, others = parser.parse_known_args()
    command = ["train", "--output-dir", arguments.output_dir, *others]
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "dcgan_tf", *command], check=True)
    seconds = time.perf_counter() - start
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3

    from machine import describe

    print(f"\n{describe()}")
    print(f"dcgan-tf {' '.join(command)}: {seconds:.0f} s, peak memory {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
