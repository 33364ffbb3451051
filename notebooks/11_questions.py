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
# # 11. Questions and answers
#
# This chapter collects questions that readers of the articles and users of the package ask. Each
# question has a short answer and, where possible, a few lines of code that show it. You can read
# each section alone. At the end you find what to read next, a review of the course in nine
# exercises, and a way through the code.
#
# After this chapter you can choose a loss, a size and a number of steps for a GAN of your own, say
# what its losses and its accuracy mean, look for copies of training images, and find your way in
# the code of the package.
#
# Takes 106 s on two CPU cores.

# %%
import inspect
import pathlib
import tempfile
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from PIL import Image as Picture
from PIL import ImageDraw, PngImagePlugin
from scipy.spatial.distance import cdist
from scipy.stats import norm

from dcgan_tf import (
    DCGAN,
    GAN,
    TrainingDoctor,
    applications,
    build_pair,
    digit_features,
    load_dataset,
    load_model,
    shuffled_batches,
)
from dcgan_tf.applications import APPLICATIONS
from dcgan_tf.data import rendering
from dcgan_tf.evaluation import metrics
from dcgan_tf.exercises import exercise
from dcgan_tf.gan import losses
from dcgan_tf.monitoring import failures
from dcgan_tf.monitoring.rules import RULES, diagnose
from dcgan_tf.networks.pairs import PAIRS

run = pathlib.Path(tempfile.mkdtemp())
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")

# %% [markdown]
# The next number says how long the small trainings of this chapter are. The text speaks of what
# happens with 1, and then each `assert` checks a claim of the text.

# %% tags=["parameters"] quick={"SCALE": 0.1}
SCALE = 1.0

# %%
FULL = SCALE == 1


def show(samples, rows):
    """Shows images in [-1, 1] as a grid. `rows` are the names of its rows."""
    grid = rendering.make_grid(rendering.to_uint8(samples), len(samples) // len(rows))
    height, width = grid.shape[:2]
    figure, axes = plt.subplots(figsize=(width / 75 + 2, height / 75 + 0.4), layout="constrained")
    axes.imshow(grid, cmap="gray", vmin=0, vmax=255)
    axes.set_yticks((np.arange(len(rows)) + 0.5) * height / len(rows), rows)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    plt.show()


# %% [markdown]
# ## The questions of Article 1
#
# *Articles: 1 §6*
#
# Article 1 ends with four questions, and answers each of them in a sentence. Here are the same
# questions with longer answers.
#
# ### What can GANs be used for?
#
# You can use a GAN where there are many examples of something and you want new ones of the same
# kind: images, sounds, short texts, returns of a stock. You can also use one to make one thing from
# another, for example a photograph from a drawing or a large image from a small one. Article 1
# names virtual worlds and art. It also names fake news, which is not a use but an abuse; see "What
# must not be done with generated images?" further down. The package has these applications, and one
# command runs each of them ([chapter 10](10_applications.ipynb), and for `features` [chapter
# 9](09_features.ipynb)):

# %%
for name in APPLICATIONS:
    print(f"{name:12}", applications.load(name).__doc__.partition("\n")[0])

# %% [markdown]
# ### What is hard about them?
#
# Article 1 says that training is sensitive and takes long. Both follow from the game: the task of
# each network changes while it learns, so that small changes of a setting can tip the balance.
# There is more. No loss says how good the samples are. Whole kinds of samples can be missing
# without a sign of it in the losses. With few images the discriminator learns them by heart. The
# package knows seven ways to fail, and looks for them after each epoch ([chapter
# 8](08_failures.ipynb)):

# %%
for name, rule in RULES.items():
    print(f"{name:19}", rule.__doc__.partition("\n")[0])

# %% [markdown]
# ### Where does research go?
#
# Article 1 hopes for more stable training, better optimization and leaner networks. Much of this
# has come since:
#
# - *Stable training*: the non-saturating loss was there from the start. Later came penalties on the
#   discriminator's gradient ([Gulrajani et al. 2017](https://arxiv.org/abs/1704.00028); [Mescheder
#   et al. 2018](https://arxiv.org/abs/1801.04406)) and spectral normalisation ([Miyato et al.
#   2018](https://arxiv.org/abs/1802.05957)). They limit how fast the discriminator's verdict
#   changes from one image to a similar one.
# - *Optimization*: one uses the optimizer Adam with a small `beta_1`, a learning rate of its own
#   for each network ([Heusel et al. 2017](https://arxiv.org/abs/1706.08500)), and a moving average
#   of the generator's weights.
# - *Lean networks*: the way in which a network is built counts more than its size. The pair of
#   TensorFlow's tutorial has more weights than the default pair, and still the default pair makes
#   better digits sooner (`docs/performance.md`, "How long until the digits are good?"). These are
#   the weights of generator and discriminator in all pairs of the package:

# %%
for name in PAIRS:
    generator, discriminator = build_pair(name)
    print(f"{name:10} {generator.count_params():9,} + {discriminator.count_params():9,} weights")

# %% [markdown]
# ### How do I get better results?
#
# Article 1 answers with the directions of research. In practice you can do this, in this order:
#
# 1. Look at the data. Are there damaged, turned or odd images, and kinds that are rare?
# 2. Take the default settings, and train until nothing gets better.
# 3. Measure, and compare with the score of real images ([chapter 7](07_watching.ipynb)). Do it with
#    more than one seed before you call something better.
# 4. Get more images. If there are none, use random changes before the discriminator
#    ([chapter 10](10_applications.ipynb)).
# 5. Change one thing at a time: first the learning rates, then the weight of the penalty, then the
#    size of the networks.

# %% [markdown]
# ## Before training
#
# *Articles: 4 §6*
#
# Article 4 announces frequently asked questions, but under this heading it only repeats a paragraph
# of its section 2. The questions of this section and of the following ones are the package's own
# answer.
#
# ### Which loss?
#
# Take the default loss. The generator's loss must be steep where the discriminator is sure that a
# sample is generated. A young generator soon stands there: its images are still bad, and the
# discriminator has already learned to recognise them. The table shows how steep each loss is at the
# logits -6 (surely generated), 0 (undecided) and 6 (surely real):


# %%
def gradient(loss, logit):
    """The derivative of the generator's loss by the logit of a generated sample."""
    logit = tf.Variable([[logit]])
    with tf.GradientTape() as tape:
        # A loss that also looks at a real sample gets one with the logit 0.
        value = losses.generator_loss(loss, logit, tf.zeros((1, 1)))
    return float(tape.gradient(value, logit)[0, 0])


for name in losses.LOSSES:
    at = [gradient(losses.get(name), logit) for logit in (-6.0, 0.0, 6.0)]
    print(f"{name:22}", "  ".join(f"{value:7.3f}" for value in at))

assert abs(gradient(losses.get("sigmoid_cross_entropy"), -6.0)) > 0.99
assert abs(gradient(losses.get("minimax"), -6.0)) < 0.01

# %% [markdown]
# A negative gradient means that a higher logit lowers the loss, so the generator learns to raise
# the logit. `minimax` is the formula of the articles, and it is flat where it matters. The gradient
# of `least_squares` changes its sign, so that this loss draws samples back that the discriminator
# takes for real too surely. The hinge loss and the Wasserstein loss have the same gradient
# everywhere. `relativistic` compares each generated sample with a real one. Here the real one has
# the logit 0, and then the gradient is that of the default. If all other settings are tuned long
# enough, the losses come close to each other ([Lucic et al.
# 2018](https://arxiv.org/abs/1711.10337)). [Chapter 5](05_losses.ipynb) has the formulas.
#
# ### How many images?
#
# You need a few thousand images of one kind. The bundled digits are 8,004. If you have fewer than
# 5,000, `dcgan-tf train` shifts half of all images before the discriminator, so that it does not
# learn the few by heart. The more the images differ, the more of them you need:
# photographs of everything need millions, while pictures of one kind that were taken alike and cut
# alike need the fewest.
#
# ### Which latent_dim?
#
# Take about as many numbers of noise as there are ways in which the images differ. For digits we
# take 16: they differ in which digit it is, in slant, thickness, width, and so on. The *principal
# components*, the straight directions in which the images vary most, give a rough upper limit:

# %%
covariance = np.cov(x_train.reshape(len(x_train), -1), rowvar=False)
fractions = np.sort(np.linalg.eigvalsh(covariance))[::-1] / np.trace(covariance)
needed = int(np.searchsorted(np.cumsum(fractions), 0.9)) + 1
print(f"{needed} of {len(fractions)} directions hold 90 % of the variance of the digits")
assert 16 < needed < 200

# %% [markdown]
# A network is not bound to straight directions. To move a stroke you need many straight directions,
# but for a network one number is enough. Too few numbers leave something out, while a few too many
# do little harm. For photographs of one kind begin with 32 to 64.
#
# ### Which image size on a laptop?
#
# Begin with 28 or 32 pixels a side. The work grows with the number of pixels, so that each doubling
# of the side costs about four times as much, or more if the networks get more layers. Here we
# measure how long the processor works for a step of 32 images:


# %%
def work_of_a_step(shape, steps=3):
    """Seconds of the processor for one training step of 32 images."""
    model = DCGAN(shape, seed=0)
    model.compile()
    pictures = np.zeros((32, *shape), np.float32)
    model.train_on_batch(pictures)  # the first step also compiles
    start = time.process_time()
    for _ in range(steps):
        model.train_on_batch(pictures)
    return (time.process_time() - start) / steps


small, large = (work_of_a_step(shape) for shape in ((28, 28, 1), (64, 64, 3)))
print(f"28x28 grey: {1000 * small:.0f} ms; 64x64 in colour: {large / small:.1f} times as much")
assert large > 2 * small

# %% [markdown]
# ### How long?
#
# Train until the score stops getting better, or until your eyes see no difference any more. Do not
# wait until a loss is zero, because that will not happen. Count steps and not epochs: an epoch of
# more images has more steps.

# %%
for name, count, epochs in (("bundled digits", 8004, 25), ("all of MNIST", 60_000, 25)):
    print(f"{name:15} {epochs} epochs are {epochs * -(-count // 32):6,} steps of 32")

# %% [markdown]
# The callback `Scorecard` takes scores after each epoch; with Keras' `ModelCheckpoint` the best
# model is kept ([chapter 7](07_watching.ipynb)).
#
# ## While training
#
# *Articles: 4 §6*
#
# ### Why do my losses not fall?
#
# The losses belong to a game. The loss of a classifier falls as the classifier learns, because its
# task stays the same. In a GAN the progress of each network makes the task of the other one harder.
# A game in one dimension shows what the discriminator's loss says. The real numbers are normal
# around 0 and the generated ones are normal around $d$, both with a standard deviation of 1. We
# know the best discriminator, $D^* = p / (p + q)$ ([chapter 3](03_game.ipynb)), and its logit is
# $\ln p - \ln q = d^2/2 - d x$.
#
# **Predict, then run:** the generator gets better, which means that $d$ goes from 4 to 0. Does the
# loss of the best discriminator rise or fall?

# %%
rng = np.random.default_rng(0)
standard = rng.normal(size=100_000).astype(np.float32)
distances = np.linspace(0, 4, 17)
values, fractions_right = [], []
for d in distances:
    real_output = d**2 / 2 - d * standard
    fake_output = d**2 / 2 - d * (standard + d)
    loss = losses.get("sigmoid_cross_entropy").discriminator_loss(
        tf.constant(real_output[:, np.newaxis]), tf.constant(fake_output[:, np.newaxis])
    )
    by_hand = np.mean(np.logaddexp(0, -real_output)) + np.mean(np.logaddexp(0, fake_output))
    np.testing.assert_allclose(loss, by_hand, rtol=1e-4)
    values.append(float(loss))
    fractions_right.append(np.mean(np.concatenate([real_output > 0, fake_output < 0])))
assert abs(values[0] - 2 * np.log(2)) < 1e-5 and np.all(np.diff(values) < 0)
np.testing.assert_allclose(fractions_right[1:], norm.cdf(distances[1:] / 2), atol=0.01)

# %%
figure, axes = plt.subplots(1, 2, figsize=(7, 3.2), layout="constrained")
axes[0].plot(distances, values, "o-", color="C0", markersize=3, label="loss")
axes[0].axhline(2 * np.log(2), color="0.5", linestyle="--", label="2 ln 2")
axes[0].set(xlabel="distance d of the generator", ylabel="best discriminator's loss")
axes[0].legend()
axes[1].plot(distances[1:], fractions_right[1:], "o-", color="C0", markersize=3, label="accuracy")
axes[1].axhline(0.5, color="0.5", linestyle="--", label="one half")
axes[1].set(xlabel="distance d of the generator", ylim=(0.45, 1.02))
axes[1].set_ylabel("best discriminator's accuracy")
axes[1].legend()
for axis in axes:
    axis.invert_xaxis()  # the generator gets better to the right
plt.show()

# %% [markdown]
# The loss rises to $2 \ln 2 = 1.386$ while the generator gets better. If a discriminator's loss
# falls towards 0, that is a bad sign, because then it recognises every generated image. In practice
# neither network is ever the best possible one, so that both losses go up and down.
#
# ### Why is my accuracy one half, and is that good?
#
# At the equilibrium the discriminator cannot tell real from generated, and is right about half of
# the images. But the reverse does not hold. A discriminator that has learned nothing is also right
# about half of them. The recipe `collapse` of the package makes this happen: its discriminator
# learns a hundred times more slowly than its generator.
#
# **Predict, then run:** both losses will be close to their values at the equilibrium. What will the
# images look like?

# %%
recipe = failures.make("collapse", seed=0)
recipe.epochs = max(1, round(SCALE * recipe.epochs))
doctor = TrainingDoctor(recipe.images, recipe.classify, verbose=0)
history = recipe.fit([doctor]).history
print(f"discriminator's loss {history['discriminator_loss'][-1]:.3f}, 2 ln 2 = {2 * np.log(2):.3f}")
print(f"generator's loss     {history['generator_loss'][-1]:.3f},   ln 2 = {np.log(2):.3f}")
if FULL:
    assert abs(history["discriminator_loss"][-1] - 2 * np.log(2)) < 0.02
    assert abs(history["generator_loss"][-1] - np.log(2)) < 0.02

# %%
show(
    np.concatenate([recipe.images[:10], recipe.model.generate(10, seed=1)]),
    rows=["real digits", "generated"],
)

# %% [markdown]
# The generated images are nearly all the same one, and it is no digit. Losses and accuracies cannot
# tell this from a finished training, and so the package measures the images themselves. This is the
# last line of its doctor:

# %%
print(doctor.findings[-1]["message"])
if FULL:
    assert doctor.findings[-1]["finding"] == "collapse"

# %% [markdown]
# ## Your own images
#
# *Articles: 4 §6*
#
# ### How do I use my own images?
#
# Put PNG or JPEG files into a folder. If it has sub-folders, they become labels.
# [Chapter 12](12_own_images.ipynb) goes the whole way with pictures of your own; here is the short
# answer. This cell makes such a folder, with pictures of two kinds and of different sizes.

# %%
folder = run / "shapes"
rng = np.random.default_rng(0)
for kind in ("disc", "square"):
    (folder / kind).mkdir(parents=True)
    for i in range(60):
        side = int(rng.integers(40, 64))
        picture = Picture.new("RGB", (side, side), "black")
        colour = tuple(int(value) for value in rng.integers(80, 256, size=3))
        low, high = side * rng.uniform(0.1, 0.3), side * rng.uniform(0.7, 0.9)
        draw = ImageDraw.Draw(picture)
        (draw.ellipse if kind == "disc" else draw.rectangle)((low, low, high, high), fill=colour)
        picture.save(folder / kind / f"{i:02}.png")

# %% [markdown]
# You can give `load_dataset` the folder in place of a name. With `image_size` it cuts the pictures
# at the centre to the proportions of this size, and resizes them. Without it all pictures must have
# the same size.

# %%
(x_shapes, y_shapes), _ = load_dataset(folder, image_size=(32, 32))
print(x_shapes.shape, "from", x_shapes.min(), "to", x_shapes.max(), "- labels", np.unique(y_shapes))
shapes_model = DCGAN(x_shapes.shape[1:], latent_dim=16, seed=0)
shapes_model.compile()
batches = shuffled_batches(x_shapes, 32, seed=0)
history = shapes_model.fit(
    batches, steps_per_epoch=max(2, round(SCALE * 800)), shuffle=False, verbose=0
)
show(
    np.concatenate([x_shapes[::12], shapes_model.generate(10, seed=0)]),
    rows=["from the folder", "generated"],
)

# %% [markdown]
# 120 pictures and this short training are no more than a test that everything fits: the generated
# shapes are still blurred. On the command line you look at the pictures with
# `dcgan-tf data shapes/ --image-size 32 --preview look.png`, and train with
# `dcgan-tf train --data shapes/ --image-size 32`.
#
# ### How do I stop and go on?
#
# On the command line press Ctrl-C to stop, and call `dcgan-tf train --resume` to go on. In Python
# save the model: the file holds the weights, both optimizers and the states of the random numbers.
# Here we compare a training of four epochs with one that was saved after two epochs, loaded, and
# went on.


# %%
def trained(model, first_epoch, epochs):
    """Trains from one epoch to another, in an order that depends on seed and epoch alone."""
    batches = shuffled_batches(x_small, 16, seed=0, first_epoch=first_epoch)
    options = {"initial_epoch": first_epoch, "epochs": epochs, "steps_per_epoch": 3}
    model.fit(batches, **options, shuffle=False, verbose=0)
    return model


x_small = x_train[:48, 6:22, 6:22]
whole, half = (DCGAN((16, 16, 1), seed=0) for _ in range(2))
whole.compile()
half.compile()
trained(whole, 0, 4)
trained(half, 0, 2).save(run / "half.keras")
resumed = trained(load_model(run / "half.keras"), 2, 4)
for weight, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
    np.testing.assert_array_equal(weight, other)
print("bit for bit the same, all", len(whole.get_weights()), "arrays of weights")

# %% [markdown]
# ### How do I save and share a model safely?
#
# `model.save("digits.keras")` writes the whole model to one file. If you want to share only the
# part that draws, save the generator with the moving average of its weights. Everybody who has
# Keras can load it, without this package.

# %%
with resumed.averaged_weights():
    resumed.generator.save(run / "generator.keras")
alone = keras.saving.load_model(run / "generator.keras")
noise = np.random.default_rng(1).normal(size=(4, 16)).astype(np.float32)
np.testing.assert_allclose(
    alone.predict(noise, verbose=0), resumed.predict(noise, verbose=0), atol=1e-6
)

# %% [markdown]
# A model from a stranger can bring code with it. Keras refuses to load such code as long as its
# safe mode is on, and it is on by default:

# %%
stranger = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: 2 * x)])
stranger.save(run / "stranger.keras")
try:
    keras.saving.load_model(run / "stranger.keras")
except ValueError as error:
    refused = str(error)
    print(type(error).__name__, "-", refused[:90], "...")
assert "Lambda" in refused or "unsafe" in refused

# %% [markdown]
# Leave the safe mode on, and keep Keras up to date. Never open a pickle file that you did not
# write, because pickle runs any code that it finds in the file. The package reads `.npz` files of
# data without pickle. `docs/security.md` has the rules.
#
# ## Does it copy?
#
# *Articles: 4 §6*
#
# ### How do I know that it does not copy the training images?
#
# Look for the nearest training image of each generated image. But how near is too near? A digit
# that is an upright stroke has many close neighbours, and a digit with a curl has none. So the fair
# unit is the distance of that training image from its own nearest neighbour. If the ratio of the
# two distances is below one half, we call the generated image a *near copy*.


# %%
def copy_ratios(training, samples):
    """Distance to the nearest training image, in units of how far that one is from the next."""
    distances = cdist(samples, training)
    nearest = distances.argmin(axis=1)
    among_training = np.sort(cdist(training[nearest], training), axis=1)
    return distances.min(axis=1) / among_training[:, 1]  # the first is the image itself, at 0


training = x_train[:2000].reshape(2000, -1)
unseen = x_test[:300].reshape(300, -1)
repeated = training[:300] + np.random.default_rng(0).normal(0, 0.05, size=(300, 784))
for title, samples in (("unseen digits", unseen), ("training digits with noise", repeated)):
    ratios = copy_ratios(training, samples)
    np.testing.assert_allclose(ratios, metrics.near_copies(training, samples)[0], rtol=1e-3)
    print(f"{title:27} {np.mean(ratios < 0.5):.1%} near copies")
assert np.mean(copy_ratios(training, unseen) < 0.5) < 0.02
assert np.mean(copy_ratios(training, repeated) < 0.5) > 0.9

# %% [markdown]
# Real digits that were not trained on are hardly ever near copies, so the measure raises no false
# alarm. Does it find a generator that copies? The recipe `memorising` trains on only eight images.

# %%
recipe = failures.make("memorising", seed=0)
recipe.epochs = max(1, round(SCALE * recipe.epochs))
recipe.fit()
eight = np.unique(recipe.images, axis=0)
generated = recipe.model.generate(200, seed=1)
ratios = copy_ratios(eight.reshape(8, -1), generated.reshape(200, -1))
print(f"{np.mean(ratios < 0.5):.0%} near copies")
if FULL:
    assert np.mean(ratios < 0.5) > 0.25

# %%
closest = cdist(generated.reshape(200, -1), eight.reshape(8, -1)).argmin(axis=1)
show(
    np.concatenate([generated[:10], eight[closest[:10]]]),
    rows=["generated", "nearest training image"],
)

# %% [markdown]
# You find the fraction of near copies among the scores of `dcgan-tf train`, and the closest pairs
# in its report.
#
# This test can find copies, but it cannot prove that there are none. For example, a copy that is
# shifted by two pixels is far away in this measure. Whether a model gives away single training
# images is a research question of its own ([van den Burg and Williams
# 2021](https://arxiv.org/abs/2106.03216); [Carlini et al. 2023](https://arxiv.org/abs/2301.13188)).
# Treat a generator that was trained on private images as private.
#
# ## Seeds
#
# *Articles: 4 §6*
#
# ### Why are there seeds, and what is repeatable?
#
# Three kinds of things are random, and each has its own seed:
#
# - the initial weights, the noise of the training and Dropout: `DCGAN(seed=)`;
# - the order of the images: `shuffled_batches(seed=)`, or `keras.utils.set_random_seed` for `fit`
#   on an array;
# - the noise of a sample: `generate(seed=)`.
#
# If you fix all of them, you can repeat a training bit for bit, on the same machine with the same
# versions.

# %%
weights = [DCGAN((16, 16, 1), seed=seed).get_weights() for seed in (0, 0, 1)]
same = [np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True)]
other = [np.array_equal(a, b) for a, b in zip(weights[0], weights[2], strict=True)]
print("the same seed:", all(same), "- another seed:", all(other))
assert all(same) and not all(other)
assert np.array_equal(whole.generate(4, seed=1), whole.generate(4, seed=1))
assert not np.array_equal(whole.generate(4, seed=1), whole.generate(4, seed=2))

# %% [markdown]
# Another processor, another number of threads or another version may add numbers in another order.
# Then the last digits differ, and in a game small differences grow. On another machine you can
# expect the same conclusion and a score of about the same size, but not the same digits. From this
# follow two rules. Name the seed, so that you can look again. And judge a method by several seeds,
# with their mean and spread, and never by the best one.
#
# ## GAN or diffusion model?
#
# *Articles: 4 §5*
#
# A *diffusion model* ([Ho et al. 2020](https://arxiv.org/abs/2006.11239)) learns to take a little
# noise away from an image. To generate an image it begins with pure noise, and takes the noise away
# in many steps.
#
# | | GAN | diffusion model |
# |---|---|---|
# | training | a game of two networks | one network, a regression |
# | its loss | does not say how good the images are | falls while it learns |
# | stability | needs balance, fails in several ways | rarely fails |
# | variety | may leave kinds of images out | covers the data well |
# | generating | one pass | 1,000 passes in the first paper, tens or fewer since |
# | noise | a short vector with meaningful directions | as large as the image |
#
# On large and varied sets of images diffusion models have been better since about 2021 ([Dhariwal
# and Nichol 2021](https://arxiv.org/abs/2105.05233)). Most large models that make images from text
# are diffusion models or their relatives. A GAN is a sound choice if speed counts, if the images
# are of one kind, if you want to use the latent space, or if your machine is a laptop. The number
# of passes makes the difference in speed:

# %%
start = time.process_time()
whole.generate(256, seed=0)
once = time.process_time() - start
print(f"256 small images in one pass: {once:.2f} s of the processor; in 1,000: {1000 * once:.0f} s")

# %% [markdown]
# The two also work together. Many diffusion models run on the codes of an autoencoder that was
# trained with a discriminator in addition to its other losses ([Esser et al.
# 2021](https://arxiv.org/abs/2012.09841); [Rombach et al. 2022](https://arxiv.org/abs/2112.10752)).
# A discriminator also helps to train diffusion models that need only one pass ([Sauer et al.
# 2023](https://arxiv.org/abs/2311.17042)).
#
# ## What must not be done with generated images?
#
# *Articles: 1 §6 · 4 §6*
#
# Article 1 lists fake news among the applications. We do not agree, and ask you to keep these
# rules:
#
# - Do not show generated images as evidence. What they show has never happened.
# - Do not make images of real people without their consent, and do not train on images that you may
#   not use.
# - Do not base a decision about a person on generated images: no diagnosis and no identification.
#   An enhanced image shows what is usual, and not what was there.
# - Do not mix generated images into data sets without a mark. Others will take them for
#   measurements.
# - Say that the images are generated, in the text beside them and in the file:

# %%
note = PngImagePlugin.PngInfo()
note.add_text("Comment", "Generated by a GAN. It shows nothing real.")
picture = Picture.fromarray(
    rendering.make_grid(rendering.to_uint8(recipe.model.generate(4, seed=0)))
)
picture.save(run / "marked.png", pnginfo=note)
print(Picture.open(run / "marked.png").text)

# %% [markdown]
# **Predict, then run:** somebody opens the file and saves it again. Is the mark still there?

# %%
Picture.open(run / "marked.png").save(run / "again.png")
print(Picture.open(run / "again.png").text)
assert not Picture.open(run / "again.png").text

# %% [markdown]
# The mark is lost, with this library and with many programs. So a mark helps honest readers, and
# stops nobody else. Laws on generated images differ from country to country and change. Ask what
# holds where you live.
#
# ## Future and challenges
#
# *Articles: 4 §5 · 1 §6*
#
# Article 4 has a section with this name, but it only repeats a paragraph of its section 2. This is
# our answer, in four points.
#
# **What has been solved well enough.** With the default loss, a penalty on the gradient and a
# moving average of the weights, small GANs mostly train as they should. [Huang et al.
# 2024](https://arxiv.org/abs/2501.05441) replace many tricks by one loss with two penalties, prove
# that it converges locally, and train larger GANs with it.
#
# **What is open in training.** Nobody fully knows why the game converges as often as it does, what
# happens with finite networks and finite data, and how to train on images of everything. There are
# GANs that make images from text ([Kang et al. 2023](https://arxiv.org/abs/2303.05511)), but it is
# easier to make diffusion models larger.
#
# **What GANs are becoming.** They become parts of other systems. There the discriminator is a loss
# that knows what looks real, in compression, enhancement and speech, and it helps to make slow
# models fast.
#
# **What is open in measuring.** No score is the truth. The usual one, the Fréchet distance, depends
# on the features and on the number of images. Real digits compared with other real digits should
# have a distance of 0:

# %%
features, _ = digit_features()(x_train[:4000])
halves = {n: metrics.frechet_distance(features[:n], features[-n:]) for n in (100, 500, 2000)}
for n, distance in halves.items():
    print(f"{n:5,} against {n:5,} real digits: Fréchet distance {distance:.2f}")
assert halves[100] > halves[500] > halves[2000] > 0

# %% [markdown]
# The measured distance is never 0, and the fewer images there are, the larger it is. So you cannot
# compare a number from one paper with a number from another paper that used other features or other
# numbers of images. This is why the package prints the score of real images beside each score of
# generated ones.
#
# ## Tools and papers
#
# *Articles: 3 §6*
#
# Article 3 names [TensorFlow](https://www.tensorflow.org/) ([Abadi et al.
# 2016](https://arxiv.org/abs/1605.08695)) as its resource. TensorFlow computes with *tensors*,
# which are arrays of numbers, on many kinds of processors, and takes gradients with `GradientTape`.
# [*Keras*](https://keras.io/) (Chollet and others, since 2015) brings layers, optimizers, `fit` and
# callbacks, and runs here on TensorFlow. Both have a text on GANs in their documentation:
# TensorFlow has the tutorial [Deep Convolutional Generative Adversarial
# Network](https://www.tensorflow.org/tutorials/generative/dcgan), and Keras has a guide on [how to
# write your own `train_step`](https://keras.io/guides/custom_train_step_in_tensorflow/). The
# package can train the networks of TensorFlow's tutorial:

# %%
print("TensorFlow", tf.__version__, "- Keras", keras.__version__)
generator, discriminator = build_pair("tutorial", latent_dim=100)
print(f"{generator.count_params():,} and {discriminator.count_params():,} weights")

# %% [markdown]
# We suggest that you read the following papers, in this order. All of them are free.
#
# 1. Goodfellow et al. 2014, [Generative Adversarial Nets](https://arxiv.org/abs/1406.2661). The
#    game and its proof, in nine pages.
# 2. Radford et al. 2015, [Unsupervised Representation Learning with Deep Convolutional Generative
#    Adversarial Networks](https://arxiv.org/abs/1511.06434). Networks that work, and the latent
#    space.
# 3. Goodfellow 2016, [NIPS 2016 Tutorial: Generative Adversarial
#    Networks](https://arxiv.org/abs/1701.00160). An overview with exercises.
# 4. Salimans et al. 2016, [Improved Techniques for Training
#    GANs](https://arxiv.org/abs/1606.03498). Label smoothing and other remedies.
# 5. Mescheder et al. 2018, [Which Training Methods for GANs do actually
#    Converge?](https://arxiv.org/abs/1801.04406). The penalty R1 and why it helps.
# 6. Heusel et al. 2017, [GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
#    Equilibrium](https://arxiv.org/abs/1706.08500). Two rates, and the Fréchet distance.
# 7. Kynkäänniemi et al. 2019, [Improved Precision and Recall Metric for Assessing Generative
#    Models](https://arxiv.org/abs/1904.06991). Two numbers in place of one.
# 8. Arjovsky et al. 2017, [Wasserstein GAN](https://arxiv.org/abs/1701.07875), and Gulrajani et al.
#    2017, [Improved Training of Wasserstein GANs](https://arxiv.org/abs/1704.00028). Another
#    distance, and its penalty.
# 9. Mirza and Osindero 2014, [Conditional Generative Adversarial
#    Nets](https://arxiv.org/abs/1411.1784), and Isola et al. 2017, [Image-to-Image Translation with
#    Conditional Adversarial Networks](https://arxiv.org/abs/1611.07004). A second input.
# 10. Zhao et al. 2020, [Differentiable Augmentation for Data-Efficient GAN
#     Training](https://arxiv.org/abs/2006.10738). Little data.
# 11. Karras et al. 2019, [A Style-Based Generator Architecture for Generative Adversarial
#     Networks](https://arxiv.org/abs/1812.04948). How far images of faces went.
# 12. Huang et al. 2024, [The GAN is dead; long live the GAN! A Modern GAN
#     Baseline](https://arxiv.org/abs/2501.05441). What is left when the tricks are gone.
#
# You can read the first four in a weekend. The fifth and the sixth explain the penalty and the main
# score of this package.
#
# ## Review
#
# The review has nine exercises: one for chapter 1, and one for each of the chapters 3 to 10.
#
# ### Exercise 1 ★☆☆: the same verdict for all (chapter 1)
#
# A discriminator gives the probability 0.8 to every image, real or generated. Which fractions of
# the real and of the generated images does it get right, and how large is its loss?

# %% tags=["exercise-1"]
real_accuracy, fake_accuracy = ..., ...
loss_of_discriminator = ...

# %% tags=["check-1"]
with exercise(1):
    answers = real_accuracy, fake_accuracy, loss_of_discriminator
    assert ... not in answers, "Write three numbers in place of the three dots."
    same_for_all = tf.fill((4, 1), np.float32(np.log(0.8 / 0.2)))  # the logit of 0.8
    right_about_real = np.mean(same_for_all > 0)
    assert real_accuracy == right_about_real, "Above one half it says real: to which real images?"
    assert fake_accuracy == 1 - right_about_real, "To which generated images does it say generated?"
    wanted = losses.get("sigmoid_cross_entropy").discriminator_loss(same_for_all, same_for_all)
    assert loss_of_discriminator > 2 * np.log(2), "It cannot do better than one that knows nothing."
    assert np.isclose(loss_of_discriminator, wanted, atol=1e-3), (
        "The loss adds two means: what becomes of 0.8 for real images, what for generated ones?"
    )

# %% [markdown]
# ### Exercise 2 ★☆☆: the best verdict (chapter 3)
#
# At some point $x$ the data has the density $p = 0.2$ and the generator $q = 0.6$. Which
# probability does the best discriminator give to "real" there?

# %% tags=["exercise-2"]
best_verdict = ...

# %% tags=["check-2"]
with exercise(2):
    assert best_verdict is not ..., "Write a number in place of the three dots."
    assert 0 < best_verdict < 1, "A probability lies between 0 and 1."
    gain = [0.2 * np.log(v) + 0.6 * np.log(1 - v) for v in np.linspace(0.001, 0.999, 999)]
    own = 0.2 * np.log(best_verdict) + 0.6 * np.log(1 - best_verdict)
    assert own > max(gain) - 1e-9, "Another verdict gives the discriminator more."

# %% [markdown]
# ### Exercise 3 ★★☆: what the last layer sees (chapter 4)
#
# A discriminator takes images of 45 rows and 30 columns. It has three convolutions with kernels
# of 4x4, a stride of 2 and "same" padding, with 32, 64 and 128 filters; then all numbers go into
# one dense layer with a single output. How many rows and columns are left after the convolutions,
# and how many parameters has the dense layer?

# %% tags=["exercise-3"]
rows, columns = ..., ...
dense_parameters = ...

# %% tags=["check-3"]
with exercise(3):
    assert ... not in (rows, columns, dense_parameters), "Write three numbers in place of the dots."
    stack = keras.Sequential([keras.Input((45, 30, 1))])
    for filters in (32, 64, 128):
        stack.add(keras.layers.Conv2D(filters, 4, 2, "same"))
    assert (rows, columns) == stack.output_shape[1:3], (
        "Each convolution halves both sides. What happens to half a pixel with same padding?"
    )
    stack.add(keras.layers.Flatten())
    stack.add(keras.layers.Dense(1))
    assert dense_parameters == stack.layers[-1].count_params(), (
        "The dense layer has a weight for each number of each channel. And what else?"
    )

# %% [markdown]
# ### Exercise 4 ★★☆: find the bug (chapter 5)
#
# This loss is right on paper, and infinite for a logit of -200:
#
# ```python
# def generator_loss(fake_output):
#     return -tf.reduce_mean(tf.math.log(tf.sigmoid(fake_output)))
# ```
#
# Write it so that it is right for all logits. One function of `tf.nn` or `tf.math` will do.


# %% tags=["exercise-4"]
def generator_loss(fake_output):
    """Mean of -log D over logits (batch, 1), finite whatever they are."""
    return ...


# %% tags=["check-4"]
with exercise(4):
    received = generator_loss(tf.constant([[-200.0]]))
    assert received is not ..., "Write an expression in place of the three dots."
    assert np.isfinite(received), "It is not finite for a logit of -200."
    logits = tf.constant([[-200.0], [-1.0], [0.0], [3.0], [200.0]])
    expected = losses.get("sigmoid_cross_entropy").generator_loss(logits)
    assert np.allclose(generator_loss(logits), expected, rtol=1e-4), "The value is wrong."

# %% [markdown]
# ### Exercise 5 ★★☆: noise in a step (chapter 6)
#
# A model is compiled with `discriminator_steps=3` and trains with batches of 32. How many noise
# vectors does one training step draw?

# %% tags=["exercise-5"]
noise_vectors = ...


# %% tags=["check-5"]
class CountingNoise(GAN):
    drawn = 0

    def _draw_noise(self, n):
        self.drawn += int(n)
        return super()._draw_noise(n)


with exercise(5):
    assert noise_vectors is not ..., "Write a number in place of the three dots."
    pair = (
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]),
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]),
    )
    counting = CountingNoise(*pair, latent_dim=2)
    counting.compile(discriminator_steps=3, run_eagerly=True)
    counting.fit(np.zeros((32, 2), np.float32), batch_size=32, verbose=0)
    assert noise_vectors == counting.drawn, "A step that was counted draws another number."

# %% [markdown]
# ### Exercise 6 ★★☆: one perfect image (chapter 7)
#
# A generator makes one image again and again, and that one is perfect: it equals a real one. There
# are very many real images. What are its precision and its recall, rounded to whole numbers?

# %% tags=["exercise-6"]
precision, recall = ..., ...

# %% tags=["check-6"]
with exercise(6):
    assert ... not in (precision, recall), "Write two numbers in place of the three dots."
    real = np.random.default_rng(0).normal(size=(1000, 8))
    measured = np.round(metrics.precision_recall(real, np.repeat(real[:1], 1000, axis=0)))
    assert precision == measured[0], "Precision asks: do the generated images look real?"
    assert recall == measured[1], "Recall asks: is nothing missing?"

# %% [markdown]
# ### Exercise 7 ★★☆: what is wrong? (chapter 8)
#
# After each of the last epochs: the discriminator is right about all real and all generated images,
# the generator's loss is 12, its gradient is large, the images are varied enough, and they hardly
# move. Which failure is it? Write a key of `RULES`.

# %% tags=["exercise-7"]
failure = ...

# %% tags=["check-7"]
with exercise(7):
    assert failure is not ..., "Write a string in place of the three dots."
    assert failure in RULES, f"Expected one of {', '.join(RULES)}."
    snapshot = {
        **{"generator_loss": 12.0, "discriminator_loss": 1e-5, "largest_logit": 20.0},
        **{"generator_gradient": 50.0, "discriminator_gradient": 0.01, "loss_gradient": 1.0},
        **{"real_accuracy": 1.0, "fake_accuracy": 1.0, "fake_probability": 1e-5},
        **{"diversity": 0.9, "swing": 0.02, "near_copies": 0.0, "steps": 1000},
    }
    assert failure == diagnose([snapshot] * 4)[0], "The doctor calls it by another name."

# %% [markdown]
# ### Exercise 8 ★★☆: half of the way (chapter 9)
#
# Write a function that returns the point halfway between two noise vectors along a circle. For
# vectors of one length it is as long as they are.


# %% tags=["exercise-8"]
def halfway(start, end):
    """From two arrays (latent_dim,) of one length to the point between them, as long as they."""
    return ...


# %% tags=["check-8"]
with exercise(8):
    start, end = np.random.default_rng(0).normal(size=(2, 16))
    end *= np.linalg.norm(start) / np.linalg.norm(end)
    middle = halfway(start, end)
    assert middle is not ..., "Write an expression in place of the three dots."
    assert np.shape(middle) == (16,), f"The shape is {np.shape(middle)}."
    assert np.isclose(np.linalg.norm(middle), np.linalg.norm(start)), "It has another length."
    to_start, to_end = (np.linalg.norm(middle - each) for each in (start, end))
    assert np.isclose(to_start, to_end), "It is nearer to one of the two than to the other."
    _, outside, *_ = np.linalg.lstsq(np.stack([start, end], axis=1), middle)
    assert outside < 1e-6, "It lies beside the circle on which the two vectors are."
    assert to_start < np.linalg.norm(start), "It lies on the far side of the circle."

# %% [markdown]
# ### Exercise 9 ★☆☆: what is known stays (chapter 10)
#
# For completion a generator's image `made` is used only where `missing` is 1; elsewhere `damaged`
# is right already. Write the function that puts them together.


# %% tags=["exercise-9"]
def completed(damaged, missing, made):
    """From images (n, h, w, 1) and a mask of 0 and 1 to whole images."""
    return ...


# %% tags=["check-9"]
with exercise(9):
    truth, missing = x_test[:4], np.zeros((4, 28, 28, 1), np.float32)
    missing[:, 8:20, 8:20] = 1
    damaged = np.where(missing > 0, 0, truth)
    made = np.random.default_rng(0).uniform(-1, 1, size=truth.shape)
    whole_images = completed(damaged, missing, made)
    assert whole_images is not ..., "Write an expression in place of the three dots."
    assert np.shape(whole_images) == truth.shape, f"The shape is {np.shape(whole_images)}."
    assert np.allclose(whole_images[:, :8], truth[:, :8]), "What was known has changed."
    assert np.allclose(whole_images[:, 8:20, 8:20], made[:, 8:20, 8:20]), "The hole is not filled."
    assert np.allclose(completed(damaged, missing, truth), truth), "The truth does not come back."
    elsewhere = np.random.default_rng(1).integers(0, 2, size=(2, 6, 5, 1)).astype(np.float32)
    zeros, sevens = np.zeros((2, 6, 5, 1)), np.full((2, 6, 5, 1), 7.0)
    assert np.allclose(completed(zeros, elsewhere, sevens), 7 * elsewhere), (
        "With another mask, the wrong pixels are filled. A known pixel may be 0, and a hole may "
        "lie anywhere: only the mask says which is which."
    )

# %% [markdown]
# ## Where to go from here
#
# *Articles: 3 §6*
#
# We wrote the code of the package to be read. It is a house of seven rooms. Each folder is a room,
# and its `__init__.py` says in a few sentences what is in it. Spend your first half hour on three
# files:
#
# 1. `gan/article_losses.py`: the two losses of the articles, each with its formula.
# 2. `networks/default.py`: the default generator and discriminator.
# 3. `gan/model.py`: `GAN`, and in it `train_step`, with two tapes and the seven steps of Article 2.
#
# Then go through the rooms in this order:
#
# 1. `gan` is the game itself. `losses.py` has the losses by name, `more_losses.py` those that came
#    later, and `regularizers.py` the penalties on the discriminator's gradient. `optimizers.py`,
#    `conditioning.py`, `sampling.py` and `saving.py` do one thing each for `GAN`, and
#    `latent_space.py` finds ways through the noise.
# 2. `networks` has what plays the game. `pairs.py` has pairs to compare with the default one, and
#    `recurrent.py` and `layers.py` what texts and films need.
# 3. `data` brings pictures in and out. `datasets.py` and `image_folder.py` read images,
#    `batches.py` puts them in order, and `rendering.py` makes grids and films.
# 4. `evaluation` says how good samples are. `metrics.py` has the measures, each with its paper.
#    `scorer.py` computes all of them, and `card.py` shows them with their references.
# 5. `monitoring` watches a training. `samples.py` draws grids and films, and `scorecard.py`
#    scores after each epoch. `training_doctor.py` takes measurements, and `rules.py` says what they
#    mean. `failures.py` breaks a training on purpose.
# 6. `applications` has one file for each system that the articles name. `images.py` is the default
#    run.
# 7. `runs` keeps a training as a folder. `training.py` trains, `scoring.py` scores, and `report.py`
#    writes the report. Above all rooms stands `cli.py`, the command line.

# %%
steps = [line for line in inspect.getsource(GAN.train_step).splitlines() if "# Step" in line]
print("\n".join(line.strip() for line in steps))

# %% [markdown]
# The cell has just printed steps 2 to 7 of Article 2 as they stand in `train_step`.
#
# Then change something. A new loss is a class with two methods, a new pair is two functions, and a
# new application is a module of a hundred lines. Break something on purpose, look at what the
# doctor says, and mend it. Then read the first paper of the list: by now most of it should look
# familiar.
#
# ## Summary
#
# - Take the default loss, a few thousand images of one kind and a small size, and count steps.
# - No loss says how good the images are. Look at them, and measure them.
# - An accuracy of one half means an equilibrium, or a discriminator that has learned nothing.
# - Look for near copies. A test can find them, but cannot prove that there are none.
# - Name the seed, and judge a method by several seeds.
# - Say of each generated image that it is generated, and base no decision about a person on it.
#
# To read on: Goodfellow et al. 2014, [Generative adversarial
# nets](https://arxiv.org/abs/1406.2661); Goodfellow 2016, [NIPS 2016
# tutorial](https://arxiv.org/abs/1701.00160); and the list in "Tools and papers".
#
# ## An open project: your question
#
# Add a question to this chapter that you had yourself, and answer it in the same way: give a short
# answer first, and then a few lines of code that show it.
#
# A good answer
#
# - is one question, and one that the chapter does not answer already;
# - begins with the answer in at most three sentences;
# - has code that would fail, by an `assert`, if the answer were wrong;
# - runs in less than half a minute, and says on what the result depends: seed, data, processor.
#
# ## Solutions

# %% [markdown]
# 1. The discriminator calls all images real. So it is right about each real image and wrong about
#    each generated one. Its loss of 1.833 is above 1.386, the loss of one that gives one half to
#    all images: if you know nothing, do not sound sure.

# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
real_accuracy, fake_accuracy = 1.0, 0.0
loss_of_discriminator = -np.log(0.8) - np.log(1 - 0.8)

# %% [markdown]
# 2. The best verdict is the share of the data in the sum of both densities at this point.

# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
best_verdict = 0.2 / (0.2 + 0.6)

# %% [markdown]
# 3. Half a pixel is rounded up, so the rows go 45, 23, 12, 6 and the columns 30, 15, 8, 4. The
#    dense layer has a weight for each of the 6 · 4 · 128 numbers, and a bias.

# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
rows, columns = 6, 4
dense_parameters = 6 * 4 * 128 + 1

# %% [markdown]
# 4. The sigmoid of -200 is 0 in float32, and the logarithm of 0 is minus infinity. The softplus
#    computes the loss without the probability.


# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
def generator_loss(fake_output):
    return tf.reduce_mean(tf.nn.softplus(-fake_output))


# %% [markdown]
# 5. Each of the three steps of the discriminator draws new noise, and the generator's step takes
#    the same noise as the third of them.

# %% tags=["solution-5", "hide-cell"] jupyter={"source_hidden": true}
noise_vectors = 3 * 32

# %% [markdown]
# 6. Each generated image lies among real ones, so the precision is 1. Of the many real images only
#    this one is covered, so the recall is nearly 0.

# %% tags=["solution-6", "hide-cell"] jupyter={"source_hidden": true}
precision, recall = 1, 0

# %% [markdown]
# 7. The generator's gradient is large, so it has not vanished. But the discriminator is right about
#    everything, whatever the generator does.

# %% tags=["solution-7", "hide-cell"] jupyter={"source_hidden": true}
failure = "discriminator-won"

# %% [markdown]
# 8. The mean of the two vectors points in the right direction, but it is too short. So we give it
#    the length of the two vectors.


# %% tags=["solution-8", "hide-cell"] jupyter={"source_hidden": true}
def halfway(start, end):
    middle = start + end
    return middle * np.linalg.norm(start) / np.linalg.norm(middle)


# %% [markdown]
# 9. The mask says for each pixel from which of the two images it comes.


# %% tags=["solution-9", "hide-cell"] jupyter={"source_hidden": true}
def completed(damaged, missing, made):
    return (1 - missing) * damaged + missing * made
