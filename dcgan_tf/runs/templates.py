"""The templates of the pages: HTML files of this folder that Jinja fills."""

import importlib.resources

import jinja2


def load_template(name, **filters):
    """Loads a template. What is put into it is escaped.

    Args:
        name: Str, the name of an HTML file in this folder.
        **filters: functions that the template uses by these names.

    Returns:
        A `jinja2.Template`.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(importlib.resources.files("dcgan_tf.runs"))),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    return environment.get_template(name)
