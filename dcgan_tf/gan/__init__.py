"""The game itself: the model and its training step, losses, penalties, saving and sampling.

This room does not know what a sample is, a picture or a text, nor where samples come from. It
imports only the room `networks`.
"""
