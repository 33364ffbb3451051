"""One training as a folder: its settings, what is written into it, its scores and its report.

Everything that `dcgan-tf` does is here as functions for Python; the words of the command line stay
in `cli.py`.
"""
