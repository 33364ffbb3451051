"""Layers that Keras does not have: four for images, one for text and one for video.

Gradients pass through all of them, so a generator that contains them can be trained.
"""

import math

import keras

UNCHANGED = ((0, 0), (0, 0), (0, 0))  # no zeros along the last three axes of a kernel


@keras.saving.register_keras_serializable(package="dcgan_tf")
class UpConv2D(keras.layers.Conv2D):
    """Doubles the height and width of images, then convolves them.

    Doubling repeats each pixel: it becomes a square of 2x2. The result is the same as that of
    `UpSampling2D(2)` and `Conv2D(filters, kernel_size, padding="same")`, except for rounding
    errors. A transposed convolution also doubles height and width, but it prints chequered patterns
    more easily (Odena et al. 2016).

    We compute it faster. In the doubled image four neighbours are equal, so several weights of a
    kernel meet the same pixel and can be added up first. What is left is one transposed convolution
    with stride 2, whose kernel is the sum of four shifted copies of the mirrored kernel.

    Args:
        filters: Int, the number of channels that the layer makes.
        kernel_size: Odd int, pixels a side.
        **kwargs: `activation`, `use_bias` and the initializers, as in `keras.layers.Conv2D`.

    Raises:
        ValueError: for an even `kernel_size`.

    References:
        Odena et al. 2016, https://distill.pub/2016/deconv-checkerboard/
    """

    def __init__(self, filters, kernel_size=3, **kwargs):
        super().__init__(filters, kernel_size, **{**kwargs, "padding": "same"})
        if not all(size % 2 for size in self.kernel_size):
            raise ValueError(
                f"The kernel of UpConv2D needs a pixel in its middle. Received: kernel_size="
                f"{kernel_size!r}. Expected an odd number, for example 3."
            )

    def convolution_op(self, inputs, kernel):
        """Computes the layer without bias and activation.

        Args:
            inputs: float `(batch, height, width, channels)`.
            kernel: float `(rows, columns, channels, filters)`.

        Returns:
            float `(batch, 2 * height, 2 * width, filters)`.
        """
        ops = keras.ops
        mirrored = ops.flip(kernel, (0, 1))
        joint = ops.pad(mirrored, ((0, 1), *UNCHANGED)) + ops.pad(mirrored, ((1, 0), *UNCHANGED))
        joint = ops.transpose(joint, (1, 0, 3, 2))
        joint = ops.pad(joint, ((0, 1), *UNCHANGED)) + ops.pad(joint, ((1, 0), *UNCHANGED))
        joint = ops.transpose(joint, (1, 0, 2, 3))
        return ops.conv_transpose(inputs, joint, 2, "same")

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return batch, height and 2 * height, width and 2 * width, self.filters


@keras.saving.register_keras_serializable(package="dcgan_tf")
class SelfModulation(keras.layers.Layer):
    """Batch normalisation whose scale and shift depend on the noise of each image.

    After an ordinary batch normalisation, each channel is multiplied by a weight and another weight
    is added, the same ones for all images. Here a small network computes both from the noise. So
    the noise decides in every layer which channels an image uses, and not in the first layer alone
    (Chen et al. 2019).

    Args:
        units: Int, the width of the small network's hidden layer.
        kernel_initializer: a Keras initializer, for the weights of the small network.

    References:
        Chen et al. 2019, https://arxiv.org/abs/1810.01365
    """

    def __init__(self, units=32, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, images_shape, noise_shape):
        layers, dtype = keras.layers, self.dtype_policy
        options = {"kernel_initializer": self.kernel_initializer, "dtype": dtype}
        self.normalize = layers.BatchNormalization(center=False, scale=False, dtype=dtype)
        self.hidden = layers.Dense(self.units, activation="relu", **options)
        self.scale_and_shift = layers.Dense(2 * images_shape[-1], **options)
        self.normalize.build(images_shape)
        self.hidden.build(noise_shape)
        self.scale_and_shift.build((noise_shape[0], self.units))

    def call(self, images, noise, training=False):
        """Normalises the channels of images, then scales and shifts them.

        Args:
            images: float `(batch, height, width, channels)`.
            noise: float `(batch, n)`, the noise from which the generator makes these images.
            training: Bool, whether to normalise by the batch itself, as `BatchNormalization` does.

        Returns:
            float tensor of the shape of `images`.
        """
        ops = keras.ops
        # At least 32 bits: in float16 the square of 300 is already too large.
        exact = ops.cast(images, keras.backend.result_type(images.dtype, "float32"))
        mean, variance = self._choose_moments(exact, training)
        made = ops.cast(self.scale_and_shift(self.hidden(noise)), exact.dtype)
        scale, shift = ops.split(made, 2, axis=-1)
        # Both steps together multiply each pixel once and add to it once, which is faster.
        factor = (1.0 + scale) * ops.rsqrt(variance + self.normalize.epsilon)
        summand = shift - mean * factor
        return ops.cast(exact * factor[:, None, None] + summand[:, None, None], images.dtype)

    def _choose_moments(self, images, training):
        """Returns mean and variance of each channel: those of the batch, or the moving ones."""
        moving = self.normalize.moving_mean, self.normalize.moving_variance
        if not training or not self.normalize.trainable:
            return moving
        of_batch = keras.ops.moments(images, (0, 1, 2))
        momentum = self.normalize.momentum
        for variable, value in zip(moving, of_batch, strict=True):
            variable.assign(momentum * variable + (1.0 - momentum) * value)
        return of_batch

    def get_config(self):
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return {**super().get_config(), "units": self.units, "kernel_initializer": initializer}


@keras.saving.register_keras_serializable(package="dcgan_tf")
class MinibatchStdDev(keras.layers.Layer):
    """Tells a discriminator how different an image is from its neighbours in the batch.

    A generator that makes the same few images again and again can deceive a discriminator that sees
    one image at a time. This layer compares each image with the images before it in the batch: it
    takes the standard deviation of each number, and the mean of all these deviations. This mean is
    added as one more number, or as one more channel (Karras et al. 2018). If it is nearly 0, the
    images are alike.

    Args:
        group: Int of at least 2, how many images are compared, the image itself included. In a
            smaller batch an image may be compared with itself.

    References:
        Karras et al. 2018, https://arxiv.org/abs/1710.10196
    """

    def __init__(self, group=4, **kwargs):
        super().__init__(**kwargs)
        self.group = group

    def call(self, images):
        """Adds the mean deviation.

        Args:
            images: float `(batch, n)`, the numbers that describe each image, or
                `(batch, height, width, channels)`.

        Returns:
            float tensor of the shape of `images`, but with 1 more along the last axis.
        """
        ops = keras.ops
        exact = ops.cast(images, "float32")  # in float16 the 1e-8 below would be 0
        # The variance is the mean square minus the square of the mean. This rounds well if the
        # numbers lie around 0.
        exact = exact - ops.mean(exact, axis=0, keepdims=True)
        variance = self._average(ops.square(exact)) - ops.square(self._average(exact))
        deviations = ops.sqrt(ops.relu(variance) + 1e-8)  # a root has no gradient at 0
        axes = tuple(range(1, len(images.shape)))
        mean = ops.cast(ops.mean(deviations, axis=axes, keepdims=True), images.dtype)
        return ops.concatenate([images, mean + ops.zeros_like(images[..., :1])], axis=-1)

    def _average(self, x):
        """Averages each image and the images before it, `group` of them."""
        return sum(keras.ops.roll(x, shift, axis=0) for shift in range(self.group)) / self.group

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self):
        return {**super().get_config(), "group": self.group}


@keras.saving.register_keras_serializable(package="dcgan_tf")
class PartTranslation(keras.layers.RandomTranslation):
    """Shifts some of the images during training, in both directions.

    Args:
        factor: Float, the largest shift, as a fraction of the height and of the width.
        part: Float in (0, 1], the probability with which an image is shifted.
        ground: Float, the value of the pixels that come in at the edge.
        seed: Int or `None`, fixes the shifts.
        **kwargs: for `keras.layers.Layer`.
    """

    def __init__(self, factor, part, ground, seed=None, **kwargs):
        kwargs["data_format"] = "channels_last"
        super().__init__(factor, factor, "constant", seed=seed, fill_value=ground, **kwargs)
        self.part = part

    def get_random_transformation(self, data, training=True, seed=None):
        shifts = super().get_random_transformation(data, training, seed)
        if shifts is not None and self.part < 1.0:
            size = (shifts["input_shape"][0], 1)
            drawn = keras.random.uniform(size, seed=self.generator) < self.part
            shifts["translations"] *= keras.ops.cast(drawn, "float32")
        return shifts

    def get_config(self):
        config = keras.layers.Layer.get_config(self)
        own = {"factor": self.height_factor, "part": self.part, "ground": self.fill_value}
        return {**config, **own, "seed": self.seed}


@keras.saving.register_keras_serializable(package="dcgan_tf")
class GumbelSoftmax(keras.layers.Layer):
    """Chooses one of k things at random, and still has a gradient.

    The layer adds Gumbel noise to k logits and chooses the largest sum. The chance of each choice
    is then the softmax of the logits (Jang et al. 2017; Maddison et al. 2017). A choice has no
    gradient, so backpropagation uses the gradient of a softmax instead ("straight through"). The
    Gumbel noise is computed from normal noise, a part of the noise that the generator receives.

    Args:
        temperature: Float above 0. With a lower temperature the softmax is closer to the choice
            itself, but its gradient varies more.

    References:
        Jang et al. 2017, https://arxiv.org/abs/1611.01144

        Maddison et al. 2017, https://arxiv.org/abs/1611.00712
    """

    def __init__(self, temperature=1.0, **kwargs):
        super().__init__(**kwargs)
        self.temperature = temperature

    def call(self, logits, noise):
        """Makes one choice for each row of logits.

        Args:
            logits: float `(..., k)`, any real numbers.
            noise: float `(..., k)`, standard normal.

        Returns:
            float `(..., k)`: 1 at the chosen one of the k places, 0 elsewhere.
        """
        ops = keras.ops
        uniform = ops.clip(0.5 * (1.0 + ops.erf(noise / math.sqrt(2.0))), 1e-6, 1.0 - 1e-6)
        sums = (logits - ops.log(-ops.log(uniform))) / self.temperature
        # There is nothing to choose from one thing, and Keras would warn of its softmax.
        soft = ops.softmax(sums) if sums.shape[-1] != 1 else 1.0 + 0.0 * sums
        chosen = ops.one_hot(ops.argmax(soft, axis=-1), soft.shape[-1], dtype=soft.dtype)
        return ops.stop_gradient(chosen - soft) + soft

    def get_config(self):
        return {**super().get_config(), "temperature": self.temperature}


@keras.saving.register_keras_serializable(package="dcgan_tf")
class Shift(keras.layers.Layer):
    """Makes a film of a picture: each frame shows it at another place.

    A shift may end between two pixels. There the layer interpolates linearly, so shifts have a
    gradient too. Pixels that come in at an edge are dark.
    """

    def call(self, pictures, shifts):
        """Shifts each picture once for each frame.

        Args:
            pictures: float `(batch, height, width, 1)` in [-1, 1].
            shifts: float `(batch, frames, 2)`, in pixels: down, and to the right.

        Returns:
            float `(batch, frames, height, width, 1)` in [-1, 1].
        """
        ops = keras.ops
        height, width = pictures.shape[1:3]
        down = self._compute_weights(shifts[..., 0], height)
        right = self._compute_weights(shifts[..., 1], width)
        light = pictures[..., 0] + 1.0  # now 0 is dark, and so are pixels outside of the picture
        return ops.einsum("btij,bjk,btlk->btil", down, light, right)[..., None] - 1.0

    def _compute_weights(self, shifts, side):
        """Computes how much of each old pixel goes to each new one, `(batch, frames, new, old)`."""
        places = keras.ops.arange(side, dtype=shifts.dtype)
        distances = places[:, None] - places - shifts[..., None, None]
        return keras.ops.relu(1.0 - keras.ops.abs(distances))
