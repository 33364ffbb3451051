"""A run, which is one training and its folder: settings, training, scores and report.

Everything that the command `dcgan-tf` does is a function here, which you can call from Python.
"""
