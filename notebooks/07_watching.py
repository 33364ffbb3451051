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
# # 7. Watching a training
#
# How does one know that a GAN learns? The losses do not say it. This chapter shows what does: grids
# and films of generated images, scores of many images, and a callback that looks for known
# failures. After it you can watch a training, write the two most used scores yourself, and say when
# two numbers may be compared.
#
# Takes 79 s on two CPU cores.

# %%
import itertools
import math
import pathlib
import tempfile

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.stats
import tensorflow as tf
from IPython.display import Image
from scipy.spatial.distance import cdist

from dcgan_tf import (
    DCGAN,
    ProgressGif,
    SampleGrid,
    Scorecard,
    Scorer,
    TrainingDoctor,
    digit_features,
    load_dataset,
    plot_curves,
)
from dcgan_tf.data import rendering
from dcgan_tf.evaluation import metrics
from dcgan_tf.evaluation.figures import draw_closest_pairs
from dcgan_tf.evaluation.scorer import evaluate, shrink
from dcgan_tf.exercises import exercise
from dcgan_tf.gan.article_losses import SigmoidCrossEntropy
from dcgan_tf.monitoring import failures

run = pathlib.Path(tempfile.mkdtemp())

# %% [markdown]
# How many digits are trained on, and for how many epochs; how many images a score looks at; how
# long the failing training below lasts.

# %% tags=["parameters"] quick={"IMAGES": 1280, "EPOCHS": 3, "SAMPLES": 300, "FAILING_EPOCHS": 2}
IMAGES = 8004
EPOCHS = 6
SAMPLES = 2000
FAILING_EPOCHS = 8

# %% [markdown]
# ## A training with watchers
#
# The digits, and the default model:

# %%
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
model.compile()

# %% [markdown]
# A *callback* is an object that `fit` calls after each epoch. Four of the package's watch this
# training. Each has a section below.
#
# - `SampleGrid` writes a grid of generated images.
# - `ProgressGif` makes a film of such grids.
# - `Scorecard` computes scores. It gets a `Scorer`, which holds the real images to compare with.
# - `TrainingDoctor` says what is going wrong, if something is. It comes after `Scorecard`, whose
#   scores it also uses.

# %%
digits = digit_features()
scorer = Scorer(x_train, digits, held_out=x_test, samples=SAMPLES)
doctor = TrainingDoctor(x_train, digits.classify)
callbacks = [
    SampleGrid(run / "samples"),
    ProgressGif(run / "progress.gif"),
    Scorecard(scorer, verbose=0),
    doctor,
]

# %% [markdown]
# A fifth, made of a function, keeps some things for this chapter: eight images from the same noise
# each time, eight from new noise each time, and the weights of both networks.

# %%
fixed_noise, new_noise = [], []
generator_weights, discriminator_weights = [], []


def keep(epoch, logs):
    fixed_noise.append(model.generate(8, seed=0))
    new_noise.append(model.generate(8, seed=100 + epoch))
    generator_weights.append(model.generator.get_weights())
    discriminator_weights.append(model.discriminator.get_weights())


callbacks.append(keras.callbacks.LambdaCallback(on_epoch_end=keep))

# %%
keras.utils.set_random_seed(0)
history = model.fit(
    x_train[:IMAGES], epochs=EPOCHS, batch_size=32, callbacks=callbacks, verbose=0
).history

# %% [markdown]
# `history` has a list for each number, one value an epoch. The names that begin with `val_` are the
# scores.

# %%
print(", ".join(history))

# %% [markdown]
# ## Grids and films
#
# The first thing to look at are the images. `SampleGrid` has written one picture an epoch,
# `ProgressGif` the film of them:

# %%
print(*sorted(path.name for path in (run / "samples").glob("*.png")))
Image(run / "progress.gif")

# %% [markdown]
# Both draw the same noise every time. **Predict, then run:** below on the left are eight images
# after each of the last two epochs, from the same noise; on the right from new noise. Where can one
# see what the last epoch has changed?

# %%
figure, panels = plt.subplots(2, 2, figsize=(9, 1.7), layout="constrained")
for epoch, row in zip((EPOCHS - 1, EPOCHS), panels, strict=True):
    for axes, kept in zip(row, (fixed_noise, new_noise), strict=True):
        grid = rendering.make_grid(rendering.to_uint8(kept[epoch - 1]), columns=8)
        axes.imshow(grid, cmap="gray", vmin=0, vmax=255)
        axes.set(xticks=[], yticks=[])
    row[0].set_ylabel(f"epoch {epoch}")
panels[0, 0].set_title("fixed noise")
panels[0, 1].set_title("new noise")
plt.show()

# %% [markdown]
# On the left each column is one and the same image, before and after: one sees strokes move, close
# or fade. On the right the images differ because the noise differs, and what the epoch did is
# hidden. In numbers, the mean change of a pixel:


# %%
def mean_change(kept):
    return np.mean([np.abs(later - earlier).mean() for earlier, later in itertools.pairwise(kept)])


print(f"fixed noise {mean_change(fixed_noise):.3f}, new noise {mean_change(new_noise):.3f}")
assert EPOCHS < 4 or mean_change(fixed_noise) < mean_change(new_noise)

# %% [markdown]
# Sixteen fixed images have a limit as well: they are sixteen. A generator can make these sixteen
# well and others badly. That is a matter for scores, below.
#
# ### Exercise 1 ★☆☆: a grid of your own
#
# Make a `SampleGrid` that writes into `run / "own"`, after every second epoch, one row of ten
# images from the noise of seed 7. How many pictures has it written after nine epochs?

# %% tags=["exercise-1"]
own_grid = ...
files_written = ...

# %% tags=["check-1"]
with exercise(1):
    assert own_grid is not ... and files_written is not ..., "A callback and a number are wanted."
    assert isinstance(own_grid, SampleGrid), f"It is a {type(own_grid).__name__}."
    assert own_grid.output_dir == run / "own", f"It writes into {own_grid.output_dir}."
    shape = own_grid.rows, own_grid.columns
    assert shape[0] < shape[1] and math.prod(shape) == 10, f"The grid is {shape[0]} by {shape[1]}."
    assert min(shape) == 1, f"One row is wanted; this grid has {shape[0]}."
    small_numbers = own_grid.seed, own_grid.every
    assert small_numbers[0] == 7, f"The noise is that of seed {small_numbers[0]}."
    written = [epoch for epoch in range(1, 10) if epoch % own_grid.every == 0]
    assert 1 not in written, "It writes after the first epoch."
    assert np.diff(written).max(initial=0) == 2, (
        f"It writes after the epochs {written}: that is not every second one."
    )
    assert files_written == len(written), "That is not how many epochs have a picture."

# %% [markdown]
# ## The curves and their equilibrium
#
# *Articles: 2 §2.2 · 2 §2.3*
#
# In adversarial training the generator tries to deceive the discriminator, and the discriminator
# tries not to be deceived. Article 2 says where it ends: in a *Nash equilibrium*, a state in which
# neither can do better by changing itself alone. Generated images are then like real ones, and the
# discriminator can do no better than guess.
#
# What do the curves show there? A discriminator that guesses gives each image the probability one
# half, the logit 0. The losses of [chapter 5](05_losses.ipynb) are then:

# %%
loss = SigmoidCrossEntropy()
undecided = tf.zeros((4, 1))
equilibrium = {
    "discriminator_loss": float(loss.discriminator_loss(undecided, undecided)),
    "generator_loss": float(loss.generator_loss(undecided)),
}
print(equilibrium)
np.testing.assert_allclose(list(equilibrium.values()), (2 * math.log(2), math.log(2)), rtol=1e-6)

# %% [markdown]
# And of two kinds of images that it cannot tell apart it gets half right. `plot_curves` draws
# losses and accuracies, with thin lines at these values:

# %%
plot_curves(history, run / "curves.png")
assert max(history["discriminator_loss"]) < equilibrium["discriminator_loss"]
Image(run / "curves.png", width=800)

# %% [markdown]
# The losses do not go down to zero, and they need not come near the thin lines either. The
# discriminator's stays below its line: it is right about more images than a guess would be. This is
# no sign of failure. (Nor do the lines say that the images are good, as will be seen.)
#
# Why need a loss not fall, when the images become better? Because it measures one network by the
# other. Two chess players who play only each other may both become masters: each still wins about
# half of the games.
#
# Here it is in numbers. The images of the trained generator stay the same; only the judge changes,
# from the discriminator after the first epoch to the one after the last. The generator's loss:

# %%
judge = keras.models.clone_model(model.discriminator)
pictures_to_judge = model.generate(500, seed=1)
verdicts = []
for weights in discriminator_weights:
    judge.set_weights(weights)
    verdicts.append(float(loss.generator_loss(judge(pictures_to_judge))))
print("judged by D after epoch 1, 2, ...:", *(f"{verdict:.2f}" for verdict in verdicts))
assert max(verdicts) > 1.05 * min(verdicts)

# %% [markdown]
# The same images, other losses. A loss of one epoch and a loss of another come from two different
# judges.
#
# ### Exercise 2 ★★☆: what a loss means
#
# The generator's loss is the mean of $-\ln D$ over generated images, where $D$ is the probability
# with which the discriminator takes an image for real. Suppose it gave all images the same $D$.
# Which, if the loss is $L$? (If they differ, the result is their geometric mean.)


# %% tags=["exercise-2"]
def typical_probability(generator_loss):
    """The probability D that, given to every generated image, makes this loss."""
    return ...


# %% tags=["check-2"]
with exercise(2):
    value = typical_probability(equilibrium["generator_loss"])
    assert value is not ..., "Write an expression in place of the three dots."
    assert abs(value - 0.5) < 1e-6, "At the equilibrium the discriminator guesses."
    assert typical_probability(0.0) == 1, "Without any loss the images are taken for real."
    assert typical_probability(3.0) < 0.1, "A loss of 3 nats is a hard verdict."
    probabilities = np.array([0.05, 0.2, 0.6])
    expected = scipy.stats.gmean(probabilities)
    received = typical_probability(-np.log(probabilities).mean())
    assert abs(received - expected) < 1e-9, "Of 0.05, 0.2 and 0.6 it is not the geometric mean."

# %% [markdown]
# ## Losses alike, images not
#
# Two moments of the training above: those two epochs, not next to each other, whose losses are most
# alike.


# %%
def difference_of_losses(pair):
    names = ("generator_loss", "discriminator_loss")
    return sum(abs(history[name][pair[0]] - history[name][pair[1]]) for name in names)


pairs = [pair for pair in itertools.combinations(range(EPOCHS), 2) if pair[1] - pair[0] > 1]
alike = min(pairs, key=difference_of_losses)
for epoch in alike:
    values = (history[f"{name}_loss"][epoch] for name in ("discriminator", "generator"))
    print(f"epoch {epoch + 1}: losses", *(f"{value:.3f}" for value in values))

# %% [markdown]
# The images that the generator made at these two moments, from the same noise. (They are drawn with
# the weights of the moment, to which the losses belong, and not with their moving average.)

# %%
same_noise = keras.random.normal((SAMPLES, model.latent_dim), seed=0)
at_that_time = keras.models.clone_model(model.generator)


def images_after(epoch, n=SAMPLES):
    at_that_time.set_weights(generator_weights[epoch])
    return at_that_time.predict(same_noise[:n], verbose=0)


both = np.concatenate([images_after(epoch, n=8) for epoch in alike])
rendering.write_png(run / "alike.png", rendering.make_grid(rendering.to_uint8(both), columns=8))
Image(run / "alike.png")

# %% [markdown]
# Compare the rows: that much the networks have learned between the two moments. The losses do not
# show it.
#
# It can be worse. `failures.make` sets up trainings that fail, which are the subject of
# [chapter 8](08_failures.ipynb). In this one the discriminator learns a hundred times slower than
# the generator. **Predict, then run:** how far will its losses be from the equilibrium?

# %%
failing = failures.make("collapse", seed=0)
failing.epochs = FAILING_EPOCHS
failing_history = failing.fit().history
for name, value in equilibrium.items():
    print(f"{name}: {failing_history[name][-1]:.3f}, at the equilibrium {value:.3f}")
    assert abs(failing_history[name][-1] - value) < 0.02 < abs(history[name][-1] - value)

# %%
collapsed = failing.model.generate(16, seed=0)
rendering.write_png(
    run / "collapsed.png", rendering.make_grid(rendering.to_uint8(collapsed), columns=8)
)
Image(run / "collapsed.png")

# %% [markdown]
# The losses are next to the equilibrium, closer than those of the good training. And the generator
# makes one image from all noise, which is no digit: it has *collapsed*. The discriminator guesses,
# not because there is nothing to see, but because it has hardly learned to see. Losses at these
# values are what the equilibrium leads to; they do not lead to the equilibrium.

# %%
spread = collapsed.std(axis=0).mean() / failing.images[:1000].std(axis=0).mean()
print(f"spread of the generated images, in that of real ones: {spread:.2f}")
assert spread < 0.5

# %% [markdown]
# ## Features
#
# A score compares many generated images with many real ones. Pixel by pixel that goes wrong: a
# digit that is moved by one pixel is the same digit, but nearly all pixels of its strokes change.
#
# So images are first turned into *features*: numbers in which images that mean the same are near
# each other. They come from a *classifier*, a network that was trained to name the digit in a
# picture. Its last hidden layer has 64 numbers, from which it computes the class. These are the
# features.

# %%
features, classes = digits(x_test)
print(features.shape, "from", features.min(), "to", features.max())
print(f"digits that it classifies correctly: {np.mean(classes == y_test):.1%}")

# %% [markdown]
# How far does a digit go when it is moved by one pixel? Measured in the mean distance of two
# different digits, once in pixels and once in features:


# %%
def relative_move(before, after):
    before, after = (array.reshape(len(array), -1) for array in (before, after))
    another = np.random.default_rng(0).permutation(len(before))
    move = np.linalg.norm(after - before, axis=1).mean()
    return move / np.linalg.norm(before[another] - before, axis=1).mean()


moved = np.roll(x_test, 1, axis=2)  # to the right
in_pixels = relative_move(x_test, moved)
in_features = relative_move(features, digits(moved)[0])
print(f"in pixels {in_pixels:.2f}, in features {in_features:.2f}")
assert in_features < 0.6 * in_pixels and 0.4 < in_pixels < 0.6

# %% [markdown]
# In pixels a digit moved by one is half as far from itself as another digit is; in features it
# stays much nearer.
#
# The usual features, those of a network called Inception, were trained on photographs. They are of
# little use for digits. The package brings a classifier for MNIST and trains one for other labelled
# images. Scores from different features cannot be compared: they are in different units.

# %% [markdown]
# ## The Fréchet distance
#
# The most used score (Heusel et al. 2017). It takes the features of many real and many generated
# images and describes each set by its mean $m$ and its covariance matrix $C$: where the cloud of
# points lies, and how it is stretched. For the two normal distributions with these numbers, the
# distance $d$ that Fréchet defined is given by
#
# $$d^2 = |m_r - m_f|^2 + \mathrm{tr}\,(C_r + C_f - 2\,(C_r C_f)^{1/2}),$$
#
# with $r$ for real and $f$ for generated ("fake"). The field reports $d^2$, not its root, and calls
# it the Fréchet distance nevertheless. So does this package. The first term says how far the
# centres are apart, the second, the *trace term*, how different the shapes are. It is 0 for equal
# distributions, and lower is better.
#
# The trace is the sum of the diagonal. For the square root of a matrix it is the sum of the square
# roots of its eigenvalues, so that the root itself is not needed:


# %%
def frechet_distance(real, fake):
    real, fake = real.astype(np.float64), fake.astype(np.float64)
    gap = np.sum((real.mean(axis=0) - fake.mean(axis=0)) ** 2)
    real_covariance = np.cov(real, rowvar=False)
    fake_covariance = np.cov(fake, rowvar=False)
    eigenvalues = np.linalg.eigvals(real_covariance @ fake_covariance).real
    root_trace = np.sqrt(eigenvalues.clip(0)).sum()
    return gap + np.trace(real_covariance) + np.trace(fake_covariance) - 2 * root_trace


# %% [markdown]
# (Rounding can leave an eigenvalue a little below zero; `clip` puts it back.) For two sets of real
# digits and for the generated ones, and equal to the package's:

# %%
all_features, all_classes = digits(x_train)
order = np.random.default_rng(0).permutation(len(x_train))
real, other_real = all_features[order[:SAMPLES]], all_features[order[SAMPLES : 2 * SAMPLES]]
generated = model.generate(SAMPLES, seed=0)
fake, _ = digits(generated)
for name, compared in (("other real digits", other_real), ("generated digits", fake)):
    distance = frechet_distance(real, compared)
    print(f"{name}: {distance:.3f}")
    np.testing.assert_allclose(distance, metrics.frechet_distance(real, compared), rtol=1e-4)

# %% [markdown]
# ### Exercise 3 ★★☆: in one dimension
#
# If there is one feature only, means are numbers $m_r$, $m_f$, and covariances are squared standard
# deviations $s_r^2$, $s_f^2$. What becomes of the formula?


# %% tags=["exercise-3"]
def frechet_of_one(real_mean, real_std, fake_mean, fake_std):
    """The Fréchet distance of two normal distributions of one number."""
    return ...


# %% tags=["check-3"]
with exercise(3):
    assert frechet_of_one(0, 1, 0, 1) is not ..., "Write an expression in place of the dots."
    assert frechet_of_one(2, 3, 2, 3) == 0, "Equal distributions have the distance 0."
    assert frechet_of_one(0, 1, 3, 1) == 9, "Only the means differ, by 3: the distance is off."
    assert frechet_of_one(0, 1, 0, 2) == frechet_of_one(0, 2, 0, 1), "It does not look both ways."
    rng = np.random.default_rng(0)
    one, other = rng.normal(1, 2, (500, 1)), rng.normal(-1, 0.5, (500, 1))
    moments = [f(x) for x in (one, other) for f in (np.mean, lambda x: np.std(x, ddof=1))]
    expected = metrics.frechet_distance(one, other)
    assert abs(frechet_of_one(*moments) - expected) < 1e-6, "It is not what the package computes."

# %% [markdown]
# ## Precision and recall
#
# One number cannot say *what* is wrong. Two questions can (Kynkäänniemi et al. 2019):
#
# - *Precision*: how many generated images look real?
# - *Recall*: how many real images could have been generated? Is nothing missing?
#
# "Looks real" is made exact by balls. Around each real point, in the space of features, there is a
# ball that reaches to its third nearest neighbour among the real points. All balls together are the
# region of the real images. Precision is the fraction of generated points in it. For recall the two
# sets change places.


# %%
def radii_of(points, k=3):
    distances = np.sort(cdist(points, points), axis=1)
    return distances[:, k]  # the first is the distance of the point to itself


def fraction_covered(centres, points):
    return np.mean((cdist(points, centres) <= radii_of(centres)).any(axis=1))


def precision_recall(real, fake):
    return fraction_covered(real, fake), fraction_covered(fake, real)


# %% [markdown]
# An example in the plane, where the balls are circles. The real points form two clouds. The
# generator makes one of them, and some odd points.

# %%
rng = np.random.default_rng(1)
real_points = np.concatenate([rng.normal((0, 0), 0.6, (25, 2)), rng.normal((4, 0), 0.6, (25, 2))])
fake_points = np.concatenate([rng.normal((0, 0), 0.5, (40, 2)), rng.uniform(1, 3, (10, 2))])

figure, panels = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
for axes, centres, points, name in (
    (panels[0], real_points, fake_points, "precision"),
    (panels[1], fake_points, real_points, "recall"),
):
    for centre, radius in zip(centres, radii_of(centres), strict=True):
        axes.add_patch(plt.Circle(centre, radius, color="0.85"))
    axes.scatter(*real_points.T, c="k", s=12, label="real")
    axes.scatter(*fake_points.T, c="k", s=25, marker="x", linewidths=0.8, label="generated")
    axes.set(title=f"{name} {fraction_covered(centres, points):.2f}", aspect="equal")
    axes.set(xlabel="first feature", ylabel="second feature", xlim=(-3.5, 6), ylim=(-3, 3.5))
panels[0].legend(loc="upper left")
plt.show()

# %% [markdown]
# On the left are the balls of the real points: the crosses outside of them, mostly the odd ones,
# cost precision. On the right are the balls of the generated points: the dots outside of them,
# mostly those of the missing cloud, cost recall.
#
# The generated digits, and equal to the package's:

# %%
precision, recall = precision_recall(real, fake)
print(f"generated digits: precision {precision:.2f}, recall {recall:.2f}")
expected = metrics.precision_recall(real, fake)
np.testing.assert_allclose((precision, recall), expected, atol=2 / SAMPLES)

# %% [markdown]
# ### What deceives them
#
# Each score can be deceived. Below real digits there are three sets of images that no one would
# want:

# %%
n = min(SAMPLES, 500)
digits_again = x_train[order[SAMPLES : SAMPLES + n]]
others = x_train[order[SAMPLES + n : SAMPLES + 2 * n]]
random_pixels = np.random.default_rng(0).uniform(-1, 1, digits_again.shape).astype(np.float32)
sets = {
    "real digits": digits_again,
    "one digit, repeated": np.repeat(digits_again[:1], n, axis=0),
    "two printed over each other": np.maximum(digits_again, others),
    "one half real, one half noise": np.concatenate(
        [digits_again[: n // 2], random_pixels[n // 2 :]]
    ),
}
samples = np.concatenate([pictures[-8:] for pictures in sets.values()])
rendering.write_png(run / "sets.png", rendering.make_grid(rendering.to_uint8(samples), columns=8))
Image(run / "sets.png")

# %%
print(f"{'':32}{'Fréchet':>10}{'precision':>12}{'recall':>9}")
scored = {}
for name, pictures in sets.items():
    its_features, _ = digits(pictures)
    distance = metrics.frechet_distance(real[:n], its_features)
    scored[name] = metrics.precision_recall(real[:n], its_features)
    print(f"{name:32}{distance:10.2f}{scored[name][0]:12.2f}{scored[name][1]:9.2f}")

assert scored["one digit, repeated"] == (1, 0)
assert scored["two printed over each other"][1] > 0.7
assert scored["one half real, one half noise"][1] > 0.7

# %% [markdown]
# One good image again and again has the best precision there is. Images that are no digits have a
# high recall: odd points lie far apart, their balls are large and cover much. So read precision and
# recall only together, and look at the images too.
#
# ### Exercise 4 ★☆☆: predict two scores
#
# A generator makes nothing but perfect ones: real images of the digit 1. Compared with digits of
# all kinds, is its precision above one half or below? And its recall? Write `"above"` or `"below"`.

# %% tags=["exercise-4"]
precision_of_ones = ...
recall_of_ones = ...

# %% tags=["check-4"]
with exercise(4):
    answers = precision_of_ones, recall_of_ones
    assert ... not in answers, "Two words are wanted in place of the dots."
    assert set(answers) <= {"above", "below"}, f"Received {answers}, not 'above' or 'below'."
    ones = all_features[order][all_classes[order] == 1][-300:]
    measured = metrics.precision_recall(real[: len(ones)], ones)
    words = ["above" if score > 0.5 else "below" for score in measured]
    assert answers[0] == words[0], "Think of precision again: does each of its images look real?"
    assert answers[1] == words[1], "Think of recall again: is nothing missing?"

# %% [markdown]
# ## What a score is compared with
#
# A Fréchet distance of 3: is that much? A number needs two *references*.
#
# - *Real*: the score of real images against other real images. No generator can be expected to do
#   better.
# - *Collapsed*: the score of a generator that makes one image again and again.
#
# `Scorer` cuts the real images into two halves for this. All images are compared with the first
# half. The second half stands for a perfect generator. `evaluate` makes a *card* of all measures,
# each with its references, and `as_table` lays it out:

# %%
card = evaluate(generated, scorer, verbose=0)
print(card.as_table())

# %% [markdown]
# *Kernel distance*, *density* and *coverage* are younger relatives of the Fréchet distance, of
# precision and of recall; `evaluation/metrics.py` has their formulas and papers. The classes are
# those that the classifier finds: are all ten digits there, and as often as in the data? *Diversity
# in a class* is how different two images of the same digit are, compared with real ones. Near
# copies have a section below.
#
# How good is a Fréchet distance? Say how many times the distance of real images it is. `card[key]`
# is the row of one measure:

# %%
distance = card["frechet_distance"]
real_distance = distance.references["real"]
print(f"{distance.generated / real_distance:.1f} times the distance of real digits")
assert real_distance < distance.generated

# %% [markdown]
# ## Scores while training
#
# `Scorecard` has computed all this after each epoch, with the same noise each time. Unlike the
# losses these curves have a direction:

# %%
epochs = range(1, EPOCHS + 1)
figure, panels = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
panels[0].semilogy(epochs, history["val_frechet_distance"], "ko-", label="generated")
panels[0].axhline(real_distance, color="k", linestyle=":", label="real")
panels[0].set(xlabel="epoch", ylabel="Fréchet distance", xticks=epochs, ylim=(0.1, 150))
panels[0].legend()
for name, style in (("precision", "ko-"), ("recall", "ks--"), ("coverage", "k^:")):
    panels[1].plot(epochs, history[f"val_{name}"], style, fillstyle="none", label=name)
panels[1].set(xlabel="epoch", ylabel="score", xticks=epochs, ylim=(-0.03, 1.03))
panels[1].legend()
plt.show()

# %% [markdown]
# And the two moments whose losses look the same, with their own images:

# %%
for epoch in alike:
    then, _ = digits(images_after(epoch))
    print(f"epoch {epoch + 1}: Fréchet distance {metrics.frechet_distance(real, then):.1f}")

# %% [markdown]
# As `val_frechet_distance` is in the logs, Keras' own callbacks can watch it. This one keeps the
# best model, if it comes after `Scorecard` in the list:

# %%
keep_best = keras.callbacks.ModelCheckpoint(
    run / "best.keras", monitor="val_frechet_distance", mode="min", save_best_only=True
)

# %% [markdown]
# ## The number of images
#
# **Predict, then run:** the Fréchet distance between two sets of *real* digits, drawn at random.
# Both have 100 digits, then 200, and so on up to 4,000. What does it do?

# %%
numbers = np.array([100, 200, 500, 1000, 2000, 4000])
distances = [
    metrics.frechet_distance(all_features[order[:n]], all_features[order[n : 2 * n]])
    for n in numbers
]
fake_distances = [
    metrics.frechet_distance(all_features[order[:n]], fake[:n]) for n in numbers[numbers <= SAMPLES]
]
figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
axes.loglog(numbers, distances, "ko-", label="real digits")
axes.loglog(numbers[numbers <= SAMPLES], fake_distances, "ks--", label="generated digits")
axes.set(xlabel="number of images n", ylabel="Fréchet distance to n real digits")
axes.set_xticks(numbers, [f"{n:,}" for n in numbers])
axes.set_yticks([0.2, 0.5, 1, 2, 5, 10], ["0.2", "0.5", "1", "2", "5", "10"])
axes.minorticks_off()
axes.legend()
plt.show()
assert distances[0] > 10 * distances[-1]

# %% [markdown]
# It falls and falls, though both sets are of the same kind. The covariance of 64 features has more
# than two thousand different entries; a hundred images cannot tell them well. Two estimates that
# are wrong in different ways are apart. So the score of 100 images and that of 4,000 have nothing
# to say to each other. A Fréchet distance in a paper, made with 50,000 images, cannot be compared
# with yours either. Compare scores of the same number of images and the same features, or say how
# many times the distance of real images they are, measured in the same way.
#
# ### Exercise 5 ★★★: find the bug
#
# Somebody has more images than fit into memory. So the features come in parts, and this function
# takes the mean of the distances of the parts. Why is its result much too large? Write a function
# that gives the distance of all features.


# %%
def distance_of_parts(real_parts, fake_parts):
    both = zip(real_parts, fake_parts, strict=True)
    return np.mean([metrics.frechet_distance(real, fake) for real, fake in both])


half = len(all_features) // 2
real_parts = np.array_split(all_features[order[:half]], 40)
fake_parts = np.array_split(all_features[order[half:]], 40)
print(f"{distance_of_parts(real_parts, fake_parts):.2f}")


# %% tags=["exercise-5"]
def mended_distance(real_parts, fake_parts):
    """The Fréchet distance of all features, which come as two lists of arrays."""
    return ...


# %% tags=["check-5"]
with exercise(5):
    mended = mended_distance(real_parts, fake_parts)
    assert mended is not ..., "Write an expression in place of the three dots."
    buggy = distance_of_parts(real_parts, fake_parts)
    assert mended < 0.5 * buggy, f"It is {mended:.2f}, with the bug {buggy:.2f}: still too large."
    fewer = mended_distance(real_parts[:20], fake_parts[:20])
    assert fewer > mended, "Half of the parts should have a larger distance than all of them."
    expected = metrics.frechet_distance(all_features[order[:half]], all_features[order[half:]])
    assert abs(mended - expected) < 1e-3 * expected, f"All at once they have {expected:.3f}."

# %% [markdown]
# ## Near copies
#
# A generator that repeats the training images has the best scores and is useless. It is found by
# looking for the nearest training image of each generated one.
#
# How near is too near? The package measures by the training set itself: a generated image is a
# *near copy* if it is less than half as far from its nearest training image as that one is from its
# own nearest neighbour. Images are compared by their pixels, shrunk to 16 by 16, because a copy is
# a copy of pixels.


# %%
def copy_ratios(training, samples):
    distances = cdist(samples, training)
    nearest = distances.argmin(axis=1)
    to_neighbours = np.sort(cdist(training[nearest], training), axis=1)[:, 1]
    return distances.min(axis=1) / to_neighbours


training = shrink(x_train[:4000])
candidates = shrink(generated[:200])
ratios = copy_ratios(training, candidates)
np.testing.assert_allclose(ratios, metrics.near_copies(training, candidates)[0], rtol=1e-3)
print(f"near copies among 200 generated digits: {np.mean(ratios < 0.5):.1%}")

# %% [markdown]
# Does it find copies? A little noise on training images makes copies that are not equal to them.
# And real digits that were not trained on should not be called copies:

# %%
touched = x_train[:200] + np.random.default_rng(0).normal(0, 0.05, (200, 28, 28, 1))
fractions = {
    name: np.mean(copy_ratios(training, shrink(pictures)) < 0.5)
    for name, pictures in (("touched", touched), ("held out", x_test[:200]))
}
for name, fraction in fractions.items():
    print(f"{name}: {fraction:.1%} near copies")
assert fractions["touched"] > 0.95 and fractions["held out"] < 0.05

# %% [markdown]
# The generated digits that come nearest to a training digit, each above it:

# %%
rendering.write_png(run / "pairs.png", draw_closest_pairs(generated, x_train))
Image(run / "pairs.png")

# %% [markdown]
# They are alike, as two people's sevens are alike. None of them counts as a copy unless it is
# nearer than half the distance to the next real digit.

# %% [markdown]
# ## The doctor
#
# `TrainingDoctor` looks at the training after each epoch and says in one line what it finds. It
# prints when its finding changes, and at the end: those are the lines below the call of `fit`
# above. All of them are kept:

# %%
for entry in doctor.findings:
    print(entry["epoch"], entry["finding"], "-", entry["message"])
assert doctor.findings[-1]["finding"] == "balanced"

# %% [markdown]
# "Nothing wrong yet" is what it says in the beginning: some failures can be told only after three
# *snapshots*, none of them in the first 300 steps. A snapshot holds measurements such as these:

# %%
measurements = doctor.findings[-1]["measurements"]
for name in ("real_accuracy", "fake_accuracy", "largest_logit", "diversity", "movement", "swing"):
    print(f"{name:16}{measurements[name]:.3f}")

# %% [markdown]
# *Diversity* is how different two generated images are, in units of real ones: near 0 is a
# collapse. *Movement* is how far an image from fixed noise has gone in this epoch, and *swing* how
# far the mean of all images has: all of them going to and fro together is an oscillation. A
# *largest logit* in the hundreds is a discriminator whose numbers run away.
#
# The doctor looks at the weights as they are trained. `generate`, and with it the grids and the
# scores, uses their moving average. In the first epochs the average lags behind, so that the two
# may disagree.
#
# The thresholds were set between what good trainings did and what broken ones did.
# [Chapter 8](08_failures.ipynb) breaks trainings on purpose, and the doctor names each failure.

# %% [markdown]
# ## The report and the command line
#
# All of this comes without writing a line of Python. `dcgan-tf train` has the film, the grids and
# the doctor at work, and at its end makes the table of scores. Its folder then holds `report.html`:
# one page with the film and a slider over the epochs, the curves with their lines, the doctor's
# findings, the table of scores with their references, the nearest pairs, the fraction of each
# class, and a map of the noise to move over. It opens without a network and can be sent as one
# file.
#
# | command | what it does |
# |---|---|
# | `dcgan-tf train` | trains, watches, scores, writes the report |
# | `dcgan-tf train --score-samples 2000` | scores after each epoch as well |
# | `dcgan-tf evaluate runs/mnist-10k` | makes the table again |
# | `dcgan-tf report runs/mnist-10k` | makes the report again |
#
# What to look at, in this order:
#
# 1. The grid: are there digits, and different ones?
# 2. The doctor: does it name a failure?
# 3. The scores, compared with those of real images, with equal numbers of images.
# 4. The nearest pairs, if the scores are very good.
# 5. The curves: not for quality, but for sudden changes.

# %% [markdown]
# ## An open project: a score that can be trusted
#
# Take a score of this chapter, or one of your own, and find out how far it can be trusted for the
# digits. Ideas: how much does it change with the seed of `generate`, and how much with the seed
# of the training? Does it notice if one digit is missing, or if all images are blurred a little?
#
# A good answer
#
# - changes real digits on purpose, a little and then more, so that the right order is known;
# - draws the score over the strength of the change, with the score of untouched real digits as a
#   line;
# - repeats each number with at least three seeds and shows the spread;
# - ends with one sentence: a difference of how much means something?

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. `every=2` writes after epochs 2, 4, 6 and 8.

# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
own_grid = SampleGrid(run / "own", rows=1, columns=10, seed=7, every=2)
files_written = 4


# %% [markdown]
# 2. $L = -\ln D$, so $D = e^{-L}$. The mean of logarithms is the logarithm of the geometric mean.


# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
def typical_probability(generator_loss):
    return np.exp(-generator_loss)


# %% [markdown]
# 3. The square root of $s_r^2 s_f^2$ is $s_r s_f$, and $s_r^2 + s_f^2 - 2 s_r s_f$ is a square as
#    well.


# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
def frechet_of_one(real_mean, real_std, fake_mean, fake_std):
    return (real_mean - fake_mean) ** 2 + (real_std - fake_std) ** 2


# %% [markdown]
# 4. Each image is real, so nearly all lie in the region of the real ones. But nine digits are
#    missing.

# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
precision_of_ones = "above"
recall_of_ones = "below"


# %% [markdown]
# 5. Each part has a hundred images, and the distance of so few is large even for equal
#    distributions; a mean of such distances is no smaller. Features are small, 64 numbers an image:
#    they do fit into memory, when the images do not.


# %% tags=["solution-5", "hide-cell"] jupyter={"source_hidden": true}
def mended_distance(real_parts, fake_parts):
    return metrics.frechet_distance(np.concatenate(real_parts), np.concatenate(fake_parts))
