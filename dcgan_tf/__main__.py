"""Lets `python -m dcgan_tf` do what `dcgan-tf` does."""

import sys

from dcgan_tf.cli import main

if __name__ == "__main__":
    sys.exit(main())
