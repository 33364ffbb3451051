# %% exercise=1 hint="not the discriminator's verdicts"
def verdicts(scores, labels):
    return scores.max(axis=1, keepdims=True)


# %% exercise=1 hint="The shape is"
def verdicts(scores, labels):
    return scores[np.arange(len(labels)), labels]


# %% exercise=1 hint="not the discriminator's verdicts"
def verdicts(scores, labels):
    return scores.sum(axis=1, keepdims=True)


# %% exercise=2 hint="The seed makes no difference"
def write_number(string, seed=0):
    return digit_model.generate(len(string), seed=0, condition=[int(digit) for digit in string])


# %% exercise=2 hint="differ in one place"
def write_number(string, seed=0):
    return digit_model.generate(len(string), seed=seed, condition=[int(string[0])] * len(string))


# %% exercise=2 hint="not the digits of 2014"
def write_number(string, seed=0):
    return digit_model.generate(
        len(string), seed=seed, condition=[9 - int(digit) for digit in string]
    )


# %% exercise=3 hint="not changed"
def outputs(discriminator, change, real_images, fake_images):
    return discriminator(change(real_images)), discriminator(fake_images)


# %% exercise=3 hint="wrong order"
def outputs(discriminator, change, real_images, fake_images):
    return discriminator(change(fake_images)), discriminator(change(real_images))


# %% exercise=3 hint="more than once"
def outputs(discriminator, change, real_images, fake_images):
    return discriminator(change(real_images)), discriminator(change(change(fake_images)))


# %% exercise=4 hint="smaller mean absolute"
best_absolute = -0.4
best_squared = -0.4

# %% exercise=4 hint="smaller mean squared"
best_absolute = -1.0
best_squared = -1.0

# %% exercise=5 hint="another frequency"
probability = 9 / 11

# %% exercise=5 hint="another frequency"
probability = 1 / 3

# %% exercise=5 hint="between 0 and 1"
probability = 1

# %% exercise=6 hint="does the order matter"
kurtosis_stays = False
squares_stay_correlated = False

# %% exercise=6 hint="What stands next to what"
kurtosis_stays = True
squares_stay_correlated = True
