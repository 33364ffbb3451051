"""Rules that tell from a few numbers what goes wrong in the training of a GAN.

The numbers are *measurements*, which `TrainingDoctor` describes. A snapshot is a dict of them,
taken at the end of an epoch. A rule is a function that takes all snapshots so far, the latest last.
If it finds its failure, it returns a message of one line, otherwise `None`.

D is the discriminator. Its output for an image is a logit; the sigmoid of the logit is the
probability that D gives to "real".
"""

import statistics

# Each threshold lies between the values of healthy runs and those of failures. The healthy runs are
# six trainings of this package's networks on digits and clothes, and the cured recipes of
# failures.py. The failures are its broken recipes, each with three seeds. The comments give the
# ranges, of single snapshots or of the median of the last ones. `python benchmarks/doctor.py`
# measures them, and benchmarks/RESULTS.md has them all.
HUGE = 1e3  # largest logit: up to 11 if healthy, up to 145 in other failures; above 1e5 before NaN
ALIKE = 1e-4  # diversity: 0 in dead starts; at least 7e-3 in the other failures and if healthy
COPIES = 0.25  # fraction of near copies: 0 if healthy; 0.27 to 0.78 if memorising
FLAT = 0.01  # loss gradient and fake probability: above 0.2 if healthy; below 4e-5 if vanishing
WON = 0.99  # the lower of both accuracies: up to 0.78 if healthy; 1 if D has won
UNIFORM = 0.65  # diversity, median of three: 0.76 to 1.14 if healthy; 0.10 to 0.16 if collapsed
ONE_CLASS = 0.95  # fraction of the largest class, median of three: up to 0.92 if healthy
SWING = 0.4  # swing, median of four: up to 0.04 if D has won; 0.60 to 0.77 if oscillating
SURE = 8.0  # largest logit, median of four: up to 5.4 if healthy; 13 to 30 if oscillating
SETTLED = 300  # training steps; before, healthy images may still be nearly alike (diversity 0.03)


def nan(snapshots):
    """Finds numbers that are infinite or NaN (not a number), or will soon become so."""
    now = snapshots[-1]
    losses = now["generator_loss"], now["discriminator_loss"]
    if None in losses:
        return (
            "NaN: a loss is not a number any more, so the model can learn nothing and training "
            "stops. Try a learning rate ten times lower, Adam, or the default loss."
        )
    if not _is_finite(now) or max(now["largest_logit"], *map(abs, losses)) > HUGE:
        logit = "not a number" if now["largest_logit"] is None else f"{now['largest_logit']:.1e}"
        return (
            f"NaN soon: the largest logit is {logit}, the losses are {losses[0]:.1e} and "
            f"{losses[1]:.1e}. Try a learning rate ten times lower, Adam, or a loss with a bound."
        )


def dead_start(snapshots):
    """Finds a generator that has made the same image from all noise since the start."""
    if all(snapshot["diversity"] < ALIKE for snapshot in snapshots):
        return (
            "dead start: the noise makes no difference, and all images have been the same from the "
            "beginning. Try the default initial weights, because all-zero weights stay equal."
        )


def memorising(snapshots):
    """Finds generated images that are near copies of training images.

    The doctor counts them in its snapshot, and so does `Scorecard` if it runs.
    """
    fraction = max(snapshots[-1]["near_copies"], snapshots[-1].get("val_near_copies") or 0.0)
    if fraction > COPIES:
        return (
            f"memorising: {fraction:.0%} of the images are near copies of training images. Try "
            "more training images, or fewer epochs."
        )


def vanishing_gradient(snapshots):
    """Finds a loss whose gradient is nearly zero, so that the generator cannot learn from it."""
    if _hold_for_last(
        snapshots,
        2,
        lambda snapshot: max(snapshot["loss_gradient"], snapshot["fake_probability"]) < FLAT,
    ):
        now = snapshots[-1]
        return (
            f"vanishing gradient: D gives fakes a probability of {now['fake_probability']:.1e}, "
            f"where the generator's loss has a gradient of only {now['loss_gradient']:.1e}. Try "
            'loss="sigmoid_cross_entropy", whose gradient is large there.'
        )


def discriminator_won(snapshots):
    """Finds a discriminator that is right about every image, whatever the generator does."""
    if _hold_for_last(
        snapshots,
        2,
        lambda snapshot: min(snapshot["real_accuracy"], snapshot["fake_accuracy"]) > WON,
    ):
        now = snapshots[-1]
        return (
            f"discriminator won: it is right about {now['real_accuracy']:.1%} of the real and "
            f"{now['fake_accuracy']:.1%} of the generated images; the generator's loss is "
            f"{now['generator_loss']:.1f}. Try equal learning rates, or a lower one for D."
        )


def collapse(snapshots):
    """Finds a generator that makes only few different images, or images of only one class."""
    last = _select_settled(snapshots)[-3:]
    if len(last) < 3:
        return None
    diversity = statistics.median(snapshot["diversity"] for snapshot in last)
    fraction = statistics.median(snapshot.get("largest_class_fraction", 0) for snapshot in last)
    if diversity < UNIFORM or fraction > ONE_CLASS:
        now = snapshots[-1]
        and_class = ""
        if "largest_class" in now:
            and_class = (
                f", and {now['largest_class_fraction']:.0%} of them are classified as "
                f"{now['largest_class']}"
            )
        return (
            f"collapsed: the images are {now['diversity']:.0%} as varied as real ones{and_class}. "
            "Try equal learning rates, or a stronger discriminator."
        )


def oscillation(snapshots):
    """Finds images that all change together from epoch to epoch, while D is sure of its verdicts.

    In a healthy run the images may change as much, but only while D is still unsure.
    """
    last = _select_settled(snapshots)[-4:]
    if len(last) < 4:
        return None
    swing, logit = (
        statistics.median(snapshot[name] for snapshot in last)
        for name in ("swing", "largest_logit")
    )
    if swing > SWING and logit > SURE:
        return (
            f"oscillating: in one epoch the mean image moves {swing:.0%} of the distance between "
            f"two real images, and D's logits reach {logit:.0f}. Try Adam with beta_1=0.5 and "
            "lower learning rates."
        )


# The first rule that finds its failure decides, so the most specific failures come first: D also
# wins, for example, if the generator is dead.
RULES = {
    "nan": nan,
    "dead-start": dead_start,
    "memorising": memorising,
    "vanishing-gradient": vanishing_gradient,
    "discriminator-won": discriminator_won,
    "collapse": collapse,
    "oscillation": oscillation,
}


def diagnose(snapshots):
    """Finds the failure in a training, if there is one.

    Args:
        snapshots: list of dicts of numbers, as `TrainingDoctor` takes them, the latest last.

    Returns:
        A tuple: a key of `RULES` or `"balanced"`, and a message of one line that says what the
        numbers show and, for a failure, what to try.
    """
    snapshots = [snapshot for snapshot in snapshots[:-1] if _is_finite(snapshot)] + snapshots[-1:]
    for finding, rule in RULES.items():
        if message := rule(snapshots):
            return finding, message
    now = snapshots[-1]
    score = now.get("val_frechet_distance")
    state = "balanced" if len(_select_settled(snapshots)) >= 3 else "nothing wrong yet"
    quality = "Only your eyes or a score can tell how good they are"
    if score is not None:
        quality = f"Their Fréchet distance from the data is {score:.3g}"
    return "balanced", (
        f"{state}: D is right about {now['real_accuracy']:.0%} of the real and "
        f"{now['fake_accuracy']:.0%} of the generated images, which are {now['diversity']:.0%} as "
        f"varied as real ones. {quality}."
    )


def _hold_for_last(snapshots, n, condition):
    """Says whether the last `n` snapshots all fulfil a condition."""
    return len(snapshots) >= n and all(condition(snapshot) for snapshot in snapshots[-n:])


def _select_settled(snapshots):
    """Selects the snapshots that were taken when the images had settled."""
    return [snapshot for snapshot in snapshots if snapshot["steps"] >= SETTLED]


def _is_finite(snapshot):
    """Says whether a snapshot has numbers for all measurements that the rules need."""
    names = ("generator_loss", "discriminator_loss", "generator_gradient", "discriminator_gradient")
    return None not in [snapshot[name] for name in (*names, "largest_logit", "diversity")]
