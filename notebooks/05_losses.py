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
# # 5. The losses, and errata
#
# This chapter is about what the two networks minimise, where these losses come from, and how to
# compute them without overflow. A few lines of code check each step of the mathematics. The last
# part takes formulas and recipes from the articles that this course follows, runs them as they are
# printed, and shows what goes wrong.
#
# After this chapter you can read a GAN's losses, choose one, write your own, and find a wrong
# sign.
#
# Takes 26 s on two CPU cores.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.special
import scipy.stats
import tensorflow as tf

from dcgan_tf import GAN, build_pair, load_dataset
from dcgan_tf.applications.conditional import build_conditional_pair
from dcgan_tf.diagrams import draw_gan
from dcgan_tf.exercises import exercise
from dcgan_tf.gan import losses, regularizers
from dcgan_tf.gan.article_losses import Minimax, SigmoidCrossEntropy, sigmoid_cross_entropy

# %% [markdown]
# The first number says how many samples we draw to check a mean. The second one says how many
# epochs the small games of the second half last.

# %% tags=["parameters"] quick={"SAMPLES": 50_000, "EPOCHS": 12}
SAMPLES = 200_000
EPOCHS = 20

# %% [markdown]
# ## The value function
#
# *Articles: 1 §3.3 · 3 §4 formulas*
#
# This chapter is about the right side of the drawing: what is computed from the discriminator's
# logits, and what each network is to make of it.

# %%
figure, axes = plt.subplots(figsize=(8, 3.7), layout="constrained")
draw_gan(axes, lit=["losses"])
plt.show()

# %% [markdown]
# The discriminator $D$ gives each sample $x$ a number $D(x)$ between 0 and 1, the probability
# with which it takes $x$ for real. The generator $G$ turns noise $z$ into a sample $G(z)$.
# Goodfellow et al. (2014, arXiv:1406.2661, equation 1) write the whole game as one number, the
# *value function*:
#
# $$\min_G \max_D V(D, G) = E_{x \sim p_{data}}[\ln D(x)] + E_{z \sim p_z}[\ln(1 - D(G(z)))]$$
#
# $E$ is a mean over all samples that are drawn as the index says: $x$ from the data, $z$ from the
# noise. ($p_{data}$, the distribution of the data, is the $p$ of [chapter 3](03_game.ipynb).) The
# logarithm is the natural one (papers and articles often write $\log$ for it). Numbers made by
# natural logarithms of probabilities, like $V$, are measured in *nats*. (`docs/glossary.md` has all
# symbols of the course in one table.)
#
# The discriminator wants $V$ to be large, with $D(x)$ near 1 for real samples and $D(G(z))$ near 0
# for generated ones. The generator wants $V$ to be small. It can only change the second mean, as
# the first one does not depend on $G$.
#
# What the players choose are weights. Article 1 therefore writes the two networks as
# $G(z; \theta_g)$ and $D(x; \theta_d)$: $\theta_g$ stands for all weights of the generator, and
# $\theta_d$ for all those of the discriminator. $\max_D$ means the largest value over all
# $\theta_d$, and $\min_G$ the smallest one over all $\theta_g$. We leave $\theta_g$ and $\theta_d$
# out where they are clear.

# %% [markdown]
# Let us take a world that is small enough to see whole: it has six different samples and no more.
# `p` says how often each of them occurs in the data, and `q` how often the generator makes it. Then
# each mean is a sum.

# %%
p = np.array([0.30, 0.25, 0.20, 0.12, 0.08, 0.05])  # the data
q = np.array([0.05, 0.10, 0.10, 0.20, 0.25, 0.30])  # the generator


def value(D, p, q):
    """V, for a discriminator with one number for each sample."""
    return np.sum(p * np.log(D)) + np.sum(q * np.log(1 - D))


D = np.array([0.9, 0.8, 0.7, 0.4, 0.3, 0.2])
print(f"V = {value(D, p, q):.3f}")

# %% [markdown]
# A training step does not know `p` and `q`. It draws samples and takes their means. With many
# samples this gives nearly the same number, and the more samples there are, the nearer it comes. In
# this sense Article 3 (section 4) says that the game is an optimisation over an *infinite data
# set*: the mean $E$ is what a mean over samples becomes if their number grows without end. The
# noise never runs out, but a real data set is finite. So training takes the mean over the images
# that it has, and a discriminator may learn them by heart ([chapter 8](08_failures.ipynb)).

# %%
rng = np.random.default_rng(0)
real_samples = rng.choice(6, SAMPLES, p=p)
fake_samples = rng.choice(6, SAMPLES, p=q)
drawn_value = np.log(D[real_samples]).mean() + np.log(1 - D[fake_samples]).mean()
np.testing.assert_allclose(drawn_value, value(D, p, q), rtol=0.02)
print(f"V from {SAMPLES:,} samples of each kind = {drawn_value:.3f}")

# %% [markdown]
# **Predict, then run:** a discriminator says one half to everything. How large is $V$ then? Does it
# depend on `p` and `q`?

# %%
undecided = np.full(6, 0.5)
for any_q in (q, p, np.full(6, 1 / 6)):
    print(f"V = {value(undecided, p, any_q):.4f}")
    assert np.isclose(value(undecided, p, any_q), -np.log(4))

# %% [markdown]
# $V$ is $\ln \frac12 + \ln \frac12 = -\ln 4 = -1.386$, whatever the generator makes. A
# discriminator can always have this much without looking at anything.

# %% [markdown]
# ## The best discriminator
#
# Let the generator stand still for a moment. Which discriminator makes $V$ as large as possible?
#
# Each sample has its own number $D$, which occurs only in the two terms of this sample. So we can
# make the terms of each sample as large as possible by themselves:
#
# $$f(D) = p \ln D + q \ln(1 - D), \qquad 0 < D < 1$$


# %%
def f(D, p, q):
    return p * np.log(D) + q * np.log(1 - D)


# %% [markdown]
# Step 1. The derivative is the slope of this curve: $f'(D) = p / D - q / (1 - D)$. We compare it
# with the slope between two points that are close together:


# %%
def slope(D, p, q):
    return p / D - q / (1 - D)


grid = np.linspace(0.001, 0.999, 999)
h = 1e-6
for p_i, q_i in zip(p, q, strict=True):
    between_points = (f(grid + h, p_i, q_i) - f(grid - h, p_i, q_i)) / (2 * h)
    np.testing.assert_allclose(slope(grid, p_i, q_i), between_points, rtol=1e-4, atol=1e-4)

# %% [markdown]
# Step 2. At the top of the curve the slope is 0. $p / D = q / (1 - D)$ means $p (1 - D) = q D$,
# so
#
# $$D^* = \frac{p}{p + q}$$
#
# Step 3. The slope falls all the way from left to right, because $p / D$ becomes smaller and
# $q / (1 - D)$ larger. So there is only one place where it is 0, and the curve has its maximum
# there.

# %%
best = p / (p + q)
np.testing.assert_allclose(slope(best, p, q), 0, atol=1e-12)
for p_i, q_i, best_i in zip(p, q, best, strict=True):
    assert (np.diff(slope(grid, p_i, q_i)) < 0).all()
    assert abs(grid[np.argmax(f(grid, p_i, q_i))] - best_i) <= 0.001  # as a search finds it

# %%
figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
for i, style, colour in zip((0, 3, 5), ("-", "--", ":"), ("C0", "C2", "C1"), strict=True):
    axes.plot(grid, f(grid, p[i], q[i]), style, color=colour, label=f"p = {p[i]}, q = {q[i]}")
    axes.plot(best[i], f(best[i], p[i], q[i]), "o", color=colour, markerfacecolor="white")
axes.set(xlabel="D", ylabel="f(D) in nats", ylim=(-1.5, 0), title="circles: p / (p + q)")
axes.legend()
plt.show()

# %% [markdown]
# This is Proposition 1 of Goodfellow et al. (2014). $D^*$ is a fraction: of all cases in which this
# sample comes up, so many were real. For a sample that only the data has, $D^*$ is 1. For a sample
# that is equally frequent in both, it is one half.
#
# No other discriminator does better. Here we try ten thousand of them, made at random:

# %%
others = rng.uniform(0.001, 0.999, (10_000, 6))
assert all(value(other, p, q) < value(best, p, q) for other in others)
print(f"V of the best discriminator = {value(best, p, q):.4f}")

# %% [markdown]
# Training finds the best one too. We turn one number $l$ for each sample into
# $D = 1 / (1 + e^{-l})$ and change it in small steps in the direction in which $V$ grows.
# `tf.GradientTape` computes this direction ([chapter 2](02_learning.ipynb)).

# %%
logits = tf.Variable(np.zeros(6))
for _ in range(500):
    with tf.GradientTape() as tape:
        learned = tf.sigmoid(logits)
        V = tf.reduce_sum(p * tf.math.log(learned) + q * tf.math.log(1 - learned))
    logits.assign_add(10.0 * tape.gradient(V, logits))

np.testing.assert_allclose(tf.sigmoid(logits), best, atol=1e-4)
print("learned:  ", tf.sigmoid(logits).numpy().round(3))
print("p / (p+q):", best.round(3))

# %% [markdown]
# ### Exercise 1 ★☆☆: a game of three samples
#
# The data has the samples A and B, half of each, and never C. The generator makes B and C, half
# of each, and never A. How large is $V$ for the best discriminator? (A term $0 \cdot \ln 0$
# counts 0: what never occurs adds nothing to a mean.)

# %% tags=["exercise-1"]
V_of_the_best = ...

# %% tags=["check-1"]
with exercise(1):
    assert V_of_the_best is not ..., "Write a number or an expression in place of the three dots."
    assert V_of_the_best <= 0, "A logarithm of a probability is never above 0."
    assert V_of_the_best > -np.log(4), "A discriminator that looks at nothing has as much."
    tries = np.linspace(1e-9, 1 - 1e-9, 100_001)
    probabilities = ((0.5, 0.0), (0.5, 0.5), (0.0, 0.5))
    searched = sum(np.max(f(tries, *both)) for both in probabilities)
    assert np.isclose(V_of_the_best, searched, atol=1e-3), "Sample by sample: what is p / (p + q)?"

# %% [markdown]
# ## What is left for the generator
#
# Now we put $D^*$ into $V$. What remains says how well the generator does against the best
# opponent:
#
# $$V(D^*) = \sum p \ln\frac{p}{p + q} + \sum q \ln\frac{q}{p + q}$$
#
# Let $m = (p + q) / 2$ be the mixture of both, which chapter 3 called $a$. Then
# $p / (p + q) = \frac12 \, p / m$, and we can take the logarithm of the $\frac12$ out of each term.
# As the probabilities in $p$ add up to 1, and those in $q$ too:
#
# $$V(D^*) = -2 \ln 2 + \sum p \ln\frac{p}{m} + \sum q \ln\frac{q}{m}$$
#
# Each of the two sums is a *Kullback-Leibler divergence*, written $KL(p \| m)$ and $KL(q \| m)$. It
# measures how far one distribution is from another. The mean of the two is the *Jensen-Shannon
# divergence* JSD of $p$ and $q$:
#
# $$V(D^*) = -\ln 4 + KL(p \| m) + KL(q \| m) = -\ln 4 + 2 \, JSD(p \| q)$$


# %%
def kl(p, q):
    return np.sum(scipy.special.rel_entr(p, q))  # p ln(p / q), and 0 where p is 0


def jsd(p, q):
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


first_line = np.sum(p * np.log(p / (p + q))) + np.sum(q * np.log(q / (p + q)))
m = (p + q) / 2
second_line = -2 * np.log(2) + np.sum(p * np.log(p / m)) + np.sum(q * np.log(q / m))
third_line = -np.log(4) + 2 * jsd(p, q)
np.testing.assert_allclose([first_line, second_line, third_line], value(best, p, q), rtol=1e-12)

# %% [markdown]
# This holds not only for these two: we check it for a thousand pairs of distributions, drawn at
# random.

# %%
for any_p, any_q in rng.dirichlet(np.ones(6), (1000, 2)):
    V = value(any_p / (any_p + any_q), any_p, any_q)
    np.testing.assert_allclose(V, -np.log(4) + 2 * jsd(any_p, any_q), rtol=1e-9)
    assert 0 <= jsd(any_p, any_q) <= np.log(2)
assert jsd(p, p) == 0

# %% [markdown]
# The JSD is 0 only if the two distributions are equal, and $\ln 2$ if they have no sample in
# common. So $V(D^*)$ lies between $-\ln 4$ and 0. The generator that minimises it makes exactly the
# distribution of the data, and then $D^*$ is one half everywhere (Theorem 1 of the same paper).
#
# Can a generator get there by small steps? Here the generator is a list of six probabilities. A
# softmax makes them from six free numbers: it takes their exponentials and divides them by their
# sum, so that all probabilities are above 0 and add up to 1. In each round the discriminator is the
# best one, and then the generator takes one step downwards.

# %%
free_numbers = tf.Variable(np.log(q))
values = []
for _ in range(300):
    D_star = p / (p + tf.nn.softmax(free_numbers))  # max over D
    with tf.GradientTape() as tape:
        q_now = tf.nn.softmax(free_numbers)
        V = tf.reduce_sum(p * tf.math.log(D_star)) + tf.reduce_sum(q_now * tf.math.log(1 - D_star))
    free_numbers.assign_sub(0.5 * tape.gradient(V, free_numbers))  # min over G
    values.append(float(V))

learned_q = tf.nn.softmax(free_numbers).numpy()
print("the generator's probabilities:", learned_q.round(3))
print("those of the data:            ", p)
np.testing.assert_allclose(learned_q, p, atol=0.02)
assert np.isclose(values[-1], -np.log(4), atol=1e-3)

# %%
figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
axes.plot(values, color="C1", label="V with the best D of each step")
axes.axhline(-np.log(4), color="black", linestyle=":", label="-ln 4")
axes.set(xlabel="steps of the generator", ylabel="V in nats")
axes.legend()
plt.show()

# %% [markdown]
# This was the theory. In a real GAN the samples are images, both players are networks, and the
# discriminator is at best close to the best one. [Chapter 3](03_game.ipynb) plays games of this
# kind.

# %% [markdown]
# ## Logits instead of probabilities
#
# A discriminator of this package does not return $D$. It returns the *logit* $l$, which may be any
# real number, with
#
# $$D = \sigma(l) = \frac{1}{1 + e^{-l}}$$
#
# $\sigma$ is the *sigmoid*. A logit of 0 is $D = \frac12$, a positive one means "real". Both
# logarithms of the game follow from one function, $\text{softplus}(l) = \ln(1 + e^l)$:
#
# $$\ln D = -\text{softplus}(-l), \qquad \ln(1 - D) = -\text{softplus}(l)$$
#
# The first holds because $\ln \sigma(l) = -\ln(1 + e^{-l})$, the second because
# $1 - \sigma(l) = \sigma(-l)$.
#
# Why do we not take the sigmoid first and then its logarithm? Numbers in a network are `float32`:
# they have about seven digits, and none is above about $10^{38}$. **Predict, then run:** for which
# of these logits does the direct way fail?


# %%
def direct(logit):
    """ln D and ln(1 - D) as the formulas have them."""
    D = 1 / (1 + np.exp(-logit))
    return np.log(D), np.log(1 - D)


def softplus(logit):
    """ln(1 + exp(logit)). This exponential cannot overflow: its argument is never above 0."""
    return np.maximum(logit, 0) + np.log1p(np.exp(-np.abs(logit)))


print("    logit    ln D: direct, stable      ln(1 - D): direct, stable")
for logit in np.array([-200, -100, -20, -1, 0, 1, 20, 100, 200], np.float32):
    with np.errstate(all="ignore"):  # no warnings: this overflow is the point
        log_D, log_not_D = direct(logit)
    stable = -softplus(-logit), -softplus(logit)
    print(f"{logit:9.0f} {log_D:12.4g} {stable[0]:12.4g} {log_not_D:16.4g} {stable[1]:12.4g}")

# %% [markdown]
# At a logit of 20 the sigmoid has been rounded to 1, and $\ln(1 - 1)$ is minus infinity instead of
# -20. At -100 the other logarithm breaks, because $e^{100}$ does not fit into a `float32`. At -20
# the direct way gives 0 for $\ln(1 - D)$, and the small rest is lost.
#
# The stable form takes the larger part of the sum out of the logarithm:
# $\ln(1 + e^l) = l + \ln(e^{-l} + 1)$. For large $l$ this is nearly $l$ itself. The stable form
# agrees with TensorFlow, and with the same computation in `float64`:

# %%
many_logits = np.linspace(-80, 80, 1001).astype(np.float32)
exactly = np.logaddexp(0, many_logits.astype(np.float64))
np.testing.assert_allclose(softplus(many_logits), exactly, rtol=1e-5)
np.testing.assert_allclose(softplus(many_logits), tf.nn.softplus(many_logits), rtol=1e-5)

# %% [markdown]
# The gradient breaks as well, and this does the damage: after one step with it the weights are no
# longer numbers, but NaN ("not a number").

# %%
logit = tf.Variable(-200.0)
with tf.GradientTape(persistent=True) as tape:
    by_sigmoid = -tf.math.log(tf.sigmoid(logit))
    by_softplus = tf.nn.softplus(-logit)
print("gradient by sigmoid: ", tape.gradient(by_sigmoid, logit).numpy())
print("gradient by softplus:", tape.gradient(by_softplus, logit).numpy())
assert not np.isfinite(tape.gradient(by_sigmoid, logit))
assert tape.gradient(by_softplus, logit) == -1

# %% [markdown]
# ### Exercise 2 ★★☆: cross-entropy from logits
#
# The *binary cross-entropy* of a label $y$ (1 for "real", 0 for "generated", or something
# between) and a probability $D$ is $-y \ln D - (1 - y) \ln(1 - D)$. Write it so that it takes
# the logit and is right for all logits, however large. `softplus` from above may be used.


# %% tags=["exercise-2"]
def cross_entropy(y, logit):
    """The binary cross-entropy of a label y and a logit, in nats, without a mean."""
    return ...


# %% tags=["check-2"]
with exercise(2):
    some_logits = np.array([-200, -30, -2, 0, 2, 30, 200], np.float32)
    answers = {y: cross_entropy(y, some_logits) for y in (0.0, 0.3, 1.0)}
    assert answers[1.0] is not ..., "Write an expression in place of the three dots."
    assert np.isfinite(list(answers.values())).all(), "It is infinite or no number for some logits."
    assert np.allclose([answer[3] for answer in answers.values()], np.log(2)), (
        "A logit of 0 is D = 1/2: then the label makes no difference."
    )
    for y, answer in answers.items():
        expected = tf.nn.sigmoid_cross_entropy_with_logits(
            labels=np.full(7, y, np.float32), logits=some_logits
        )
        assert np.allclose(answer, expected), f"It is wrong for the label {y}."

# %% [markdown]
# ## Binary cross-entropy is the same thing
#
# The losses of a GAN are often called binary cross-entropy, which is the loss of any classifier
# with two classes. With the label 1 it is $-\ln D$, with the label 0 it is $-\ln(1 - D)$. These are
# the terms of $V$ with the sign turned. The package, TensorFlow and Keras agree:

# %%
rng = np.random.default_rng(1)
real_output = rng.normal(2, 3, (8, 1)).astype(np.float32)  # logits of eight real samples
fake_output = rng.normal(-2, 3, (8, 1)).astype(np.float32)  # and of eight generated ones

for label, by_hand in ((1.0, softplus(-fake_output)), (0.0, softplus(fake_output))):
    labels = np.full_like(fake_output, label)
    ways = [
        sigmoid_cross_entropy(tf.constant(fake_output), label),
        tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=fake_output)),
        keras.losses.BinaryCrossentropy(from_logits=True)(labels, fake_output),
    ]
    np.testing.assert_allclose(ways, by_hand.mean(), rtol=1e-5)

# %% [markdown]
# ## The discriminator's loss
#
# *Articles: 2 §4.2*
#
# An optimizer, the rule that turns gradients into steps, always minimises. So to maximise $V$ the
# discriminator minimises $-V$:
#
# $$L_D = -E[\ln D(x)] - E[\ln(1 - D(G(z)))]$$
#
# which is, with logits, two means of a softplus:


# %%
def discriminator_loss(real_output, fake_output):
    return softplus(-real_output).mean() + softplus(fake_output).mean()


by_package = losses.get("sigmoid_cross_entropy").discriminator_loss(
    tf.constant(real_output), tf.constant(fake_output)
)
np.testing.assert_allclose(by_package, discriminator_loss(real_output, fake_output), rtol=1e-6)
print(f"with these logits: {discriminator_loss(real_output, fake_output):.3f}")
print(f"with logits of 0:  {discriminator_loss(np.zeros(8), np.zeros(8)):.3f}")

# %% [markdown]
# An undecided discriminator has the loss $2 \ln 2 = 1.386$. It is worth knowing this number by
# heart.
#
# What does one step change? The derivative of $\text{softplus}(l)$ is $\sigma(l)$. So with $n$
# samples of each kind, each real logit has the gradient $-(1 - \sigma(l)) / n$ and each generated
# one $\sigma(l) / n$. If a verdict is right and sure, its gradient is nearly 0: there is nothing
# more to learn from it.


# %%
sigmoid = scipy.special.expit
n = len(real_output)
variables = tf.Variable(real_output), tf.Variable(fake_output)
with tf.GradientTape() as tape:
    loss = losses.get("sigmoid_cross_entropy").discriminator_loss(*variables)
real_gradient, fake_gradient = tape.gradient(loss, variables)
np.testing.assert_allclose(real_gradient, -(1 - sigmoid(real_output)) / n, rtol=1e-4, atol=1e-8)
np.testing.assert_allclose(fake_gradient, sigmoid(fake_output) / n, rtol=1e-4, atol=1e-8)

# %% [markdown]
# ## Two losses for the generator
#
# *Articles: 2 §4.1*
#
# The generator minimises $V$. Only the second mean depends on it:
#
# $$L_G = E[\ln(1 - D(G(z)))] \qquad \text{(saturating, or "minimax")}$$
#
# This is the formula of Article 2. Its code, further down, has another loss:
#
# $$L_G = -E[\ln D(G(z))] \qquad \text{(non-saturating)}$$
#
# Both losses are small where $D(G(z))$ is near 1. In the package the first one is `"minimax"`. The
# second one is `"sigmoid_cross_entropy"`, the default:


# %%
def saturating_loss(fake_output):
    return -softplus(fake_output).mean()


def non_saturating_loss(fake_output):
    return softplus(-fake_output).mean()


own = {"minimax": saturating_loss, "sigmoid_cross_entropy": non_saturating_loss}
for name, own_loss in own.items():
    by_package = losses.get(name).generator_loss(tf.constant(fake_output))
    np.testing.assert_allclose(by_package, own_loss(fake_output), rtol=1e-6)
    print(f"{name:22}{own_loss(fake_output):8.3f}   at logits of 0: {own_loss(np.zeros(8)):.3f}")

# %% [markdown]
# We can compute the gradients with respect to the logit by hand, for one sample: $-\sigma(l)$ for
# the saturating loss and $-(1 - \sigma(l))$ for the other. Both are negative, so both losses fall
# as the logit rises. The tape says the same:

# %%
logits = tf.Variable(np.linspace(-8, 8, 161))
with tf.GradientTape(persistent=True) as tape:
    saturating = -tf.nn.softplus(logits)
    non_saturating = tf.nn.softplus(-logits)
x_axis = logits.numpy()
saturating_gradient = tape.gradient(saturating, logits)
non_saturating_gradient = tape.gradient(non_saturating, logits)
np.testing.assert_allclose(saturating_gradient, -sigmoid(x_axis), rtol=1e-9)
np.testing.assert_allclose(non_saturating_gradient, -(1 - sigmoid(x_axis)), rtol=1e-9)

# %% [markdown]
# **Predict, then run:** the discriminator has got ahead and is sure. It gives a generated image the
# logit -8, a probability of 3 in 10,000. Which of the two losses tells the generator more?

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.5), layout="constrained")
left.plot(x_axis, saturating, "--", color="C0", label="saturating")
left.plot(x_axis, non_saturating, "-", color="C1", label="non-saturating")
left.set(xlabel="logit of a generated sample", ylabel="nats", title="generator's loss")
right.plot(x_axis, saturating_gradient, "--", color="C0", label="saturating")
right.plot(x_axis, non_saturating_gradient, "-", color="C1", label="non-saturating")
right.set(xlabel="logit of a generated sample", title="its gradient by the logit")
left.legend()
plt.show()

# %%
assert abs(saturating_gradient[0]) < 0.001 < 0.999 < abs(non_saturating_gradient[0])

# %% [markdown]
# An untrained discriminator gives logits near 0, in the middle of the figure. But it soon learns to
# tell bad images from real ones, and then their logits are far to the left. The saturating loss is
# flat there: its gradient vanishes when the generator needs it most. The non-saturating loss is
# steep there and flat at the right, where the generator has won. Goodfellow et al. (2014, section
# 3) introduced it for this reason. For one sample the two gradients have the same direction, and
# their sizes differ by the factor $e^l$:

# %%
np.testing.assert_allclose(saturating_gradient / non_saturating_gradient, np.exp(x_axis), rtol=1e-9)

# %% [markdown]
# ### Exercise 3 ★★☆: find the bug
#
# With this loss a training runs without complaint, and the images never come to look like digits.
# Find out what the generator learns here. Then write the loss so that its gradient is large where
# the discriminator is sure that an image is generated.


# %% tags=["exercise-3"]
def broken_loss(fake_output):
    labels = tf.zeros_like(fake_output)
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=fake_output)
    )


def repaired_loss(fake_output):
    return ...


# %% tags=["check-3"]
with exercise(3):
    logit = tf.Variable([[-10.0]])
    with tf.GradientTape() as tape:
        loss = repaired_loss(logit)
        assert loss is not ..., "Write an expression in place of the three dots."
    gradient = float(np.squeeze(tape.gradient(loss, logit)))
    assert gradient < 0, "A higher logit must mean a lower loss: here it is the other way round."
    assert gradient < -0.5, f"Where D is sure the gradient is only {gradient:.5f}."
    expected = SigmoidCrossEntropy().generator_loss(tf.constant(fake_output))
    assert np.isclose(repaired_loss(tf.constant(fake_output)), expected), "The value is wrong."

# %% [markdown]
# ## Losses that came later
#
# In the next three losses the discriminator's output $l$ is a plain score, higher for "real", and
# no longer the logit of a probability. Each loss is one line of NumPy, and a name for
# `compile(loss=...)`.
#
# The package has one more, `"relativistic"` (Jolicoeur-Martineau 2018, arXiv:1807.00734). Its
# discriminator does not judge a sample alone, but says whether the real sample of a pair is more
# real than the generated one, so that its generator's loss takes both outputs.

# %% [markdown]
# ### Least squares
#
# Mao et al. (2017, arXiv:1611.04076) pull the scores of real samples to 1 and those of generated
# ones to -1. The generator wants the score 0, the border between them.
#
# $$L_D = \tfrac12 E[(l(x) - 1)^2] + \tfrac12 E[(l(G(z)) + 1)^2]$$
#
# $$L_G = \tfrac12 E[l(G(z))^2]$$


# %%
def check_against_package(name, generator_loss, discriminator_loss):
    loss = losses.get(name)
    by_package = [
        loss.generator_loss(tf.constant(fake_output)),
        loss.discriminator_loss(tf.constant(real_output), tf.constant(fake_output)),
    ]
    np.testing.assert_allclose(by_package, [generator_loss, discriminator_loss], rtol=1e-5)


check_against_package(
    "least_squares",
    generator_loss=(fake_output**2).mean() / 2,
    discriminator_loss=((real_output - 1) ** 2).mean() / 2 + ((fake_output + 1) ** 2).mean() / 2,
)

# %% [markdown]
# ### Hinge
#
# Lim and Ye (2017, arXiv:1705.02894) are content with a score above 1 for a real sample, and below
# -1 for a generated one: such a score has no gradient any more. The generator pushes its scores up
# without end.
#
# $$L_D = E[\max(0, 1 - l(x))] + E[\max(0, 1 + l(G(z)))], \qquad L_G = -E[l(G(z))]$$

# %%
check_against_package(
    "hinge",
    generator_loss=-fake_output.mean(),
    discriminator_loss=np.maximum(0, 1 - real_output).mean()
    + np.maximum(0, 1 + fake_output).mean(),
)

# %% [markdown]
# ### Wasserstein
#
# Arjovsky et al. (2017, arXiv:1701.07875, section 3) take the difference of two mean scores and no
# more.
#
# $$L_D = E[l(G(z))] - E[l(x)], \qquad L_G = -E[l(G(z))]$$

# %%
check_against_package(
    "wasserstein",
    generator_loss=-fake_output.mean(),
    discriminator_loss=fake_output.mean() - real_output.mean(),
)

# %% [markdown]
# This difference could be made as large as one likes by multiplying all scores by ten. So it has a
# meaning only if the gradient of $l$ is nowhere longer than 1. Then the largest possible difference
# is the *Wasserstein distance*: how far the generated samples must be moved, on average, to become
# the real ones. For an example take two clouds on a line, one of them moved by 3, and the score
# $l(x) = x$, whose gradient is 1:

# %%
cloud = rng.normal(0, 1, 1000)
moved = cloud + 3
distance = scipy.stats.wasserstein_distance(moved, cloud)
difference = -losses.get("wasserstein").discriminator_loss(moved, cloud)
np.testing.assert_allclose([distance, difference], 3)

# %% [markdown]
# ### The gradient penalty
#
# Gulrajani et al. (2017, arXiv:1704.00028) hold the length of the gradient near 1 by a penalty,
# which the discriminator minimises in addition to its loss. The penalty is taken at points $\hat x$
# between real and generated samples. A random number $\epsilon$ between 0 and 1 says how near each
# of them is to the real sample:
#
# $$E[(|\nabla l(\hat x)| - 1)^2], \qquad \hat x = \epsilon \, x + (1 - \epsilon) \, G(z)$$
#
# $\nabla l$ is the gradient of the score, a vector: its slope in each direction. $|\cdot|$ is its
# length. For a discriminator that is one dense layer, $l(x) = w \cdot x$, the gradient is $w$
# everywhere:

# %%
weights = rng.normal(size=(5, 1)).astype(np.float32)
real_images = tf.constant(rng.normal(size=(8, 5)), tf.float32)
fake_images = tf.constant(rng.normal(size=(8, 5)), tf.float32)
epsilon = tf.constant(rng.uniform(size=(8, 1)), tf.float32)


def linear_discriminator(samples):
    return samples @ weights


length = np.sqrt((weights**2).sum())
penalty = regularizers.gradient_penalty(linear_discriminator, real_images, fake_images, epsilon)
np.testing.assert_allclose(penalty, (length - 1) ** 2, rtol=1e-5)

# %% [markdown]
# ### R1
#
# Mescheder et al. (2018, arXiv:1801.04406, section 4.1) want the gradient to be small, and only at
# real samples. With this penalty the discriminator becomes flat, and stops changing, once the
# generated samples have reached the data. It goes with any loss, and is the package's default.
# Multiplied by its weight $\gamma$, which is 0.5 if you do not choose another one, it is added to
# $L_D$.
#
# $$R_1 = \tfrac12 E[|\nabla l(x)|^2]$$

# %%
penalty = regularizers.r1_penalty(linear_discriminator, real_images)
np.testing.assert_allclose(penalty, length**2 / 2, rtol=1e-5)

# %% [markdown]
# A discriminator with a bend has another gradient at each sample. We can measure it without any
# calculus: we move each sample a little and look how much the score changes.


# %%
def bent_discriminator(samples):
    return tf.tanh(samples @ weights)


h = 1e-3
changes = [
    (bent_discriminator(real_images + h * unit) - bent_discriminator(real_images - h * unit))
    / (2 * h)
    for unit in np.eye(5, dtype=np.float32)
]
gradients = np.concatenate(changes, axis=1)  # one row for each sample
penalty = regularizers.r1_penalty(bent_discriminator, real_images)
np.testing.assert_allclose(penalty, (gradients**2).sum(axis=1).mean() / 2, rtol=1e-2)

# %% [markdown]
# ### One-sided label smoothing
#
# Salimans et al. (2016, arXiv:1606.03498, section 3.4) use the label 0.9 instead of 1 for real
# samples. Then a discriminator that is too sure has a larger loss. The label of generated samples
# stays 0.
#
# $$L_D = -E[0.9 \ln D(x) + 0.1 \ln(1 - D(x))] - E[\ln(1 - D(G(z)))]$$

# %%
check_against_package(
    "one_sided_smoothing",
    generator_loss=softplus(-fake_output).mean(),
    discriminator_loss=(0.9 * softplus(-real_output) + 0.1 * softplus(real_output)).mean()
    + softplus(fake_output).mean(),
)

# %% [markdown]
# What is the best discriminator now? For one sample of the small world it maximises
# $0.9 \, p \ln D + (0.1 \, p + q) \ln(1 - D)$. This is $f(D)$ with other weights, so
# $D^* = 0.9 \, p / (p + q)$. A search finds the same:

# %%
for p_i, q_i in zip(p, q, strict=True):
    found = grid[np.argmax(f(grid, 0.9 * p_i, 0.1 * p_i + q_i))]
    assert abs(found - 0.9 * p_i / (p_i + q_i)) <= 0.001

# %% [markdown]
# ### Exercise 4 ★★☆: who pulls hardest?
#
# A generated sample has the score -6. Put the four losses `"minimax"`, `"sigmoid_cross_entropy"`,
# `"least_squares"` and `"wasserstein"` in order: first the one whose gradient for the generator
# is smallest in size. Think first; compute if you like.

# %% tags=["exercise-4"]
order = ...

# %% tags=["check-4"]
with exercise(4):
    assert order is not ..., "Write a list of four names in place of the three dots."
    names = ("least_squares", "minimax", "sigmoid_cross_entropy", "wasserstein")
    assert sorted(order) == sorted(names), "Each of the four names once."
    sizes = {}
    for name in names:
        score = tf.Variable([[-6.0]])
        with tf.GradientTape() as tape:
            loss = losses.get(name).generator_loss(score)
        sizes[name] = abs(float(np.squeeze(tape.gradient(loss, score))))
    assert sizes[order[0]] == min(sizes.values()), f"{order[0]} is not the smallest."
    assert sizes[order[-1]] == max(sizes.values()), f"{order[-1]} is not the largest."
    assert list(order) == sorted(names, key=sizes.get), "The two in the middle are exchanged."

# %% [markdown]
# ### Exercise 5 ★★☆: how sure may it be?
#
# With one-sided label smoothing (0.9): which logit is best for a sample that occurs in the data
# only, and is never generated?

# %% tags=["exercise-5"]
best_logit = ...

# %% tags=["check-5"]
with exercise(5):
    assert best_logit is not ..., "Write a number or an expression in place of the three dots."
    assert np.isfinite(best_logit), "Without smoothing it would be infinite. With it, it is not."
    logit = tf.Variable([[float(best_logit)]])
    with tf.GradientTape() as tape:
        loss = sigmoid_cross_entropy(logit, 0.9)
    gradient = float(np.squeeze(tape.gradient(loss, logit)))
    assert gradient < 1e-3, "The loss would fall further if the logit were lower."
    assert gradient > -1e-3, "The loss would fall further if the logit were higher."

# %% [markdown]
# ## A small game to try mistakes on
#
# The rest of this chapter takes the formulas and recipes of the articles that differ from the game
# above, and runs them as they are printed. Two small networks are enough. The real samples are
# numbers around 2. The generator is one dense layer: it multiplies the noise by a weight and adds a
# bias. Its samples begin around -1.

# %%
rng = np.random.default_rng(0)
real_samples = rng.normal(2.0, 0.5, (2048, 1)).astype(np.float32)


def build_small_pair():
    constant, random = keras.initializers.Constant, keras.initializers.GlorotUniform
    generator = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(1, kernel_initializer=constant(0.5), bias_initializer=constant(-1)),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(32, "tanh", kernel_initializer=random(seed=1)),
            keras.layers.Dense(32, "tanh", kernel_initializer=random(seed=2)),
            keras.layers.Dense(1, kernel_initializer=random(seed=3)),
        ]
    )
    return generator, discriminator


# %% [markdown]
# `play` lets the package's `GAN` train the two with a loss of our choice: an object with the
# methods `generator_loss` and `discriminator_loss`, each of which its network minimises. Plain
# gradient descent keeps the steps easy to follow. After each epoch it notes where the generated
# samples are.


# %%
def play(loss):
    keras.utils.set_random_seed(0)  # the order of the samples
    model = GAN(*build_small_pair(), latent_dim=1, seed=0)
    rates = keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05)
    model.compile(*rates, loss=loss, regularizer=regularizers.R1(weight=1.0))
    means = [-1.0]
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: means.append(model.generate(1000, seed=1).mean())
    )
    fitted = model.fit(real_samples, epochs=EPOCHS, batch_size=64, verbose=0, callbacks=[note])
    return model, {**fitted.history, "mean": np.array(means)}


def show(history):
    last = {name: values[-1] for name, values in history.items()}
    print(f"generated samples are around  {last['mean']:8.2f}   (data: 2.00)")
    print(f"discriminator's loss          {last['discriminator_loss']:8.2f}")
    print(f"real samples taken for real   {last['real_accuracy']:8.0%}")
    print(f"generated taken for generated {last['fake_accuracy']:8.0%}")


# %% [markdown]
# First we play without a mistake. Both losses are exactly as the value function has them:


# %%
def V_real(real_output):
    """E[ln D(x)]"""
    return -tf.reduce_mean(tf.nn.softplus(-real_output))


def V_fake(fake_output):
    """E[ln(1 - D(G(z)))]"""
    return -tf.reduce_mean(tf.nn.softplus(fake_output))


class AsItShouldBe:
    def generator_loss(self, fake_output):
        return V_fake(fake_output)  # G minimises V

    def discriminator_loss(self, real_output, fake_output):
        return -(V_real(real_output) + V_fake(fake_output))  # D maximises V


right_model, right = play(AsItShouldBe())
show(right)
assert abs(right["mean"][-1] - 2) < 0.5
assert abs(right["discriminator_loss"][-1] - 2 * np.log(2)) < 0.1

# %% [markdown]
# The generated samples have come to the real ones, and the discriminator's loss is close to
# $2 \ln 2 = 1.386$. Now the mistakes.

# %% [markdown]
# ## Erratum 1: a discriminator with two samples
#
# *Articles: 0 §3.3*
#
# **Printed:** Article 0 gives the discriminator two inputs, the generated data $x$ and the real
# data $y$, and writes its output $D(x, y)$.
#
# **Right:** the discriminator of the game gets one sample at a time, and is not told where it is
# from. To find this out is its task: it returns $D(x)$ for a real sample and $D(G(z))$ for a
# generated one. (The default pair also tells it how different a sample is from its neighbours in
# the batch; see [chapter 4](04_networks.ipynb). The pair `dcgan`, which we take here, does not.)
#
# The other letters of Article 0 differ from those of this course, too:
#
# | what it is | in Article 0 | here |
# |---|---|---|
# | the generator, the discriminator | $G$, $D$ | $G$, $D$ |
# | the noise | $z$ | $z$ |
# | a generated sample | $x$, and also $G(z)$ | $G(z)$ |
# | a real sample | $y$ | $x$ |
# | what the discriminator returns | $p$, and also $D(x, y)$ | $D(x)$ or $D(G(z))$ |
#
# In this course $y$ is a label, and $p$ is the density of the data.

# %%
(x_train, y_train), (x_test, _) = load_dataset("mnist-10k")
generator, discriminator = build_pair("dcgan", seed=0)
real_images = x_train[:16]
fake_images = generator(rng.normal(size=(16, 16)).astype(np.float32)).numpy()
print("inputs of the discriminator:", len(discriminator.inputs))
try:
    discriminator([fake_images, real_images])
    raise RuntimeError("this line is not reached")
except ValueError as error:
    print("Two samples:", str(error).splitlines()[0][:70], "...")

# %% [markdown]
# A batch may hold both kinds. The discriminator still judges each sample by itself:

# %%
together = discriminator(np.concatenate([fake_images, real_images]))
apart = np.concatenate([discriminator(fake_images), discriminator(real_images)])
np.testing.assert_allclose(together, apart, atol=1e-5)

# %% [markdown]
# The notation $D(x, y)$ does exist. It stands for the *conditional* GAN (Mirza and Osindero 2014,
# arXiv:1411.1784), where $y$ is no second sample but a condition that both networks are told,
# such as the label: $D(x, y)$ answers "is $x$ a real 7?". `build_conditional_pair` builds one,
# and [chapter 10](10_applications.ipynb) trains it.

# %%
conditional_generator, conditional_discriminator = build_conditional_pair(
    (28, 28, 1), classes=10, latent_dim=16, seed=0
)
print("inputs of D(x, y):", [tensor.name for tensor in conditional_discriminator.inputs])
as_sevens = conditional_discriminator([real_images, np.full(16, 7)])
as_threes = conditional_discriminator([real_images, np.full(16, 3)])
assert as_sevens.shape == (16, 1) and not np.allclose(as_sevens, as_threes)

# %% [markdown]
# ## Erratum 2: a discriminator that sees real samples only
#
# *Articles: 1 §3.2.2*
#
# **Printed:** Article 1 lists the discriminator's training steps: draw a sample from the real
# data, let the discriminator judge it, adjust its weights, repeat. Generated samples do not
# occur. (They do in the generator's steps, section 3.2.1, but there only the generator's weights
# are adjusted.)
#
# **Right:** the discriminator must see real and generated samples. From real ones alone it learns
# only one answer.


# %%
@tf.function
def real_only_step(real_images, optimizer, discriminator):
    with tf.GradientTape() as tape:
        loss = -V_real(discriminator(real_images, training=True))
    variables = discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


optimizer = keras.optimizers.Adam(2e-3, beta_1=0.5)
optimizer.build(discriminator.trainable_variables)
for step in range(30):
    batch = tf.constant(x_train[32 * step : 32 * step + 32])
    loss = real_only_step(batch, optimizer, discriminator)
print(f"loss after 30 steps: {float(loss):.1e}")

# %% [markdown]
# The loss is as good as 0, which looks like a success. **Predict, then run:** what does this
# discriminator say about digits that it has never seen, about what an untrained generator makes,
# about noise, about digits whose pixels are shuffled?

# %%
digits = x_test[:100]
noise = rng.normal(size=(100, 16)).astype(np.float32)
kinds = {
    "test digits": digits,
    "generated": generator(noise).numpy(),
    "noise": rng.uniform(-1, 1, digits.shape).astype(np.float32),
    "shuffled digits": rng.permuted(digits.reshape(100, -1), axis=1).reshape(digits.shape),
    "a black picture": np.full((1, 28, 28, 1), -1, np.float32),
}
mean_logits = {}
for kind, pictures in kinds.items():
    verdicts = discriminator(pictures).numpy()
    mean_logits[kind] = verdicts.mean()
    print(
        f"{kind:16} {np.mean(verdicts > 0):5.0%} taken for real, mean logit {verdicts.mean():.1f}"
    )
    assert (verdicts > 0).mean() > 0.9
assert mean_logits["a black picture"] > mean_logits["test digits"]

# %% [markdown]
# It calls all of them real. The black picture is even more real to it than the digits: this
# discriminator has learned that pictures are dark. A generator can learn nothing from it that has
# to do with digits.
#
# Such a discriminator does not even have to look at the images. A network that returns the same
# large number for each image has a loss of 0 as well. Here is the same discriminator, trained for
# the same number of steps with both kinds:

# %%
_, discriminator = build_pair("dcgan", seed=0)
optimizer = keras.optimizers.Adam(2e-3, beta_1=0.5)
optimizer.build(discriminator.trainable_variables)


@tf.function
def both_step(real_images, fake_images):
    with tf.GradientTape() as tape:
        real_output = discriminator(real_images, training=True)
        fake_output = discriminator(fake_images, training=True)
        loss = -(V_real(real_output) + V_fake(fake_output))
    variables = discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)


for step in range(30):
    batch = tf.constant(x_train[32 * step : 32 * step + 32])
    both_step(batch, generator(rng.normal(size=(32, 16)).astype(np.float32)))
for kind in ("test digits", "generated"):
    fraction = np.mean(discriminator(kinds[kind]).numpy() > 0)
    print(f"{kind:16} {fraction:5.0%} taken for real")
    assert fraction > 0.9 if kind == "test digits" else fraction < 0.1

# %% [markdown]
# ## Erratum 3: maximum and minimum exchanged
#
# *Articles: 1 §3.3*
#
# **Printed:** Article 1 has the right expression for $V(D, G)$, but lets the generator maximise
# it and the discriminator minimise it.
#
# **Right:** the discriminator maximises, the generator minimises.
#
# We go step by step and train the discriminator alone first, while the generator stands still. A
# discriminator that guesses is right in half of all cases.


# %%
def fraction_right(discriminator, real_samples, fake_samples):
    right_about_real = np.mean(discriminator(real_samples).numpy() > 0)
    return (right_about_real + np.mean(discriminator(fake_samples).numpy() < 0)) / 2


def train_discriminator(sign, steps=100):
    """Gradient steps on sign * V, with a generator that stands still."""
    generator, discriminator = build_small_pair()
    fake_samples = generator(rng.normal(size=(256, 1)).astype(np.float32))
    real_batch = tf.constant(real_samples[:256])
    variables = discriminator.trainable_variables
    optimizer = keras.optimizers.SGD(0.05)
    optimizer.build(variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            goal = sign * (V_real(discriminator(real_batch)) + V_fake(discriminator(fake_samples)))
        optimizer.apply(tape.gradient(goal, variables), variables)

    for _ in range(steps):
        step()
    return discriminator, fraction_right(discriminator, real_batch, fake_samples)


good_discriminator, right_fraction = train_discriminator(sign=-1)
_, wrong_fraction = train_discriminator(sign=+1)
print(f"D maximises V: right in {right_fraction:.0%} of all cases")
print(f"D minimises V: right in {wrong_fraction:.0%} of all cases")
assert right_fraction > 0.9 and wrong_fraction < 0.1

# %% [markdown]
# With the printed sign the discriminator is worse than one that guesses: it learns to call real
# what is generated, and generated what is real.
#
# Now we train the generator alone, against the discriminator that was trained correctly and now
# stands still.


# %%
def train_generator(generator_loss, discriminator, steps=100, rate=0.05):
    """Gradient steps of a new generator alone: where its samples are, after each step."""
    generator, _ = build_small_pair()
    noise = tf.random.stateless_normal((256, 1), seed=(0, 0))
    variables = generator.trainable_variables
    optimizer = keras.optimizers.SGD(rate)
    optimizer.build(variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            fake_samples = generator(noise)
            loss = generator_loss(discriminator(fake_samples))
        gradients = tape.gradient(loss, variables)
        optimizer.apply(gradients, variables)
        return tf.reduce_mean(fake_samples), tf.linalg.global_norm(gradients)

    means, sizes = zip(*(step() for _ in range(steps)), strict=True)
    return np.array(means), np.array(sizes)


minimising, _ = train_generator(V_fake, good_discriminator, steps=60)
maximising, _ = train_generator(lambda output: -V_fake(output), good_discriminator, steps=60)
print("data around 2, generated samples around -1 at the start; after 60 steps:")
print(f"G minimises V: {minimising[-1]:.2f}")
print(f"G maximises V: {maximising[-1]:.2f}")
assert minimising[-1] > -1 > maximising[-1]

# %% [markdown]
# With the printed sign the generator goes away from the data, to where the discriminator finds it
# still more easily.
#
# **Predict, then run:** both signs are wrong. If both networks train with them, does it come
# right again?


# %%
class ExchangedSigns:
    def generator_loss(self, fake_output):
        return -V_fake(fake_output)  # G maximises V

    def discriminator_loss(self, real_output, fake_output):
        return V_real(real_output) + V_fake(fake_output)  # D minimises V


_, exchanged = play(ExchangedSigns())
show(exchanged)
first = (exchanged["real_accuracy"][0] + exchanged["fake_accuracy"][0]) / 2
print(f"right in the first epoch      {first:8.0%}")
assert first < 0.5
assert exchanged["discriminator_loss"][-1] < -100
assert exchanged["real_accuracy"][-1] < 0.1 and exchanged["fake_accuracy"][-1] > 0.9
assert abs(exchanged["mean"][-1] - 2) > 0.5

# %% [markdown]
# It does not. The generator goes in the direction of the data for a while, as it now flees from a
# discriminator whose words "real" and "generated" are exchanged. But then it stops on the way. The
# discriminator ends by calling everything generated, more and more loudly, and its loss falls
# without end.
#
# The reason is that $V$ is never above 0, but has no smallest value. A discriminator that minimises
# it makes its wrong verdicts more and more extreme. And where generator and data agree,
# $D = \frac12$ is the top of $V$. So a minimising discriminator leaves the very point where the
# game should end:

# %%
for size in (0, 1, 10, 100):
    logits = size * np.array([1, -1, 1, -1, 1, -1])  # any verdicts, more and more sure
    V = -np.sum(p * softplus(-logits)) - np.sum(p * softplus(logits))
    print(f"p = q, logits of size {size:3}: V = {V:8.2f}")

# %% [markdown]
# ## Erratum 4: the formula and the code differ
#
# *Articles: 2 §4.1*
#
# **Printed:** Article 2 gives the generator the loss $E[\ln(1 - D(G(z)))]$ in section 4.1. Its
# code in section 5.1 takes the cross-entropy of the generated samples with the label 1, which is
# $-E[\ln D(G(z))]$.
#
# **Right:** both are right, but they are two losses. The formula is the saturating one and the code
# the non-saturating one, as shown above. Both have the same aim. They differ in how strongly they
# pull.
#
# We try both against a discriminator that has been trained ahead and stands still:

# %%
sure_discriminator, _ = train_discriminator(sign=-1, steps=500)
logits = sure_discriminator(np.full((1, 1), -1.0, np.float32))
print(f"its logit where the generator begins: {float(np.squeeze(logits)):.1f}")
paths = {}
for name in ("minimax", "sigmoid_cross_entropy"):
    generator_loss = losses.get(name).generator_loss
    paths[name], sizes = train_generator(generator_loss, sure_discriminator, steps=150, rate=0.005)
    print(f"{name:22} size of the first gradient: {sizes[0]:.4f}")
assert paths["minimax"][-1] < -0.8 < 0 < paths["sigmoid_cross_entropy"][-1]

# %%
figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
axes.plot(paths["minimax"], "--", color="C0", label="formula 4.1, saturating")
axes.plot(paths["sigmoid_cross_entropy"], "-", color="C1", label="code 5.1, non-saturating")
axes.axhline(2, color="black", linestyle=":", label="the data")
axes.set(xlabel="steps of the generator", ylabel="mean of the generated samples")
axes.legend()
plt.show()

# %% [markdown]
# With the code's loss the generator is under way at once. With the formula's it hardly moves as
# long as the discriminator is so sure. (Its first gradient is smaller, but not by the whole factor
# $e^{-7.8}$ of a sample at -1: samples further to the right have higher logits.) If the
# discriminator trains along, and is less far ahead, the generator arrives with both: the game above
# was played with the formula. [Chapter 8](08_failures.ipynb) shows a training on digits that fails
# for this reason.

# %% [markdown]
# ## Erratum 5: the sum of both losses
#
# *Articles: 3 §2.3*
#
# **Printed:** Article 3 says that the loss of a GAN is usually the sum of the generator's and the
# discriminator's loss.
#
# **Right:** each network minimises its own loss, by its own optimizer, and the two are never added.
# What would the sum be? With the losses of Article 2's formulas it is
#
# $$L_G + L_D = E[\ln(1 - D(G(z)))] - E[\ln D(x)] - E[\ln(1 - D(G(z)))] = -E[\ln D(x)]$$
#
# The generator's part cancels. The generator does not occur in the sum any more, and the
# discriminator is back at Erratum 2.


# %%
class Sum:
    """Both networks minimise the sum of the two losses of another class."""

    def __init__(self, loss):
        self.loss = loss

    def generator_loss(self, fake_output):
        # The part with real samples does not depend on G: any will do, here the generated ones.
        still = tf.stop_gradient(fake_output)
        return self.loss.generator_loss(fake_output) + self.loss.discriminator_loss(
            still, fake_output
        )

    def discriminator_loss(self, real_output, fake_output):
        own_loss = self.loss.discriminator_loss(real_output, fake_output)
        return own_loss + self.loss.generator_loss(fake_output)


model, sum_of_minimax = play(Sum(Minimax()))
show(sum_of_minimax)

# %%
weight, bias = (variable.numpy().item() for variable in model.generator.trainable_variables)
print(f"the generator's weight {weight:.6f} and bias {bias:.6f}; at the start 0.5 and -1")
np.testing.assert_allclose([weight, bias], [0.5, -1], atol=1e-4)
assert sum_of_minimax["discriminator_loss"][-1] < 0.05

# %% [markdown]
# The generator has not moved. (The loss that is printed is the sum, as both networks have the same
# one here.)
#
# With the non-saturating loss nothing cancels. **Predict, then run:** is it a game now?

# %%
_, sum_of_others = play(Sum(SigmoidCrossEntropy()))
show(sum_of_others)
assert abs(sum_of_others["discriminator_loss"][-1] - 2 * np.log(2)) < 0.1
assert sum_of_others["mean"][-1] < 0 and sum_of_others["real_accuracy"][-1] > 0.9

# %% [markdown]
# The sum comes to rest at $2 \ln 2$, the number that belongs to the equilibrium of the true game.
# But this is no equilibrium: the generated samples are nowhere near the data, and the discriminator
# knows the real ones.
#
# Why is that so? For one generated sample the sum has $-\ln D - \ln(1 - D)$, which is smallest at
# $D = \frac12$, where it is $2 \ln 2$. Both networks want this. For real samples the sum wants
# $D = 1$. The two wishes disagree only where real and generated samples are at the same place. So
# the sum is smaller if the generator stays away from the data. A search finds the best
# discriminator for each case:

# %%
real_part, fake_part = -np.log(grid), -np.log(grid) - np.log(1 - grid)
away = real_part.min() + fake_part.min()  # two places, two verdicts
at_the_data = (real_part + fake_part).min()  # one place, one verdict for both
print(f"least sum, generator away from the data: {away:.3f}")
print(f"least sum, generator at the data:        {at_the_data:.3f}")
assert away < at_the_data

# %% [markdown]
# A game needs two players with two aims. A sum has one aim, and both players work for it
# together.

# %% [markdown]
# ## Erratum 6: one expression for both, and the noise's name
#
# *Articles: 3 §4 formulas*
#
# **Printed:** Article 3 gives $L_G$ and $L_D$ by the same expression,
# $E[\ln D(x)] + E[\ln(1 - D(G(\tilde x)))]$, which is $V$. It calls $\tilde x$ the generated
# data, and writes that it is drawn from $p_z$, the distribution of the noise.
#
# **Right:** the two losses have opposite signs, $L_D = -V$ and $L_G = V$ (or its non-saturating
# substitute). What is drawn from $p_z$ is the noise $z$; the generated data is $\tilde x = G(z)$,
# and the discriminator's answer to it is $D(\tilde x)$.
#
# If both expressions are losses, both networks minimise $V$. If you read them as aims, both
# networks maximise it. Neither makes a game:


# %%
class BothMinimise:
    def generator_loss(self, fake_output):
        return V_fake(fake_output)

    def discriminator_loss(self, real_output, fake_output):
        return V_real(real_output) + V_fake(fake_output)


class BothMaximise:
    def generator_loss(self, fake_output):
        return -V_fake(fake_output)

    def discriminator_loss(self, real_output, fake_output):
        return -(V_real(real_output) + V_fake(fake_output))


_, both_minimise = play(BothMinimise())
print("Both minimise V")
show(both_minimise)
_, both_maximise = play(BothMaximise())
print("\nBoth maximise V")
show(both_maximise)

# %%
for history in (both_minimise, both_maximise):
    assert history["mean"][-1] < -1.1  # it began at -1; the data is at 2
assert both_minimise["real_accuracy"][-1] < 0.1 and both_minimise["fake_accuracy"][-1] < 0.1
assert both_maximise["real_accuracy"][-1] > 0.9 and both_maximise["fake_accuracy"][-1] > 0.9

# %% [markdown]
# In both runs the generated samples go away from the data: the two networks work together at
# making them easy to tell apart. When both maximise, the discriminator is right about all
# samples. When both minimise, it is wrong about all of them, which tells them apart as well.
#
# Then there is the name. $G(\tilde x)$ with generated data in it has no meaning: the generator
# takes noise, here 16 numbers, and a generated image has 28 by 28 pixels.

# %%
x_tilde = generator(noise)
print("noise z:", noise.shape, "  generated data G(z):", tuple(x_tilde.shape))
try:
    generator(x_tilde)
    raise RuntimeError("this line is not reached")
except ValueError as error:
    print("G(G(z)):", str(error).splitlines()[0][:70], "...")

# %% [markdown]
# ## Erratum 7: a loss is not maximised
#
# *Articles: 4 §2*
#
# **Printed:** Article 4 calls the game an optimisation with two objectives: minimise the
# generator's loss, and maximise the discriminator's loss.
#
# **Right:** a loss is always what its network minimises. The discriminator *minimises* its loss
# $L_D$. What it maximises is the value $V = -L_D$. A discriminator that maximised its loss would
# learn to be wrong: it would be the network of Erratum 3, in which maximum and minimum are
# exchanged.
#
# ## Erratum 8: what GANs were born for
#
# *Articles: 3 §1*
#
# **Printed:** Article 3 says that GANs were made to train good models from little data.
#
# **Right:** Goodfellow et al. (2014) looked for a generative model that needs neither a formula
# for the likelihood nor Markov chains, and trained it on the 60,000 digits of MNIST and other
# large sets. With little data a GAN is even in trouble, because the discriminator soon knows each
# image by heart. Ways out came later (Karras et al. 2020, arXiv:2006.06676; Zhao et al. 2020,
# arXiv:2006.10738); [chapter 10](10_applications.ipynb) uses one of them.

# %% [markdown]
# Here are all runs of the small game in one picture. The numbers in brackets are those of the
# errata:

# %%
runs = {
    "as it should be": (right, "-", "o"),
    "signs exchanged (3)": (exchanged, "--", "s"),
    "sum, saturating (5)": (sum_of_minimax, ":", "^"),
    "sum, non-saturating (5)": (sum_of_others, "-.", "v"),
    "both minimise (6)": (both_minimise, "--", "D"),
    "both maximise (6)": (both_maximise, ":", "x"),
}
figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
for name, (history, style, marker) in runs.items():
    colour = "black" if history is right else None
    axes.plot(history["mean"], style, marker=marker, markevery=4, color=colour, label=name)
axes.axhline(2, color="black", linewidth=0.8)
axes.text(EPOCHS, 2.05, "the data", ha="right", va="bottom")
axes.set(xlabel="epochs", ylabel="mean of the generated samples", ylim=(None, 2.6))
axes.set_xticks(range(0, EPOCHS + 1, 4))
figure.legend(loc="outside lower center", ncols=2)
plt.show()

# %% [markdown]
# ### Exercise 6 ★★☆: put the signs right
#
# Write the class whose two losses both come from `V`, as Article 3 has it, but with the signs of
# the game. Use `V_real` and `V_fake` from above.


# %% tags=["exercise-6"]
class Repaired:
    def generator_loss(self, fake_output):
        return ...

    def discriminator_loss(self, real_output, fake_output):
        return ...


# %% tags=["check-6"]
with exercise(6):
    outputs = tf.Variable(real_output), tf.Variable(fake_output)
    with tf.GradientTape(persistent=True) as tape:
        g, d = Repaired().generator_loss(outputs[1]), Repaired().discriminator_loss(*outputs)
        assert g is not ... and d is not ..., "Both methods want an expression."
    of_generator = tape.gradient(g, outputs[1])
    of_real, of_fake = tape.gradient(d, outputs)
    assert of_generator is not None, "The generator's loss does not depend on its samples."
    assert np.all(of_generator < 0), "The generator wants its samples to have higher logits."
    assert of_real is not None and of_fake is not None, "D's loss leaves out one kind of samples."
    assert np.all(of_real < 0), "D wants higher logits for real samples."
    assert np.all(of_fake > 0), "D wants lower logits for generated samples."
    expected = Minimax()
    assert np.isclose(g, expected.generator_loss(outputs[1])), "The generator's value is wrong."
    assert np.isclose(d, expected.discriminator_loss(*outputs)), "D's value is wrong."

# %% [markdown]
# ## Summary
#
# - The discriminator maximises $V(D, G)$, and the generator minimises it.
# - The best discriminator is $p / (p + q)$. Against it $V$ is $-\ln 4 + 2 \, JSD$, which is
#   smallest where $q = p$.
# - Compute losses from logits by softplus, and never by the logarithm of a sigmoid.
# - The non-saturating loss pulls where the saturating one is flat.
# - At equilibrium the discriminator's loss is $2 \ln 2$, but this number alone proves nothing.
# - Each network has a loss and an optimizer of its own, and the losses are never added.
#   [Chapter 6](06_training_step.ipynb) writes the step that does this.
#
# To read on: [Goodfellow et al. 2014](https://arxiv.org/abs/1406.2661), sections 3 and 4;
# [Arjovsky et al. 2017](https://arxiv.org/abs/1701.07875) on the Wasserstein distance; and
# [Mescheder et al. 2018](https://arxiv.org/abs/1801.04406) on R1.

# %% [markdown]
# ## An open project: a loss of your own
#
# Write a loss for both networks that is not in the package, and play the small game with it. Ideas:
# least squares with other targets; labels of 0.8 and 0.2; the generator's loss as a mean of the
# saturating and the non-saturating one.
#
# A good answer
#
# - draws both networks' losses and their gradients over the logit, as in "Two losses for the
#   generator", and says where they are flat;
# - finds the best discriminator by a search, as for label smoothing, and its value at $q = p$;
# - plays the game with three seeds, and compares where the samples end with "as it should be";
# - says for which situation the loss would be better, and for which worse, than the default.

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. A and C are told for certain and add $\ln 1 = 0$. B is as often real as not: $D = \frac12$
#    in both means, each with the weight one half.

# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
V_of_the_best = 0.5 * np.log(0.5) + 0.5 * np.log(0.5)

# %% [markdown]
# 2. $-\ln D$ is softplus of $-l$, and $-\ln(1 - D)$ is softplus of $l$.


# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
def cross_entropy(y, logit):
    return y * softplus(-logit) + (1 - y) * softplus(logit)


# %% [markdown]
# 3. With the label 0 the generator learns to be found out. It wants the verdict "real", label 1.


# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
def repaired_loss(fake_output):
    labels = tf.ones_like(fake_output)
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=fake_output)
    )


# %% [markdown]
# 4. The sizes are $\sigma(-6)$, nearly 0; $1 - \sigma(-6)$, a little below 1; exactly 1; and 6,
#    the distance to the border, which least squares pulls with.

# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
order = ["minimax", "sigmoid_cross_entropy", "wasserstein", "least_squares"]

# %% [markdown]
# 5. $D^* = 0.9$, and the logit of a probability is the logarithm of $D / (1 - D)$: $\ln 9$.

# %% tags=["solution-5", "hide-cell"] jupyter={"source_hidden": true}
best_logit = np.log(0.9 / 0.1)

# %% [markdown]
# 6. What one wants large the other wants small: $V$ for the generator, $-V$ for the
#    discriminator.


# %% tags=["solution-6", "hide-cell"] jupyter={"source_hidden": true}
class Repaired:
    def generator_loss(self, fake_output):
        return V_fake(fake_output)

    def discriminator_loss(self, real_output, fake_output):
        return -(V_real(real_output) + V_fake(fake_output))
