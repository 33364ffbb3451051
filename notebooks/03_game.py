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
# # 3. The game
#
# The training of a GAN is a game of two players, the generator and the discriminator. This chapter
# makes the game so small that we can compute and draw all of it: first in one dimension, then in
# two, and at last with a single number for each player.
#
# After this chapter you can write down the best discriminator and the value of the game, say what
# an equilibrium is and by which marks you know it, and explain why training can go round in circles
# and what brings it to its goal.
#
# Takes 36 s on two CPU cores.

# %%
import math
import pathlib
import tempfile

import ipywidgets
import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.special
import scipy.stats
import tensorflow as tf
from IPython.display import Image
from sklearn.linear_model import LogisticRegression

from dcgan_tf import GAN, plot_curves
from dcgan_tf.data.films import write_film
from dcgan_tf.diagrams import draw_gan
from dcgan_tf.exercises import exercise
from dcgan_tf.gan.article_losses import Minimax, SigmoidCrossEntropy
from dcgan_tf.gan.optimizers import make_falling_rate
from dcgan_tf.gan.regularizers import R1, r1_penalty

folder = pathlib.Path(tempfile.mkdtemp())

# %% [markdown]
# These numbers say how many epochs we train the game in one dimension (the line) and the game in
# two dimensions (the ring).

# %% tags=["parameters"] quick={"RING_EPOCHS": 3}
LINE_EPOCHS = 60
RING_EPOCHS = 40

# %% [markdown]
# ## The generator
#
# *Articles: 0 §2 · 2 §2.1 · 3 §2*
#
# A *sample* is one example, real or generated: an image in chapter 1, and here simply a number. The
# *distribution* of samples says which samples there are, and how often each occurs. For numbers we
# draw it as a curve, the *density*: where the curve is high, there are many samples. (The area
# under the curve between two numbers is the fraction of the samples that lie between them.)
#
# The generator $G$ turns noise $z$ into a sample $G(z)$. The noise is drawn from a fixed
# distribution, here the standard *normal distribution*, a bell curve around 0 with the standard
# deviation 1. So the generated samples have a distribution, too. We call its density $q$ (papers
# write $p_G$), and that of the data $p$. The smallest generator in one dimension is
# $G(z) = m + s z$: it makes samples with the mean $m$ and the standard deviation $s$.


# %%
def normal(x, mean, deviation):
    """The density of a normal distribution, a Gaussian."""
    return np.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * math.sqrt(2 * math.pi))


rng = np.random.default_rng(0)
noise = rng.normal(size=20_000)
fake = -1 + 1.0 * noise  # m = -1, s = 1
real = rng.normal(1, 0.5, size=20_000)

grid = np.linspace(-6, 6, 2401)  # steps of 0.005, for all integrals and curves
p, q = normal(grid, 1, 0.5), normal(grid, -1, 1)

# %%
plt.figure(figsize=(7, 3.5), layout="constrained")
for samples, shade, label in ((real, "0.6", "data"), (fake, "C1", "generated")):
    plt.hist(samples, bins=60, density=True, color=shade, alpha=0.4, label=label)
plt.plot(grid, p, "-", color="0", label="p, density of the data")
plt.plot(grid, q, "--", color="C1", label="q, density of generated samples")
plt.xlim(-5, 3)
plt.xlabel("x")
plt.ylabel("density")
plt.legend(fontsize="small")
plt.show()

# %% [markdown]
# The data comes from a normal distribution, which is also called a *Gaussian*, with mean 1 and
# standard deviation 0.5. The generator's $m$ and $s$ are wrong at first. But this generator can be
# right: with $m = 1$ and $s = 0.5$ the two curves are the same.
#
# ## The discriminator
#
# *Articles: 0 §2 · 1 §2 · 2 §2.1 · 3 §2*
#
# The discriminator $D$ gets a number $x$ and answers with the probability that $x$ is real, if
# half of all numbers that it is shown are real and half are generated. What is the best answer?
# We can find it by counting: of all samples near $x$, which fraction is real?

# %%
bins = np.linspace(-3, 2.5, 23)
real_counts, _ = np.histogram(real, bins)
fake_counts, _ = np.histogram(fake, bins)
counted = real_counts / (real_counts + fake_counts)
best = p / (p + q)

plt.figure(figsize=(7, 3.5), layout="constrained")
plt.plot((bins[1:] + bins[:-1]) / 2, counted, "o", color="C0", label="real samples, counted")
plt.plot(grid, best, "-", color="0", label="p / (p + q)")
plt.xlim(-3, 2.5)
plt.xlabel("x")
plt.ylabel("fraction of real samples")
plt.legend()
plt.show()

# %% [markdown]
# The dots lie on a curve with a simple formula: near $x$ the real samples are as many as $p(x)$
# says, and the generated ones as many as $q(x)$ says. For a given generator no discriminator is
# better than this one (Goodfellow et al. 2014, arXiv:1406.2661, proposition 1):
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)}.$$
#
# ### A discriminator that learns it
#
# Nobody tells a GAN what $p$ and $q$ are. Its discriminator is a network that sees samples only.
# As you know from chapter 1, it returns the logit $l$, which can be any number. The function
# *sigmoid* turns the logit into the probability: $D = \sigma(l) = 1 / (1 + e^{-l})$. The network
# learns by making the *discriminator's loss* small:
#
# $$L_D = -\mathrm{E}_{x \sim p}[\ln D(x)] - \mathrm{E}_{x \sim q}[\ln(1 - D(x))].$$
#
# Here $\mathrm{E}_{x \sim p}$ is the mean over samples $x$ from $p$. The loss is small if $D$ is
# near 1 for real samples and near 0 for generated ones. Written with logits, the two terms are
# $-\ln D = \ln(1 + e^{-l})$ and $-\ln(1 - D) = \ln(1 + e^{l})$, since $1 - D = 1 / (1 + e^{l})$.
# The function $\ln(1 + e^{l})$ is called *softplus*. We write it ourselves, and compare with the
# loss of the package.


# %%
def softplus(x):
    return np.logaddexp(0, x)  # ln(e^0 + e^x), which does not overflow


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


loss = SigmoidCrossEntropy()
real_output, fake_output = rng.normal(size=(2, 64, 1)).astype(np.float32)
by_hand = softplus(-real_output).mean() + softplus(fake_output).mean()
np.testing.assert_allclose(loss.discriminator_loss(real_output, fake_output), by_hand, rtol=1e-5)

# %% [markdown]
# Now we train a small network with this loss. The generator stays as it is. The optimizer is Adam,
# which you know from chapter 2, and its learning rate falls step by step, so that the network comes
# to rest.


# %%
def dense_network(inputs, units, activation, seed):
    """Two hidden layers and one output."""
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    options = {"kernel_initializer": initializer}
    return keras.Sequential(
        [
            keras.Input((inputs,)),
            keras.layers.Dense(units, activation=activation, **options),
            keras.layers.Dense(units, activation=activation, **options),
            keras.layers.Dense(1, **options),
        ]
    )


def make_adam(rate, **average):
    """The optimizer Adam (chapter 2), with a learning rate that falls step by step."""
    return keras.optimizers.Adam(make_falling_rate(rate), beta_1=0.5, **average)


def train_discriminator(discriminator_loss, steps=800):
    """Trains a discriminator on `real` and `fake`, and returns it."""
    discriminator = dense_network(1, 32, "tanh", seed=0)
    optimizer = make_adam(0.01)
    optimizer.build(discriminator.trainable_variables)

    @tf.function
    def train_step(real_batch, fake_batch):
        with tf.GradientTape() as tape:
            real_output = discriminator(real_batch)
            fake_output = discriminator(fake_batch)
            loss = discriminator_loss(real_output, fake_output)
        gradients = tape.gradient(loss, discriminator.trainable_variables)
        optimizer.apply(gradients, discriminator.trainable_variables)

    data = tf.data.Dataset.from_tensor_slices(np.stack([real, fake], axis=1, dtype=np.float32))
    for batch in data.shuffle(len(real), seed=0).repeat().batch(500).take(steps):
        train_step(batch[:, :1], batch[:, 1:])
    return discriminator


discriminator = train_discriminator(loss.discriminator_loss)

# %%
learned = sigmoid(discriminator.predict(grid[:, np.newaxis], verbose=0)[:, 0])
seen = p + q > 0.05  # where there are enough samples to learn from
error = np.abs(learned - best)[seen].max()
print(f"largest difference from D* where p + q > 0.05: {error:.3f}")
assert error < 0.05

plt.figure(figsize=(7, 3.5), layout="constrained")
plt.plot(grid, best, "-", color="0", label="D*, the best")
plt.plot(grid, learned, "--", color="C0", linewidth=2.5, label="D, learned from samples")
plt.fill_between(grid, 0, p + q, color="0.85", label="p + q: where samples are")
plt.xlabel("x")
plt.ylabel("probability (lines), density (grey)")
plt.legend()
plt.show()

# %% [markdown]
# Where there are samples, the network has found $D^*$ without knowing $p$ and $q$. Far outside
# there are no samples, and nothing holds the network to the formula.
#
# ### Exercise 1 ★☆☆: how often is the best one right?
#
# A discriminator that must decide says "real" where $D(x) > 1/2$. Let $p$ be the standard normal
# distribution, and $q$ the same shifted by 2. Which fraction of all samples, half of them real and
# half generated, does the best discriminator get right? (`scipy.stats.norm.cdf` says for the
# standard normal distribution which fraction of the samples lies below a number. A drawing helps.)

# %% tags=["exercise-1"]
best_accuracy = ...

# %% tags=["check-1"]
with exercise(1):
    assert best_accuracy is not ..., "Write a number or an expression in place of the three dots."
    assert 0.5 < best_accuracy < 1, "It is better than guessing, and not always right."
    x = np.random.default_rng(1).normal(size=(2, 200_000)) + [[0], [2]]
    verdicts = scipy.stats.norm.pdf(x) > scipy.stats.norm.pdf(x, 2)
    tried = (verdicts[0].mean() + 1 - verdicts[1].mean()) / 2
    assert abs(best_accuracy - tried) < 0.005, "With 400,000 samples another fraction comes out."

# %% [markdown]
# ### Exercise 2 ★★☆: what did this one learn?
#
# In the training below somebody gave the two outputs to the loss in the wrong order. Compare the
# probabilities that came out with $D^*$. Then mend the discriminator without training it again:
# write the function that turns its logits into the right ones.


# %%
def swapped_loss(real_output, fake_output):
    return loss.discriminator_loss(fake_output, real_output)


wrong_logits = train_discriminator(swapped_loss).predict(grid[:, np.newaxis], verbose=0)
for x in (-2, 0, 1):
    i = np.searchsorted(grid, x)
    print(f"x = {x:2d}: D {sigmoid(wrong_logits[i, 0]):.2f}, D* {best[i]:.2f}")


# %% tags=["exercise-2"]
def mended(logits):
    return ...


# %% tags=["check-2"]
with exercise(2):
    right_logits = mended(wrong_logits)
    assert right_logits is not ..., "Write an expression in place of the three dots."
    assert np.shape(right_logits) == np.shape(wrong_logits), "A logit is wanted for each logit."
    gap = np.abs(sigmoid(np.asarray(right_logits)[:, 0]) - best)[seen].max()
    assert gap < 0.1, f"Its D still differs from D* by {gap:.2f}. Did you mend D, or its logit?"

# %% [markdown]
# ## The value of the game
#
# *Articles: 0 §2 · 2 §2.2*
#
# Both players look at one number, the *value* of the game. The *value function* computes it from
# the discriminator and the generator:
#
# $$V(D, G) = \mathrm{E}_{x \sim p}[\ln D(x)] + \mathrm{E}_{z}[\ln(1 - D(G(z)))].$$
#
# You have seen these two terms before, as $G(z)$ is a sample from $q$: $V$ is the discriminator's
# loss with the opposite sign, $V = -L_D$. So the discriminator wants $V$ to be large. The generator
# wants $V$ to be small. A game in which one player makes a number small that the other one makes
# large is called a *minimax game*, and is written $\min_G \max_D V(D, G)$ (Goodfellow et al. 2014,
# eq. 1). The unit of $V$ is the nat, because we take the natural logarithm.
#
# In one dimension we can compute $V$ exactly, by an integral instead of a mean over samples.


# %%
def value(p, q, logits):
    """V of a discriminator, given by its logits, where real samples come from p, fake from q."""
    return np.trapezoid(-p * softplus(-logits) - q * softplus(logits), grid)


def best_logits(p, q):
    """The logits of D*: ln(p / q), with densities that are never exactly 0."""
    tiny = np.finfo(float).tiny
    return np.log(p + tiny) - np.log(q + tiny)


best_value = value(p, q, best_logits(p, q))
print(f"V with D*: {best_value:.4f}")

# %% [markdown]
# If $D^*$ is the best discriminator, no other one reaches this value. We try the trained network, a
# discriminator that always says one half, and 1,000 others, for which we add a wave to the logits
# of $D^*$.

# %%
learned_value = value(p, q, discriminator.predict(grid[:, np.newaxis], verbose=0)[:, 0])
undecided_value = value(p, q, np.zeros_like(grid))
others = []
for _ in range(1000):
    a, b, c = rng.uniform(0.5, 3, size=3)
    others.append(value(p, q, best_logits(p, q) + a * np.sin(b * grid + c)))
print(f"trained: {learned_value:.4f}, undecided: {undecided_value:.4f}")
print(f"best of the 1,000 others: {max(others):.4f}")
assert undecided_value < learned_value < best_value and max(others) < best_value

# %% [markdown]
# If the discriminator is always the best one, $D^*$, the value depends on the generator alone:
#
# $$V(D^*, G) = -\ln 4 + 2 \, \mathrm{JSD}(p \,\|\, q).$$
#
# JSD is the *Jensen-Shannon divergence*, a number that says how far two distributions are apart. It
# is 0 if they are equal, and at most $\ln 2$. (It is no distance in the sense of geometry, because
# with it a detour can be shorter than the direct way. Its square root is such a distance.) It
# compares both densities with their average $a = (p + q) / 2$:
#
# $$\mathrm{JSD}(p \,\|\, q) = \frac{1}{2} \int p \ln\frac{p}{a} \, dx
# + \frac{1}{2} \int q \ln\frac{q}{a} \, dx.$$
#
# The formula above follows from $D^* = p / (p + q) = p / (2 a)$: its logarithm is
# $\ln D^* = \ln (p / a) - \ln 2$, and in the same way $\ln (1 - D^*) = \ln (q / a) - \ln 2$. The
# means of the two first parts together are $2 \, \mathrm{JSD}$, and the two $-\ln 2$ are $-\ln 4$.
#
# ### Exercise 3 ★★☆: the Jensen-Shannon divergence
#
# Write this function for densities on `grid`, with `np.trapezoid(heights, grid)` for the integrals.
# Take care of places where a density is 0: there $0 \ln 0$ counts as 0.
# (`scipy.special.rel_entr(a, b)` is $a \ln(a / b)$ with this rule.)


# %% tags=["exercise-3"]
def jensen_shannon(p, q):
    """Divergence of two densities on `grid`, in nats."""
    return ...


# %% tags=["check-3"]
with exercise(3):
    found = jensen_shannon(p, q)
    assert found is not ..., "Write an expression in place of the three dots."
    assert np.isfinite(jensen_shannon(p, np.where(grid > 0, p, 0))), "Not a number: 0 times ln 0?"
    assert np.isclose(jensen_shannon(p, p), 0), "A distribution has no distance from itself."
    assert np.isclose(found, jensen_shannon(q, p)), "Swapping both must not matter."
    far_apart = jensen_shannon(normal(grid, -4, 0.2), normal(grid, 4, 0.2))
    assert np.isclose(np.exp(far_apart), 2), "Distributions without overlap: the most there is."
    assert np.isclose(2 * found, best_value + 2 * np.log(2)), "It does not fit the value with D*."

# %% [markdown]
# This divergence is never negative, and it is 0 only for equal distributions. So the smallest value
# that the generator can reach against $D^*$ is $-\ln 4 = -1.386$, and it reaches it where $q = p$.
# There $D^* = p / (p + p) = 1/2$ everywhere. Four generators that are not right have larger values:

# %%
np.testing.assert_allclose(value(p, p, best_logits(p, p)), -np.log(4), rtol=1e-6)
for mean, deviation in ((1, 0.6), (1.1, 0.5), (0, 0.5), (-1, 1)):
    q_of_these = normal(grid, mean, deviation)
    v = value(p, q_of_these, best_logits(p, q_of_these))
    print(f"m = {mean}, s = {deviation}: V = {v:.4f}")
    assert v > -np.log(4)

# %% [markdown]
# Now we give the generator the right width, 0.5, and move its mean. **Predict, then look:** how do
# $D^*$ and $V$ change while $q$ comes from far away and arrives at $p$?


# %%
def draw_densities(axes, mean):
    q = normal(grid, mean, 0.5)
    axes.plot(grid, p, "-", color="0", label="p, data")
    axes.plot(grid, q, "--", color="C1", label="q, generated")
    axes.plot(grid, sigmoid(np.clip(best_logits(p, q), -30, 30)), "-.", color="C0", label="D*")
    axes.set(title=f"mean of q: {mean:.1f}", xlabel="x", xlim=(-3, 3), ylim=(0, 1.05))


figure, panels = plt.subplots(1, 3, figsize=(7, 3), sharey=True, layout="constrained")
for axes, mean in zip(panels, (-1, 0.5, 1), strict=True):
    draw_densities(axes, mean)
panels[0].set_ylabel("density, probability")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()

# %%
all_means = np.linspace(-3, 5, 81)
all_values = []
for mean in all_means:
    q_there = normal(grid, mean, 0.5)
    all_values.append(value(p, q_there, best_logits(p, q_there)))


def draw_value(axes, mean):
    axes.plot(all_means, all_values, "-", color="0")
    axes.axhline(-np.log(4), color="0.4", linestyle=":", label="-ln 4")
    here = np.interp(mean, all_means, all_values)
    axes.plot(mean, here, "o", color="C1", markersize=8, label="this generator")
    axes.set(title="value of the game", xlabel="mean of q", ylabel="V with D* (nats)")


def draw(mean):
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
    draw_densities(left, mean)
    left.set_ylabel("density, probability")
    draw_value(right, mean)
    lines = [*left.get_lines(), *right.get_lines()[1:]]
    figure.legend(handles=lines, loc="outside lower center", ncols=5)
    plt.show()


draw(0.0)

# %% [markdown]
# If the generator is far away, $V$ is nearly 0: the best discriminator is nearly always right, and
# a small move of the generator changes almost nothing. Nearer to $p$ there is a slope that leads to
# the bottom of the valley, $-\ln 4$. There $D^*$ is one half everywhere.
#
# With the slider below you can move the generator yourself. (The slider needs a running notebook.)

# %%
slider = ipywidgets.FloatSlider(-1, min=-3, max=3, step=0.1, description="mean of q")
_ = ipywidgets.interact(draw, mean=slider)
# %% [markdown]
# ## Training both
#
# *Articles: 1 §2 · 2 §2.2*
#
# In training nobody waits for the best discriminator. Both players take small steps, again and
# again. The discriminator makes $L_D$ smaller, and the generator makes a loss of its own smaller,
# $L_G = -\mathrm{E}_z[\ln D(G(z))]$. [Chapter 5](05_losses.ipynb) explains why we take this loss
# and not $V$ itself. Both of these losses pull the generated samples to where $D$ is larger.

# %%
figure, axes = plt.subplots(figsize=(8, 3.7), layout="constrained")
draw_gan(axes, lit=["losses", "gradients"])
plt.show()

# %% [markdown]
# The package's `GAN` takes any two Keras networks whose shapes fit. Our generator is a single layer
# with one input. Such a layer multiplies its input by one weight, the *kernel*, and adds another
# one, the *bias*. So the kernel is $s$, and the bias is $m$. (The settings with `ema` in their
# names keep an average of the weights. The section on two dimensions says what for.)

# %%
keras.utils.set_random_seed(0)  # `fit` shuffles the data
generator = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
generator.layers[0].set_weights([np.array([[1.0]]), np.array([-1.0])])

model = GAN(generator, dense_network(1, 32, "tanh", seed=1), latent_dim=1, seed=0)
model.compile(
    generator_optimizer=make_adam(5e-3, use_ema=True, ema_momentum=0.995),
    discriminator_optimizer=make_adam(5e-3),
    regularizer=None,
    steps_per_execution=32,  # Keras hands over 32 steps at once: faster with tiny networks
)

# %% [markdown]
# After each epoch we write down $m$, $s$ and the discriminator's answers.

# %%
past = []


def keep(epoch=None, logs=None):
    kernel, bias = generator.layers[0].get_weights()
    answers = sigmoid(np.asarray(model.discriminator(grid[:, np.newaxis])))[:, 0]
    past.append((bias[0], abs(kernel[0, 0]), answers))


keep()
real_samples = rng.normal(1, 0.5, size=(4096, 1)).astype(np.float32)
history = model.fit(
    real_samples,
    epochs=LINE_EPOCHS,
    batch_size=128,
    callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=keep)],
    verbose=0,
).history

# %%
for epoch in (0, 4, 6, 8, 10, 20, LINE_EPOCHS):
    mean, deviation, answers = past[epoch]
    print(f"after {epoch:2d} epochs: m = {mean:5.2f}, s = {deviation:.2f}")
assert abs(mean - 1) < 0.1 and abs(deviation - 0.5) < 0.1
assert min(deviation for _, deviation, _ in past) < 0.3
assert np.abs(answers - 0.5)[p > 0.1].max() < 0.1

# %% [markdown]
# Here is the film of the training. **Predict, then look:** does the generator walk straight to the
# data, with a width between 1 and 0.5 all the way?


# %%
def as_frame(figure):
    """What is drawn, as an array for a film."""
    figure.canvas.draw()
    frame = np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()
    plt.close(figure)
    return frame


frames = []
for epoch in [*range(13), *range(16, len(past), 8)]:
    mean, deviation, answers = past[epoch]
    figure, axes = plt.subplots(figsize=(7, 3.5), dpi=70, layout="constrained")
    axes.plot(grid, p, "-", color="0", label="p, data")
    axes.plot(grid, normal(grid, mean, deviation), "--", color="C1", label="q, generated")
    axes.plot(grid, answers, "-.", color="C0", label="D")
    axes.axhline(0.5, color="0.6", linewidth=0.8, linestyle=":", label="one half")
    title = f"after {epoch} epochs: m = {mean:.2f}, s = {deviation:.2f}"
    axes.set(title=title, xlabel="x", ylabel="density, probability")
    axes.set(xlim=(-4, 4), ylim=(0, 1.25))
    figure.legend(loc="outside lower center", ncols=4, fontsize="small")
    frames.append(as_frame(figure))
write_film(folder / "line.gif", frames, duration_ms=250)
Image(folder / "line.gif")

# %% [markdown]
# The generator does not walk straight to the data. The discriminator $D$ rises towards the data,
# and the generated samples go where $D$ is larger. The samples on the left, which $D$ refuses most,
# are pulled hardest. So the generator becomes narrow on its way, until nearly all of its samples
# are at one place. (There $q$ goes on above the picture: the narrower, the higher.) Then $D$ learns
# to refuse this place, and the generator spreads out again. In the end both curves lie on each
# other, and $D$ is near one half where there are samples. Where there are no samples, $D$ may say
# anything.
#
# Articles 0 and 1 let the players move in turns. In the package both move at the same time: each
# gradient is taken before either player has moved. That makes a difference, as we shall see below.
#
# ## The equilibrium
#
# *Articles: 1 §2 · 2 §2.3*
#
# A *Nash equilibrium* is a state of a game in which no player gains by changing alone, while the
# other one stays. In this game it is the state with $q = p$ and $D = 1/2$ everywhere. We look at
# both players, one after the other.
#
# First the generator stays, with $q = p$, and only the discriminator changes. Whatever it does, $V$
# is never larger than with $D = 1/2$.

# %%
at_equilibrium = value(p, p, np.zeros_like(grid))
tried = []
for _ in range(1000):
    a, b, c = rng.uniform(0.5, 3, size=3)
    tried.append(value(p, p, a * np.sin(b * grid + c)))
print(f"V at the equilibrium {at_equilibrium:.4f}, best of 1,000 changes of D {max(tried):.4f}")
assert max(tried) < at_equilibrium

# %% [markdown]
# Now the discriminator stays, with $D = 1/2$, and only the generator changes. **Predict, then
# run:** how much does the generator lose if it alone moves away from the data?

# %%
tried = [
    value(p, normal(grid, mean, deviation), np.zeros_like(grid))
    for mean in (-2, 0, 1, 2)
    for deviation in (0.3, 0.5, 0.8)
]
np.testing.assert_allclose(tried, at_equilibrium, atol=1e-6)

# %% [markdown]
# The generator loses nothing at all, because a discriminator that always says one half does not
# care where the samples are. What keeps the generator at the data is that the discriminator would
# learn to see the difference if the generator went away.
#
# In any other state one of the players can gain. We take the first generator of this chapter and
# its $D^*$: this generator can lower $V$ by moving its mean alone.

# %%
fixed_logits = best_logits(p, q)
for mean in (-1, -0.5, 0, 0.5, 1):
    print(f"mean {mean:4.1f}: V = {value(p, normal(grid, mean, 1), fixed_logits):.3f}")
assert value(p, normal(grid, -0.5, 1), fixed_logits) < best_value - 0.1

# %% [markdown]
# You can see the marks of the equilibrium in training. With $D = 1/2$ the logits are 0, since
# $\sigma(0) = 1/2$. Then the discriminator's loss is $2 \ln 2 = 1.386$ and the generator's loss is
# $\ln 2 = 0.693$.

# %%
undecided = np.zeros((8, 1), np.float32)
np.testing.assert_allclose(
    loss.discriminator_loss(undecided, undecided), 2 * math.log(2), rtol=1e-6
)
np.testing.assert_allclose(loss.generator_loss(undecided), math.log(2), rtol=1e-6)

# %% [markdown]
# There is a third mark: no discriminator can be right more often than half of the time, because
# real and generated samples have the same distribution. **Predict, then look:** do the curves of
# our training get there?

# %%
plot_curves(history, folder / "curves.png")
Image(folder / "curves.png", width=800)

# %%
ends = {name: np.mean(numbers[-5:]) for name, numbers in history.items()}
assert abs(ends["discriminator_loss"] - 2 * math.log(2)) < 0.03
assert abs(ends["generator_loss"] - math.log(2)) < 0.05
assert abs((ends["real_accuracy"] + ends["fake_accuracy"]) / 2 - 0.5) < 0.05

# %% [markdown]
# These curves do get there. In the training with images they rarely get there, because the
# discriminator keeps a little ahead.
#
# Take care with the other direction: losses of 1.386 and 0.693 do not prove that $q = p$. A
# discriminator that is too weak to see the difference has the same losses.
#
# ### Exercise 4 ★★☆: a discriminator that is too weak
#
# Suppose the discriminator's logit is a straight line, $l(x) = a x + b$. The data is the standard
# normal distribution. Choose mean and standard deviation of a generator which is *not* right, but
# which the best such line cannot tell from the data, while $D^*$ can.

# %% tags=["exercise-4"]
fooling_mean = ...
fooling_deviation = ...

# %% tags=["check-4"]
with exercise(4):
    given = fooling_mean, fooling_deviation
    assert given[0] is not ... and given[1] is not ..., "Two numbers are wanted."
    assert fooling_deviation > 0, "A standard deviation is positive."
    data, fooling = normal(grid, 0, 1), normal(grid, *given)
    gain = value(data, fooling, best_logits(data, fooling)) + math.log(4)
    assert gain > 0.005, "This generator is right, or very nearly so."
    draws = np.random.default_rng(1).normal(
        [[0.0], [fooling_mean]], [[1], [fooling_deviation]], (2, 50_000)
    )
    labels = np.repeat([1, 0], 50_000)
    line = LogisticRegression().fit(draws.reshape(-1, 1), labels)
    slope = abs(line.coef_[0, 0]) * draws.std()
    assert slope < 0.05, f"The best line has found a difference: its slope is {slope:.2f}."
    wide = np.linspace(-1, 1, 20_001) * (10 * max(1, fooling_deviation) + abs(fooling_mean))
    flat = np.trapezoid(wide * (normal(wide, 0, 1) - normal(wide, *given)), wide)
    assert abs(flat) < 1e-3, (
        "Tilt a flat line a little, and its loss falls. One of the two still lies more "
        "to one side than the other, and a line that rises slowly enough sees it."
    )

# %% [markdown]
# ## Two dimensions
#
# Each sample is now a point in the plane, and the data is a ring of eight Gaussians. Each of them
# is called a *mode* of the distribution. The question is whether the generator finds all of them.

# %%
angles = 2 * np.pi * np.arange(8) / 8
modes = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
which = rng.integers(8, size=8192)
ring = (modes[which] + rng.normal(0, 0.1, size=(8192, 2))).astype(np.float32)

# %% [markdown]
# We let the computer count. A sample belongs to a mode if it is less than 0.3, three standard
# deviations, away from the middle of the mode. A mode is *covered* if at least 3 % of all samples
# belong to it. (If all modes got the same, each would have 12.5 %.)


# %%
def mode_fractions(samples):
    """The fraction of all samples that belongs to each mode."""
    distances = np.linalg.norm(samples[:, np.newaxis] - modes, axis=2)
    return (distances < 0.3).mean(axis=0)


def modes_covered(samples):
    return int(np.sum(mode_fractions(samples) >= 0.03))


assert modes_covered(ring) == 8 and modes_covered(ring[which < 3]) == 3

# %% [markdown]
# We take the same `GAN` with two small networks. The generator turns eight random numbers into a
# point, and the discriminator turns a point into a logit. R1, the penalty of chapter 1, stays on
# this time. The last section of this chapter shows what R1 does.
#
# The weights of a generator move to and fro from step to step. So the package also keeps a *moving
# average* of them: a mean over many steps, in which the latest steps count most. `generate` draws
# with this average, so that the film is calm.


# %%
def point_generator(seed):
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    options = {"kernel_initializer": initializer}
    return keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(128, activation="relu", **options),
            keras.layers.Dense(128, activation="relu", **options),
            keras.layers.Dense(2, **options),
        ]
    )


keras.utils.set_random_seed(0)
model = GAN(point_generator(0), dense_network(2, 128, "relu", seed=1), latent_dim=8, seed=0)
model.compile(steps_per_execution=64)

films = [model.generate(1000, seed=1)]
for _ in range(RING_EPOCHS):
    model.fit(ring, epochs=1, batch_size=128, verbose=0)
    films.append(model.generate(1000, seed=1))

# %%
frames = []
shown = [epoch for epoch in range(len(films)) if epoch <= 14 or epoch % 4 == 0]
for epoch in shown:
    figure, axes = plt.subplots(figsize=(5, 5.2), dpi=80, layout="constrained")
    axes.plot(*ring[:500].T, ".", color="0.75", markersize=5, label="data")
    axes.plot(*films[epoch][:500].T, "+", color="C1", markersize=4, label="generated")
    axes.set(
        title=f"epoch {epoch}: {modes_covered(films[epoch])} of 8 modes", xlabel="x", ylabel="y"
    )
    axes.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
    axes.legend(loc="upper right", fontsize="x-small")
    frames.append(as_frame(figure))
write_film(folder / "ring.gif", frames, duration_ms=300)
Image(folder / "ring.gif")


# %%
def describe(samples):
    """The fraction of samples in no mode, and the mean standard deviation within the modes."""
    distances = np.linalg.norm(samples[:, np.newaxis] - modes, axis=2)
    nearest, inside = distances.argmin(axis=1), distances.min(axis=1) < 0.3
    found = np.unique(nearest[inside])
    deviations = [samples[inside & (nearest == mode)].std(axis=0) for mode in found]
    return 1 - inside.mean(), np.mean(deviations)


print("fraction of generated samples in each mode:", mode_fractions(films[-1]).round(3))
for name, samples in (("data", ring), ("generated", films[-1])):
    outside, spread = describe(samples)
    print(f"{name:9}: {outside:.3f} in no mode, standard deviation within a mode {spread:.3f}")
assert modes_covered(films[-1]) == 8 or RING_EPOCHS < 40

# %% [markdown]
# The generator has found all eight modes, but it is not perfect, and the two lines of numbers show
# where. More of its samples than of the data lie between the modes. The generator is a continuous
# function of the noise, so between two modes there must be a bridge, even if it is a thin one. And
# within each mode its samples lie closer together than the data: the clusters are in the right
# places, but they are less than half as wide. (Set `RING_EPOCHS` at the top of the chapter to 80 or
# 160 and run again: fewer samples lie between the modes, but the clusters stay narrow.) So "8 of 8
# modes" does not yet mean $q = p$.
#
# A generator that stays on a few of the modes has *collapsed*. [Chapter 8](08_failures.ipynb) makes
# this happen on purpose.
#
# [The game, live](../docs/game.md) is a page of the documentation on which this training runs in
# your browser, step by step if you like, in one and in two dimensions. You can change the data, the
# loss and the rates while it runs, or draw the data yourself.
#
# ## Two objectives
#
# *Articles: 4 §2*
#
# Article 4 calls the game an optimisation with two objectives. To be precise: the discriminator
# minimises $L_D$ over its own weights, the generator minimises $L_G$ over its own weights, and each
# loss depends on the weights of both. So this is not the minimisation of one function, and it does
# not become one if you add the two losses. (What the discriminator maximises is the value $V$. Its
# loss has the opposite sign, and the discriminator minimises it.)
#
# Let us add the two losses and see. We take the losses that come from the value itself. The
# discriminator's loss is $L_D = -V$. The generator's loss is the part of $V$ that depends on $G$,
# $L_G = \mathrm{E}_z[\ln(1 - D(G(z)))]$. **Predict, then run:** what does the generator learn from
# $L_D + L_G$?

# %%
minimax = Minimax()
noise = keras.random.normal((256, 8), seed=1)
with tf.GradientTape(persistent=True) as tape:
    real_output = model.discriminator(ring[:256])
    fake_output = model.discriminator(model.generator(noise))
    generator_loss = minimax.generator_loss(fake_output)
    total = generator_loss + minimax.discriminator_loss(real_output, fake_output)

variables = model.generator.trainable_variables
own = tf.linalg.global_norm(tape.gradient(generator_loss, variables))
of_sum = tf.linalg.global_norm(tape.gradient(total, variables))
print(f"length of the generator's gradient: own loss {own:.4f}, sum {of_sum:.4f}")
assert own > 1e-3 and of_sum < 1e-5

# %% [markdown]
# The generator learns nothing from the sum. With these two losses one player wins what the other
# one loses, so the generator drops out of the sum. This is why the training step has two losses,
# two gradients and two optimizers.
#
# In other fields, optimisation with two objectives means that one set of variables has to fulfil
# two wishes, and one looks for a compromise. Here each wish has variables of its own. So we do not
# look for a compromise. We look for an equilibrium, and ask whether training goes there.
#
# ## A game that goes round in circles
#
# The smallest game of this kind has one number for each player: $V(x, y) = x y$. The first player
# chooses $x$ and wants $V$ small, the second chooses $y$ and wants it large. The equilibrium is
# $x = y = 0$: as long as $y = 0$, no change of $x$ changes the value, and as long as $x = 0$, no
# change of $y$ does.
#
# Each player follows its own gradient: $\partial V / \partial x = y$ and
# $\partial V / \partial y = x$. The first player goes against it, the second one along it. In a
# *simultaneous* step both gradients are taken before anybody moves.


# %%
def simultaneous(x, y, rate):
    return x - rate * y, y + rate * x


def play(step, start=(1.0, 0.0), steps=150, rate=0.1):
    """The points of a game, (steps + 1, 2)."""
    points = [start]
    for _ in range(steps):
        points.append(step(*points[-1], rate))
    return np.array(points)


# %% [markdown]
# **Predict, then run:** the players start at $(1, 0)$. Where do they end up?

# %%
outward = play(simultaneous)
radius = np.hypot(*outward.T)
np.testing.assert_allclose(radius[1:] / radius[:-1], math.sqrt(1 + 0.1**2))
print(f"distance from the equilibrium: at first {radius[0]:.2f}, in the end {radius[-1]:.2f}")
assert radius[-1] > 2 * radius[0]

# %% [markdown]
# They go further and further away: in each step their distance from the equilibrium grows by the
# factor $\sqrt{1 + \text{rate}^2}$. The reason is that each step is at right angles to the way to
# the equilibrium.
#
# With *alternating* steps the second player sees where the first one has gone. The points then
# stay on a closed curve, an ellipse, because $x^2 - \text{rate} \, x y + y^2$ never changes.


# %%
def alternating(x, y, rate):
    x = x - rate * y
    return x, y + rate * x


around = play(alternating)
x, y = around.T
np.testing.assert_allclose(x**2 - 0.1 * x * y + y**2, 1.0)

# %% [markdown]
# There are cures. The first one is to take the *average* of all points so far in place of the last
# point. The points go round the equilibrium, so their average comes close to it. You have met such
# an average above: the moving average of the generator's weights.

# %%
averages = np.cumsum(around, axis=0) / np.arange(1, len(around) + 1)[:, np.newaxis]
assert np.hypot(*averages[-1]) < 0.2

# %% [markdown]
# The second cure is a *penalty*. The second player, who stands for the discriminator, also wants
# $y$ to be near 0: it maximises $x y - \frac{\gamma}{2} y^2$, with a number $\gamma$, the weight of
# the penalty. The equilibrium is still $x = y = 0$.


# %%
def penalised(x, y, rate, gamma=0.5):
    return x - rate * y, y + rate * (x - gamma * y)


inward = play(penalised)
assert np.hypot(*inward[-1]) < 0.1


def draw_path(axes, points):
    """The way of both players, with arrows in its direction."""
    axes.plot(*points.T, "-", color="0.4", linewidth=1, label="way of both players")
    lengths = np.cumsum(np.hypot(*np.diff(points, axis=0).T))
    for part in (0.15, 0.4, 0.65, 0.9):
        i = np.searchsorted(lengths, part * lengths[-1])
        arrow = {
            "arrowstyle": "-|>",
            "color": "C0",
            "mutation_scale": 15,
            "shrinkA": 0,
            "shrinkB": 0,
        }
        axes.annotate("", points[i + 2], points[i], arrowprops=arrow)
    axes.plot(*points[0], "o", color="C1", label="start")
    axes.plot(0, 0, "+", color="0", markersize=12, label="equilibrium")


figure, panels = plt.subplots(1, 3, figsize=(8, 4), sharey=True, layout="constrained")
for axes, title, points in (
    (panels[0], "simultaneous", outward),
    (panels[1], "alternating", around),
    (panels[2], "simultaneous, with a penalty", inward),
):
    draw_path(axes, points)
    axes.set_title(title, fontsize="medium")
    axes.set(xlabel="x, first player", xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), aspect="equal")
panels[1].plot(*averages.T, "--", color="C2", label="average so far")
panels[0].set_ylabel("y, second player")
figure.legend(*panels[1].get_legend_handles_labels(), loc="outside lower center", ncols=4)
plt.show()

# %% [markdown]
# ### Exercise 5 ★★☆: look ahead
#
# There is a third cure, the *extragradient* (Korpelevich 1976). The players try a simultaneous
# step and take both gradients at the point where it leads. Then they go back and make the real
# step with these gradients. Write this step.


# %% tags=["exercise-5"]
def look_ahead(x, y, rate):
    """The next point, a tuple (x, y)."""
    return ...


# %% tags=["check-5"]
with exercise(5):
    point = look_ahead(1.0, 0.0, 0.1)
    assert point is not ..., "Write an expression in place of the three dots."
    assert len(point) == 2, "A tuple of two numbers is wanted."
    path = play(look_ahead)
    assert np.hypot(*path[1]) < np.hypot(*path[0]), "The first step does not lead inwards."
    assert np.hypot(*path[-1]) < 0.5, "After 150 steps it is still far from the equilibrium."
    assert np.allclose(look_ahead(0.0, 1.0, 0.5), (-0.5, 0.75)), "A step of rate 0.5 is not right."
    message = (
        "From (2, -1), with the rate 0.3, it goes elsewhere. Does it use both gradients there?"
    )
    assert np.allclose(look_ahead(2.0, -1.0, 0.3), (2.12, -0.31)), message

# %% [markdown]
# ## The smallest GAN
#
# Does this happen in a GAN, too? Mescheder et al. (2018, arXiv:1801.04406, section 2) invented a
# GAN that is hardly larger than this game, the *Dirac-GAN*. In its data every sample is the number
# 0. The generator has a single weight $\theta$ and always returns it. The discriminator is a line
# through 0 with the slope $\psi$: its logit is $l(x) = \psi x$. In the equilibrium $\theta$ and
# $\psi$ are 0.
#
# The losses are again those of the value itself:
# $L_D = \mathrm{softplus}(0) + \mathrm{softplus}(\psi \theta)$ and
# $L_G = -\mathrm{softplus}(\psi \theta)$. The penalty *R1* is half the squared gradient of the
# logit at real samples, the gradient with respect to the sample. It says how much the logit changes
# if the sample changes a little. Here this gradient is the slope of the line, which is the same
# everywhere, so that R1 is $\psi^2 / 2$.

# %%
psi = tf.constant(0.8)
data = tf.zeros((8, 1))
np.testing.assert_allclose(r1_penalty(lambda x: psi * x, data), psi**2 / 2)


# %% [markdown]
# We compute the gradients of both losses by hand. The derivative of softplus is the sigmoid.


# %%
def dirac_step(theta, psi, rate, gamma):
    """A simultaneous step of both; gamma is the weight of R1."""
    generator_gradient = -psi * sigmoid(psi * theta)
    discriminator_gradient = theta * sigmoid(psi * theta) + gamma * psi
    return theta - rate * generator_gradient, psi - rate * discriminator_gradient


# %% [markdown]
# Then we build the same as two Keras networks, which `GAN` trains with plain gradient descent
# (SGD). The generator needs a layer that does not listen to the noise. The last lines check that
# the networks take the same way as our formulas.


# %%
class Position(keras.layers.Layer):
    """Returns its one weight, whatever the noise is."""

    def build(self, input_shape):
        self.theta = self.add_weight(shape=(1,), initializer=keras.initializers.Constant(1.0))

    def call(self, noise):
        return self.theta + 0.0 * noise


def dirac_gan(regularizer, steps=400, rate=0.1):
    """The path of (theta, psi), from (1, 0), trained by `GAN`."""
    generator = keras.Sequential([keras.Input((1,)), Position()])
    line = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = GAN(generator, keras.Sequential([keras.Input((1,)), line]), latent_dim=1, seed=0)
    optimizers = keras.optimizers.SGD(rate), keras.optimizers.SGD(rate)
    model.compile(*optimizers, loss="minimax", regularizer=regularizer)
    path = [(1.0, 0.0)]

    def keep(batch, logs):
        weights = (*model.generator.trainable_variables, *model.discriminator.trainable_variables)
        path.append([float(np.ravel(weight)[0]) for weight in weights])

    callback = keras.callbacks.LambdaCallback(on_train_batch_end=keep)
    model.fit(np.zeros((8 * steps, 1), np.float32), batch_size=8, verbose=0, callbacks=[callback])
    return np.array(path)


paths = {gamma: dirac_gan(R1(gamma) if gamma else None) for gamma in (0, 0.3)}
for gamma, path in paths.items():
    by_hand = play(lambda x, y, rate, g=gamma: dirac_step(x, y, rate, g), steps=400, rate=0.1)
    np.testing.assert_allclose(path, by_hand, atol=1e-3)

# %%
figure, panels = plt.subplots(1, 2, figsize=(7, 4.6), sharey=True, layout="constrained")
for axes, (gamma, path) in zip(panels, paths.items(), strict=True):
    draw_path(axes, path)
    title = f"R1 with weight {gamma}" if gamma else "without R1"
    axes.set(title=title, xlabel=r"generator's weight $\theta$", aspect="equal")
    axes.set(xlim=(-1.8, 1.8), ylim=(-1.8, 1.8))
panels[0].set_ylabel(r"discriminator's weight $\psi$")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()

# %%
distances = {gamma: np.hypot(*path.T) for gamma, path in paths.items()}
assert np.all(np.diff(distances[0]) > 0)
assert distances[0.3][-1] < 0.01

# %% [markdown]
# Without R1 this GAN goes on turning around its equilibrium, a little further out each time. With
# R1 it arrives. The penalty does not move the equilibrium, because the slope is 0 there anyway. It
# only damps the swing on the way. This is one reason why R1 is on by default in this package.
#
# If you know eigenvalues, you can compute this near the equilibrium. For small $\theta$ and $\psi$
# a step adds the rate times a matrix times $(\theta, \psi)$. If the eigenvalues of this matrix have
# an imaginary part, the path turns. If their real part is negative, the path shrinks, provided that
# the rate is small enough. With $\gamma = 0.3$ and a rate of 2, for example, a step leads further
# away although the real part is negative, because it goes too far.


# %%
def matrix_at_equilibrium(gamma, small=1e-4):
    """Derivatives of (theta, psi)'s motion at (0, 0), by differences."""
    columns = [
        (np.array(dirac_step(*point, 1.0, gamma)) - point) / small
        for point in (np.array([small, 0.0]), np.array([0.0, small]))
    ]
    return np.stack(columns, axis=1)


for gamma in (0, 0.3):
    print(f"gamma {gamma}:", np.linalg.eigvals(matrix_at_equilibrium(gamma)).round(3))

# %% [markdown]
# ### Exercise 6 ★★★: no turning at all
#
# With a large enough weight of R1 the path near the equilibrium no longer turns: it goes straight
# in. Find the smallest $\gamma$ for which the eigenvalues have no imaginary part, by trying or by
# computing.

# %% tags=["exercise-6"]
smallest_weight = ...

# %% tags=["check-6"]
with exercise(6):
    assert smallest_weight is not ..., "Write a number in place of the three dots."
    assert smallest_weight > 0, "Without R1 it turns."
    above, below = (
        np.abs(np.linalg.eigvals(matrix_at_equilibrium(factor * smallest_weight)).imag).max()
        for factor in (1.02, 0.98)
    )
    assert above < 1e-6, "With 2 % more than this the path still turns."
    assert below > 1e-6, "Less would do."

# %% [markdown]
# The networks of a real GAN have many thousands of weights in place of $\theta$ and $\psi$. What
# they share with this small GAN is that the players chase each other: the equilibrium is not the
# bottom of a valley into which everything rolls by itself. [Chapter 8](08_failures.ipynb) shows
# what else can happen on the way.
#
# ## Summary
#
# - For a given generator the best discriminator is $D^* = p / (p + q)$.
# - The value $V$ of the game is what the discriminator makes large and the generator small. With
#   $D^*$ it is $-\ln 4 + 2 \, \mathrm{JSD}(p \,\|\, q)$, and smallest where $q = p$.
# - In the equilibrium $q = p$ and $D = 1/2$, and the losses are 1.386 and 0.693. But these losses
#   do not prove the equilibrium.
# - The generator needs a loss of its own: it learns nothing from the sum $L_D + L_G$ of a minimax
#   game.
# - If both networks move at the same time, they can circle around the equilibrium without end. A
#   penalty such as R1 makes the circles smaller, and an average of the weights smooths them.
#
# To read on: Goodfellow et al. 2014, [Generative adversarial
# nets](https://arxiv.org/abs/1406.2661), section 4, and Mescheder et al. 2018, [Which training
# methods for GANs do actually converge?](https://arxiv.org/abs/1801.04406)
#
# ## An open project: a shape that is hard
#
# Replace the ring of eight Gaussians by a distribution of your own in the plane: a spiral, 25
# Gaussians in a square, two moons, or modes that differ in size. Train the same two networks on it.
# Then say how well the generator does, by a measure that you define yourself.
#
# A good answer
#
# - states the measure before the training, says what its best value is, and computes that value for
#   real samples too;
# - shows real and generated samples in one figure, with equal axes;
# - trains with at least three seeds and gives all three results, not the best one;
# - tries one change (the penalty, the rates, the width) with a reason, and reports it also if it
#   did not help.

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. The best discriminator says "real" below 1, half-way between the two means. It is right about a
# real sample if this sample lies below 1. By symmetry it is right as often about a generated one.

# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
best_accuracy = scipy.stats.norm.cdf(1)

# %% [markdown]
# 2. This discriminator learned which fraction of the samples is generated, $1 - D^*$. Since
# $1 - \sigma(l) = \sigma(-l)$, only the sign of the logit is wrong.


# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
def mended(logits):
    return -logits


# %% [markdown]
# 3. `rel_entr` takes care of the zeros.


# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
def jensen_shannon(p, q):
    middle = (p + q) / 2
    terms = scipy.special.rel_entr(p, middle) + scipy.special.rel_entr(q, middle)
    return np.trapezoid(terms, grid) / 2


# %% [markdown]
# 4. A line looks for a side on which real samples are more frequent than generated ones. If both
# have the same mean, there is no such side, however wide the generator is.

# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
fooling_mean = 0
fooling_deviation = 2

# %% [markdown]
# 5. The gradients at the point ahead already contain the turn that is to come, so that the step is
# bent inwards.


# %% tags=["solution-5", "hide-cell"] jupyter={"source_hidden": true}
def look_ahead(x, y, rate):
    ahead_x, ahead_y = simultaneous(x, y, rate)
    return x - rate * ahead_y, y + rate * ahead_x


# %% [markdown]
# 6. The eigenvalues solve $\lambda^2 + \gamma \lambda + 1/4 = 0$, with the roots
# $(-\gamma \pm \sqrt{\gamma^2 - 1}) / 2$.

# %% tags=["solution-6", "hide-cell"] jupyter={"source_hidden": true}
smallest_weight = 1
