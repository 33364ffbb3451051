"""Training on two devices, and on two machines played by two processes, beside one process.

The tolerance: gradients are sums over the batch, here in two halves; in float32 the order of a sum
changes its last bits, and Adam divides by the root of a small number in its first steps.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

SCRIPT = pathlib.Path(__file__).parents[1] / "programs" / "distribute.py"
pytestmark = pytest.mark.thorough
TOLERANCE = {"rtol": 1e-3, "atol": 1e-5}


def free_ports(n):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def start_workers(argv, **options):
    """Starts two workers that know each other; each gets its own index in place of {index}."""
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    processes = []
    for index in range(2):
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(task)}
        command = [sys.executable, *(str(word).format(index=index) for word in argv)]
        processes.append(
            subprocess.Popen(
                command,
                env=environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                **options,
            )
        )
    return processes


def finish(processes, timeout=120):
    outputs = [process.communicate(timeout=timeout)[0] for process in processes]
    return [process.returncode for process in processes], outputs


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    path = tmp_path_factory.mktemp("one") / "weights.npz"
    subprocess.run([sys.executable, SCRIPT, "one", path], check=True)
    return np.load(path)


def assert_same_training(path, one):
    trained = np.load(path)
    assert set(trained) == set(one)
    for name in one:
        np.testing.assert_allclose(trained[name], one[name], **TOLERANCE, err_msg=name)


def test_two_devices_are_one_process(one, tmp_path):
    path = tmp_path / "weights.npz"
    subprocess.run([sys.executable, SCRIPT, "mirrored", path], check=True)
    assert_same_training(path, one)


def test_two_workers_are_one_process(one, tmp_path):
    statuses, outputs = finish(start_workers([SCRIPT, "worker", tmp_path / "{index}.npz"]))
    assert statuses == [0, 0], outputs
    for index in range(2):
        assert_same_training(tmp_path / f"{index}.npz", one)


def command_line(folder, *options):
    argv = ["-m", "dcgan_tf", "train", "--data", "data.npz", "--latent-dim", "4"]
    argv += ["--augment", "off"]
    return start_workers([*argv, "--batch-size", "16", *options], cwd=folder)


def test_command_line_on_two_workers_and_after_a_loss(tmp_path):
    """Only the chief writes; a killed worker ends the other; all go on from the last epoch."""
    pixels = np.random.default_rng(0).integers(0, 256, (64, 16, 16), dtype=np.uint8)
    np.savez(tmp_path / "data.npz", x_train=pixels)
    run = tmp_path / "runs" / "data"

    workers = command_line(tmp_path, "--epochs", "1000")
    history = run / "history.csv"
    deadline = time.monotonic() + 120
    while not (history.exists() and len(history.read_text().splitlines()) > 2):
        assert time.monotonic() < deadline, "no epoch was finished"
        time.sleep(0.1)
    workers[1].send_signal(signal.SIGKILL)
    statuses, (chief, _) = finish(workers)
    assert statuses == [1, -signal.SIGKILL]
    assert "Another worker has stopped" in chief.splitlines()[-1]

    epochs = len(history.read_text().splitlines()) - 1
    statuses, outputs = finish(command_line(tmp_path, "--epochs", str(epochs + 2), "--resume"))
    assert statuses == [0, 0], outputs
    assert len(history.read_text().splitlines()) == epochs + 3
    assert (run / "report.html").exists() and "report.html" in outputs[0]
    assert "report.html" not in outputs[1]
