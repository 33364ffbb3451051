"""Trains the digit classifier that comes with the package, and says how good it is.

Writes dcgan_tf/assets/digit_classifier.weights.h5. It is trained on the 8,004 bundled training
digits alone; the 1,996 test digits only measure it.

    python benchmarks/digit_classifier.py
"""

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from machine import describe

from dcgan_tf import load_dataset
from dcgan_tf.evaluation.classifier import EPOCHS, measure_accuracy, train_classifier
from dcgan_tf.evaluation.features import DIGITS

SEED = 0


def main():
    (x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
    start = time.perf_counter()
    classifier = train_classifier(x_train, y_train, seed=SEED, verbose=2)
    seconds = time.perf_counter() - start
    classifier.save_weights(DIGITS)
    print(f"\n{describe()}")
    print(f"seed {SEED}, {EPOCHS} epochs in {seconds:.0f} s, {classifier.count_params():,} weights")
    print(f"test digits right: {100 * measure_accuracy(classifier, x_test, y_test):.2f} %")
    print(f"training digits right: {100 * measure_accuracy(classifier, x_train, y_train):.2f} %")
    print(f"{DIGITS.name}: {DIGITS.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
