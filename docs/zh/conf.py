"""Sphinx's settings for the documentation in Chinese: the English ones, and what differs."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import sphinx.search  # noqa: E402
from chinese_search import ChineseSearch  # noqa: E402
from conf import *  # noqa: E402, F403

sphinx.search.languages["zh"] = ChineseSearch

language = "zh_CN"
html_title = "dcgan_tf：边运行边学 GAN"
html_theme_options = {
    "top_of_page_buttons": ["edit"],
    "light_css_variables": {
        "font-stack": '-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", '
        '"Noto Sans CJK SC", "Source Han Sans SC", sans-serif',
    },
}
