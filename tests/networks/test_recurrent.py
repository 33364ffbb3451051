import numpy as np
from scipy import special

from dcgan_tf.networks.recurrent import build_text_generator


def write_by_hand(weights, noise):
    """Writes texts of six characters out of four, by the formulas of Cho and of Jang."""
    start, start_bias, kernel, recurrent, biases, output, output_bias = weights
    state = np.tanh(noise[:, :5] @ start + start_bias)
    gumbel = -np.log(-np.log(special.ndtr(noise[:, 5:].reshape(-1, 6, 4))))
    read, texts = np.zeros((len(noise), 4)), []
    for place in range(6):
        update, reset, new = np.split(read @ kernel + biases[0], 3, axis=1)
        old_update, old_reset, old_new = np.split(state @ recurrent + biases[1], 3, axis=1)
        kept = special.expit(update + old_update)
        candidate = np.tanh(new + special.expit(reset + old_reset) * old_new)
        state = kept * state + (1 - kept) * candidate
        chosen = np.argmax(state @ output + output_bias + gumbel[:, place], axis=1)
        read = np.eye(4)[chosen]
        texts.append(chosen)
    return np.stack(texts, axis=1)


def test_a_text_is_written_character_by_character():
    rng = np.random.default_rng(0)
    generator = build_text_generator((6, 4), latent_dim=5, units=7, seed=1)
    generator.set_weights([rng.normal(size=weight.shape) for weight in generator.weights])
    noise = rng.normal(size=(500, 5 + 6 * 4)).astype(np.float32)
    texts = generator(noise).numpy()
    np.testing.assert_allclose(np.sort(texts), np.tile([0, 0, 0, 1.0], (500, 6, 1)), atol=1e-6)
    texts = texts.argmax(axis=-1)
    np.testing.assert_array_equal(texts, write_by_hand(generator.get_weights(), noise))
    # The noise of the third character changes none before it. It changes those after it, too,
    # because they depend on it.
    noise[:, 13:17] *= -1.0
    changed = (generator(noise).numpy().argmax(axis=-1) != texts).mean(axis=0)
    assert (changed[:2] == 0).all() and (changed[2:] > 0.02).all()
