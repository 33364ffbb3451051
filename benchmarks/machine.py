"""What a figure was measured on."""

import os
import platform
import re


def describe():
    """One line: processor, cores, Python and the libraries that matter."""
    import keras
    import numpy
    import tensorflow

    processor = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            processor = re.search(r"model name\s*: (.*)", file.read()).group(1)
    return (
        f"{processor}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, "
        f"TensorFlow {tensorflow.__version__}, Keras {keras.__version__}, "
        f"NumPy {numpy.__version__}"
    )


def resident_mb():
    """Resident memory of this process in MB (Linux)."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
