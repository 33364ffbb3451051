"""The texts of the report: both tables, and the Chinese page."""

import dataclasses
import json
import re

import numpy as np
import pytest
import translation
from helpers import HEALTHY
from test_report import HOSTILE, Page, fill, save_model, write_history, write_settings

from dcgan_tf.data import rendering
from dcgan_tf.evaluation.features import StackedFeatures, digit_features
from dcgan_tf.evaluation.scorer import COLLAPSED, MEASURES, REAL
from dcgan_tf.monitoring.curves import PANELS
from dcgan_tf.monitoring.rules import RULES, diagnose
from dcgan_tf.runs import folder as run_folder
from dcgan_tf.runs.live_report import write_live_report
from dcgan_tf.runs.preparation import choose_folder_and_settings
from dcgan_tf.runs.report import LARGE_PARTS, write_report
from dcgan_tf.runs.report_texts import Texts, read_tables
from dcgan_tf.runs.run_files import read_settings
from dcgan_tf.runs.settings import Settings

ENGLISH, CHINESE = read_tables("en"), read_tables("zh")
SENTENCE = re.compile(r"[A-Za-z][A-Za-z'’-]*(?:[ ,;:.]+[A-Za-z][A-Za-z'’-]*){2,}")
# What stands in pictures, and is explained in Chinese.
ALLOWED = {
    "below: nearest training images",
    "the digits themselves",
    "the images found for them",
}
TAG = re.compile(r"</?(\w+)>")


def list_texts():
    return [(table, key) for table, texts in ENGLISH.items() for key in texts]


def find_places(text):
    return sorted(re.findall(r"\{[^}]*\}", text))


def has_chinese(text):
    return bool(re.search(f"[{translation.CHINESE}]", text))


FAILING = (
    {"generator_loss": None},
    {"largest_logit": None},
    {"largest_logit": 1e5},
    {"diversity": 0.0},
    {"near_copies": 0.5},
    {"loss_gradient": 1e-4, "fake_probability": 1e-5},
    {"real_accuracy": 1.0, "fake_accuracy": 1.0},
    {"diversity": 0.1},
    {"diversity": 0.1, "largest_class": 7, "largest_class_fraction": 0.98},
    {"swing": 0.7, "largest_logit": 20.0},
    {"val_frechet_distance": 1.25},
    {},
)


def list_messages():
    """All messages that the rules make: dict of findings by their messages."""
    snapshots = [[{**HEALTHY, **change}] * 5 for change in FAILING]
    return {diagnose(each)[1]: diagnose(each)[0] for each in [[HEALTHY], *snapshots]}


def test_both_tables_have_the_same_keys_and_the_same_places():
    assert [(table, list(texts)) for table, texts in ENGLISH.items()] == [
        (table, list(texts)) for table, texts in CHINESE.items()
    ]
    for table, key in list_texts():
        ours, theirs = ENGLISH[table][key], CHINESE[table][key]
        assert find_places(ours) == find_places(theirs), key
        assert TAG.findall(ours) == TAG.findall(theirs), key
        assert set(TAG.findall(ours)) <= {"code"}, key
        in_attributes = table in ("page", "live")
        assert not in_attributes or '"' not in ours + theirs, key


def test_the_chinese_is_written_as_the_chinese_edition_is():
    for table, key in list_texts():
        text = re.sub(r"\{[^}]*\}", "3", TAG.sub("`", CHINESE[table][key]))
        assert list(translation.check_language(text)) == [], key


def test_each_phrase_is_found_and_said():
    english, chinese = Texts("en"), Texts("zh")
    assert len(set(ENGLISH["phrases"].values())) == len(ENGLISH["phrases"])
    for key, phrase in ENGLISH["phrases"].items():
        text = re.sub(r"\{[^}]*\}", "7.5", phrase)
        assert english.translate(text) == text
        assert chinese.translate(text) == re.sub(r"\{[^}]*\}", "7.5", CHINESE["phrases"][key])


def test_what_the_package_says_in_a_run_is_in_the_table():
    say = Texts("zh").translate
    texts = [name.replace("_", " ") for name in Settings().to_json()]
    texts += [*PANELS, *(line.label for lines in PANELS.values() for line in lines)]
    texts += [f"Curves: {title}" for title in PANELS]
    texts += [text for _, *texts in MEASURES for text in texts]
    texts += [f"val {key.replace('_', ' ')}" for key, *_ in MEASURES]
    texts += [REAL, COLLAPSED, digit_features().description]
    texts += [StackedFeatures(digit_features()).description]
    texts += [f"{part} (the page would be larger than 5 MB)" for part in LARGE_PARTS.values()]
    assert [text for text in texts if not has_chinese(say(text))] == []
    assert say("val frechet distance") == "验证：Fréchet 距离"


def test_each_message_of_the_doctor_keeps_its_numbers():
    messages = list_messages()
    assert set(messages.values()) == {*RULES, "balanced"} and len(messages) == 1 + len(FAILING)
    for message in messages:
        said = Texts("zh").translate(message)
        assert has_chinese(said) and not SENTENCE.search(said)
        numbers = re.compile(r"\d[\d.,]*(?:e[+-]\d+)?%?(?<![.,])")
        assert sorted(numbers.findall(said)) == sorted(numbers.findall(message))


@pytest.mark.parametrize(
    "text", ["", HOSTILE, "{0} {x}", "near copies " * 500, "a{b} (it is damaged)"]
)
def test_text_of_a_stranger_stays_as_it_is(text):
    assert Texts("en").translate(text) == text
    said = Texts("zh").translate(text)
    assert said == text or said == "a{b}（文件已损坏）"


def test_another_language_is_refused(tmp_path):
    write_settings(tmp_path)
    with pytest.raises(ValueError, match="Received: 'fr'. Expected one of en, zh."):
        write_report(tmp_path, "fr")


def fill_all(folder):
    """Makes a run with every part of the report, in Chinese."""
    fill(folder)
    write_settings(folder, language="zh", score_samples=100)
    write_history(folder, 5, val_frechet_distance=[5, 4, 3, 2, 1], val_near_copies=[0] * 5)
    rows = [
        {"key": key, "title": title, "better": better, "meaning": meaning}
        | {"generated": 0.5, "references": {"real": 0.25, "collapsed": 1.0}, "error": 0.01}
        for key, title, better, meaning in MEASURES
    ]
    classes = {"labels": ["3", "7"], "generated": [0.25, 0.75], "data": [0.5, 0.5]}
    card = {"features": digit_features().description, "samples": 4002, "seed": 3, "epochs": 4}
    card |= {"references": ["real", "collapsed"], "rows": rows, "classes": classes}
    (folder / run_folder.SCORES).write_text(json.dumps(card))
    findings = [
        {"epoch": i + 1, "finding": finding, "message": message, "measurements": {}}
        for i, (message, finding) in enumerate(list_messages().items())
    ]
    (folder / run_folder.DOCTOR).write_text(json.dumps(findings))
    picture = np.zeros((20, 20), np.uint8)
    for name in (run_folder.CLOSEST_PAIRS, "extras/arithmetic.png", "extras/projection.png"):
        rendering.write_png(folder / name, picture)
    (folder / "extras" / "other.png").write_bytes(b"damaged")
    return folder


def find_sentences(source):
    """Finds runs of three English words in what a page shows or reads out, without its code."""
    source = re.sub(r"(?s)<(code|style)\b.*?</\1>", "", source)
    words = re.search(r"const words = (\{.*\});", source)
    assert all(map(has_chinese, json.loads(words[1]).values()))
    page = Page(re.sub(r"(?s)<script\b.*?</script>", "", source))
    shown = [page.text, words[1]]
    for _, attributes in page.elements:
        for name in ("alt", "title", "aria-label", "aria-roledescription"):
            shown.append(attributes.get(name) or "")
    found = {match for text in shown for match in SENTENCE.findall(text)}
    return found - ALLOWED


def test_a_chinese_page_has_no_english_sentence(tmp_path):
    folder = fill_all(tmp_path)
    english = write_report(folder, "en").read_text("utf-8")
    assert Page(english).elements[0] == ("html", {"lang": "en"})
    assert "The doctor judges" in english and not has_chinese(english)
    source = write_report(folder).read_text("utf-8")
    assert Page(source).elements[0] == ("html", {"lang": "zh-CN"})
    assert find_sentences(source) == set()
    assert len(Page(english).elements) == len(Page(source).elements)
    for text in ("损失（奈特）", "判别器获胜", "死记硬背", "近似复制", "其中", "（文件已损坏）"):
        assert text in source
    write_live_report(folder, epochs=30, epoch_seconds=60.0)
    live = (folder / run_folder.REPORT).read_text("utf-8")
    assert Page(live).elements[0] == ("html", {"lang": "zh-CN"})
    assert find_sentences(live) == set()
    assert "大约还要 25 分钟" in Page(live).text


@pytest.mark.parametrize("latent_dim", [1, 2, 3])
def test_a_chinese_page_of_an_unfinished_run_has_none_either(tmp_path, latent_dim):
    write_settings(tmp_path, language="zh")
    assert find_sentences(write_report(tmp_path).read_text("utf-8")) == set()
    save_model(tmp_path, (16, 16, 1), latent_dim)
    assert find_sentences(write_report(tmp_path).read_text("utf-8")) == set()
    write_live_report(tmp_path, 5, 1.0)
    assert find_sentences((tmp_path / run_folder.REPORT).read_text("utf-8")) == set()


def test_the_words_of_the_curves_are_chinese_and_their_lines_the_same(tmp_path):
    folder = tmp_path
    write_settings(folder)
    write_history(folder, 5)

    def find_curves(language):
        source = write_report(folder, language).read_text("utf-8")
        svg = source[source.index("<svg") : source.rindex("</svg>")]
        return re.findall(r">([^<>\s][^<>]*)</text>", svg), re.findall(r' d="([^"]*)"', svg)

    (english, lines), (chinese, other_lines) = find_curves("en"), find_curves("zh")
    assert lines == other_lines
    words = {word: other for word, other in zip(english, chinese, strict=True) if word != other}
    assert words["epoch"] == "轮次" and words["discriminator"] == "判别器"
    assert words["one half, equilibrium"] == "二分之一，均衡" and len(words) == 8


def test_the_language_is_kept(work, finished, command):
    """A run goes on, is scored and is reported in the language that it was started with."""

    def read_language():
        return Page((finished / run_folder.REPORT).read_text("utf-8")).elements[0][1]["lang"]

    content = json.loads((finished / "run.json").read_text())
    del content["language"]  # as in a run of an older version
    (finished / "run.json").write_text(json.dumps(content))
    assert read_settings(finished).language == "en"
    assert command("report", finished)[0] == 0 and read_language() == "en"
    assert command("report", finished, "--language", "zh")[0] == 0 and read_language() == "zh-CN"
    assert read_settings(finished).language == "en"
    options = ("train", "--resume", "--output-dir", finished, "--epochs")
    assert command(*options, 2, "--language", "zh")[0] == 0
    assert read_settings(finished).language == "zh" and read_language() == "zh-CN"
    assert command(*options, 3)[0] == 0
    assert read_settings(finished).language == "zh" and read_language() == "zh-CN"
    assert command("evaluate", finished, "--language", "en")[0] == 0 and read_language() == "en"
    assert command("evaluate", finished)[0] == 0 and read_language() == "zh-CN"
    _, settings = choose_folder_and_settings({"start": str(finished)})
    assert settings.language == "zh"


@pytest.mark.parametrize("name", ["train", "report", "evaluate"])
def test_a_wrong_language_is_told_in_one_line(command, name):
    folder = [] if name == "train" else ["runs/data"]
    status, out, err = command(name, *folder, "--language", "fr")
    assert (status, out) == (2, "") and err.count("\n") == 1
    assert "argument --language: invalid choice: 'fr'" in err


def test_the_command_of_a_chinese_run_names_its_language():
    settings = Settings(epochs=2, language="zh")
    assert settings.command() == "dcgan-tf train --epochs 2 --language zh"
    assert dataclasses.replace(settings, language="en").command() == "dcgan-tf train --epochs 2"
