"""Other people's tools find what they look for: loggers, a tuner, converters for other runtimes.

The packages are large, and most people have few of them. These tests run when you ask for them:

    python -m pip install -e ".[test,tools]"
    python -m pytest -n 0 -m tools tests/test_tools.py

The first line of a docstring is a row of the second table in docs/keras.md, the rest says what is
seen to work. `python tests/programs/keras_table.py --tools` runs these tests and writes that table.
"""

import keras
import numpy as np
import pytest

from dcgan_tf import DCGAN, GAN, build_pair, load_model

pytestmark = [
    pytest.mark.tools,
    # The packages leave files and connections open.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SHAPE, LATENT_DIM, RATE = (16, 16, 1), 4, 3e-4
METRICS = ("generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy")
IMAGES = np.random.default_rng(0).uniform(-1, 1, (32, *SHAPE)).astype(np.float32)
NOISE = np.random.default_rng(1).normal(size=(5, LATENT_DIM)).astype(np.float32)


def make_model(**options):
    model = DCGAN(SHAPE, LATENT_DIM, seed=0)
    model.compile(**options)
    return model


def two_rates():
    return {
        "generator_optimizer": keras.optimizers.Adam(RATE),
        "discriminator_optimizer": keras.optimizers.Adam(2 * RATE),
    }


def train(model, **options):
    return model.fit(IMAGES, batch_size=16, verbose=0, **options)


def assert_has_metrics(found, history, prefix=""):
    """Compares what a tool has logged with the history of `fit`."""
    for name in METRICS:
        assert found[prefix + name] == pytest.approx(history.history[name][-1])


def assert_makes_the_same(model, other):
    np.testing.assert_allclose(other.generate(3, seed=0), model.generate(3, seed=0), atol=1e-6)


# ---------------------------------------------------------------------------------- loggers


@pytest.fixture
def wandb_run(tmp_path, monkeypatch):
    """A run of Weights & Biases that stays on this machine."""
    wandb = pytest.importorskip("wandb")
    pytest.importorskip("wandb.integration.keras")
    monkeypatch.setenv("WANDB_SILENT", "true")
    with wandb.init(mode="offline", dir=tmp_path, project="test") as run:
        yield run


@pytest.mark.parametrize(
    ("options", "rate"), [(two_rates(), RATE), ({}, 2e-3 / (1 + 2 / 5000))], ids=["fixed", "falls"]
)
def test_wandb_metrics_logger(wandb_run, options, rate):
    """Weights & Biases: `WandbMetricsLogger`.

    Offline: the metrics, and the generator's learning rate, also if it follows a schedule.
    """
    from wandb.integration.keras import WandbMetricsLogger

    history = train(make_model(**options), callbacks=[WandbMetricsLogger(log_freq=1)])
    assert_has_metrics(wandb_run.summary, history, "epoch/")
    assert wandb_run.summary["epoch/learning_rate"] == pytest.approx(rate, rel=1e-5)
    assert wandb_run.summary["batch/learning_rate"] > 0


def test_wandb_model_checkpoint(wandb_run, tmp_path):
    """Weights & Biases: `WandbModelCheckpoint`.

    The file loads and makes the same samples. It needs `mode="min"`, as Keras' `ModelCheckpoint`.
    """
    from wandb.integration.keras import WandbModelCheckpoint

    path = str(tmp_path / "best.keras")
    best = WandbModelCheckpoint(path, monitor="generator_loss", mode="min", save_best_only=True)
    model = make_model()
    train(model, callbacks=[best])
    assert_makes_the_same(model, load_model(path))


@pytest.fixture
def mlflow(tmp_path, monkeypatch):
    """MLflow with its store in a file of this test."""
    package = pytest.importorskip("mlflow")
    monkeypatch.chdir(tmp_path)
    package.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    package.set_experiment("test")
    yield package
    package.tensorflow.autolog(disable=True)


@pytest.mark.parametrize("options", [{}, {"validation_data": (IMAGES,)}, {"callbacks": []}])
def test_mlflow_autolog(mlflow, options):
    """MLflow: `mlflow.tensorflow.autolog()`.

    The metrics, the settings of both optimizers, and the model, which loads and makes the same
    samples. MLflow 3.17 warns that it cannot infer the batch size. This warning comes for
    every Keras model that is not Functional, and changes nothing.
    """
    mlflow.tensorflow.autolog()
    model = make_model(**two_rates())
    with mlflow.start_run() as run:
        history = train(model, **options)
    data = mlflow.get_run(run.info.run_id).data
    assert_has_metrics(data.metrics, history)
    assert data.params["batch_size"] == "16"
    assert float(data.params["opt_discriminator_learning_rate"]) == pytest.approx(2 * RATE)
    loaded = mlflow.tensorflow.load_model(f"runs:/{run.info.run_id}/model")
    assert_makes_the_same(model, loaded)


def test_mlflow_callback(mlflow):
    """MLflow: `MlflowCallback`.

    The metrics, and the settings of both optimizers as `opt_generator_…` and
    `opt_discriminator_…`.
    """
    with mlflow.start_run() as run:
        logger = mlflow.tensorflow.MlflowCallback()
        history = train(make_model(**two_rates()), callbacks=[logger])
        mlflow.flush_async_logging()
    data = mlflow.get_run(run.info.run_id).data
    assert_has_metrics(data.metrics, history)
    assert float(data.params["opt_generator_learning_rate"]) == pytest.approx(RATE)
    assert float(data.params["opt_discriminator_learning_rate"]) == pytest.approx(2 * RATE)


def test_mlflow_checkpoint(mlflow):
    """MLflow: `MlflowModelCheckpointCallback(save_weights_only=True)`.

    `load_checkpoint` puts the weights into a new model, which makes the same samples. Without
    `save_weights_only` MLflow 3.17 writes .h5 files, which cannot hold a GAN: a warning, no file.
    """
    model = make_model()
    checkpoint = mlflow.tensorflow.MlflowModelCheckpointCallback(
        monitor="generator_loss", mode="min", save_weights_only=True
    )
    with mlflow.start_run() as run:
        train(model, callbacks=[checkpoint])
    loaded = mlflow.tensorflow.load_checkpoint(make_model(), run_id=run.info.run_id)
    assert_makes_the_same(model, loaded)


def test_tensorboard_with_all_options(tmp_path):
    """TensorBoard with all that Keras' callback can write.

    The metrics, both learning rates, and histograms of the weights of both networks. Keras 3.15
    writes no graph, whatever model it is.
    """
    pytest.importorskip("tensorboard")
    import tensorflow as tf
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = keras.callbacks.TensorBoard(
        tmp_path, histogram_freq=1, write_images=True, update_freq=1, profile_batch=(1, 2)
    )
    model = make_model(**two_rates())
    history = train(model, callbacks=[board])
    events = EventAccumulator(str(tmp_path / "train"))
    events.Reload()

    def read(tag):
        (event,) = events.Tensors(tag)
        return float(tf.make_ndarray(event.tensor_proto))

    assert read("epoch_learning_rate_generator") == pytest.approx(RATE)
    assert read("epoch_learning_rate_discriminator") == pytest.approx(2 * RATE)
    assert_has_metrics({name: read(f"epoch_{name}") for name in METRICS}, history)
    tags = set(events.Tags()["tensors"])
    for variable in model.trainable_variables:
        layer, name = variable.path.split("/")[-2:]
        assert f"{layer}/{name}/histogram" in tags


# ------------------------------------------------------------------------------------ tuner


def test_keras_tuner(tmp_path):
    """KerasTuner: `RandomSearch`.

    Two trials with different `latent_dim` and rate; the best model loads with the score it had.
    The objective needs its direction: `keras_tuner.Objective("val_generator_loss", "min")`.
    """
    keras_tuner = pytest.importorskip("keras_tuner")

    def build(choices):
        model = DCGAN(SHAPE, choices.Int("latent_dim", 2, 8), seed=0)
        rate = choices.Float("rate", 1e-4, 1e-2, sampling="log")
        model.compile(keras.optimizers.Adam(rate), keras.optimizers.Adam(rate))
        return model

    goal = keras_tuner.Objective("val_generator_loss", "min")
    tuner = keras_tuner.RandomSearch(build, goal, max_trials=2, directory=tmp_path, seed=0)
    tuner.search(IMAGES, validation_data=(IMAGES,), batch_size=16, verbose=0)
    best, other = (trial.score for trial in tuner.oracle.get_best_trials(2))
    assert best < other < np.inf
    values = tuner.get_best_models(1)[0].evaluate(IMAGES, verbose=0, return_dict=True)
    assert values["generator_loss"] == pytest.approx(best, rel=1e-3)


# ------------------------------------------------------------------------------- converters


def train_for_export(pair):
    """Trains a GAN until its samples differ and the moving average is not the last weights."""
    model = GAN(*build_pair(pair, SHAPE, LATENT_DIM, seed=0), LATENT_DIM, seed=0)
    averaging = keras.optimizers.Adam(0.02, use_ema=True, ema_momentum=0.9)
    model.compile(averaging, keras.optimizers.Adam(0.02))
    model.fit(IMAGES, batch_size=2, shuffle=False, verbose=0)  # the same each time
    samples = model.predict(NOISE, verbose=0)
    assert samples.std(axis=0).mean() > 0.02
    assert abs(samples - model.generator.predict(NOISE, verbose=0)).max() > 0.1
    return model


@pytest.fixture(scope="module", params=["default", "tutorial"])
def trained(request):
    return train_for_export(request.param)


def assert_has_pixels_of_predict(samples, model):
    np.testing.assert_allclose(samples, model.predict(NOISE, verbose=0), atol=1e-3)


def run_tflite(content, batch=5):
    """Makes the samples of NOISE with the interpreter, `batch` of them at once."""
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    interpreter = litert.Interpreter(model_content=content)
    (given,), (made,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(given["index"], (batch, LATENT_DIM))
    interpreter.allocate_tensors()
    samples = []
    for part in np.split(NOISE, len(NOISE) // batch):
        interpreter.set_tensor(given["index"], part)
        interpreter.invoke()
        samples.append(interpreter.get_tensor(made["index"]))
    return np.concatenate(samples)


def convert_saved_model(path):
    import tensorflow as tf

    return tf.lite.TFLiteConverter.from_saved_model(str(path)).convert()


def test_tflite_of_the_generator(trained):
    """TFLite: `from_keras_model(model.generator)`.

    The pixels of `predict` within 1e-3, for the default and the tutorial networks. Convert inside
    `with model.averaged_weights():`, or the file has the last weights instead of their average.
    """
    import tensorflow as tf

    with trained.averaged_weights():
        content = tf.lite.TFLiteConverter.from_keras_model(trained.generator).convert()
    assert_has_pixels_of_predict(run_tflite(content), trained)


def test_tflite_of_the_saved_model(trained, tmp_path):
    """TFLite: `from_saved_model` of what `export` wrote.

    The pixels of `predict` within 1e-3, for the default and the tutorial networks.
    """
    trained.export(tmp_path / "exported", verbose=False)
    assert_has_pixels_of_predict(run_tflite(convert_saved_model(tmp_path / "exported")), trained)


def test_litert(trained, tmp_path):
    """TFLite: `model.export("generator.tflite", format="litert")`.

    The pixels of `predict` within 1e-3, for the default and the tutorial networks.
    """
    path = tmp_path / "generator.tflite"
    trained.export(path, format="litert", verbose=False)
    assert_has_pixels_of_predict(run_tflite(path.read_bytes()), trained)


def test_litert_of_the_recurrent_networks(tmp_path):
    """TFLite: the recurrent networks.

    The pixels of `predict` within 1e-3, one sample at a time:
    `input_signature=[keras.InputSpec(shape=(1, latent_dim), dtype="float32")]`. TFLite of
    TensorFlow 2.21 converts no GRU whose batch may have any size.
    """
    model = train_for_export("recurrent")
    path = tmp_path / "generator.tflite"
    one = [keras.InputSpec(shape=(1, LATENT_DIM), dtype="float32")]
    model.export(path, format="litert", input_signature=one, verbose=False)
    assert_has_pixels_of_predict(run_tflite(path.read_bytes(), batch=1), model)


@pytest.mark.parametrize(
    ("policy", "epsilon"), [("mixed_float16", 2**-10), ("mixed_bfloat16", 2**-7)]
)
def test_tflite_after_mixed_precision(policy, epsilon, tmp_path):
    """TFLite of a model trained in mixed precision.

    By way of a float32 model that loads the weights (`save_weights`, `load_weights`): the same
    averaged weights bit for bit, its pixels within 1e-3, and those of the model trained in 16 bits
    to their rounding errors. TFLite of TensorFlow 2.21 has no 16-bit matrix product, and
    onnxruntime 1.32 reads no bfloat16 file of tf2onnx 1.17, whatever Keras model it is.
    """
    keras.mixed_precision.set_global_policy(policy)
    try:
        model = train_for_export("default")
    finally:
        keras.mixed_precision.set_global_policy("float32")
    model.save_weights(tmp_path / "model.weights.h5")
    exact = DCGAN(SHAPE, LATENT_DIM)
    exact.load_weights(tmp_path / "model.weights.h5")
    with model.averaged_weights(), exact.averaged_weights():
        for a, b in zip(model.generator.weights, exact.generator.weights, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
    exact.export(tmp_path / "exported", verbose=False)
    samples = run_tflite(convert_saved_model(tmp_path / "exported"))
    assert_has_pixels_of_predict(samples, exact)
    # The rounding errors of the layers add up: about one epsilon was seen, the step next to 1.
    np.testing.assert_allclose(samples, model.predict(NOISE, verbose=0), rtol=0, atol=4 * epsilon)


def test_onnx(trained, tmp_path):
    """ONNX: `model.export("generator.onnx", format="onnx")`.

    onnxruntime makes the pixels of `predict` within 1e-3, for the default and the tutorial
    networks.
    """
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("tf2onnx")
    path = tmp_path / "generator.onnx"
    trained.export(path, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(path)
    (given,) = session.get_inputs()
    assert_has_pixels_of_predict(session.run(None, {given.name: NOISE})[0], trained)
