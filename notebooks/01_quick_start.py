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
# A *neural network* is a function with very many numbers inside, its *weights*, which are found by
# training. A *generative adversarial network*, a GAN, consists of two neural networks: one draws
# pictures, and the other one judges them. In this chapter you train a GAN on handwritten digits and
# watch how it learns. All of it runs on a laptop without a graphics card and without the internet.
#
# After this chapter you can train a GAN, read the curves of its training, draw new digits from
# random numbers, and save the model. You need some Python with NumPy and the mathematics of school,
# and nothing else: each word of the field is explained where it first appears, and the next two
# chapters explain how it all works.
#
# Takes 133 s on two CPU cores.

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
# An *epoch* is one pass through all training data. The 25 epochs of this chapter take a few minutes
# on two processor cores. If you are in a hurry, write 5: you will see digits, but rough ones.

# %% tags=["parameters"] quick={"EPOCHS": 1}
EPOCHS = 25

# %% [markdown]
# ## The data
#
# MNIST is a well-known collection of handwritten digits. 10,000 of them come with the package: we
# train on 8,004 and keep 1,996 aside. Each digit is a picture of 28 by 28 pixels. It has one
# *channel*, a shade of grey, where a colour picture would have three.

# %%
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
print(x_train.shape, x_train.dtype, "from", x_train.min(), "to", x_train.max())

# %% [markdown]
# A pixel is a number from -1 (black) to 1 (white). We choose this range because the network that
# draws ends with the function tanh, which always returns a number between -1 and 1.

# %%
real_grid = rendering.make_grid(rendering.to_uint8(x_train[:32]), columns=8)
rendering.write_png(run / "real.png", rendering.add_caption(real_grid, "32 real digits"))
Image(run / "real.png")

# %% [markdown]
# ### Exercise 1 ★☆☆: from numbers to pixels
#
# A picture file holds whole numbers from 0 (black) to 255 (white). Write the function that turns
# the numbers of the networks into those of a file.
#
# (The stars say how hard an exercise is. Write your answer in place of the three dots. The cell
# after it checks the answer: it says "not yet" and gives a hint, or it says "right". If your copy
# has solutions, they stand at the end of the chapter.)


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
# A `DCGAN` is a GAN for images, and holds both networks. (The name is short for deep convolutional
# GAN; [chapter 4](04_networks.ipynb) explains what a convolution is.) The *generator* turns 16
# random numbers, the *noise*, into an image. The *discriminator* looks at an image and returns one
# number, a *logit*. A positive logit means that it takes the image for real, a negative one that it
# takes it for generated. The further the logit is from 0, the surer the discriminator is.

# %%
figure, axes = plt.subplots(figsize=(8, 3.7), layout="constrained")
draw_gan(axes)
plt.show()

# %% [markdown]
# Follow the solid arrows first: noise becomes an image, and the discriminator judges this image and
# a real one. From its logits we compute two *losses*, numbers that say how badly each network does
# its task. Then follow the dashed arrows back. A *gradient* says how much a loss changes if each
# weight changes a little. So it also says in which direction each weight of a network must go for
# the loss of this network to become smaller. The generator never sees a real image: all that it
# learns comes to it through the discriminator.

# %%
model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
model.summary()

# %% [markdown]
# The table counts the weights of both networks. They begin as small random numbers, and `seed=0`
# makes sure that they are the same random numbers in every run. (The 384 numbers that are not
# *trainable* are averages which the generator keeps while it is trained; chapter 4 shows what for.)
#
# `compile` prepares the training. It gives each network its own *optimizer*, the rule that turns a
# gradient into a small step of the weights. It also adds a small *penalty*, called R1, to the
# discriminator's loss: one more number that is to be small, which keeps the discriminator from
# learning these few digits by heart. ([Chapter 3](03_game.ipynb) explains R1, and
# `compile(regularizer=None)` leaves it out.)

# %%
model.compile()

# %% [markdown]
# The generator has learned nothing yet. **Predict, then run:** what will it draw?

# %%
untrained = model.generate(8, seed=1)
untrained_grid = rendering.make_grid(rendering.to_uint8(untrained), columns=8)
rendering.write_png(run / "untrained.png", rendering.add_caption(untrained_grid, "before training"))
Image(run / "untrained.png")

# %% [markdown]
# It draws nearly even grey. A network multiplies its inputs by its weights and adds the products.
# With small weights all these sums are near 0, and 0 is the grey in the middle between black and
# white.
#
# ### Exercise 2 ★☆☆: steps
#
# In each epoch `fit` goes through all 8,004 digits. One *step* takes 32 of them, a *batch*, and
# changes the weights of both networks a little. The last step of an epoch takes the digits that are
# left. How many steps does an epoch have?

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
# `fit` lets the two networks play against each other. We give it a *callback*, an object that `fit`
# calls after each epoch. This one lets the generator draw from the same sixteen noise vectors each
# time, so that the film shows how sixteen images change while the generator learns. Keras prints a
# line for each epoch. (The seconds below come from a slow computer that had other work as well.)
#
# **Predict, then run:** what will you see first? And will a picture that has become a 3 stay a 3 to
# the end?

# %%
history = model.fit(
    x_train,
    epochs=EPOCHS,
    batch_size=32,
    callbacks=[ProgressGif(run / "progress.gif")],
    verbose=2,
)

# %%
Image(run / "progress.gif", width=468)

# %% [markdown]
# The number under the pictures is the epoch. The film begins with white strokes, few of which are
# digits. After some epochs you see digits. From then on the strokes become clearer, and now and
# then a picture still turns from one digit into another.
#
# ## Reading the curves
#
# A *classifier* is a network that says which digit it sees. While it learns, its loss falls towards
# 0. **Predict, then look:** will the two losses of the GAN fall towards 0 as well?

# %%
plot_curves(history.history, run / "curves.png")
Image(run / "curves.png", width=800)

# %% [markdown]
# The two losses do not fall towards 0. When one network becomes better, the task of the other one
# becomes harder, so that both losses settle somewhere in between. On the right you see the
# *accuracy* of the discriminator: the fraction of real images that it takes for real, and the
# fraction of generated images that it takes for generated.
#
# What would a discriminator do that cannot tell real from generated at all? It would say "real with
# probability one half" to every image. Then its loss is 2 ln 2 = 1.386, the generator's loss is
# ln 2 = 0.693, and both accuracies are about one half. The thin lines mark these values. They
# belong to the *equilibrium*, in which neither network is ahead ([chapter 3](03_game.ipynb)). (The
# unit of a loss that is computed with the natural logarithm ln is called the *nat*.) You see good
# digits long before the curves reach these lines, and often the curves never reach them.
#
# ### Exercise 3 ★★☆: a discriminator that knows better
#
# Let $D$ be the probability with which the discriminator takes an image for real. For a real image
# the discriminator's loss is $-\ln D$, and for a generated image it is $-\ln(1 - D)$. Its whole
# loss is the mean over the real images plus the mean over the generated ones. The generator's loss
# is the mean of $-\ln D$ over generated images. What are the two losses if $D$ is 0.9 for all real
# images and 0.1 for all generated ones?

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
# The generator can now draw as many digits as you like. `seed` fixes the random numbers, so that
# the same seed always gives the same images.

# %%
generated = model.generate(32, seed=1)
new_grid = rendering.make_grid(rendering.to_uint8(generated), columns=8)
rendering.write_png(run / "new.png", rendering.add_caption(new_grid, "32 generated digits"))
Image(run / "new.png")

# %% [markdown]
# Most of these are digits that somebody could have written, and nobody has written them. A few are
# no digit at all.
#
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
# The file holds the weights, both optimizers and the state of the random numbers, so that you can
# go on with the training as if it had never stopped.

# %%
model.save(run / "digits.keras")
loaded = load_model(run / "digits.keras")
assert (loaded.generate(32, seed=1) == generated).all()

# %% [markdown]
# ## The same on the command line
#
# `dcgan-tf train` does all of this and writes a report. `dcgan-tf train --data FOLDER` trains on
# your own images, which may be PNG or JPEG files. [Chapter 12](12_own_images.ipynb) shows the whole
# way.
#
# ## Summary
#
# - The generator makes an image of random numbers, the noise. The discriminator judges whether an
#   image is real, and answers with a logit.
# - Each network has its own loss and its own optimizer. The generator learns only through the
#   discriminator and never sees a real image.
# - The losses of a GAN do not fall to 0. A discriminator that cannot tell real from generated has a
#   loss of 1.386, and the generator then has one of 0.693.
# - So judge the training by the pictures, and use the curves to see whether the game is balanced.
#
# To read on: Goodfellow et al. 2014, [Generative adversarial
# nets](https://arxiv.org/abs/1406.2661), the paper that had the idea, and Radford et al. 2015,
# [DCGAN](https://arxiv.org/abs/1511.06434), which made it work well with convolutions. [Chapter
# 2](02_learning.ipynb) goes on with how a network learns.
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
# - predicts the result first, in one sentence, and says afterwards whether it came true;
# - names what it cannot say: one training with one seed is one sample.

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. The range from -1 to 1 is two wide, and it becomes 255 wide. So add 1, and multiply by 127.5.
# `np.round` takes the nearest whole number; `astype` alone would always take the lower one.


# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
def to_pixels(x):
    return np.round((x + 1) * 127.5).astype(np.uint8)


# %% [markdown]
# 2. There are 250 full steps, and one more for the last four digits.

# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
steps = math.ceil(len(x_train) / 32)

# %% [markdown]
# 3. For generated images $1 - D$ is 0.9. So both parts of the discriminator's loss are $-\ln 0.9$,
# and the generator's loss is $-\ln 0.1$.

# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
discriminator_loss = -math.log(0.9) - math.log(1 - 0.1)
generator_loss = -math.log(0.1)

# %% [markdown]
# 4. `np.linspace` works with vectors, too. Chapter 9 shows why it is better to go along a sphere.

# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
way = np.linspace(start, end, 8)
between = model.predict(way, verbose=0)
