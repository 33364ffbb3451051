"""Recombination: does a GAN draw a person in a skin tone in which it has never seen this person?

Of 60 of the 135 characters that `emoji-people` has in six tones, one picture each is held out, ten
of each tone. The conditional pair is trained on the rest, with the tone as the condition. Then it
draws pictures of each tone, and the judge of `people_judge.py`, which knows all characters, says
who they show. A pair of character and tone is found if the judge is sure of both for some picture,
each with a probability of 0.9 at least. The same is counted for the pairs of the same 60 characters
that were in the training.

    python benchmarks/recombination.py --seeds 0 1 2
    python benchmarks/recombination.py --picture recombination.png
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import describe
from people_judge import load_classifier
from training import fit

from dcgan_tf import GAN, load_characters, load_dataset
from dcgan_tf.applications.conditional import build_conditional_pair
from dcgan_tf.data import rendering

TONES = 6
HELD_OUT = 60  # characters
SURE = 0.9
LATENT_DIM, BATCH_SIZE = 32, 32
SHOWN = 8  # pairs in the picture
ENLARGED = 3  # times


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=240)
    parser.add_argument("--drawn", type=int, default=2000, help="pictures of each tone")
    parser.add_argument("--picture", metavar="FILE", help="a PNG file for pairs of the last seed")
    arguments = parser.parse_args()
    (pictures, tones), _ = load_dataset("emoji-people")
    classifier, names = load_classifier(pictures)
    characters = np.searchsorted(names, load_characters())
    print(f"{describe()}\n\n| seed | never seen, found | seen, found |\n|---|---|---|")
    for seed in arguments.seeds:
        held_out = choose_held_out(characters, tones, seed)
        model = train(pictures[~held_out], tones[~held_out], seed, arguments.epochs)
        drawn, sureness = draw(model, classifier, arguments.drawn, seed)
        some = np.isin(characters, characters[held_out])
        found = sureness.max(axis=1) >= SURE  # (tones, characters)
        new, old = (
            [found[tones[i], characters[i]] for i in np.flatnonzero(chosen)]
            for chosen in (held_out, some & ~held_out)
        )
        print(f"| {seed} | {sum(new)} of {len(new)} | {sum(old)} of {len(old)} |", flush=True)
    if arguments.picture:
        grid = show(pictures, characters, tones, held_out, drawn, sureness)
        rendering.write_png(arguments.picture, grid)


def choose_held_out(characters, tones, seed):
    """Chooses one picture each of 60 characters, equally many of each tone: bool `(n,)`."""
    complete = np.flatnonzero(np.bincount(characters) == TONES)
    chosen = np.random.default_rng(seed).permutation(complete)[:HELD_OUT]
    held_out = np.zeros(len(characters), bool)
    for i, character in enumerate(chosen):
        held_out |= (characters == character) & (tones == i % TONES)
    return held_out


def train(pictures, tones, seed, epochs):
    model = GAN(
        *build_conditional_pair(pictures.shape[1:], TONES, LATENT_DIM, seed), LATENT_DIM, seed=seed
    )
    model.compile()
    fit(model, pictures, BATCH_SIZE, seed, epochs, condition=tones)
    return model


def draw(model, classifier, n, seed):
    """Draws `n` pictures of each tone, and asks the judge about them.

    Returns:
        A tuple: pictures, float32 `(tones, n, ...)`; and how sure the judge is that a picture shows
        a character in the tone that was asked for, `(tones, n, characters)`: the smaller one of the
        two probabilities.
    """
    drawn, sureness = [], []
    for tone in range(TONES):
        drawn.append(model.generate(n, seed=seed, condition=np.full(n, tone)))
        logits = classifier.predict(drawn[-1], batch_size=500, verbose=0)
        who, which = (
            keras.ops.convert_to_numpy(keras.ops.softmax(logits[key]))
            for key in ("characters", "tones")
        )
        sureness.append(np.minimum(who, which[:, tone : tone + 1]))
    return np.stack(drawn), np.stack(sureness)


def show(pictures, characters, tones, held_out, drawn, sureness):
    """Draws columns: a character in a tone that was seen, as generated, and as held out."""
    pairs = sorted(
        np.flatnonzero(held_out), key=lambda i: -sureness[tones[i], :, characters[i]].max()
    )
    rows = [[], [], []]
    for i in pairs[:SHOWN]:
        seen = np.flatnonzero((characters == characters[i]) & ~held_out)[-1]
        best = sureness[tones[i], :, characters[i]].argmax()
        for row, picture in zip(
            rows, (pictures[seen], drawn[tones[i], best], pictures[i]), strict=True
        ):
            row.append(picture)
    grid = rendering.make_grid(rendering.to_uint8(np.stack(sum(rows, []))), columns=SHOWN)
    return np.kron(grid, np.ones((ENLARGED, ENLARGED, 1), np.uint8))


if __name__ == "__main__":
    main()
