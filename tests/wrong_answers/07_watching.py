# %% exercise=1 hint="not every second one"
own_grid = SampleGrid(run / "own", rows=1, columns=10, seed=7, every=3)
files_written = 3

# %% exercise=1 hint="One row is wanted"
own_grid = SampleGrid(run / "own", rows=2, columns=5, seed=7, every=2)
files_written = 4

# %% exercise=1 hint="how many epochs have a picture"
own_grid = SampleGrid(run / "own", rows=1, columns=10, seed=7, every=2)
files_written = 5


# %% exercise=2 hint="taken for real"
def typical_probability(generator_loss):
    return 0.5


# %% exercise=2 hint="the discriminator guesses"
def typical_probability(generator_loss):
    return 1 - generator_loss


# %% exercise=2 hint="hard verdict"
def typical_probability(generator_loss):
    return 1 - generator_loss / (2 * math.log(2)) if generator_loss < 1 else 0.2


# %% exercise=3 hint="does not look both ways"
def frechet_of_one(real_mean, real_std, fake_mean, fake_std):
    return (real_mean - fake_mean) ** 2 + fake_std**2 - fake_std * real_std


# %% exercise=3 hint="the distance is off"
def frechet_of_one(real_mean, real_std, fake_mean, fake_std):
    return abs(real_mean - fake_mean) + abs(real_std - fake_std)


# %% exercise=3 hint="not what the package computes"
def frechet_of_one(real_mean, real_std, fake_mean, fake_std):
    return (real_mean - fake_mean) ** 2 + abs(real_std**2 - fake_std**2)


# %% exercise=4 hint="precision again"
precision_of_ones = "below"
recall_of_ones = "below"

# %% exercise=4 hint="recall again"
precision_of_ones = "above"
recall_of_ones = "above"

# %% exercise=4 hint="not 'above' or 'below'"
precision_of_ones = 1
recall_of_ones = 0


# %% exercise=5 hint="still too large"
def mended_distance(real_parts, fake_parts):
    return distance_of_parts(real_parts, fake_parts)


# %% exercise=5 hint="All at once"
def mended_distance(real_parts, fake_parts):
    return distance_of_parts(real_parts, fake_parts) / len(real_parts)


# %% exercise=5 hint="larger distance than all"
def mended_distance(real_parts, fake_parts):
    return metrics.frechet_distance(
        np.concatenate(real_parts[:20]), np.concatenate(fake_parts[:20])
    )
