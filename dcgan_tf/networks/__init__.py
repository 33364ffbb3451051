"""Generators and discriminators, and the layers that they are built from.

A network knows its shapes and nothing else: how it is trained, and on what, is decided above. This
room imports no other.
"""
