"""Sphinx's settings for the documentation."""

import json
import pathlib
import re
import shutil
import sys

# Where the source is at home, for example "https://github.com/NAME/dcgan_tf". Turns on the Colab
# badges; `notebooks/build.py` puts it into the cell that installs the package.
repository = ""

project = "dcgan_tf"
copyright = "the dcgan_tf developers, Apache License 2.0"
html_title = "dcgan_tf"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "sphinx-mathjax-offline",
    "sphinxarg.ext",
]
here = pathlib.Path(__file__).parent
exclude_patterns = ["_build", "jupyter_execute", "zh"]
templates_path = [str(here / "templates")]
html_theme = "furo"
html_theme_options = {"top_of_page_buttons": ["edit"]}  # its place holds the other language
html_static_path = [str(here / "static")]
html_css_files = ["code_fits.css"]
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
napoleon_custom_sections = ["Returns"]  # plain text: before a colon stands no type
default_role = "code"
suppress_warnings = ["myst.domains"]  # sphinx-argparse misses what MyST asks each domain for
nitpick_ignore = [
    ("py:class", "numpy.ndarray"),
    ("py:class", "numpy.dtype"),
    ("py:class", "io.BufferedIOBase"),
    ("py:class", "pathlib.Path"),
    ("py:class", "contextlib.ExitStack"),
    ("py:class", "keras.src.models.model.Model"),
    ("py:exc", "zipfile.BadZipFile"),
]


def write_pages(app):
    """Writes the pages that are made from other files: the chapters, and those for teachers."""
    sys.path.insert(0, str(here))
    import teaching  # stands beside this file

    chinese = app.config.language == "zh_CN"
    copy_chapters(here.parent / "notebooks" / ("zh" if chinese else ""), app.srcdir / "course")
    shutil.rmtree(app.srcdir / "quiz", ignore_errors=True)
    teaching.write(app.srcdir / "quiz", "zh" if chinese else "en")


def copy_chapters(notebooks, folder):
    """Copies the chapters to where Sphinx finds them, with a badge that opens them in Colab."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in sorted(notebooks.glob("*.ipynb")):
        notebook = json.loads(path.read_text("utf-8"))
        if repository:
            inside = path.relative_to(here.parent).as_posix()
            place = repository.replace(
                "https://github.com", "https://colab.research.google.com/github"
            )
            badge = "https://colab.research.google.com/assets/colab-badge.svg"
            link = f"{place}/blob/main/{inside}"
            notebook["cells"][0]["source"] += f"\n\n[![Open in Colab]({badge})]({link})"
        text = json.dumps(notebook)
        # As seen from docs/course and from docs/zh/course.
        text = text.replace("](../../docs/zh/", "](../").replace("](../../docs/", "](../../")
        (folder / path.name).write_text(text.replace("](../docs/", "](../"))


def link_to_english(app, page, source):
    """Makes links to pages that have no Chinese edition lead to the English ones."""
    if app.config.language != "zh_CN":
        return
    up = "../" * (page.count("/") + 1)
    source[0] = re.sub(
        rf"\[([^]]+)\]\({up}(\w+)\.md(#[^)]*)?\)", rf'<a href="{up}\2.html\3">\1</a>', source[0]
    )
    source[0] = re.sub(
        r"{py:\w+}`([^`<]+?) <([^`>]+)>`", rf'<a href="{up}api.html#\2">`\1`</a>', source[0]
    )


def name_other_language(app, page, template, context, tree):
    """Tells the page where it stands in the other language, if it does."""
    up = "../" * page.count("/")
    if app.config.language == "zh_CN":
        context["other_language"] = {
            "name": "English",
            "code": "en",
            "address": f"{up}../{page}.html",
        }
    elif any((here / "zh" / f"{page}{ending}").exists() for ending in (".md", ".ipynb")) or (
        page.startswith("course/") and (here.parent / "notebooks/zh" / f"{page[7:]}.ipynb").exists()
    ):
        context["other_language"] = {"name": "中文", "code": "zh", "address": f"{up}zh/{page}.html"}


def setup(app):
    app.connect("builder-inited", write_pages)
    app.connect("source-read", link_to_english)
    app.connect("html-page-context", name_other_language)
