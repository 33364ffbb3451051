# %% exercise=1 hint="Convolution: too few"
parameters_of_convolution = 4 * 4 * 4 * 8
parameters_of_dense = (8 * 8 * 4) * (4 * 4 * 8) + 4 * 4 * 8

# %% exercise=1 hint="Dense: too few"
parameters_of_convolution = 4 * 4 * 4 * 8 + 8
parameters_of_dense = (8 * 8 * 4) * (4 * 4 * 8)

# %% exercise=1 hint="Convolution: too many"
parameters_of_convolution = 4 * 4 * (4 * 4 * 4 * 8 + 8)
parameters_of_dense = (8 * 8 * 4) * (4 * 4 * 8) + 4 * 4 * 8


# %% exercise=2 hint="measured by gradients"
def rows_seen(convolutions):
    return sum(kernel for kernel, _ in convolutions)


# %% exercise=2 hint="measured by gradients"
def rows_seen(convolutions):
    rows = 1
    for kernel, stride in convolutions:
        rows = (rows - 1) * stride + kernel
    return rows


# %% exercise=3 hint="Here no longer"
def normalisation(x):
    return broken_normalisation(x)


# %% exercise=3 hint="mean is not 0"
def normalisation(x):
    return x / np.sqrt(x.var(axis=(0, 1, 2)) + 0.001)


# %% exercise=3 hint="The scale"
def normalisation(x):
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return (x - mean) / (variance + 0.001)


# %% exercise=4 hint="rounded up"
first_rows = 100 // 16
first_columns = 60 // 16

# %% exercise=4 hint="halve once more"
first_rows = 13
first_columns = 8

# %% exercise=4 hint="halved as often as the rows"
first_rows = 7
first_columns = 7

# %% exercise=5 hint="A pixel has the value"
dense_generator = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(28 * 28),
        keras.layers.Reshape((28, 28, 1)),
    ]
)

# %% exercise=5 hint="from black to white"
dense_generator = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(28 * 28, activation="sigmoid"),
        keras.layers.Reshape((28, 28, 1)),
    ]
)

# %% exercise=5 hint="Units of its dense layers"
dense_generator = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(28 * 28, activation="tanh"),
        keras.layers.Reshape((28, 28, 1)),
    ]
)
