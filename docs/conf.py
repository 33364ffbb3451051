"""Sphinx's settings for the documentation."""

import json
import pathlib
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
exclude_patterns = ["_build", "jupyter_execute"]
html_theme = "furo"
html_static_path = ["static"]
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

here = pathlib.Path(__file__).parent
shutil.rmtree(here / "course", ignore_errors=True)
(here / "course").mkdir()
for notebook in sorted((here.parent / "notebooks").glob("*.ipynb")):
    content = json.loads(notebook.read_text())
    if repository:
        place = repository.replace("https://github.com", "https://colab.research.google.com/github")
        badge = "https://colab.research.google.com/assets/colab-badge.svg"
        link = f"{place}/blob/main/notebooks/{notebook.name}"
        content["cells"][0]["source"] += f"\n\n[![Open in Colab]({badge})]({link})"
    text = json.dumps(content).replace("](../docs/", "](../")  # as seen from docs/course
    (here / "course" / notebook.name).write_text(text)

sys.path.insert(0, str(here))
import teaching  # noqa: E402, it stands beside this file

shutil.rmtree(here / "quiz", ignore_errors=True)
teaching.write(here / "quiz")
