"""The game of docs/game.md in a real browser: its mathematics are the package's, and it works.

JavaScript computes in float64, TensorFlow in float32. After a hundred steps the losses may differ
by 1e-3 and the weights by 2e-3: the measured differences are some ten times smaller.
"""

import hashlib
import json
import pathlib
import re
import shutil
import subprocess

import chromium
import jupytext
import keras
import numpy as np
import pytest

from dcgan_tf import GAN
from dcgan_tf.gan.regularizers import R1, GradientPenalty

pytest.importorskip("selenium.webdriver")
from selenium.webdriver import ActionChains, Keys  # noqa: E402
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402

ROOT = pathlib.Path(__file__).parents[1]
SOURCES = ROOT / "javascript" / "game"
needs_browser = pytest.mark.skipif(chromium.IS_MISSING, reason=chromium.REASON)
BATCH, STEPS, LATENT_DIM = 24, 100, 3
LAYERS = {"relu": keras.layers.ReLU, "tanh": lambda: keras.layers.Activation("tanh")}
CASES = {
    "non-saturating, SGD": {"loss": "sigmoid_cross_entropy", "optimizer": "sgd"},
    "non-saturating, Adam, R1": {"optimizer": "adam", "weight": 0.5, "activation": "tanh"},
    "saturating, SGD, R1": {"loss": "minimax", "optimizer": "sgd", "weight": 0.1},
    "saturating, Adam, two steps of D": {"loss": "minimax", "discriminator_steps": 2},
    "Wasserstein, SGD": {"loss": "wasserstein", "optimizer": "sgd", "weight": 1.0},
    "Wasserstein, Adam, three steps of D": {
        "loss": "wasserstein",
        "weight": 2.0,
        "activation": "tanh",
        "discriminator_steps": 3,
    },
}
DEFAULTS = {"loss": "sigmoid_cross_entropy", "optimizer": "adam", "weight": 0.0}
DEFAULTS |= {"activation": "relu", "discriminator_steps": 1}

# Plays the page's game from given weights, with given noise and data.
PLAY = """
const {GAN, Network, OPTIMIZERS, Random} = dcganGame, {setup} = arguments[0];
const load = (network, weights) => network.variables.forEach((v, k) => v.set(weights[k]));
const generator = new Network(setup.generatorSizes, setup.activation, new Random(0));
const discriminator = new Network(setup.discriminatorSizes, setup.activation, new Random(0));
load(generator, setup.generator);
load(discriminator, setup.discriminator);
const optimizer = () => new OPTIMIZERS[setup.optimizer](setup.optimizerOptions);
const gan = new GAN({generator, discriminator, generatorOptimizer: optimizer(),
    discriminatorOptimizer: optimizer(), loss: setup.loss, penaltyWeight: setup.weight,
    discriminatorSteps: setup.discriminatorSteps});
const take = (recorded) => Float64Array.from(recorded.shift());
const random = {normals: () => take(setup.noise), uniforms: () => take(setup.epsilon)};
const losses = setup.data.map((batch) =>
    gan.trainStep(Float64Array.from(batch), setup.batch, random));
return {losses, left: setup.noise.length + setup.epsilon.length,
    weights: [...generator.variables, ...discriminator.variables].map((v) => [...v])};
"""


def build_network(sizes, activation, seed):
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    layers = [keras.Input((sizes[0],))]
    for units in sizes[1:]:
        layers += [keras.layers.Dense(units, kernel_initializer=initializer), LAYERS[activation]()]
    return keras.Sequential(layers[:-1])


def draw_as_the_model_does(seed, weight, loss, discriminator_steps):
    """The noise and the epsilon that `GAN` will draw, in its order."""
    seeds, noise, epsilon = keras.random.SeedGenerator(seed), [], []
    for _ in range(STEPS * discriminator_steps):
        noise.append(np.ravel(keras.random.normal((BATCH, LATENT_DIM), seed=seeds)).tolist())
        if weight and loss == "wasserstein":
            epsilon.append(np.ravel(keras.random.uniform((BATCH, 1), seed=seeds)).tolist())
    return noise, epsilon


def train_in_python(case, data):
    """Trains `GAN`, and returns what the page needs to play the same game, and what came out."""
    loss, weight, steps = case["loss"], case["weight"], case["discriminator_steps"]
    sizes = {"generatorSizes": [LATENT_DIM, 16, 16, 2], "discriminatorSizes": [2, 16, 16, 1]}
    generator, discriminator = (
        build_network(each, case["activation"], seed) for seed, each in enumerate(sizes.values())
    )
    initial = [
        [np.ravel(v.numpy()).tolist() for v in network.trainable_variables]
        for network in (generator, discriminator)
    ]
    if case["optimizer"] == "adam":
        options = {"rate": 0.002, "beta1": 0.5, "beta2": 0.9}
        optimizers = [keras.optimizers.Adam(0.002, beta_1=0.5, beta_2=0.9) for _ in range(2)]
    else:
        options = {"rate": 0.05}
        optimizers = [keras.optimizers.SGD(0.05) for _ in range(2)]
    penalty = {"wasserstein": GradientPenalty}.get(loss, R1)(weight) if weight else None
    model = GAN(generator, discriminator, LATENT_DIM, seed=7)
    model.compile(*optimizers, loss=loss, regularizer=penalty, discriminator_steps=steps)
    losses = []
    for batch in data:
        model.reset_metrics()
        logs = model.train_on_batch(batch, return_dict=True)
        losses.append((float(logs["generator_loss"]), float(logs["discriminator_loss"])))
    noise, epsilon = draw_as_the_model_does(7, weight, loss, steps)
    setup = {
        **sizes,
        **{name: case[name] for name in ("activation", "optimizer", "loss", "weight")},
        **{"generator": initial[0], "discriminator": initial[1], "optimizerOptions": options},
        **{"noise": noise, "epsilon": epsilon, "batch": BATCH, "discriminatorSteps": steps},
        "data": [np.ravel(batch).tolist() for batch in data],
    }
    variables = [*generator.trainable_variables, *discriminator.trainable_variables]
    return setup, losses, [np.ravel(v.numpy()) for v in variables]


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    return build_page(tmp_path_factory.mktemp("game"), "docs/game.md", "en")


@pytest.fixture(scope="module")
def chinese_page_file(tmp_path_factory):
    return build_page(tmp_path_factory.mktemp("game"), "docs/zh/game.md", "zh-CN")


def build_page(folder, source, language):
    """Builds the page alone in the documentation's theme; without Sphinx it is a bare page."""
    text = (ROOT / source).read_text(encoding="utf-8")
    try:
        import furo  # noqa: F401
        import myst_nb  # noqa: F401
        from sphinx.cmd.build import build_main
    except ImportError:
        shutil.copytree(ROOT / "docs" / "static", folder / "_static")
        inner = re.search(r"```\{raw\} html\n(.*?)```", text, re.S)[1]
        head = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>game</title>'
        head += '<meta name="viewport" content="width=device-width"><body>'
        (folder / "game.html").write_text(head + inner, encoding="utf-8")
        return folder / "game.html"
    (folder / "game.md").write_text(text, encoding="utf-8")
    static = str(ROOT / "docs" / "static")
    (folder / "conf.py").write_text(
        'extensions = ["myst_nb"]\nhtml_theme = "furo"\nroot_doc = "game"\n'
        f'language = "{language.replace("-", "_")}"\nhtml_search_language = "en"\n'
        f'html_static_path = [{static!r}]\nhtml_css_files = ["code_fits.css"]\n'
    )
    assert build_main(["-q", "-b", "html", str(folder), str(folder / "out")]) == 0
    return folder / "out" / "game.html"


@pytest.fixture(scope="module")
def browser():
    with chromium.start() as driver:
        driver.set_script_timeout(300)  # a busy machine takes long for a thousand steps
        yield driver


@pytest.fixture
def page(browser, page_file):
    chromium.emulate(browser, 1200, "light")
    browser.get("about:blank")
    browser.get(page_file.as_uri())
    return browser


def choose(page, name, value):
    Select(page.find_element("id", f"game-{name}")).select_by_value(str(value))


def press(page, name, *keys):
    """Puts the focus on an element, and presses keys."""
    page.execute_script("document.getElementById(arguments[0]).focus()", name)
    ActionChains(page).send_keys(*keys).perform()


def steps_made(page):
    return page.execute_script("return dcganGame.page.session.steps")


def pixels(page):
    """What the picture shows, as a checksum."""
    return page.execute_script("return dcganGame.page.view.element.toDataURL()")


@needs_browser
@pytest.mark.parametrize("name", CASES)
def test_the_page_plays_the_game_of_the_package(browser, page_file, name):
    rng = np.random.default_rng(0)
    data = rng.normal([1, -1], [0.5, 0.2], (STEPS, BATCH, 2)).astype(np.float32)
    setup, losses, weights = train_in_python({**DEFAULTS, **CASES[name]}, data)
    if not browser.current_url.endswith("game.html"):
        browser.get(page_file.as_uri())
    result = browser.execute_script(PLAY, {"setup": setup})
    assert result["left"] == 0, "all of the recorded noise was used"
    played = [(each["generatorLoss"], each["discriminatorLoss"]) for each in result["losses"]]
    np.testing.assert_allclose(played, losses, atol=1e-3)
    for mine, theirs in zip(result["weights"], weights, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=2e-3)
    start = np.concatenate([*setup["generator"], *setup["discriminator"]])
    assert np.abs(np.concatenate(weights) - start).max() > 0.05, "they have learned something"


@needs_browser
def test_no_message_and_no_request(page, page_file):
    page.find_element("id", "game-play").click()
    WebDriverWait(page, 20).until(lambda page: steps_made(page) > 20)
    page.find_element("id", "game-play").click()
    made = steps_made(page)
    assert page.find_element("id", "game-status").text.startswith(f"Stopped at step {made}.")
    assert page.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    sent = [e["params"]["request"]["url"] for e in events if e["method"].endswith("BeSent")]
    assert page_file.as_uri() in sent
    assert [url for url in sent if not url.startswith(("file:", "data:", "about:"))] == []


@needs_browser
@pytest.mark.thorough
@pytest.mark.parametrize(
    "preset", ["ring", "line", "collapse", "circles", "vanishing", "wasserstein"]
)
def test_a_preset_shows_what_it_says(page, preset):
    """Trains the preset, with two kinds of first weights, and measures the samples."""
    script = """
        const {PRESETS, Session} = dcganGame, [preset, steps, change] = arguments;
        const measure = (session) => {
            session.measure();
            const {fake, dimensions, centre, modes, pull} = session, n = fake.length / dimensions;
            const mean = (f) => fake.reduce((sum, x, i) => sum + f(x, i), 0) / n;
            const spread = Math.sqrt(mean((x, i) => (x - centre[i % dimensions]) ** 2));
            const last = (curve) => curve.points.slice(-20).reduce((a, b) => a + b) / 20;
            const arrow = [...pull].map(Math.abs).sort((a, b) => a - b)[pull.length >> 1];
            return {spread, centre, modes, arrow, losses: [session.curves.generator,
                session.curves.discriminator].map(last)};
        };
        return [1, 2].map((seed) => {
            const session = new Session({...PRESETS[preset], ...change}, [], seed);
            const past = [];
            for (let i = 1; i <= steps; i++) {
                session.step();
                if (i % (steps / 10) === 0) past.push(measure(session));
            }
            return past;
        });"""

    def train(steps, **change):
        return page.execute_script(script, preset, steps, change)

    if preset == "ring":
        for past in train(1400):
            assert past[-1]["modes"] >= 7
            np.testing.assert_allclose(past[-1]["losses"], [np.log(2), 2 * np.log(2)], atol=0.05)
    elif preset == "line":
        for past in train(600):
            assert past[-1]["modes"] == 2 and abs(past[-1]["spread"] - 1.54) < 0.3
    elif preset == "collapse":
        for past in train(800):
            assert np.median([each["spread"] for each in past]) < 1, "that of the ring is 2"
            np.testing.assert_allclose(past[-1]["losses"], [np.log(2), 2 * np.log(2)], atol=0.2)
        cured = train(800, discriminatorRate=0.2, penaltyWeight=0.1)
        assert all(past[-1]["spread"] > 1.7 for past in cured)
    elif preset == "circles":
        for past in train(800):
            distances = [np.hypot(*each["centre"]) for each in past]
            assert min(distances) > 0.7
            assert min(each["centre"][0] for each in past) < -0.5, "it has gone round"
        assert all(np.hypot(*past[-1]["centre"]) < 0.3 for past in train(800, penaltyWeight=0.3))
    elif preset == "vanishing":
        for past in train(300):
            assert past[-1]["centre"][0] < -1.8 and past[-1]["arrow"] < 0.01
        for past in train(300, loss="sigmoid_cross_entropy"):
            assert past[-1]["centre"][0] > -0.5 and past[0]["arrow"] > 0.2
    else:
        for past in train(500):
            assert 1.1 < past[-1]["spread"] < 1.6 and -0.5 < past[-1]["losses"][1] < 0


@needs_browser
def test_it_is_played_by_keyboard(page):
    page.execute_script("document.getElementById('game-preset-ring').focus()")
    reached = ["game-preset-ring"]
    while reached[-1] != "game-headStart" and len(reached) < 40:
        ActionChains(page).send_keys(Keys.TAB).perform()
        focused = page.switch_to.active_element
        reached.append(focused.get_attribute("id"))
        assert focused.value_of_css_property("outline-style") == "solid"
    names = "preset-wasserstein play step reset seed speed show-field show-arrows data networks"
    names += " loss penaltyWeight optimizer beta1 generatorRate discriminatorRate"
    for name in f"{names} discriminatorSteps headStart".split():
        assert f"game-{name}" in reached
    press(page, "game-step", Keys.ENTER)
    assert steps_made(page) == 1
    press(page, "game-preset-collapse", Keys.SPACE)
    button = page.find_element("id", "game-preset-collapse")
    assert button.get_attribute("aria-pressed") == "true" and steps_made(page) == 0
    for tag in ("select", "input"):
        for element in page.find_elements("css selector", f"#game {tag}"):
            assert element.accessible_name, element.get_attribute("id")


@needs_browser
@pytest.mark.parametrize("data", ["points", "line"])
def test_own_points_by_pointer_and_by_keyboard(page, data):
    choose(page, "data", data)
    assert not page.find_element("id", "game-play").is_enabled()
    assert "Set some points first" in page.find_element("id", "game-status").text
    canvas = page.find_element("css selector", "canvas.game-open")
    actions = ActionChains(page).move_to_element(canvas).click_and_hold()
    actions.move_by_offset(60, 30).move_by_offset(60, 30).release().perform()
    points = page.execute_script("return dcganGame.page.editor.points")
    assert len(points) == 3
    np.testing.assert_allclose(points[0], 0, atol=0.05)
    assert points[2][0] > points[1][0] > 0.3
    page.execute_script("document.querySelector('canvas.game-open').focus()")
    keys = [*[Keys.ARROW_LEFT] * 5, Keys.ENTER, Keys.ARROW_LEFT, Keys.ENTER, Keys.BACKSPACE]
    ActionChains(page).send_keys(*keys).perform()
    points = page.execute_script("return dcganGame.page.editor.points")
    assert len(points) == 4 and abs(points[3][0] + 0.5) < 1e-9
    press(page, "game-step", Keys.ENTER)
    page.execute_script("document.querySelector('canvas.game-open').focus()")
    ActionChains(page).send_keys(Keys.ARROW_UP, Keys.ARROW_RIGHT).perform()
    assert steps_made(page) == 1, "only new points begin anew"
    press(page, "game-clear", Keys.ENTER)
    assert not page.find_element("id", "game-play").is_enabled()


@needs_browser
def test_changes_on_the_way_keep_the_training(page):
    for _ in range(2):
        page.find_element("id", "game-step").click()
    before = pixels(page)
    choose(page, "loss", "wasserstein")
    choose(page, "generatorRate", 0.01)
    choose(page, "penaltyWeight", 1)
    label = page.find_element("css selector", "label[for='game-penaltyWeight']")
    assert label.text == "Weight of the gradient penalty" and steps_made(page) == 2
    rate = "return dcganGame.page.session.gan.generatorOptimizer.rate"
    assert page.execute_script(rate) == 0.01
    page.find_element("id", "game-show-field").click()
    assert pixels(page) != before
    choose(page, "optimizer", "sgd")
    assert steps_made(page) == 0 and not page.find_elements("id", "game-beta1")


@needs_browser
@pytest.mark.parametrize("preset", ["ring", "line"])
def test_a_phone_need_not_scroll_sideways(page, page_file, preset):
    chromium.emulate(page, 360, "light")
    page.get(f"{page_file.as_uri()}#{preset}")
    widths = page.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert widths == [360, 360]
    for element in page.find_elements("css selector", "#game canvas, #game button, #game select"):
        if element.is_displayed():
            box = element.rect
            assert box["x"] >= 0 and box["x"] + box["width"] <= 360, element.get_attribute("id")


@needs_browser
def test_light_and_dark(page):
    corner = (
        "const canvas = dcganGame.page.chart.element, style = getComputedStyle(document.body);"
        "return [...canvas.getContext('2d').getImageData(1, 1, 1, 1).data].slice(0, 3)"
    )
    assert min(page.execute_script(corner)) > 230
    chromium.emulate(page, 1200, "dark")
    WebDriverWait(page, 5).until(lambda page: max(page.execute_script(corner)) < 50)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_preset_leads_to_a_heading_of_the_course(language):
    source = (SOURCES / "src" / "settings.js").read_text(encoding="utf-8")
    block = re.search(rf"^  {language}: {{(.*?)^  }}", source, re.M | re.S)[1]
    links = re.findall(r'"course/(\w+)\.html#([\w-]+)"', block)
    assert len(links) >= 6
    assert {int(chapter[:2]) for chapter, _ in links} == {3, 5, 8}
    for chapter, anchor in links:
        slugs = [slugify(each) for each in read_headings(chapter, language)]
        assert anchor in slugs, (chapter, anchor)


def read_headings(chapter, language):
    if language == "zh":
        text = (ROOT / "notebooks" / "zh" / f"{chapter}.md").read_text(encoding="utf-8")
    else:
        cells = jupytext.read(ROOT / "notebooks" / f"{chapter}.py").cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.findall(r"^#+ (.*)$", text, re.M)


def slugify(heading):
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@needs_browser
def test_each_language_has_all_texts_and_links(page):
    texts = chromium.outline(page, "dcganGame.TEXTS")
    assert sorted(texts) == ["en", "zh"] and texts["en"] == texts["zh"]
    links = page.execute_script("return dcganGame.LINKS")
    presets = page.execute_script("return Object.keys(dcganGame.PRESETS)")
    for language, chapter in {"en": r"Chapter (\d+): (.+)", "zh": r"第 (\d+) 章：(.+)"}.items():
        stories = page.execute_script(f"return dcganGame.TEXTS.{language}.presetTexts")
        assert sorted(stories) == sorted(links[language]) == sorted(presets)
        for name, link in links[language].items():
            number, heading = re.fullmatch(chapter, stories[name]["chapter"]).groups()
            assert link.startswith(f"course/{int(number):02}_")
            assert link.partition("#")[2] == slugify(heading)


@needs_browser
def test_the_chinese_page_has_no_word_of_english(browser, chinese_page_file):
    """Goes through all that can be chosen, and reads all that is said."""
    chromium.emulate(browser, 1200, "light")
    browser.get("about:blank")
    browser.get(chinese_page_file.as_uri())
    read = [chromium.read_all(browser, "#game")]
    assert browser.find_element("id", "game-play").text == "开始"
    for preset in browser.execute_script("return Object.keys(dcganGame.PRESETS)"):
        browser.find_element("id", f"game-preset-{preset}").click()
        browser.find_element("id", "game-step").click()
        read.append(chromium.read_all(browser, "#game"))
        assert "停在第 1 步。" in read[-1]
        link = browser.find_element("css selector", ".game-story a").get_attribute("href")
        assert link.startswith(f"{chinese_page_file.parent.as_uri()}/course/")
    for name in ("optimizer", "loss", "data"):
        options = Select(browser.find_element("id", f"game-{name}")).options
        for value in [option.get_attribute("value") for option in options]:
            choose(browser, name, value)
            read.append(chromium.read_all(browser, "#game"))
    choose(browser, "data", "points")
    browser.find_element("css selector", "canvas.game-open").click()
    read.append(chromium.read_all(browser, "#game"))
    assert "1 个点" in read[-1]
    browser.find_element("id", "game-play").click()
    read.append(chromium.read_all(browser, "#game"))
    assert "停止" in read[-1]
    browser.execute_script("dcganGame.page.session.gan.discriminator.variables[0].fill(NaN)")
    WebDriverWait(browser, 20).until(lambda page: "数值溢出了" in chromium.read_all(page, "#game"))
    names = {"Adam", "Backspace", "Enter", "SGD", "Wasserstein", "beta_1", "ln", "R1"}
    found = set(re.findall(r"[A-Za-z]\w+", "\n".join(read), re.ASCII))
    assert found == names


def test_the_built_file_is_that_of_its_sources():
    built = (ROOT / "docs" / "static" / "game.js").read_text(encoding="utf-8")
    digest = hashlib.sha256()
    for path in sorted((SOURCES / "src").iterdir()):
        digest.update(path.read_bytes())
    message = "Build it again: cd javascript/game && npm ci && npm run build"
    assert digest.hexdigest() in built.partition("\n")[0], message


def test_the_sources_are_short():
    paths = [*(SOURCES / "src").iterdir(), ROOT / "docs" / "static" / "game.css"]
    lines = {path.name: path.read_text(encoding="utf-8").splitlines() for path in paths}
    assert {name: len(each) for name, each in lines.items() if len(each) > 300} == {}
    long = [name for name, each in lines.items() if max(map(len, each)) > 100]
    assert long == []


@pytest.mark.skipif(
    not (SOURCES / "node_modules" / ".bin" / "biome").exists(),
    reason="node's packages are not installed: cd javascript/game && npm ci",
)
def test_the_sources_are_formatted_and_linted():
    biome = SOURCES / "node_modules" / ".bin" / "biome"
    result = subprocess.run([biome, "ci", "."], cwd=SOURCES, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
