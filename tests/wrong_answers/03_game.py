# %% exercise=1 hint="another fraction"
best_accuracy = scipy.stats.norm.cdf(2)

# %% exercise=1 hint="better than guessing"
best_accuracy = 0.5


# %% exercise=2 hint="still differs"
def mended(logits):
    return 1 - logits


# %% exercise=2 hint="or its logit"
def mended(logits):
    return 1 - sigmoid(logits)


# %% exercise=3 hint="Swapping both"
def jensen_shannon(p, q):
    return np.trapezoid(scipy.special.rel_entr(p, (p + q) / 2), grid)


# %% exercise=3 hint="the most there is"
def jensen_shannon(p, q):
    middle = (p + q) / 2
    terms = scipy.special.rel_entr(p, middle) + scipy.special.rel_entr(q, middle)
    return np.trapezoid(terms, grid)


# %% exercise=3 hint="0 times ln 0"
def jensen_shannon(p, q):
    middle = (p + q) / 2
    with np.errstate(all="ignore"):
        return np.trapezoid(p * np.log(p / middle) + q * np.log(q / middle), grid) / 2


# %% exercise=4 hint="rises slowly"
fooling_mean = 0.4
fooling_deviation = 100

# %% exercise=4 hint="found a difference"
fooling_mean = 1
fooling_deviation = 1

# %% exercise=4 hint="is right"
fooling_mean = 0
fooling_deviation = 1


# %% exercise=5 hint="inwards"
def look_ahead(x, y, rate):
    return simultaneous(x, y, rate)


# %% exercise=5 hint="still far from the equilibrium"
def look_ahead(x, y, rate):
    _, ahead_y = simultaneous(x, y, rate)
    return x - rate * ahead_y, y + rate * x


# %% exercise=5 hint="goes elsewhere"
def look_ahead(x, y, rate):
    ahead_x, ahead_y = simultaneous(x, y, 0.5)
    return x - rate * ahead_y, y + rate * ahead_x


# %% exercise=6 hint="still turns"
smallest_weight = 0.5

# %% exercise=6 hint="Less would do"
smallest_weight = 2

# %% exercise=6 hint="Without R1 it turns"
smallest_weight = 0
