from dcgan_tf.networks import image_shape, pairs


def test_default_pair_fits_each_size():
    for size in range(image_shape.SMALLEST, image_shape.LARGEST + 1, 7):
        generator, discriminator = pairs.build_pair("default", (size, 144 - size, 1))
        assert generator.output_shape == discriminator.input_shape == (None, size, 144 - size, 1)
