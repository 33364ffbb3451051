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
# # 6. The training step
#
# This chapter shows how a GAN is trained, from the algorithm in words to `fit`.
#
# After this chapter you can write the training step yourself, in three ways: as two functions that
# take turns, as one compiled function with two tapes, and as a Keras model. You can also say what
# each line of the package's own step is for.
#
# Takes 70 s on two CPU cores.

# %%
import inspect
import pathlib
import tempfile

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from IPython.display import Image

from dcgan_tf import GAN, load_dataset, load_model, shuffled_batches
from dcgan_tf.data import rendering
from dcgan_tf.diagrams import draw_gan
from dcgan_tf.exercises import exercise
from dcgan_tf.gan.article_losses import SigmoidCrossEntropy
from dcgan_tf.networks.pairs import build_dcgan_discriminator, build_dcgan_generator

run = pathlib.Path(tempfile.mkdtemp())

# %% [markdown]
# These numbers say on how many digits we train and how often the package goes through all of them.
# They also say how many steps we make with the function that is written here, and how many of them
# we compare with the package's. The last number is how many turns a network has in a row in the
# first experiment.

# %% tags=["parameters"] quick={"IMAGES": 320, "EPOCHS": 1, "STEPS": 40, "COMPARED": 20, "TURNS": 9}
IMAGES = 8004
EPOCHS = 6
STEPS = 1500
COMPARED = 100
TURNS = 20

# %% [markdown]
# ## The data and the networks
#
# We make the digits small, 16 by 16 pixels, so that many steps take little time.

# %%
(x_train, _), (x_test, _) = load_dataset("mnist-10k", image_size=(16, 16))
x_train = x_train[:IMAGES]
image_shape = x_train.shape[1:]
latent_dim = 16
print(len(x_train), "digits of shape", image_shape)

# %% [markdown]
# Both networks are the pair `dcgan` of [chapter 4](04_networks.ipynb), the simplest one with
# convolutions, but with fewer channels. The same seed gives the same first weights. This will let
# us compare two ways of training.


# %%
def build_networks(seed):
    generator = build_dcgan_generator(image_shape, latent_dim, filters=16, seed=seed)
    discriminator = build_dcgan_discriminator(image_shape, filters=16, seed=seed + 1)
    return generator, discriminator


# %% [markdown]
# This function lets us look at images in [-1, 1]. It writes a caption under them:


# %%
def picture_of(pictures, caption, columns=8):
    grid = rendering.make_grid(rendering.to_uint8(pictures), columns)
    rendering.write_png(run / "picture.png", rendering.add_caption(grid, caption))
    return Image(run / "picture.png")


# %% [markdown]
# ## Four steps in words
#
# *Articles: 0 §3 · 0 §3.1 · 0 §3.2 · 1 §3 · 1 §3.1 · 4 §3*
#
# The principle is that two networks learn from what the other one does. The generator makes images
# from noise. The discriminator looks at real and at generated images and says which are real. Its
# answers are all that the generator ever learns about the data.
#
# Articles 0 and 1 state the algorithm in four steps:
#
# 1. Give the weights of both networks their first values.
# 2. Train the discriminator, so that it tells generated images from real ones.
# 3. Train the generator, so that its images are harder to tell.
# 4. Repeat steps 2 and 3.
#
# When does it end? Article 0 says: when both networks are good enough. Article 1 says: when they
# are in balance. Neither can be read off the losses, as [chapter 7](07_watching.ipynb) shows. In
# practice you choose a number of epochs beforehand. An *epoch* is one pass through the data.
#
# Article 4 has a section on the algorithm too, but it only repeats a paragraph of its section 2.
# This chapter is what could stand there.

# %% [markdown]
# ## Taking turns
#
# *Articles: 1 §3.2 · 1 §3.2.1 · 1 §3.2.2*
#
# Article 1 lists the steps of each network by itself. Here both lists become functions. They use
# the package's default losses, which [chapter 5](05_losses.ipynb) explains.

# %%
loss = SigmoidCrossEntropy()
generator, discriminator = build_networks(seed=0)
generator_optimizer = keras.optimizers.Adam(2e-3, beta_1=0.5)
discriminator_optimizer = keras.optimizers.Adam(2e-3, beta_1=0.5)

# %% [markdown]
# An *optimizer* changes weights so that a loss falls ([chapter 2](02_learning.ipynb)). (Adam also
# remembers earlier gradients, and `beta_1` says for how long: with 0.5 it is half as much after
# each step.) Each network has its own optimizer, which changes the weights of this network alone. A
# *gradient tape* (`tf.GradientTape`) writes down what is computed inside its `with` block.
# Afterwards TensorFlow goes through this record backwards, from the loss to the first layer. This
# is *backpropagation*: it finds the *gradient*, which says for each weight how much the loss
# changes when the weight changes a little.
#
# In its turn the discriminator looks at real and at generated images. We compute its loss and
# change its weights.


# %%
def train_discriminator(real_images, noise):
    fake_images = generator(noise, training=True)
    with tf.GradientTape() as tape:
        real_output = discriminator(real_images, training=True)
        fake_output = discriminator(fake_images, training=True)
        discriminator_loss = loss.discriminator_loss(real_output, fake_output)
    variables = discriminator.trainable_variables
    discriminator_optimizer.apply(tape.gradient(discriminator_loss, variables), variables)


# %% [markdown]
# The generator's turn has five steps in Article 1: draw noise, make images, let the discriminator
# judge them, change the generator's weights, and do it again. Here the tape must also see how the
# images are made, because the gradient goes back through the discriminator and through the images
# to the generator's weights.


# %%
def train_generator(noise):
    with tf.GradientTape() as tape:
        fake_images = generator(noise, training=True)
        fake_output = discriminator(fake_images, training=True)
        generator_loss = loss.generator_loss(fake_output)
    variables = generator.trainable_variables
    generator_optimizer.apply(tape.gradient(generator_loss, variables), variables)


# %% [markdown]
# To see what a turn does, we measure both losses after each one, always with the same real images
# and the same noise. `turns` notes whose turn it was.

# %%
probe_images = x_train[:64]
probe_noise = keras.random.normal((64, latent_dim), seed=1)
measured, turns = [], []


def measure():
    real_output = discriminator(probe_images)
    fake_output = discriminator(generator(probe_noise, training=True))
    both = loss.discriminator_loss(real_output, fake_output), loss.generator_loss(fake_output)
    measured.append([float(value) for value in both])


# %% [markdown]
# **Predict, then run:** first the discriminator has 20 turns in a row, then the generator, then
# both again. What do the two losses do?

# %%
noise_seeds = keras.random.SeedGenerator(0)
batches = iter(shuffled_batches(x_train, 32))
measure()
for name in ("D", "G", "D", "G"):
    for _ in range(TURNS):
        noise = keras.random.normal((32, latent_dim), seed=noise_seeds)
        if name == "D":
            train_discriminator(next(batches), noise)
        else:
            train_generator(noise)
        turns.append(name)
        measure()

# %%
discriminator_losses, generator_losses = np.transpose(measured)
figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
for start, label in ((0, "turns of D"), (2 * TURNS, None)):
    axes.axvspan(start, start + TURNS, color="0.9", label=label)
axes.plot(discriminator_losses, "C0-", label="discriminator's loss")
axes.plot(generator_losses, "C1--", label="generator's loss")
axes.set(xlabel="turn", ylabel="loss (nats)", xlim=(0, len(turns)))
axes.legend()
plt.show()

# %% [markdown]
# Over its own turns, in grey, the discriminator brings its loss down, and the generator's goes up.
# In the white parts it is the other way round. (When the discriminator comes back, its first steps
# are so large that both losses jump.) This is what *adversarial* means: each network works against
# the other one. It does not mean that one loss rises by what the other one falls. Both can even
# fall at the same time: if the logit of a real image goes from 0 to 1 and that of a generated one
# from 0 to 0.2, the discriminator's loss falls from 1.39 to 1.11, and the generator's from 0.69 to
# 0.60. The figure has such turns too.

# %%
assert discriminator_losses[TURNS] < discriminator_losses[0]
assert generator_losses[TURNS] > generator_losses[0]
assert discriminator_losses[2 * TURNS] > discriminator_losses[TURNS]
assert generator_losses[2 * TURNS] < generator_losses[TURNS]

# %% [markdown]
# We made many turns in a row for this picture only. The algorithm gives each network one turn and
# then changes over, so that neither gets far ahead:

# %%
for _ in range(5):
    noise = keras.random.normal((32, latent_dim), seed=noise_seeds)
    train_discriminator(next(batches), noise)
    train_generator(noise)

# %% [markdown]
# ### A discriminator that sees real images only
#
# Article 1 describes the discriminator's steps so: take a real image, judge it, change the weights.
# The generated images are missing. **Predict, then run:** we train a discriminator like this. What
# will it say about generated images?

# %%
_, one_sided = build_networks(seed=0)
optimizer = keras.optimizers.Adam(2e-3, beta_1=0.5)
for _ in range(30):
    real_images = next(batches)
    with tf.GradientTape() as tape:
        real_loss = tf.reduce_mean(tf.nn.softplus(-one_sided(real_images, training=True)))
    optimizer.apply(
        tape.gradient(real_loss, one_sided.trainable_variables), one_sided.trainable_variables
    )
untrained, _ = build_networks(seed=0)
verdicts = tf.sigmoid(one_sided(untrained(probe_noise, training=True)))
print(f"mean probability of being real, for grey squares: {float(tf.reduce_mean(verdicts)):.2f}")
assert float(tf.reduce_mean(verdicts)) > 0.7

# %% [markdown]
# It calls them real as well. Nothing in its loss ever asked it to say "generated", and a generator
# learns nothing from such a judge. [Chapter 5](05_losses.ipynb) collects this and the other errata.

# %% [markdown]
# ### Exercise 1 ★☆☆: the order of turns
#
# Goodfellow et al. (2014, Algorithm 1) give the discriminator $k$ turns before each turn of the
# generator. Write the loop. `discriminator_turn` and `generator_turn` are functions without
# arguments.


# %% tags=["exercise-1"]
def play(rounds, k, discriminator_turn, generator_turn):
    """Plays rounds: in each, k turns of the discriminator, then one of the generator."""
    return ...


# %% tags=["check-1"]
with exercise(1):
    order = []
    returned = play(3, 2, lambda: order.append("D"), lambda: order.append("G"))
    assert returned is not ..., "Write the loop in place of the line with the three dots."
    assert order.count("G") == 3, f"The generator had {order.count('G')} turns in 3 rounds."
    assert order.count("D") == 6, f"The discriminator had {order.count('D')} turns with k=2."
    assert order[0] == "D" and order[-1] == "G", f"The turns came as {' '.join(order)}."
    between = "".join(order).split("G")[:-1]
    assert len(set(between)) == 1, f"The rounds are not all alike: {' '.join(order)}."
    for rounds, k in ((4, 1), (2, 5)):
        order.clear()
        play(rounds, k, lambda: order.append("D"), lambda: order.append("G"))
        counts = order.count("D"), order.count("G")
        assert counts == (rounds * k, rounds), (
            f"With rounds={rounds} and k={k} D had {counts[0]} turns and G {counts[1]}. Are both "
            "arguments used?"
        )

# %% [markdown]
# ## Seven steps, six steps
#
# *Articles: 2 §3.3 · 3 §3*
#
# Article 2 describes the same training in seven steps, and Article 3 in six. The package's method
# for it follows the seven. This is the method, as it stands in `gan/model.py`:

# %%
source = inspect.getsource(GAN.train_step)
print(source)

# %%
for k in range(1, 8):
    assert f"Step {k}" in source, "each of the seven steps is marked in the method"

# %% [markdown]
# Three things in it need an explanation. `_judge` calls the discriminator, with the condition of
# the samples, such as a label, if there is one. `losses.generator_loss` calls the loss that was
# chosen, and gives it the real outputs too if it asks for them. An *objective* is what a network
# really minimises: its loss, plus the discriminator's penalty, or a term for the generator that
# some applications of [chapter 10](10_applications.ipynb) need, if `compile` has set one.
#
# The table shows the articles' steps side by side. A column is an article and its section, for
# example Article 0, section 3.2. A number is a step of the list there; "D 2" is step 2 of Article
# 1's list for the discriminator.
#
# | what happens | 0, 3.2 | 1, 3.1 | 1, 3.2 | 2, 3.3 | 3, 3 | in `GAN.train_step` |
# |---|---|---|---|---|---|---|
# | first weights | 1 | 1 | | 1 | 1 | before it: the networks are built |
# | a batch of real images | 2 | 2 | D 1 | 2 | 3 | `real_images, condition = ...` |
# | noise | 2, 3 | 2, 3 | G 1 | 3 | 2 | `noise = self._draw_noise(...)` |
# | generated images | 2, 3 | 2, 3 | G 2 | 3 | 2 | `fake_images = self.generator(...)` |
# | D looks at both | 2, 3 | 2, 3 | D 2, G 3 | 4 | 3 | `self._judge(...)`, twice |
# | two losses | 2, 3 | 2, 3 | | 5 | 4 | `generator_loss = ...`, `discriminator_loss = ...` |
# | new weights | 2, 3 | 2, 3 | D 3, G 4 | 6 | 5 | `gradient` and `apply`, twice |
# | again | 4 | 4 | D 4, G 5 | 7 | 6 | after it: `fit` |
#
# The lines are really there:

# %%
for line in (
    "real_images, condition = self._unpack(data)",
    "noise = self._draw_noise(",
    "fake_images = self.generator(",
    "real_output = self._judge(",
    "fake_output = self._judge(",
    "generator_loss = losses.generator_loss(self.loss, fake_output, real_output)",
    "discriminator_loss = self.loss.discriminator_loss(real_output, fake_output)",
    "gen_tape.gradient(gen_objective",
    "disc_tape.gradient(disc_objective",
    "self.generator_optimizer.apply(",
    "self.discriminator_optimizer.apply(",
):
    assert line in source

# %% [markdown]
# ### In turn or together
#
# The lists differ in one thing. In Articles 0 and 1 the networks move *in turn*: the generator
# learns from a discriminator that has already moved. In Articles 2 and 3, and in the package, they
# move *together*: both losses are computed first, and then both networks move. How much does it
# matter to the generator? We compare its gradient before and after a step of the discriminator:


# %%
def generator_gradient(noise):
    with tf.GradientTape() as tape:
        generator_loss = loss.generator_loss(discriminator(generator(noise, training=True)))
    gradients = tape.gradient(generator_loss, generator.trainable_variables)
    return np.concatenate([gradient.numpy().ravel() for gradient in gradients])


together = generator_gradient(probe_noise)
train_discriminator(probe_images, probe_noise)
in_turn = generator_gradient(probe_noise)
cosine = together @ in_turn / np.linalg.norm(together) / np.linalg.norm(in_turn)
print(f"cosine of the angle between the two gradients: {cosine:.3f}")
assert not np.allclose(together, in_turn)

# %% [markdown]
# A cosine of 1 would mean the same direction, and 0 a right angle. The two gradients are not the
# same, but the smaller the discriminator's step, the nearer they are to each other. Both ways are
# in use. Moving together is cheaper: the generated images and the discriminator's answers are
# computed once and serve both losses.

# %% [markdown]
# ## Article 3's program, today
#
# *Articles: 3 §4 code*
#
# Article 3 shows the outline of a program for TensorFlow 1. (TensorFlow was published in 2015, its
# version 1.0 in 2017.) In it you first described all computations as a *graph*, and then a
# *session* ran it. TensorFlow 2 computes at once, like NumPy, and weights belong to objects. The
# table says what each function of the outline has become:
#
# | in the outline | what it was for | today |
# |---|---|---|
# | `generator(z, reuse)` | puts G's layers into the graph | a Keras model, built once |
# | `discriminator(x, reuse)` | the same for D, called twice | a Keras model, called twice |
# | `reuse` | "take the weights that are there" | nothing: the model owns its weights |
# | scopes `gen`, `dis` | to find each network's weights by name | `model.trainable_variables` |
# | `loss_function` | both losses | `gan/losses.py`, by `compile(loss=...)` |
# | `train_op` | a step of each optimizer | `GAN.train_step` |
# | `main` | load data, define, train | `load_dataset`, `GAN` and `compile`, `fit` |

# %% [markdown]
# ### Why `reuse` is gone
#
# A function that makes its layers anew makes new weights at each call. The same input then gives
# two different answers:

# %%
ones = tf.ones((1, 4))


def layer_made_anew(x):
    return keras.layers.Dense(1)(x)


keras.utils.set_random_seed(0)
print(float(layer_made_anew(ones)[0, 0]), float(layer_made_anew(ones)[0, 0]))

# %% [markdown]
# A discriminator made like this would really be two networks: one for the real images and another
# one for the generated ones. `reuse=True` at the second call was there to prevent it.
#
# A Keras model is an object that holds its weights. If you call it twice, it uses the same weights
# twice, and there are no more of them afterwards than before:

# %%
generator, discriminator = build_networks(seed=0)
number_of_weights = len(discriminator.weights)
first = discriminator(probe_images)
second = discriminator(probe_images)
np.testing.assert_allclose(second, first, rtol=1e-5)
assert len(discriminator.weights) == number_of_weights

# %% [markdown]
# A change of the weights is therefore seen by each later call:

# %%
discriminator.layers[-1].bias.assign_add([1.0])
np.testing.assert_allclose(discriminator(probe_images), first + 1, rtol=1e-5)

# %% [markdown]
# ### Why scopes are gone
#
# The scopes `gen` and `dis` put a name before each weight, so that `train_op` could pick one
# network's weights out of all. Today each model lists its own weights, and no weight is in both
# lists:

# %%
ours, theirs = generator.trainable_variables, discriminator.trainable_variables
print(len(ours), "tensors of weights in the generator, for example", ours[0].path, ours[0].shape)
print(len(theirs), "in the discriminator, for example", theirs[0].path, theirs[0].shape)
assert not {id(variable) for variable in ours} & {id(variable) for variable in theirs}

# %% [markdown]
# ### `main` on the package
#
# Here are the three parts of Article 3's `main`, filled in. (`compile` without arguments sets the
# default losses, optimizers and penalty.)


# %%
def main():
    # Load the data.
    (digits, _), _ = load_dataset("mnist-10k", image_size=(16, 16))

    # Define the networks, the losses and the training.
    model = GAN(*build_networks(seed=0), latent_dim=latent_dim, seed=0)
    model.compile()

    # Train.
    keras.utils.set_random_seed(0)
    model.fit(digits[:IMAGES], epochs=EPOCHS, batch_size=32, verbose=2)
    return model


if __name__ == "__main__":
    model = main()

# %%
picture_of(model.generate(16, seed=1), f"16 generated digits after {EPOCHS} epochs")

# %% [markdown]
# ### Exercise 2 ★★☆: arrays of weights
#
# A discriminator has two dense layers with biases. Somebody writes it as a function that makes both
# layers anew, like `layer_made_anew` above, and calls it for real and for generated images in each
# of ten steps. How many arrays of weights were made in the end? And how many if it is one Keras
# model, called as often?

# %% tags=["exercise-2"]
arrays_made_anew = ...
arrays_of_model = ...

# %% tags=["check-2"]
with exercise(2):
    assert arrays_made_anew is not ... and arrays_of_model is not ..., "Two numbers are wanted."
    made = []

    def build_two_layers():
        made.append(keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)]))
        return made[-1]

    def count_arrays(anew):
        made.clear()
        model_of_all = build_two_layers()
        for call in range(10 * len(("real", "generated"))):
            (build_two_layers() if anew and call else model_of_all)(ones)
        return sum(len(each.weights) for each in made)

    assert arrays_of_model == count_arrays(anew=False), (
        "The model: each layer has a kernel and a bias, and a call makes nothing new."
    )
    assert arrays_made_anew == count_arrays(anew=True), (
        "Made anew: count the calls. How many are there in a step, and what does each make?"
    )

# %% [markdown]
# ## Article 2's code, finished
#
# *Articles: 2 §5.1 · 1 §4 · 4 §4*
#
# Article 1 names what a program needs: two networks with convolutions, a cross-entropy loss for
# each, an optimizer for each, and the steps of training. Article 4's section on code repeats a
# paragraph of its section 2 and shows no program. Article 2 writes such a program, but its text
# breaks off at the two tapes. Here is all of it.
#
# First come the networks. Article 2's functions `generator` and `discriminator` are two models
# here, which can be called like functions. Layer by layer they are the pair from above. So we can
# give them its first weights, which will let us compare the results:

# %%
layers = keras.layers
generator = keras.Sequential(
    [
        keras.Input((latent_dim,)),
        layers.Dense(4 * 4 * 32, use_bias=False),
        layers.Reshape((4, 4, 32)),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.Conv2D(32, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.Conv2DTranspose(16, 4, strides=2, padding="same", use_bias=False),  # to 8x8
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.Conv2D(16, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),  # to 16x16
    ]
)
discriminator = keras.Sequential(
    [
        keras.Input(image_shape),
        layers.Conv2D(16, 4, strides=2, padding="same"),  # to 8x8
        layers.LeakyReLU(0.2),
        layers.Conv2D(32, 4, strides=2, padding="same"),  # to 4x4
        layers.LeakyReLU(0.2),
        layers.Conv2D(32, 3, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Flatten(),
        layers.Dense(1),  # a logit
    ]
)
for own, other in zip((generator, discriminator), build_networks(seed=0), strict=True):
    own.set_weights(other.get_weights())
np.testing.assert_allclose(discriminator(probe_images), other(probe_images), atol=1e-6)

# %% [markdown]
# Then come the losses. The *sigmoid cross-entropy* of logits with the label 1 is small where the
# logits are large; with the label 0 it is small where they are very negative. The generator wants
# the label 1 for its images. The discriminator wants 1 for real images and 0 for generated ones.


# %%
def cross_entropy(label, output):
    labels = tf.fill(tf.shape(output), label)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=output))


def generator_loss(fake_output):
    return cross_entropy(1.0, fake_output)


def discriminator_loss(real_output, fake_output):
    return cross_entropy(1.0, real_output) + cross_entropy(0.0, fake_output)


# %% [markdown]
# These are the package's default losses. (They are not the formula in Article 2's section 4.1:
# [chapter 5](05_losses.ipynb) compares the two.)

# %%
real_output, fake_output = tf.constant([[2.0], [-1.0]]), tf.constant([[0.5], [-3.0]])
np.testing.assert_allclose(generator_loss(fake_output), loss.generator_loss(fake_output))
np.testing.assert_allclose(
    discriminator_loss(real_output, fake_output), loss.discriminator_loss(real_output, fake_output)
)

# %% [markdown]
# The optimizers are Adam for each network, with a learning rate of 1e-4. Adam keeps numbers of its
# own for each weight, and `build` makes them.

# %%
generator_optimizer = keras.optimizers.Adam(1e-4)
discriminator_optimizer = keras.optimizers.Adam(1e-4)
generator_optimizer.build(generator.trainable_variables)
discriminator_optimizer.build(discriminator.trainable_variables)

# %% [markdown]
# Now the step itself. `@tf.function` compiles it; the line with `traces` is explained further
# below.

# %%
noise_seeds = keras.random.SeedGenerator(0)
traces = []


@tf.function
def train_step(real_images):
    traces.append(real_images.shape)
    noise = keras.random.normal((tf.shape(real_images)[0], latent_dim), seed=noise_seeds)

    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        fake_images = generator(noise, training=True)
        real_output = discriminator(real_images, training=True)
        fake_output = discriminator(fake_images, training=True)
        gen_loss = generator_loss(fake_output)
        disc_loss = discriminator_loss(real_output, fake_output)

    gen_gradients = gen_tape.gradient(gen_loss, generator.trainable_variables)
    disc_gradients = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
    generator_optimizer.apply(gen_gradients, generator.trainable_variables)
    discriminator_optimizer.apply(disc_gradients, discriminator.trainable_variables)
    return gen_loss, disc_loss


# %% [markdown]
# Last comes the loop. It keeps all losses, the weights after `COMPARED` steps, and what eight noise
# vectors became at five moments.

# %%
batches = iter(shuffled_batches(x_train, 32))
moments = np.linspace(STEPS // 5, STEPS, 5).astype(int)
eight = keras.random.normal((8, latent_dim), seed=1)
losses, drawn = [], []


def weights_of(*networks):
    variables = [variable for network in networks for variable in network.trainable_variables]
    return np.concatenate([variable.numpy().ravel() for variable in variables])


for step in range(1, STEPS + 1):
    losses.append([float(value) for value in train_step(next(batches))])
    if step == COMPARED:
        weights_after = weights_of(generator, discriminator)
    if step in moments:
        drawn.append(generator(eight, training=False))

spread = drawn[-1].numpy().std(axis=0).mean() / x_train[:100].std(axis=0).mean()
print(f"spread of the last images, as a fraction of that of real ones: {spread:.2f}")
assert spread < 0.5
picture_of(np.concatenate(drawn), f"rows: after {', '.join(map(str, moments))} steps")

# %% [markdown]
# Each column is one noise vector, and each row a moment. The program works: shapes appear that were
# not there. But with these settings, which are the article's, learning is slow, and at any one
# moment all noise gives nearly the same image. (The number that is printed compares the spread of
# these images with that of real digits.) With patience these settings make digits, too. Here are
# 120 passes through the data, 30,120 steps, of the default networks with the article's settings,
# made by `benchmarks/article_settings.py`:
#
# ![Sixteen images, which become digits](../docs/images/article_settings.gif)
#
# The end of "As a Keras model" below trains the same code with settings that get there sooner.
# [Chapter 8](08_failures.ipynb) is about what makes the difference.

# %% [markdown]
# ## The same as the package
#
# Is this what `GAN` does? We take a new pair of networks with the same first weights, the same
# optimizers and the same losses, and no penalty. The noise of `GAN` comes from
# `keras.random.SeedGenerator(seed)`, as in the loop above, so that seed 0 gives the same noise. The
# batches come in the same order. Each epoch has only one step, so that `history` keeps the losses
# of every step.

# %%
package = GAN(*build_networks(seed=0), latent_dim=latent_dim, seed=0)
first_weights = weights_of(package.generator, package.discriminator)
package.compile(
    generator_optimizer=keras.optimizers.Adam(1e-4),
    discriminator_optimizer=keras.optimizers.Adam(1e-4),
    regularizer=None,
)
history = package.fit(
    shuffled_batches(x_train, 32), steps_per_epoch=1, epochs=COMPARED, shuffle=False, verbose=0
).history

# %% [markdown]
# Losses and weights agree, but for rounding errors. (These grow from step to step, as each network
# reacts to the other. We measure them against how far the weights have moved.)

# %%
by_hand = np.array(losses[:COMPARED])
np.testing.assert_allclose(history["generator_loss"], by_hand[:, 0], rtol=1e-2)
np.testing.assert_allclose(history["discriminator_loss"], by_hand[:, 1], rtol=1e-2)

package_weights = weights_of(package.generator, package.discriminator)
way = np.linalg.norm(weights_after - first_weights)
difference = np.linalg.norm(weights_after - package_weights)
print(f"the weights moved by {way:.3f}, they differ by {difference:.1e}")
assert difference < 0.01 * way

# %%
figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
steps = np.arange(1, COMPARED + 1)
marks = {"fillstyle": "none", "markevery": COMPARED // 10, "label": "the package"}
axes.plot(steps, by_hand[:, 1], "C0-", label="discriminator, by hand")
axes.plot(steps, history["discriminator_loss"], "C0o", linestyle="none", **marks)
axes.plot(steps, by_hand[:, 0], "C1--", label="generator, by hand")
axes.plot(steps, history["generator_loss"], "C1s", linestyle="none", **marks)
axes.set(xlabel="step", ylabel="loss (nats)")
axes.legend(ncols=2)
plt.show()

# %% [markdown]
# ## What two tapes are for
#
# A tape forgets what it wrote as soon as you have asked it for a gradient. There are two losses and
# so two questions, one for each tape. A single tape that is told to keep its notes, by
# `persistent=True`, can answer both questions, and the gradients are the same. So two tapes are a
# matter of convenience. What matters is that there are two *losses*, each with the weights of its
# own network.
#
# In the drawing each coloured field is what one tape needs: the way from the weights of its network
# to its loss.

# %%
figure, axes = plt.subplots(figsize=(8, 3.7), layout="constrained")
draw_gan(
    axes, lit=["generator", "discriminator", "losses", "gradients", "tapes"], hidden=["condition"]
)
plt.show()

# %% [markdown]
# We compare both ways for one batch and one noise:

# %%
with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
    with tf.GradientTape(persistent=True) as one_tape:
        fake_output = discriminator(generator(probe_noise, training=True), training=True)
        real_output = discriminator(probe_images, training=True)
        gen_loss = generator_loss(fake_output)
        disc_loss = discriminator_loss(real_output, fake_output)
        loss_sum = gen_loss + disc_loss


def flat(gradients):
    return np.concatenate([gradient.numpy().ravel() for gradient in gradients])


of_generator = flat(gen_tape.gradient(gen_loss, generator.trainable_variables))
of_discriminator = flat(disc_tape.gradient(disc_loss, discriminator.trainable_variables))
same = flat(one_tape.gradient(gen_loss, generator.trainable_variables))
np.testing.assert_allclose(same, of_generator, rtol=1e-4, atol=1e-6)
same = flat(one_tape.gradient(disc_loss, discriminator.trainable_variables))
np.testing.assert_allclose(same, of_discriminator, rtol=1e-4, atol=1e-6)

# %% [markdown]
# Article 3 calls the sum of both losses the GAN's loss (section 2.3). **Predict, then run:** is the
# gradient of the sum the same again?

# %%
for name, network, own in (
    ("generator", generator, of_generator),
    ("discriminator", discriminator, of_discriminator),
):
    of_sum = flat(one_tape.gradient(loss_sum, network.trainable_variables))
    cosine = of_sum @ own / np.linalg.norm(of_sum) / np.linalg.norm(own)
    length = np.linalg.norm(of_sum) / np.linalg.norm(own)
    print(f"{name}: {length:.2f} times as long, cosine with its own gradient {cosine:.2f}")
    assert np.linalg.norm(of_sum - own) > 0.01 * np.linalg.norm(own)

# %% [markdown]
# It is not. (For the same gradient both numbers would be 1.) Each loss contains what the other
# network does, so that each network would work for its opponent as well. With the minimax loss it
# is worst: the generator's loss is then minus one part of the discriminator's. The two cancel in
# the sum, and nothing is left for the generator to learn from.

# %%
with tf.GradientTape() as tape:
    fake_output = discriminator(generator(probe_noise, training=True), training=True)
    minimax_loss = -cross_entropy(0.0, fake_output)
    loss_sum = minimax_loss + discriminator_loss(real_output, fake_output)
of_sum = flat(tape.gradient(loss_sum, generator.trainable_variables))
np.testing.assert_allclose(of_sum, 0, atol=1e-6)

# %% [markdown]
# You may write the sum down as a number, but it is not what the networks minimise.
# [Chapter 5](05_losses.ipynb) has more on it.
#
# ### Exercise 3 ★★☆: the pull of the sum
#
# For one generated image with the logit $l$ the generator's loss is $\mathrm{softplus}(-l)$, with
# $\mathrm{softplus}(t) = \ln(1 + e^t)$. The part of the discriminator's loss for this image is
# $\mathrm{softplus}(l)$. Write the gradient of their sum, its derivative by $l$. (The derivative of
# softplus is the sigmoid, $\sigma(t) = 1 / (1 + e^{-t})$.)


# %% tags=["exercise-3"]
def gradient_of_sum(logit):
    """The derivative of softplus(-l) + softplus(l), for a NumPy array of logits."""
    return ...


# %% tags=["check-3"]
with exercise(3):
    logits = np.linspace(-6, 6, 13)
    gradients = gradient_of_sum(logits)
    assert gradients is not ..., "Write an expression in place of the three dots."
    assert abs(gradients[6]) < 1e-9, "At l = 0 the sum is smallest: there its gradient is 0."
    assert gradients[0] < 0 < gradients[-1], (
        "To the left of 0 the sum falls, to the right it rises."
    )
    points = tf.Variable(logits)
    with tf.GradientTape() as tape:
        sums = tf.nn.softplus(-points) + tf.nn.softplus(points)
    assert np.allclose(gradients, tape.gradient(sums, points)), "The tape finds other gradients."

# %% [markdown]
# (The solution says what follows for the generator.)

# %% [markdown]
# ## Why `training=True`
#
# The generator has *batch normalisation* ([chapter 4](04_networks.ipynb)): in training each channel
# is shifted and scaled by the mean and the variance of the batch at hand. So an image also depends
# on the other images of its batch. Outside of training, averages take their place, which were
# collected while training. Let us put the same noise vector into two different batches:

# %%
company, other_company = keras.random.normal((2, 31, latent_dim), seed=2)
me = keras.random.normal((1, latent_dim), seed=3)


def image_of_me(company, training):
    return generator(tf.concat([me, company], axis=0), training=training)[0]


for training in (True, False):
    change = image_of_me(company, training) - image_of_me(other_company, training)
    print(f"training={training}: largest change of a pixel {np.abs(change).max():.6f}")
assert np.abs(change).max() < 1e-4

# %% [markdown]
# With `training=True` a call also moves these averages. With `training=False` a call changes
# nothing:

# %%
averages = [weight for weight in generator.weights if "moving_mean" in weight.path]


def moved_by(training):
    before = [average.numpy() for average in averages]
    generator(probe_noise, training=training)
    return max(np.abs(now - then).max() for now, then in zip(averages, before, strict=True))


assert moved_by(training=False) == 0
assert moved_by(training=True) > 0

# %% [markdown]
# So in the training step we call both networks with `training=True`, and `generate` calls the
# generator with `training=False`. If we forgot it in the step, the averages would stay at their
# first values, and the images drawn afterwards would differ from those that the discriminator
# judged. *Dropout* depends on it as well: with `training=True` it drops a random part of the
# numbers.

# %% [markdown]
# ## Compiled once
#
# `tf.function` runs the Python code of a function once, with placeholders in place of numbers, and
# writes down which operations it asks for. This is called *tracing*. After that only the list of
# operations runs, without Python. It is the graph of TensorFlow 1, made from a function.
#
# `traces.append(...)` in the training step is Python. **Predict, then run:** after all the steps
# above, how long is the list `traces`?

# %%
print(STEPS, "steps,", len(traces), "trace:", traces)
assert len(traces) == 1

# %% [markdown]
# It has one entry. The line ran while TensorFlow traced the function, and is not in the graph. The
# same is true of `print`.
#
# ### Exercise 4 ★★★: noise that does not change
#
# Here is a bug that raises no error. `draw_noise` should give new noise at each call. Call it twice
# and see. Then write `draw_noise_well`: also a `tf.function`, with new noise at each call.


# %%
@tf.function
def draw_noise():
    return tf.constant(np.random.default_rng().normal(size=(4, latent_dim)))


# %% tags=["exercise-4"]
@tf.function
def draw_noise_well():
    """Noise of shape (4, latent_dim), normally distributed, new at each call."""
    return ...


# %% tags=["check-4"]
with exercise(4):
    assert "..." not in inspect.getsource(draw_noise_well.python_function).split('"""')[-1], (
        "Write an expression in place of the three dots."
    )
    assert hasattr(draw_noise_well, "get_concrete_function"), "It is no tf.function any more."
    drawn_noise = [np.array(draw_noise_well()) for _ in range(250)]
    assert drawn_noise[0].shape == (4, latent_dim), f"The shape is {drawn_noise[0].shape}."
    assert not (drawn_noise[0] == drawn_noise[1]).any(), "Two calls give the same noise."
    mean, spread = np.mean(drawn_noise), np.std(drawn_noise)
    assert abs(mean) < 0.1, f"The mean is {mean:.2f}, not that of normal noise."
    assert abs(spread - 1) < 0.1, (
        f"The standard deviation is {spread:.2f}, not that of normal noise."
    )

# %% [markdown]
# ## The last batch of an epoch
#
# The digits seldom fill all batches: 8,004 digits are 250 batches of 32 and four more. What happens
# with these four?
#
# Article 2 draws `BATCH_SIZE` noise vectors, whatever comes. With a last batch of four real images
# the discriminator would see four real and 32 generated ones. There is no error, as each part of
# its loss is a mean of its own: each of the four real images then counts eight times as much as a
# generated one. The step above, and the package's, ask for the size of the batch they have:
# `tf.shape(real_images)[0]`.

# %%
train_step(tf.constant(x_train[:4]))
print(traces)
assert len(traces) == 2

# %% [markdown]
# It works, but there was a second trace: for a new shape the function is compiled again, which
# takes seconds. This is why `shuffled_batches` makes all batches of one size: it fills up the last
# one of an epoch with images from the epoch's beginning.

# %%
sizes = {len(batch) for batch in shuffled_batches(x_train[:68], 32).take(10)}
assert sizes == {32}

# %% [markdown]
# `fit` on an array leaves the last batch as it is. There Keras takes care that the step is traced
# for batches of any size. And the package's metrics weigh each batch by the number of its images.
#
# ### Exercise 5 ★★☆: how many traces?
#
# A small function is called with batches of these sizes, one after the other: 32, 32, 4, 32, 4, 16.
# How many times is it traced? And how many times if it is told beforehand that the first dimension
# may be anything, by `input_signature=[tf.TensorSpec((None, 16, 16, 1))]`?

# %% tags=["exercise-5"]
traces_without = ...
traces_with = ...

# %% tags=["check-5"]
with exercise(5):
    assert traces_without is not ... and traces_with is not ..., "Two numbers are wanted."

    def count_traces(**options):
        seen = []

        @tf.function(**options)
        def brightness(batch):
            seen.append(batch.shape)
            return tf.reduce_mean(batch)

        for size in (32, 32, 4, 32, 4, 16):
            brightness(tf.zeros((size, 16, 16, 1)))
        return len(seen)

    assert traces_without == count_traces(), "Without a signature it is another number."
    signature = [tf.TensorSpec((None, 16, 16, 1))]
    assert traces_with == count_traces(input_signature=signature), "With it it is another number."

# %% [markdown]
# ## More steps for the discriminator
#
# `compile(discriminator_steps=k)` is Goodfellow's $k$: before each step of both networks the
# discriminator alone makes $k - 1$ steps. Goodfellow et al. (2014) draw new real images for each of
# them. The package takes the same real images again and draws new noise only, so that an epoch
# still means that each image was used in one step of the generator. The optimizers count their
# steps, which lets us check it. (`run_eagerly=True` leaves the compiling out, which is quicker for
# three steps.)

# %%
ahead = GAN(*build_networks(seed=0), latent_dim=latent_dim, seed=0)
ahead.compile(discriminator_steps=2, run_eagerly=True)
ahead.fit(x_train[:24], batch_size=8, verbose=0)
steps_of_each = [int(optimizer.iterations) for optimizer in ahead.optimizer.optimizers]
print("steps of the generator and of the discriminator:", steps_of_each)
assert steps_of_each == [3, 6]

# %% [markdown]
# The default is 1, as in the articles' code. The Wasserstein loss of [chapter 5](05_losses.ipynb)
# is one that wants more. Each further step costs time in which the generator learns nothing.

# %% [markdown]
# ## As a Keras model
#
# A function and a loop are all that is needed. But a `keras.Model` brings `fit`, and with it
# progress bars, callbacks, validation and more. Keras calls the method `train_step` for each batch
# and leaves it to us what happens there. So the step above becomes a method:


# %%
class SmallGAN(keras.Model):
    def __init__(self, generator, discriminator, latent_dim, seed=None):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.latent_dim = latent_dim
        self.noise_seeds = keras.random.SeedGenerator(seed)

    def compile(self, generator_optimizer, discriminator_optimizer):
        super().compile(optimizer=None)  # Keras would make a third optimizer
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)

    def train_step(self, data):
        real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        size = (tf.shape(real_images)[0], self.latent_dim)
        noise = keras.random.normal(size, seed=self.noise_seeds)

        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            fake_images = self.generator(noise, training=True)
            real_output = self.discriminator(real_images, training=True)
            fake_output = self.discriminator(fake_images, training=True)
            gen_loss = generator_loss(fake_output)
            disc_loss = discriminator_loss(real_output, fake_output)

        variables = self.generator.trainable_variables
        self.generator_optimizer.apply(gen_tape.gradient(gen_loss, variables), variables)
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(disc_tape.gradient(disc_loss, variables), variables)
        return {"generator_loss": gen_loss, "discriminator_loss": disc_loss}


# %% [markdown]
# If `fit` trains it on the same batches, it gives the same losses and weights again:

# %%
small = SmallGAN(*build_networks(seed=0), latent_dim=latent_dim, seed=0)
small.compile(keras.optimizers.Adam(1e-4), keras.optimizers.Adam(1e-4))
small_history = small.fit(
    shuffled_batches(x_train, 32), steps_per_epoch=1, epochs=COMPARED, shuffle=False, verbose=0
).history
np.testing.assert_allclose(small_history["generator_loss"], history["generator_loss"], rtol=1e-2)
difference = np.linalg.norm(weights_of(small.generator, small.discriminator) - package_weights)
assert difference < 0.01 * way

# %% [markdown]
# So the code is right, and only its settings were slow. With other settings the same step makes
# digits. The learning rate is 20 times as large. Adam has a shorter memory: it forgets the
# direction of earlier gradients at once ($\beta_1 = 0$) and their size after about a hundred steps
# ($\beta_2 = 0.99$), as in Karras et al. (2018). The generator's optimizer keeps a *moving average*
# of the weights: after each step the average moves 0.2 % of the way towards the latest weights, and
# so it follows them more calmly. And the training is longer, with twice `EPOCHS` epochs.


# %%
def make_adam(**options):
    return keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99, **options)


digit_model = SmallGAN(*build_networks(seed=0), latent_dim=latent_dim, seed=0)
digit_model.compile(make_adam(use_ema=True, ema_momentum=0.998), make_adam())
keras.utils.set_random_seed(0)  # the order of the digits
digit_model.fit(x_train, epochs=2 * EPOCHS, batch_size=32, verbose=0)

# The average takes the place of the latest weights.
digit_model.generator_optimizer.finalize_variable_values(digit_model.generator.trainable_variables)
pictures = digit_model.generator(keras.random.normal((16, latent_dim), seed=1), training=False)
picture_of(pictures.numpy(), f"Article 2's step, other settings, {2 * EPOCHS} epochs")

# %% [markdown]
# ## What the package adds
#
# `GAN` is this class and what daily use asks for:
#
# | in the package | what it is for |
# |---|---|
# | `test_step` | `evaluate` and validation data: both losses without training |
# | `generator_loss_tracker` and three more | means over the epoch, not the last batch's numbers |
# | saved random states, both optimizers | training goes on as if it had never stopped |
# | a moving average of the generator | calmer images, from `generate` |
# | `regularizer` | a penalty on the discriminator's gradient, by default R1 |
# | `generator_term`, conditions | the applications of [chapter 10](10_applications.ipynb) |
# | `_generator_objective`, `_discriminator_objective` | add that term and penalty to the losses |
# | `after` | no weight changes before all gradients are known |
# | `scale_loss` | scales a loss for float16, and divides it among several devices |
# | `nan_unless_finite` | a training that has failed says so |
# | `add_worker_axis` | lets Keras take the mean of the metrics over several workers |
#
# We look at three of them at work. `evaluate` draws the same noise at each call, so that two calls
# agree:

# %%
results = model.evaluate(x_test, batch_size=500, verbose=0, return_dict=True)
again = model.evaluate(x_test, batch_size=500, verbose=0, return_dict=True)
np.testing.assert_allclose(list(again.values()), list(results.values()), rtol=1e-4)
print({name: round(value, 3) for name, value in results.items()})

# %% [markdown]
# These are not the numbers that `fit` has shown. `fit` shows means over an epoch, in which the
# networks change with every step. `evaluate` judges them as they are after the last step. All
# logits are close to 0 here, and the discriminator leans now to one side and now to the other. At a
# moment when it leans to "generated", for real images too, one accuracy is high and the other one
# low, while the losses have hardly changed. That is why a single moment of a GAN tells you little.
#
# A saved model goes on as if it had never been saved: with the same noise, and with optimizers that
# remember what they did. We let both make one more step:

# %%
model.save(run / "gan.keras")
loaded = load_model(run / "gan.keras")
for each in (model, loaded):
    each.train_on_batch(x_train[:32])
for kept, read in zip(model.get_weights(), loaded.get_weights(), strict=True):
    np.testing.assert_allclose(read, kept, rtol=1e-4, atol=1e-6)

# %% [markdown]
# `generate` draws with a moving average of the generator's weights, like the one in "As a Keras
# model". This average covers about the last tenth of the steps, and at most about 500. The
# generator that is trained has the latest weights. Both get the same noise:

# %%
by_average = model.predict(eight, verbose=0)
by_latest = model.generator(eight, training=False).numpy()
assert np.abs(by_average - by_latest).max() > 0.01
picture_of(np.concatenate([by_average, by_latest]), "top: averaged weights; bottom: latest weights")

# %% [markdown]
# The networks move about from step to step, as each follows the other. The average leaves out much
# of that.

# %% [markdown]
# ## Summary
#
# - A training step draws a batch and noise, computes both losses, and changes both networks.
# - Each network has its own loss, and an optimizer that changes its weights alone.
# - The gradient for the generator goes back through the discriminator and the generated images.
# - Two tapes are convenient; one that keeps its notes gives the same gradients. The sum of the
#   losses does not.
# - `training=True` belongs in the step, because batch normalisation depends on it.
# - `tf.function` runs Python only while it traces; a batch of another size means another trace.
# - As a `keras.Model` the step gets `fit`, callbacks and saving. `GAN` is such a model.
#
# To read on: [Goodfellow et al. 2014](https://arxiv.org/abs/1406.2661), Algorithm 1;
# [Radford et al. 2015](https://arxiv.org/abs/1511.06434) on the settings; and
# [Kingma and Ba 2015](https://arxiv.org/abs/1412.6980) on Adam.

# %% [markdown]
# ## An open project: the step, changed
#
# Change the step of "Article 2's code, finished" in one way, and find out what the change does.
# Ideas: let the networks move in turn instead of together; add R1 by a third tape; clip the
# gradients; give both networks one optimizer.
#
# A good answer
#
# - shows that the unchanged step still agrees with the package, before anything is changed;
# - has a test of the change that does not look at images: an equation that must hold, such as
#   that the clipped gradient is never longer than the bound;
# - compares the changed and the unchanged training after the same number of steps, with three
#   seeds;
# - says what the change costs, in milliseconds of a step, measured as a median.

# %% [markdown]
# ## Solutions

# %% [markdown]
# 1. Two loops, one inside the other. `rounds` counts the generator's turns.


# %% tags=["solution-1", "hide-cell"] jupyter={"source_hidden": true}
def play(rounds, k, discriminator_turn, generator_turn):
    for _ in range(rounds):
        for _ in range(k):
            discriminator_turn()
        generator_turn()


# %% [markdown]
# 2. Each call makes two kernels and two biases, and there are two calls in each of ten steps. The
#    model has its four from the beginning.

# %% tags=["solution-2", "hide-cell"] jupyter={"source_hidden": true}
arrays_made_anew = 10 * 2 * 4
arrays_of_model = 4


# %% [markdown]
# 3. The gradient is $\sigma(l) - \sigma(-l)$. At $l = 0$, where the discriminator is undecided, it
#    is 0, while that of the generator's own loss is not. The sum would leave the generator at
#    an undecided discriminator, and it would teach the discriminator to be undecided about
#    generated images.


# %% tags=["solution-3", "hide-cell"] jupyter={"source_hidden": true}
def gradient_of_sum(logit):
    return 1 / (1 + np.exp(-logit)) - 1 / (1 + np.exp(logit))


# %% [markdown]
# 4. NumPy draws while TensorFlow traces, once; the result is a constant of the graph. TensorFlow's
#    own operation is in the graph and draws at each call.


# %% tags=["solution-4", "hide-cell"] jupyter={"source_hidden": true}
@tf.function
def draw_noise_well():
    return tf.random.normal((4, latent_dim))


# %% [markdown]
# 5. One trace for each shape: 32, 4 and 16. With the signature there is one for all of them.

# %% tags=["solution-5", "hide-cell"] jupyter={"source_hidden": true}
traces_without = 3
traces_with = 1
