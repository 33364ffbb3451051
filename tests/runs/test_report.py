import base64
import html.parser
import io
import json
import math
import os
import re
import shlex
import shutil

import numpy as np
import pytest
from PIL import Image

from dcgan_tf import DCGAN
from dcgan_tf.data import films, rendering
from dcgan_tf.gan.latent_space import make_latent_map
from dcgan_tf.runs import folder as run_folder
from dcgan_tf.runs import options
from dcgan_tf.runs.report import write_report
from dcgan_tf.runs.run_files import load_run_model, write_run
from dcgan_tf.runs.settings import Settings

HOSTILE = "<script>alert(1)</script>&\"'"
SCORES = {
    "features": "pixels",
    "samples": 4002,
    "seed": 3,
    "references": ["real", "collapsed"],
    "rows": [
        {"key": "a", "title": "Fréchet distance", "better": "lower", "meaning": "how far apart"}
        | {
            "generated": 3.14159,
            "references": {"real": 0.21, "collapsed": 61234.5},
            "error": 0.012,
        },
        {"key": "b", "title": "reverse KL", "better": "higher", "meaning": "missing classes"}
        | {"generated": 0.5, "references": {"real": None, "collapsed": None}},
    ],
    "classes": {"labels": ["cat", "dog"], "generated": [0.25, 0.75], "data": [0.5, 0.5]},
}


class Page(html.parser.HTMLParser):
    """The elements of a page with their attributes, and its text outside of scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self.source = [], "", text
        self._inside = None
        self.feed(text)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._inside = tag

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside not in ("script", "style"):
            self.text += data

    def count(self, tag):
        return sum(name == tag for name, _ in self.elements)

    def by_id(self, name):
        return next((found for _, found in self.elements if found.get("id") == name), None)

    def picture(self, name):
        content = self.by_id(name)["src"].removeprefix("data:image/png;base64,")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


def report(folder):
    return Page(write_report(folder).read_text(encoding="utf-8"))


def save_model(folder, image_shape, latent_dim=8):
    """Saves a model with weights so far apart that no two of its images are alike."""
    model = DCGAN(image_shape, latent_dim, seed=0)
    model.compile()
    rng = np.random.default_rng(0)
    for weight in model.generator.weights:
        weight.assign(np.abs(rng.normal(size=weight.shape)))
    for weight in model.generator.trainable_weights:
        weight.assign(rng.normal(size=weight.shape))
    model.save(folder / run_folder.MODEL)


def write_history(folder, epochs, **columns):
    rng = np.random.default_rng(0)
    names = ("discriminator_loss", "fake_accuracy", "generator_loss", "real_accuracy")
    columns = {"epoch": range(epochs)} | {name: rng.random(epochs) for name in names} | columns
    rows = [
        ",".join(columns),
        *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True)),
    ]
    (folder / run_folder.HISTORY).write_text("\n".join(rows) + "\n")


def write_settings(folder, **settings):
    write_run(folder, Settings(**{"epochs": 30, **settings}))


def diagnoses(*findings):
    return json.dumps(
        [
            {
                "epoch": i + 1,
                "finding": finding,
                "message": f"{finding}: told {i + 1}",
                "measurements": {},
            }
            for i, finding in enumerate(findings)
        ]
    )


def fill(folder, epochs=5, image_shape=(16, 16, 1)):
    """Makes a run folder as if a model had been trained: history, frames, GIF and model."""
    write_settings(folder)
    write_history(folder, epochs)
    rng = np.random.default_rng(1)
    frames = []
    for epoch in range(1, epochs + 1):
        samples = rng.integers(0, 256, (4, *image_shape), dtype=np.uint8)
        frames.append(rendering.make_grid(samples))
        rendering.write_png(folder / run_folder.SAMPLES / f"epoch_{epoch:04d}.png", frames[-1])
    films.write_film(folder / run_folder.GIF, frames)
    save_model(folder, image_shape)
    return folder


@pytest.fixture(scope="module")
def full_run(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("run"))


@pytest.fixture
def run(full_run, tmp_path):
    """A copy of the run folder, to add to and take from."""
    return shutil.copytree(full_run, tmp_path / "run")


@pytest.fixture
def bare(tmp_path):
    """A run folder with nothing but the settings."""
    write_settings(tmp_path)
    return tmp_path


def test_the_page_is_one_file_that_loads_nothing(run):
    path = write_report(run)
    assert path == run / "report.html"
    page = Page(path.read_text(encoding="utf-8"))
    assert page.elements[0] == ("html", {"lang": "en"})
    links = [found[key] for _, found in page.elements for key in ("src", "href") if key in found]
    assert len(links) >= 4
    assert [link[:40] for link in links if not link.startswith(("data:", "#"))] == []
    assert "url(http" not in page.source and "@import" not in page.source
    assert not [p for p in run.iterdir() if p.name.startswith(".")]


def test_ids_are_unique_and_every_picture_has_a_text(run):
    write_history(run, 5, val_frechet_distance=[5, 4, 3, 2, 1])
    page = report(run)
    ids = [found["id"] for _, found in page.elements if "id" in found]
    assert len(ids) > 20 and len(ids) == len(set(ids))
    assert all("alt" in found for tag, found in page.elements if tag == "img")
    assert all(found["aria-label"] for tag, found in page.elements if tag == "svg")


def test_title_and_epochs(run):
    page = report(run)
    assert "mnist-10k, 5 epochs: report of a run" in page.text
    assert "5 of 30 epochs done" in page.text


def test_the_film_has_every_frame(run):
    page = report(run)
    film, frame = page.by_id("film"), page.by_id("film-frame")
    assert film["data-epochs"] == "1 2 3 4 5"
    width = int(frame["width"])
    sheet = page.picture("film-sheet")
    for i in range(5):
        expected = np.asarray(Image.open(run / run_folder.SAMPLES / f"epoch_{i + 1:04d}.png"))
        np.testing.assert_array_equal(sheet[:, i * width : (i + 1) * width], expected)
    gif = base64.b64encode((run / run_folder.GIF).read_bytes()).decode()
    assert f'<noscript>\n<img src="data:image/gif;base64,{gif}"' in page.source


def test_the_map_shows_what_the_model_makes_of_the_points(run):
    page = report(run)
    found = page.by_id("map")
    assert (found["data-rows"], found["data-columns"], found["data-wraps"]) == ("20", "20", "yes")
    sheet = page.picture("map-sheet")
    assert sheet.shape == (320, 320)
    noise = make_latent_map(8, 20)
    expected = rendering.to_uint8(load_run_model(run).predict(noise[3], verbose=0))
    row = sheet[3 * 16 : 4 * 16].reshape(16, 20, 16).transpose(1, 0, 2)
    difference = np.abs(row - expected[..., 0].astype(int))
    assert difference.max() <= 1  # another batch size may round otherwise
    assert np.ptp(row, axis=0).max() > 30


@pytest.mark.parametrize("latent_dim", [1, 3])
def test_a_map_of_few_dimensions_does_not_wrap(bare, latent_dim):
    save_model(bare, (16, 16, 3), latent_dim)
    page = report(bare)
    rows = 1 if latent_dim == 1 else 20
    assert page.by_id("map")["data-wraps"] == "no"
    assert page.picture("map-sheet").shape == (rows * 16, 20 * 16, 3)
    assert "equal probability" in page.text


def test_curves_take_the_colours_of_the_page(bare):
    write_history(bare, 5)
    page = report(bare)
    assert page.count("svg") == 2
    svg = page.source[page.source.index("<svg") : page.source.rindex("</svg>")]
    for text in ("2 ln 2, equilibrium", "ln 2, equilibrium", "one half, equilibrium", "generator"):
        assert text in svg
    assert {"currentColor", "var(--first)", "var(--second)"} <= set(
        re.findall(r"stroke: ([^;\"]+)", svg)
    )
    assert not re.search("#[0-9a-f]{6}", svg)
    dashes = set(re.findall("stroke-dasharray: ([^;]+)", svg))
    assert len(dashes) == 3  # and the lines without any: four styles in all


def test_a_validation_distance_gets_a_panel_of_its_own(bare):
    write_history(bare, 5, val_frechet_distance=[5.0, math.nan, 3.0, math.inf, 1.0])
    page = report(bare)
    assert page.count("svg") == 3
    assert "Fréchet distance" in page.text and "val frechet distance" in page.text


def test_a_history_without_any_number_is_drawn(bare):
    write_history(bare, 2, generator_loss=[math.nan] * 2, discriminator_loss=[math.nan] * 2)
    assert report(bare).count("svg") == 2


def test_a_table_tells_the_values(bare):
    write_history(bare, 3, generator_loss=[0.5, 1.5, 2.25])
    text = report(bare).source
    table = text[text.index('<table id="history">') :]
    table = table[: table.index("</table>")]
    assert table.count("<tr>") == 4 and "<td>2.25</td>" in table
    assert '<th scope="row">1</th>' in table and '<th scope="row">0</th>' not in table


def test_a_very_long_history_is_thinned(bare):
    write_history(bare, 20_000)
    page = report(bare)
    assert page.count("tr") == 501
    assert '<th scope="row">1</th>' in page.source and '<th scope="row">20000</th>' in page.source
    assert len(page.source) < 1_000_000


def test_scores(bare):
    (bare / "scores.json").write_text(json.dumps(SCORES))
    page = report(bare)
    assert "4,002 generated samples, seed 3. Measured by: pixels" in page.text
    row = page.text[page.text.index("how far apart") :]
    assert row.startswith("how far apart; lower is better 3.14 ± 0.012 0.21 61,234 ")
    row = page.text[page.text.index("missing classes") :]
    assert row.startswith("missing classes; higher is better 0.5 – – ")
    assert "cat 25.0 % 50.0 % dog 75.0 % 50.0 %" in page.text
    bars = [found["style"] for _, found in page.elements if "style" in found]
    assert [style for style in bars if style.startswith("width")] == [
        *("width: 33.3%", "width: 66.7%"),
        *("width: 100.0%", "width: 66.7%"),
    ]


@pytest.mark.parametrize("number", [0, 40, 41])
def test_a_chart_of_many_classes_is_left_out(bare, number):
    fractions = [1 / number] * number if number else []
    classes = {"labels": [str(i) for i in range(number)], "generated": fractions, "data": fractions}
    (bare / "scores.json").write_text(
        json.dumps({**SCORES, "classes": classes if number else None})
    )
    page = report(bare)
    assert page.source.count('class="bar data" style') == (40 if number == 40 else 0)
    assert ("too many for a chart" in page.text) == (number == 41)


def test_closest_pairs(bare):
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    rendering.write_png(bare / "closest_pairs.png", picture)
    np.testing.assert_array_equal(report(bare).picture("pairs"), picture)


def test_findings_of_consecutive_epochs_are_one_line(bare):
    findings = ["balanced", "collapsed", "collapsed", "collapsed", "balanced", "oscillating"]
    (bare / "doctor.json").write_text(diagnoses(*findings))
    text = report(bare).text
    assert (
        "epoch 1: balanced: told 1 epochs 2 to 4: collapsed: told 4 epoch 5: balanced: told 5 "
        "epoch 6: oscillating: told 6"
    ) in text


def test_a_healthy_run_is_told_in_one_line(bare):
    (bare / "doctor.json").write_text(diagnoses(*["balanced"] * 7))
    page = report(bare)
    sentence = "examined epochs 1 to 7 and found no failure. Its last message: “"
    assert sentence + "balanced: told 7" in page.text
    assert page.by_id("findings") is None


@pytest.mark.parametrize(
    ("generated", "real", "said"), [(0.6, 0.15, True), (None, 0.15, False), (0.6, None, False)]
)
def test_the_doctor_points_to_the_score(bare, generated, real, said):
    row = {**SCORES["rows"][0], "key": "frechet_distance"}
    row |= {"generated": generated, "references": {"real": real}}
    (bare / "scores.json").write_text(json.dumps({**SCORES, "rows": [row]}))
    (bare / "doctor.json").write_text(diagnoses("balanced"))
    text = report(bare).text
    assert "judges the game of the two networks, and not how good the images are." in text
    assert ("distance from the data is 4 times that of real images" in text) == said


def test_a_folder_with_settings_only(bare):
    page = report(bare)
    for sentence in (
        "0 of 30 epochs done",
        "There are no pictures yet",
        "There is no history yet",
        "not scored yet. The command dcgan-tf evaluate FOLDER scores it",
        "There is no model in this run folder",
    ):
        assert sentence in page.text
    assert page.count("img") == page.count("svg") == 0
    assert "doctor" not in page.text


def test_no_run_or_a_broken_file_is_refused(bare):
    (bare / "scores.json").write_text('{"features": ')
    with pytest.raises(ValueError, match="Received: .*scores.json.* Expected the JSON"):
        write_report(bare)
    (bare / "run.json").unlink()
    with pytest.raises(ValueError, match="no folder of a run"):
        write_report(bare)
    assert not (bare / "report.html").exists()


def test_text_from_the_run_is_escaped(bare):
    write_settings(bare, data=f"/data/{HOSTILE}")
    classes = {"labels": [HOSTILE], "generated": [1.0], "data": [1.0]}
    row = {**SCORES["rows"][0], "title": HOSTILE, "meaning": HOSTILE, "better": HOSTILE}
    scores = {"features": HOSTILE, "rows": [row], "classes": classes}
    (bare / "scores.json").write_text(json.dumps({**SCORES, **scores}))
    diagnosis = {"epoch": 1, "finding": HOSTILE, "message": HOSTILE, "measurements": {}}
    (bare / "doctor.json").write_text(json.dumps([diagnosis]))
    write_history(bare, 2, **{"extra<script>": [1, 2]})
    page = report(bare)
    assert page.count("script") == 1
    assert "alert(1)" not in page.source[page.source.index("\n<script>") :]
    assert page.text.count(HOSTILE) >= 7
    assert "extra<script>" in page.text


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"seed": 7, "epochs": 3},
        {"data": f"/my data/{HOSTILE}", "image_size": (20, 36)},
        {"network": "spectral", "loss": "minimax", "latent_dim": 1, "batch_size": 128},
        {"network": "dense", "discriminator_lr": 0.0005},  # named, though it is that pair's default
        {"generator_lr": 1e-05, "discriminator_lr": 0.1 + 0.2, "jit_compile": True},
    ],
)
def test_the_command_makes_the_run_again(bare, settings):
    write_settings(bare, **settings)
    text = report(bare).source
    shown = html.unescape(re.search('<code id="command">(.*)</code>', text)[1])
    expected = Settings(**{"epochs": 30, **settings})
    assert shown == expected.command()
    program, *words = shlex.split(shown)
    assert program == "dcgan-tf"
    given = vars(options.build_parser().parse_args(words))
    given = {key: given[key] for key in expected.to_json() if given[key] is not None}
    assert given == {"epochs": 30, **settings}


def test_the_same_folder_gives_the_same_bytes(run):
    (run / "scores.json").write_text(json.dumps(SCORES))
    first = write_report(run).read_bytes()
    assert write_report(run).read_bytes() == first


def test_large_images_and_many_epochs_stay_under_5_mb(tmp_path):
    """Noise, which no format makes smaller, in each picture that the page takes in."""
    rng = np.random.default_rng(0)
    write_settings(tmp_path, epochs=300)
    write_history(tmp_path, 300, val_frechet_distance=rng.random(300))
    (tmp_path / "doctor.json").write_text(diagnoses(*["balanced", "collapsed"] * 150))
    frames = tmp_path / run_folder.SAMPLES
    noise = [rng.integers(0, 256, (266, 266, 3), dtype=np.uint8) for _ in range(3)]
    for i in range(300):
        path = frames / f"epoch_{i + 1:04d}.png"
        if i < len(noise):
            rendering.write_png(path, noise[i])
        else:
            os.link(frames / f"epoch_{i % len(noise) + 1:04d}.png", path)
    (tmp_path / run_folder.GIF).write_bytes(rng.bytes(3_000_000))
    pairs = rng.integers(0, 256, (798, 798, 3), dtype=np.uint8)
    rendering.write_png(tmp_path / "closest_pairs.png", pairs)
    save_model(tmp_path, (64, 64, 3))
    page = report(tmp_path)
    assert 2_000_000 < len(page.source) < 5_000_000
    epochs = [int(epoch) for epoch in page.by_id("film")["data-epochs"].split()]
    assert len(epochs) >= 30 and epochs[0] == 1 and epochs[-1] == 300
    assert "progress.gif in the run folder shows it" in page.text
    assert len(page.by_id("pairs")["src"]) < 1_000_000
    sheet = page.picture("map-sheet")
    assert sheet.shape == (11 * 64, 11 * 64, 3) and sheet.std() > 30
