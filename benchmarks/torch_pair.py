"""The default pair and its training step in PyTorch, a yardstick for `throughput.py`.

As we would write them for PyTorch: `Upsample` and `Conv2d` in place of `UpConv2D`, one generated
batch for both networks, R1 on an eighth of the batch, and a moving average of the generator's
weights. The numbers of weights are those of the Keras networks, which `throughput.py` checks.
"""

import torch
from torch import nn

LATENT_DIM, SIDE, FILTERS, GROUP = 16, 28, 32, 4
R1_WEIGHT, R1_PART, AVERAGE = 0.5, 8, 0.998


class SelfModulation(nn.Module):
    """Batch normalisation, whose scale and shift a small network computes from the noise."""

    def __init__(self, channels, units=32):
        super().__init__()
        self.normalize = nn.BatchNorm2d(channels, affine=False)
        self.network = nn.Sequential(
            nn.Linear(LATENT_DIM, units), nn.ReLU(), nn.Linear(units, 2 * channels)
        )

    def forward(self, images, noise):
        scale, shift = self.network(noise)[:, :, None, None].chunk(2, dim=1)
        return self.normalize(images) * (1 + scale) + shift


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        first, second = 2 * FILTERS, FILTERS
        self.rows = SIDE // 4
        self.dense = nn.Linear(LATENT_DIM, self.rows**2 * first, bias=False)

        def convolve(channels_in, channels_out, bias=False):
            return nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=bias)

        doubled = nn.Upsample(scale_factor=2)
        self.layers = nn.ModuleList(
            [
                nn.Identity(),
                convolve(first, first),
                nn.Sequential(doubled, convolve(first, second)),
                convolve(second, second),
            ]
        )
        self.modulations = nn.ModuleList(map(SelfModulation, (first, first, second, second)))
        self.last = nn.Sequential(doubled, convolve(second, 1, bias=True), nn.Tanh())

    def forward(self, noise):
        x = self.dense(noise).unflatten(1, (2 * FILTERS, self.rows, self.rows))
        for layer, modulate in zip(self.layers, self.modulations, strict=True):
            x = nn.functional.leaky_relu(modulate(layer(x), noise), 0.2)
        return self.last(x)


class MinibatchStdDev(nn.Module):
    """Adds the mean deviation of each image from the images before it in the batch."""

    def forward(self, x):
        neighbours = torch.stack([x.roll(shift, 0) for shift in range(GROUP)])
        deviations = torch.sqrt(neighbours.var(0, unbiased=False) + 1e-8)
        return torch.cat([x, deviations.mean(1, keepdim=True)], dim=1)


def build_discriminator():
    channels = 1, FILTERS, 2 * FILTERS, 4 * FILTERS
    stages = [
        layer
        for before, after in zip(channels, channels[1:], strict=False)
        for layer in (nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2))
    ]
    stages[4] = nn.Conv2d(2 * FILTERS, 4 * FILTERS, 4, 2, 2)  # 7 pixels become 4, not 3
    dense = nn.Linear(16 * channels[-1] + 1, 128), nn.LeakyReLU(0.2), nn.Linear(128, 1)
    return nn.Sequential(*stages, nn.Flatten(), MinibatchStdDev(), *dense)


def build_step(batch_size, compiled=False, channels_last=False):
    """Returns a function that makes so many training steps, and the numbers of weights."""
    generator, discriminator = Generator(), build_discriminator()
    weights = [sum(w.numel() for w in n.parameters()) for n in (generator, discriminator)]
    if channels_last:
        for network in (generator, discriminator):
            network.to(memory_format=torch.channels_last)
    adams = [
        torch.optim.Adam(n.parameters(), 2e-3, (0.0, 0.99)) for n in (generator, discriminator)
    ]
    averages = [weight.detach().clone() for weight in generator.parameters()]
    generate, judge = generator, discriminator
    if compiled:
        generate, judge = torch.compile(generator), torch.compile(discriminator)
    real_images = torch.rand(4 * batch_size, 1, SIDE, SIDE) * 2 - 1
    if channels_last:
        real_images = real_images.contiguous(memory_format=torch.channels_last)
    softplus = nn.functional.softplus

    def step(real):
        adams[1].zero_grad()
        fake = generate(torch.randn(batch_size, LATENT_DIM))
        loss = softplus(-judge(real)).mean() + softplus(judge(fake.detach())).mean()
        some = real[: -(-batch_size // R1_PART)].detach().requires_grad_()
        (slopes,) = torch.autograd.grad(discriminator(some).sum(), some, create_graph=True)
        (loss + R1_WEIGHT * slopes.square().sum((1, 2, 3)).mean() / 2).backward()
        adams[0].zero_grad()
        for weight in discriminator.parameters():
            weight.requires_grad_(False)
        softplus(-judge(fake)).mean().backward()
        for weight in discriminator.parameters():
            weight.requires_grad_(True)
        for optimizer in adams:
            optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(averages, list(generator.parameters()), 1 - AVERAGE)

    def run(steps):
        for i in range(steps):
            start = i % 4 * batch_size
            step(real_images[start : start + batch_size])

    return run, weights


if __name__ == "__main__":  # prints the numbers of weights, for `throughput.py`
    print(*build_step(8)[1])
