import pytest

from dcgan_tf.networks import pairs


@pytest.mark.parametrize(
    ("image_shape", "reason"),
    [
        ((15, 28, 1), "too small"),
        ((28, 129, 1), "too large"),
        ((28, 28, 2), "neither grey nor RGB"),
        ((28, 28), "no image shape"),
        ((28.0, 28, 1), "no image shape"),
        ("28", "no image shape"),
        (None, "no image shape"),
    ],
)
def test_other_shapes_are_refused_with_the_reason(image_shape, reason):
    with pytest.raises(ValueError, match=f"{reason}.*Received: .*16 to 128 pixels"):
        pairs.build_pair("default", image_shape)
