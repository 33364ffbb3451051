"""What is happening in a GAN's training: rules that read it off a few numbers.

A snapshot of the training holds *measurements*, a dict of numbers that `TrainingDoctor` describes.
A rule is a function of all snapshots so far, the latest last. It returns one line if it finds its
failure, and `None` otherwise.
"""

import statistics

# Each threshold stands between what healthy runs did (six of this package's networks on digits and
# clothes, and the cured recipes of failures.py) and what the broken recipes did, each with three
# seeds. `python benchmarks/doctor.py` measures these ranges; benchmarks/RESULTS.md has them.
HUGE = 1e3  # largest logit: up to 11 in healthy runs, 145 in other failures; above 1e5 before NaN
ALIKE = 1e-4  # diversity: 0 in dead starts; at least 7e-3 in all others where they were found
COPIES = 0.25  # share of near copies: 0 in healthy runs; 0.27 to 0.78 where it is memorising
FLAT = 0.01  # slope and fake probability: above 0.2 in healthy runs; below 4e-5 where it vanishes
WON = 0.99  # the lower accuracy: up to 0.78 in healthy runs; 1 where D has won
UNIFORM = 0.65  # diversity, median of three snapshots: 0.76 to 1.14 healthy, 0.10 to 0.16 collapsed
ONE_CLASS = 0.95  # largest share of a class, median of three: up to 0.92 in healthy runs
SWING = 0.4  # median of four snapshots: at most 0.04 where D has won, 0.60 to 0.77 in oscillation
SURE = 8.0  # largest logit, median of four: at most 5.4 in healthy runs, 13 to 30 in oscillation
SETTLED = 300  # steps: before them healthy images may still be nearly alike (diversity 0.03)


def nan(snapshots):
    """Numbers that are infinite, undefined or about to be."""
    now = snapshots[-1]
    losses = now["generator_loss"], now["discriminator_loss"]
    if None in losses:
        return (
            "NaN: a loss is no number any more, and nothing of this model can be kept: training "
            "stops. Try a learning rate ten times lower, Adam, or the default loss."
        )
    if not _finite(now) or max(now["largest_logit"], *map(abs, losses)) > HUGE:
        logit = "no number" if now["largest_logit"] is None else f"{now['largest_logit']:.1e}"
        return (
            f"NaN soon: the largest logit is {logit}, the losses are {losses[0]:.1e} and "
            f"{losses[1]:.1e}. Try a learning rate ten times lower, Adam, or a loss with a bound."
        )


def dead_start(snapshots):
    """The generator has made one and the same image from all noise since the start."""
    if all(snapshot["diversity"] < ALIKE for snapshot in snapshots):
        return (
            "dead start: the noise makes no difference, all images are the same and were so from "
            "the beginning. Try the default initial weights; all-zero ones never come apart."
        )


def memorising(snapshots):
    """Generated images are training images, by the doctor's own snapshot or by the scorecard's."""
    fraction = max(snapshots[-1]["near_copies"], snapshots[-1].get("val_near_copies") or 0.0)
    if fraction > COPIES:
        return (
            f"memorising: {fraction:.0%} of the images are near copies of training images. Try "
            "more training images, or fewer epochs."
        )


def vanishing_gradient(snapshots):
    """The loss is flat where the generator stands: it cannot learn from it."""
    if _held(
        snapshots,
        2,
        lambda snapshot: max(snapshot["loss_gradient"], snapshot["fake_probability"]) < FLAT,
    ):
        now = snapshots[-1]
        return (
            f"vanishing gradient: D gives fakes a probability of {now['fake_probability']:.1e}, "
            f"and there the generator's loss has a slope of {now['loss_gradient']:.1e} only. Try "
            'loss="sigmoid_cross_entropy", which is steep there.'
        )


def discriminator_won(snapshots):
    """The discriminator is right about everything; nothing the generator does matters."""
    if _held(
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
    """The generator makes few different images, or images of one class only."""
    last = _settled(snapshots)[-3:]
    if len(last) < 3:
        return None
    diversity = statistics.median(snapshot["diversity"] for snapshot in last)
    fraction = statistics.median(snapshot.get("largest_class_fraction", 0) for snapshot in last)
    if diversity < UNIFORM or fraction > ONE_CLASS:
        now = snapshots[-1]
        onto = ""
        if "largest_class" in now:
            onto = f", {now['largest_class_fraction']:.0%} of them read as {now['largest_class']}"
        return (
            f"collapsed: the images are {now['diversity']:.0%} as varied as real ones{onto}. Try "
            "equal learning rates, or a stronger discriminator."
        )


def oscillation(snapshots):
    """All images change together in each epoch, and D is sure of its changing verdicts.

    Healthy images may swing as widely, but only while D is still unsure.
    """
    last = _settled(snapshots)[-4:]
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


# The most specific first: a dead generator also loses every game, and so on.
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
    """Finds what is wrong, if anything is.

    Args:
        snapshots: list of dicts of numbers, as `TrainingDoctor` takes them, the latest last.

    Returns:
        A tuple: a key of `RULES` or `"healthy"`, and one line that says what is seen.
    """
    snapshots = [snapshot for snapshot in snapshots[:-1] if _finite(snapshot)] + snapshots[-1:]
    for finding, rule in RULES.items():
        if message := rule(snapshots):
            return finding, message
    now = snapshots[-1]
    score = now.get("val_frechet_distance")
    state = "healthy" if len(_settled(snapshots)) >= 3 else "nothing wrong yet"
    return "healthy", (
        f"{state}: D is right about {now['real_accuracy']:.0%} of the real and "
        f"{now['fake_accuracy']:.0%} of the generated images, which are {now['diversity']:.0%} as "
        f"varied as real ones{'' if score is None else f'; their Fréchet distance is {score:.3g}'}."
    )


def _held(snapshots, n, condition):
    """Whether the last `n` snapshots all fulfil a condition."""
    return len(snapshots) >= n and all(condition(snapshot) for snapshot in snapshots[-n:])


def _settled(snapshots):
    return [snapshot for snapshot in snapshots if snapshot["steps"] >= SETTLED]


def _finite(snapshot):
    names = ("generator_loss", "discriminator_loss", "generator_gradient", "discriminator_gradient")
    return None not in [snapshot[name] for name in (*names, "largest_logit", "diversity")]
