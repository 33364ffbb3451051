"""What a command finds around it: standard input and output, a home folder, and TensorFlow.

A command may run without a terminal: its streams may be closed, lead to a program that has ended,
or lack some letters, and its user may have no home folder. A training of hours goes on all the
same.

This module imports TensorFlow only when `import_tensorflow` is called.
"""

import codecs
import contextlib
import errno
import os
import sys
import tempfile

from dcgan_tf import check_backend

# How to spell what dcgan_tf and Keras print, if the encoding of a stream lacks it.
SPELLINGS = {"é": "e", "±": "+/-", "–": "-", "…": "...", "━": "="}
READER_HAS_GONE = (errno.EPIPE, errno.EIO)  # of a pipe, and of a terminal


@contextlib.contextmanager
def prepare_streams():
    """Makes standard output and error accept any text in the `with` block, whatever happens there.

    - A letter that the encoding of a stream lacks is spelled in others, or as `\\u4e2d`.
    - When nobody reads a stream any more, for example after `| head -1`, its text goes nowhere.
    - A stream that is closed leads nowhere from the start.

    If a stream cannot be written for another reason, such as a full disk, `print` raises an
    `OSError` once. Later text goes nowhere.
    """
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = sys.stdin or _open_nowhere("r")
    sys.stdout = _Output(sys.stdout or _open_nowhere("w"))
    sys.stderr = _Output(sys.stderr or _open_nowhere("w"))
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


class _Output:
    """A stream that you can write to even when its reader has gone."""

    def __init__(self, stream):
        self._stream = stream
        if hasattr(stream, "reconfigure"):  # a notebook's stream has its own ways
            stream.reconfigure(errors="dcgan_tf.spell", line_buffering=True)

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def write(self, text):
        self._try(self._stream.write, text)
        return len(text)

    def flush(self):
        self._try(self._stream.flush)

    def _try(self, action, *arguments):
        try:
            action(*arguments)
        except BlockingIOError:  # another program has set the terminal not to wait
            os.set_blocking(self.fileno(), True)
            self._stream.flush()
        except OSError as error:
            # Python keeps the text, and would fail with it again when it ends.
            _lead_nowhere(self.fileno())
            if error.errno not in READER_HAS_GONE and self is not sys.stderr:
                error.filename = self.name
                raise


def one_line(message):
    """Puts a message on one line, with escapes such as `\\x1b` for what cannot be printed."""
    return to_printable(" ".join(str(message).split()))


def to_printable(text):
    """Writes what cannot be printed as escapes such as `\\x1b`. Line ends stay.

    Names of files and classes may hold codes that would change the colours of a terminal, or worse.
    """
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def choose_threads():
    """Lets TensorFlow compute two operations at once, each on half of the processor's cores.

    By default each operation may use all cores. But the operations of a small network are too short
    for that. In a GAN's step many do not need each other's results, such as the discriminator's
    logits for the real and for the generated images. So this way takes less time. Environment
    variables that you have set stay as they are.
    """
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
    cores = len(usable) or os.cpu_count() or 1
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", str(min(2, cores)))
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", str((cores + 1) // 2))


def import_tensorflow():
    """Imports Keras and TensorFlow without the messages that they print.

    TensorFlow's C++ code writes some of them before the log level applies
    (tensorflow/tensorflow#100442). Python cannot catch these, so we send the whole of standard
    error (file descriptor 2) to the null device during the import.

    Raises:
        ImportError: if a package is missing, or if Keras is set to another backend.
    """
    _find_home()
    check_backend()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    stderr = os.dup(2)
    _lead_nowhere(2)
    try:
        # Keras checks its own settings, and then imports TensorFlow.
        import keras  # noqa: F401
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def _find_home():
    """Gives this process a home in the temporary folder, if the user has none that can be written.

    Keras and Matplotlib keep files in the home. Without one, TensorFlow makes a folder named `~`.
    """
    home = os.path.expanduser("~")
    usable = os.path.isabs(home) and os.path.isdir(home) and os.access(home, os.W_OK | os.X_OK)
    if usable or not hasattr(os, "getuid"):
        return
    home = os.path.join(tempfile.gettempdir(), f"dcgan_tf-{os.getuid()}")
    with contextlib.suppress(FileExistsError):
        os.mkdir(home, 0o700)
    if os.lstat(home).st_uid != os.getuid():  # made by another user, who may have put files there
        home = tempfile.mkdtemp(prefix="dcgan_tf-")
    os.environ["HOME"] = home


def _open_nowhere(mode):
    # This takes the lowest free number, that of the closed stream, before another file gets it.
    return open(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8", closefd=False)


def _lead_nowhere(number):
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def _spell(error):
    letters = error.object[error.start : error.end]
    spelled = (SPELLINGS.get(c) or c.encode("ascii", "backslashreplace").decode() for c in letters)
    return "".join(spelled), error.end


codecs.register_error("dcgan_tf.spell", _spell)
