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
# The discriminator turns an image into numbers, and the generator turns numbers into an image. This
# chapter looks at these numbers. In its first half the discriminator helps to classify digits with
# few labels. In its second half you walk through the noise: along lines and circles, by adding and
# subtracting, and from a real digit back to the noise that would make it.
#
# After this chapter you can judge features by a linear classifier, say why noise has a usual
# length, and find noise for an image of your own.
#
# Takes 85 s on two CPU cores.

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
# The next cell says how long to train, and how many steps a search for noise makes. What the text
# says of the trained model holds for these numbers. With smaller ones all cells still run, but
# these claims are not checked.

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
# We train the default model on digits, without any label.

# %%
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
keras.utils.set_random_seed(0)  # the order of the images
model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
model.compile()
history = model.fit(x_train, epochs=EPOCHS, batch_size=32, verbose=2)


# %%
def show(pictures, columns, caption=None, width=None):
    """A grid of images in [-1, 1], with a line of text below."""
    grid = rendering.make_grid(rendering.to_uint8(pictures), columns)
    if caption:
        grid = rendering.add_caption(grid, caption)
    rendering.write_png(folder / "grid.png", grid)
    return Image(folder / "grid.png", width=width)


show(model.generate(20, seed=1), columns=10, caption="20 generated images")

# %% [markdown]
# ## Feature extraction
#
# *Articles: 4 §1 · 4 §4*
#
# A *feature* is a number that is computed from an image. The discriminator computes many of them on
# its way to the verdict. Its last layer is a plain weighted sum, so everything that the verdict
# rests on must be in the 128 numbers that this layer sees. Here are these features of all test
# digits:

# %%
*_, last_hidden, verdict = model.discriminator.layers
extractor = keras.Model(model.discriminator.input, last_hidden.output)
features = extractor.predict(x_test, batch_size=256, verbose=0)
print(features.shape)

# %% [markdown]
# The weighted sum of these features, plus a bias, is the logit. This cell checks it:

# %%
kernel, bias = verdict.get_weights()
logits = model.discriminator.predict(x_test, batch_size=256, verbose=0)
np.testing.assert_allclose(features @ kernel + bias, logits, atol=1e-3)

# %% [markdown]
# ### What are they good for?
#
# The discriminator had to answer one question only: is this image real or generated? Nobody told it
# that there are ten digits. If its features tell digits apart nevertheless, it has learned them on
# the side.
#
# We measure this with a *linear probe*. It is a linear classifier that sees nothing but the
# features, and gets a few labelled images of each digit. The fewer labels it needs, the better are
# the features (Radford et al. 2015, section 5). Our classifier is *logistic regression*: it
# computes a weighted sum for each digit, and the digit with the largest sum wins.


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
# We compare three ways to look at an image: by the features of the trained discriminator, by the
# features of the same network before any training, and by the raw pixels. Here we give the probe
# the output of the last convolution, which has 128 channels at 4 by 4 places. These are 2,048
# features, and they hold more of the image than the 128 numbers before the verdict.


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

styles = ("C0-o", "C1--s", "C2:^")
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
# With the trained features the probe classifies the most digits correctly. With 50 labels of each
# digit it finds more than with the pixels and 100 labels. The untrained network is better than the
# pixels: even random convolutions bring neighbouring pixels together, and this helps with strokes.

# %%
for i in range(len(labels_a_class)):
    trained, untrained, pixels = (values[i] for values in fractions.values())
    confirm(trained > untrained > pixels)
confirm(fractions["trained discriminator"][1] > fractions["raw pixels"][2])

# %% [markdown]
# The application `features` of the package measures the same, with the same choice of images. So it
# finds the same fraction:

# %%
application = applications.load("features")(seed=0)
same = application.probe(extractors["trained discriminator"], labels=50)
np.testing.assert_allclose(fractions["trained discriminator"][1], same, atol=1e-3)

# %% [markdown]
# ### Exercise 1 ★★☆: a probe that finds labels in noise
#
# Somebody has written a probe and is delighted with it. The "features" are random numbers, and the
# labels were thrown with dice, and yet the probe finds all of them. Find out what is wrong with it,
# and write `fair_probe`, which takes the same arrays and trains on the first half of them.


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
# We return to the 128 features before the verdict. For a map we need two numbers in place of 128.
# *Principal component analysis* (PCA) takes the two directions in which the features vary most. It
# subtracts the mean of the features, and finds the directions by a *singular value decomposition*,
# which NumPy computes.


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
# scikit-learn's PCA finds the same. The signs may differ, because a direction and its opposite
# serve alike.

# %%
reference = PCA(2, svd_solver="full").fit_transform(pixels)
ours = positions["raw pixels"][:, :2]
np.testing.assert_allclose(np.abs(ours), np.abs(reference), atol=1e-2)

# %% [markdown]
# The next figure has two maps of the same 250 test digits. Each numeral stands for one image. On
# the left its position comes from the pixels, on the right from the features. PCA has seen no
# label: the numerals and their colours are only drawn for us.

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 4.2), layout="constrained")
for axis, (name, places) in zip(axes, positions.items(), strict=True):
    for digit in range(10):
        x, y = places[:250, :2][y_test[:250] == digit].T
        axis.scatter(x, y, s=36, marker=f"${digit}$", color=f"C{digit}", linewidth=0.3)
    axis.set(title=name, xlabel="first direction", ylabel="second direction")
plt.show()

# %% [markdown]
# Two numbers are little. How much of the digits is left in them, and how much in a few more? We
# count how many of the ten nearest neighbours of a point show the same digit, first in the two
# directions of the map, then in the first five and in the first ten. By chance it would be about
# one of ten.


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
# On both maps neighbours show the same digit far more often than by chance, and the features are
# not ahead here. The features vary most in the directions that matter to the discriminator, and it
# never had to tell digits apart. The probe did far better. It saw the 2,048 features of the
# convolutions, and the labels told it which of them matter.

# %%
assert min(fractions_nearby["raw pixels"] + fractions_nearby["trained features"]) > 0.15
confirm(fractions_nearby["trained features"][2] > 0.5)

# %% [markdown]
# ### What one feature responds to
#
# A unit of the first layers sees only a small part of the image, its *receptive field*. In the
# first layer the field has 4 by 4 pixels. In the second layer a unit sees 4 by 4 units of the
# first, which stand two pixels apart, so its field has 4 + 3 · 2 = 10 by 10 pixels. Row $j$ of the
# second layer sees the rows from $4j - 3$ to $4j + 6$ of the image.
#
# We test it: if we paint over everything outside of the field, the unit does not notice.

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
# The layer has 64 channels. Each channel is one feature, which is computed at 7 by 7 places of the
# image. What do the first eight of them respond to? For each of them we look through all test
# digits for the eight places at which the feature is largest, with at most one place in an image.

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


caption = "rows: eight features; columns: the eight best places"
show(np.concatenate([favourites(channel) for channel in range(8)]), 8, caption)

# %% [markdown]
# (Places outside of the image are grey.) The images of a row are parts of different test images,
# often of different digits, and yet many rows are alike: such a feature stands for a piece of a
# stroke, or for an end or a bow of it, wherever it is. The third layer combines such pieces, and
# from its output the linear probe builds digits.
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
# The generator goes the other way, from numbers to an image. Its numbers are the *noise* $z$. Here
# they are 16 numbers, each drawn from a normal distribution with mean 0 and standard deviation 1.
# All possible $z$ make up the *latent space*. Nobody has said what each number means: the training
# has decided it. (Article 4 also names translation, enhancement and completion, where the generator
# starts from another image. [Chapter 10](10_applications.ipynb) shows them.)
#
# ### How long is noise?
#
# The squared length $|z|^2$ is a sum of $d$ squares, each of which is 1 on average. So $|z|^2$ is
# about $d$, and the length about $\sqrt d$. How far does it scatter? Each square has the variance
# 2, so that $|z|^2$ has the standard deviation $\sqrt{2d}$. If the square $s$ changes a little, its
# root changes by $1 / (2 \sqrt s)$ times as much. So the standard deviation of the length is about
#
# $$\frac{\sqrt{2d}}{2 \sqrt d} = \sqrt{\tfrac{1}{2}},$$
#
# however large $d$ is. Compared with the length it becomes smaller and smaller.

# %%
rng = np.random.default_rng(0)
plt.figure(figsize=(7, 3.5), layout="constrained")
for d, style in ((1, "C0:"), (2, "C1-."), (16, "C2--"), (100, "C3-"), (1000, "0.6")):
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
# (The curve for $d = 1000$ goes on above the figure.) With one number, noise near 0 is the most
# frequent. With sixteen numbers hardly any noise is near 0: nearly all of it lies in a shell around
# the sphere of radius $\sqrt d = 4$.
#
# What if noise is shorter than usual? **Predict, then run:** each row shows one noise vector, with
# its length multiplied by 0, 0.25, 0.5, 1, 1.5 and 2. What is in the first column?

# %%
factors = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0)
noise = np.random.default_rng(2).normal(size=(1000, 16)).astype(np.float32)
rows = [model.predict(factor * noise, batch_size=256, verbose=0) for factor in factors]
caption = "columns: length times 0, 0.25, 0.5, 1, 1.5, 2"
show(np.stack(rows, axis=1)[:6].reshape(-1, 28, 28, 1), len(factors), caption)

# %% [markdown]
# The first column has the same image in all rows: noise of length 0 is only one vector, and the
# generator has nothing else to go by. The shorter the noise, the more the images are alike. We can
# measure this by the distance of two images:


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
# How do you go from a vector $a$ to a vector $b$? The points on the straight line are
# $(1 - t) a + t b$, with $t$ from 0 to 1. Two vectors of many random numbers are nearly at right
# angles. So the line comes nearer to 0 halfway, where hardly any noise of the training was.
#
# A circle around 0 keeps the length if $a$ and $b$ are equally long. With the angle $w$ between
# them the points on the circle are
#
# $$\frac{\sin((1 - t) w)}{\sin w} a + \frac{\sin(t w)}{\sin w} b.$$
#
# This is called *slerp*, spherical linear interpolation (Shoemake 1985). If $a$ and $b$ differ in
# length, the length changes gradually on the way.


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
# The figure shows the length along both ways for a hundred pairs of random vectors. The lines are
# the means, and half of the pairs lie within the shaded bands.

# %%
pairs = np.random.default_rng(3).normal(size=(100, 2, 16))
t = np.linspace(0, 1, 21)
lengths = {
    name: np.linalg.norm([way(a, b, 21) for a, b in pairs], axis=2)
    for name, way in (("straight line", along_line), ("sphere", along_sphere))
}
plt.figure(figsize=(7, 3.5), layout="constrained")
for (name, values), style, shade in zip(
    lengths.items(), ("C1--", "C0-"), ("C1", "C0"), strict=True
):
    plt.fill_between(t, *np.quantile(values, (0.25, 0.75), axis=0), color=shade, alpha=0.2)
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
# Now we draw the images along both ways, for three pairs:

# %%
ways = [way(a, b, 9).astype(np.float32) for a, b in pairs[:3] for way in (along_line, along_sphere)]
caption = "in each pair of rows: the straight line above, the sphere below"
show(model.predict(np.concatenate(ways), verbose=0), 9, caption)

# %% [markdown]
# Both ways lead from digit to digit without a jump, and you can hardly tell which is which, because
# sixteen numbers are few. How unusual is the middle of the line? Its length is about $\sqrt{d/2}$,
# while the usual length is $\sqrt d$. We count the difference in standard deviations, each of which
# is $\sqrt{1/2}$ for every $d$. The squared length follows a *chi-squared distribution*, which says
# what fraction of all noise is shorter still.

# %%
for d in (16, 100, 512):
    short = (math.sqrt(d) - math.sqrt(d / 2)) / math.sqrt(1 / 2)
    shorter = scipy.stats.chi2.cdf(d / 2, d)
    print(f"d = {d:3}: {short:.1f} deviations too short; a fraction of {shorter:.0e} is shorter")

# %% [markdown]
# With sixteen numbers, noise of this length is nothing special: one of twenty vectors is so short.
# With a hundred numbers there is practically none. So a generator that takes 100 such numbers has
# never been trained there.
#
# You see a walk best in motion. Each of these three images goes along the sphere through three
# noise vectors, and back to the first.

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
Image(folder / "walk.gif", width=420)

# %% [markdown]
# ### Exercise 3 ★★☆: the middle
#
# The vectors $a$ and $b$ are independent, and each has 16 random numbers as above. How large is the
# squared length of $(a + b) / 2$ on average?

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
# If directions in the latent space mean something, then it makes sense to add and subtract noise. A
# single vector says little, because it holds a digit, its slant, its boldness and more at once. The
# mean of many vectors keeps only what they have in common (Radford et al. 2015, section 6.3.2).
#
# First we generate 10,000 images. The digit classifier that comes with the package says which digit
# each of them shows. The output counts the zeros, the ones, and so on.

# %%
noise = np.random.default_rng(0).normal(size=(10_000, 16)).astype(np.float32)
made = model.predict(noise, batch_size=256, verbose=0)
classify = digit_features().classify
digits = classify(made)
print(np.bincount(digits, minlength=10))

# %% [markdown]
# Then we average the noise of all zeros, of all ones, and so on. A mean is short, since what the
# vectors do not have in common averages out. We bring it back to the usual length of 4, because the
# generator was trained with hardly any other.


# %%
def lengthened(vectors, length=4.0):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True) * length


found = [digit for digit in range(10) if np.sum(digits == digit) >= 20]  # all ten, once trained
means = np.stack([noise[digits == digit].mean(axis=0) for digit in found])
show(model.predict(lengthened(means), verbose=0), 10, "from the mean noise of each digit")

# %% [markdown]
# The mean of the noise of all sevens makes a seven, and the same is true of each other digit.

# %%
confirm(found == list(range(10)))
confirm(classify(model.predict(lengthened(means), verbose=0)).tolist() == found)

# %% [markdown]
# Now we subtract. Of all images of one digit we take the mean noise of the boldest fifth, and the
# mean noise of the thinnest fifth. Both means have the digit in common, so that it cancels out in
# the difference. What is left should be boldness alone. We compute this difference for each of the
# digits 0 to 4, and take the mean of the five.

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
# **Predict, then run:** what does this direction do to the other half of the digits, 5 to 9? The
# middle row shows such digits as they were generated, two of each. In the rows above it we have
# subtracted `boldness` from their noise, half of it and all of it, and in the rows below it we have
# added it. The length of the noise is kept.


# %%
def moved(vectors, direction):
    return lengthened(vectors + direction, np.linalg.norm(vectors, axis=-1, keepdims=True))


some = np.concatenate([np.flatnonzero(digits == digit)[:2] for digit in second_half])
rows = [moved(noise[some], step * boldness) for step in (-1, -0.5, 0, 0.5, 1)]
caption = "rows: boldness subtracted (all, half), unchanged, added (half, all)"
show(model.predict(np.concatenate(rows), verbose=0), len(some), caption)

# %% [markdown]
# The digits are thin above and bold below, although we found the direction without any of these
# digits. We count it over a thousand of them, with half of `boldness`:


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
# Some images change into another digit on the way, and the longer the step, the more of them do.
# The directions of the latent space are not separate knobs.
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
# The generator makes images from noise. Which noise makes the digit $x$? The generator cannot say
# it, so we have to search. The error is the mean squared difference of the $n$ pixels,
#
# $$L(z) = \frac{1}{n} \sum_i (G(z)_i - x_i)^2,$$
#
# and $z$ goes down its gradient, while the weights of the generator stay as they are. It is like a
# training, but here the noise is what learns. We make ten steps and print the error before each:

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
# 4,096 random vectors, since from a bad start the gradient leads only into the next hollow. And it
# uses the optimizer Adam, which needs fewer steps. We write it ourselves and compare:


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
# Now we search for ten test digits, which the model has never seen.

# %%
real = x_test[[np.flatnonzero(y_test == digit)[1] for digit in range(10)]]
found_noise, found_images, start = latent_space.project(model, real, steps=STEPS)
caption = "rows: real digits, the nearest of 4,096 generated ones, the result of the search"
show(np.concatenate([real, start, found_images]), 10, caption)


# %% [markdown]
# How near does the search come? We give it as *PSNR* (peak signal-to-noise ratio), in decibels. It
# is $10 \log_{10}(2^2 / L)$, where $L$ is the mean squared error and 2 is the largest possible
# difference of two pixels, since pixels go from -1 to 1. With 10 decibels more, the squared error
# is a tenth.


# %%
def decibels(pictures):
    return 10 * np.log10(2**2 / np.square(pictures - real).mean(axis=(1, 2, 3)))


mean_start, mean_found = decibels(start).mean(), decibels(found_images).mean()
np.testing.assert_allclose(mean_found, np.mean(tf.image.psnr(real, found_images, 2.0)), rtol=1e-4)
print(f"nearest of 4,096: {mean_start:.1f} dB, found: {mean_found:.1f} dB")
assert (decibels(found_images) >= decibels(start)).all()
confirm(mean_found > mean_start + 3)

# %% [markdown]
# The search has gained between 6 and 7 decibels, so that the squared error is less than a quarter
# of what it was at the start. (6 decibels are a factor of $10^{0.6}$, about 4.) It does not become
# zero. Sixteen numbers cannot hold each quirk of a handwriting, and the search cannot find what the
# generator cannot draw.
#
# Now that we have noise for real digits, we can walk from one real digit to another along the
# sphere. The first and the last image of each row are the results of the search.

# %%
ways = [latent_space.slerp(found_noise[i], found_noise[i + 1], 9) for i in (0, 3, 6)]
caption = "rows: from the 0 to the 1, from the 3 to the 4, from the 6 to the 7"
show(model.predict(np.concatenate(ways), verbose=0), 9, caption)

# %% [markdown]
# ### Exercise 5 ★★☆: the gradient step
#
# A colleague has written this gradient step, and wonders why the digit becomes worse and worse. It
# has two mistakes. Write `better_step`, which makes the error smaller, and changes the noise and
# nothing else.


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
# With a slider you can walk between any two of the ten digits yourself. The number `t` says how far
# along the way you are. First we draw three ways as a still picture:


# %%
def draw(first=3, second=8, t=0.0):
    """Draws the image at the part `t` of the way from one digit to another, along the sphere."""
    way = latent_space.slerp(found_noise[first], found_noise[second], 101)
    return model.predict(way[[round(100 * t)]], verbose=0)[0]


values = np.linspace(0, 1, 9)
rows = [draw(*ends, t) for ends in ((3, 8), (8, 1), (4, 9)) for t in values]
caption = "rows: from the 3 to the 8, from the 8 to the 1, from the 4 to the 9"
show(np.stack(rows), len(values), caption)

# %% [markdown]
# The slider needs a running notebook. It draws a new image whenever you move it. ([The game,
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
# ## Summary
#
# - The discriminator learns features on the side, without labels. A linear probe measures them by
#   how few labels it needs.
# - Test a probe only with images that it was not trained on.
# - A unit of a convolution sees a small receptive field, which grows from layer to layer.
# - Noise of $d$ numbers has a length near $\sqrt d$. The sphere keeps this length on the way
#   between two vectors, and the straight line does not.
# - A mean of noise keeps what the images have in common; a difference of means is a direction.
# - To find the noise of an image, go down the gradient of the error for the noise.
#
# To read on: Radford et al. 2015, [Unsupervised representation learning with deep convolutional
# generative adversarial networks](https://arxiv.org/abs/1511.06434), for features and arithmetic,
# and Shoemake 1985, [Animating rotation with quaternion
# curves](https://doi.org/10.1145/325165.325242), for slerp.

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
