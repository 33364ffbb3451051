"""The search of the Chinese documentation: each pair of neighbouring characters counts as a word.

Chinese is written without spaces between words. Cut into pairs on both sides, pages and questions
need no dictionary: a page has 判别器 if it has 判别 and 别器.
"""

import re

from sphinx.search.en import SearchEnglish

WORD = re.compile(r"[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])\w)+")


class ChineseSearch(SearchEnglish):
    """Splits texts for the index, and gives the browser a function that splits questions alike."""

    lang = "zh"
    js_splitter_code = r"""
function splitQuery(query) {
  const words = query.match(/[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])[\p{L}\p{N}_])+/gu) ?? [];
  return words.flatMap((word) =>
    /[\u3400-\u9fff]./u.test(word)
      ? Array.from(word.slice(1), (letter, i) => word[i] + letter)
      : [word]);
}
"""

    def split(self, input):
        return [part for word in WORD.findall(input) for part in cut(word)]


def cut(word):
    """The pairs of neighbouring characters of a Chinese word; another word stays whole.

    Example:

    >>> cut("判别器")
    ['判别', '别器']
    """
    if len(word) > 1 and "\u3400" <= word[0] <= "\u9fff":
        return [word[i : i + 2] for i in range(len(word) - 1)]
    return [word]
