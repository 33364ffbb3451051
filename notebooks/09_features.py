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
# # 9. From features to images
#
# The discriminator turns an image into numbers, the generator turns numbers into an image. This
# chapter looks at the numbers. In its first half the discriminator helps to classify digits with
# few labels. In its second half you walk through the noise: along lines and circles, by adding and
# subtracting, and from a real digit back to the noise that would make it.
#
# Afterwards you can judge features by a linear classifier, say why noise has a usual length, and
# find noise for an image of your own.
#
# Takes 76 s on two CPU cores.

# %%
import math
import pathlib
import tempfile

import ipywidgets
import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.stats
import tensorflow as tf
from IPython.display import Image
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dcgan_tf import DCGAN, applications, digit_features, load_dataset
from dcgan_tf.data import rendering
from dcgan_tf.data.films import write_film
from dcgan_tf.exercises import exercise
from dcgan_tf.gan import latent_space

tf.get_logger().setLevel("ERROR")  # no hints on speed between the results
folder = pathlib.Path(tempfile.mkdtemp())

# %% [markdown]
# How long to train, and how many steps a search for noise makes. What the text says of the trained
# model needs these numbers. With smaller ones all cells still run, but these claims are not
# checked.

# %% tags=["parameters"] quick={"EPOCHS": 1, "STEPS": 50}
EPOCHS = 8
STEPS = 300


# %%
def confirm(claim):
    """Stops here if something that the text says of the trained model is not so."""
    assert claim or EPOCHS < 8


# %% [markdown]
# ## A model to look into
#
# The default model, trained on digits without any label.

# %%
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
keras.utils.set_random_seed(0)  # the order of the images
model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
model.compile()
history = model.fit(x_train, epochs=EPOCHS, batch_size=32, verbose=2)


# %%
def show(pictures, columns, width=None):
    """A grid of images in [-1, 1]."""
    rendering.write_png(
        folder / "grid.png", rendering.make_grid(rendering.to_uint8(pictures), columns)
    )
    return Image(folder / "grid.png", width=width)


show(model.generate(20, seed=1), columns=10)

# %% [markdown]
# ## Feature extraction
#
# *Articles: 4 §1 · 4 §4*
#
# A *feature* is a number computed from an image. The discriminator computes many on its way to the
# verdict. Its last layer is a plain weighted sum: all that the verdict rests on must be in the
# numbers that this layer sees. They are what is called its features here.

# %%
*_, last_hidden, verdict = model.discriminator.layers
extractor = keras.Model(model.discriminator.input, last_hidden.output)
features = extractor.predict(x_test, batch_size=256, verbose=0)
print(features.shape)

# %% [markdown]
# The weighted sum of these features, plus a bias, is the logit.

# %%
kernel, bias = verdict.get_weights()
logits = model.discriminator.predict(x_test, batch_size=256, verbose=0)
np.testing.assert_allclose(features @ kernel + bias, logits, atol=1e-3)

# %% [markdown]
# ### What are they good for?
#
# The discriminator was asked one question only: real or generated? Nobody told it that there are
# ten digits. If its features tell digits apart nevertheless, it has learned them on the side.
#
# This is measured with a *linear probe*: a linear classifier that sees the features alone and gets
# a few labelled images of each digit. The less it needs, the better the features (Radford et al.
# 2015, section 5). The classifier here is logistic regression: one weighted sum for each digit, and
# the largest wins.


# %%
def few_of_each(labels, n, seed=0):
    """Indices of `n` images of each digit, chosen at random."""
    order = np.random.default_rng(seed).permutation(len(labels))
    return np.concatenate([order[labels[order] == digit][:n] for digit in range(10)])


def probe(extract, n):
    """The fraction of test images that are classified correctly after `n` labels of each digit."""
    chosen = few_of_each(y_train, n)
    # Each feature is first brought to mean 0 and deviation 1, so that all count alike.
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    classifier.fit(extract(x_train[chosen]), y_train[chosen])
    return classifier.score(extract(x_test), y_test)


# %% [markdown]
# Three ways to look at an image are compared: by the trained discriminator's features, by the
# features of the same network before any training, and by the raw pixels.


# %%
def feature_extractor(discriminator):
    """A function from images to what the convolutions of a discriminator found in them."""
    (found,) = (layer for layer in discriminator.layers if isinstance(layer, keras.layers.Flatten))
    extractor = keras.Model(discriminator.input, found.output)
    return lambda pictures: extractor.predict(pictures, batch_size=256, verbose=0)


extractors = {
    "trained discriminator": feature_extractor(model.discriminator),
    "untrained discriminator": feature_extractor(DCGAN(seed=0).discriminator),
    "raw pixels": lambda pictures: pictures.reshape(len(pictures), -1),
}

# %% [markdown]
# **Predict, then run:** which of the three needs the fewest labels? And is the untrained network
# worse than the pixels it is fed with?

# %%
labels_a_class = (10, 50, 100)
fractions = {
    name: [probe(extract, n) for n in labels_a_class] for name, extract in extractors.items()
}

styles = ("k-o", "k--s", "k:^")
plt.figure(figsize=(7, 3.5), layout="constrained")
for style, (name, values) in zip(styles, fractions.items(), strict=True):
    plt.plot(labels_a_class, values, style, label=name)
    print(f"{name:24}", *(f"{value:.3f}" for value in values))
plt.xlabel("labelled images of each digit")
plt.ylabel("fraction of test digits classified correctly")
plt.xticks(labels_a_class)
plt.legend()
plt.show()

# %% [markdown]
# With the trained features the probe classifies the most digits correctly, and with 50 labels of
# each digit more than with the pixels and 100 labels. The untrained network is not worse than
# pixels: even random convolutions bring neighbouring pixels together, which is of use for strokes.

# %%
for i in range(len(labels_a_class)):
    trained, untrained, pixels = (values[i] for values in fractions.values())
    confirm(trained > untrained > pixels)
confirm(fractions["trained discriminator"][1] > fractions["raw pixels"][2])

# %% [markdown]
# The application `features` of the package measures the same, with the same choice of images.

# %%
application = applications.load("features")(seed=0)
same = application.probe(extractors["trained discriminator"], labels=50)
np.testing.assert_allclose(fractions["trained discriminator"][1], same, atol=1e-3)

# %% [markdown]
# ### Exercise 1 ★★☆: a probe that finds labels in noise
#
# Somebody has written a probe of his own and is delighted. It finds labels that were thrown with
# dice in "features" that are random numbers. Find out what is wrong with it, and write
# `fair_probe`, which takes the same arrays and trains on the first half of them.


# %% tags=["exercise-1"]
def delightful_probe(features, labels):
    classifier = LogisticRegression(max_iter=1000)
    classifier.fit(features, labels)
    return classifier.score(features, labels)


dice = np.random.default_rng(0)
random_features, random_labels = dice.normal(size=(400, 500)), dice.integers(0, 10, 400)
print("right:", delightful_probe(random_features, random_labels))


def fair_probe(features, labels):
    """The fraction of labels that are found correctly, float from 0 to 1."""
    return ...


# %% tags=["check-1"]
with exercise(1):
    fraction = fair_probe(random_features, random_labels)
    assert fraction is not ..., "Write a classifier's score in place of the three dots."
    assert fraction < 0.3, (
        f"Of random labels it still finds {fraction:.0%}: as in a game of luck 10% is fair."
    )
    known = fair_probe(random_labels[:, np.newaxis] == np.arange(10), random_labels)
    assert known > 0.99, "It misses labels that the features themselves hold."
    mixed = np.concatenate([random_features[:200], random_features[200:] + 100.0])
    again = fair_probe(mixed, random_labels)
    assert again < 0.3, "It must not train on the second half."
    few_then_all = np.concatenate([np.arange(200) % 5, np.arange(200) % 10])
    half_known = fair_probe(few_then_all[:, np.newaxis] == np.arange(10), few_then_all)
    assert half_known < 0.7, (
        "Five digits do not occur in the first half, so a classifier trained on it cannot know "
        "them. Yours does: which half is it trained on, and which one is it tested with?"
    )

# %% [markdown]
# ### A map of the features
#
# There are 3,136 features. To draw a map, two numbers must do. *Principal component analysis* (PCA)
# takes the two directions in which the features vary most. It is a singular value decomposition of
# the features less their mean.


# %%
def main_positions(vectors, n):
    """Where vectors lie along the `n` directions in which they vary most, `(number, n)`."""
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    return centred @ directions[:n].T


pixels = x_test[:500].reshape(500, -1)
positions = {
    "raw pixels": main_positions(pixels, 10),
    "trained features": main_positions(features[:500], 10),
}

# %% [markdown]
# scikit-learn's PCA finds the same. A direction and its opposite serve alike, so that signs may
# differ.

# %%
reference = PCA(2, svd_solver="full").fit_transform(pixels)
ours = positions["raw pixels"][:, :2]
np.testing.assert_allclose(np.abs(ours), np.abs(reference), atol=1e-2)

# %% [markdown]
# Two maps of the same 250 test digits. Each numeral is one image; its position comes from the
# pixels on the left, from the features on the right. PCA was not told any label.

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 4.2), layout="constrained")
for axis, (name, places) in zip(axes, positions.items(), strict=True):
    for digit in range(10):
        x, y = places[:250, :2][y_test[:250] == digit].T
        axis.scatter(x, y, s=36, marker=f"${digit}$", color="black", linewidth=0.3)
    axis.set(title=name, xlabel="first direction", ylabel="second direction")
plt.show()

# %% [markdown]
# Two numbers are little. How much of the digits is left in a few numbers? Count how many of the ten
# nearest neighbours of a point show the same digit: in the two directions of the map, in the first
# five, and in the first ten. By chance it would be about one of ten.


# %%
def same_digit_nearby(places):
    _, neighbours = NearestNeighbors(n_neighbors=11).fit(places).kneighbors(places)
    return np.mean(y_test[neighbours[:, 1:]] == y_test[:500, np.newaxis])  # the first is itself


fractions_nearby = {
    name: [same_digit_nearby(places[:, :n]) for n in (2, 5, 10)]
    for name, places in positions.items()
}
for name, values in fractions_nearby.items():
    print(f"{name:17}", *(f"{fraction:.2f}" for fraction in values))

# %% [markdown]
# On both maps neighbours are of one digit far more often than by chance, and the features are not
# ahead here. The directions in which the features vary most are those that matter to the
# discriminator, which never had to tell digits apart. The probe does far better: it uses all
# features, and it is told which of them matter.

# %%
assert min(fractions_nearby["raw pixels"] + fractions_nearby["trained features"]) > 0.15
confirm(fractions_nearby["trained features"][2] > 0.5)

# %% [markdown]
# ### What one feature responds to
#
# A unit of the first layers sees only a small part of the image, its *receptive field*. In the
# first layer that is 4 by 4 pixels. In the second, a unit sees 4 by 4 units of the first, which
# stand two pixels apart: 10 by 10 pixels. Output row $j$ of the second layer sees the image rows
# from $4j - 3$ to $4j + 6$.
#
# Test it: paint everything outside of the field, and the unit does not notice.

# %%
second_layer = keras.Model(
    model.discriminator.input, [layer.output for layer in model.discriminator.layers][4]
)
row, column = 3, 2
top, left = 4 * row - 3, 4 * column - 3
painted = np.random.default_rng(0).uniform(-1, 1, x_test[:1].shape).astype(np.float32)
painted[:, top : top + 10, left : left + 10] = x_test[:1, top : top + 10, left : left + 10]
before, after = second_layer(x_test[:1]).numpy(), second_layer(painted).numpy()
np.testing.assert_allclose(before[0, row, column], after[0, row, column], atol=1e-5)
assert not np.allclose(before[0, row, column + 2], after[0, row, column + 2], atol=1e-2)

# %% [markdown]
# The layer has 64 channels. Each is one feature, computed at 7 by 7 places of the image. Here is
# what the first eight of them respond to: of all test digits, the eight places at which the feature
# is largest, at most one in an image. A row is one feature.

# %%
activations = second_layer.predict(x_test, batch_size=256, verbose=0)
rows, columns, channels = activations.shape[1:]
print(f"{channels} features, each at {rows} by {columns} places")
padded = np.pad(x_test, ((0, 0), (3, 3), (3, 3), (0, 0)))  # the layer fills up with 0, grey


def favourites(channel, n=8):
    """The parts of test images that excite a feature most, float `(n, 10, 10, 1)`."""
    flat = activations[..., channel].reshape(len(x_test), -1)
    best = np.argsort(-flat.max(axis=1))[:n]
    tops, lefts = np.divmod(flat[best].argmax(axis=1), columns)
    return np.stack(
        [
            padded[image, 4 * top : 4 * top + 10, 4 * left : 4 * left + 10]
            for image, top, left in zip(best, tops, lefts, strict=True)
        ]
    )


show(np.concatenate([favourites(channel) for channel in range(8)]), columns=8)

# %% [markdown]
# (Grey is outside of the image.) The images of a row are parts of different test images, often of
# different digits, and yet they are alike: such a feature stands for a piece of a stroke, or an end
# or a bow of it, wherever it is. That is what the linear probe builds digits from.
#
# ### Exercise 2 ★☆☆: the third layer
#
# The third convolution has kernels of 4 by 4 as well. How many pixels wide is the receptive field
# of one of its units?

# %% tags=["exercise-2"]
field = ...


# %% tags=["check-2"]
with exercise(2):
    assert field is not ..., "Write a number in place of the three dots."
    assert field > 10, "It sees several units of the second layer, each of which sees 10 pixels."
    third_layer = keras.Model(
        model.discriminator.input, [layer.output for layer in model.discriminator.layers][6]
    )
    picture = tf.Variable(x_test[:1])
    with tf.GradientTape() as tape:
        unit = tf.reduce_sum(third_layer(picture)[0, 1, 1])
    seen = np.abs(tape.gradient(unit, picture).numpy()).sum(axis=(0, 1, 3)) > 0
    message = "A gradient shows that it sees another number of pixels."
    assert field == np.flatnonzero(seen)[-1] - np.flatnonzero(seen)[0] + 1, message

# %% [markdown]
# ## Feature generation
#
# *Articles: 4 §1 · 4 §3*
#
# The generator goes the other way: from numbers to an image. Its numbers are the *noise* $z$, here
# 16 of them, each drawn from a normal distribution with mean 0 and deviation 1. All possible $z$
# make the *latent space*. Nobody has said what each number means; the training has decided it.
# (Article 4 also names translation, enhancement and completion, where the generator starts from
# another image: see [chapter 10](10_applications.ipynb).)
#
# ### How long is noise?
#
# The squared length $|z|^2$ is a sum of $d$ squares, each of which is 1 on average: it is about
# $d$, and the length about $\sqrt d$. How far does it scatter? The squares have a variance of 2, so
# that $|z|^2$ scatters by $\sqrt{2d}$, and the length by about
#
# $$\frac{\sqrt{2d}}{2 \sqrt d} = \sqrt{\tfrac{1}{2}},$$
#
# however large $d$ is. Measured against the length, that becomes less and less.

# %%
rng = np.random.default_rng(0)
plt.figure(figsize=(7, 3.5), layout="constrained")
for d, style in ((1, "k:"), (2, "k-."), (16, "k--"), (100, "k-"), (1000, "0.6")):
    lengths = np.linalg.norm(rng.normal(size=(20_000, d)), axis=1)
    density, edges = np.histogram(
        lengths / math.sqrt(d), bins=np.linspace(0, 2.5, 101), density=True
    )
    plt.plot((edges[1:] + edges[:-1]) / 2, density, style, label=f"d = {d}")
    if d >= 16:
        np.testing.assert_allclose(lengths.mean(), math.sqrt(d), rtol=0.03)
        np.testing.assert_allclose(lengths.std(), math.sqrt(1 / 2), rtol=0.05)
plt.ylim(0, 6.5)
plt.xlabel("length of the noise, in units of the root of d")
plt.ylabel("density")
plt.legend()
plt.show()

# %% [markdown]
# (The curve for $d = 1000$ goes on above the figure.) With one number most noise is near 0. With
# sixteen hardly any is: nearly all noise lies in a shell around the sphere of radius $\sqrt d = 4$.
#
# What if noise is shorter than usual? **Predict, then run:** each row shows the same noise, its
# length multiplied by 0, 0.25, 0.5, 1, 1.5 and 2. What is in the first column?

# %%
factors = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0)
noise = np.random.default_rng(2).normal(size=(1000, 16)).astype(np.float32)
rows = [model.predict(factor * noise, batch_size=256, verbose=0) for factor in factors]
show(np.stack(rows, axis=1)[:6].reshape(-1, 28, 28, 1), columns=len(factors))

# %% [markdown]
# One and the same image in all rows: noise of length 0 is one vector, and the generator has nothing
# else to go by. The shorter the noise, the more the images are alike. This can be measured, as the
# mean distance of two images.


# %%
def diversity(pictures):
    """The root of the mean squared distance of two images: twice the variance, summed."""
    return math.sqrt(2 * pictures.reshape(len(pictures), -1).var(axis=0).sum())


diversities = [diversity(pictures) for pictures in rows]
print(*(f"{factor}: {value:.1f}" for factor, value in zip(factors, diversities, strict=True)))
assert diversities[0] < 1e-3
confirm(all(np.diff(diversities) > 0))

# %% [markdown]
# ### The straight line and the sphere
#
# On a straight line from $a$ to $b$ lie the points $(1 - t) a + t b$. Two vectors of many random
# numbers are nearly at right angles. Halfway between them the line comes nearer to 0, where hardly
# any noise of the training was.
#
# A circle around 0 keeps the length, if $a$ and $b$ have the same. With the angle $w$ between them
# its points are
#
# $$\frac{\sin((1 - t) w)}{\sin w} a + \frac{\sin(t w)}{\sin w} b.$$
#
# This is called *slerp*, spherical linear interpolation (Shoemake 1985).


# %%
def along_line(a, b, steps):
    t = np.linspace(0, 1, steps)[:, np.newaxis]
    return (1 - t) * a + t * b


def along_sphere(a, b, steps):
    t = np.linspace(0, 1, steps)[:, np.newaxis]
    w = np.arccos(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
    return (np.sin((1 - t) * w) * a + np.sin(t * w) * b) / np.sin(w)


a, b = np.random.default_rng(1).normal(size=(2, 16))
np.testing.assert_allclose(along_sphere(a, b, 10), latent_space.slerp(a, b, 10), atol=1e-5)

# %% [markdown]
# The length along both ways, for a hundred pairs of random vectors: the mean, and the middle half
# of them.

# %%
pairs = np.random.default_rng(3).normal(size=(100, 2, 16))
t = np.linspace(0, 1, 21)
lengths = {
    name: np.linalg.norm([way(a, b, 21) for a, b in pairs], axis=2)
    for name, way in (("straight line", along_line), ("sphere", along_sphere))
}
plt.figure(figsize=(7, 3.5), layout="constrained")
for (name, values), style, shade in zip(
    lengths.items(), ("k--", "k-"), ("0.85", "0.7"), strict=True
):
    plt.fill_between(t, *np.quantile(values, (0.25, 0.75), axis=0), color=shade, alpha=0.6)
    plt.plot(t, values.mean(axis=0), style, label=name)
plt.axhline(math.sqrt(16), color="black", linewidth=0.7, linestyle=":", label="root of 16")
plt.ylim(0, 5)
plt.xlabel("t, from one vector to the other")
plt.ylabel("length of the noise")
plt.legend()
plt.show()
middle_of_line, middle_of_sphere = (values[:, 10] for values in lengths.values())
assert (middle_of_line < middle_of_sphere).all()

# %% [markdown]
# The same two ways as images: in each pair of rows the straight line is above, the sphere below.

# %%
ways = [way(a, b, 9).astype(np.float32) for a, b in pairs[:3] for way in (along_line, along_sphere)]
show(model.predict(np.concatenate(ways), verbose=0), columns=9)

# %% [markdown]
# Both ways lead from digit to digit without a jump, and you will hardly tell which is which:
# sixteen numbers are few. How far out the middle of a line is must be counted in units of the
# scatter, which is $\sqrt{1/2}$ for every $d$. The squared length follows a chi-squared
# distribution, which says how much noise is shorter still.

# %%
for d in (16, 100, 512):
    short = (math.sqrt(d) - math.sqrt(d / 2)) / math.sqrt(1 / 2)
    shorter = scipy.stats.chi2.cdf(d / 2, d)
    print(
        f"d = {d:3}: {short:.1f} scatters too short; a fraction of {shorter:.0e} is shorter still"
    )

# %% [markdown]
# With sixteen numbers, noise of this length is nothing special: of twenty vectors one is so short.
# With a hundred there is practically none, and a generator of 100 numbers, as in Radford et al.
# (2015), has never been trained there.
#
# A walk is best seen in motion: three times from vector to vector along the sphere, and back.

# %%
stations = np.random.default_rng(5).normal(size=(3, 3, 16))
walks = [
    np.concatenate(
        [latent_space.slerp(a, b, 11)[:-1] for a, b in zip(way, np.roll(way, -1, 0), strict=True)]
    )
    for way in stations
]
drawn = [model.predict(walk, verbose=0) for walk in walks]
frames = [
    rendering.make_grid(rendering.to_uint8(np.stack(moment)), 3)
    for moment in zip(*drawn, strict=True)
]
write_film(folder / "walk.gif", frames, duration_ms=120, hold_ms=120)
Image(folder / "walk.gif")

# %% [markdown]
# ### Exercise 3 ★★☆: the middle
#
# $a$ and $b$ are independent, each of 16 random numbers as above. How large is the squared length
# of $(a + b) / 2$ on average?

# %% tags=["exercise-3"]
squared_length = ...

# %% tags=["check-3"]
with exercise(3):
    assert squared_length is not ..., "Write a number in place of the three dots."
    assert squared_length < 16, "That would not be shorter than a and b are."
    a, b = np.random.default_rng(0).normal(size=(2, 100_000, 16))
    tried = np.square(0.5 * a + 0.5 * b).sum(axis=1).mean()
    message = "100,000 pairs of random vectors have another mean."
    assert math.isclose(squared_length, tried, rel_tol=0.01), message

# %% [markdown]
# ## Arithmetic with digits
#
# *Articles: 4 §4*
#
# If directions in the latent space mean something, noise can be added and subtracted. A single
# vector says little: it holds a digit, its slant, its boldness and more at once. The mean of many
# vectors keeps only what they have in common (Radford et al. 2015, section 6.3.2).
#
# First 10,000 images are generated. The digit classifier that comes with the package says which
# digit each of them shows.

# %%
noise = np.random.default_rng(0).normal(size=(10_000, 16)).astype(np.float32)
made = model.predict(noise, batch_size=256, verbose=0)
classify = digit_features().classify
digits = classify(made)
print(np.bincount(digits, minlength=10))

# %% [markdown]
# Then the noise of all sevens is averaged, and that of all other digits. A mean is short, since
# what is not common averages out. It is brought back to the usual length: the generator knows no
# other.


# %%
def lengthened(vectors, length=4.0):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True) * length


found = [digit for digit in range(10) if np.sum(digits == digit) >= 20]  # all ten, once trained
means = np.stack([noise[digits == digit].mean(axis=0) for digit in found])
show(model.predict(lengthened(means), verbose=0), columns=10)

# %% [markdown]
# The mean of the noise of all sevens makes a seven, and so on.

# %%
confirm(found == list(range(10)))
confirm(classify(model.predict(lengthened(means), verbose=0)).tolist() == found)

# %% [markdown]
# Now a difference. Of all images of one digit take the noise of the boldest fifth, and that of the
# thinnest fifth. The digit is the same in both means, so that it cancels out in the difference.
# What is left should be boldness alone. It is taken for the first half of the digits, 0 to 4, and
# averaged.

# %%
ink = made.mean(axis=(1, 2, 3))
first_half, second_half = found[: len(found) // 2], found[len(found) // 2 :]
differences = []
for digit in first_half:
    members = np.flatnonzero(digits == digit)
    members = members[np.argsort(ink[members])]  # the thinnest first
    fifth = len(members) // 5
    bold, thin = noise[members[-fifth:]].mean(axis=0), noise[members[:fifth]].mean(axis=0)
    differences.append(bold - thin)
boldness = np.mean(differences, axis=0)

# %% [markdown]
# **Predict, then run:** what does this direction do to the other half of the digits, 5 to 9? In the
# middle row are such digits as they were generated, two of each. Above, `boldness` is subtracted
# from their noise, half of it and the whole; below it is added. The length is kept.


# %%
def moved(vectors, direction):
    return lengthened(vectors + direction, np.linalg.norm(vectors, axis=-1, keepdims=True))


some = np.concatenate([np.flatnonzero(digits == digit)[:2] for digit in second_half])
rows = [moved(noise[some], step * boldness) for step in (-1, -0.5, 0, 0.5, 1)]
show(model.predict(np.concatenate(rows), verbose=0), columns=len(some))

# %% [markdown]
# Thin digits above, bold ones below, although the direction was found without any of these digits.
# Counted over a thousand of them, with half a step:


# %%
def fraction_bolder(vectors, before, direction):
    """The fraction of images that have more ink after a step."""
    after = model.predict(moved(vectors, direction), batch_size=256, verbose=0)
    return np.mean(after.mean(axis=(1, 2, 3)) > before)


others = np.flatnonzero(np.isin(digits, second_half))[:1000]
added = fraction_bolder(noise[others], ink[others], 0.5 * boldness)
subtracted = fraction_bolder(noise[others], ink[others], -0.5 * boldness)
print(f"bolder after adding: {added:.0%}, after subtracting: {subtracted:.0%}")
confirm(added > 0.9 and subtracted < 0.1)

# %% [markdown]
# Some change into another digit on the way, the more the longer the step: the directions of the
# latent space are not separate knobs.
#
# ### Exercise 4 ★★☆: from one digit to another
#
# `means` holds the mean noise of each digit. Write the function that takes noise of images of one
# digit and moves it to another: take away what the first digits have in common, and add what the
# second have. Leave the length as it comes out.


# %% tags=["exercise-4"]
def changed(noise, means, first, second):
    """Noise `(n, 16)` of images of the digit `first`, moved to the digit `second`."""
    return ...


# %% tags=["check-4"]
with exercise(4):
    some = np.random.default_rng(1).normal(size=(5, 16))
    centres = np.random.default_rng(2).normal(size=(10, 16))
    result = changed(some, centres, 3, 8)
    assert result is not ..., "Write an expression in place of the three dots."
    assert np.shape(result) == (5, 16), f"The shape is {np.shape(result)}."
    assert np.allclose(changed(some, centres, 3, 3), some), "From 3 to 3 nothing should change."
    assert np.allclose(changed(result, centres, 8, 3), some), "The way back does not lead back."
    message = "Noise that is the mean of all threes should become the mean of all eights."
    assert np.allclose(changed(centres[3:4], centres, 3, 8), centres[8:9]), message

# %% [markdown]
# ## From an image back to its noise
#
# *Articles: 4 §3 · 4 §4*
#
# The generator makes images from noise. The other way is not built in: which noise makes the digit
# $x$? It is searched for. The error is the mean squared difference of the pixels,
#
# $$L(z) = \frac{1}{n} \sum_i (G(z)_i - x_i)^2,$$
#
# and $z$ follows its gradient, while the weights of the generator stay as they are. It is a
# training in which the noise is what learns. One step:

# %%
real = x_test[:1]
z = tf.Variable(np.random.default_rng(0).normal(size=(1, 16)).astype(np.float32))


def gradient_step(z, rate):
    """Moves the noise a little down the gradient, and returns the error before."""
    with tf.GradientTape() as tape:
        error = tf.reduce_mean(tf.square(model.generator(z, training=False) - real))
    z.assign_sub(rate * tape.gradient(error, z))
    return float(error)


with model.averaged_weights():  # those that `generate` and `predict` use
    errors = [gradient_step(z, rate=1.0) for _ in range(10)]
print(*(f"{error:.4f}" for error in errors))
assert errors[-1] < errors[0]

# %% [markdown]
# `latent_space.project` does this for many images, with two improvements. It begins at the best of
# 4,096 random vectors, since from a bad start the gradient leads to the next hollow and no farther.
# And it uses Adam, which needs fewer steps. Written out:


# %%
def project(model, samples, steps, rate=0.05):
    candidates = keras.random.normal((4096, 16), seed=0)
    drawn = model.predict(candidates, batch_size=256, verbose=0)
    nearest = [np.square(drawn - sample).sum(axis=(1, 2, 3)).argmin() for sample in samples]
    z = tf.Variable(tf.gather(candidates, nearest))
    optimizer = keras.optimizers.Adam(rate)
    with model.averaged_weights():
        for _ in range(steps):
            with tf.GradientTape() as tape:
                error = tf.square(model.generator(z, training=False) - samples)
                loss = tf.reduce_sum(tf.reduce_mean(error, axis=(1, 2, 3)))
            optimizer.apply_gradients([(tape.gradient(loss, z), z)])
    return z.numpy()


ours = project(model, x_test[:4], steps=10)
theirs, _, _ = latent_space.project(model, x_test[:4], steps=10)
np.testing.assert_allclose(ours, theirs, atol=0.02)

# %% [markdown]
# Ten test digits, which the model has never seen. The rows are: the real digits; the nearest of the
# 4,096 generated ones; what is made of the noise that was found.

# %%
real = x_test[[np.flatnonzero(y_test == digit)[1] for digit in range(10)]]
found_noise, found_images, start = latent_space.project(model, real, steps=STEPS)
show(np.concatenate([real, start, found_images]), columns=10)


# %% [markdown]
# How near it comes is given in decibels, as *PSNR* (peak signal-to-noise ratio): 10 decibels more
# are a tenth of the squared error. Pixels go from -1 to 1, so that the largest difference is 2.


# %%
def decibels(pictures):
    return 10 * np.log10(2**2 / np.square(pictures - real).mean(axis=(1, 2, 3)))


mean_start, mean_found = decibels(start).mean(), decibels(found_images).mean()
np.testing.assert_allclose(mean_found, np.mean(tf.image.psnr(real, found_images, 2.0)), rtol=1e-4)
print(f"nearest of 4,096: {mean_start:.1f} dB, found: {mean_found:.1f} dB")
assert (decibels(found_images) >= decibels(start)).all()
confirm(mean_found > mean_start + 3)

# %% [markdown]
# More than 3 decibels: the squared error is less than half of that at the start. It does not become
# zero. Sixteen numbers cannot hold each quirk of a hand, and what the generator cannot draw the
# search cannot find.
#
# With noise for real digits there are ways between real digits, along the sphere: here from the 0
# to the 1, from the 3 to the 4, from the 6 to the 7. The ends are the projections.

# %%
ways = [latent_space.slerp(found_noise[i], found_noise[i + 1], 9) for i in (0, 3, 6)]
show(model.predict(np.concatenate(ways), verbose=0), columns=9)

# %% [markdown]
# ### Exercise 5 ★★☆: the gradient step
#
# This is the step of a colleague. He wonders why the digit becomes worse and worse. There are two
# mistakes in it. Write `better_step`, which changes the noise and nothing else, for the better.


# %% tags=["exercise-5"]
def colleagues_step(generator, z, target, rate):
    with tf.GradientTape() as tape:
        error = tf.reduce_mean(tf.square(generator(z, training=True) - target))
    z.assign_add(rate * tape.gradient(error, z))


better_step = ...


# %% tags=["check-5"]
with exercise(5):
    assert better_step is not ..., "Write a function in place of the three dots."
    keras.utils.set_random_seed(0)
    small = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    small.add(keras.layers.BatchNormalization())
    weights = [weight.copy() for weight in small.get_weights()]
    z, target = tf.Variable(tf.ones((2, 3))), tf.zeros((2, 4))
    sizes = [float(tf.reduce_mean(tf.square(small(z, training=False) - target)))]
    for _ in range(3):
        better_step(small, z, target, 0.1)
        sizes.append(float(tf.reduce_mean(tf.square(small(z, training=False) - target))))
    assert sizes[1] != sizes[0], "The noise is not changed."
    assert sizes[-1] < sizes[0], "The error grows: which way does a gradient point?"
    same = all(map(np.array_equal, weights, small.get_weights()))
    message = "The generator has changed: batch normalisation collects averages while it trains."
    assert same, message

# %% [markdown]
# ## A slider
#
# Between two of the ten projected digits lies a way; `t` says how far along it to go. First a still
# picture: from the 3 to the 8, from the 8 to the 1, and from the 4 to the 9.


# %%
def draw(first=3, second=8, t=0.0):
    """Draws the image at the part `t` of the way from one digit to another, along the sphere."""
    way = latent_space.slerp(found_noise[first], found_noise[second], 101)
    return model.predict(way[[round(100 * t)]], verbose=0)[0]


values = np.linspace(0, 1, 9)
rows = [draw(*ends, t) for ends in ((3, 8), (8, 1), (4, 9)) for t in values]
show(np.stack(rows), columns=len(values))

# %% [markdown]
# The slider needs a running notebook: it draws anew whenever you move it. ([The game,
# live](../docs/game.md) needs none: on that page of the documentation a GAN of points in the plane
# trains in your browser.)

# %%
_ = ipywidgets.interact(
    lambda first, second, t: show(draw(first, second, t)[np.newaxis], columns=1, width=224),
    first=ipywidgets.IntSlider(3, 0, 9),
    second=ipywidgets.IntSlider(8, 0, 9),
    t=ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.05),
)

# %% [markdown]
# ## An open project: a direction of your own
#
# Find a direction in the latent space that changes one property of a digit and leaves the rest
# alone: slant, width, roundness, the loop of a 2. Define the property by a number that a program
# computes from an image, as `ink` is for boldness.
#
# A good answer
#
# - defines the property by a formula, and checks the formula on real digits whose order is clear;
# - finds the direction with one half of the digits, and tests it with the other half;
# - gives two numbers: how often the property changes as wanted, and how often the classifier still
#   sees the same digit;
# - compares with a random direction of the same length, and shows images that went wrong as well.

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. It was tested with what it had been trained on. With more features than images a linear
# classifier can learn anything by heart, dice included.


# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
def fair_probe(features, labels):
    half = len(labels) // 2
    classifier = LogisticRegression(max_iter=1000).fit(features[:half], labels[:half])
    return classifier.score(features[half:], labels[half:])


# %% [markdown]
# 2. It sees four units of the second layer, which stand four pixels apart: 10 + 3 · 4 pixels.

# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
field = 10 + 3 * 4

# %% [markdown]
# 3. Each number of the middle is a mean of two with variance 1, and has variance one half. There
# are 16 of them.

# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
squared_length = 16 / 2

# %% [markdown]
# 4. With the first digit's mean taken away the handwriting remains, to which the second's is added.


# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
def changed(noise, means, first, second):
    return noise - means[first] + means[second]


# %% [markdown]
# 5. The gradient points to where the error grows, so that its multiple is subtracted.
# `training=True` lets batch normalisation use the batch's own mean and collect it for later: the
# images depend on each other, and the generator changes.


# %% tags=["solution-5", "hide-cell"] jupyter={"source_hidden": true}
def better_step(generator, z, target, rate):
    with tf.GradientTape() as tape:
        error = tf.reduce_mean(tf.square(generator(z, training=False) - target))
    z.assign_sub(rate * tape.gradient(error, z))
