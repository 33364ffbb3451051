"""Generators and discriminators, and the layers that they are built from.

A network knows the shapes of its inputs and outputs. How it is trained, and on which data, is
decided in other rooms, and this room imports none of them.
"""

from dcgan_tf.networks.default import build_discriminator as build_discriminator
from dcgan_tf.networks.default import build_generator as build_generator
