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
# # 13. Generative models before the GAN
#
# This chapter is a look back. How did people build generative models before there were GANs, how
# far does each of these ways lead with images, and what did the adversarial idea change?
#
# After this chapter you can say what a model of data has to do, draw pictures from five such
# models, from independent pixels to a GAN, and compare them in a table.
#
# Takes 161 s on two CPU cores.

# %%
import pathlib
import tempfile

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.linalg
import scipy.stats
from IPython.display import Image
from sklearn.decomposition import PCA
from sklearn.neural_network import BernoulliRBM

from dcgan_tf import DCGAN, Scorer, digit_features, load_dataset
from dcgan_tf.data import rendering
from dcgan_tf.evaluation.metrics import frechet_distance
from dcgan_tf.exercises import exercise

folder = pathlib.Path(tempfile.mkdtemp())

# %% [markdown]
# These numbers say how many digits the networks learn from, how many epochs we train the GAN, and
# how many images of each model we compare in the end.

# %% tags=["parameters"] quick={"DIGITS": 800, "EPOCHS": 1, "SAMPLES": 300}
DIGITS = 8004
EPOCHS = 6
SAMPLES = 2000

# %% [markdown]
# ## A classifier and a generative model
#
# *Articles: 2 §1.1*
#
# *Deep learning* means to learn from examples with a *neural network* of several layers. Each layer
# consists of many neurons; a neuron adds up its inputs, each multiplied by a weight, and sends the
# sum through a bent function ([chapter 2](02_learning.ipynb)). The first layers find simple
# patterns, such as edges, and the later ones combine them ([chapter 9](09_features.ipynb)). From
# about 2012 on, such networks became the best at recognising images and speech, and later at
# working with texts. Very many of them are *classifiers*. A classifier gets an example $x$, here
# the picture of a digit, and answers with a label $y$, here one of ten classes. It learns
# $p(y \mid x)$, the probability of each label for a given picture. This is a *discriminative
# model*, because it tells things apart.

# %%
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
rng = np.random.default_rng(0)
digits = digit_features()  # a classifier that comes with the package, trained on such digits
accuracy = np.mean(digits.classify(x_test) == y_test)
print(f"fraction of unseen digits that it classifies correctly: {accuracy:.3f}")
assert accuracy > 0.97

# %% [markdown]
# Such a classifier knows very well what tells one digit from another. Does it know what a digit
# looks like? We show it 1,000 pictures in which each pixel is a random number. **Predict, then
# run:** what will it answer?

# %%
random_pictures = rng.uniform(-1, 1, size=(1000, 28, 28, 1)).astype(np.float32)
answers = digits.classify(random_pictures)
print("how often each digit was the answer:", np.bincount(answers, minlength=10))

# %% [markdown]
# The classifier names a digit for each of them, because it can do nothing else. Nothing in
# $p(y \mid x)$ says how likely the picture $x$ itself is.
#
# A *generative model* is about the picture $x$. It stands for $p(x)$, the distribution that the
# data came from, and it gives you a way to draw new samples from this distribution: pictures that
# nobody drew, but that somebody could have drawn.
#
# ## A model of one number
#
# *Articles: 2 §1.2*
#
# We begin with data of one dimension. For each digit we take one number, the fraction of ink in its
# picture: the mean of all pixels, on a scale from 0 (black) to 1 (white).


# %%
def ink_of(pictures):
    return (pictures.mean(axis=(1, 2, 3)) + 1) / 2


ink, test_ink = ink_of(x_train), ink_of(x_test)
print(f"{len(ink)} numbers from {ink.min():.3f} to {ink.max():.3f}")

# %% [markdown]
# The first model is a normal distribution, a Gaussian. To fit it to the data means to give it the
# mean and the standard deviation of the data.

# %%
mean, deviation = ink.mean(), ink.std()
gaussian_draws = rng.normal(mean, deviation, size=5000)

# %% [markdown]
# The second model is a histogram. We cut the range into bins, and each bin keeps the fraction of
# the data that fell into it. To draw a number, we choose a bin with these fractions as
# probabilities, and then any place in this bin.

# %%
counts, edges = np.histogram(ink, bins=20)
fractions = counts / counts.sum()
bins = rng.choice(len(fractions), size=5000, p=fractions)
histogram_draws = rng.uniform(edges[bins], edges[bins + 1])

# %%
figure, (left, right) = plt.subplots(
    1, 2, figsize=(7, 3.5), sharex=True, sharey=True, layout="constrained"
)
for axes, name, draws in (
    (left, "Gaussian", gaussian_draws),
    (right, "histogram", histogram_draws),
):
    axes.hist(ink, bins=40, density=True, color="0.8", label="data")
    axes.hist(draws, bins=40, density=True, histtype="step", color="C1", label="drawn from it")
    axes.set(title=name, xlabel="fraction of ink")
    axes.legend()
left.set_ylabel("density")
plt.show()

# %% [markdown]
# The data is not quite symmetric: its right side is longer than its left side. The histogram can
# describe this, but the Gaussian cannot.
#
# Both models are *explicit*: they have a formula for the density $p(x)$. So we can judge them by
# data that they have not seen. We take the mean of $\ln p(x)$ over this data, the *log-likelihood*.
# Its unit is the nat, and the higher it is, the better the model.


# %%
def log_likelihood(x, fractions, edges):
    """Mean log density of numbers x under a histogram, in nats."""
    inside = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(fractions) - 1)
    with np.errstate(divide="ignore"):  # an empty bin: the logarithm of 0
        return np.mean(np.log(fractions[inside] / np.diff(edges)[inside]))


gaussian_score = scipy.stats.norm.logpdf(test_ink, mean, deviation).mean()
histogram_score = log_likelihood(test_ink, fractions, edges)
print(f"Gaussian {gaussian_score:.3f}, histogram {histogram_score:.3f}")
assert gaussian_score < histogram_score

# %% [markdown]
# With more bins the histogram becomes finer. **Predict, then run:** what happens with 1,000 bins to
# the log-likelihood of the data that the histogram was made from, and what to that of unseen data?

# %%
for number in (5, 20, 1000):
    fine_counts, fine_edges = np.histogram(ink, bins=number)
    fine_fractions = fine_counts / fine_counts.sum()
    seen, unseen = (log_likelihood(x, fine_fractions, fine_edges) for x in (ink, test_ink))
    print(f"{number:5d} bins: seen {seen:.3f}, unseen {unseen:.3f}")
assert seen > gaussian_score and unseen == -np.inf

# %% [markdown]
# For the data that it was made from, the histogram gets better and better. But at least one unseen
# number falls into an empty bin, whose density is 0, and the logarithm of 0 is minus infinity: the
# model says that this number is impossible. A model that only repeats its examples is not a good
# model. With GANs this is called *memorising*, see [chapter 8](08_failures.ipynb).
#
# ### Exercise 1 ★★☆: the inverse of the distribution function
#
# There is a shorter way to draw from a histogram. Its *distribution function* says for each place
# which fraction of the data lies further left. It goes from 0 at the first edge to 1 at the last
# one, with straight lines between the edges. Its inverse turns uniform random numbers $u$ from 0 to
# 1 into samples. Write this inverse. (`np.interp` draws straight lines through given points, and
# `np.cumsum` adds numbers up.)


# %% tags=["exercise-1"]
def inverse_distribution(u, fractions, edges):
    """Samples of a histogram from numbers u in [0, 1], both float `(n,)`."""
    return ...


# %% tags=["check-1"]
with exercise(1):
    u = np.random.default_rng(1).uniform(size=1000)
    drawn = inverse_distribution(u, fractions, edges)
    assert drawn is not ..., "Write an expression in place of the three dots."
    assert np.shape(drawn) == (1000,), f"1,000 numbers are wanted. The shape is {np.shape(drawn)}."
    ends = inverse_distribution(np.array([0.0, 1.0]), fractions, edges)
    assert np.allclose(ends, edges[[0, -1]]), "u = 0 and u = 1 are the two ends of the histogram."
    halves = inverse_distribution(np.array([0.25, 0.75]), np.array([0.5, 0.5]), np.array([0, 1, 3]))
    assert halves[0] > 0 and halves[1] > 1, "u = 0.75 lies in the second of two equal bins."
    wanted = scipy.stats.rv_histogram((counts, edges), density=False).ppf(u)
    assert np.allclose(drawn, wanted), "Some numbers are not where they should be."

# %% [markdown]
# This function is a *generator*: it turns random numbers, the noise, into samples. You can also
# begin with the generator, and never write down a density. Here is such a generator: it stretches
# and moves the noise, and takes the exponential function of the result.

# %%
noise = rng.normal(size=5000)
log_ink = np.log(ink)
generated = np.exp(log_ink.mean() + log_ink.std() * noise)
for name, numbers in (("data", ink), ("generated", generated)):
    print(f"{name:10s}", np.quantile(numbers, (0.05, 0.25, 0.5, 0.75, 0.95)).round(3))

# %% [markdown]
# The five numbers are quantiles: 5 %, 25 %, 50 %, 75 % and 95 % of the samples lie below them. They
# nearly agree. A model that is a program from noise to samples, without a formula for the density,
# is called *implicit*. It is easy to draw from, but it cannot tell how likely a given $x$ is. We
# can only compare its samples with the data. A GAN is such a model, and its discriminator makes the
# comparison.
#
# ## Why pictures are harder
#
# A picture of 28 by 28 pixels is a point in a space of 784 dimensions. Imagine a histogram of such
# pictures with only two bins for each pixel, black and white. It would have one bin for each
# possible picture, and there are $2^{784}$ of them.
#
# ### Exercise 2 ★★☆: the size of the table
#
# A table gives a probability to each black and white picture of `n` pixels. All probabilities add
# up to 1, so that the last one follows from the others, and the others are free. How many free
# numbers does the table have? And how many free numbers are there, if each pixel is drawn for
# itself and is white with a probability of its own?


# %% tags=["exercise-2"]
def free_numbers_of_table(n):
    return ...


def free_numbers_of_independent_pixels(n):
    return ...


# %% tags=["check-2"]
with exercise(2):
    table = [free_numbers_of_table(n) for n in range(1, 11)]
    independent = [free_numbers_of_independent_pixels(n) for n in (1, 2, 784)]
    assert table[0] is not ... and independent[0] is not ..., "Two expressions are wanted."
    assert table[0] == independent[0] == 1, "One pixel needs one number: how often it is white."
    assert table[1] == 3, (
        f"There are 4 pictures of two pixels, but the table has {table[1]} numbers."
    )
    assert table[9] + 1 == 4 * (table[7] + 1), "Two more pixels: each picture becomes four."
    assert independent[2] / independent[1] == 392, "Each pixel brings as much as the others."

# %% [markdown]
# Nobody can make this table: no collection of pictures could fill more than a tiny part of it. So a
# model of pictures has to assume something.
#
# ### Each pixel for itself
#
# The simplest assumption is that the pixels have nothing to do with each other. Each pixel gets a
# Gaussian with its own mean and its own standard deviation. (A value below -1 is shown as black,
# and a value above 1 as white.) **Predict, then run:** will the pictures look like digits?


# %%
def show(pictures, caption):
    """A grid of pictures in [-1, 1], eight in a row, with a caption."""
    grid = rendering.make_grid(rendering.to_uint8(pictures), columns=8)
    rendering.write_png(folder / "grid.png", rendering.add_caption(grid, caption))
    return Image(folder / "grid.png")


samples = {}  # of each model, for the comparison at the end
means, deviations = x_train.mean(axis=0), x_train.std(axis=0)
independent_pixels = rng.normal(means, deviations, size=(SAMPLES, 28, 28, 1))
samples["independent pixels"] = independent_pixels
show(independent_pixels[:16], "16 samples: each pixel for itself")

# %% [markdown]
# They look like noise in the middle of the picture. Yet each pixel by itself has the right mean and
# the right standard deviation, those of the data.

# %%
assert np.abs(independent_pixels.mean(axis=0) - means).max() < 0.4
assert np.abs(independent_pixels.std(axis=0) - deviations).max() < 0.3

# %% [markdown]
# What the model has lost is how pixels go together. A digit is made of strokes, so that there is
# often another white pixel beside a white one. The *correlation* of two pixels measures this. It is
# 1 if one pixel follows from the other by a rising straight line, -1 if by a falling one, and 0 if
# there is no such relation. Here is the correlation of one pixel in the middle with each of the
# others.


# %%
def correlations_with_middle(pictures):
    """Correlation of the pixel (14, 14) with each pixel, (28, 28)."""
    residuals = (pictures - pictures.mean(axis=0))[..., 0]
    covariance = (residuals[:, 14, 14, np.newaxis, np.newaxis] * residuals).mean(axis=0)
    deviations = residuals.std(axis=0)
    return covariance / np.maximum(deviations * deviations[14, 14], 1e-6)


figure, panels = plt.subplots(1, 2, figsize=(7, 3.5), sharey=True, layout="constrained")
for axes, name, pictures in zip(
    panels, ("digits", "independent pixels"), (x_train, independent_pixels), strict=True
):
    shades = axes.imshow(correlations_with_middle(pictures), cmap="viridis", vmin=-1, vmax=1)
    axes.set(title=name, xlabel="column (pixels)")
panels[0].set_ylabel("row (pixels)")
figure.colorbar(shades, ax=panels, label="correlation with pixel (14, 14)")
plt.show()

# %% [markdown]
# In digits the neighbours of the pixel are like it, and a little further away there are pixels that
# are often dark where this one is light. In the pictures of the model the pixel is related to
# nothing but itself.
#
# ### Exercise 3 ★★☆: one number for it
#
# Write a function for the correlation of pixels with their neighbour on the right, as one number
# for a set of pictures. First subtract the mean picture, and call the rest $r$. Then divide the sum
# of $r_{i,j} \, r_{i,j+1}$ over all pictures and places by the root of (sum of $r_{i,j}^2$ times
# sum of $r_{i,j+1}^2$). What does your function give for `x_train` and for `independent_pixels`?


# %% tags=["exercise-3"]
def neighbour_correlation(pictures):
    """Correlation of neighbours in a row, of pictures `(n, height, width, 1)`."""
    return ...


# %% tags=["check-3"]
with exercise(3):
    noise_pictures = np.random.default_rng(1).normal(size=(500, 20, 20, 1))
    found = neighbour_correlation(noise_pictures)
    assert found is not ..., "Write an expression in place of the three dots."
    assert np.ndim(found) == 0, f"One number is wanted. The shape is {np.shape(found)}."
    assert abs(found) < 0.05, f"Pixels of pure noise know nothing of each other; not {found:.3f}."
    stripes = np.repeat(noise_pictures[:, :, :1], 20, axis=2)
    assert np.isclose(neighbour_correlation(stripes), 1), "Equal neighbours: not 1."
    stripes[:, :, ::2] *= -1
    assert np.isclose(neighbour_correlation(stripes), -1), "Opposite neighbours: not -1."
    upright = np.repeat(noise_pictures[:, :1], 20, axis=1)
    assert abs(neighbour_correlation(upright)) < 0.1, "These are neighbours above each other."
    shaded = noise_pictures + np.random.default_rng(2).normal(size=(1, 20, 20, 1))
    assert np.isclose(neighbour_correlation(shaded), found), (
        "The same was added to all pictures, and the result has changed. Was the mean picture "
        "subtracted, one mean for each pixel?"
    )
    uneven = np.random.default_rng(3).normal(size=(40, 6, 6, 1))
    uneven[:, :, 1:] += 0.7 * uneven[:, :, :-1]
    uneven *= np.linspace(0.2, 3, 6).reshape(1, 1, 6, 1)
    assert np.isclose(neighbour_correlation(uneven), 0.4427302), (
        "It is off where columns vary differently. Each sum goes over all pictures and places, and "
        "the two in the root have no column in place of another."
    )

# %% [markdown]
# ### All covariances
#
# A Gaussian can have correlations, too. Then it needs the whole *covariance matrix*, here a table
# of 784 by 784 numbers. The *covariance* of two pixels is their correlation times both standard
# deviations. *Principal component analysis* (PCA) turns the axes so that the covariance between any
# two of the new coordinates is 0, and keeps those coordinates in which the data varies most.

# %%
flat = x_train.reshape(-1, 784)
pca = PCA(n_components=100, random_state=0).fit(flat)
print(f"100 directions hold {pca.explained_variance_ratio_.sum():.3f} of the variance")

# %% [markdown]
# If you know linear algebra, you can check it: the variances along the new axes are the greatest
# eigenvalues of the covariance matrix.

# %%
eigenvalues = scipy.linalg.eigvalsh(np.cov(flat, rowvar=False))
np.testing.assert_allclose(pca.explained_variance_, eigenvalues[::-1][:100], rtol=1e-2)

# %% [markdown]
# Along the new axes the coordinates are uncorrelated. So we draw each of them from a Gaussian of
# its own, and turn the axes back. The pictures then have nearly all covariances of the pixels.
# **Predict, then run:** is that enough for a digit?

# %%
coordinates = rng.normal(size=(SAMPLES, 100)) * np.sqrt(pca.explained_variance_)
samples["Gaussian, 100 components"] = pca.inverse_transform(coordinates).reshape(-1, 28, 28, 1)
show(samples["Gaussian, 100 components"][:16], "16 samples: Gaussian, 100 components")

# %% [markdown]
# There are strokes now, because neighbours are correlated as in the data. But hardly one of the
# pictures is a digit. A Gaussian knows only pairs of pixels, and its cloud of points is a single
# ellipsoid. For such a cloud the middle between a 1 and an 8, which is no digit, is more likely
# than at least one of the two. The Gaussian also draws grey where digits are black or white.


# %%
def fraction_of_grey(pictures):
    return np.mean(np.abs(pictures) < 0.9)


real_grey, gaussian_grey = (
    fraction_of_grey(x_train),
    fraction_of_grey(samples["Gaussian, 100 components"]),
)
print(f"pixels neither black nor white: digits {real_grey:.2f}, Gaussian {gaussian_grey:.2f}")
assert gaussian_grey > 2 * real_grey

# %% [markdown]
# ## Autoencoders
#
# *Articles: 2 §1.2*
#
# An *autoencoder* consists of two networks. The *encoder* turns a picture into a short code, here
# 16 numbers, and the *decoder* turns the code into a picture. We train them together to give back
# the picture that they got. The code is too short to copy 784 pixels, so it must hold what matters
# in digits.

# %%
keras.utils.set_random_seed(0)
encoder = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Flatten(),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dense(16),
    ]
)
decoder = keras.Sequential(
    [
        keras.Input((16,)),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dense(784, activation="tanh"),
        keras.layers.Reshape((28, 28, 1)),
    ]
)
autoencoder = keras.Sequential([encoder, decoder])
autoencoder.compile("adam", "mse")
autoencoder.fit(x_train[:DIGITS], x_train[:DIGITS], epochs=15, batch_size=64, verbose=0)
pairs = np.concatenate([x_test[:8], autoencoder.predict(x_test[:8], verbose=0)])
show(pairs, "above: unseen digits; below: what came back")

# %% [markdown]
# The upper row has digits that the autoencoder has not seen, and the lower row has what came back:
# the same digits, only softer. To *reconstruct* a picture is what the autoencoder was trained for.
# Its error is far below that of the mean picture, which is the best answer if you do not look at
# the digit.

# %%
reconstruction_error = autoencoder.evaluate(x_test, x_test, verbose=0)
error_of_mean = np.mean((x_test - x_train.mean(axis=0)) ** 2)
print(f"mean squared error: {reconstruction_error:.3f}, of the mean picture {error_of_mean:.3f}")
assert reconstruction_error < 0.5 * error_of_mean

# %% [markdown]
# The decoder turns 16 numbers into a picture, just as a generator does. So let us give it random
# codes. Each of the 16 numbers has the mean and the standard deviation that it has over the
# training digits. **Predict, then run:** will these be digits?

# %%
codes = encoder.predict(x_train, verbose=0)
random_codes = rng.normal(codes.mean(axis=0), codes.std(axis=0), size=(SAMPLES, 16))
samples["autoencoder, random codes"] = decoder.predict(random_codes, verbose=0)
show(samples["autoencoder, random codes"][:16], "16 samples: autoencoder, random codes")

# %% [markdown]
# Some of them are nearly digits, and many are not. To reconstruct is not to generate. The decoder
# has learned what to do with the codes of digits, but nobody told the encoder where to put these
# codes. So many random codes fall between them, where the decoder has learned nothing. (A
# *variational* autoencoder, Kingma and Welling 2013, arXiv:1312.6114, also trains the codes to look
# like draws from a normal distribution, which makes this gap smaller.)
#
# ### Exercise 4 ★★☆: better codes
#
# The 16 numbers of a code are not independent of each other. Draw `n` codes from a Gaussian with
# the mean **and** the covariance matrix of `codes`. (`rng.multivariate_normal` is one way.)


# %% tags=["exercise-4"]
def draw_codes(codes, n, rng):
    """Draws n codes, float `(n, d)`, from a Gaussian fitted to codes `(m, d)`."""
    return ...


# %% tags=["check-4"]
with exercise(4):
    drawn = draw_codes(codes, 20_000, np.random.default_rng(1))
    assert drawn is not ..., "Write an expression in place of the three dots."
    assert np.shape(drawn) == (20_000, 16), f"The shape is {np.shape(drawn)}."
    scale = codes.std(axis=0)
    gap = np.abs(drawn.mean(axis=0) - codes.mean(axis=0)) / scale
    assert gap.max() < 0.1, "The means differ from those of the codes."
    assert np.allclose(drawn.std(axis=0), scale, rtol=0.1), "The standard deviations differ."
    correlation_gap = np.abs(np.corrcoef(drawn.T) - np.corrcoef(codes.T))
    assert correlation_gap.max() < 0.1, "The correlations between the 16 numbers are not there."
    assert len(np.unique(drawn, axis=0)) == 20_000, "Some codes were drawn twice: not a Gaussian."
    apart = np.random.default_rng(2).normal(0, 1, size=(2000, 2))
    apart[:, 0] += np.repeat([-10, 10], 1000)  # two clouds, with nothing between them
    filled = np.mean(np.abs(draw_codes(apart, 2000, np.random.default_rng(1))[:, 0]) < 5)
    assert filled > 0.3, (
        "Given two clouds of codes, a Gaussian draws between them too. Yours stays near the codes "
        "that it was given: it repeats them."
    )

# %% [markdown]
# ## Restricted Boltzmann machines
#
# *Articles: 2 §1.2*
#
# A *restricted Boltzmann machine* (RBM) is a model of black and white pictures. Its pixels $v_i$
# are 0 or 1. Besides them it has hidden units $h_j$, which are 0 or 1, too. A state of the machine
# is a picture $v$ together with all hidden units $h$. Each state has an *energy* $E(v, h)$, and
# the lower the energy is, the more likely is the state:
#
# $$E(v, h) = -\sum_i b_i v_i - \sum_j c_j h_j - \sum_{j,i} h_j W_{ji} v_i, \qquad
# p(v, h) = \frac{e^{-E(v, h)}}{Z}.$$
#
# The numbers $b_i$, $c_j$ and $W_{ji}$ are the weights of the machine. The number $Z$ makes all
# probabilities add up to 1. It is a sum over all states, which are far too many to be added up. So
# we have a formula for the probability, but one factor of it stays unknown.
#
# To keep the machine small we halve the sides of the pictures, by the mean of 2 by 2 pixels, and
# make each pixel black or white.

# %%
halved = x_train.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
visible = (halved > -1 / 3).astype(np.float32).reshape(-1, 196)


def enlarged(visible):
    """From zeros and ones `(n, 196)` to pictures `(n, 28, 28, 1)` in [-1, 1]."""
    return (2 * visible.reshape(-1, 14, 14, 1) - 1).repeat(2, axis=1).repeat(2, axis=2)


rbm = BernoulliRBM(n_components=200, learning_rate=0.01, n_iter=15, random_state=0)
rbm.fit(visible[:DIGITS])
show(enlarged(visible[:8]), "real digits, halved, black and white")

# %% [markdown]
# *Restricted* means that no weight ties a pixel to a pixel or a hidden unit to a hidden unit. So
# for a given picture the hidden units are independent of each other, and for given hidden units the
# pixels are. Each has a probability of its own, which we can compute with the sigmoid,
# $\sigma(x) = 1 / (1 + e^{-x})$:
#
# $$p(h_j = 1 \mid v) = \sigma\Big(c_j + \sum_i W_{ji} v_i\Big), \qquad
# p(v_i = 1 \mid h) = \sigma\Big(b_i + \sum_j h_j W_{ji}\Big).$$

# %%
weights, hidden_bias, visible_bias = (
    rbm.components_,
    rbm.intercept_hidden_,
    rbm.intercept_visible_,
)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def hidden_probability(visible):
    return sigmoid(visible @ weights.T + hidden_bias)


def visible_probability(hidden):
    return sigmoid(hidden @ weights + visible_bias)


np.testing.assert_allclose(hidden_probability(visible), rbm.transform(visible), rtol=1e-3)

# %% [markdown]
# To draw a picture, we go to and fro: we draw the hidden units for the picture, then a new picture
# for the hidden units, and begin again. This is called *Gibbs sampling*. The pictures form a
# *Markov chain*: each is made from the one before. After very many steps the pictures come from the
# model, wherever they began. Here they begin with independent pixels.


# %%
def draw(probability, rng):
    """Zeros and ones, each a one with its own probability."""
    return (rng.random(probability.shape) < probability).astype(np.float32)


chain = draw(np.tile(visible.mean(axis=0), (SAMPLES, 1)), rng)
stages = [chain[:8]]
for step in range(1, 301):
    hidden = draw(hidden_probability(chain), rng)
    chain = draw(visible_probability(hidden), rng)
    if step in (1, 10, 300):
        stages.append(chain[:8])
samples["restricted Boltzmann machine"] = enlarged(chain)
show(
    enlarged(np.concatenate(stages)),
    "columns: eight chains; rows: at first, after 1, 10, 300 steps",
)

# %% [markdown]
# Each column is one chain. On the way down strokes join, and the noise turns into pieces of digits
# and sometimes into whole ones. But look at the last row: nearly all of these chains have come to
# the same slanted stroke, a 1. Each picture takes hundreds of steps, and you cannot be sure when
# they are enough, because a chain can stay near one shape for long.
#
# ### Exercise 5 ★★★: chains that stand still
#
# Somebody wrote the step below, and all chains stop moving after a while. Find out why, and write
# a step without this mistake. Your step may use the functions from above.


# %%
def frozen_step(visible, rng):
    hidden = (hidden_probability(visible) > 0.5).astype(np.float32)
    return (visible_probability(hidden) > 0.5).astype(np.float32)


frozen = chain[:200]
for _ in range(50):
    frozen = frozen_step(frozen, rng)
standing = np.mean(np.all(frozen == frozen_step(frozen, rng), axis=1))
print(f"fraction of chains that do not move any more: {standing:.2f}")


# %% tags=["exercise-5"]
def gibbs_step(visible, rng):
    """One step of Gibbs sampling, from zeros and ones `(n, 196)` to new ones."""
    return ...


# %% tags=["check-5"]
with exercise(5):
    start = np.repeat(visible[:1], 16_000, axis=0)
    stepped = gibbs_step(start, np.random.default_rng(1))
    assert stepped is not ..., "Write an expression in place of the three dots."
    assert np.shape(stepped) == (16_000, 196), f"The shape is {np.shape(stepped)}."
    assert np.all((stepped == 0) | (stepped == 1)), "A pixel is 0 or 1."
    assert np.any(stepped != stepped[:1]), "From one picture all chains went to the same one."
    rbm.random_state_ = np.random.RandomState(2)
    reference = rbm.gibbs(start)  # scikit-learn's own step
    gap = np.abs(stepped.mean(axis=0) - reference.mean(axis=0)).max()
    assert gap < 0.06, f"Compared with scikit-learn's own step, some pixels differ by {gap:.2f}."
    spread, wanted = (pictures.sum(axis=1).std() for pictures in (stepped, reference))
    assert abs(spread / wanted - 1) < 0.04, (
        f"The number of white pixels varies by {spread:.2f} in place of {wanted:.2f}. Is each unit "
        "drawn, hidden ones too?"
    )

# %% [markdown]
# ## The adversarial idea
#
# *Articles: 0 §1 · 2 §1.3*
#
# Up to here each model had a price. A simple density does not fit pictures. The decoder makes good
# pictures, but we do not know which codes to give it. The RBM needs hundreds of small steps for
# each picture.
#
# Goodfellow et al. (2014, arXiv:1406.2661) proposed to give up the density, and to train a
# generator directly: a network $G$ that turns noise $z$ into a picture $G(z)$ in one go. A second
# network, the discriminator $D$, judges whether the pictures are right. It learns to tell real
# pictures from generated ones: $D(x)$ is the probability with which it takes $x$ for real. The
# generator learns to make pictures that the discriminator takes for real. Both networks together
# are a *generative adversarial network*, a GAN.

# %%
model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
model.compile()
print(f"generator: {model.generator.count_params():,} weights")
print(f"discriminator: {model.discriminator.count_params():,} weights")

# %% [markdown]
# Both networks are trained, in turns or at once, and each has a loss of its own. The
# discriminator's loss is small if $D$ is near 1 for real images and near 0 for generated ones. The
# generator's loss is small if $D$ is near 1 for generated images.

# %%
real_images = x_train[:32]
noise = keras.random.normal((32, 16), seed=1)
fake_images = model.generator(noise)
real_output = model.discriminator(real_images)  # logits: D is their sigmoid
fake_output = model.discriminator(fake_images)

real_probability, fake_probability = sigmoid(real_output.numpy()), sigmoid(fake_output.numpy())
generator_loss = -np.mean(np.log(fake_probability))
discriminator_loss = -np.mean(np.log(real_probability)) - np.mean(np.log(1 - fake_probability))

np.testing.assert_allclose(model.loss.generator_loss(fake_output), generator_loss, rtol=1e-3)
np.testing.assert_allclose(
    model.loss.discriminator_loss(real_output, fake_output), discriminator_loss, rtol=1e-3
)

# %% [markdown]
# `real_images` does not occur in the generator's loss. The generator never sees a real picture: all
# that it learns about real pictures comes through the discriminator. [Chapter
# 6](06_training_step.ipynb) shows how a step of the training works. Here we let `fit` do it.

# %%
model.fit(x_train[:DIGITS], epochs=EPOCHS, batch_size=32, verbose=2)
samples["GAN"] = model.generate(SAMPLES, seed=1)
show(samples["GAN"][:16], "16 samples: GAN")

# %% [markdown]
# ## All of them in one table
#
# Here is what the models drew, with one row for each model. The first row has real digits.

# %%
rows = {"digits": x_test, **samples}
figure, panels = plt.subplots(len(rows), 1, figsize=(7, 6), layout="constrained")
for axes, (name, pictures) in zip(panels, rows.items(), strict=True):
    axes.imshow(rendering.make_grid(rendering.to_uint8(pictures[:12]), columns=12), cmap="gray")
    axes.set_axis_off()
    axes.set_title(name, fontsize="small", loc="left")
plt.show()

# %% [markdown]
# To compare the models by a number, we need a number that works without a density. The *Fréchet
# distance* (Heusel et al. 2017, arXiv:1706.08500) is such a number, which you know from chapter 7.
# It takes the *features* of each picture, here the 64 numbers in the last hidden layer of a
# classifier. It fits one Gaussian to the features of real images, and another one to those of
# generated images, with means $m$ and covariance matrices $C$. Then it takes the squared distance
# of the two Gaussians (the field leaves the word "squared" out of the name):
#
# $$|m_r - m_f|^2 + \mathrm{tr}\big(C_r + C_f - 2 (C_r C_f)^{1/2}\big).$$
#
# The letters r and f stand for real and fake, and tr is the trace, the sum of the diagonal of a
# matrix. The smaller the distance is, the better.

# %%
real_features, _ = digits(x_train[:SAMPLES])
fake_features, _ = digits(samples["GAN"])
real_covariance = np.cov(real_features, rowvar=False)
fake_covariance = np.cov(fake_features, rowvar=False)
root = scipy.linalg.sqrtm(real_covariance @ fake_covariance).real
mean_gap = np.sum((real_features.mean(axis=0) - fake_features.mean(axis=0)) ** 2)
by_hand = mean_gap + np.trace(real_covariance + fake_covariance - 2 * root)
np.testing.assert_allclose(frechet_distance(real_features, fake_features), by_hand, rtol=0.01)

# %% [markdown]
# ### Exercise 6 ★★☆: deceive the distance
#
# The distance looks at means and covariances, and at nothing else. Let the data have a single
# feature, normally distributed with the mean 2 and the standard deviation 3. A generator makes only
# two different numbers, each of them half of the time. Choose the two numbers so that the Fréchet
# distance of this generator from the data is 0.

# %% tags=["exercise-6"]
lower_number = ...
higher_number = ...

# %% tags=["check-6"]
with exercise(6):
    two = lower_number, higher_number
    assert two[0] is not ... and two[1] is not ..., "Write two numbers in place of the three dots."
    assert two[0] < two[1], "The lower number comes first."
    normal = scipy.stats.norm.ppf((np.arange(5000) + 0.5) / 5000)
    data = 2 + 3 * (normal - normal.mean()) / normal.std()
    fake = np.resize(two, 5000)
    mean = fake.mean()
    assert abs(mean - data.mean()) < 0.01, f"The mean of the two is {mean:.2f}, that of the data 2."
    distance = frechet_distance(data[:, np.newaxis], fake[:, np.newaxis])
    assert distance < 1e-3, f"The means agree, but the distance is {distance:.2f}: and the spread?"

# %% [markdown]
# The package's `Scorer` computes this distance and more. *Coverage* (Naeem et al. 2020,
# arXiv:2002.09797) is the fraction of real images that have a generated image nearby. It says
# whether all kinds of digits are there. *Near copies* is the fraction of generated images that
# repeat a training image.
#
# The table has three more rows to compare with. One has other real digits: their scores are the
# best that you can hope for. Another one has real digits that are halved as for the RBM. The last
# one is a "model" that only draws training images again. The rows are sorted by their distance.
# **Predict, then run:** in which column does this last model give itself away?

# %%
scorer = Scorer(x_train, digits, held_out=x_test, samples=SAMPLES)
samples["real digits, halved"] = enlarged(visible[rng.permutation(len(visible))[:SAMPLES]])
samples["training digits again"] = x_train[rng.permutation(len(x_train))[:SAMPLES]]

scores = {"real digits": scorer.score_real()}
for name, pictures in samples.items():
    scores[name] = scorer.score(np.clip(pictures, -1, 1).astype(np.float32))

print(f"{'':30s}  Fréchet distance  coverage  near copies")
for name, its_scores in sorted(scores.items(), key=lambda item: -item[1]["frechet_distance"]):
    distance, coverage, copies = (
        its_scores[key] for key in ("frechet_distance", "coverage", "near_copies")
    )
    print(f"{name:30s}  {distance:16.2f}  {coverage:8.3f}  {copies:11.3f}")

# %%
distances = {name: its_scores["frechet_distance"] for name, its_scores in scores.items()}
assert distances["independent pixels"] > distances["Gaussian, 100 components"]
assert distances["Gaussian, 100 components"] > distances["autoencoder, random codes"]
assert distances["autoencoder, random codes"] > distances["GAN"] or EPOCHS < 6
assert distances["GAN"] > distances["real digits"]
assert scores["training digits again"]["near_copies"] == 1

# %% [markdown]
# The distance falls from independent pixels to the Gaussian, from the Gaussian to the autoencoder,
# and from the autoencoder to the GAN. Real digits are nearer still, because six epochs are a short
# training. The pictures of the RBM are coarse, so it is fair to compare them with the halved
# digits. They are far behind these, and their coverage is low, because so many chains came to a 1
# that the other digits are rare.
#
# The "model" that draws training images again has an excellent distance and nearly full coverage.
# Only the last column shows that it has made nothing new. One number alone never tells how good a
# generative model is. [Chapter 7](07_watching.ipynb) has the other scores.
#
# ## What GANs are used for
#
# *Articles: 1 §1 · 3 §1 · 4 §1*
#
# You can use a GAN wherever you want samples that look real: for pictures in games and in virtual
# reality, for art, and for more data to train other networks with. People also use generative
# models where they should not: for forged pictures of others and for made-up news. So whoever
# publishes a generated picture should say that it is generated.
#
# Article 4 names four tasks with images. They differ in what the generator gets besides the noise
# or in its place:
#
# - for *generation* it gets nothing else;
# - for *translation* it gets an image of another kind, such as an outline;
# - for *enhancement* it gets a small or poor image;
# - for *completion* it gets an image with a hole.
#
# In each case the discriminator asks whether the result looks real.
# [Chapter 10](10_applications.ipynb) trains all four.
#
# Article 3 names little data as the reason for GANs: examples cost much, and a generator could
# make more of them. This has a limit. The histogram shows what little data means. **Predict, then
# run:** how much of the unseen data falls into empty bins, if the histogram is made from 10
# numbers?

# %%
empty_fractions = []
for n in (10, 30, 100, 1000, len(ink)):
    few_counts, _ = np.histogram(ink[:n], bins=edges)
    unseen_counts, _ = np.histogram(test_ink, bins=edges)
    empty_fractions.append(unseen_counts[few_counts == 0].sum() / len(test_ink))
    print(f"made from {n:4d} numbers: {empty_fractions[-1]:.3f} of the unseen data in empty bins")
assert empty_fractions == sorted(empty_fractions, reverse=True) and empty_fractions[0] > 0.1

# %% [markdown]
# A model knows nothing of what its examples do not show, and what it generates adds no facts to
# them. But you can add knowledge from elsewhere, for example that a digit which is moved by a pixel
# is still the same digit. [Chapter 10](10_applications.ipynb) trains a GAN from 50 images in this
# way.
#
# ## Summary
#
# - A classifier learns $p(y \mid x)$. A generative model stands for $p(x)$ and draws new samples.
# - An explicit model has a formula for the density, and you can judge it by the log-likelihood of
#   unseen data. An implicit model, such as a GAN, is a program from noise to samples.
# - A picture has too many pixels for a table, so each model assumes something: independent pixels,
#   a Gaussian, a short code, or hidden units.
# - A GAN drops the density. Its discriminator compares samples with the data, and the generator
#   makes a picture in one go.
# - No single number tells how good a model is: a copy of the training images has an excellent
#   Fréchet distance.
#
# To read on: Goodfellow et al. 2014, [Generative adversarial
# nets](https://arxiv.org/abs/1406.2661), Kingma and Welling 2013, [Auto-encoding variational
# Bayes](https://arxiv.org/abs/1312.6114), and Heusel et al. 2017, [the Fréchet
# distance](https://arxiv.org/abs/1706.08500).
#
# ## An open project: a model of your own
#
# Build a sixth model of the digits that is no GAN, and put it into the table. Here are some ideas:
# one Gaussian with PCA for each of the ten digits; a mixture of Gaussians over the codes of the
# autoencoder (`sklearn.mixture.GaussianMixture`); pixels drawn one after the other, each from a
# logistic regression on the pixels before it.
#
# A good answer
#
# - says in two sentences what the model assumes, and which assumption of its neighbour in the table
#   it drops;
# - shows 16 samples, not chosen, and predicts its place in the table before it is computed;
# - gives Fréchet distance, coverage and near copies with the same `Scorer`, and as many samples;
# - looks for what the score does not see: does it repeat training digits? Is a digit missing?

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. `np.cumsum` of the fractions gives the heights of the distribution function at the edges. The
# inverse swaps heights and places.


# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
def inverse_distribution(u, fractions, edges):
    heights = np.concatenate([[0], np.cumsum(fractions)])
    return np.interp(u, heights, edges)


# %% [markdown]
# 2. There are $2^n$ pictures, and one probability follows from the rest. Independent pixels need
# one number each. For the 784 pixels of a digit, the size of the table is a number of 237 decimal
# digits.


# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
def free_numbers_of_table(n):
    return 2**n - 1


def free_numbers_of_independent_pixels(n):
    return n


# %% [markdown]
# 3. If you do not subtract the mean picture, what is common to all pictures counts as correlation.


# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
def neighbour_correlation(pictures):
    residuals = pictures - pictures.mean(axis=0)
    left, right = residuals[:, :, :-1], residuals[:, :, 1:]
    return np.sum(left * right) / np.sqrt(np.sum(left**2) * np.sum(right**2))


print(f"digits {neighbour_correlation(x_train):.2f}")
print(f"independent pixels {neighbour_correlation(independent_pixels):.2f}")


# %% [markdown]
# 4. With such codes the pictures get a little better. But the codes of digits are still no single
# Gaussian cloud.


# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
def draw_codes(codes, n, rng):
    return rng.multivariate_normal(codes.mean(axis=0), np.cov(codes, rowvar=False), size=n)


# %% [markdown]
# 5. The step draws nothing at random: each unit takes its more likely value. So each chain runs
# downhill to a picture that leads to itself, and stays there.


# %% tags=["solution-5", "hide-cell"] jupyter={"source_hidden": true}
def gibbs_step(visible, rng):
    hidden = draw(hidden_probability(visible), rng)
    return draw(visible_probability(hidden), rng)


# %% [markdown]
# 6. Take two numbers that are one standard deviation below and above the mean. They have the mean
# and the standard deviation of the data. The distance calls them perfect, although they are nothing
# like the data. So look at the samples, too.

# %% tags=["solution-6", "hide-cell"] jupyter={"source_hidden": true}
lower_number = 2 - 3
higher_number = 2 + 3
