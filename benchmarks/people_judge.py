"""How good generated people are: a classifier of character and skin tone, made for this purpose.

It is trained on all 817 pictures of `emoji-people`, each shifted, mirrored and made noisy at random
whenever it is used. The Fréchet distance is given in multiples of that between two halves of the
data, 408 pictures each. Prints what real pictures get, and what saved models get.

    python benchmarks/people_judge.py runs/people-*/model.keras
"""

import argparse
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from dcgan_tf import Scorer, load_characters, load_dataset, load_model
from dcgan_tf.evaluation.features import Features

EPOCHS = 150
PERIOD = 2  # pixels: what transposed convolutions print as a chequered pattern
KEPT = pathlib.Path(
    os.environ.get("KERAS_HOME", pathlib.Path.home() / ".keras"), "dcgan_tf", "people_judge.keras"
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="*", help="saved models of people")
    arguments = parser.parse_args()
    (pictures, _), _ = load_dataset("emoji-people")
    judge = PeopleJudge(pictures)
    scores = {"real": judge(judge.scorer._second_half)}
    for path in arguments.models:
        scores[path] = judge(load_model(path).generate(judge.samples, seed=0))
    print(f"\n| pictures | {' | '.join(scores['real'])} |")
    print("|---" * (1 + len(scores["real"])) + "|")
    for name, values in scores.items():
        print(f"| {name} | {' | '.join(f'{value:.3g}' for value in values.values())} |")


class PeopleJudge:
    """Judges pictures of people, 408 at a time.

    Attributes:
        samples: Int, the number of pictures to generate.
    """

    def __init__(self, pictures):
        self.classifier, self.characters = load_classifier(pictures)
        features = Features(self.classifier, "64 features of a classifier of people")
        self.scorer = Scorer(pictures, features)
        self.samples = self.scorer.samples
        self.real_distance = self.scorer.score_real()["frechet_distance"]
        self.real_share = measure_chequers(pictures)

    def __call__(self, generated):
        """Judges generated pictures.

        Args:
            generated: float32 `(samples, 32, 32, 3)` in [-1, 1].

        Returns:
            Dict of floats: the Fréchet distance in multiples of that of real pictures; how sure the
            classifier is of the character, on average; how many characters there are; the strength
            of chequered patterns in multiples of the data's; and the fraction of near copies.
        """
        scores = self.scorer.score(generated)
        logits = self.classifier.predict(generated, batch_size=500, verbose=0)["characters"]
        probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
        return {
            "distance / real": scores["frechet_distance"] / self.real_distance,
            "confidence": float(probabilities.max(axis=1).mean()),
            "characters": len(set(probabilities.argmax(axis=1))),
            "chequers / data": measure_chequers(generated) / self.real_share,
            "near copies": scores["near_copies"],
            "precision": scores["precision"],
            "recall": scores["recall"],
        }


def measure_chequers(pictures):
    """Measures the share of the spectrum at the period of two pixels.

    Args:
        pictures: float32 `(n, height, width, channels)`.

    Returns:
        Float: the power at the highest frequencies, horizontal, vertical and both, divided by all
        power but that of the mean.
    """
    power = (np.abs(np.fft.fft2(pictures, axes=(1, 2))) ** 2).mean(axis=(0, 3))
    rows, columns = power.shape[0] // PERIOD, power.shape[1] // PERIOD
    chequers = power[rows, :].sum() + power[:, columns].sum() - power[rows, columns]
    return float(chequers / (power.sum() - power[0, 0]))


def load_classifier(pictures):
    """Loads the classifier, or trains it once and keeps it."""
    characters, numbers = np.unique(load_characters(), return_inverse=True)
    if not KEPT.exists():
        tones = load_dataset("emoji-people")[0][1]
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        train_classifier(pictures, numbers, tones).save(KEPT)
    return keras.saving.load_model(KEPT), characters


def train_classifier(pictures, characters, tones, seed=0, epochs=EPOCHS):
    keras.utils.set_random_seed(seed)
    layers = keras.layers

    def activate(x):
        return layers.ReLU()(layers.BatchNormalization()(x))

    images = x = keras.Input(pictures.shape[1:])
    for filters, stride in ((32, 1), (32, 2), (64, 1), (64, 2), (128, 1), (128, 2)):
        x = activate(layers.Conv2D(filters, 3, stride, "same", use_bias=False)(x))
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    features = layers.Dense(64, activation="tanh")(x)
    outputs = {
        "characters": layers.Dense(int(characters.max()) + 1)(features),
        "tones": layers.Dense(int(tones.max()) + 1)(features),
    }
    changed = keras.Sequential(
        [
            keras.Input(pictures.shape[1:]),
            layers.RandomFlip("horizontal"),
            layers.RandomTranslation(0.08, 0.08, "constant", fill_value=1.0),
            layers.GaussianNoise(0.1),
        ]
    )
    inputs = keras.Input(pictures.shape[1:])
    training = keras.Model(inputs, keras.Model(images, outputs)(changed(inputs)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    steps = epochs * -(-len(pictures) // 64)
    training.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        {"characters": loss, "tones": loss},
        metrics={"characters": "accuracy", "tones": "accuracy"},
    )
    targets = {"characters": characters, "tones": tones}
    training.fit(pictures, targets, epochs=epochs, batch_size=64, verbose=2)
    return keras.Model(images, {**outputs, "features": features})


if __name__ == "__main__":
    main()
