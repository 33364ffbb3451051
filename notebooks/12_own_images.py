# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 12. Your own pictures
#
# This chapter goes the whole way from a folder of colour pictures to a GIF, to scores, and to
# pictures of what was in no training picture. The pictures are 817 small drawings of people, each
# character in up to six skin tones. They come with the package, but we treat them as yours.
#
# After this chapter you can prepare a folder, see what the package makes of it, train on it, ask
# for a class, judge the result, and say what to try if it fails.
#
# Takes 164 s on two CPU cores.

# %%
import pathlib
import tempfile

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image
from PIL import Image as Picture
from sklearn.neighbors import NearestNeighbors

from dcgan_tf import GAN, ProgressGif, Scorer, load_characters, load_dataset, shuffled_batches
from dcgan_tf.applications.conditional import build_conditional_pair
from dcgan_tf.data import rendering
from dcgan_tf.data.datasets import open_dataset
from dcgan_tf.evaluation.features import choose_features
from dcgan_tf.exercises import exercise

work = pathlib.Path(tempfile.mkdtemp())

# %% tags=["parameters"] quick={"EPOCHS": 2, "DRAWN": 60}
EPOCHS = 200
DRAWN = 1000  # pictures of each tone, among which we look for a character

# %% [markdown]
# ## A folder with a sub-folder for each class
#
# One picture is kept back for each of 60 characters, ten of each skin tone: the network will see
# these people, but never in this tone. All others are written as files, in one sub-folder for each
# tone. If your pictures have no classes, put all of them into one folder.

# %%
TONES = ["default", "light", "medium-light", "medium", "medium-dark", "dark"]
(people, tones), _ = load_dataset("emoji-people")
characters = load_characters()

names, counts = np.unique(characters, return_counts=True)
chosen = np.random.default_rng(0).permutation(names[counts == len(TONES)])[:60]
kept_back = np.zeros(len(people), bool)
for i, name in enumerate(chosen):
    kept_back |= (characters == name) & (tones == i % len(TONES))

for i in np.flatnonzero(~kept_back):
    file = work / "people" / f"{tones[i]}_{TONES[tones[i]]}" / f"{characters[i]}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    rendering.write_png(file, rendering.to_uint8(people[i]))
for folder in sorted((work / "people").iterdir()):
    files = sorted(folder.iterdir())
    print(f"{folder.name}: {len(files)} files, for example {files[0].name}")

# %% [markdown]
# ### Exercise 1 ★☆☆: transparent places
#
# Drawings often have transparent places: a fourth channel, *alpha*, says how opaque a pixel is, 255
# for fully. The package puts such pictures on white. Do it yourself: a colour $c$ of opacity
# $\alpha$ (from 0 to 1) on white, which is 255, gives $\alpha c + (1 - \alpha)\, 255$.


# %% tags=["exercise-1"]
def put_on_white(picture):
    """uint8 (height, width, 4) -> uint8 (height, width, 3)"""
    return ...


# %% tags=["check-1"]
with exercise(1):
    drawn = np.random.default_rng(1).integers(256, size=(8, 8, 4)).astype(np.uint8)
    answer = put_on_white(drawn)
    assert answer is not ..., "Write an expression in place of the three dots."
    assert answer.shape == (8, 8, 3), f"The shape is {answer.shape}."
    assert answer.dtype == np.uint8, f"The type is {answer.dtype}."
    white = Picture.new("RGBA", (8, 8), "white")
    right = np.asarray(Picture.alpha_composite(white, Picture.fromarray(drawn)).convert("RGB"))
    assert np.abs(answer.astype(int) - right).max() <= 1, "Pillow has other colours."

# %% [markdown]
# ## What the package makes of it
#
# On the command line, `dcgan-tf data people/ --preview look.png` says what would be trained on, and
# which files are left out and why. Here is the same from Python.

# %%
dataset = open_dataset(work / "people")
images, labels = dataset.images, dataset.labels
print(images.shape, images.dtype, "from", images.min(), "to", images.max())
print("classes:", *dataset.label_names.values())

rendering.write_png(work / "look.png", rendering.make_grid(rendering.to_uint8(images[::24])))
Image(work / "look.png", width=420)

# %% [markdown]
# Look at your pictures before you train. Are they cut well? Is the thing at the same place in all
# of them, in about the same size? Is there anything that does not belong? A network has to learn
# all of this, and the less there is to learn, the sooner the pictures get good.
#
# ### Exercise 2 ★☆☆: find the bug
#
# Files hold whole numbers from 0 to 255, the networks need numbers from -1 to 1. This conversion
# runs without an error, and black becomes -1, as it should. Mend it.


# %% tags=["exercise-2"]
def broken_scale(pixels):
    """uint8 (...), 0 to 255 -> float32 (...), -1 to 1"""
    return (2 * pixels) / np.float32(255) - 1


# %% tags=["check-2"]
with exercise(2):
    pixels = np.arange(256, dtype=np.uint8)
    answer = broken_scale(pixels)
    assert answer.dtype == np.float32, f"The type is {answer.dtype}."
    assert answer[0] == -1 and answer[255] == 1, (
        f"0 becomes {answer[0]}, 255 becomes {answer[255]}."
    )
    assert (np.diff(answer) > 0).all(), "A brighter pixel has to become a larger number."
    assert np.allclose(answer, pixels / 127.5 - 1, atol=1e-6), "A shade of grey is wrong."

# %% [markdown]
# ## Training
#
# We train the conditional pair of [chapter 10](10_applications.ipynb), which is told the tone of
# each picture, so that you can ask for one afterwards. `ProgressGif` draws the same two noise
# vectors in all six tones after every few epochs.

# %%
LATENT_DIM, BATCH_SIZE = 32, 32
model = GAN(
    *build_conditional_pair(images.shape[1:], len(TONES), LATENT_DIM, seed=0), LATENT_DIM, seed=0
)
model.compile()


def draw(model):
    """The first two noise vectors in each tone, a row for each."""
    noise = np.random.default_rng(3).normal(size=(2, LATENT_DIM)).astype(np.float32)
    made = model.generate(
        12, noise=noise.repeat(len(TONES), axis=0), condition=np.tile(np.arange(len(TONES)), 2)
    )
    grid = rendering.make_grid(rendering.to_uint8(made), columns=len(TONES))
    return np.kron(grid, np.ones((2, 2, 1), np.uint8))  # twice as large


film = ProgressGif(work / "progress.gif", every=max(1, EPOCHS // 14), draw=draw)
batches = shuffled_batches(images, BATCH_SIZE, seed=0, condition=labels)
history = model.fit(
    batches,
    steps_per_epoch=-(-len(images) // BATCH_SIZE),
    epochs=EPOCHS,
    shuffle=False,
    verbose=0,
    callbacks=[film],
)
Image(work / "progress.gif", width=420)

# %% [markdown]
# Each row is one noise vector, each column one tone. Nobody told the network that a person stays
# the same person in another tone. It does so because this is the simplest function that it found:
# the noise decides who is drawn, the label decides the colour.
#
# **Predict, then run:** do sleeves, hats and the ground change their colour with the tone?

# %%
made = model.generate(48, seed=5, condition=np.arange(48) % len(TONES))
rendering.write_png(
    work / "made.png",
    rendering.add_caption(
        rendering.make_grid(rendering.to_uint8(made), columns=12), "columns: the six tones, twice"
    ),
)
Image(work / "made.png", width=640)

# %% [markdown]
# The ground stays white in all columns, and clothes do not follow the tone: in the film a hat or a
# shirt keeps its colour in the whole row. The hair does not always keep it, because nobody told the
# network which part of a picture is skin.
#
# Some are drawn well, some are soft, and a few are nobody. This is what three minutes of a laptop
# give. `dcgan-tf train --application conditional --data emoji-people` trains the same pair with two
# and a half times as many steps, about 12,000, as for any number of pictures. Without
# `--application` the command knows nothing of tones. As there are fewer than 5,000 pictures, it
# then shifts half of them before the discriminator. (In chapter 10 all images are shifted, and some
# get a hole.) It also mirrors half of these people.
#
# ## How good are they?
#
# *Chapter 7 explains the scores.* For labelled pictures the package trains a small classifier, and
# compares its features of real and generated pictures.

# %%
features = choose_features(str(work / "people"), images, labels, dataset.label_names, verbose=0)
scorer = Scorer(images, features)
asked = np.random.default_rng(0).permutation(labels)[: scorer.samples]
generated = model.generate(scorer.samples, seed=0, condition=asked)
scores, real = scorer.score(generated), scorer.score_real()
for name in ("frechet_distance", "precision", "recall", "coverage", "near_copies"):
    print(f"{name:17} generated {scores[name]:7.3f}   real {real[name]:7.3f}")
as_asked = np.mean(features.classify(generated) == asked)
print(f"in the tone that was asked for: {as_asked:.0%}")

# %% [markdown]
# The scores were made by a classifier of tones, so they say more about colours than about faces. A
# score sees what its features see. Real pictures have near copies too, since each person comes in
# six tones.
#
# ### Exercise 3 ★★☆: the nearest picture
#
# Has the network copied? For each generated picture find the training picture that is nearest to
# it, by the mean squared difference of all pixels.


# %% tags=["exercise-3"]
def find_nearest(generated, training):
    """float32 (n, ...) and (m, ...) -> int (n,), a number from 0 to m - 1 for each"""
    return ...


# %% tags=["check-3"]
with exercise(3):
    answer = find_nearest(generated[:40], images)
    assert answer is not ..., "Write an expression in place of the three dots."
    assert np.shape(answer) == (40,), f"The shape is {np.shape(answer)}."
    itself = find_nearest(images[100:110], images)
    assert (itself == np.arange(100, 110)).all(), "A training picture is nearest to itself."
    flat = images.reshape(len(images), -1)
    neighbours = NearestNeighbors(n_neighbors=1).fit(flat)
    right = neighbours.kneighbors(generated[:40].reshape(40, -1))[1][:, 0]
    assert (answer == right).all(), "scikit-learn finds other neighbours."

# %% [markdown]
# ## People whom nobody drew
#
# Now to the 60 pictures that were kept back. The network has seen these people in five tones at
# most, and the sixth tone on other people. Can it put the two together? We let it draw many
# pictures of the tone, and show the one that is nearest to the picture kept back.


# %%
def find_best(i, tone):
    """The generated picture of a tone that is nearest to picture `i`, and its distance."""
    drawn = by_tone[tone]
    distances = np.mean((drawn - people[i]) ** 2, axis=(1, 2, 3))
    return drawn[distances.argmin()], distances.min()


by_tone = [model.generate(DRAWN, seed=9, condition=np.full(DRAWN, t)) for t in range(len(TONES))]
found = []
for i in np.flatnonzero(kept_back):
    picture, distance = find_best(i, tones[i])
    seen = np.flatnonzero((characters == characters[i]) & ~kept_back)[0]
    found.append((distance, seen, picture, i))
found.sort(key=lambda each: each[0])

figure, axes = plt.subplots(3, 10, figsize=(10, 3.2), layout="constrained")
for column, (_, seen, picture, i) in zip(axes.T, found, strict=False):
    for axis, shown in zip(column, (people[seen], picture, people[i]), strict=True):
        axis.imshow(rendering.to_uint8(shown))
        axis.set(xticks=[], yticks=[])
for axis, name in zip(axes[:, 0], ("seen", "generated", "kept back"), strict=True):
    axis.set_ylabel(name)
plt.show()

# %% [markdown]
# Above is a picture that the network was trained on. In the middle is what it drew in a tone in
# which it had never seen this person. Below is the picture that was kept back. These are the ten
# nearest of sixty, so the best ones; `benchmarks/recombination.py` counts all of them with a
# classifier, for three seeds.
#
# A generator that had only learned pictures by heart could show nothing new in the middle row: only
# another person, or this one in another tone. This is what "to learn a distribution" means: to
# learn what goes together and what may vary.
#
# ### Exercise 4 ★★☆: is the tone really the one?
#
# A doubt is left: perhaps the nearest picture shows the right person, but in another tone, with the
# rest being equal. Write `best_tone`. It returns the tone, from 0 to 5, among whose generated
# pictures is the one that is nearest to picture `i`. Use `find_best`.


# %% tags=["exercise-4"]
def best_tone(i):
    """An int from 0 to 5."""
    return ...


# %% tags=["check-4"]
with exercise(4):
    some = [i for *_, i in found[:10]]
    answers = [best_tone(i) for i in some]
    assert answers[0] is not ..., "Write an expression in place of the three dots."
    assert all(answer in range(len(TONES)) for answer in answers), "It is a number from 0 to 5."
    right = [int(np.argmin([find_best(i, t)[1] for t in range(len(TONES))])) for i in some]
    assert list(answers) == right, "For some picture another tone has a nearer one."
    others = [(int(tones[i]) + 1) % len(TONES) for i in some]
    for i, other in zip(some, others, strict=True):
        drawn = by_tone[other]
        by_tone[other] = np.append(drawn, people[i : i + 1], axis=0)  # the picture itself
        moved = best_tone(i)
        by_tone[other] = drawn
        assert moved == other, "A nearer picture in another tone has to change the answer."

# %% [markdown]
# ## If it fails
#
# - **Grey or one-coloured pictures.** Have patience first: make ten times as many steps. Then run
#   `dcgan-tf report RUN`, which shows what the training doctor found.
# - **Blobs of the right colours.** Make more steps. Use fewer kinds of pictures, all cut in the
#   same way.
# - **The same picture again and again.** This is a collapse, see [chapter 8](08_failures.ipynb).
#   Use more pictures.
# - **Copies of your pictures.** There are too few of them: use more pictures, or fewer epochs.
#   Without labels, `--mirror on` helps as well, where left and right do not matter.
# - **Good in 32x32 pixels, bad in 128x128.** Each doubling of the side costs about four times the
#   time. Stay small, or train for hours.
# - **An error.** It says what was received and what is accepted. `dcgan-tf data FOLDER` looks at
#   all files without training.
#
# `docs/own_images.md` has the details of formats, sizes and options.
#
# ## Summary
#
# - One sub-folder for each class; a look at the pictures before the training.
# - About 12,000 steps, whatever the number of pictures; below 5,000 pictures random shifts help.
# - The noise says who, the label says which tone: the network puts together what it never saw
#   together.
# - Scores see what their features see. Look at the pictures as well.
#
# To read on: Mirza and Osindero 2014, [Conditional generative adversarial
# nets](https://arxiv.org/abs/1411.1784), and Zhao et al. 2020, [Differentiable
# augmentation](https://arxiv.org/abs/2006.10738), for few pictures.
#
# ## An open project: your pictures
#
# Train on pictures of your own, at least 200 of one kind.
#
# A good answer
#
# - shows the pictures before and after, and says how long it took;
# - has the scores, with those of real pictures beside them;
# - looks for copies among the nearest neighbours;
# - names what the network did not learn, and what you would try next.

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. The last channel is the opacity; `[..., 3:]` keeps the axis, so that it fits the three colours.


# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
def put_on_white(picture):
    alpha = picture[..., 3:] / 255
    return np.round(alpha * picture[..., :3] + (1 - alpha) * 255).astype(np.uint8)


# %% [markdown]
# 2. Twice 200 is 400, but a `uint8` has no 400: it starts again at 0. Divide first, then the
# numbers are floats.


# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
def broken_scale(pixels):
    return (pixels / 127.5 - 1).astype(np.float32)


# %% [markdown]
# 3. One picture at a time, so that not all differences are in memory at once.


# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
def find_nearest(generated, training):
    axes = tuple(range(1, training.ndim))
    return np.array([np.mean((training - each) ** 2, axis=axes).argmin() for each in generated])


# %% [markdown]
# 4. The smallest of six distances. `[best_tone(i) == tones[i] for *_, i in found[:10]]` says for
# which of the ten it is the tone that was kept back.


# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
def best_tone(i):
    return int(np.argmin([find_best(i, tone)[1] for tone in range(len(TONES))]))
