# %% exercise=1 hint="it is still"
steps = 1

# %% exercise=1 hint="before that"
steps = 10

# %% exercise=1 hint="A number of steps"
steps = math.log(0.5) / math.log(0.9)


# %% exercise=2 hint="falls as the logit grows"
def times_as_steep(logit):
    return math.exp(logit)


# %% exercise=2 hint="equally steep"
def times_as_steep(logit):
    return 1 - 1 / (1 + math.exp(-logit))


# %% exercise=2 hint="another ratio"
def times_as_steep(logit):
    return math.exp(-2 * logit)


# %% exercise=3 hint="what is sent back"
not_zero = 14

# %% exercise=3 hint="what comes in here"
not_zero = 1

# %% exercise=3 hint="moves in any case"
not_zero = 0

# %% exercise=4 hint="something else in Ann"
findings = {"Ann": "oscillation", "Bob": "discriminator-won", "Cleo": "oscillation"}

# %% exercise=4 hint="something else in Bob"
findings = {"Ann": "collapse", "Bob": "collapse", "Cleo": "oscillation"}

# %% exercise=4 hint="none of"
findings = {"Ann": "collapsed", "Bob": "discriminator-won", "Cleo": "oscillation"}

# %% exercise=5 hint="The first step is"
patient_adam = hasty_adam


# %% exercise=5 hint="Keras' Adam is elsewhere"
def patient_adam(w, gradients, rate, beta_1=0.5, beta_2=0.999):
    for g in gradients:
        w = w - rate * np.sign(g)
    return w


# %% exercise=6 hint="the dense layers are left"
def count_weights(f):
    return 16 * f + 16 * f * 2 * f + 16 * (2 * f + 1) * 4 * f + 64 * f * 128 + 128


# %% exercise=6 hint="Keras counts another number"
def count_weights(f):
    convolutions = (16 * f + f) + (16 * f * 2 * f + 2 * f) + (16 * (2 * f + 1) * 4 * f + 4 * f)
    return convolutions + ((4 * 4 * 4 * f + 1) * 128 + 128) + (128 + 1)


# %% exercise=6 hint="nearly three times"
def count_weights(f):
    return 8192 * f + 257
