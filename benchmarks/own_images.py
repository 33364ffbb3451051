"""How good do pictures of one's own get after 5, 15 and 60 minutes, beside two yardsticks?

The pictures are the 3,786 emoji of 64x64 pixels in the npm package `emoji-datasource-google`
16.0.0, or only those people that the data set `emoji-people` has in 32x32 pixels. Three contenders
train on them for the same time on one core, of which the processor's clock is counted, so that
other work on the machine does not matter:

- ours: what `dcgan-tf train --data FOLDER` does without further options;
- dcgan: the networks and settings of PyTorch's DCGAN tutorial (batches of 128, Adam with a rate of
  2e-4), on the training step of this package;
- fastgan: a smaller pair after FastGAN (`fastgan.py`).

A classifier of character and tone, trained for this purpose on the same pictures, judges them: the
Fréchet distance in multiples of that between two halves of the data, how sure it is of the
character, and how many characters there are.

    npm pack emoji-datasource-google@16.0.0 && tar xzf emoji-datasource-google-16.0.0.tgz
    python benchmarks/own_images.py package --data people --contenders ours dcgan fastgan
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from fastgan import build_fastgan
from machine import describe
from people_judge import EPOCHS, train_classifier
from PIL import Image
from training import fit

from dcgan_tf import GAN, Scorer, load_dataset
from dcgan_tf.applications.images import Images
from dcgan_tf.data import rendering
from dcgan_tf.evaluation.features import Features
from dcgan_tf.networks.augmentation import augment

SIZE, SMALL = 64, 32
WHITE = 1.0
LATENT_DIM = 100  # of the DCGAN tutorial
ENDLESS = 1_000_000  # epochs


def main():
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("package", type=pathlib.Path, help="the folder of the unpacked npm package")
    add("--data", nargs="+", choices=("people", "all"), default=["people", "all"])
    add("--contenders", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    add("--rate", type=float, help="the learning rate of ours (default: that of the package)")
    add("--augment", choices=("auto", "on", "off"), default="auto", help="of ours, as in `train`")
    add("--minutes", type=float, nargs="+", default=[5, 15, 60])
    add("--judge-epochs", type=int, default=EPOCHS, help=f"(default: {EPOCHS})")
    add("--output-dir", type=pathlib.Path, default="runs/own_images", help="for grids and judges")
    arguments = parser.parse_args()
    arguments.output_dir.mkdir(parents=True, exist_ok=True)

    print(f"{describe()}\n", flush=True)
    print("| data | contender | minutes | steps | distance / real | confidence | characters |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for data in arguments.data:
        pictures, characters, tones = load_emoji(arguments.package, only_people=data == "people")
        kept = arguments.output_dir / f"judge_{data}.keras"
        if not kept.exists():
            epochs = arguments.judge_epochs
            train_classifier(pictures, characters, tones, epochs=epochs).save(kept)
        judge = Judge(keras.saving.load_model(kept), pictures)
        columns = " | ".join(judge(judge.scorer._second_half))
        print(f"| {data} | real, one half | | | {columns} |", flush=True)
        for name in arguments.contenders:

            def report(model, minutes, steps, data=data, name=name, judge=judge):
                generated = model.generate(judge.samples, seed=0)
                grid = rendering.make_grid(rendering.to_uint8(generated[:32]), columns=8)
                file = arguments.output_dir / f"{data}_{name}_{minutes:g}.png"
                Image.fromarray(grid).save(file)
                columns = " | ".join(judge(generated))
                print(f"| {data} | {name} | {minutes:g} | {steps:,} | {columns} |", flush=True)

            keras.utils.set_random_seed(0)
            options = (arguments.rate, arguments.augment) if name == "ours" else ()
            model, batch_size = CONTENDERS[name](pictures, *options)
            watch = Watch(sorted(arguments.minutes), report)
            fit(model, pictures, batch_size, 0, ENDLESS, [watch])


def load_emoji(package, only_people):
    """Loads pictures on white, float32 `(n, 64, 64, 3)`, with numbers for character and tone."""
    emoji = json.loads((package / "emoji.json").read_text())
    tones = ["", "1F3FB", "1F3FC", "1F3FD", "1F3FE", "1F3FF"]
    found = {}
    for character, each in enumerate(emoji):
        variations = {"": each, **each.get("skin_variations", {})}
        for key, variation in variations.items():
            found[variation["image"]] = character, tones.index(key) if key in tones else 0
    folder = package / "img" / "google" / "64"
    files = [file for file in sorted(folder.glob("*.png")) if file.name in found]
    pictures = [read_on_white(file) for file in files]
    if only_people:
        (people, _), _ = load_dataset("emoji-people")
        known = {picture.tobytes() for picture in rendering.to_uint8(people)}
        small = [
            np.asarray(picture.resize((SMALL, SMALL), Image.LANCZOS)).tobytes() in known
            for picture in pictures
        ]
        files = [file for file, is_known in zip(files, small, strict=True) if is_known]
        pictures = [picture for picture, is_known in zip(pictures, small, strict=True) if is_known]
    labels = np.array([found[file.name] for file in files])
    _, characters = np.unique(labels[:, 0], return_inverse=True)
    pictures = np.stack([np.asarray(picture) for picture in pictures])
    return (pictures / 127.5 - 1.0).astype(np.float32), characters, labels[:, 1]


def read_on_white(file):
    picture = Image.open(file).convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture).convert("RGB").resize((SIZE, SIZE))


class Judge:
    """Judges as many generated pictures as half of the data has."""

    def __init__(self, classifier, pictures):
        self.classifier = classifier
        features = Features(classifier, "64 features of a classifier of emoji")
        self.scorer = Scorer(pictures, features)
        self.samples = self.scorer.samples
        self.real_distance = self.scorer.score_real()["frechet_distance"]

    def __call__(self, generated):
        distance = self.scorer.score(generated)["frechet_distance"] / self.real_distance
        logits = self.classifier.predict(generated, batch_size=500, verbose=0)["characters"]
        probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
        confidence = probabilities.max(axis=1).mean()
        characters = len(set(probabilities.argmax(axis=1)))
        return f"{distance:.3g}", f"{confidence:.2f}", f"{characters} of {self.samples}"


class Watch(keras.callbacks.Callback):
    """Reports after so many minutes of the processor, and stops after the last of them.

    The time that a report takes is not counted.
    """

    def __init__(self, minutes, report):
        super().__init__()
        self.minutes, self.report = list(minutes), report
        self.steps, self.pauses = 0, 0.0

    def on_train_begin(self, logs=None):
        self.start = time.process_time()

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        now = time.process_time()
        if now - self.start - self.pauses > 60 * self.minutes[0]:
            self.report(self.model, self.minutes.pop(0), self.steps)
            self.pauses += time.process_time() - now
        self.model.stop_training = not self.minutes


class OwnImages(Images):
    """The application of `dcgan-tf train`, for pictures that are in memory."""

    def __init__(self, pictures, rate, augment):
        rates = {"generator_lr": rate, "discriminator_lr": rate}
        super().__init__(seed=0, with_data=False, augment=augment, **rates)
        self.samples = pictures

    @property
    def watched_images(self):
        return self.samples


def ours(pictures, rate=None, augment="auto"):
    return OwnImages(pictures, rate, augment).build(), 32


def dcgan(pictures):
    """Radford et al. 2015 as in PyTorch's tutorial: five layers, batch normalisation, no bias."""
    layers = keras.layers
    normal = keras.initializers.RandomNormal
    options = {"use_bias": False, "kernel_initializer": normal(stddev=0.02, seed=0)}

    def normalise(x):
        scale = normal(1.0, 0.02, seed=1)
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=scale)(x)

    noise = keras.Input((LATENT_DIM,))
    x = layers.Reshape((1, 1, LATENT_DIM))(noise)
    x = layers.Conv2DTranspose(512, 4, 1, "valid", **options)(x)
    x = layers.ReLU()(normalise(x))
    for filters in (256, 128, 64):
        x = layers.ReLU()(normalise(layers.Conv2DTranspose(filters, 4, 2, "same", **options)(x)))
    made = layers.Conv2DTranspose(3, 4, 2, "same", activation="tanh", **options)(x)

    images = keras.Input((SIZE, SIZE, 3))
    y = layers.LeakyReLU(0.2)(layers.Conv2D(64, 4, 2, "same", **options)(images))
    for filters in (128, 256, 512):
        y = normalise(layers.Conv2D(filters, 4, 2, "same", **options)(y))
        y = layers.LeakyReLU(0.2)(y)
    logits = layers.Flatten()(layers.Conv2D(1, 4, 1, "valid", **options)(y))

    model = GAN(keras.Model(noise, made), keras.Model(images, logits), LATENT_DIM, seed=0)
    adams = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2)]
    model.compile(*adams, regularizer=None)
    return model, 128


def fastgan(pictures):
    generator, discriminator, reconstruct = build_fastgan(SIZE)
    changed = augment(discriminator, ["translation", "cutout", "brightness"], 0, WHITE)
    model = GAN(generator, changed, generator.input_shape[1], seed=0)
    generator_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5, use_ema=True, ema_momentum=0.999)
    discriminator_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
    model.compile(generator_optimizer, discriminator_optimizer, "hinge", reconstruct)
    return model, 8


CONTENDERS = {"ours": ours, "dcgan": dcgan, "fastgan": fastgan}

if __name__ == "__main__":
    main()
