import pytest

from dcgan_tf.networks import image_shape as supported
from dcgan_tf.networks import pairs
from dcgan_tf.runs import words


@pytest.mark.parametrize(
    ("image_shape", "reason"),
    [
        ((15, 28, 1), "too small"),
        ((28, 257, 1), "too large"),
        ((28, 28, 4), "transparency; give them a background"),
        ((28, 28, 2), "neither grey nor RGB"),
        ((28, 28), "no image shape"),
        ((28.0, 28, 1), "no image shape"),
        ("28", "no image shape"),
        (None, "no image shape"),
    ],
)
def test_other_shapes_are_refused_with_the_reason(image_shape, reason):
    with pytest.raises(ValueError, match=f"{reason}.*Received: .*16 to 256 pixels"):
        pairs.build_pair("default", image_shape)


def test_the_command_line_takes_the_same_sizes():
    sizes = supported.SMALLEST, supported.LARGEST
    assert sizes == (words.SMALLEST_SIDE, words.LARGEST_SIDE)


@pytest.mark.parametrize("shape", [(256, 256, 3), (16, 256, 1), (200, 136, 3)])
def test_the_largest_images_get_networks_that_fit_them(shape):
    generator, discriminator = pairs.build_pair("default", shape, latent_dim=8, seed=0)
    assert generator.output_shape == (None, *shape)
    assert discriminator.output_shape == (None, 1)
