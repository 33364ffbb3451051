import pytest

from dcgan_tf.monitoring import failures, rules
from dcgan_tf.monitoring.training_doctor import TrainingDoctor


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["dead-start", "nan"])
def test_recipe_ends_in_its_failure(name):
    recipe = failures.make(name)
    recipe.images = recipe.images[:2000]
    watch = TrainingDoctor(recipe.images, verbose=0)
    recipe.fit([watch])
    assert watch.findings[-1]["finding"] == name


def test_recipes():
    assert set(failures.FAILURES) == set(rules.RULES)
    broken, cured = failures.make("collapse"), failures.make("collapse", cured=True)
    rates = [
        float(recipe.model.discriminator_optimizer.learning_rate) for recipe in (broken, cured)
    ]
    assert rates[0] < rates[1] == float(cured.model.generator_optimizer.learning_rate)
    assert broken.why != cured.why
    with pytest.raises(ValueError, match="Received: name='wgan'. Expected one of discriminator"):
        failures.make("wgan")
