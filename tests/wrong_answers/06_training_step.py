# %% exercise=1 hint="Are both arguments used"
def play(rounds, k, discriminator_turn, generator_turn):
    for _ in range(rounds):
        discriminator_turn()
        discriminator_turn()
        generator_turn()


# %% exercise=1 hint="The turns came as"
def play(rounds, k, discriminator_turn, generator_turn):
    for _ in range(rounds):
        generator_turn()
        for _ in range(k):
            discriminator_turn()


# %% exercise=1 hint="not all alike"
def play(rounds, k, discriminator_turn, generator_turn):
    for turn in range(rounds * k):
        discriminator_turn()
        if turn >= rounds * k - rounds:
            generator_turn()


# %% exercise=2 hint="count the calls"
arrays_made_anew = 10 * 4
arrays_of_model = 4

# %% exercise=2 hint="a kernel and a bias"
arrays_made_anew = 10 * 2 * 2
arrays_of_model = 2

# %% exercise=2 hint="a call makes nothing new"
arrays_made_anew = 10 * 2 * 4
arrays_of_model = 10 * 2 * 4


# %% exercise=3 hint="At l = 0"
def gradient_of_sum(logit):
    return 1 / (1 + np.exp(-logit)) + 1 / (1 + np.exp(logit))


# %% exercise=3 hint="the sum falls"
def gradient_of_sum(logit):
    return 1 / (1 + np.exp(logit)) - 1 / (1 + np.exp(-logit))


# %% exercise=3 hint="other gradients"
def gradient_of_sum(logit):
    return np.tanh(logit)


# %% exercise=4 hint="the same noise"
@tf.function
def draw_noise_well():
    return tf.random.stateless_normal((4, latent_dim), seed=(0, 0))


# %% exercise=4 hint="The mean is"
@tf.function
def draw_noise_well():
    return tf.random.uniform((4, latent_dim))


# %% exercise=4 hint="no tf.function any more"
class Untraced:
    def python_function(self):
        return tf.random.normal((4, latent_dim))


draw_noise_well = Untraced()

# %% exercise=5 hint="Without a signature"
traces_without = 6
traces_with = 1

# %% exercise=5 hint="With it"
traces_without = 3
traces_with = 3
