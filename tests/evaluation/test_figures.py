import numpy as np

from dcgan_tf.evaluation import figures


def test_the_closest_pairs_show_a_copy_first(data):
    generated, real_images = data[1][:40].copy(), data[0][:500]
    generated[17] = real_images[123]
    picture = figures.draw_closest_pairs(generated, real_images)
    first, below = picture[2:58, 2:58], picture[60:116, 2:58]
    np.testing.assert_array_equal(first, below)
    pixels = np.rint((real_images[123, ..., 0] + 1) * 127.5)
    np.testing.assert_array_equal(first[::2, ::2], pixels)


def test_classes_may_have_any_name(tmp_path, recwarn):
    names = ["$x_$ 5^", "caf\udce9", "two\nlines", "a very long name of a class", "猫"]
    fractions = [0.2] * len(names)
    classes = {"labels": names, "generated": fractions, "data": fractions}
    figures.plot_class_fractions(classes, tmp_path / "classes.png")
    assert (tmp_path / "classes.png").stat().st_size > 1000 and not recwarn.list
