"""Layers that compute the same as Keras' layers, in less time on a CPU.

A 5x5 convolution over 7x7 pixels takes 7² · 5² = 1,225 multiplications for each pair of an input
and an output channel. The convolution theorem says how to need fewer. Take the Fourier transforms
of picture and kernel, multiply them frequency by frequency, and transform the product back. There
is one transform for each channel, not for each pair, so we count only the products in the middle:

- We put the 7x7 pixels into a frame of 9x9, so that what wraps around at an edge meets zeros.
- Pixels are real, so 40 of the 81 frequencies mirror 40 others: 1 real and 40 complex are left.
- A complex product is three real ones (Gauss): 1 + 40 · 3 = 121 multiplications instead of 1,225.

Each step is linear, so three constant matrices do it all, and TensorFlow finds the gradients:

    y = back @ ((pictures @ x) · (kernels @ w)),  "·" multiplying channels by channels in each row

A convolution with stride s equals one with stride 1 whose channels are the s² *phases* of the
pixels, as `tf.nn.space_to_depth` makes them. A transposed convolution does the same backwards.
"""

import functools

import keras
import numpy as np
import tensorflow as tf


def accelerate(network):
    """Copies a network, with the layers of this module in the place of Keras' layers.

    Outputs and gradients are the same except for rounding errors, but Dropout draws other masks.
    You gain time on a CPU, with batches of 32 or more and kernels of 5x5 with many channels, as in
    `build_pair("tutorial")`. The default pair gains little, and on a GPU you should not use this.

    Args:
        network: `keras.Model`, Functional or Sequential.

    Returns:
        A `keras.Model` with the same weights and random states, in variables of its own.

    Raises:
        ValueError: if the network is neither of the two, because then Keras cannot clone it.

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
        method, stride = "plain", self.strides[0]
        if _is_supported(self, inputs) and not any(size % stride for size in inputs.shape[1:3]):
            sizes = (size // stride for size in inputs.shape[1:3])
            method = _choose_method(*sizes, kernel.shape, stride)
        if method == "fourier":
            return _convolve(inputs, kernel, stride)
        if method == "phases":
            phases = tf.nn.space_to_depth(inputs, stride)
            return tf.nn.conv2d(phases, _split_kernel(kernel, stride), 1, "SAME")
        return super().convolution_op(inputs, kernel)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class FastConv2DTranspose(keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, with the same arguments and weights."""

    def call(self, inputs):
        method, stride = "plain", self.strides[0]
        if _is_supported(self, inputs) and self.output_padding is None:
            method = _choose_method(*inputs.shape[1:3], self.kernel.shape, stride)
        if method == "plain":
            return super().call(inputs)
        kernel = tf.convert_to_tensor(self.kernel)
        if method == "fourier":
            outputs = _convolve_transposed(inputs, kernel, stride)
        else:
            backwards = tf.reverse(_split_kernel(kernel, stride), (0, 1))
            phases = tf.nn.conv2d(inputs, tf.transpose(backwards, (0, 1, 3, 2)), 1, "SAME")
            outputs = tf.nn.depth_to_space(phases, stride)
        return self.activation(outputs + self.bias if self.use_bias else outputs)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization`, computed in training by a single TensorFlow operation."""

    def call(self, inputs, training=None, mask=None):
        supported = self.axis in (-1, len(inputs.shape) - 1) and self.center and self.scale
        supported &= not self.synchronized and mask is None and inputs.dtype == tf.float32
        if not (training and self.trainable and supported):
            return super().call(inputs, training=training, mask=mask)
        channels = inputs.shape[-1]
        shape = (-1, *inputs.shape[1:]) if len(inputs.shape) == 4 else (-1, 1, 1, channels)
        pixels = tf.reshape(inputs, shape)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=pixels, scale=self.gamma, offset=self.beta, mean=[], variance=[], epsilon=self.epsilon
        )
        # The operation divides the sum of squares by n - 1, but Keras divides it by n.
        n = tf.cast(tf.size(pixels) / channels, variance.dtype)
        updates = (self.moving_mean, mean), (self.moving_variance, variance * (n - 1) / n)
        for average, value in updates:
            average.assign(average * self.momentum + value * (1 - self.momentum))
        return tf.reshape(outputs, tf.shape(inputs))


@keras.saving.register_keras_serializable(package="dcgan_tf")
class FastDropout(keras.layers.Dropout):
    """`keras.layers.Dropout` with 16 random bits for each value, where Keras draws 32.

    Therefore the rate is rounded to a multiple of 1 / 65,536. With the same seed, the layer drops
    other values than Keras' layer.
    """

    def call(self, inputs, training=False):
        channels = inputs.shape[-1]
        supported = self.noise_shape is None and channels % 2 == 0 and inputs.dtype == tf.float32
        if not (training and self.rate > 0 and supported):
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


def _is_supported(layer, inputs):
    """Tells whether this module can compute a convolution with all of the layer's settings."""
    return (
        layer.padding == "same"
        and layer.data_format == "channels_last"
        and layer.dilation_rate == (1, 1)
        and getattr(layer, "groups", 1) == 1
        and layer.strides[0] == layer.strides[1] <= min(layer.kernel_size)
        and None not in inputs.shape[1:]
        and inputs.dtype == tf.float32
    )


def _choose_method(height, width, kernel_shape, stride):
    """Chooses the fastest method to convolve, from the shapes alone.

    Args:
        height: Int, of the smaller picture: the output, or the input of a transposed convolution.
        width: Int, of the same picture.
        kernel_shape: (rows, columns, channels of the larger picture, channels of the smaller).
        stride: Int.

    Returns:
        "fourier", if it takes less than half of the multiplications; "phases", for a strided layer
        next to the image, as gradients into so few channels are slow; or "plain", Keras' own.
    """
    rows, columns, large, small = kernel_shape
    pixels, phases = height * width, stride**2 * large
    frame = (height + _find_reach(rows, stride)) * (width + _find_reach(columns, stride))
    products = 1.5 * frame  # three for each pair of frequencies that mirror each other
    fourier = products * (pixels * (phases + small) + phases * small)
    if 2 * fourier < rows * columns * pixels * large * small:
        return "fourier"
    if stride > 1 and rows * columns >= 25 and large <= 4 and small >= 64:
        return "phases"
    return "plain"


def _convolve(inputs, kernel, stride):
    """Convolves float32 `(batch, height, width, channels)` as `tf.nn.conv2d` does with "SAME"."""
    height, width = inputs.shape[1] // stride, inputs.shape[2] // stride
    kernel = _split_kernel(kernel, stride)
    pictures, kernels, back = _make_matrices(height, width, *kernel.shape[:2])
    kernel = tf.reshape(kernel, (-1, *kernel.shape[2:]))
    products = tf.matmul(
        _apply_matrix(pictures, _move_pixels_first(inputs, stride)), _apply_matrix(kernels, kernel)
    )
    return _move_batch_first(_apply_matrix(back, products), height, width, stride=1)


def _convolve_transposed(inputs, kernel, stride):
    """Computes the transpose of `_convolve`, with mirrored kernels and exchanged channels."""
    height, width = inputs.shape[1:3]
    kernel = _split_kernel(kernel, stride)
    pictures, kernels, back = _make_matrices(height, width, *kernel.shape[:2])
    kernel = tf.reshape(kernel, (-1, *kernel.shape[2:]))
    products = tf.matmul(
        _apply_matrix(pictures, _move_pixels_first(inputs, 1)),
        _apply_matrix(kernels[:, ::-1], kernel),
        transpose_b=True,
    )
    return _move_batch_first(_apply_matrix(back, products), height, width, stride)


@functools.cache
def _make_matrices(height, width, rows, columns):
    """Makes the constant matrices for `height` x `width` pixels and a `rows` x `columns` kernel.

    Returns:
        float32 arrays `(products, height * width)`, `(products, rows * columns)` and
        `(height * width, products)`.
    """
    reach_y, reach_x = rows // 2, columns // 2
    n, m = height + reach_y, width + reach_x
    frequencies = [(u, v) for u in range(n) for v in range(m) if (u, v) <= (-u % n, -v % m)]
    real = np.array([(u, v) == (-u % n, -v % m) for u, v in frequencies])

    def make_waves(ys, xs):
        phases = [[u * y / n + v * x / m for y in ys for x in xs] for u, v in frequencies]
        return np.exp(-2j * np.pi * np.array(phases))

    x = make_waves(range(height), range(width))
    w = make_waves(range(-reach_y, reach_y + 1), range(-reach_x, reach_x + 1)).conj()
    y = x.conj() * np.where(real, 1, 2)[:, None] / (n * m)  # mirrored frequencies count twice

    # Gauss: with k1 = c (a + b), k2 = a (d - c), k3 = b (c + d),
    # (a + bi) (c + di) = (k1 - k3) + (k1 + k2) i. For a real frequency b = d = 0, and ac is all.
    a, b, c, d = x.real, x.imag, w.real, w.imag
    pictures = [a[real], (a + b)[~real], a[~real], b[~real]]
    kernels = [c[real], c[~real], (d - c)[~real], (c + d)[~real]]
    back = [y.real[real], (y.real - y.imag)[~real], -y.imag[~real], -y.real[~real]]
    pictures, kernels, back = (
        np.concatenate(parts).astype(np.float32) for parts in (pictures, kernels, back)
    )
    return pictures, kernels, back.T


def _apply_matrix(matrix, tensor):
    """Multiplies a matrix `(rows, positions)` by a tensor `(positions, ...)`."""
    product = tf.matmul(matrix, tf.reshape(tensor, (tensor.shape[0], -1)))
    return tf.reshape(product, (matrix.shape[0], -1, tensor.shape[-1]))


def _move_pixels_first(pictures, stride):
    """Turns `(batch, height, width, channels)` into `(pixels, batch, phases and channels)`."""
    height, width, channels = pictures.shape[1:]
    height, width = height // stride, width // stride
    x = tf.reshape(pictures, (-1, height, stride, width, stride, channels))
    x = tf.transpose(x, (1, 3, 0, 2, 4, 5))
    return tf.reshape(x, (height * width, -1, stride**2 * channels))


def _move_batch_first(pixels, height, width, stride):
    """Does the opposite of `_move_pixels_first`."""
    channels = pixels.shape[-1] // stride**2
    x = tf.reshape(pixels, (height, width, -1, stride, stride, channels))
    x = tf.transpose(x, (2, 0, 3, 1, 4, 5))
    return tf.reshape(x, (-1, height * stride, width * stride, channels))


def _split_kernel(kernel, stride):
    """Splits a kernel into one for each phase of the larger picture, so that the stride becomes 1.

    Args:
        kernel: float32 `(rows, columns, large, small)`.
        stride: Int.

    Returns:
        float32 `(2 * reach + 1, 2 * reach + 1, stride² * large, small)`.
    """
    sizes, paddings = [], []
    for taps in kernel.shape[:2]:
        reach = _find_reach(taps, stride)
        front = reach * stride - (taps - stride) // 2  # less what "SAME" pads
        sizes.append(2 * reach + 1)
        paddings.append((front, sizes[-1] * stride - front - taps))
    rows, columns = sizes
    large, small = kernel.shape[2:]
    x = tf.pad(kernel, (*paddings, (0, 0), (0, 0)))
    x = tf.reshape(x, (rows, stride, columns, stride, large, small))
    x = tf.transpose(x, (0, 2, 1, 3, 4, 5))
    return tf.reshape(x, (rows, columns, stride**2 * large, small))


def _find_reach(taps, stride):
    """Finds how many pixels of the smaller picture a kernel of `taps` pixels reaches to a side."""
    before = (taps - stride) // 2
    return max(-(-before // stride), (taps - 1 - before) // stride)
