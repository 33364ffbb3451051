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
# # 1. Quick start
#
# Train a generative adversarial network (GAN) on handwritten digits, watch it learn, draw new
# digits, and keep the model. All of it runs on a laptop without a GPU and without a network.
#
# You need some Python. What the words mean is explained in the chapters that follow.
#
# Takes 189 s on two CPU cores.

# %%
import math
import pathlib
import tempfile

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image

from dcgan_tf import DCGAN, ProgressGif, load_dataset, load_model, plot_curves
from dcgan_tf.data import rendering
from dcgan_tf.diagrams import draw_gan
from dcgan_tf.exercises import exercise

run = pathlib.Path(tempfile.mkdtemp())

# %% [markdown]
# How long to train. 25 epochs take a few minutes on two cores; with 5 you see digits, but rough
# ones.

# %% tags=["parameters"] quick={"EPOCHS": 1}
EPOCHS = 25

# %% [markdown]
# ## The data
#
# 10,000 digits of MNIST come with the package: 8,004 to train on, 1,996 kept aside. Each is a
# picture of 28 by 28 pixels in one channel, grey.

# %%
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
print(x_train.shape, x_train.dtype, "from", x_train.min(), "to", x_train.max())

# %% [markdown]
# A pixel is a number from -1 (black) to 1 (white), because these are the numbers that the last
# layer of the generator, a tanh, can make.

# %%
rendering.write_png(
    run / "real.png", rendering.make_grid(rendering.to_uint8(x_train[:32]), columns=8)
)
Image(run / "real.png")

# %% [markdown]
# ### Exercise 1 ★☆☆: from numbers to pixels
#
# A picture file holds whole numbers from 0 (black) to 255 (white). Write the function that makes
# them.


# %% tags=["exercise-1"]
def to_pixels(x):
    """From floats in [-1, 1] to whole numbers from 0 to 255, of the type np.uint8."""
    return ...


# %% tags=["check-1"]
with exercise(1):
    pixels = to_pixels(np.array([-1.0, 0.0, 1.0]))
    assert pixels is not ..., "Write an expression in place of the three dots."
    assert pixels.dtype == np.uint8, f"The type is {pixels.dtype}."
    assert (pixels[0], pixels[-1]) == (0, 255), f"Black is {pixels[0]}, white is {pixels[-1]}."
    assert pixels[1] in (127, 128), f"The middle between black and white is {pixels[1]}."
    difference = to_pixels(x_train[:32]).astype(int) - rendering.to_uint8(x_train[:32])
    assert np.abs(difference).max() <= 1, "Some shades of grey are wrong."
    assert not difference.any(), (
        "Some shades are off by one: does np.uint8 take the nearest whole number, or the lower one?"
    )

# %% [markdown]
# ## The model
#
# Two networks in one Keras model. The *generator* turns 16 random numbers, the *noise*, into an
# image. The *discriminator* looks at an image and returns one number, a *logit*: positive if it
# takes the image for real.

# %%
figure, axes = plt.subplots(figsize=(8, 3.7), layout="constrained")
draw_gan(axes)
plt.show()

# %% [markdown]
# Follow the solid arrows first: noise becomes an image, and the discriminator judges this image and
# a real one. From its logits two *losses* are computed, numbers that say how badly each network
# does its task. The dashed arrows go back. A *gradient* says how a network must change so that its
# own loss becomes smaller. The generator never sees a real image: all that it learns, it learns
# from the discriminator's gradient.

# %%
model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
model.summary()

# %% [markdown]
# `compile` gives each network its own optimizer. It also adds a small penalty, R1, which keeps the
# discriminator from learning these few digits by heart. (`regularizer=None` leaves it out.)

# %%
model.compile()

# %% [markdown]
# The generator has learned nothing yet. **Predict, then run:** what will it draw?

# %%
untrained = model.generate(8, seed=1)
rendering.write_png(
    run / "untrained.png", rendering.make_grid(rendering.to_uint8(untrained), columns=8)
)
Image(run / "untrained.png")

# %% [markdown]
# Nearly even grey: with the first, small weights all sums are near 0, and 0 is the middle between
# black and white.
#
# ### Exercise 2 ★☆☆: steps
#
# `fit` goes through all 8,004 digits in each epoch, 32 in a step. The last step of an epoch takes
# what is left. How many steps has an epoch?

# %% tags=["exercise-2"]
steps = ...

# %% tags=["check-2"]
with exercise(2):
    assert steps is not ..., "Write a number or an expression in place of the three dots."
    assert 32 * steps >= len(x_train), "Some digits would be left over."
    assert 32 * (steps - 1) < len(x_train), "The last step would have nothing to do."
    assert steps == int(steps), "A part of a step is a step too."

# %% [markdown]
# ## Training
#
# `fit` lets the two networks play against each other. After each epoch the callback draws the same
# sixteen noise vectors again, so that the pictures show how one and the same set of images changes.

# %%
history = model.fit(
    x_train,
    epochs=EPOCHS,
    batch_size=32,
    callbacks=[ProgressGif(run / "progress.gif")],
    verbose=2,
)

# %%
Image(run / "progress.gif")

# %% [markdown]
# ## Reading the curves
#
# **Predict, then look:** the loss of a classifier falls towards zero while it learns. Will these
# two losses?

# %%
plot_curves(history.history, run / "curves.png")
Image(run / "curves.png", width=800)

# %% [markdown]
# They do not. When one network becomes better, the task of the other one becomes harder, so that
# both losses settle somewhere. A
# discriminator that cannot tell real from generated says "one half" to everything: its loss is then
# 2 ln 2 = 1.386, the generator's is ln 2 = 0.693, and both accuracies are one half. Thin lines mark
# these values. Good digits come long before the curves reach them, if they ever do.
#
# ### Exercise 3 ★★☆: a discriminator that knows better
#
# For one real image the discriminator's loss is $-\ln D$, where $D$ is the probability with which
# it takes the image for real. For a generated image it is $-\ln(1 - D)$. Its whole loss is the sum
# of the mean of both. The generator's loss is the mean of $-\ln D$ over generated images. What are
# the two losses if $D$ is 0.9 for all real images and 0.1 for all generated ones?

# %% tags=["exercise-3"]
discriminator_loss = ...
generator_loss = ...

# %% tags=["check-3"]
with exercise(3):
    assert discriminator_loss is not ... and generator_loss is not ..., "Two numbers are wanted."
    assert discriminator_loss > 0 and generator_loss > 0, "The logarithm of D is negative."
    assert discriminator_loss < 1.386, "It does better than one that knows nothing."
    assert generator_loss > 0.693, "The generator does worse than at the equilibrium."
    sure = np.log(0.9 / 0.1)  # the logit of 0.9; that of 0.1 is its opposite
    real_output, fake_output = np.full((2, 1), sure), np.full((2, 1), -sure)
    wanted = model.loss.discriminator_loss(real_output, fake_output)
    assert np.isclose(discriminator_loss, wanted, atol=1e-3), (
        "The discriminator's loss: a mean over real images and a mean over generated ones, added."
    )
    wanted = model.loss.generator_loss(fake_output)
    assert np.isclose(generator_loss, wanted, atol=1e-3), (
        "The generator's loss: which D do its images get?"
    )

# %% [markdown]
# ## New digits
#
# The same seed always gives the same images.

# %%
generated = model.generate(32, seed=1)
rendering.write_png(run / "new.png", rendering.make_grid(rendering.to_uint8(generated), columns=8))
Image(run / "new.png")

# %% [markdown]
# ### Exercise 4 ★★☆: from one digit to another
#
# Noise is a vector of 16 numbers, and so is any vector between two of them. Make eight noise
# vectors in equal steps from `start` to `end`, both included: that is `way`. Let the generator draw
# them with `model.predict(way, verbose=0)`: that is `between`.

# %% tags=["exercise-4"]
start, end = np.random.default_rng(0).normal(size=(2, 16)).astype(np.float32)
way = ...
between = ...

# %% tags=["check-4"]
with exercise(4):
    assert way is not ... and between is not ..., "Eight vectors and their images are wanted."
    assert np.shape(way) == (8, 16), f"The shape of the noise is {np.shape(way)}."
    assert np.allclose(way[0], start, atol=1e-5), "The first vector is not start."
    assert np.allclose(way[-1], end, atol=1e-5), "The last vector is not end."
    each_step = np.diff(way, axis=0)
    assert np.allclose(each_step, each_step[0], atol=1e-5), "The steps are not equal."
    assert np.shape(between) == (8, 28, 28, 1), f"The shape of the images is {np.shape(between)}."
    for i, vector in enumerate(way):
        image = model.predict(vector[np.newaxis], verbose=0)[0]
        assert np.allclose(between[i], image, atol=1e-4), f"Image {i} is not that of vector {i}."

# %% [markdown]
# ## Keeping the model
#
# The file holds the weights, both optimizers and the state of the random numbers: training can go
# on from it as if it had never stopped.

# %%
model.save(run / "digits.keras")
loaded = load_model(run / "digits.keras")
assert (loaded.generate(32, seed=1) == generated).all()

# %% [markdown]
# ## The same on the command line
#
# `dcgan-tf train` does all of this and writes a report. `dcgan-tf train --data FOLDER` takes your
# own images, PNG or JPEG.
#
# ## An open project: how few digits, how little time?
#
# Find out what the training needs. Choose one question and answer it with pictures and numbers:
# how do the digits look after 1, 3, 9 and 25 epochs? What if you train on a quarter of the digits,
# for as many steps? What if the noise has 2 numbers in place of 16?
#
# A good answer
#
# - changes one thing only, and says what was kept the same: the seed, and the number of *steps*;
# - shows at least 32 digits of each training, drawn with the same seed, and not chosen by hand;
# - predicts the result first, in one sentence, and says afterwards whether it came so;
# - names what it cannot say: one training with one seed is one sample.

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. Twice the range becomes 255; half a step is added by rounding.


# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
def to_pixels(x):
    return np.round((x + 1) * 127.5).astype(np.uint8)


# %% [markdown]
# 2. 250 full steps and one for the last four digits.

# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
steps = math.ceil(len(x_train) / 32)

# %% [markdown]
# 3. $1 - D$ is 0.9 for the generated images.

# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
discriminator_loss = -math.log(0.9) - math.log(1 - 0.1)
generator_loss = -math.log(0.1)

# %% [markdown]
# 4. `np.linspace` takes vectors too. Chapter 9 shows why ways along a sphere are better.

# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
way = np.linspace(start, end, 8)
between = model.predict(way, verbose=0)
