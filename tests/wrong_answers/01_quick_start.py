# %% exercise=1 hint="nearest"
def to_pixels(x):
    return ((x + 1) * 127.5).astype(np.uint8)


# %% exercise=1 hint="Black is 128"
def to_pixels(x):
    return np.round(127.5 + np.maximum(x, 0) * 127.5).astype(np.uint8)


# %% exercise=1 hint="The type is float64"
def to_pixels(x):
    return np.round((x + 1) * 127.5)


# %% exercise=2 hint="left over"
steps = len(x_train) // 32

# %% exercise=2 hint="part of a step"
steps = len(x_train) / 32

# %% exercise=2 hint="nothing to do"
steps = len(x_train) // 32 + 2

# %% exercise=3 hint="better than one that knows nothing"
discriminator_loss = -math.log(0.9) - math.log(0.1)
generator_loss = -math.log(0.1)

# %% exercise=3 hint="worse than at the equilibrium"
discriminator_loss = -2 * math.log(0.9)
generator_loss = -math.log(0.9)

# %% exercise=3 hint="a mean over real images and a mean over generated"
discriminator_loss = -math.log(0.9)
generator_loss = -math.log(0.1)

# %% exercise=4 hint="Image 1 is not that of vector 1"
way = np.linspace(start, end, 8)
between = model.predict(way, verbose=0)
between[[1, 2, 4, 5, 6]] = 0

# %% exercise=4 hint="The last vector is not end"
way = start + np.arange(8)[:, np.newaxis] / 8 * (end - start)
between = model.predict(way, verbose=0)

# %% exercise=4 hint="steps are not equal"
way = start + np.linspace(0, 1, 8)[:, np.newaxis] ** 2 * (end - start)
between = model.predict(way, verbose=0)
