from dcgan_tf import applications, load_dataset
from dcgan_tf.applications import (
    image_to_image,
)


def test_of_many_images_some_are_taken_at_random(monkeypatch):
    every = {image.tobytes() for image in load_dataset("mnist-10k")[0][0]}
    monkeypatch.setattr(image_to_image, "MOST_IMAGES", 50)
    one, other = (applications.load("translation")(seed) for seed in (0, 1))
    assert len(one.samples) == len(one.condition) == 50
    chosen, others = ({image.tobytes() for image in each.samples} for each in (one, other))
    assert len(chosen) == 50 and chosen < every and chosen != others
