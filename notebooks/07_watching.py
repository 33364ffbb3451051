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
# How do you know that a GAN learns? The losses do not tell you. This chapter shows what does: grids
# and films of generated images, scores of many images, and a callback that looks for known
# failures.
#
# After this chapter you can watch a training, write the two most used scores yourself, say when two
# scores may be compared, and find out whether a generator copies its training images.
#
# Takes 154 s on two CPU cores.

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
# These numbers say how many digits the model is trained on and for how many epochs, how many images
# a score looks at, and how many epochs the failing training further down lasts.

# %% tags=["parameters"] quick={"IMAGES": 1280, "EPOCHS": 6, "SAMPLES": 300, "FAILING_EPOCHS": 2}
IMAGES = 8004
EPOCHS = 6
SAMPLES = 2000
FAILING_EPOCHS = 8

# %% [markdown]
# ## A training with watchers
#
# We take the digits and the default model:

# %%
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
model.compile()

# %% [markdown]
# A *callback* is an object that `fit` calls after each epoch. Four callbacks of the package watch
# this training, and each is explained below.
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
# A fifth callback is made of a function. It keeps what this chapter needs later: after each epoch
# eight images from the same noise, eight images from new noise, and the weights of both networks.

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
# The two lines above come from the `TrainingDoctor`. `history` has a list for each number, with one
# value for each epoch. The names that begin with `val_` are the scores.

# %%
print(", ".join(history))

# %% [markdown]
# ## Grids and films
#
# Look at the images first. `SampleGrid` has written one picture after each epoch, and `ProgressGif`
# has made a film of such pictures:

# %%
print(*sorted(path.name for path in (run / "samples").glob("*.png")))
Image(run / "progress.gif", width=420)

# %% [markdown]
# Both callbacks take the same noise every time. **Predict, then run:** the next figure shows eight
# images after each of the last two epochs. On the left they come from the same noise, on the right
# from new noise. On which side can you see what the last epoch has changed?

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
# On the left each column shows one noise vector before and after the epoch, so you see strokes
# move, close or fade. On the right the images differ because the noise differs, and this hides what
# the epoch did. We can measure it by the mean change of a pixel from epoch to epoch:


# %%
def mean_change(kept):
    return np.mean([np.abs(later - earlier).mean() for earlier, later in itertools.pairwise(kept)])


print(f"fixed noise {mean_change(fixed_noise):.3f}, new noise {mean_change(new_noise):.3f}")
assert EPOCHS < 4 or mean_change(fixed_noise[1:]) < mean_change(new_noise[1:])

# %% [markdown]
# A grid of sixteen fixed images has a limit as well: the generator may make these sixteen well and
# others badly. The scores below look at many more images.
#
# ### Exercise 1 ★☆☆: a grid of your own
#
# Make a `SampleGrid` that writes into `run / "own"`, after every second epoch, one row of ten
# images from the noise of seed 7. How many pictures has it written after nine epochs of a
# training of twenty? (`help(SampleGrid)` shows its arguments.)

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
# tries not to be deceived. Article 2 says where this should end: in a *Nash equilibrium*, a state
# in which neither can do better by changing itself alone. The generated images are then like real
# ones, and the discriminator can do no better than guess.
#
# What would the curves show there? A discriminator that guesses gives each image the probability
# one half, which is the logit 0. The losses of [chapter 5](05_losses.ipynb), in nats, are then
# $2 \ln 2$ and $\ln 2$. (A *nat* is the unit of a loss that is made with the natural logarithm.)

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
# The two *accuracies* are the fractions of the real and of the generated images that the
# discriminator recognises. A discriminator that guesses gets half of them right. `plot_curves`
# draws the losses and the accuracies, with thin lines at these values, and the Fréchet distance,
# which is explained below:

# %%
plot_curves(history, run / "curves.png")
assert history["discriminator_loss"][-1] < equilibrium["discriminator_loss"]
Image(run / "curves.png", width=800)

# %% [markdown]
# The losses do not go down to zero, and they need not come near the thin lines either. The loss of
# the discriminator stays below its line, because it is right about more images than a guess would
# be. This is no sign of failure. A loss on its line is no sign of good images either, as you will
# see soon.
#
# Why does a loss not fall while the images become better? Because it measures one network by the
# other. Two chess players who play only each other may both become masters, and still each of them
# wins about half of the games.
#
# We can show this in numbers. We take 500 images of the trained generator, and keep them. Only the
# judge changes, from the discriminator after the first epoch to the one after the last. This is the
# generator's loss with each judge:

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
# The images were the same, and the losses differ. So the losses of two epochs cannot be compared:
# they come from two different judges.
#
# ### Exercise 2 ★★☆: what a loss means
#
# The generator's loss is the mean of $-\ln D$ over generated images, where $D$ is the probability
# with which the discriminator takes an image for real. Suppose that it gave all images the same
# $D$. How large is this $D$ if the loss is $L$? (If the probabilities differ, the result is their
# geometric mean.)


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
# Now we choose two moments of the training above: the two epochs, not next to each other, whose
# losses are most alike.


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
# Here are the images that the generator made at these two moments, from the same noise. They are
# drawn with the weights of that moment, because the losses belong to them. `generate` uses other
# weights: their *moving average*, which follows the weights slowly and so makes calmer images.

# %%
same_noise = keras.random.normal((SAMPLES, model.latent_dim), seed=0)
at_that_time = keras.models.clone_model(model.generator)


def images_after(epoch, n=SAMPLES):
    at_that_time.set_weights(generator_weights[epoch])
    return at_that_time.predict(same_noise[:n], verbose=0)


both = np.concatenate([images_after(epoch, n=8) for epoch in alike])
grid = rendering.make_grid(rendering.to_uint8(both), columns=8)
caption = f"above: epoch {alike[0] + 1}, below: epoch {alike[1] + 1}; columns: the same noise"
rendering.write_png(run / "alike.png", rendering.add_caption(grid, caption))
Image(run / "alike.png")

# %% [markdown]
# Compare the rows: the images have changed, and a score below says how much better they are. The
# generator has learned, and the losses do not show it.
#
# The losses can mislead you even more. `failures.make` sets up trainings that fail, which are the
# subject of [chapter 8](08_failures.ipynb). In the one below the learning rate of the discriminator
# is a hundredth of the generator's. **Predict, then run:** how far will its losses be from the
# equilibrium?

# %%
failing = failures.make("collapse", seed=0)
failing.epochs = FAILING_EPOCHS
failing_history = failing.fit().history
for name, value in equilibrium.items():
    print(f"{name}: {failing_history[name][-1]:.3f}, at the equilibrium {value:.3f}")
    assert abs(failing_history[name][-1] - value) < 0.02 < abs(history[name][-1] - value)

# %%
collapsed = failing.model.generate(16, seed=0)
grid = rendering.make_grid(rendering.to_uint8(collapsed), columns=8)
rendering.write_png(
    run / "collapsed.png", rendering.add_caption(grid, "images from 16 different noise vectors")
)
Image(run / "collapsed.png")

# %% [markdown]
# The losses are next to the equilibrium, closer than those of the good training. But the generator
# makes one image from all noise, and it is no digit: the generator has *collapsed*. The
# discriminator guesses because it has hardly learned to see, although there is much to see. At the
# equilibrium the losses have these values, but losses of these values do not show an equilibrium.
#
# The images tell it in one number: how much they differ from each other, compared with real ones.

# %%
spread = collapsed.std(axis=0).mean() / failing.images[:1000].std(axis=0).mean()
print(f"the spread of the generated images is {spread:.2f} of that of real ones")
assert spread < 0.5

# %% [markdown]
# ## Features
#
# A score compares many generated images with many real ones. A comparison pixel by pixel goes
# wrong: a digit that is moved by one pixel is the same digit, but many pixels of its strokes
# change.
#
# So we first turn images into *features*: numbers in which images that mean the same are near each
# other. The features come from a *classifier*, a network that was trained to name the digit in a
# picture. Its last hidden layer has 64 numbers, from which it computes the class. These 64 numbers
# are the features.

# %%
features, classes = digits(x_test)
print(features.shape, "from", features.min(), "to", features.max())
print(f"digits that it classifies correctly: {np.mean(classes == y_test):.1%}")

# %% [markdown]
# How far does a digit go when you move it by one pixel? We measure it once in pixels and once in
# features. The unit is the mean distance of two images drawn at random.


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
# In pixels the moved digit is half as far away as another image is. In features it stays much
# nearer.
#
# Papers usually take the features of a network called Inception, which was trained on photographs.
# They are of little use for digits. The package brings a classifier for MNIST and trains one for
# other labelled images. Scores from different features cannot be compared, because they are in
# different units.

# %% [markdown]
# ## The Fréchet distance
#
# The Fréchet distance is the most used score (Heusel et al. 2017). It takes the features of many
# real and many generated images, and describes each set by two things: its mean $m$ says where the
# cloud of points lies, and its *covariance matrix* $C$ says how the cloud is stretched. (This
# matrix has the squared standard deviation of each feature on its diagonal. Its other entries say
# which features grow together.) For the two normal distributions with these numbers, the distance
# $d$ that Fréchet defined is given by
#
# $$d^2 = |m_r - m_f|^2 + \mathrm{tr}\,(C_r + C_f - 2\,(C_r C_f)^{1/2}),$$
#
# with $r$ for real and $f$ for generated ("fake"). The field reports $d^2$, not its root, and calls
# it the Fréchet distance nevertheless. So does this package. The first term says how far the
# centres are apart. The second, the *trace term*, says how different the shapes are. The distance
# is 0 if means and covariances are equal, and lower is better.
#
# The *trace* tr of a matrix is the sum of its diagonal, and also the sum of its eigenvalues. The
# eigenvalues of the square root are the square roots of the eigenvalues, so that we need not
# compute the root itself:


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
# (Rounding can leave an eigenvalue a little below zero, and `clip` puts it back to zero.) We
# compare real digits with other real digits, and then with generated ones. The last line of the
# cell checks that the package computes the same.

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
# If there is one feature only, the means are numbers $m_r$ and $m_f$, and the covariances are
# squared standard deviations $s_r^2$ and $s_f^2$. What becomes of the formula? Write $d^2$, as the
# package does.


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
# One number cannot say *what* is wrong. Two questions can tell more (Kynkäänniemi et al. 2019):
#
# - *Precision*: what fraction of the generated images look real?
# - *Recall*: what fraction of the real images could have been generated, so that nothing is
#   missing?
#
# "Looks real" is made exact by balls in the space of features. Around each real point there is a
# ball that reaches to its third nearest neighbour among the real points. All balls together are the
# region of the real images. Precision is the fraction of the generated points that lie in this
# region. For recall the two sets change places.


# %%
def radii_of(points, k=3):
    distances = np.sort(cdist(points, points), axis=1)
    return distances[:, k]  # the first is the distance of the point to itself


def fraction_covered(centres, points):
    return np.mean((cdist(points, centres) <= radii_of(centres)).any(axis=1))


def precision_recall(real, fake):
    return fraction_covered(real, fake), fraction_covered(fake, real)


# %% [markdown]
# In a plane the balls are circles, and we can draw them. In this example the real points form two
# clouds. The generator makes one of the clouds, and some odd points that belong to neither.

# %%
rng = np.random.default_rng(1)
real_points = np.concatenate([rng.normal((0, 0), 0.6, (25, 2)), rng.normal((4, 0), 0.6, (25, 2))])
fake_points = np.concatenate([rng.normal((0, 0), 0.5, (40, 2)), rng.uniform(1, 3, (10, 2))])

figure, panels = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
for axes, centres, points, name, whose, shade in (
    (panels[0], real_points, fake_points, "precision", "real", "#cfe2f0"),
    (panels[1], fake_points, real_points, "recall", "generated", "#ffe3c8"),
):
    for centre, radius in zip(centres, radii_of(centres), strict=True):
        axes.add_patch(plt.Circle(centre, radius, color=shade))
    axes.scatter(*real_points.T, c="C0", s=12, label="real")
    axes.scatter(*fake_points.T, c="C1", s=25, marker="x", linewidths=1, label="generated")
    title = f"{name} {fraction_covered(centres, points):.2f}\ncircles around the {whose} points"
    axes.set(title=title, aspect="equal", xlim=(-3.5, 6), ylim=(-3, 4.5))
    axes.set(xlabel="first feature", ylabel="second feature")
panels[0].legend(loc="upper left")
plt.show()

# %% [markdown]
# On the left you see the circles of the real points. Crosses outside of them lower the precision,
# and these are mostly the odd ones. On the right you see the circles of the generated points. Dots
# outside of them lower the recall, and these are mostly those of the missing cloud.
#
# Now we compute both scores of the generated digits, and check that the package finds the same:

# %%
precision, recall = precision_recall(real, fake)
print(f"generated digits: precision {precision:.2f}, recall {recall:.2f}")
expected = metrics.precision_recall(real, fake)
np.testing.assert_allclose((precision, recall), expected, atol=2 / SAMPLES)

# %% [markdown]
# ### What deceives them
#
# Each score can be deceived. The figure shows real digits, and three sets of images that nobody
# would want: one digit again and again, two digits printed over each other, and a set of which one
# half are real digits and the other half is noise.

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
grid = rendering.make_grid(rendering.to_uint8(samples), columns=8)
caption = "rows: real; one repeated; two over each other; from the half of noise"
rendering.write_png(run / "sets.png", rendering.add_caption(grid, caption))
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
# One good image again and again has the best precision there is, and the recall 0. The digits
# printed over each other have a high recall, although they are no digits: odd points lie far apart,
# so their balls are large and cover much. So read precision and recall only together, and look at
# the images too.
#
# ### Exercise 4 ★☆☆: predict two scores
#
# A generator makes perfect images of the digit 1, and nothing else. We compare them with digits of
# all kinds. Is its precision above one half or below? Is its recall? Write `"above"` or `"below"`.

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
# Is a Fréchet distance of 3 much? To judge a number you need two *references*:
#
# - *Real* is the score of real images against other real images. You cannot expect a generator to
#   do better.
# - *Collapsed* is the score of a generator that makes one image again and again.
#
# `Scorer` draws two sets of real images for this. All images are compared with the first set, and
# the second stands for a perfect generator. `evaluate` makes a *card* of all measures, each with
# its references, and `as_table` lays it out:

# %%
card = evaluate(generated, scorer, verbose=0)
print(card.as_table())

# %% [markdown]
# *Kernel distance*, *density* and *coverage* are younger relatives of the Fréchet distance, of
# precision and of recall. You find their formulas and papers in `evaluation/metrics.py`. The next
# three rows ask whether the classifier finds all ten digits, and as often as in the data.
# *Diversity in a class* says how different two images of the same digit are, compared with real
# ones. (The kernel distance is an estimate that is right on average, so that for equal sets it may
# come out a little below 0, as here for real digits.) Near copies have a section below.
#
# To say how good a Fréchet distance is, say how many times the distance of real images it is.
# `card[key]` is the row of one measure:

# %%
distance = card["frechet_distance"]
real_distance = distance.references["real"]
print(f"{distance.generated / real_distance:.1f} times the distance of real digits")
assert real_distance < distance.generated

# %% [markdown]
# ## Scores while training
#
# `Scorecard` has computed all this after each epoch, with the same noise each time. Unlike the
# losses, most of these curves have a direction. **Predict, then run:** after the first epoch the
# film above shows strokes, but hardly any digit. Which is larger there, precision or recall?

# %%
epochs = range(1, EPOCHS + 1)
figure, panels = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
panels[0].semilogy(epochs, history["val_frechet_distance"], "C1o-", label="generated")
panels[0].axhline(real_distance, color="C0", linestyle=":", label="real")
panels[0].set(xlabel="epoch", ylabel="Fréchet distance", xticks=epochs, ylim=(0.1, 150))
panels[0].legend()
for name, style in (("precision", "C0o-"), ("recall", "C1s--"), ("coverage", "C2^:")):
    panels[1].plot(epochs, history[f"val_{name}"], style, fillstyle="none", label=name)
panels[1].set(xlabel="epoch", ylabel="score", xticks=epochs, ylim=(-0.03, 1.03))
panels[1].legend()
plt.show()

# %% [markdown]
# The Fréchet distance falls from epoch to epoch, and precision and coverage rise. Recall is larger
# than precision, and it is high when many images are no digits yet: images that differ much lie far
# apart, so that their balls are large and reach many real digits. This is one more reason to read
# precision and recall together.
#
# Now we score the two moments whose losses look the same, with the weights of these moments:

# %%
for epoch in alike:
    then, _ = digits(images_after(epoch))
    print(f"epoch {epoch + 1}: Fréchet distance {metrics.frechet_distance(real, then):.1f}")

# %% [markdown]
# The score tells the two moments apart. (The curve above has other numbers for them, because it
# scores images from the moving average of the weights.)
#
# As `val_frechet_distance` is in the logs, Keras' own callbacks can watch it. This one keeps the
# best model, if it comes after `Scorecard` in the list:

# %%
keep_best = keras.callbacks.ModelCheckpoint(
    run / "best.keras", monitor="val_frechet_distance", mode="min", save_best_only=True
)

# %% [markdown]
# ## The number of images
#
# **Predict, then run:** we measure the Fréchet distance between two sets of *real* digits, which
# are drawn at random. Both sets have 100 digits, then 200, and so on up to 4,000. What happens to
# the distance?

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
axes.loglog(numbers, distances, "C0o-", label="real digits")
axes.loglog(numbers[numbers <= SAMPLES], fake_distances, "C1s--", label="generated digits")
axes.set(xlabel="number of images n", ylabel="Fréchet distance to n real digits")
axes.set_xticks(numbers, [f"{n:,}" for n in numbers])
axes.set_yticks([0.2, 0.5, 1, 2, 5, 10], ["0.2", "0.5", "1", "2", "5", "10"])
axes.minorticks_off()
axes.legend()
plt.show()
assert distances[0] > 10 * distances[-1]

# %% [markdown]
# The distance falls and falls, though both sets are of the same kind. The covariance of 64 features
# has more than two thousand different entries, and a hundred images are too few to estimate them
# well. The two estimates are wrong in different ways, so they lie apart. This is why you cannot
# compare the score of 100 images with that of 4,000, nor your score with that of a paper, which was
# made with 50,000 images. Compare scores of the same number of images and the same features, or say
# how many times the distance of real images they are, measured in the same way.
#
# ### Exercise 5 ★★★: find the bug
#
# Somebody has more images than fit into memory. So the features come in parts, and the function
# below takes the mean of the distances of the parts. Why is its result much too large? Write a
# function that gives the distance of all features.


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
# A generator that repeats the training images has the best scores, and yet it is useless. You find
# it out by looking for the nearest training image of each generated one.
#
# How near is too near? The package measures by the training set itself. For a generated image it
# takes the distance to the nearest training image, and the distance from that training image to its
# own nearest neighbour. If the first is less than half of the second, the generated image is a
# *near copy*. The images are compared by their pixels, shrunk to 16 by 16, because a copy is a copy
# of pixels.


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
# Does this measure find copies? Training images with a little noise on them are copies, though not
# equal ones, and it should find them. Real digits that are not in the training set should not be
# called copies:

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
# Here are the generated digits that come nearest to being copies. Below each stands its nearest
# training digit:

# %%
rendering.write_png(run / "pairs.png", draw_closest_pairs(generated, x_train))
Image(run / "pairs.png")

# %% [markdown]
# They are alike, as the sevens of two people are alike. The last line of the table above says how
# many of all generated images are near copies: none in this run.

# %% [markdown]
# ## The doctor
#
# `TrainingDoctor` looks at the training after each epoch and says in one line what it finds. It
# prints a line when its finding changes, and one at the end: you saw them below the call of `fit`.
# It keeps the findings of all epochs:

# %%
for entry in doctor.findings:
    print(entry["epoch"], entry["finding"], "-", entry["message"])
assert doctor.findings[-1]["finding"] == "balanced"

# %% [markdown]
# In the beginning it says "nothing wrong yet", because it can recognise some failures only from
# three *snapshots* after the first 300 steps. A snapshot holds measurements such as these:

# %%
measurements = doctor.findings[-1]["measurements"]
for name in ("real_accuracy", "fake_accuracy", "largest_logit", "diversity", "movement", "swing"):
    print(f"{name:16}{measurements[name]:.3f}")

# %% [markdown]
# - *Diversity* says how different two generated images are. Near 0 the generator has collapsed.
# - *Movement* says how far an image from fixed noise has gone in this epoch, and *swing* how far
#   the mean of all images has gone. If all images go to and fro together, the training oscillates.
#   These three are measured in units of the mean difference between two real images.
# - The *largest logit* says how sure the discriminator is. In a healthy training it is a small
#   number.
#
# The doctor looks at the weights as they are trained, while `generate`, the grids and the scores
# use their moving average. So the two may disagree.
#
# Each finding has a threshold, which lies between what good trainings did and what broken ones did.
# [Chapter 8](08_failures.ipynb) breaks trainings on purpose, and the doctor names each failure.

# %% [markdown]
# ## The report and the command line
#
# You get all of this without writing a line of Python. `dcgan-tf train` uses the film, the grids
# and the doctor, and at the end makes the table of scores. Its folder then holds `report.html`, a
# page with the film and a slider over the epochs, the curves with their lines, the doctor's
# findings, the table of scores with their references, the nearest pairs, the fraction of each
# class, and a map of the noise to move over. You can open it offline and send it as one file.
#
# | command | what it does |
# |---|---|
# | `dcgan-tf train` | trains, watches, scores, writes the report |
# | `dcgan-tf train --score-samples 2000` | scores after each epoch as well |
# | `dcgan-tf evaluate runs/mnist-10k` | makes the table again |
# | `dcgan-tf report runs/mnist-10k` | makes the report again |
#
# We advise you to look at things in this order:
#
# 1. Look at the grid. Are there digits, and different ones?
# 2. Read the doctor's line. Does it name a failure?
# 3. Compare the scores with those of real images, for equal numbers of images.
# 4. If the scores are very good, look at the nearest pairs.
# 5. Look at the curves for sudden changes. They do not show quality.

# %% [markdown]
# ## Summary
#
# - Losses do not measure quality: each network is judged by the other, which changes too.
# - Draw images from fixed noise, so that what changes is what the network has learned.
# - The Fréchet distance compares means and covariances of features; lower is better.
# - Precision asks whether generated images look real, recall whether anything is missing.
# - A score depends on its features and on the number of images. Give the score of real images
#   beside it.
# - A generator that copies has good scores. Look for the nearest training images.
#
# To read on: Heusel et al. 2017, [GANs trained by a two time-scale update
# rule](https://arxiv.org/abs/1706.08500), for the Fréchet distance; Kynkäänniemi et al. 2019,
# [Improved precision and recall metric](https://arxiv.org/abs/1904.06991); and Bińkowski et al.
# 2018, [Demystifying MMD GANs](https://arxiv.org/abs/1801.01401), for the kernel distance.

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
# - ends with one sentence that says how large a difference has to be to mean something.

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
# 4. Each image is as good as a real one, so nearly all lie in the region of the real ones. But
#    nine digits are missing.

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
