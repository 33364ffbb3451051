import numpy as np
import pytest
from helpers import write_idx


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def idx_folder(tmp_path, rng):
    def make(suffix=".gz"):
        arrays = {
            "train-images-idx3-ubyte": rng.integers(0, 256, (5, 20, 24), dtype=np.uint8),
            "train-labels-idx1-ubyte": np.arange(5, dtype=np.uint8),
            "t10k-images-idx3-ubyte": rng.integers(0, 256, (3, 20, 24), dtype=np.uint8),
            "t10k-labels-idx1-ubyte": np.arange(3, dtype=np.uint8),
        }
        for name, array in arrays.items():
            write_idx(tmp_path / (name + suffix), array)
        return tmp_path, arrays

    return make
