import pytest

from dcgan_tf.networks import image_shape, pairs


@pytest.mark.thorough
def test_default_pair_fits_each_size():
    for size in range(image_shape.SMALLEST, image_shape.LARGEST + 1, 13):
        shape = (size, image_shape.SMALLEST + image_shape.LARGEST - size, 1)
        generator, discriminator = pairs.build_pair("default", shape)
        assert generator.output_shape == discriminator.input_shape == (None, *shape)
