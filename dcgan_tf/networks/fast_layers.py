"""Layers that compute what Keras' layers compute, in less time on a CPU.

A 5x5 convolution over 7x7 pixels takes 7² · 5² = 1,225 multiplications for each pair of an input
and an output channel. By the convolution theorem it is a product frequency by frequency: take the
Fourier transforms of pictures and kernels, multiply, transform back. There is one transform for
each channel, not for each pair; with many channels the products in the middle are what counts:

- The 7x7 pixels go into a frame of 9x9, so that what wraps around falls on zeros: 81 frequencies.
- Pixels are real, so half of the frequencies mirror the other half: 1 real and 40 complex ones.
- A complex product is three real ones (Gauss): 1 + 40 · 3 = 121 multiplications instead of 1,225.

Each step is linear, so three constant matrices hold it all, and autodiff finds the gradients:

    y = back @ ((pictures @ x) · (kernels @ w)),  "·" multiplying channels by channels in each row

A convolution with stride s is one of stride 1 whose channels are the s² phases of the pixels (as
`tf.nn.space_to_depth` has them); a transposed convolution is the same one read backwards.
"""

import functools

import keras
import numpy as np
import tensorflow as tf


def accelerate(network):
    """Copies a network with the layers of this module in place of Keras'.

    Outputs and gradients agree with those of the network to rounding errors, but Dropout draws
    other masks. It pays on a CPU, for batches of 32 or more and kernels of 5x5 with many channels,
    as in `build_pair("tutorial")`; the default pair gains little. On a GPU leave it out.

    Args:
        network: `keras.Model`, Functional or Sequential.

    Returns:
        A `keras.Model` with the same weights and random states, in variables of its own.

    Raises:
        ValueError: if Keras cannot clone the network, because it is neither.

    Example:

    >>> generator, discriminator = build_pair("tutorial", latent_dim=100, seed=0)
    >>> model = GAN(accelerate(generator), accelerate(discriminator), latent_dim=100)
    """

    def fast_copy(layer):
        fast_class = FAST_LAYERS.get(type(layer), type(layer))
        return fast_class.from_config(layer.get_config())

    fast_network = keras.models.clone_model(network, clone_function=fast_copy)
    for copy, variable in zip(fast_network.variables, network.variables, strict=True):
        copy.assign(variable)
    return fast_network


@keras.saving.register_keras_serializable(package="dcgan_tf")
class FastConv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, with the same arguments and weights."""

    def convolution_op(self, inputs, kernel):
        way, stride = "plain", self.strides[0]
        if _is_served(self, inputs) and not any(size % stride for size in inputs.shape[1:3]):
            sizes = (size // stride for size in inputs.shape[1:3])
            way = _way(*sizes, kernel.shape, stride)
        if way == "fourier":
            return _fourier_conv2d(inputs, kernel, stride)
        if way == "phases":
            phases = tf.nn.space_to_depth(inputs, stride)
            return tf.nn.conv2d(phases, _kernel_phases(kernel, stride), 1, "SAME")
        return super().convolution_op(inputs, kernel)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class FastConv2DTranspose(keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, with the same arguments and weights."""

    def call(self, inputs):
        way, stride = "plain", self.strides[0]
        if _is_served(self, inputs) and self.output_padding is None:
            way = _way(*inputs.shape[1:3], self.kernel.shape, stride)
        if way == "plain":
            return super().call(inputs)
        kernel = tf.convert_to_tensor(self.kernel)
        if way == "fourier":
            outputs = _fourier_conv2d_transpose(inputs, kernel, stride)
        else:
            backwards = tf.reverse(_kernel_phases(kernel, stride), (0, 1))
            phases = tf.nn.conv2d(inputs, tf.transpose(backwards, (0, 1, 3, 2)), 1, "SAME")
            outputs = tf.nn.depth_to_space(phases, stride)
        return self.activation(outputs + self.bias if self.use_bias else outputs)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization` by TensorFlow's one kernel for it, while training."""

    def call(self, inputs, training=None, mask=None):
        served = self.axis in (-1, len(inputs.shape) - 1) and self.center and self.scale
        served &= not self.synchronized and mask is None and inputs.dtype == tf.float32
        if not (training and self.trainable and served):
            return super().call(inputs, training=training, mask=mask)
        channels = inputs.shape[-1]
        shape = (-1, *inputs.shape[1:]) if len(inputs.shape) == 4 else (-1, 1, 1, channels)
        pixels = tf.reshape(inputs, shape)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=pixels, scale=self.gamma, offset=self.beta, mean=[], variance=[], epsilon=self.epsilon
        )
        # The kernel returns the sum of squares over n - 1; Keras keeps that over n.
        n = tf.cast(tf.size(pixels) / channels, variance.dtype)
        for average, value in (
            (self.moving_mean, mean),
            (self.moving_variance, variance * (n - 1) / n),
        ):
            average.assign(average * self.momentum + value * (1 - self.momentum))
        return tf.reshape(outputs, tf.shape(inputs))


@keras.saving.register_keras_serializable(package="dcgan_tf")
class FastDropout(keras.layers.Dropout):
    """`keras.layers.Dropout` with 16 random bits for each value, where Keras draws 32.

    The rate is therefore a multiple of 1 / 65,536, the nearest one. The values dropped are others
    than Keras would drop with the same seed.
    """

    def call(self, inputs, training=False):
        channels = inputs.shape[-1]
        served = self.noise_shape is None and channels % 2 == 0 and inputs.dtype == tf.float32
        if not (training and self.rate > 0 and served):
            return super().call(inputs, training=training)
        shape = tf.shape(inputs)
        bits = tf.random.stateless_uniform(
            tf.concat([shape[:-1], [channels // 2]], axis=0),
            self.seed_generator.next(),
            minval=None,
            maxval=None,
            dtype=tf.int32,
        )
        draws = tf.reshape(tf.bitcast(bits, tf.uint16), shape)
        dropped = round(self.rate * 2**16)  # of 65,536 equally likely draws
        return tf.where(draws >= dropped, inputs * (1 / (1 - dropped / 2**16)), 0.0)


FAST_LAYERS = {
    keras.layers.Conv2D: FastConv2D,
    keras.layers.Conv2DTranspose: FastConv2DTranspose,
    keras.layers.Dropout: FastDropout,
    keras.layers.BatchNormalization: FusedBatchNormalization,
}


def _is_served(layer, inputs):
    """Whether this module knows all that a convolution was asked to do."""
    return (
        layer.padding == "same"
        and layer.data_format == "channels_last"
        and layer.dilation_rate == (1, 1)
        and getattr(layer, "groups", 1) == 1
        and layer.strides[0] == layer.strides[1] <= min(layer.kernel_size)
        and None not in inputs.shape[1:]
        and inputs.dtype == tf.float32
    )


def _way(height, width, kernel_shape, stride):
    """The fastest way to convolve, from the shapes alone.

    Args:
        height: Int, of the smaller picture: after a convolution, before a transposed one.
        width: Int, of the same.
        kernel_shape: (rows, columns, channels of the larger picture, channels of the smaller).
        stride: Int.

    Returns:
        "fourier", if it takes less than half of the multiplications; "phases", for a strided layer
        at the picture's end, as gradients into a single channel are slow; or "plain".
    """
    rows, columns, large, small = kernel_shape
    pixels, phases = height * width, stride**2 * large
    frame = (height + _reach(rows, stride)) * (width + _reach(columns, stride))
    products = 1.5 * frame  # one real, or a half of three, for each frequency
    fourier = products * (pixels * (phases + small) + phases * small)
    if 2 * fourier < rows * columns * pixels * large * small:
        return "fourier"
    if stride > 1 and rows * columns >= 25 and large <= 4 and small >= 64:
        return "phases"
    return "plain"


def _fourier_conv2d(inputs, kernel, stride):
    """Convolves float32 `(batch, height, width, channels)` as `tf.nn.conv2d` does with "SAME"."""
    height, width = inputs.shape[1] // stride, inputs.shape[2] // stride
    kernel = _kernel_phases(kernel, stride)
    pictures, kernels, back = _fourier_matrices(height, width, *kernel.shape[:2])
    kernel = tf.reshape(kernel, (-1, *kernel.shape[2:]))
    products = tf.matmul(_apply(pictures, _pixels_first(inputs, stride)), _apply(kernels, kernel))
    return _batch_first(_apply(back, products), height, width, stride=1)


def _fourier_conv2d_transpose(inputs, kernel, stride):
    """The transpose of `_fourier_conv2d`: kernels mirrored, channels the other way round."""
    height, width = inputs.shape[1:3]
    kernel = _kernel_phases(kernel, stride)
    pictures, kernels, back = _fourier_matrices(height, width, *kernel.shape[:2])
    kernel = tf.reshape(kernel, (-1, *kernel.shape[2:]))
    products = tf.matmul(
        _apply(pictures, _pixels_first(inputs, 1)),
        _apply(kernels[:, ::-1], kernel),
        transpose_b=True,
    )
    return _batch_first(_apply(back, products), height, width, stride)


@functools.cache
def _fourier_matrices(height, width, rows, columns):
    """The three constant matrices of a correlation of `height x width` with `rows x columns`.

    Returns:
        float32 arrays `(products, height * width)`, `(products, rows * columns)` and
        `(height * width, products)`.
    """
    reach_y, reach_x = rows // 2, columns // 2
    n, m = height + reach_y, width + reach_x
    frequencies = [(u, v) for u in range(n) for v in range(m) if (u, v) <= (-u % n, -v % m)]
    real = np.array([(u, v) == (-u % n, -v % m) for u, v in frequencies])

    def waves(ys, xs):
        phases = [[u * y / n + v * x / m for y in ys for x in xs] for u, v in frequencies]
        return np.exp(-2j * np.pi * np.array(phases))

    x = waves(range(height), range(width))
    w = waves(range(-reach_y, reach_y + 1), range(-reach_x, reach_x + 1)).conj()
    y = x.conj() * np.where(real, 1, 2)[:, None] / (n * m)  # mirrored frequencies count twice

    # Gauss: with k1 = c (a + b), k2 = a (d - c), k3 = b (c + d),
    # (a + bi) (c + di) = (k1 - k3) + (k1 + k2) i. Real frequencies need a c alone.
    a, b, c, d = x.real, x.imag, w.real, w.imag
    pictures = [a[real], (a + b)[~real], a[~real], b[~real]]
    kernels = [c[real], c[~real], (d - c)[~real], (c + d)[~real]]
    back = [y.real[real], (y.real - y.imag)[~real], -y.imag[~real], -y.real[~real]]
    pictures, kernels, back = (
        np.concatenate(parts).astype(np.float32) for parts in (pictures, kernels, back)
    )
    return pictures, kernels, back.T


def _apply(matrix, tensor):
    """Multiplies `(rows, positions)` by `(positions, ...)`, over the positions."""
    product = tf.matmul(matrix, tf.reshape(tensor, (tensor.shape[0], -1)))
    return tf.reshape(product, (matrix.shape[0], -1, tensor.shape[-1]))


def _pixels_first(pictures, stride):
    """`(batch, height, width, channels)` to `(pixels, batch, phases and channels)`."""
    height, width, channels = pictures.shape[1:]
    height, width = height // stride, width // stride
    x = tf.reshape(pictures, (-1, height, stride, width, stride, channels))
    x = tf.transpose(x, (1, 3, 0, 2, 4, 5))
    return tf.reshape(x, (height * width, -1, stride**2 * channels))


def _batch_first(pixels, height, width, stride):
    """The inverse of `_pixels_first`."""
    channels = pixels.shape[-1] // stride**2
    x = tf.reshape(pixels, (height, width, -1, stride, stride, channels))
    x = tf.transpose(x, (2, 0, 3, 1, 4, 5))
    return tf.reshape(x, (-1, height * stride, width * stride, channels))


def _kernel_phases(kernel, stride):
    """The kernel between the phases of the larger picture and the smaller one, at stride 1.

    Args:
        kernel: float32 `(rows, columns, large, small)`.
        stride: Int.

    Returns:
        float32 `(2 * reach + 1, 2 * reach + 1, stride² * large, small)`.
    """
    sizes, paddings = [], []
    for taps in kernel.shape[:2]:
        reach = _reach(taps, stride)
        front = reach * stride - (taps - stride) // 2  # "SAME" puts so many zeros before
        sizes.append(2 * reach + 1)
        paddings.append((front, sizes[-1] * stride - front - taps))
    rows, columns = sizes
    large, small = kernel.shape[2:]
    x = tf.pad(kernel, (*paddings, (0, 0), (0, 0)))
    x = tf.reshape(x, (rows, stride, columns, stride, large, small))
    x = tf.transpose(x, (0, 2, 1, 3, 4, 5))
    return tf.reshape(x, (rows, columns, stride**2 * large, small))


def _reach(taps, stride):
    """How many pixels of the smaller picture a kernel reaches to either side."""
    before = (taps - stride) // 2
    return max(-(-before // stride), (taps - 1 - before) // stride)
