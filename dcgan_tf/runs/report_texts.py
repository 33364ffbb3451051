"""The texts of the report, in one table for each language: report_en.toml and report_zh.toml.

The files of a run and the drawings say what they have to say in English. Their phrases are in the
tables, too, so that a page in another language can find them and say them in its own words.
"""

import functools
import importlib.resources
import re
import tomllib
import types

from markupsafe import Markup

from dcgan_tf.runs.words import LANGUAGES

PLACE = re.compile(r"\{(\w+)(?::[^}]*)?\}")
LONGEST_PHRASE = 1000  # letters; a longer text is none of ours


class Texts:
    """The texts of the report in one language.

    Args:
        language: Str, `"en"` or `"zh"`.

    Attributes:
        tables: dict of tables by their names, for the templates. The tables `page` and `live` have
            an attribute for each text, a `markupsafe.Markup`, whose method `format` escapes what it
            fills in. The tables `script` and `live_script` are dicts of str for JavaScript.

    Raises:
        ValueError: if there is no such language.

    Example:

    >>> Texts("zh").translate("near copies")
    '近似复制'
    """

    def __init__(self, language):
        if language not in LANGUAGES:
            raise ValueError(
                f"The report has no such language. Received: {language!r}. Expected one of "
                f"{', '.join(LANGUAGES)}."
            )
        tables = read_tables(language)
        self.tables = {
            "page": _to_markup(tables["page"]),
            "live": _to_markup(tables["live"]),
            "script": tables["script"],
            "live_script": tables["live_script"],
        }
        self._phrases = tables["phrases"]

    def translate(self, text):
        """Says a phrase of the files of a run in this language. Any other text stays as it is.

        Args:
            text: Str, which may come from a stranger.

        Returns:
            Str.
        """
        if len(text) > LONGEST_PHRASE:
            return text
        for key, pattern in _compile_phrases().items():
            if match := pattern.fullmatch(text):
                values = match.groupdict()
                for name in values:
                    if name.startswith("phrase"):
                        values[name] = self.translate(values[name])
                return self._phrases[key].format(**values)
        return text


def read_tables(language):
    """Reads all texts of a language: a dict of dicts of str, by the name of the table and a key."""
    path = importlib.resources.files("dcgan_tf.runs") / f"report_{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@functools.cache
def _compile_phrases():
    """Makes regular expressions that find the English phrases, by the keys of the table."""
    phrases = read_tables("en")["phrases"]
    return {key: re.compile(_to_pattern(text)) for key, text in phrases.items()}


def _to_pattern(text):
    pattern, start = "", 0
    for place in PLACE.finditer(text):
        letters = r".+" if place[1].startswith(("name", "phrase")) else r"\S+"
        pattern += f"{re.escape(text[start : place.start()])}(?P<{place[1]}>{letters})"
        start = place.end()
    return pattern + re.escape(text[start:])


def _to_markup(table):
    return types.SimpleNamespace(**{key: Markup(text) for key, text in table.items()})
