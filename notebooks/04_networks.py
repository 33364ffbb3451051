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
# # 4. The networks
#
# This chapter takes the generator and the discriminator apart, layer by layer. For each kind of
# layer we write the computation in a few lines of NumPy and compare it with Keras. Then the six
# pairs of networks in the package are put side by side.
#
# After this chapter you can read a model's summary, count its parameters, say what each layer is
# for, and build a pair of your own that `GAN` trains.
#
# Takes 232 s on two CPU cores.

# %%
import pathlib
import tempfile
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from IPython.display import Image

from dcgan_tf import GAN, Scorer, adam, build_pair, digit_features, load_dataset
from dcgan_tf.data import rendering
from dcgan_tf.diagrams import draw_convolution, draw_gan
from dcgan_tf.exercises import exercise
from dcgan_tf.networks.default import build_discriminator, build_generator
from dcgan_tf.networks.layers import MinibatchStdDev, SelfModulation, UpConv2D
from dcgan_tf.networks.pairs import PAIRS
from dcgan_tf.networks.recurrent import build_gru

run = pathlib.Path(tempfile.mkdtemp())
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# These numbers say how long each of the six pairs is trained, on how many digits, and how many of
# its images are scored.

# %% tags=["parameters"] quick={"EPOCHS": 1, "IMAGES": 160, "SCORED": 200}
EPOCHS = 3
IMAGES = 8004
SCORED = 2000

# %% [markdown]
# ## Two functions
#
# *Articles: 2 §3.1 · 2 §3.2*
#
# A *neural network* is a function with many numbers inside, its *weights*, which training changes
# ([chapter 2](02_learning.ipynb)). A GAN has two of them:
#
# - The *generator* takes *noise*, a list of random numbers, and returns an image.
# - The *discriminator* takes an image and returns one number, a *logit*. It is positive if the
#   discriminator takes the image for real; what exactly it means stands further below.

# %%
figure, axes = plt.subplots(figsize=(8, 3.7), layout="constrained")
draw_gan(axes, lit=["noise", "generator", "data", "discriminator"])
plt.show()

# %% [markdown]
# Both are chains of *layers*, each of which turns an array of numbers into another one.

# %%
generator, discriminator = build_pair("default", image_shape=(28, 28, 1), latent_dim=16, seed=0)
noise = rng.normal(size=(5, 16)).astype(np.float32)
fake_images = generator(noise)
fake_output = discriminator(fake_images)
print("noise ", noise.shape, "-> generator     -> images", tuple(fake_images.shape))
print("images", tuple(fake_images.shape), "-> discriminator -> logits", tuple(fake_output.shape))

# %% [markdown]
# The first number of each shape is the size of the *batch*: here we gave the network five noise
# vectors at once. An image has height, width and *channels*: one for grey, three for red, green and
# blue. Inside a network a "picture" may have many more channels. Each of them is a map that says
# where in the picture something was found.

# %% [markdown]
# ## A dense layer
#
# In a dense layer each output is a weighted sum of all inputs, plus a number of its own, the
# *bias*: $y = x W + b$. With $n$ inputs and $k$ outputs there are $n k$ weights and $k$ biases.

# %%
layer = keras.layers.Dense(3, bias_initializer="normal")
x = rng.normal(size=(2, 4)).astype(np.float32)  # two samples of four numbers
by_keras = layer(x)
weights, bias = layer.get_weights()
np.testing.assert_allclose(x @ weights + bias, by_keras, rtol=1e-5, atol=1e-6)
assert layer.count_params() == 4 * 3 + 3

# %% [markdown]
# Our networks have dense layers where pictures begin and end. The generator's first layer makes
# 7·7·64 numbers out of 16. The discriminator's last layer makes one number out of all that was
# found in the picture.

# %% [markdown]
# ## A bend between two layers
#
# Two dense layers in a row can do no more than a single one, because $(x W_1) W_2 = x (W_1 W_2)$.
# So we put a function with a bend between them, the *activation function*. Most layers here have
# LeakyReLU: it leaves positive numbers as they are and multiplies negative ones by 0.2. The
# generator ends with tanh, which brings every number between -1 and 1.

# %%
x = np.linspace(-3, 3, 121).astype(np.float32)
leaky = np.where(x > 0, x, 0.2 * x)
np.testing.assert_allclose(keras.layers.LeakyReLU(0.2)(x), leaky)

figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
axes.plot(x, leaky, "-", color="C0", label="LeakyReLU(0.2)")
axes.plot(x, np.tanh(x), "--", color="C1", label="tanh")
axes.set(xlabel="what comes in", ylabel="what goes out")
axes.grid(color="0.85")
axes.legend()
plt.show()

# %% [markdown]
# Plain ReLU sets negative numbers to zero. There its slope is zero too, and the *gradient*, which
# training follows, is a product of such slopes. So nothing is learned where a sum is negative. The
# leak lets a part of the gradient through. In a GAN this matters even more, because the gradient
# has to come through the whole discriminator before it reaches the generator.

# %% [markdown]
# ## A convolution
#
# In a convolution a small window, the *kernel*, moves over the picture. At each place the layer
# multiplies the pixels under the window, of all channels, by the kernel's weights, and adds up the
# products and a bias. This gives one pixel of one channel. A layer has several such kernels, its
# *filters*, and its output has one channel for each of them. The *stride* says by how many pixels
# the window moves on. With a stride of 2, height and width are halved.
#
# With `"same"` padding the layer first puts zeros around the picture. Then the output has the size
# of the input, divided by the stride. The drawing shows a kernel of 4x4 with a stride of 2, without
# padding. The two colours mark two places of the window, and the pixels that they give.

# %%
figure, axes = plt.subplots(figsize=(5.5, 3), layout="constrained")
draw_convolution(axes)
plt.show()


# %%
def convolution(image, kernel, bias, stride):
    """image (height, width, c), kernel (k, k, c, filters) -> fewer pixels, `filters` channels"""
    k = kernel.shape[0]
    rows, columns = (-(-side // stride) for side in image.shape[:2])  # rounded up
    height, width, _ = image.shape
    too_few = (rows - 1) * stride + k - height, (columns - 1) * stride + k - width
    zeros = [(max(n, 0) // 2, (max(n, 0) + 1) // 2) for n in too_few]  # before and after
    padded = np.pad(image, [*zeros, (0, 0)])
    output = np.zeros((rows, columns, kernel.shape[-1]))
    for i in range(rows):
        for j in range(columns):
            window = padded[i * stride : i * stride + k, j * stride : j * stride + k]
            output[i, j] = np.tensordot(window, kernel, axes=3) + bias
    return output


for k, stride in ((3, 1), (4, 2), (5, 2)):
    layer = keras.layers.Conv2D(6, k, stride, "same", bias_initializer="normal")
    image = rng.normal(size=(8, 7, 3)).astype(np.float32)
    by_keras = layer(image[np.newaxis])[0]
    np.testing.assert_allclose(
        convolution(image, *layer.get_weights(), stride), by_keras, atol=1e-5
    )
    assert layer.count_params() == k * k * 3 * 6 + 6
    print(f"kernel {k}x{k}, stride {stride}: {image.shape} -> {tuple(by_keras.shape)}")

# %% [markdown]
# What is a convolution for? A kernel is a small pattern. The layer looks for this pattern at every
# place of the image, and needs only a few weights for it. Here are two kernels of 3x3 on a digit,
# made by hand. One finds the edges where the picture becomes brighter to the right, the other one
# those where it becomes brighter downwards.

# %%
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
going_right = np.array([[-1, 0, 1]] * 3) / 6
kernels = np.stack([going_right, going_right.T], axis=-1)[:, :, np.newaxis]
digit = x_train[y_train == 2][0]
edges = convolution(digit, kernels, 0.0, stride=1)

figure, axes = plt.subplots(1, 3, figsize=(7, 2.6), layout="constrained")
pictures = {
    "a digit": digit[..., 0],
    "brighter to the right": edges[..., 0],
    "brighter downwards": edges[..., 1],
}
for axis, (title, picture) in zip(axes, pictures.items(), strict=True):
    axis.imshow(picture, cmap="gray", vmin=-1, vmax=1)
    axis.set_title(title)
    axis.axis("off")
plt.show()

# %% [markdown]
# White marks an edge from dark to light, black one from light to dark. The lines at the rim come
# from the padding: outside the picture are zeros, and zero is grey.
#
# In a network nobody makes the kernels by hand: training finds them. In this way the discriminator
# finds strokes and the ends of strokes first, and then arrangements of them.

# %% [markdown]
# ### Exercise 1 ★☆☆: why convolutions?
#
# A picture of 8x8 pixels with 4 channels is to become one of 4x4 pixels with 8 channels. How many
# parameters (weights and biases) has a convolution with a kernel of 4x4 and stride 2 that does
# it? How many has a dense layer between all numbers of the one and all numbers of the other?

# %% tags=["exercise-1"]
parameters_of_convolution = ...
parameters_of_dense = ...

# %% tags=["check-1"]
with exercise(1):
    assert parameters_of_convolution is not ..., "Write two numbers in place of the three dots."
    assert parameters_of_dense is not ..., "The dense layer's number is missing."
    layer = keras.layers.Conv2D(8, 4, 2, "same")
    assert layer(np.zeros((1, 8, 8, 4))).shape == (1, 4, 4, 8)
    difference = parameters_of_convolution - layer.count_params()
    assert difference == 0, f"Convolution: too {'many' if difference > 0 else 'few'} parameters."
    layer = keras.layers.Dense(4 * 4 * 8)
    layer.build((1, 8 * 8 * 4))
    difference = parameters_of_dense - layer.count_params()
    assert difference == 0, f"Dense: too {'many' if difference > 0 else 'few'} parameters."

# %% [markdown]
# ### Exercise 2 ★★☆: how far can it see?
#
# One output of a 3x3 convolution depends on 3 rows of its input. If that input was made by
# another convolution, it depends on more rows of the picture. Write a function for a chain of
# convolutions, each given as (kernel, stride) and listed from the picture on: how many rows of
# the picture does one output in the middle depend on?


# %% tags=["exercise-2"]
def rows_seen(convolutions):
    """For example [(4, 2), (4, 2), (4, 2)], the default discriminator's, to a whole number."""
    return ...


# %% tags=["check-2"]
with exercise(2):
    chains = [(3, 1)], [(3, 1), (3, 1)], [(4, 2), (3, 1)], [(4, 2)] * 3, [(5, 2)] * 3
    for chain in chains:
        answer = rows_seen(chain)
        assert answer is not ..., "Write an expression or some lines in place of the three dots."
        picture = y = tf.Variable(rng.normal(size=(1, 64, 64, 1)).astype(np.float32))
        with tf.GradientTape() as tape:
            for k, stride in chain:
                y = keras.layers.Conv2D(1, k, stride, "same", kernel_initializer="ones")(y)
            middle = y[0, y.shape[1] // 2, y.shape[2] // 2, 0]
        measured = int(np.any(tape.gradient(middle, picture)[0, :, :, 0] != 0, axis=1).sum())
        assert answer == measured, f"{chain}: you say {answer}, measured by gradients {measured}."

# %% [markdown]
# ## A transposed convolution
#
# The generator has to go the other way, from few pixels to many. A *transposed convolution* turns
# the convolution round. Each pixel of the small picture prints the kernel into the large one, like
# a stamp with more or less ink. The stride says how far apart the stamps are, and where they
# overlap they are added up. With `"same"` padding, what sticks out at the rim is cut off; in the
# drawing there is no padding, and nothing is cut off.

# %%
figure, axes = plt.subplots(figsize=(5.5, 3), layout="constrained")
draw_convolution(axes, transposed=True)
plt.show()


# %%
def transposed_convolution(image, kernel, stride):
    """image (height, width, c), kernel (k, k, filters, c) -> more pixels, `filters` channels"""
    height, width, _ = image.shape
    k, filters = kernel.shape[0], kernel.shape[2]
    sheet = np.zeros(((height - 1) * stride + k, (width - 1) * stride + k, filters))
    for i in range(height):
        for j in range(width):
            stamp = kernel @ image[i, j]  # (k, k, filters)
            sheet[i * stride : i * stride + k, j * stride : j * stride + k] += stamp
    rim = (k - stride) // 2
    return sheet[rim : rim + height * stride, rim : rim + width * stride]


# %% [markdown]
# A picture of 4x4 pixels becomes one of 8x8:

# %%
small = rng.normal(size=(4, 4, 3)).astype(np.float32)
layer = keras.layers.Conv2DTranspose(2, 4, 2, "same", use_bias=False)
by_keras = layer(small[np.newaxis])[0]
by_hand = transposed_convolution(small, layer.get_weights()[0], stride=2)
np.testing.assert_allclose(by_hand, by_keras, atol=1e-5)
print(small.shape, "->", by_hand.shape)

# %% [markdown]
# To see the stamps, take a picture of one channel in which three pixels are on, and a kernel that
# is dark in the middle.

# %%
stamp = np.outer([1, 3, 3, 1], [1, 3, 3, 1])[:, :, np.newaxis, np.newaxis] / 9
three_pixels = np.zeros((4, 4, 1))
three_pixels[[1, 1, 3], [1, 2, 0], 0] = 1, 1, 0.5
steps = {
    "4x4 pixels": three_pixels,
    "the stamp, 4x4": stamp[..., 0],
    "stride 2: 8x8 pixels": transposed_convolution(three_pixels, stamp, 2),
}
figure, axes = plt.subplots(1, 3, figsize=(7, 2.8), layout="constrained")
for axis, (title, picture) in zip(axes, steps.items(), strict=True):
    axis.imshow(picture[..., 0], cmap="gray_r", vmin=0, vmax=1.35)
    rows, columns = picture.shape[:2]
    axis.set_xticks(np.arange(columns) - 0.5, [])
    axis.set_yticks(np.arange(rows) - 0.5, [])
    axis.grid(color="0.7", linewidth=0.5)
    axis.set_title(title)
plt.show()

# %% [markdown]
# Why "transposed"? A convolution is a matrix that turns the numbers of the large picture into those
# of the small one. The same matrix, transposed, leads back to the size of the large picture. It
# does not lead back to its values. We can test this without writing down the matrix: for all $a$
# and $b$ the sums of products $\text{conv}(a) \cdot b$ and $a \cdot \text{conv}^T(b)$ are equal.

# %%
kernel = rng.normal(size=(4, 4, 1, 1))
large, small = rng.normal(size=(8, 8, 1)), rng.normal(size=(4, 4, 1))
forth = np.sum(convolution(large, kernel, 0.0, stride=2) * small)
back = np.sum(large * transposed_convolution(small, kernel, stride=2))
np.testing.assert_allclose(forth, back)

# %% [markdown]
# **Predict, then run:** how many stamps fall on each pixel, for kernels of 3, 4 and 5 and a stride
# of 2? To count them, we take a picture in which all pixels are 1 and a kernel in which all weights
# are 1.

# %%
figure, axes = plt.subplots(1, 3, figsize=(7, 2.8), layout="constrained")
for axis, k in zip(axes, (3, 4, 5), strict=True):
    counts = transposed_convolution(np.ones((6, 6, 1)), np.ones((k, k, 1, 1)), stride=2)[..., 0]
    axis.imshow(counts, cmap="gray_r", vmin=0, vmax=9)
    for i, j in np.ndindex(counts.shape):
        shade = "white" if counts[i, j] > 5 else "black"
        axis.text(j, i, int(counts[i, j]), ha="center", va="center", color=shade, fontsize=7)
    axis.set_title(f"kernel {k}x{k}")
    axis.axis("off")
    inside = counts[3:-3, 3:-3]
    assert (inside.min() == inside.max()) == (k % 2 == 0)
plt.show()

# %% [markdown]
# Only with 4, a multiple of the stride, each inner pixel gets the same number of stamps. With 3 and
# 5 a chequered pattern lies under all pictures before any training (Odena et al. 2016).
#
# ## Doubling, then convolving
#
# With kernels of 4x4 the stamps fall evenly, but the pattern does not disappear: a pixel in an even
# row gets other weights than its neighbour in an odd row, and nothing keeps the two alike. The
# default generator therefore grows in two steps. First each pixel becomes a square of 2x2 pixels of
# the same value. Then an ordinary 3x3 convolution follows. Both together are the layer `UpConv2D`.


# %%
def doubled(image):
    return image.repeat(2, axis=0).repeat(2, axis=1)


layer = UpConv2D(2, use_bias=False)
by_layer = layer(small[np.newaxis].astype(np.float32))[0]
by_hand = convolution(doubled(small), layer.get_weights()[0], 0.0, stride=1)
np.testing.assert_allclose(by_hand, by_layer, atol=1e-5)
print(small.shape, "->", by_hand.shape)

# %% [markdown]
# Here are both ways of growing, with random weights and no training at all. All pixels of the small
# picture are equal, so all inner pixels of the large one should be equal too. The colours show how
# far each pixel lies from the mean of its picture.

# %%
even = np.ones((1, 8, 8, 4), np.float32)
ways = {
    "transposed, kernel 4x4": keras.layers.Conv2DTranspose(1, 4, 2, "same"),
    "transposed, kernel 5x5": keras.layers.Conv2DTranspose(1, 5, 2, "same"),
    "doubled, kernel 3x3": UpConv2D(1),
}
figure, axes = plt.subplots(1, 3, figsize=(7, 2.8), layout="constrained")
for axis, (title, layer) in zip(axes, ways.items(), strict=True):
    grown = layer(even)[0, 3:-3, 3:-3, 0].numpy()
    drawn = axis.imshow(grown - grown.mean(), cmap="PuOr", vmin=-1, vmax=1)
    axis.set_title(title, fontsize=10)
    axis.set(xticks=[], yticks=[])
    assert (np.ptp(grown) < 1e-5) == isinstance(layer, UpConv2D)
figure.colorbar(drawn, ax=axes, label="pixel minus mean")
plt.show()

# %% [markdown]
# ## Batch normalisation
#
# If numbers grow a little in each layer, they are huge after many layers; if they shrink, nothing
# is left of them. *Batch normalisation* (Ioffe and Szegedy 2015) prevents both. For each channel it
# takes the mean and the variance over all pixels of all pictures in the batch. It subtracts the
# mean, divides by the root of the variance, and then applies a scale $\gamma$ and a shift $\beta$,
# which are learned. (This $\gamma$ has nothing to do with the weight of R1, which has the same
# letter.)

# %%
some_scale = keras.initializers.RandomUniform(0.5, 1.5, seed=0)
layer = keras.layers.BatchNormalization(gamma_initializer=some_scale, beta_initializer="normal")
x = rng.normal(2, 5, (8, 7, 7, 3)).astype(np.float32)
by_keras = layer(x, training=True)
gamma, beta, moving_mean, moving_variance = layer.get_weights()

mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
by_hand = gamma * (x - mean) / np.sqrt(variance + layer.epsilon) + beta
np.testing.assert_allclose(by_hand, by_keras, atol=1e-5)

# %% [markdown]
# A network with batch normalisation runs in two ways. While it is trained it uses the mean and the
# variance of the batch at hand. Meanwhile it keeps a *moving average* of each of them: a number
# that every step moves by one hundredth of the way towards the batch's value. When images are
# generated, the network uses these averages instead.

# %%
np.testing.assert_allclose(moving_mean, 0.99 * 0 + 0.01 * mean, rtol=1e-4)
np.testing.assert_allclose(moving_variance, 0.99 * 1 + 0.01 * variance, rtol=1e-4)
by_hand = gamma * (x - moving_mean) / np.sqrt(moving_variance + layer.epsilon) + beta
np.testing.assert_allclose(by_hand, layer(x, training=False), atol=1e-4)

# %% [markdown]
# Batch normalisation has a side effect: what comes out for one picture depends on the other
# pictures of the batch.

# %%
alone, in_company = layer(x[:1], training=True)[0], layer(x, training=True)[0]
print(f"largest difference for the same picture: {np.abs(alone - in_company).max():.2f}")
assert not np.allclose(alone, in_company)

# %% [markdown]
# In the generator, batch normalisation lets training start quickly from small weights. The default
# discriminator has none of it: the numbers of one image should not be shifted and scaled by what
# else is in the batch.
#
# ## Noise in every layer
#
# In a plain generator the noise enters at the first layer. All that it means (which digit, how
# slanted) has to be carried through the layers that follow. The layer `SelfModulation` (Chen et al.
# 2019) lets the noise speak in every layer. It is a batch normalisation whose scale $\gamma$ and
# shift $\beta$ are not the same for all images: a small network with one hidden layer, that is with
# one layer between its input and its output, computes $\gamma - 1$ and $\beta$ from the noise of
# each image. So the noise can switch whole channels on and off.

# %%
layer = SelfModulation(units=5)
x = rng.normal(2, 5, (8, 7, 7, 3)).astype(np.float32)
z = rng.normal(size=(8, 16)).astype(np.float32)
by_layer = layer(x, z, training=True)

W_1, b_1, W_2, b_2 = (weight.numpy() for weight in layer.trainable_weights)
scale_and_shift = np.maximum(z @ W_1 + b_1, 0) @ W_2 + b_2  # ReLU between the two layers
scale, shift = np.split(scale_and_shift[:, np.newaxis, np.newaxis], 2, axis=-1)
normalised = (x - x.mean(axis=(0, 1, 2))) / np.sqrt(x.var(axis=(0, 1, 2)) + 0.001)
np.testing.assert_allclose(normalised * (1 + scale) + shift, by_layer, atol=1e-4)


# %%
def kinds(network):
    return {type(layer).__name__ for layer in network.layers}


assert "SelfModulation" in kinds(generator)
assert not {"SelfModulation", "BatchNormalization"} & kinds(discriminator)

# %% [markdown]
# ## Are they all alike?
#
# A generator may make the same image again and again. Each of these images can look right by
# itself; you only notice that they are alike if you see several of them. The discriminator has a
# layer for this, `MinibatchStdDev` (Karras et al. 2018). It compares each image with the three
# before it in the batch. It takes the standard deviation of each number over the four images, and
# then the mean of all these deviations. The layers that follow get this mean as one more number. In
# the default discriminator, `MinibatchStdDev` stands behind the convolutions and `Flatten`, which
# lays all numbers of a picture in one row.

# %%
x = rng.normal(size=(8, 50)).astype(np.float32)  # 8 images, each described by 50 numbers
with_deviation = MinibatchStdDev()(x).numpy()
for i in range(8):
    by_hand = x[[i, i - 1, i - 2, i - 3]].std(axis=0).mean()
    np.testing.assert_allclose(with_deviation[i, 50], by_hand, rtol=1e-4)

alike = np.repeat(x[:1], 8, axis=0)
print(f"different images: {with_deviation[0, 50]:.3f}")
print(f"equal images: {MinibatchStdDev()(alike)[0, 50]:.3f}")

# %% [markdown]
# ### Exercise 3 ★★☆: find the bug
#
# This batch normalisation runs, and its output has the mean 0 over the batch, but it is not what
# Keras computes. Repair it. (Here it has no $\gamma$ and no $\beta$.)


# %% tags=["exercise-3"]
def broken_normalisation(x):
    mean, variance = x.mean(axis=0), x.var(axis=0)
    return (x - mean) / np.sqrt(variance + 0.001)


def normalisation(x):
    """x (batch, height, width, channels), normalised for each channel."""
    return ...


# %% tags=["check-3"]
with exercise(3):
    x = rng.normal(size=(6, 5, 5, 2)) + np.arange(5)[:, np.newaxis, np.newaxis]
    answer = normalisation(x)
    assert answer is not ..., "Write an expression or some lines in place of the three dots."
    assert answer.shape == x.shape, f"The shape has become {answer.shape}."
    rows = answer.mean(axis=(0, 2, 3))
    assert np.ptp(rows) > 0.5, "In x each row is brighter than the one above. Here no longer."
    assert np.allclose(answer.mean(axis=(0, 1, 2)), 0, atol=1e-6), "A channel's mean is not 0."
    by_keras = keras.layers.BatchNormalization()(x.astype(np.float32), training=True)
    assert np.allclose(answer, by_keras, atol=1e-3), "The scale is not that of Keras."

# %% [markdown]
# ## A recurrent layer
#
# *Articles: 3 §2.1 · 3 §2.2*
#
# For sequences (text, prices, the rows of a picture) there is another way. A recurrent layer goes
# through the sequence step by step and keeps a *state* in mind, a list of numbers. In each step it
# mixes the new input with the state.
#
# The *gated recurrent unit* (GRU, Cho et al. 2014) has two *gates*, numbers between 0 and 1. The
# *update gate* $u$ says how much of the old state stays. The *reset gate* $r$ says how much of the
# old state counts when the new candidate $c$ is made. $x$ is the input and $h$ the state. The
# matrices $W$ and $U$ and the biases $b$ and $d$ are the weights of the layer. The *sigmoid*
# $\sigma(t) = 1 / (1 + e^{-t})$ brings any number between 0 and 1. (The paper writes $z$ for the
# update gate; in this course $z$ is the noise.)
#
# $$u = \sigma(x W_u + b_u + h U_u + d_u), \qquad r = \sigma(x W_r + b_r + h U_r + d_r)$$
#
# $$c = \tanh(x W_c + b_c + r \, (h U_c + d_c)), \qquad h_{new} = u \, h + (1 - u) \, c$$


# %%
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru_step(x, h, layer):
    W, U, biases = layer.get_weights()  # each holds the three parts side by side
    from_input = np.split(x @ W + biases[0], 3, axis=-1)
    from_state = np.split(h @ U + biases[1], 3, axis=-1)
    u = sigmoid(from_input[0] + from_state[0])
    r = sigmoid(from_input[1] + from_state[1])
    c = np.tanh(from_input[2] + r * from_state[2])
    return u * h + (1 - u) * c


# %% [markdown]
# Here the reset gate is applied after the multiplication by the matrix $U_c$, and there are two
# sets of biases, $b$ and $d$. Keras calls this `reset_after=True`, its default. In the paper the
# gate comes before the matrix.

# %%
layer = build_gru(5, seed=0, bias_initializer="normal", return_sequences=True)
sequences = rng.normal(size=(2, 6, 3)).astype(np.float32)  # two sequences, 6 steps, 3 values
by_keras = layer(sequences)
assert layer.reset_after
assert layer.count_params() == 3 * (3 * 5 + 5 * 5 + 2 * 5)

h = np.zeros((2, 5))
for step in range(6):
    h = gru_step(sequences[:, step], h, layer)
    np.testing.assert_allclose(h, by_keras[:, step], atol=1e-5)

# %% [markdown]
# In the pair `"recurrent"` a dense layer turns the noise into 28 vectors, one for each row of the
# image. The generator goes through them and writes one row in each step; its state remembers what
# stands above. The discriminator reads the rows twice, once from the top and once from the bottom,
# and a dense layer weighs all of its states. Most often such layers are used for text and for time
# series, as in [chapter 10](10_applications.ipynb). (A network of recurrent layers is called a
# *recurrent neural network* or RNN, and one of convolutions a *convolutional neural network* or
# CNN.)

# %% [markdown]
# ## The default generator
#
# *Articles: 2 §3.1 · 3 §2.1*


# %%
def layer_table(network):
    for layer in network.layers:
        shape = " x ".join(str(side) for side in layer.output.shape[1:])
        print(f"{type(layer).__name__:20} -> {shape:14} {layer.count_params():>9,} parameters")
    print(f"{'together':37} {network.count_params():>9,}")


layer_table(generator)

# %% [markdown]
# Read the table from top to bottom. A dense layer turns the noise into 7·7·64 numbers, which
# `Reshape` lays out as a picture of 7x7 pixels with 64 channels. A convolution lets neighbours
# agree. `UpConv2D` doubles the sides to 14x14, another convolution follows, and the last `UpConv2D`
# makes 28x28 pixels. The finer the picture gets, the fewer channels it needs. After each layer but
# the last the noise has its say (`SelfModulation`), and `LeakyReLU` bends the result.
#
# Let us count the parameters by hand. A kernel has (side · side · channels in · channels out)
# weights. `SelfModulation` has the two dense layers of its small network, with 32 hidden numbers,
# and two moving averages for each channel.


# %%
def modulation_parameters(channels, latent_dim=16, hidden=32):
    small_network = latent_dim * hidden + hidden + hidden * 2 * channels + 2 * channels
    return small_network + 2 * channels


by_hand = [
    16 * 7 * 7 * 64,  # Dense
    modulation_parameters(64),
    3 * 3 * 64 * 64,  # Conv2D, without biases: the normalisation would take them away again
    modulation_parameters(64),
    3 * 3 * 64 * 32,  # UpConv2D to 14x14
    modulation_parameters(32),
    3 * 3 * 32 * 32,  # Conv2D
    modulation_parameters(32),
    3 * 3 * 32 * 1 + 1,  # UpConv2D to 28x28, with a bias
]
counted = [layer.count_params() for layer in generator.layers if layer.count_params()]
assert by_hand == counted and sum(by_hand) == generator.count_params()

# %% [markdown]
# **Why noise goes in.** A function gives the same output for the same input. Without anything
# random the generator could make one image only. With noise, each vector has its own image.

# %%
same = np.repeat(noise[:1], 2, axis=0)
np.testing.assert_allclose(*generator(same).numpy(), atol=1e-6)
assert not np.allclose(*generator(noise[:2]).numpy(), atol=1e-6)

# %% [markdown]
# All variety of the images comes from these 16 numbers. Nobody tells the generator which part of
# the noise stands for slant, for thickness, or for which digit: training decides it.
# [Chapter 9](09_features.ipynb) looks for these parts.
#
# **Why tanh at the end.** The pixels of the data lie between -1 and 1. The last layer should be
# able to make all of these numbers, and no others.

# %%
sums = np.linspace(-20, 20, 1001)
for name in ("linear", "relu", "sigmoid", "tanh"):
    outputs = np.asarray(keras.activations.get(name)(sums))
    print(f"{name:8} from {outputs.min():6.1f} to {outputs.max():5.1f}")
print(f"{'data':8} from {x_train.min():6.1f} to {x_train.max():5.1f}")

# %% [markdown]
# ReLU and sigmoid cannot make black, which is -1. Without any activation, pixels could lie far
# outside of the data's range, and by this alone the discriminator could tell the images apart.

# %% [markdown]
# ## The default discriminator
#
# *Articles: 2 §3.2 · 3 §2.2*

# %%
layer_table(discriminator)
by_hand = [
    4 * 4 * 1 * 32 + 32,  # Conv2D to 14x14
    4 * 4 * 32 * 64 + 64,  # Conv2D to 7x7
    4 * 4 * 64 * 128 + 128,  # Conv2D to 4x4
    (4 * 4 * 128 + 1) * 128 + 128,  # Dense: all pixels, and the number of MinibatchStdDev
    128 * 1 + 1,  # Dense
]
counted = [layer.count_params() for layer in discriminator.layers if layer.count_params()]
assert by_hand == counted

# %% [markdown]
# The discriminator goes the way back: from 28x28 pixels to 14x14, 7x7 and 4x4. A pixel of the last
# stage has seen up to 22x22 pixels of the image, most of it. `MinibatchStdDev` adds its one number
# to the 4·4·128 others. Two dense layers follow. The first one combines what was found in all
# places (a loop above and a stroke below may be a 9), and the second one weighs these findings.
#
# **Why a logit and not a probability.** Article 2 says that the discriminator returns the
# probability that its input is real. Ours does so too, but on another scale. It returns the *logit*
# $l$, which may be any number, and the probability is $D = \sigma(l) = 1 / (1 + e^{-l})$.
#
# **Predict, then run:** two discriminators with the logits 20 and 40. How do their probabilities
# differ in `float32`, the numbers with which networks compute?

# %%
logits = np.array([0, 5, 20, 40], np.float32)
probabilities = np.asarray(keras.ops.sigmoid(logits))
for logit, D in zip(logits, probabilities, strict=True):
    print(f"logit {logit:4.0f}   D = {D:.8f}   1 - D = {1 - D:.1e}   gradient = {D * (1 - D):.1e}")
assert probabilities[2] == probabilities[3] == 1

# %% [markdown]
# The two probabilities do not differ, because both are rounded to 1. So we can no longer see how
# sure the discriminator was: $\ln(1 - D)$ is minus infinity, and the gradient of $D$ is 0, so that
# nothing can be learned. Logits keep all of it. [Chapter 5](05_losses.ipynb) computes the losses
# from them.

# %% [markdown]
# ## For images of another shape
#
# Both networks are built for the image's shape. The rule is: halve the larger side until at most 7
# pixels are left, but at least twice. The generator doubles as often. It begins with the sides
# divided by so many twos, rounded up, and cuts off what is too much at the end. The discriminator
# halves once more.
#
# ### Exercise 4 ★★☆: where does it begin?
#
# For images of 100x60 pixels: with how many rows and columns does the generator begin?

# %% tags=["exercise-4"]
first_rows = ...
first_columns = ...

# %% tags=["check-4"]
with exercise(4):
    assert first_rows is not ... and first_columns is not ..., "Two numbers are wanted."
    assert first_rows <= 7, f"{first_rows} rows are too many: halve once more."
    assert first_rows > 3, f"{first_rows} rows are too few: one halving less is enough."
    other = build_generator((100, 60, 1), latent_dim=2)
    (begin,) = (layer for layer in other.layers if isinstance(layer, keras.layers.Reshape))
    assert first_rows == begin.output.shape[1], "The rows: is it rounded up?"
    assert first_columns == begin.output.shape[2], "The columns are halved as often as the rows."

# %% [markdown]
# The pair for colour images of 64x48 pixels:

# %%
other_pair = build_pair("default", image_shape=(64, 48, 3), latent_dim=16, seed=0)
for network in other_pair:
    layer_table(network)
    print()

# %% [markdown]
# The generator now doubles four times, from 4x3 pixels. Each stage has twice as many channels as
# the next one, so that it begins with 256 instead of 64. One function gives the generator's number
# of parameters for any shape:


# %%
def generator_parameters(height, width, channels, latent_dim=16, filters=32):
    halvings = max(2, int(np.ceil(np.log2(max(height, width) / 7))))
    rows, columns = -(-height // 2**halvings), -(-width // 2**halvings)
    widths = [filters * 2**i for i in reversed(range(halvings))]
    total = latent_dim * rows * columns * widths[0] + 3 * 3 * widths[0] ** 2
    for before, after in zip(widths[:-1], widths[1:], strict=True):
        total += 3 * 3 * before * after + 3 * 3 * after**2
    total += sum(2 * modulation_parameters(width, latent_dim) for width in widths)
    return total + 3 * 3 * widths[-1] * channels + channels


for shape in ((28, 28, 1), (64, 48, 3), (30, 50, 3), (16, 16, 1), (100, 60, 1)):
    network = build_generator(shape, latent_dim=16)
    assert network.output_shape == (None, *shape)
    assert generator_parameters(*shape) == network.count_params()
    assert build_discriminator(shape).output_shape == (None, 1)

# %% [markdown]
# ## Six pairs
#
# *Articles: 2 §4.3 · 2 §3.1 · 2 §3.2 · 3 §2.1 · 3 §2.2*
#
# `build_pair(name, image_shape, latent_dim, seed)` builds one of six pairs:
#
# - `"default"`, the pair above.
# - `"dcgan"`: a smaller pair after Radford et al. (2015), with transposed convolutions and plain
#   batch normalisation.
# - `"dense"`: the default generator with a fully connected discriminator, the example of Article
#   2, section 4.3.
# - `"recurrent"`: both networks go through the image row by row, as articles 2 and 3 suggest.
# - `"spectral"`: the default pair with *spectral normalisation* in the discriminator, explained
#   below.
# - `"tutorial"`: the larger pair of TensorFlow's DCGAN tutorial.


# %%
def kernels_of(network):
    """The arrays of weights by which something is multiplied."""
    return [weight for weight in network.trainable_variables if "kernel" in weight.name]


print(f"{'pair':12}{'kernels: G':>12}{'D':>5}{'parameters: G':>18}{'D':>10}")
for name in PAIRS:
    G, D = build_pair(name, seed=0)
    kernels = f"{len(kernels_of(G)):12}{len(kernels_of(D)):5}"
    print(f"{name:12}{kernels}{G.count_params():18,}{D.count_params():10,}")

# %% [markdown]
# The discriminator of the pair `"dense"` is a chain of dense layers. It sees 784 numbers, and does
# not know which of them are neighbours. (First it adds 1 to all of them, so that black is 0 and
# only the strokes count.) To see this, we shuffle the pixels of all images in the same way, and the
# weights of the first dense layer with them. The logits stay the same:

# %%
_, dense = build_pair("dense", seed=0)
before = dense(x_train[:8])
order = rng.permutation(28 * 28)
shuffled = x_train[:8].reshape(8, -1)[:, order].reshape(8, 28, 28, 1)
first_layer = next(layer for layer in dense.layers if isinstance(layer, keras.layers.Dense))
kernel, bias = first_layer.get_weights()
first_layer.set_weights([kernel[order], bias])
np.testing.assert_allclose(dense(shuffled), before, atol=1e-4)

# %% [markdown]
# A convolution is different: it is built on the fact that nearby pixels belong together, and need
# not learn it.
#
# We now train all six by the same class, `GAN`, on the same digits, for a short time. The settings
# are the same but for two learning rates. The recurrent generator has about a third of the others'
# rate. It uses the same weights in each of its 28 steps, so that a change of them acts 28 times.
# The fully connected discriminator has a quarter of the others' rate. Each of its numbers is a sum
# over hundreds of others, so that many small changes of weights add up.
#
# **Predict, then run:** which will look best? Which will be slowest?

# %%
some_digits = x_train[:IMAGES]


def train(name):
    keras.utils.set_random_seed(0)  # the order of the digits
    model = GAN(*build_pair(name, seed=0), latent_dim=16, seed=0)
    generator_rate = 0.0007 if name == "recurrent" else 0.002
    discriminator_rate = 0.0005 if name == "dense" else 0.002
    model.compile(adam(generator_rate, averaged=True), adam(discriminator_rate))
    model.fit(some_digits[:64], batch_size=32, verbose=0)  # builds the training step
    seconds = []
    for _ in range(EPOCHS):
        start = time.perf_counter()
        history = model.fit(some_digits, batch_size=32, verbose=0).history
        seconds.append(time.perf_counter() - start)
    milliseconds = 1000 * min(seconds) / np.ceil(len(some_digits) / 32)  # in the quickest epoch
    return model, milliseconds, (history["real_accuracy"][0] + history["fake_accuracy"][0]) / 2


models, milliseconds, accuracies = {}, {}, {}
for name in PAIRS:
    models[name], milliseconds[name], accuracies[name] = train(name)

# %% [markdown]
# The *Fréchet distance* says how far the generated digits are from real ones, judged by what a
# classifier of digits sees in them. Smaller is better (Heusel et al. 2017;
# [chapter 7](07_watching.ipynb)). The row `real` compares real digits with other real digits. The
# column "D is right" says how often the discriminator was right in the last epoch.

# %%
scorer = Scorer(x_train, digit_features(), held_out=x_test, samples=SCORED)
distances = {
    name: scorer.score(model.generate(SCORED, seed=1))["frechet_distance"]
    for name, model in models.items()
}
print(f"{'pair':10} {'ms for a step':>14} {'D is right':>12} {'Fréchet distance':>18}")
for name in PAIRS:
    print(f"{name:10} {milliseconds[name]:14.0f} {accuracies[name]:12.0%} {distances[name]:18.1f}")
print(f"{'real':10} {'':14} {'':12} {scorer.score_real()['frechet_distance']:18.1f}")
if EPOCHS >= 3:
    assert max(distances.values()) < 80

# %%
figure, axes = plt.subplots(2, 3, figsize=(9, 6.4), layout="constrained")
for axis, (name, model) in zip(axes.flat, models.items(), strict=True):
    grid = rendering.make_grid(rendering.to_uint8(model.generate(16, seed=1)), columns=4)
    axis.imshow(grid, cmap="gray", vmin=0, vmax=255)
    axis.set_title(f"{name}: 16 generated images")
    axis.axis("off")
plt.show()

# %% [markdown]
# After equally few steps the pairs have got differently far. Some draw digits, and others have only
# begun to draw faint strokes on the black ground. With convolutions it is easier to make smooth
# strokes, because neighbouring pixels come from the same numbers. The recurrent generator has to
# carry a stroke from row to row in its state, and its strokes are frayed.
#
# All of them go on learning if you let them. Here is Article 2's example, the pair `"dense"`, after
# 12,048 steps, as many as in the default run (`dcgan-tf train --network dense`):
#
# ![Thirty-six digits](../docs/images/dense.png)
#
# The Fréchet distance of such digits is 0.43, and the default pair has 0.27 after as many steps
# (means of three seeds). Both were measured with 4,002 images, where real digits have 0.15. So a
# discriminator can do without convolutions, but some of its generator's digits stay blurred.
#
# The number of weights alone does not say what a step costs. A dense layer uses each of its weights
# once for an image. A convolution uses each of its weights for every pixel that it makes. So the
# pair `"dense"` takes less time than the default pair, although it has more weights. The pair of
# the tutorial makes about five times as many multiplications as the default pair. The recurrent
# pair has the fewest weights, but its 28 steps have to be made one after the other. The pair
# `"spectral"` is the default pair with a little more work in each step. (Other programs may run on
# the same computer, so a difference of a few milliseconds in the table means little.)
#
# One short run of each cannot tell you which pair is best: with more epochs or another seed the
# order may change. Chapters [7](07_watching.ipynb) and [8](08_failures.ipynb) look at training more
# closely.

# %% [markdown]
# ## Inside a trained generator
#
# How does a digit come out of noise? Here you see what the trained default generator holds for one
# noise vector. Each row is one stage, with the six channels that vary most. At the end stands the
# image.

# %%
network = models["default"].generator
last_of_size = {layer.output.shape[1]: layer for layer in network.layers[3:-1]}
stages = [layer.output for layer in last_of_size.values()]
inside = keras.Model(network.input, [*stages, network.output])
with models["default"].averaged_weights():
    *maps, image = inside(noise[:1], training=False)

figure, axes = plt.subplots(len(maps), 7, figsize=(7, 2.4), layout="constrained")
for row, stage in zip(axes, maps, strict=True):
    stage = stage[0].numpy()
    strongest = np.argsort(stage.std(axis=(0, 1)))[-6:]
    for axis, channel in zip(row, strongest, strict=False):
        axis.imshow(stage[..., channel], cmap="gray")
        axis.set_title(f"{stage.shape[0]}x{stage.shape[1]}, no. {channel}", fontsize=8)
axes[-1, -1].imshow(image[0, ..., 0], cmap="gray", vmin=-1, vmax=1)
axes[-1, -1].set_title("the image", fontsize=8)
for axis in axes.flat:
    axis.axis("off")
plt.show()

# %% [markdown]
# The coarse maps say roughly where something is to be; the finer ones have strokes and edges. The
# next layer looks at all channels of a stage at once.

# %% [markdown]
# ## Spectral normalisation
#
# A discriminator may change its verdict steeply from one image to a similar one. Its gradient is
# then wild advice for the generator. One way to prevent it is a bound on the gradient, a *Lipschitz
# bound* $L$: for any two images $x$ and $y$
#
# $$|l(x) - l(y)| \le L \cdot |x - y|$$
#
# For a chain of layers $L$ is at most the product of what each layer can stretch a difference by.
# LeakyReLU stretches nothing, as its slope is 1 or less. A dense layer with the weights $W$
# stretches one particular direction most. How much it stretches this direction is the *largest
# singular value* of $W$, also called its spectral norm.
#
# *Power iteration* finds it: we apply the matrix forth and back again and again. Each time the
# direction that is stretched most gains on all others.


# %%
def largest_singular_value(matrix, steps=200):
    v = np.random.default_rng(0).normal(size=matrix.shape[1])
    for _ in range(steps):
        u = matrix @ v
        u /= np.linalg.norm(u)
        v = matrix.T @ u
        v /= np.linalg.norm(v)
    return u @ matrix @ v


matrix = rng.normal(size=(50, 30))
exactly = np.linalg.svd(matrix, compute_uv=False)[0]
np.testing.assert_allclose(largest_singular_value(matrix), exactly, rtol=1e-3)

differences = rng.normal(size=(10_000, 30))
stretched = np.linalg.norm(differences @ matrix.T, axis=1) / np.linalg.norm(differences, axis=1)
print(
    f"largest singular value {exactly:.2f}; 10,000 random directions: at most {stretched.max():.2f}"
)
assert stretched.max() <= exactly

# %% [markdown]
# Here is the bound for the trained discriminator of the pair `"dense"`, which has only dense
# layers. (That it adds 1 to all pixels does not change how far two images are apart.) We compare it
# with what really happens between pairs of digits:

# %%
dense = models["dense"].discriminator
values = [largest_singular_value(kernel.numpy()) for kernel in kernels_of(dense)]
bound = np.prod(values)
first, second = x_train[:1000], x_train[1000:2000]
changes = np.abs(dense(first) - dense(second))[:, 0]
slopes = changes / np.linalg.norm((first - second).reshape(1000, -1), axis=1)
print("largest singular values of the layers:", np.round(values, 2))
print(f"their product {bound:.1f}; steepest of 1,000 pairs of digits {slopes.max():.2f}")
assert slopes.max() <= bound

# %% [markdown]
# The bound holds, and it is far from tight: hardly any difference between two digits goes in the
# most stretched direction of all layers at once.
#
# Spectral normalisation (Miyato et al. 2018, arXiv:1802.05957) divides the weights of each layer
# by their largest singular value in each training step, so that it becomes 1. One round of power
# iteration for each step is enough, as the weights change little from one step to the next and
# $v$ is kept. A convolution's kernel is taken as a matrix with a row for each weight of a window
# and a column for each filter.
#
# Before training, the discriminators of `default` and `spectral` have the same weights. Then we
# call the one with spectral normalisation again and again in training mode. Each call makes one
# round of power iteration. (The first weights are so small that dividing makes most of them
# larger.)


# %%
def singular_values(discriminator):
    kernels = [kernel.numpy() for kernel in kernels_of(discriminator)]
    return [largest_singular_value(kernel.reshape(-1, kernel.shape[-1])) for kernel in kernels]


plain = build_pair("default", seed=0)[1]
spectral = build_pair("spectral", seed=0)[1]
np.testing.assert_allclose(singular_values(spectral), singular_values(plain))
for calls in range(11):
    if calls in (0, 1, 10):
        print(f"after {calls:2} calls:", np.round(singular_values(spectral), 3))
    spectral(x_train[:8], training=True)
np.testing.assert_allclose(singular_values(spectral), 1, atol=0.1)

# %% [markdown]
# Here are both discriminators after the training from above. One more call of the spectral one
# normalises what the last step has changed:

# %%
spectral = models["spectral"].discriminator
spectral(x_train[:8], training=True)
after = {
    "default": singular_values(models["default"].discriminator),
    "spectral": singular_values(spectral),
}
for name, values in after.items():
    print(f"{name:9} {np.round(values, 2)}   product {np.prod(values):.2f}")
np.testing.assert_allclose(after["spectral"], 1, atol=0.3)

# %% [markdown]
# For a convolution this value is not quite the largest stretch: neighbouring windows overlap, so
# that one pixel counts several times. The true stretch can be larger, at most by a factor that
# depends on kernel and stride. What matters is that no layer can grow any more.

# %% [markdown]
# ## A pair of your own
#
# `GAN` takes any two Keras models whose shapes fit. With Keras' *functional* interface you write
# down how the data flows: you begin with an `Input`, call layer after layer, and name beginning and
# end. This generator doubles its sides by repeating pixels (`UpSampling2D`), and looks at them with
# convolutions:


# %%
def build_own_pair(latent_dim=8):
    noise = keras.Input((latent_dim,))
    x = keras.layers.Dense(7 * 7 * 32, activation="relu")(noise)
    x = keras.layers.Reshape((7, 7, 32))(x)
    x = keras.layers.UpSampling2D()(x)
    x = keras.layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    x = keras.layers.UpSampling2D()(x)
    x = keras.layers.Conv2D(1, 3, padding="same", activation="tanh")(x)
    generator = keras.Model(noise, x, name="own_generator")

    pictures = keras.Input((28, 28, 1))
    y = keras.layers.Conv2D(16, 5, strides=2, activation="leaky_relu")(pictures)
    y = keras.layers.Conv2D(32, 5, strides=2, activation="leaky_relu")(y)
    y = keras.layers.Flatten()(y)
    discriminator = keras.Model(pictures, keras.layers.Dense(1)(y), name="own_discriminator")
    return generator, discriminator


keras.utils.set_random_seed(0)
own = GAN(*build_own_pair(), latent_dim=8, seed=0)
own.compile()
before = own.generate(8, seed=1)
history = own.fit(x_train[:3200], batch_size=32, epochs=EPOCHS, verbose=2)

# %%
both = np.concatenate([before, own.generate(8, seed=1)])
grid = rendering.make_grid(rendering.to_uint8(both), columns=8)
caption = f"top: before training; bottom: the same noise after {EPOCHS} epochs"
rendering.write_png(run / "own.png", rendering.add_caption(grid, caption))
Image(run / "own.png")

# %% [markdown]
# If two networks do not fit, `GAN` says so before anything is trained:

# %%
try:
    GAN(build_own_pair()[0], build_discriminator((32, 32, 1)), latent_dim=8)
    raise RuntimeError("this line is not reached")
except ValueError as error:
    print(error)

# %% [markdown]
# ### Exercise 5 ★★★: without any convolution
#
# Build a generator of dense layers alone, for noise of length 10 and images of 28x28x1, with one
# hidden layer of 64 units and an activation of your choice. It must fit the default
# discriminator, and its pixels must lie in [-1, 1].

# %% tags=["exercise-5"]
dense_generator = ...

# %% tags=["check-5"]
with exercise(5):
    assert dense_generator is not ..., "A keras.Model is wanted in place of the three dots."
    used = kinds(dense_generator)
    assert not any("Conv" in kind for kind in used), f"It has convolutions: {sorted(used)}."
    units = [layer.units for layer in dense_generator.layers if hasattr(layer, "units")]
    assert len(units) == 2 and units[0] == 64, f"Units of its dense layers: {units}."
    trial = GAN(dense_generator, build_discriminator(), latent_dim=10, seed=0)
    drawn = dense_generator(100 * rng.normal(size=(50, 10))).numpy()
    assert np.abs(drawn).max() <= 1, f"A pixel has the value {np.abs(drawn).max():.1f}."
    assert drawn.min() < -0.5 < 0.5 < drawn.max(), "It does not reach from black to white."
    trial.compile()
    trial.train_on_batch(x_train[:8])

# %% [markdown]
# ## Summary
#
# - A dense layer weighs all its inputs. A convolution weighs a small window, and uses the same
#   weights at every place. Between two layers stands an activation function.
# - The generator doubles its pictures until they have the right size: by transposed convolutions,
#   or by repeating pixels and convolving them, which leaves no chequered pattern.
# - Batch normalisation keeps numbers at a good size. `SelfModulation` lets the noise set its scale
#   and shift; `MinibatchStdDev` tells the discriminator how alike the images are.
# - The generator ends with tanh, in the data's range. The discriminator returns a logit.
# - Spectral normalisation bounds how steep a discriminator can be.
# - `GAN` trains any two Keras models whose shapes fit.
#
# To read on: [Radford et al. 2015](https://arxiv.org/abs/1511.06434) on networks for GANs,
# [Odena et al. 2016](https://distill.pub/2016/deconv-checkerboard/) on chequered patterns, and
# [Miyato et al. 2018](https://arxiv.org/abs/1802.05957) on spectral normalisation.

# %% [markdown]
# ## An open project: half the weights
#
# Build a pair with at most half of the weights of the default pair, and make its digits as good as
# you can in three epochs. Ideas: fewer filters in one network only; depthwise separable
# convolutions (`keras.layers.SeparableConv2D`); a smaller first dense layer.
#
# A good answer
#
# - has a table with a row for each try: weights of both networks, milliseconds of a step, Fréchet
#   distance, all measured as in "Six pairs";
# - shows 16 images of the best pair beside 16 of the default one, from the same seed;
# - explains by the counts where the weights of the default pair are, and why you took them there;
# - trains the two pairs that it compares with the same seeds, and with more than one.

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. The kernel has 4·4·4·8 weights and 8 biases, whatever the size of the picture. The dense
#    layer has a weight for each of 256 · 128 pairs of numbers, and 128 biases.

# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
parameters_of_convolution = 4 * 4 * 4 * 8 + 8
parameters_of_dense = (8 * 8 * 4) * (4 * 4 * 8) + 4 * 4 * 8

# %% [markdown]
# 2. From the end to the picture: `rows` neighbouring windows of size `kernel`, each `stride`
#    further on.


# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
def rows_seen(convolutions):
    rows = 1
    for kernel, stride in reversed(convolutions):
        rows = (rows - 1) * stride + kernel
    return rows


# %% [markdown]
# 3. It normalises each pixel by itself, and so removes what is the same in all pictures. The mean
#    belongs to a channel: over batch, rows and columns.


# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
def normalisation(x):
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return (x - mean) / np.sqrt(variance + 0.001)


# %% [markdown]
# 4. 100 is halved four times: 50, 25, 12.5, 6.25. So $2^4 = 16$ divides both sides, rounded up.

# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
first_rows = -(-100 // 16)
first_columns = -(-60 // 16)

# %% [markdown]
# 5. 784 numbers with a tanh, laid out as a picture.

# %% tags=["solution-5", "hide-cell"] jupyter={"source_hidden": true}
noise_input = keras.Input((10,))
hidden = keras.layers.Dense(64, activation="relu")(noise_input)
pixels = keras.layers.Dense(28 * 28, activation="tanh")(hidden)
dense_generator = keras.Model(noise_input, keras.layers.Reshape((28, 28, 1))(pixels))
