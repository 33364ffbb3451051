"""Several seeds made from one, so that two networks or layers never draw the same values."""

import numpy as np


def split_seed(seed, n):
    """Makes several independent seeds from one.

    Args:
        seed: Int of at least 0, or `None`.
        n: Int, number of seeds.

    Returns:
        A list of `n` ints, or of `n` times `None` if the seed is `None`.
    """
    return [None] * n if seed is None else np.random.SeedSequence(seed).generate_state(n).tolist()
