import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Rectangle

from dcgan_tf.diagrams import PALE, PARTS, draw_convolution, draw_gan


@pytest.fixture
def axes():
    figure, axes = plt.subplots(figsize=(8, 3.7), layout="constrained")
    yield axes
    plt.close(figure)


def texts(axes):
    return {text.get_text(): text.get_color() for text in axes.texts}


def test_lit_parts_have_colour_and_hidden_parts_are_absent(axes):
    draw_gan(axes, lit=["generator"])
    colours = texts(axes)
    assert {name for name, colour in colours.items() if colour != PALE} == {
        "generator\n$G$",
        "generated\nimages",
    }
    assert "label $y$" not in colours and "gen_tape" not in colours
    draw_gan(axes, lit=PARTS, hidden=())
    assert PALE not in texts(axes).values() and {"label $y$", "gen_tape"} < texts(axes).keys()


def test_all_of_the_drawing_is_inside_and_no_two_boxes_overlap(axes):
    draw_gan(axes, lit=PARTS, hidden=["tapes"])
    axes.figure.canvas.draw()
    frame = axes.get_window_extent()
    texts = [text.get_window_extent() for text in axes.texts]
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in texts)
    assert not any(a.overlaps(b) for i, a in enumerate(texts) for b in texts[:i])


def test_an_unknown_part_is_refused(axes):
    with pytest.raises(ValueError, match="Received: 'critic'. Expected any of: noise"):
        draw_gan(axes, lit=["critic"])


@pytest.mark.parametrize("transposed", [False, True])
def test_neighbouring_pixels_have_squares_two_pixels_apart(axes, transposed):
    draw_convolution(axes, transposed)
    filled = [p for p in axes.patches if isinstance(p, Rectangle) and p.get_alpha()]
    squares = [p for p in filled if p.get_width() == 4]
    pixels = [p for p in filled if p.get_width() == 2]
    assert len(squares) == len(pixels) == 2
    assert squares[1].get_x() - squares[0].get_x() == 2  # the stride
    assert (pixels[0].get_x() < squares[0].get_x()) == transposed
    assert all(right <= axes.get_xlim()[1] for right in (p.get_x() + 4 for p in squares))
