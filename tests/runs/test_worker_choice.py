"""Who writes the files of a run, by the environment variable TF_CONFIG."""

import pytest
import tensorflow as tf

from dcgan_tf.runs import workers


@pytest.mark.parametrize("config", ["", "{}", '{"cluster": {}, "environment": "cloud"}'])
def test_a_process_without_a_cluster_is_the_chief(monkeypatch, config):
    monkeypatch.setenv("TF_CONFIG", config)
    strategy, is_chief = workers.join()
    assert strategy is tf.distribute.get_strategy() and is_chief


@pytest.mark.parametrize("config", ["[]", "3", "{", '"text"'])
def test_a_config_of_another_form_is_refused(monkeypatch, config):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(ValueError, match="TF_CONFIG cannot be understood"):
        workers.join()
