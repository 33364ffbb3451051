"""The layers that a page can compute: what each of them needs there, as plain numbers and arrays.

`EXPORTERS` has one short function for each type of layer. It returns the attributes and the weights
that the function of the same name in javascript/play/src/layers.js takes. What can be computed in
advance is computed here: a batch normalisation becomes one scale and one shift.
"""

import keras
import numpy as np

from dcgan_tf.networks import layers as own_layers
from dcgan_tf.networks.fast_layers import FAST_LAYERS

ACTIVATIONS = (
    *("elu", "exponential", "gelu", "hard_sigmoid", "hard_silu", "leaky_relu", "linear", "mish"),
    *("relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "tanh"),
)  # javascript/play/src/activations.js has the same names


class NotExportable(ValueError):
    """A layer that cannot run in a page. The message says what it is that cannot."""


def export_layer(layer, input_shapes, output_shape):
    """Says how a page computes a layer.

    Args:
        layer: `keras.layers.Layer`.
        input_shapes: list of tuples, the shapes of its inputs, with the batch.
        output_shape: tuple, the shape of its output, with the batch.

    Returns:
        A tuple `(name, attributes, weights)`: Str, a key of `EXPORTERS`; a dict that JSON can hold;
        and a list of float32 arrays.

    Raises:
        NotExportable: if the page has no such layer, or not with these settings.
    """
    while isinstance(layer, keras.layers.SpectralNormalization):
        layer = layer.layer  # outside of a training it computes what this layer does
    name = NAMES.get(type(layer))
    if name is None:
        raise NotExportable("the page has no such layer")
    if None in (*output_shape[1:], *(size for shape in input_shapes for size in shape[1:])):
        raise NotExportable("its size is not fixed")
    if getattr(layer, "data_format", None) == "channels_first":
        raise NotExportable("it has its channels first")
    attributes, weights = EXPORTERS[name](layer, input_shapes[0], output_shape)
    return name, attributes, [np.asarray(weight, np.float32) for weight in weights]


def _without_weights(*_):
    return {}, []


def _activate(layer, attribute="activation"):
    activation = getattr(layer, attribute)
    for name in ACTIVATIONS:
        if activation is getattr(keras.activations, name):
            return name
    name = getattr(activation, "__name__", type(activation).__name__)
    raise NotExportable(f"the page has no activation {name}")


def _kernel_and_bias(layer, kernel="kernel"):
    return [getattr(layer, kernel), *([layer.bias] if layer.use_bias else [])]


def _export_activation(layer, *_):
    return {"activation": _activate(layer)}, []


def _export_concatenate(layer, input_shape, _):
    return {"axis": layer.axis % len(input_shape)}, []


def _export_dense(layer, *_):
    return {"activation": _activate(layer)}, _kernel_and_bias(layer)


def _export_convolution(layer, *_):
    if getattr(layer, "groups", 1) != 1:
        raise NotExportable("it has several groups")
    if max(layer.strides) > 1 < max(layer.dilation_rate):
        raise NotExportable("it has strides and dilation at once")
    attributes = {
        "strides": list(layer.strides),
        "padding": layer.padding,
        "dilation": list(layer.dilation_rate),
        "activation": _activate(layer),
    }
    return attributes, _kernel_and_bias(layer)


def _export_transposed(layer, _, output_shape):
    if layer.output_padding is not None or set(layer.dilation_rate) != {1}:
        raise NotExportable("it has output_padding or dilation")
    pairs = zip(layer.kernel_size, layer.strides, strict=True)
    is_same = layer.padding == "same"
    attributes = {
        "strides": list(layer.strides),
        "before": [max(taps - step, 0) // 2 if is_same else 0 for taps, step in pairs],
        "size": list(output_shape[1:3]),
        "activation": _activate(layer),
    }
    return attributes, _kernel_and_bias(layer)


def _export_doubling(layer, _, output_shape):
    attributes = {
        "strides": [2, 2],
        "before": [(taps - 1) // 2 for taps in layer.kernel_size],
        "size": list(output_shape[1:3]),
        "activation": _activate(layer),
    }
    if set(layer.strides) | set(layer.dilation_rate) != {1} or layer.groups != 1:
        raise NotExportable("it has strides, dilation or groups")
    return attributes, _kernel_and_bias(layer)


def _export_cropping(layer, _, output_shape):
    before = [edges[0] for edges in layer.cropping]
    return {"before": before, "size": list(output_shape[1:3])}, []


def _export_padding(layer, *_):
    return {"edges": [list(edges) for edges in layer.padding]}, []


def _export_resizing(layer, _, output_shape):
    if layer.interpolation not in ("nearest", "bilinear"):
        raise NotExportable(f"it interpolates with {layer.interpolation!r}")
    return {"size": list(output_shape[1:3]), "interpolation": layer.interpolation}, []


def _export_pooling(layer, *_):
    attributes = {"size": list(layer.pool_size), "strides": list(layer.strides)}
    return {**attributes, "padding": layer.padding}, []


def _export_global_pooling(layer, *_):
    return {"keepdims": bool(layer.keepdims)}, []


def _export_reshape(_, __, output_shape):
    return {"shape": list(output_shape[1:])}, []


def _export_batch_normalization(layer, input_shape, _):
    if layer.axis % len(input_shape) != len(input_shape) - 1:
        raise NotExportable("it normalises another axis than the last one")
    return {}, _fold_statistics(layer)


def _fold_statistics(layer):
    """Turns a batch normalisation into the scale and the shift of each channel."""
    mean, variance = np.asarray(layer.moving_mean), np.asarray(layer.moving_variance)
    scale = np.asarray(layer.gamma if layer.scale else 1.0) / np.sqrt(variance + layer.epsilon)
    return [scale, (np.asarray(layer.beta) if layer.center else 0.0) - mean * scale]


def _export_layer_normalization(layer, input_shape, _):
    if getattr(layer, "rms_scaling", False):
        raise NotExportable("it has rms_scaling")
    axes = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    axes = sorted(axis % len(input_shape) for axis in axes)
    shape = [size if axis in axes else 1 for axis, size in enumerate(input_shape)][1:]
    scale = np.asarray(layer.gamma) if layer.scale else np.ones(())
    shift = np.asarray(layer.beta) if layer.center else np.zeros(())
    weights = [np.broadcast_to(each.reshape(-1), (each.size,)) for each in (scale, shift)]
    weights = [each.reshape(shape) if each.size > 1 else each for each in weights]
    return {"axes": axes, "epsilon": layer.epsilon}, weights


def _export_group_normalization(layer, input_shape, _):
    if layer.axis % len(input_shape) != len(input_shape) - 1:
        raise NotExportable("it normalises another axis than the last one")
    groups = input_shape[-1] if layer.groups == -1 else layer.groups
    weights = [layer.gamma if layer.scale else [1.0], layer.beta if layer.center else [0.0]]
    return {"groups": groups, "epsilon": layer.epsilon}, weights


def _export_self_modulation(layer, *_):
    inner, outer = layer.hidden, layer.scale_and_shift
    weights = [inner.kernel, inner.bias, outer.kernel, outer.bias]
    return {}, [*weights, *_fold_statistics(layer.normalize)]


def _export_embedding(layer, *_):
    if layer.mask_zero:
        raise NotExportable("it masks zeros")
    return {}, [layer.embeddings]


def _export_relu(layer, *_):
    most = None if layer.max_value is None else float(layer.max_value)
    slope, threshold = float(layer.negative_slope), float(layer.threshold)
    return {"most": most, "slope": slope, "threshold": threshold}, []


def _export_rescaling(layer, *_):
    return {}, [np.atleast_1d(layer.scale), np.atleast_1d(layer.offset)]


def _export_recurrence(layer, *_):
    if layer.return_state or layer.stateful or layer.use_bias is False:
        raise NotExportable("it returns or keeps its state, or has no bias")
    attributes = {
        "units": layer.units,
        "activation": _activate(layer),
        "goBackwards": bool(layer.go_backwards),
        "returnSequences": bool(layer.return_sequences),
    }
    return attributes, [layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias]


def _export_gated(layer, *shapes):
    attributes, weights = _export_recurrence(layer, *shapes)
    return {**attributes, "gate": _activate(layer, "recurrent_activation")}, weights


def _export_gru(layer, *shapes):
    attributes, (kernel, recurrent, bias) = _export_gated(layer, *shapes)
    biases = np.asarray(bias) if layer.reset_after else [np.asarray(bias)]
    return {**attributes, "resetAfter": bool(layer.reset_after)}, [kernel, recurrent, *biases]


EXPORTERS = {
    "Activation": _export_activation,
    "Add": _without_weights,
    "Average": _without_weights,
    "AveragePooling2D": _export_pooling,
    "BatchNormalization": _export_batch_normalization,
    "Concatenate": _export_concatenate,
    "Conv2D": _export_convolution,
    "Conv2DTranspose": _export_transposed,
    "Cropping2D": _export_cropping,
    "Dense": _export_dense,
    "DepthwiseConv2D": _export_convolution,
    "Dropout": _without_weights,
    "ELU": lambda layer, *_: ({"alpha": float(layer.alpha)}, []),
    "Embedding": _export_embedding,
    "Flatten": _without_weights,
    "GRU": _export_gru,
    "GlobalAveragePooling2D": _export_global_pooling,
    "GlobalMaxPooling2D": _export_global_pooling,
    "GroupNormalization": _export_group_normalization,
    "LSTM": _export_gated,
    "LayerNormalization": _export_layer_normalization,
    "LeakyReLU": lambda layer, *_: ({"slope": float(layer.negative_slope)}, []),
    "MaxPooling2D": _export_pooling,
    "Maximum": _without_weights,
    "Minimum": _without_weights,
    "Multiply": _without_weights,
    "PReLU": lambda layer, *_: ({}, [layer.alpha]),
    "Permute": lambda layer, *_: ({"axes": [0, *layer.dims]}, []),
    "ReLU": _export_relu,
    "RepeatVector": lambda layer, *_: ({"times": layer.n}, []),
    "Rescaling": _export_rescaling,
    "Reshape": _export_reshape,
    "SelfModulation": _export_self_modulation,
    "SimpleRNN": _export_recurrence,
    "Softmax": lambda layer, *_: ({"axis": layer.axis}, []),
    "Subtract": _without_weights,
    "UpConv2D": _export_doubling,
    "UpSampling2D": _export_resizing,
    "ZeroPadding2D": _export_padding,
}
# Only these very types: a class that inherits from one of them may compute something else.
NAMES = {getattr(own_layers, name, None) or getattr(keras.layers, name): name for name in EXPORTERS}
NAMES |= {fast: NAMES[plain] for plain, fast in FAST_LAYERS.items()}
NAMES |= {  # they change nothing outside of a training
    getattr(keras.layers, name): "Dropout"
    for name in (
        *("Identity", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout"),
        *("GaussianDropout", "GaussianNoise", "ActivityRegularization"),
    )
}
