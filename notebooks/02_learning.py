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
# # 2. How a network learns
#
# A generative adversarial network consists of two networks that learn. This chapter shows how one
# network learns: first a function with a single weight, which you can follow by hand, then a small
# network that learns a picture.
#
# After this chapter you can say what a weight, a loss, a gradient, a learning rate and an optimizer
# are, compute a gradient by hand and with TensorFlow's tape, and write the loop that trains a
# network.
#
# Takes 10 s on two CPU cores.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from dcgan_tf import load_dataset
from dcgan_tf.exercises import exercise

# %% tags=["parameters"] quick={"STEPS": 60}
STEPS = 1500

# %% [markdown]
# ## A function with a weight
#
# *Articles: 2 §1.1*
#
# Somebody has measured how far a spring stretches under some loads. We guess that the stretch is
# proportional to the load: `stretch = w * load`. The number $w$ is a *weight*: the formula does not
# say how large it is. To *learn* means to find a good value for it from examples.

# %%
load = np.array([1.0, 2.0, 3.0, 4.0])
stretch = np.array([1.9, 4.2, 5.8, 8.1])


def predict(w):
    return w * load


# %% [markdown]
# ## The loss
#
# How good is a weight? The *loss* is one number that says how wrong the function is: 0 if all is
# right, and the larger, the worse. Here we take the mean of the squared differences between what
# the function says and what was measured. With $x_i$ for the loads, $y_i$ for the stretches and $n$
# for their number:
#
# $$L(w) = \frac{1}{n} \sum_{i=1}^{n} (w x_i - y_i)^2.$$


# %%
def loss(w):
    return np.mean((predict(w) - stretch) ** 2)


for w in (0.0, 1.0, 2.0, 3.0):
    print(f"w = {w}: loss {loss(w):.3f}")

# %% [markdown]
# **Predict, then run:** you stand at $w = 0.5$ and may only feel how steep the ground is under your
# feet. In which direction do you go?

# %%
ws = np.linspace(-0.5, 4.5, 101)
figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
axes.plot(ws, [loss(w) for w in ws], color="0")
axes.plot(0.5, loss(0.5), "o", color="C1")
axes.annotate(
    "downhill", (1.1, loss(1.1)), (0.7, loss(0.5) + 4), color="C1", arrowprops={"arrowstyle": "->"}
)
axes.set(xlabel="weight w", ylabel="loss")
plt.show()

# %% [markdown]
# ## The gradient
#
# The *gradient* is the slope of the loss: how much the loss changes if the weight grows a little. A
# negative gradient means that the loss falls to the right. You can measure it with a small change
# of the weight, or compute it. By the chain rule the derivative of the square is twice the
# difference, times the derivative of the difference itself, which is $x_i$:
#
# $$\frac{dL}{dw} = \frac{1}{n} \sum_{i=1}^{n} 2 (w x_i - y_i)\, x_i.$$


# %%
def gradient(w):
    return np.mean(2 * (predict(w) - stretch) * load)


small = 1e-6
measured = (loss(0.5 + small) - loss(0.5 - small)) / (2 * small)
print(f"computed {gradient(0.5):.4f}, measured {measured:.4f}")
np.testing.assert_allclose(gradient(0.5), measured, rtol=1e-6)

# %% [markdown]
# ## A step
#
# So go to the right if the gradient is negative, and to the left if it is positive. How far? By the
# gradient times a small number, the *learning rate* $\eta$:
#
# $$w \leftarrow w - \eta\, \frac{dL}{dw}.$$
#
# This rule is *gradient descent*. Repeat it, and the weight walks down into the valley.


# %%
def descend(rate, steps, w=0.5):
    """All weights on the way, the first one included."""
    way = [w]
    for _ in range(steps):
        way.append(way[-1] - rate * gradient(way[-1]))
    return np.array(way)


for w in descend(rate=0.05, steps=5):
    print(f"w = {w:.4f}: loss {loss(w):.4f}, gradient {gradient(w):+.4f}")

# %% [markdown]
# The steps become smaller by themselves, because the ground becomes flatter. At the bottom the
# gradient is 0, and the weight stays.
#
# **Predict, then run:** what happens with a learning rate that is five times as small, and what
# with one that is nearly three times as large?

# %%
figure, axes = plt.subplots(1, 3, figsize=(9, 3), sharey=True, layout="constrained")
for axis, rate in zip(axes, (0.01, 0.05, 0.14), strict=True):
    way = descend(rate, steps=8)
    axis.plot(ws, [loss(w) for w in ws], color="0.7")
    axis.plot(way, [loss(w) for w in way], "o-", color="C1", markersize=4)
    axis.set(title=f"learning rate {rate}", xlabel="weight w", xlim=(-0.5, 4.5), ylim=(-2, 50))
axes[0].set_ylabel("loss")
plt.show()

# %% [markdown]
# With the small rate it is on its way and will need long. With the large one each step jumps over
# the valley and lands higher on the other side: the training *diverges*. A learning rate is found
# by trying. In a GAN it matters even more, because two networks move at once.
#
# ### Exercise 1 ★★☆: the largest rate
#
# For this loss a step multiplies the way that is left to the best weight by a constant factor,
# $1 - 2 \eta\, \overline{x^2}$, where $\overline{x^2}$ is the mean of the squared loads. (If the
# factor is negative, the step lands on the other side of the valley.) From which rate on does the
# distance no longer become smaller?

# %% tags=["exercise-1"]
largest_rate = ...

# %% tags=["check-1"]
with exercise(1):
    assert largest_rate is not ..., "Write a number or an expression in place of the three dots."
    best = np.sum(load * stretch) / np.sum(load**2)
    below, above = (abs(descend(s * largest_rate, 1)[1] - best) for s in (0.999, 1.001))
    assert below < abs(0.5 - best), "With a rate just below yours the distance already grows."
    assert above > abs(0.5 - best), "With a rate just above yours the distance still shrinks."

# %% [markdown]
# ### Exercise 2 ★☆☆: find the bug
#
# This descent starts at 0.5 and moves away from the best weight, although the code looks right at
# first. Mend it.


# %% tags=["exercise-2"]
def broken_descent(w, rate, steps):
    for _ in range(steps):
        w = w - rate * loss(w)
    return w


# %% tags=["check-2"]
with exercise(2):
    from_left = broken_descent(0.5, 0.05, 40)
    from_right = broken_descent(4.0, 0.05, 40)
    assert from_left > 0.5, (
        "The gradient at 0.5 is negative, but the weight still goes to the left."
    )
    assert np.isclose(from_left, from_right), "From both sides it has to come to the same weight."
    assert abs(gradient(from_left)) < 1e-3, "It stops where the ground is not flat."
    assert np.isclose(broken_descent(0.5, 0.02, 1), descend(0.02, 1)[1]), "One step is not right."

# %% [markdown]
# ## More than one weight
#
# *Articles: 2 §1.1*
#
# A *neuron* has several inputs. It multiplies each of them by a weight of its own, adds all
# products and one more weight, the *bias*, and sends the sum through a bent function, the
# *activation*. A *layer* is many neurons with the same inputs, and a *network* is a chain of
# layers: the outputs of one are the inputs of the next. The smallest chain has two neurons of one
# input each. Here they have no biases, and the second one has no activation:
#
# $$h = \tanh(a x), \qquad y = b h.$$
#
# The output $y$ is to come close to a target $t$, so that the loss is $L = (y - t)^2$. Both
# weights, $a$ and $b$, get a gradient. For $b$ it is easy, as $y$ depends on it directly. For $a$
# we go back through the chain, link by link: how the loss depends on $y$, how $y$ depends on $h$,
# and how $h$ depends on $a$. All these are multiplied:
#
# $$\frac{\partial L}{\partial b} = \frac{\partial L}{\partial y} \cdot h, \qquad
# \frac{\partial L}{\partial a} = \frac{\partial L}{\partial y} \cdot
# \frac{\partial y}{\partial h} \cdot \frac{\partial h}{\partial a}.$$
#
# (The sign $\partial$ is that of a derivative for which all other weights stay as they are.) This
# way of going backwards is called *backpropagation*, and it works in the same way for a hundred
# layers.


# %%
def forward(a, b, x, target):
    """The loss of the chain, and what was computed on the way."""
    h = np.tanh(a * x)
    y = b * h
    return (y - target) ** 2, h, y


def backward(a, b, x, target):
    """The gradients of the loss for a and for b."""
    _, h, y = forward(a, b, x, target)
    loss_by_y = 2 * (y - target)
    loss_by_b = loss_by_y * h
    loss_by_h = loss_by_y * b
    loss_by_a = loss_by_h * (1 - h**2) * x  # the derivative of tanh is 1 - tanh²
    return loss_by_a, loss_by_b


by_hand = backward(a=0.5, b=2.0, x=1.5, target=1.0)
print("by hand: ", *(f"{value:.6f}" for value in by_hand))

# %% [markdown]
# ## The tape
#
# Nobody writes this by hand for a real network. A *gradient tape* records every operation while the
# loss is computed. Then it goes back through its records and multiplies the derivatives of all
# links, which TensorFlow knows.

# %%
a, b = tf.Variable(0.5), tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = b * tf.tanh(a * 1.5)
    chain_loss = (y - 1.0) ** 2
by_tape = tape.gradient(chain_loss, [a, b])
print("by tape: ", *(f"{value:.6f}" for value in by_tape))
np.testing.assert_allclose(by_hand, by_tape, rtol=1e-5)

# %% [markdown]
# The training step of a GAN has two such tapes, one for each loss. That is all that is special
# about it.
#
# ### Exercise 3 ★★☆: one link more
#
# The chain gets a third neuron: $h = \tanh(a x)$, $g = \tanh(c h)$ and $y = b g$. Write the
# gradient of the loss $(y - t)^2$ for $a$, with NumPy and without a tape.


# %% tags=["exercise-3"]
def gradient_of_first_weight(a, b, c, x, target):
    return ...


# %% tags=["check-3"]
with exercise(3):
    for numbers in ((0.5, 2.0, -1.0, 1.5, 1.0), (-0.3, 0.7, 2.0, 0.4, -1.0)):
        answer = gradient_of_first_weight(*numbers)
        assert answer is not ..., "Write an expression in place of the three dots."
        first, *others = (tf.Variable(number, dtype=tf.float64) for number in numbers)
        with tf.GradientTape() as tape:
            output = others[0] * tf.tanh(others[1] * tf.tanh(first * others[2]))
            error = (output - others[3]) ** 2
        right = tape.gradient(error, first).numpy()
        assert np.sign(answer) == np.sign(right), "The sign is wrong. Is a link missing?"
        assert np.isclose(answer, right), f"For {numbers} the tape has {right:.4f}."

# %% [markdown]
# ## A network that learns a picture
#
# Now a real network, of three layers. Keras calls a layer as above `Dense`. Its activation may be
# tanh or `relu`, which sets negative numbers to 0. The input of the network is a place in a
# picture, two numbers between -1 and 1. Its output is the brightness at this place. If it gives the
# right brightness at all 784 places, it has learned the picture.

# %%
(x_train, _), _ = load_dataset("mnist-10k")
picture = x_train[1]
side = np.linspace(-1, 1, 28).astype(np.float32)
places = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
brightness = picture.reshape(-1, 1)

keras.utils.set_random_seed(0)
network = keras.Sequential(
    [
        keras.Input((2,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(1, activation="tanh"),
    ]
)
print("places", places.shape, "brightness", brightness.shape, "weights", network.count_params())

# %% [markdown]
# The loop is what you have seen, with one thing more. An *optimizer* is the rule that turns a
# gradient into a step. Gradient descent is the simplest one; when it takes a few examples at a time
# instead of all, drawn by chance, it is called *stochastic gradient descent* or SGD. *Adam* divides
# each gradient by its usual size, so that all weights move about equally fast whether their
# gradients are large or small. It is the optimizer of nearly all GANs.
#
# Each step takes 128 places drawn at random, a *batch*. The gradient of a batch is a rough but
# cheap measurement of the whole one. (`@tf.function` only makes the step faster.)


# %%
def train(optimizer, steps):
    """Trains a copy of the network; returns the losses and some pictures on the way."""
    model = keras.models.clone_model(network)
    model.set_weights(network.get_weights())
    rng = np.random.default_rng(0)
    losses, pictures = [], []

    @tf.function
    def step(inputs, targets):
        with tf.GradientTape() as tape:
            batch_loss = tf.reduce_mean((model(inputs, training=True) - targets) ** 2)
        gradients = tape.gradient(batch_loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return batch_loss

    for i in range(steps + 1):
        if i % (steps // 5) == 0:
            pictures.append(model(places).numpy().reshape(28, 28))
        chosen = rng.integers(len(places), size=128)
        losses.append(float(step(places[chosen], brightness[chosen])))
    return losses, pictures


results = {
    "SGD": train(keras.optimizers.SGD(0.05), STEPS),
    "Adam": train(keras.optimizers.Adam(0.005), STEPS),
}

# %%
figure, axes = plt.subplots(2, 7, figsize=(9, 3), layout="constrained")
for row, (name, (_, pictures)) in zip(axes, results.items(), strict=True):
    for i, (axis, drawn) in enumerate(zip(row, [*pictures, picture[..., 0]], strict=True)):
        axis.imshow(drawn, cmap="gray", vmin=-1, vmax=1)
        title = "the picture" if i == 6 else f"step {i * (STEPS // 5):,}"
        axis.set_title(title, fontsize=9)
        axis.set(xticks=[], yticks=[])
    row[0].set_ylabel(name)
plt.show()

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for (name, (losses, _)), style in zip(results.items(), ("--", "-"), strict=True):
    smooth = np.convolve(losses, np.ones(20) / 20, "valid")
    axes.plot(smooth, style, color="0", label=name)
axes.set(xlabel="step", ylabel="loss (mean of 20 steps)", yscale="log")
axes.legend()
plt.show()

# %% [markdown]
# The network first finds the dark ground, then a bright spot, then the strokes. With Adam it gets
# there after a few hundred steps. With SGD and this learning rate it is still at the bright spot in
# the end. Nobody told it what a stroke is: it only went downhill, a small step at a time.
#
# **What is missing for a generator?** This network knows one picture, and it was told for each
# place what is right. A generator has to make a new picture from each noise vector, and nobody can
# say what the right picture for a noise vector is. So there is no target to compare with. The idea
# of the GAN is to let a second network learn the loss. [Chapter 3](03_game.ipynb) begins there.
#
# ### Exercise 4 ★☆☆: a step of SGD
#
# Write one step of gradient descent for a list of variables, with `assign_sub` or `assign`, and
# without an optimizer.


# %% tags=["exercise-4"]
def make_step(variables, gradients, rate):
    """Changes each variable by its gradient; returns nothing."""
    return ...


# %% tags=["check-4"]
with exercise(4):
    variables = [tf.Variable([1.0, 2.0]), tf.Variable([[3.0]])]
    answer = make_step(variables, [tf.constant([0.5, -1.0]), tf.constant([[2.0]])], rate=0.1)
    assert answer is not ..., "Write the step in place of the line with the three dots."
    assert variables[0].numpy()[0] != 1.0, "The first variable did not change."
    assert variables[0].numpy()[0] < 1.0, "A positive gradient has to make the weight smaller."
    assert np.allclose(variables[0], [0.95, 2.1]), "Multiply each gradient by the learning rate."
    assert np.allclose(variables[1], [[2.8]]), "The second variable is wrong."

# %% [markdown]
# ## Summary
#
# - A network is a function with weights. A loss says how wrong it is, in one number.
# - The gradient of the loss says for each weight in which direction the loss grows, and how fast.
# - A step goes against the gradient, by the learning rate: too small is slow, too large diverges.
# - Backpropagation multiplies the derivatives of all links, from the loss back to each weight. A
#   tape records the links and does it for you.
# - An optimizer turns gradients into steps; a batch is a sample of the data for one step.
#
# To read on: Rumelhart et al. 1986, [Learning representations by back-propagating
# errors](https://doi.org/10.1038/323533a0), and Kingma and Ba 2015,
# [Adam](https://arxiv.org/abs/1412.6980).

# %% [markdown]
# ## An open project: a picture of your own
#
# Let the network learn a larger picture, perhaps in colour, with three outputs in place of one.
# Find out what limits it: the width of its layers, their number, the optimizer or the number of
# steps.
#
# A good answer
#
# - shows the picture and what the network made of it, side by side;
# - changes one thing at a time, and has a table of the last losses;
# - says which details were learned last, and tries to say why;
# - tries one idea that gives the network more to see than two numbers, for example the sine and
#   cosine of several multiples of the place.

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. The factor is -1 where $2 \eta\, \overline{x^2} = 2$. From there on the step jumps over the
# valley and lands at least as far away on the other side.

# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
largest_rate = 1 / np.mean(load**2)

# %% [markdown]
# 2. The loss is never negative, so that the weight always goes to the left. The step needs the
# gradient, which has a sign.


# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
def broken_descent(w, rate, steps):
    for _ in range(steps):
        w = w - rate * gradient(w)
    return w


# %% [markdown]
# 3. Each further link is one more factor.


# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
def gradient_of_first_weight(a, b, c, x, target):
    h = np.tanh(a * x)
    g = np.tanh(c * h)
    loss_by_g = 2 * (b * g - target) * b
    loss_by_h = loss_by_g * (1 - g**2) * c
    return loss_by_h * (1 - h**2) * x


# %% [markdown]
# 4. The same rule as for one weight, for each variable.


# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
def make_step(variables, gradients, rate):
    for variable, gradient in zip(variables, gradients, strict=True):
        variable.assign_sub(rate * gradient)
