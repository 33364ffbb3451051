"""A generator as text for a page: the list of its layers as JSON, and its weights in 16 bits."""

import base64
import gzip

import keras
import numpy as np

from dcgan_tf.gan.conditioning import with_condition
from dcgan_tf.runs.exported_layers import EXPORTERS, NotExportable, export_layer

MOST_WEIGHTS = 20_000_000
CLOSE = 1 / 127.5  # half of the difference that pixels of the page may have


def export_generator(model):
    """Exports the generator of a model with the moving average of its weights, as `generate` uses.

    Args:
        model: `GAN`, whose generator is a Functional or Sequential model.

    Returns:
        A tuple `(graph, arrays)`: what `Graph.to_json` returns, and a list of float32 arrays.

    Raises:
        ValueError: if the page has no such layer, or if there are too many weights.
    """
    generator = model.generator
    count = generator.count_params()
    if count > MOST_WEIGHTS:
        raise ValueError(
            f"The generator is too large for a page. Received: {count:,} weights. Expected at most "
            f"{MOST_WEIGHTS:,}."
        )
    if getattr(generator, "outputs", None) is None or len(generator.outputs) != 1:
        raise ValueError(
            "The generator cannot run in a page, as its layers cannot be listed. Received: a model "
            f"of the class {type(generator).__name__}. Expected a Functional or Sequential model "
            "with one output."
        )
    graph = Graph(len(generator.inputs))
    with model.averaged_weights():
        (output,) = graph.add_model(generator, range(len(generator.inputs)))
    return {**graph.to_json(), "output": output}, graph.arrays


class Graph:
    """The layers of a network in an order in which they can be computed.

    Args:
        inputs: Int, the number of inputs of the network.
    """

    def __init__(self, inputs):
        self.inputs = inputs
        self.nodes = []
        self.arrays = []
        self._numbers = {}  # of the arrays of each layer, as a layer may be used twice

    def to_json(self):
        """Returns a dict that JSON can hold.

        Its `nodes` have the name of a layer, `inputs` (numbers of values: those of the network come
        first, then one for each node), `attributes`, and `weights` (numbers of arrays).
        """
        return {"inputs": self.inputs, "nodes": self.nodes}

    def add_model(self, model, inputs):
        """Adds all layers of a Functional or Sequential model, also of models inside it.

        Args:
            model: `keras.Model`.
            inputs: the numbers of the values that it gets.

        Returns:
            A list of ints, the numbers of the values that it makes.
        """
        known = dict(zip(map(id, model.inputs), inputs, strict=True))
        return [self._add_tensor(tensor, known) for tensor in model.outputs]

    def _add_tensor(self, tensor, known):
        if id(tensor) in known:
            return known[id(tensor)]
        layer, node_index, _ = tensor._keras_history
        node = layer._inbound_nodes[node_index]
        inputs = [self._add_tensor(each, known) for each in node.input_tensors]
        if isinstance(layer, keras.Model) and getattr(layer, "outputs", None):
            outputs = self.add_model(layer, inputs)
        else:
            outputs = [self._add_layer(layer, node, inputs)]
        known.update(zip(map(id, node.output_tensors), outputs, strict=True))
        return known[id(tensor)]

    def _add_layer(self, layer, node, inputs):
        try:
            if len(node.output_tensors) != 1:
                raise NotExportable("it has several outputs")
            if node.arguments.kwargs.get("training"):
                raise NotExportable("it is called with training=True")
            shapes = [tensor.shape for tensor in node.input_tensors]
            name, attributes, arrays = export_layer(layer, shapes, node.output_tensors[0].shape)
            if name in ("GRU", "LSTM", "SimpleRNN") and len(inputs) > 1:
                raise NotExportable("its first state is given")
        except NotExportable as error:
            raise ValueError(
                f"The generator has a layer that cannot run in a page ({error}). Received: the "
                f"layer {layer.name!r} of the type {type(layer).__name__}. Expected layers among "
                f"{', '.join(EXPORTERS)}."
            ) from None
        if id(layer) not in self._numbers:
            first = len(self.arrays)
            self.arrays += arrays
            self._numbers[id(layer)] = list(range(first, len(self.arrays)))
        self.nodes.append(
            {
                "layer": name,
                "inputs": inputs,
                "attributes": attributes,
                "weights": self._numbers[id(layer)],
            }
        )
        return self.inputs + len(self.nodes) - 1


def pack(arrays, bits=16):
    """Packs arrays as text.

    Each array is divided by its largest absolute value and written with numbers of 16 bits. Those
    of one dimension are few and count much, so they are written as the sum of two such numbers. The
    upper bytes of all numbers come first, as they are alike, which helps the compression.

    Args:
        arrays: list of float32 arrays.
        bits: Int, how exact the others are: 16; 32, the sum of two numbers; or fewer than 16, when
            the last bits are 0, which makes the text shorter.

    Returns:
        A tuple `(entries, text)`: a list of dicts with the `shape`, the `scale` and the number of
        `parts` of each array; and Str, gzip in base64.
    """
    entries, parts = [], []
    for array in arrays:
        scale = float(np.abs(array).max(initial=0.0)) or 1.0
        halves = split_into_halves(array / scale, 32 if array.ndim < 2 else bits)
        entries.append({"shape": list(array.shape), "scale": scale, "parts": len(halves)})
        parts += [half.ravel() for half in halves]
    numbers = np.concatenate(parts).astype("<f2").view(np.uint8)
    content = numbers[1::2].tobytes() + numbers[::2].tobytes()
    return entries, base64.b64encode(gzip.compress(content, mtime=0)).decode()


def split_into_halves(array, bits):
    """Writes numbers in [-1, 1] as a sum of numbers with 16 bits: a list of float16 arrays.

    Args:
        array: float array.
        bits: as in `pack`.
    """
    first = np.asarray(array).astype(np.float16)
    if bits == 32:
        return [first, (np.asarray(array, np.float64) - first).astype(np.float16)]
    if bits < 16:
        step = 1 << (16 - bits)
        # A carry goes on into the exponent, which is right: the next number is a power of two.
        first = ((first.view(np.uint16) + step // 2) & (2**16 - step)).astype(np.uint16)
    return [first.view(np.float16)]


def changes_images(model, bits, noise, condition=None):
    """Says whether rounding its weights to some bits changes a generator's images too much.

    Args:
        model: `GAN`.
        bits: Int, as in `pack`, at most 16.
        noise: float32 `(n, latent_dim)`.
        condition: int `(n,)`, the labels, or `None`.

    Returns:
        Bool, whether a pixel changes by more than 1 of 255.
    """
    condition = None if condition is None else keras.ops.convert_to_tensor(condition)
    inputs = with_condition(keras.ops.convert_to_tensor(noise), condition)
    generator = model.generator
    with model.averaged_weights():
        kept = generator.get_weights()
        expected = np.asarray(generator(inputs, training=False))
        try:
            generator.set_weights([_round(weight, bits) for weight in kept])
            made = np.asarray(generator(inputs, training=False))
        finally:
            generator.set_weights(kept)
    return bool(np.abs(made - expected).max() > CLOSE)


def _round(weight, bits):
    if weight.ndim < 2:
        return weight
    scale = float(np.abs(weight).max(initial=0.0)) or 1.0
    (half,) = split_into_halves(weight / scale, bits)
    return (half * np.float32(scale)).astype(weight.dtype)
