# %% exercise=1 hint="just below yours the distance already grows"
largest_rate = 2 / np.mean(load**2)

# %% exercise=1 hint="just above yours the distance still shrinks"
largest_rate = 1 / (2 * np.mean(load**2))

# %% exercise=1 hint="just below yours the distance already grows"
largest_rate = 0.14


# %% exercise=2 hint="goes to the left"
def broken_descent(w, rate, steps):
    for _ in range(steps):
        w = w + rate * gradient(w)
    return w


# %% exercise=2 hint="to the same weight"
def broken_descent(w, rate, steps):
    for _ in range(steps):
        w = w + rate * min(1.0, loss(w))
    return w


# %% exercise=2 hint="One step is not right"
def broken_descent(w, rate, steps):
    return np.sum(load * stretch) / np.sum(load**2)


# %% exercise=3 hint="For "
def gradient_of_first_weight(a, b, c, x, target):
    h = np.tanh(a * x)
    g = np.tanh(c * h)
    return 2 * (b * g - target) * b * (1 - g**2) * c * (1 - h**2)


# %% exercise=3 hint="The sign is wrong"
def gradient_of_first_weight(a, b, c, x, target):
    h = np.tanh(a * x)
    g = np.tanh(c * h)
    return 2 * (target - b * g) * b * (1 - g**2) * c * (1 - h**2) * x


# %% exercise=3 hint="The sign is wrong. Is a link missing?"
def gradient_of_first_weight(a, b, c, x, target):
    h = np.tanh(a * x)
    g = np.tanh(c * h)
    return 2 * (b * g - target) * b * (1 - g**2) * (1 - h**2) * x


# %% exercise=4 hint="has to make the weight smaller"
def make_step(variables, gradients, rate):
    for variable, gradient in zip(variables, gradients, strict=True):
        variable.assign_add(rate * gradient)


# %% exercise=4 hint="by the learning rate"
def make_step(variables, gradients, rate):
    for variable, gradient in zip(variables, gradients, strict=True):
        variable.assign_sub(gradient)


# %% exercise=4 hint="The second variable is wrong"
def make_step(variables, gradients, rate):
    variables[0].assign_sub(rate * gradients[0])
