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
# What the generator and the discriminator are made of, layer by layer. Each kind of layer is
# written out in a few lines of NumPy and compared with Keras. Then come the six pairs of
# networks in the package, side by side.
#
# After this chapter you can read a model's summary, count its parameters, say what each layer is
# for, and build a pair of your own that `GAN` trains.
#
# Takes 251 s on two CPU cores.

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
# How long each of the six pairs is trained, on how many digits, and how many of its images are
# scored.

# %% tags=["parameters"] quick={"EPOCHS": 1, "IMAGES": 160, "SCORED": 200}
EPOCHS = 3
IMAGES = 8004
SCORED = 2000

# %% [markdown]
# ## Two functions
#
# *Articles: 2 §3.1 · 2 §3.2*
#
# A *neural network* is a function with many numbers inside, its *weights*, that training changes.
#
# - The *generator* takes *noise*, a list of random numbers, and returns an image.
# - The *discriminator* takes an image and returns one number, a *logit*: positive for "real".

# %%
figure, axes = plt.subplots(figsize=(8, 3.7), layout="constrained")
draw_gan(axes, lit=["noise", "generator", "data", "discriminator"])
plt.show()

# %% [markdown]
#
# Both are chains of *layers*, each of which turns an array of numbers into another one.

# %%
generator, discriminator = build_pair("default", image_shape=(28, 28, 1), latent_dim=16, seed=0)
noise = rng.normal(size=(5, 16)).astype(np.float32)
fake_images = generator(noise)
fake_output = discriminator(fake_images)
print("noise ", noise.shape, "-> generator     -> images", tuple(fake_images.shape))
print("images", tuple(fake_images.shape), "-> discriminator -> logits", tuple(fake_output.shape))

# %% [markdown]
# The first number of each shape is the *batch*: here five noise vectors at once. An image has
# height, width and *channels*: one for grey, three for red, green and blue. Inside a network a
# "picture" may have many more channels; each is a map of where something was found.

# %% [markdown]
# ## A dense layer
#
# Each output is a weighted sum of all inputs, plus a number of its own, the *bias*:
# $y = x W + b$. With $n$ inputs and $m$ outputs there are $n m$ weights and $m$ biases.

# %%
layer = keras.layers.Dense(3, bias_initializer="normal")
x = rng.normal(size=(2, 4)).astype(np.float32)  # two samples of four numbers
by_keras = layer(x)
weights, bias = layer.get_weights()
np.testing.assert_allclose(x @ weights + bias, by_keras, rtol=1e-5, atol=1e-6)
assert layer.count_params() == 4 * 3 + 3

# %% [markdown]
# Here: the generator's first layer makes 7·7·64 numbers out of 16. The discriminator's last layer
# makes one number out of all that was found in the picture.

# %% [markdown]
# ## A bend between two layers
#
# Two dense layers in a row are no more than one: $(x W_1) W_2 = x (W_1 W_2)$. So a function with a
# bend goes between them, the *activation function*. Most layers here have LeakyReLU: positive
# numbers stay, negative ones are multiplied by 0.2. The generator ends with tanh.

# %%
x = np.linspace(-3, 3, 121).astype(np.float32)
leaky = np.where(x > 0, x, 0.2 * x)
np.testing.assert_allclose(keras.layers.LeakyReLU(0.2)(x), leaky)

figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
axes.plot(x, leaky, "-", color="black", label="LeakyReLU(0.2)")
axes.plot(x, np.tanh(x), "--", color="black", label="tanh")
axes.set(xlabel="what comes in", ylabel="what goes out")
axes.grid(color="0.85")
axes.legend()
plt.show()

# %% [markdown]
# Plain ReLU sets negative numbers to zero. Its slope is zero there too, and training follows the
# *gradient*, which is made of such slopes. The leak lets some of the gradient through. In a GAN it
# has to come through the whole discriminator to reach the generator.

# %% [markdown]
# ## A convolution
#
# A small window, the *kernel*, moves over the picture. At each place the pixels under it are
# multiplied by the kernel's weights and added up. The *stride* is the step with which it moves: a
# stride of 2 halves height and width.
#
# With `"same"` padding, zeros are put around the picture so that the size is the input's, divided
# by the stride. The drawing shows a kernel of 4x4 with a stride of 2, without padding. The two
# colours are two places of the window, and the pixels that they give.

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
# place of the image, and needs only a few weights for it.
# Two kernels of 3x3, made by hand, on a digit: one finds edges from dark to light going right,
# one going down.

# %%
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
going_right = np.array([[-1, 0, 1]] * 3) / 6
kernels = np.stack([going_right, going_right.T], axis=-1)[:, :, np.newaxis]
digit = x_train[y_train == 2][0]
edges = convolution(digit, kernels, 0.0, stride=1)

figure, axes = plt.subplots(1, 3, figsize=(7, 2.6), layout="constrained")
pictures = {
    "a digit": digit[..., 0],
    "edges, right": edges[..., 0],
    "edges, down": edges[..., 1],
}
for axis, (title, picture) in zip(axes, pictures.items(), strict=True):
    axis.imshow(picture, cmap="gray", vmin=-1, vmax=1)
    axis.set_title(title)
    axis.axis("off")
plt.show()

# %% [markdown]
# White is an edge from dark to light, black one from light to dark. The lines at the rim are made
# by the padding: outside the picture are zeros, and zero is grey.
#
# In a network nobody makes the kernels: training finds them. The discriminator looks for strokes
# and ends of strokes that way, first small ones, then arrangements of them.

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
# the convolution round: each pixel of the small picture is a number with which the kernel is
# multiplied, like a stamp with more or less ink. The stamps are put down at distances of the
# stride, and where they overlap they are added. What sticks out at the rim is cut off.

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
# To see the stamps: one channel, a kernel that is dark in the middle, and a picture with three
# pixels on.

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
# Why "transposed"? A convolution is a matrix that turns the numbers of the large picture into
# those of the small one. The same matrix, transposed, leads back in size (not in value: it does
# not undo anything). A test of it needs no matrix: for all $a$ and $b$ the sums of products
# $\text{conv}(a) \cdot b$ and $a \cdot \text{conv}^T(b)$ are equal.

# %%
kernel = rng.normal(size=(4, 4, 1, 1))
large, small = rng.normal(size=(8, 8, 1)), rng.normal(size=(4, 4, 1))
forth = np.sum(convolution(large, kernel, 0.0, stride=2) * small)
back = np.sum(large * transposed_convolution(small, kernel, stride=2))
np.testing.assert_allclose(forth, back)

# %% [markdown]
# **Predict, then run:** how many stamps fall on each pixel, for kernels of 3, 4 and 5 and a
# stride of 2? A picture in which all pixels are 1, and a kernel in which all weights are 1,
# counts them.

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
# Only with 4, a multiple of the stride, each inner pixel gets the same number. With 3 and 5 a
# chequered pattern is laid under all pictures before any training (Odena et al. 2016).
#
# ## Doubling, then convolving
#
# With kernels of 4x4 the pattern is weaker, but training can bring it back: a pixel in an even row
# gets other weights than its neighbour in an odd row, and nothing keeps the two alike. The default
# generator therefore does it in two steps. First each pixel becomes a square of 2x2 pixels of the
# same value, then an ordinary 3x3 convolution follows. Both together are the layer `UpConv2D`.


# %%
def doubled(image):
    return image.repeat(2, axis=0).repeat(2, axis=1)


layer = UpConv2D(2, use_bias=False)
by_layer = layer(small[np.newaxis].astype(np.float32))[0]
by_hand = convolution(doubled(small), layer.get_weights()[0], 0.0, stride=1)
np.testing.assert_allclose(by_hand, by_layer, atol=1e-5)
print(small.shape, "->", by_hand.shape)

# %% [markdown]
# Both ways of growing, with random weights and no training at all. All pixels of the small picture
# are equal, so all pixels inside of the large one should be equal too:

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
    axis.imshow(grown, cmap="gray", vmin=-1, vmax=1)
    axis.set_title(title)
    axis.set(xticks=[], yticks=[])
    assert (np.ptp(grown) < 1e-5) == isinstance(layer, UpConv2D)
plt.show()

# %% [markdown]
# ## Batch normalisation
#
# If numbers grow a little in each layer, after many layers they are huge; if they shrink, nothing
# is left. *Batch normalisation* (Ioffe and Szegedy 2015) takes, for each channel, the mean and
# the variance over all pixels of all pictures in the batch. It subtracts the mean, divides by the
# root of the variance, and then applies a scale $\gamma$ and a shift $\beta$ that are learned.

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
# Such a network has two ways to run. While training it uses the batch at hand. Meanwhile it keeps
# *moving averages* of mean and variance: each step moves them by one hundredth towards the
# batch's. When images are generated, those are used instead.

# %%
np.testing.assert_allclose(moving_mean, 0.99 * 0 + 0.01 * mean, rtol=1e-4)
np.testing.assert_allclose(moving_variance, 0.99 * 1 + 0.01 * variance, rtol=1e-4)
by_hand = gamma * (x - moving_mean) / np.sqrt(moving_variance + layer.epsilon) + beta
np.testing.assert_allclose(by_hand, layer(x, training=False), atol=1e-4)

# %% [markdown]
# It has a side effect: what comes out for one picture depends on the other pictures of the batch.

# %%
alone, in_company = layer(x[:1], training=True)[0], layer(x, training=True)[0]
print(f"largest difference for the same picture: {np.abs(alone - in_company).max():.2f}")
assert not np.allclose(alone, in_company)

# %% [markdown]
# In the generator it lets training start quickly from small weights. The default discriminator has
# none: the numbers of one image should not be shifted and scaled by what else is in the batch.
#
# ## Noise in every layer
#
# In a plain generator the noise enters at the first layer. What it means (which digit, how slanted)
# has to be carried through all layers that follow. The layer `SelfModulation` (Chen et al. 2019)
# lets the noise speak in every layer: it is a batch normalisation whose scale $\gamma$ and shift
# $\beta$ are not the same for all images. A small network with one hidden layer computes them from
# the noise of each image. So the noise can switch whole channels on and off.

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
# A generator that makes the same image again and again can be right about each single one. To
# notice it, one has to see several. The discriminator has a layer for it, `MinibatchStdDev` (Karras
# et al. 2018): it compares each image with the three before it in the batch, takes the standard
# deviation of each number over the four, and adds the mean of all these deviations as one more
# number. In the default discriminator it stands behind the convolutions.

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
# This batch normalisation runs, and its output has the mean 0 over the batch. It is not Keras'
# all the same. Repair it. (Here without $\gamma$ and $\beta$.)


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
# For sequences (text, prices, the rows of a picture) there is another way: go through it step by
# step and keep a *state*, a list of numbers, in mind. Each step mixes the new input with the
# state.
#
# The *gated recurrent unit* (GRU, Cho et al. 2014) has two gates, numbers between 0 and 1. The
# *update gate* $z$ says how much of the old state stays. The *reset gate* $r$ says how much of it
# counts when the new candidate $c$ is made. With the input $x$, the state $h$ and the sigmoid
# $\sigma$:
#
# $$z = \sigma(x W_z + b_z + h U_z + d_z), \qquad r = \sigma(x W_r + b_r + h U_r + d_r)$$
#
# $$c = \tanh(x W_c + b_c + r \, (h U_c + d_c)), \qquad h_{new} = z \, h + (1 - z) \, c$$


# %%
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru_step(x, h, layer):
    W, U, biases = layer.get_weights()  # each holds the three parts side by side
    from_input = np.split(x @ W + biases[0], 3, axis=-1)
    from_state = np.split(h @ U + biases[1], 3, axis=-1)
    z = sigmoid(from_input[0] + from_state[0])
    r = sigmoid(from_input[1] + from_state[1])
    c = np.tanh(from_input[2] + r * from_state[2])
    return z * h + (1 - z) * c


# %% [markdown]
# The reset gate is multiplied after the matrix $U_c$, and there are two sets of biases. Keras
# calls this `reset_after=True`, its default; in the paper the gate comes before the matrix.

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
# Here: a dense layer turns the noise into 28 vectors, one for each row of the image. The recurrent
# generator goes through them and writes one row in each step; its state carries on what stands
# above. The recurrent discriminator reads the rows, once from the top and once from the bottom, and
# a dense layer weighs all of its states. What such layers are really for is text and time series,
# in [chapter 10](10_applications.ipynb).

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
# From top to bottom: a dense layer turns the noise into 7·7·64 numbers, which `Reshape` lays out
# as a picture of 7x7 pixels with 64 channels. A convolution lets neighbours agree. `UpConv2D`
# doubles the sides to 14x14, another convolution follows, and the last `UpConv2D` makes 28x28
# pixels. The finer the picture gets, the fewer channels it needs. After each layer but the last
# the noise has its say (`SelfModulation`), and `LeakyReLU` bends the result.
#
# The parameters, counted by hand: a kernel has (side · side · channels in · channels out)
# weights. `SelfModulation` has the two dense layers of its small network, with 32 hidden numbers,
# and for each channel the two moving averages.


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
np.testing.assert_array_equal(*generator(same).numpy())
assert not np.array_equal(*generator(noise[:2]).numpy())

# %% [markdown]
# All variety of the images comes from these 16 numbers. The generator learns which part of the
# noise stands for slant, thickness, or which digit. It is not told:
# [chapter 9](09_features.ipynb) looks for it.
#
# **Why tanh at the end.** The data lies between -1 and 1. A last layer should be able to make
# these numbers, and no others.

# %%
sums = np.linspace(-20, 20, 1001)
for name in ("linear", "relu", "sigmoid", "tanh"):
    outputs = np.asarray(keras.activations.get(name)(sums))
    print(f"{name:8} from {outputs.min():6.1f} to {outputs.max():5.1f}")
print(f"{'data':8} from {x_train.min():6.1f} to {x_train.max():5.1f}")

# %% [markdown]
# ReLU and sigmoid cannot make black, -1. Without an activation the discriminator could tell the
# images apart by their range alone.

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
# The way back: 28x28, 14x14, 7x7, 4x4. A pixel of the last stage has seen 22x22 pixels of the
# image, nearly all of it. Two dense layers follow. The first one combines what was found in all
# places (a loop above and a stroke below may be a 9), and the second one weighs these findings.
#
# **Why a logit and not a probability.** Article 2 says that the discriminator returns the
# probability that its input is real. It does, in other units: with the logit $l$ the probability
# is $D = \sigma(l) = 1 / (1 + e^{-l})$.
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
# They do not differ: both are rounded to 1. How sure the discriminator was is lost, $\ln(1 - D)$
# is infinite, and the gradient of $D$ is 0, so that nothing can be learned. Logits keep all of it.
# [Chapter 5](05_losses.ipynb) computes the losses from them.

# %% [markdown]
# ## For images of another shape
#
# Both networks are built from the image's shape. The rule: halve the larger side until at most 7
# pixels are left, but at least twice. This is how often the generator doubles. It begins with the
# sides divided by so many twos, rounded up, and what is too much at the end is cut off.
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
# Four doublings now, from 4x3 pixels. The number of channels at the bottom has doubled twice.
# How the parameters of the generator follow from the shape, as one function:


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
# `build_pair(name, image_shape, latent_dim, seed)` builds one of six:
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
# The discriminator of the pair `"dense"` is a chain of dense layers: it sees 784 numbers, and not
# which of them are neighbours. To see this, shuffle the pixels of all images in the same way, and
# the weights of the first layer with them. It does not notice.

# %%
_, dense = build_pair("dense", seed=0)
before = dense(x_train[:8])
order = rng.permutation(28 * 28)
shuffled = x_train[:8].reshape(8, -1)[:, order].reshape(8, 28, 28, 1)
first_layer = dense.layers[2]
kernel, bias = first_layer.get_weights()
first_layer.set_weights([kernel[order], bias])
np.testing.assert_allclose(dense(shuffled), before, atol=1e-4)

# %% [markdown]
# A convolution has no such freedom. It is built on the fact that nearby pixels belong together,
# and need not learn it.
#
# All six are trained by the same class, `GAN`, on the same digits, for a short time, and with the
# same settings but for one: the recurrent generator has about a third of the others' learning rate.
# It uses the same weights in each of its 28 steps, so that one change of them acts 28 times.
#
# **Predict, then run:** which will look best? Which will be slowest?

# %%
some_digits = x_train[:IMAGES]


def train(name):
    keras.utils.set_random_seed(0)  # the order of the digits
    model = GAN(*build_pair(name, seed=0), latent_dim=16, seed=0)
    rate = 0.0007 if name == "recurrent" else 0.002
    model.compile(generator_optimizer=adam(rate, averaged=True))
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
# The *Fréchet distance* says how far the generated digits are from real ones, by what a
# classifier of digits sees in them; smaller is better (Heusel et al. 2017;
# [chapter 7](07_watching.ipynb)). The row `real` compares real digits with other real digits.

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
assert milliseconds["recurrent"] > milliseconds["default"]
if EPOCHS >= 3:
    assert max(distances.values()) < 80

# %%
figure, axes = plt.subplots(1, 6, figsize=(9, 1.9), layout="constrained")
for axis, (name, model) in zip(axes, models.items(), strict=True):
    grid = rendering.make_grid(rendering.to_uint8(model.generate(16, seed=1)), columns=4)
    axis.imshow(grid, cmap="gray", vmin=0, vmax=255)
    axis.set_title(name)
    axis.axis("off")
plt.show()

# %% [markdown]
# After equally few steps the pairs have got differently far, but all of them draw strokes, and
# different images from different noise. The generators with convolutions have it easier: their
# neighbouring pixels come from the same numbers. The recurrent one has to carry a stroke from row
# to row in its state. And its 28 steps have to be made one after the other, so that it takes longer
# than the default pair, with fewer parameters. The pair of the tutorial takes longer because it has
# more of them.
#
# Little can be said about which is best from one short run each. Chapters
# [7](07_watching.ipynb) and [8](08_failures.ipynb) look at training more closely.

# %% [markdown]
# ## Inside a trained generator
#
# How does a digit come out of noise? Here is what the trained default generator holds after each
# stage, for one noise vector: of each stage the six channels that vary most, and the image at the
# end.

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
        axis.set_title(f"{stage.shape[0]}x{stage.shape[1]}", fontsize=8)
axes[-1, -1].imshow(image[0, ..., 0], cmap="gray", vmin=-1, vmax=1)
axes[-1, -1].set_title("28x28", fontsize=8)
for axis in axes.flat:
    axis.axis("off")
plt.show()

# %% [markdown]
# The coarse maps say roughly where something is to be; the finer ones have strokes and edges.
# Each channel of a stage is a map for the stamps of the next one.

# %% [markdown]
# ## Spectral normalisation
#
# A discriminator that changes its verdict steeply from one image to a similar one gives the
# generator wild advice. One way to prevent it is a bound on its gradient, a *Lipschitz bound* $L$:
# for any two images $x$ and $y$
#
# $$|l(x) - l(y)| \le L \cdot |x - y|$$
#
# For a chain of layers $L$ is at most the product of what each layer can stretch a difference by.
# LeakyReLU stretches nothing, as its slope is 1 or less. A dense layer with the weights $W$
# stretches most in one particular direction; how much is the *largest singular value* of $W$,
# also called its spectral norm.
#
# *Power iteration* finds it: apply the matrix forth and back again and again. Each time the
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
# The bound for the trained discriminator of the pair `"dense"`, which has only dense layers,
# compared with what really happens between pairs of digits:

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
# Before training both discriminators have the same weights. Then one call after the other in
# training mode, each with one round of power iteration. (The first weights are so small that
# dividing makes most of them larger.)


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
# After the training from above, and one more call that normalises the last step's change away:

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
# For a convolution this is not quite the largest stretch: neighbouring windows overlap, so that
# one pixel counts several times. The true stretch can be larger, at most by a factor that depends
# on kernel and stride. What matters is that no layer can grow any more.

# %% [markdown]
# ## A pair of your own
#
# `GAN` takes any two Keras models whose shapes fit. With Keras' *functional* interface one writes
# down how the data flows: begin with an `Input`, call layer after layer, and name beginning and
# end. This generator doubles its sides by repeating pixels (`UpSampling2D`), and looks at them
# with convolutions:


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
rendering.write_png(run / "own.png", rendering.make_grid(rendering.to_uint8(both), columns=8))
Image(run / "own.png")

# %% [markdown]
# Above, the untrained generator; below, the same noise after a few steps. If two networks do not
# fit, `GAN` says so before anything is trained:

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
#    layer has a weight for each of 256 · 128 pairs of numbers.

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
