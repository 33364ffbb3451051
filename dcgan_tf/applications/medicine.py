"""Medicine (Article 3, section 5): simulated radiographs of bones, or your images from MedMNIST.

The package contains no real radiograph (an X-ray image). The images that it trains on by default
are SIMULATED: `simulate_bones` draws them from a few shapes and noise. They look somewhat like
radiographs of a long bone, but they say nothing about any real bone. With
`--data pneumoniamnist.npz` you train on real radiographs, in the layout of MedMNIST (Yang et al.
2023). Generated images are not for clinical use.
"""

import numpy as np
from scipy import ndimage

from dcgan_tf.applications.conditional import ConditionalDigits
from dcgan_tf.data import rendering

SIMULATED = "simulated-bones"
SIDE = 48  # pixels of a simulated radiograph
IMAGES, HELD_OUT = 4000, 1000


class Radiographs(ConditionalDigits):
    """Generates radiographs of long bones, whole or broken as you ask. The data is simulated.

    References:
        Yang et al. 2023, https://doi.org/10.1038/s41597-022-01721-8
    """

    default_data = SIMULATED
    data_names = (SIMULATED, *ConditionalDigits.data_names)
    steps = 5000
    latent_dim = 32

    def load(self):
        if self.data != SIMULATED:
            return super().load()
        if self.image_size is not None:
            raise ValueError(
                f"The simulated bones have {SIDE}x{SIDE} pixels. Received: an image size. Expected "
                "an image size only with data of your own."
            )
        everything, labels = simulate_bones(IMAGES + HELD_OUT)
        self.held_out = everything[IMAGES:]
        self.set_labels(labels[:IMAGES], {0: "0", 1: "1"})
        return everything[:IMAGES]

    def draw(self, model, n=36, seed=0, label=None):
        """Draws generated images, with a caption that they are not for clinical use.

        Args:
            model: `GAN`.
            n: Int, the number of images.
            seed: Int, fixes the noise.
            label: Str, draws only images of this label, or `None` for as many of each label, those
                of the first label at the top.

        Returns:
            uint8 array `(height, width)` or `(height, width, 3)`.
        """
        condition = np.arange(n) * len(self.label_names) // n
        if label is not None:
            condition[:] = self.class_of(label)
        kind = "simulated bones" if self.data == SIMULATED else "your images"
        pictures = rendering.to_uint8(model.generate(n, seed, condition=condition))
        caption = f"generated from {kind}, not for clinical use"
        return rendering.add_caption(rendering.make_grid(pictures, columns=9), caption)


def simulate_bones(n, seed=0):
    """Draws simulated images that look somewhat like radiographs of a long bone.

    A bone is a tilted shaft, which is wider at both ends. It has a dense rim around a spongy
    inside, and soft tissue around it. Every second bone is broken: a dark line runs across the
    shaft, and one part is displaced.

    Args:
        n: Int, the number of images.
        seed: Int, fixes the images.

    Returns:
        A tuple: images, float32 `(n, 48, 48, 1)` in [-1, 1], and labels, int `(n,)`, 1 for broken.
    """
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    pictures = np.empty((n, SIDE, SIDE, 1), np.float32)
    broken = np.arange(n) % 2
    for picture, is_broken in zip(pictures, broken, strict=True):
        tilt, shift = rng.normal(0, 0.2), rng.normal(0, 2)
        along = rows * np.cos(tilt) + columns * np.sin(tilt)
        across = columns * np.cos(tilt) - rows * np.sin(tilt) - shift
        fracture = (along - rng.uniform(-8, 8)) - across * rng.normal(0, 0.5)
        if is_broken:
            across = across + np.where(fracture > 0, rng.choice([-1, 1]) * rng.uniform(1, 3), 0)
        end = np.clip((np.abs(along) - rng.uniform(11, 15)) / 8, 0, 1)
        half_width = rng.uniform(4.5, 6.5) + rng.uniform(3, 5) * end**2
        inside = half_width - np.abs(across)  # pixels from the surface, negative outside
        rim = rng.uniform(1.5, 2.5)
        sponge = ndimage.gaussian_filter(rng.normal(size=(SIDE, SIDE)), 1.5)
        density = np.where(inside > rim, 0.45 + sponge * (0.2 + end), 0.9) * (inside > 0)
        if is_broken:
            density *= 1 - 0.8 * np.exp(-((fracture / 1.2) ** 2))
        tissue = 0.25 * np.exp(-((across / rng.uniform(14, 20)) ** 4))
        shadow = ndimage.gaussian_filter(tissue + 0.7 * density, 0.7)
        picture[..., 0] = 2 * np.clip(shadow, 0, 1) - 1
    return pictures, broken
