# %% exercise=1 hint="two ends"
def inverse_distribution(u, fractions, edges):
    return np.interp(u, np.cumsum(fractions), edges[1:])


# %% exercise=1 hint="second of two equal bins"
def inverse_distribution(u, fractions, edges):
    return edges[0] + u**4 * (edges[-1] - edges[0])


# %% exercise=1 hint="not where they should be"
def inverse_distribution(u, fractions, edges):
    return edges[0] + u * (edges[-1] - edges[0])


# %% exercise=2 hint="how often it is white"
def free_numbers_of_table(n):
    return 2**n


def free_numbers_of_independent_pixels(n):
    return n


# %% exercise=2 hint="4 pictures of two pixels"
def free_numbers_of_table(n):
    return n**2


def free_numbers_of_independent_pixels(n):
    return n


# %% exercise=2 hint="as much as the others"
def free_numbers_of_table(n):
    return 2**n - 1


def free_numbers_of_independent_pixels(n):
    return 2 * n - 1


# %% exercise=3 hint="one mean for each pixel"
def neighbour_correlation(pictures):
    residuals = pictures - pictures.mean(axis=(0, 1))
    left, right = residuals[:, :, :-1], residuals[:, :, 1:]
    return np.sum(left * right) / np.sqrt(np.sum(left**2) * np.sum(right**2))


# %% exercise=3 hint="columns vary differently"
def neighbour_correlation(pictures):
    residuals = pictures - pictures.mean(axis=0)
    left, right = residuals[:, :, :-1], residuals[:, :, 1:]
    places = np.sum(left * right, axis=0) / np.sqrt(
        np.sum(left**2, axis=0) * np.sum(right**2, axis=0)
    )
    return places.mean()


# %% exercise=3 hint="Equal neighbours"
def neighbour_correlation(pictures):
    residuals = pictures - pictures.mean(axis=0)
    above, below = residuals[:, :-1], residuals[:, 1:]
    return np.sum(above * below) / np.sqrt(np.sum(above**2) * np.sum(below**2))


# %% exercise=4 hint="it repeats them"
def draw_codes(codes, n, rng):
    chosen = codes[rng.integers(len(codes), size=n)]
    return chosen + 1e-6 * rng.normal(size=chosen.shape)


# %% exercise=4 hint="correlations"
def draw_codes(codes, n, rng):
    return rng.normal(codes.mean(axis=0), codes.std(axis=0), size=(n, codes.shape[1]))


# %% exercise=4 hint="means differ"
def draw_codes(codes, n, rng):
    return rng.multivariate_normal(np.zeros(codes.shape[1]), np.cov(codes, rowvar=False), size=n)


# %% exercise=5 hint="all chains went to the same"
def gibbs_step(visible, rng):
    return frozen_step(visible, rng)


# %% exercise=5 hint="hidden ones too"
def gibbs_step(visible, rng):
    return draw(visible_probability(hidden_probability(visible)), rng)


# %% exercise=5 hint="0 or 1"
def gibbs_step(visible, rng):
    return visible_probability(draw(hidden_probability(visible), rng))


# %% exercise=6 hint="and the spread"
lower_number = 2
higher_number = 2.001

# %% exercise=6 hint="The mean of the two"
lower_number = -3
higher_number = 3

# %% exercise=6 hint="and the spread"
lower_number = 2 - 9
higher_number = 2 + 9
