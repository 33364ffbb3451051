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
# # Quick start
#
# Train a generative adversarial network on handwritten digits, watch it learn, draw new digits, and
# keep the model. All of it runs on a laptop without a GPU and without a network.

# %% [markdown]
# ## Setup

# %%
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pathlib
import tempfile

import keras
from IPython.display import Image

from dcgan_tf import DCGAN, ProgressGif, images, load_dataset
from dcgan_tf.curves import plot_curves

run = pathlib.Path(tempfile.mkdtemp())

# %% [markdown]
# How long to train. 25 epochs take a few minutes on two cores; one is enough to see the code run.

# %% tags=["parameters"]
EPOCHS = 25

# %% [markdown]
# ## The data
#
# 10,000 digits of MNIST come with the package: 8,004 to train on, 1,996 kept aside. A pixel is a
# number from -1 (black) to 1 (white), because that is what the generator's last layer, a tanh, can
# make.

# %%
(x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
print(x_train.shape, x_train.dtype, x_train.min(), x_train.max())

# %%
images.write_png(run / "real.png", images.make_grid(images.to_uint8(x_train[:32]), columns=8))
Image(run / "real.png")

# %% [markdown]
# ## The model
#
# Two networks in one Keras model. The *generator* turns 16 random numbers into an image. The
# *discriminator* looks at an image and returns one number, a logit: positive if it takes the image
# for real. `compile` gives each its own optimizer. It also adds a small penalty, R1, which keeps
# the discriminator from learning these few digits by heart; `regularizer=None` leaves it out.

# %%
model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)
model.compile()
model.summary()

# %% [markdown]
# ## Training
#
# `fit` plays the game. After each epoch the callback draws the same sixteen noise vectors again, so
# that the pictures show how one and the same set of images changes.

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
# Unlike the loss of a classifier, these losses are not meant to fall to zero. A discriminator that
# cannot tell real from generated answers one half to everything: its loss is then 2 ln 2 = 1.386,
# the generator's is ln 2 = 0.693, and both accuracies are one half. Thin lines mark these values.

# %%
plot_curves(history.history, run / "curves.png")
Image(run / "curves.png", width=800)

# %% [markdown]
# ## New digits
#
# The same seed always gives the same images.

# %%
generated = model.generate(32, seed=1)
images.write_png(run / "new.png", images.make_grid(images.to_uint8(generated), columns=8))
Image(run / "new.png")

# %% [markdown]
# ## Keeping the model
#
# The file holds the weights, both optimizers and the state of the random numbers: training can go
# on from it as if it had never stopped.

# %%
model.save(run / "digits.keras")
loaded = keras.saving.load_model(run / "digits.keras")
assert (loaded.generate(32, seed=1) == generated).all()
