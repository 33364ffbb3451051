"""Video (Article 3, section 5): eight frames of a digit that moves.

The default generator draws a digit from one part of the noise. From the other part a small dense
network makes two places: one for the first frame, one for the last. The digit moves from the one to
the other at a constant speed, and the layer `Shift` draws it in each frame. So a steady, straight
motion that stays in the frame is built in. What is learned is how a digit looks, where it starts
and where it goes, and so also how fast it moves. The discriminator treats the eight frames as the
channels of one image, so that its convolutions see the whole motion at once.
"""

import keras
import numpy as np
import tensorflow as tf
from scipy.stats import wasserstein_distance

from dcgan_tf.applications.base import Application
from dcgan_tf.data import rendering
from dcgan_tf.data.datasets import load_dataset
from dcgan_tf.data.films import write_film
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.evaluation.features import digit_features
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.networks.default import build_discriminator, build_generator
from dcgan_tf.networks.layers import Shift
from dcgan_tf.networks.seeds import split_seed

PICTURE, MOTION = 16, 8  # how many numbers of the noise make the picture, and how many the path
UNITS = 64  # in the hidden layer between this noise and the path
FRAMES, SIDE, DIGIT = 8, 28, 20  # frames in a film; sides of a frame and of its digit in pixels
ROOM = (SIDE - DIGIT) // 2  # how far, in pixels, the digit can move away from the middle
EDGES = ((0, 0), (ROOM, ROOM), (ROOM, ROOM), (0, 0))  # the dark edges around a digit in the middle
FASTEST = 2 * ROOM / (FRAMES - 1)  # the highest speed in each direction, in pixels per frame
PROGRESS = np.linspace(0.0, 1.0, FRAMES, dtype=np.float32)  # of the motion, in each frame
ENDS = np.stack([1.0 - PROGRESS, PROGRESS], axis=1)  # how much of the first and of the last place
FRAME_MS = 120  # how long the GIF shows a frame, in milliseconds


class MovingDigits(Application):
    """Generates films of digits that move straight through a dark frame, each at its own speed."""

    makes_images = False
    extras = ("films.gif",)

    def load(self):
        (pictures, _), (held_out, _) = load_dataset("mnist-10k")
        self.held_out = make_films(held_out, self.seed + 1)
        return make_films(pictures, self.seed)

    def build(self):
        seeds = split_seed(self.seed, 3)
        layers = keras.layers
        noise = keras.Input((PICTURE + MOTION,), name="noise")
        digit = build_generator((DIGIT, DIGIT, 1), PICTURE, seed=seeds[0])(noise[:, :PICTURE])
        initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seeds[1]))
        options = {"kernel_initializer": initializer}
        x = layers.LeakyReLU(0.2)(layers.Dense(UNITS, **options)(noise[:, PICTURE:]))
        ends = layers.Reshape((2, 2))(layers.Dense(4, "tanh", **options)(x))
        path = keras.ops.matmul(ENDS, layers.Rescaling(ROOM)(ends))
        picture = keras.ops.pad(digit, EDGES, constant_values=-1.0)
        generator = keras.Model(noise, Shift()(picture, path), name="video_generator")

        films = keras.Input((FRAMES, SIDE, SIDE, 1), name="films")
        channels = layers.Permute((2, 3, 1))(layers.Reshape((FRAMES, SIDE, SIDE))(films))
        logits = build_discriminator((SIDE, SIDE, FRAMES), seed=seeds[2])(channels)
        discriminator = keras.Model(films, logits, name="video_discriminator")
        model = GAN(generator, discriminator, PICTURE + MOTION, seed=self.seed)
        model.compile()
        return model

    def draw(self, model, n=8, seed=0):
        """Draws generated films, one in each row, with its frames from left to right."""
        films = model.generate(n, seed)
        return rendering.make_grid(rendering.to_uint8(films.reshape(-1, SIDE, SIDE, 1)), FRAMES)

    def write(self, model, folder):
        """Writes films.gif, in which 16 generated films run side by side."""
        films = rendering.to_uint8(model.generate(16, seed=0))
        frames = [rendering.make_grid(films[:, frame]) for frame in range(FRAMES)]
        write_film(folder / "films.gif", frames, FRAME_MS, hold_ms=4 * FRAME_MS)

    def score(self, model, n=10_000, seed=0, verbose=1):
        n = min(n, len(self.held_out))
        still = np.repeat(self.samples[:n, :1], FRAMES, axis=1)
        generated, real = model.generate(n, seed), self.held_out[:n]
        known = measure_steps(self.samples[:n])
        rows = []
        for *texts, measure in (
            ("speed", "mean speed", "near the data", "in pixels per frame", measure_speed),
            (
                "speed_distance",
                "distance of speeds",
                "lower",
                "Wasserstein distance to the displacements of other real films, in pixels",
                lambda films: wasserstein_distance(measure_steps(films).ravel(), known.ravel()),
            ),
            (
                "straightness",
                "unsteadiness",
                "lower",
                "mean change of the displacement from one frame to the next, in pixels, which is 0 "
                "by construction: it checks the drawing",
                lambda films: np.abs(np.diff(measure_steps(films), axis=1)).mean(),
            ),
            (
                "same_digit",
                "same digit",
                "higher",
                "fraction of films whose first and last frame show the same digit",
                measure_agreement,
            ),
        ):
            references = {"real": measure(real), "still": measure(still)}
            rows.append(Row(*texts, measure(generated), references))
        return Card(
            features="centres of brightness, and the digit classifier",
            samples=n,
            references=("real", "still"),
            rows=tuple(rows),
            note="Real: films of test digits. Still: the first frame of real films, repeated. A "
            "displacement is how far the centre of brightness moves from one frame to the next.",
        )


def make_films(pictures, seed=0):
    """Makes films of digits that move straight on at a constant speed and stay in the frame.

    Args:
        pictures: float32 `(n, 28, 28, 1)` in [-1, 1].
        seed: Int, fixes where the digits start and how fast they move.

    Returns:
        float32 `(n, 8, 28, 28, 1)` in [-1, 1].
    """
    rng = np.random.default_rng(seed)
    small = tf.image.resize(pictures, (DIGIT, DIGIT), method="area").numpy()
    framed = np.pad(small, EDGES, constant_values=-1.0)
    speeds = rng.uniform(-FASTEST, FASTEST, (len(pictures), 1, 2))
    room = ROOM - np.abs(speeds) * (FRAMES - 1) / 2  # left for the middle of the path
    middles = rng.uniform(-1, 1, speeds.shape) * room
    times = (np.arange(FRAMES) - (FRAMES - 1) / 2)[:, np.newaxis]
    paths = (middles + speeds * times).astype(np.float32)
    parts = [slice(start, start + 500) for start in range(0, len(framed), 500)]
    return np.concatenate([Shift()(framed[part], paths[part]) for part in parts])


def measure_steps(films):
    """Measures how far the centre of brightness moves from each frame to the next.

    Args:
        films: float `(n, 8, 28, 28, 1)` in [-1, 1].

    Returns:
        float64 `(n, 7, 2)`, pixels down and to the right.
    """
    light = np.maximum(films[..., 0].astype(np.float64) + 1.0, 0.0) + 1e-9
    total = light.sum(axis=(2, 3))
    places = np.arange(SIDE)
    rows = (light.sum(axis=3) * places).sum(axis=2) / total
    columns = (light.sum(axis=2) * places).sum(axis=2) / total
    return np.diff(np.stack([rows, columns], axis=-1), axis=1)


def measure_speed(films):
    """Measures the mean length of the steps between two frames, in pixels."""
    return np.linalg.norm(measure_steps(films), axis=-1).mean()


def measure_agreement(films):
    """Measures in which fraction of films the classifier sees the same digit first and last.

    Args:
        films: float32 `(n, 8, 28, 28, 1)` in [-1, 1].

    Returns:
        Float in [0, 1].
    """
    features = digit_features()
    first, last = (features.classify(_enlarge(films[:, frame])) for frame in (0, -1))
    return np.mean(first == last)


def _enlarge(frames):
    """Cuts digits out around their centre of brightness, as large as the classifier knows them."""
    light = np.maximum(frames[..., 0] + 1.0, 0.0) + 1e-9
    places, total, half = np.arange(SIDE), light.sum(axis=(1, 2)), DIGIT / 2
    rows = (light.sum(axis=2) * places).sum(axis=1) / total
    columns = (light.sum(axis=1) * places).sum(axis=1) / total
    boxes = np.stack([rows - half, columns - half, rows + half, columns + half], axis=1) / (
        SIDE - 1
    )
    indices = np.arange(len(frames))
    brightness = frames + 1.0  # dark is 0, because `crop_and_resize` fills the outside with 0
    return tf.image.crop_and_resize(brightness, boxes, indices, (SIDE, SIDE)).numpy() - 1.0
