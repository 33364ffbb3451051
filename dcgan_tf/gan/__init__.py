"""The game itself: the model and its training step, losses, penalties, saving and sampling.

What a sample is, a picture or a text, and where it comes from is not known here: this room imports
only `networks`.
"""
