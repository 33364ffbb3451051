"""The command `python -m dcgan_tf`, which does the same as `dcgan-tf`."""

import sys

from dcgan_tf.cli import main

if __name__ == "__main__":
    sys.exit(main())
