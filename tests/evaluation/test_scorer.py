import keras
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from dcgan_tf import DCGAN, Scorer, shuffled_batches
from dcgan_tf.evaluation import metrics
from dcgan_tf.evaluation.features import choose_features, digit_features
from dcgan_tf.evaluation.scorer import MEASURES, evaluate, shrink


@pytest.fixture(scope="module")
def scorer(data):
    x_train, x_test = data
    return Scorer(x_train, digit_features(), held_out=x_test, samples=2000)


def blurred(images):
    """Images out of focus, as bright as before."""
    soft = gaussian_filter(images, (0, 3, 3, 0)) + 1
    return (2 * soft / soft.max(axis=(1, 2, 3), keepdims=True) - 1).astype(np.float32)


@pytest.fixture(scope="module")
def cards(data, scorer):
    """Scores of ever worse images: real, of a good and of an early generator, and blurred ones."""
    images = data[0]
    model = DCGAN(seed=0)
    model.compile()
    batches = shuffled_batches(images, 32)
    model.fit(batches, steps_per_epoch=250, verbose=0, shuffle=False)
    noise = keras.random.normal((scorer.samples, 16), seed=0)
    early = model.generator.predict(noise, verbose=0)
    model.fit(batches, steps_per_epoch=250, epochs=3, verbose=0, shuffle=False)
    good = model.generate(scorer.samples, seed=0)
    half = images[np.random.default_rng(5).permutation(len(images))[: scorer.samples]]
    return {
        "real": scorer.score_real(),
        "good": scorer.score(good),
        "early": scorer.score(early),
        "blurred": scorer.score(blurred(half)),
        "collapsed": scorer.score_collapsed(),
    }


@pytest.mark.thorough
@pytest.mark.parametrize(
    "key", ["frechet_distance", "kernel_distance", "class_distance", "reverse_kl"]
)
@pytest.mark.parametrize("worst", ["blurred", "collapsed"])
def test_scores_that_rise_as_images_get_worse(cards, key, worst):
    values = [cards[name][key] for name in ("real", "good", "early", worst)]
    assert values == sorted(values) and len(set(values)) == 4


@pytest.mark.thorough
@pytest.mark.parametrize("key", ["precision", "density"])
def test_scores_of_quality_fall_down_to_blurred_images(cards, key):
    values = [cards[name][key] for name in ("blurred", "early", "good", "real")]
    assert values == sorted(values) and len(set(values)) == 4


@pytest.mark.thorough
@pytest.mark.parametrize("worst", ["blurred", "collapsed"])
def test_coverage_falls_down_to_blurred_images_and_to_a_collapse(cards, worst):
    values = [cards[name]["coverage"] for name in (worst, "early", "good", "real")]
    assert values == sorted(values) and len(set(values)) == 4


@pytest.mark.thorough
def test_recall_falls_down_to_a_collapse_but_forgives_odd_images(cards):
    values = [cards[name]["recall"] for name in ("collapsed", "early", "good")]
    assert values == sorted(values) and len(set(values)) == 3
    # Odd images reach far, and so cover much: recall alone may call a generator as good as real.
    assert cards["good"]["recall"] < cards["real"]["recall"] + 0.05


@pytest.mark.thorough
def test_diversity_is_lost_by_a_collapse(cards):
    assert cards["real"]["diversity"] == pytest.approx(1, abs=0.05)
    assert cards["collapsed"]["diversity"] == 0
    assert cards["blurred"]["diversity"] < 0.6
    assert 0.6 < cards["good"]["diversity"] < 1.2


@pytest.mark.thorough
def test_all_classes_are_covered_but_by_a_collapse(cards):
    covered = [cards[name]["classes_covered"] for name in ("real", "good", "collapsed")]
    assert covered == [10, 10, 1]


@pytest.mark.thorough
def test_near_copies_tell_a_generator_that_memorises(data, scorer, cards):
    generator = np.random.default_rng(0)
    chosen = data[0][generator.permutation(len(data[0]))[: scorer.samples]]
    copies = (chosen + generator.normal(0, 0.05, chosen.shape)).astype(np.float32)
    assert scorer.score(copies)["near_copies"] > 0.95
    assert cards["collapsed"]["near_copies"] == 1  # a real image, again and again
    for name in ("real", "good", "blurred"):
        assert cards[name]["near_copies"] < 0.01


def test_the_numbers_are_those_of_the_functions(small_scorer, data):
    generated = data[1][:100]
    card = small_scorer.score(generated)
    real_half = data[0][np.random.default_rng(0).permutation(400)[:100]]
    (real, real_classes), (fake, classes) = map(digit_features(), (real_half, generated))
    assert card["frechet_distance"] == pytest.approx(metrics.frechet_distance(real, fake))
    assert (card["precision"], card["recall"]) == metrics.precision_recall(real, fake)
    assert (card["density"], card["coverage"]) == metrics.density_coverage(real, fake)
    counts, real_counts = (
        np.bincount(classes, minlength=10),
        np.bincount(real_classes, minlength=10),
    )
    assert card["class_distance"] == pytest.approx(np.abs(counts - real_counts).sum() / 200)
    both = [metrics.class_diversity(shrink(generated), classes, 10)]
    both.append(metrics.class_diversity(shrink(real_half), real_classes, 10))
    assert card["diversity"] == pytest.approx(both[0] / both[1])


def test_images_without_labels_have_a_card_without_classes(data):
    images = data[0][:200]
    card = evaluate(images[:50], Scorer(images, choose_features("photos", images), samples=50), 0)
    keys = {row.key for row in card.rows}
    assert card.classes is None
    assert keys == {key for key, *_ in MEASURES} - {
        "classes_covered",
        "class_distance",
        "reverse_kl",
    }


def test_another_number_of_images_is_refused(small_scorer, data):
    with pytest.raises(ValueError, match="depend on the number of samples"):
        small_scorer.score(data[1][:99])


def test_images_of_a_failed_training_are_refused(small_scorer, data):
    images = data[1][:100].copy()
    images[7, 3, 3] = np.nan
    with pytest.raises(ValueError, match="Received: pixels that are NaN"):
        small_scorer.score(images)


def test_too_few_real_images_are_refused(data):
    with pytest.raises(ValueError, match="Received: 19 real images. Expected at least 20"):
        Scorer(data[0][:19], digit_features())


def test_samples_are_at_most_half_of_the_real_images(data):
    assert Scorer(data[0][:101], digit_features(), samples=1000).samples == 50


def to_bytes(images):
    return np.uint8(127.5 * (images + 1))


RANGES = {
    "bytes": (to_bytes, r"values from 0 to 255 \(uint8\)\. Expected floating"),
    "0..255": (lambda images: to_bytes(images).astype(np.float32), "values from 0 to 255. Exp"),
    "0..1": (lambda images: (images + 1) / 2, r"values from 0 to 1\. .* 2 \* x - 1"),
    "0..2": (lambda images: images + 1, "values from 0 to 2. Expected floating"),
    "booleans": (lambda images: images > 0, r"values from 0 to 1 \(bool\)\. Expected floating"),
}


@pytest.mark.parametrize("name", RANGES)
def test_images_in_another_range_are_refused(small_scorer, data, name):
    change, message = RANGES[name]
    images = change(data[1][:100])
    for score in (small_scorer.score, small_scorer.class_fractions):
        with pytest.raises(ValueError, match=f"generated images .*Received: {message}"):
            score(images)
    with pytest.raises(ValueError, match=f"held-out images .*Received: {message}"):
        Scorer(data[0][:40], digit_features(), held_out=images)
    if name == "0..1":
        with pytest.warns(UserWarning, match=f"real images .*Received: {message}"):
            scorer = Scorer(images, digit_features())
        scorer.score(images[:50])  # the same range as that of the real ones
    else:
        with pytest.raises(ValueError, match=f"real images .*Received: {message}"):
            Scorer(images, digit_features())


def test_odd_images_of_a_generator_are_scored(small_scorer, data):
    """Pixels a little outside of the range, of one value alone, or all bright."""
    rng, images = np.random.default_rng(0), data[1][:100]
    noisy = (1.1 * images + rng.normal(0, 0.05, images.shape)).astype(np.float32)
    bright = rng.uniform(0.5, 1.0, images.shape).astype(np.float32)
    for odd in (noisy, np.zeros_like(images), np.ones_like(images), bright):
        assert np.isfinite(small_scorer.score(odd)["frechet_distance"])


def test_a_bright_real_image_may_stand_for_a_collapse(data):
    images = data[0][:40].copy()
    scorer = Scorer(images, digit_features())
    scorer._second_half = np.abs(scorer._second_half)
    scorer._second_half[:, 0, 0], scorer._second_half[:, 0, 1] = 0.0, 1.0
    assert scorer.score_collapsed()["diversity"] == 0
