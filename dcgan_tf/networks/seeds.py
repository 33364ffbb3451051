"""One seed made into several, so that networks and layers share no random values."""

import numpy as np


def split_seed(seed, n):
    """Makes `n` seeds that are far apart from one.

    Args:
        seed: Int of at least 0, or `None`.
        n: Int, how many.

    Returns:
        A list of `n` ints; of `n` times `None` if the seed is `None`.
    """
    return [None] * n if seed is None else np.random.SeedSequence(seed).generate_state(n).tolist()
