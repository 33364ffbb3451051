"""Watching a training while it runs: sample grids, scores, the training doctor, curves.

The callbacks here observe and report, and never change the weights. This room does not know run
folders.
"""
