"""The pages for teachers: the quiz is whole, and the table is that of the chapters."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
import teaching  # noqa: E402, it stands beside docs/conf.py

CHAPTERS = teaching.read_chapters()
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)


@each_chapter
def test_quiz_has_ten_questions_with_one_right_answer_of_four(chapter):
    questions = teaching.read_quiz(ROOT / "notebooks" / "quiz" / f"{chapter.stem}.txt")
    assert len({question for question, _ in questions}) == len(questions) == 10
    places = []
    for question, answers in questions:
        assert question.endswith("?")
        assert len({answer for _, answer, _ in answers}) == len({why for *_, why in answers}) == 4
        (place,) = (i for i, (right, *_) in enumerate(answers) if right)
        places.append(place)
        assert all(why.endswith((".", "?")) for *_, why in answers)
    assert set(places) == {0, 1, 2, 3}, "the right answer must not give itself away by its place"


def test_the_right_answer_is_not_always_the_longest():
    longest = 0
    for chapter in CHAPTERS:
        for _, answers in teaching.read_quiz(ROOT / "notebooks" / "quiz" / f"{chapter.stem}.txt"):
            longest += max(answers, key=lambda each: len(each[1]))[0]
    assert longest < 0.75 * 10 * len(CHAPTERS)


def test_a_damaged_quiz_is_refused(tmp_path):
    (tmp_path / "quiz.txt").write_text("? What?\n+ This\n")
    with pytest.raises(ValueError, match=r"quiz.txt, line 2: expected .* Received: \+ This"):
        teaching.read_quiz(tmp_path / "quiz.txt")


@each_chapter
def test_chapter_has_goals_words_times_and_stars(chapter):
    assert len(chapter.goals) > 40 and chapter.goals.endswith(".")
    assert 5 <= chapter.reading <= 120 and 0 < chapter.computing <= 5.5
    assert sum(chapter.stars.values()) >= 4
    assert chapter.title in teaching.make_table(CHAPTERS)


def test_each_chapter_builds_on_earlier_ones():
    topics = [chapter.topic for chapter in CHAPTERS]
    assert set(teaching.NEEDS) == set(topics)
    for topic, needs in teaching.NEEDS.items():
        assert all(topics.index(need) < topics.index(topic) for need in needs)
    drawing = teaching.draw_needs(CHAPTERS)
    assert drawing.count("marker-end") == sum(map(len, teaching.NEEDS.values()))
