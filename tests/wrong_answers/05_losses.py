# %% exercise=1 hint="what is p / (p + q)"
V_of_the_best = 0.5 * np.log(0.5)

# %% exercise=1 hint="has as much"
V_of_the_best = 2 * np.log(0.5)

# %% exercise=1 hint="never above 0"
V_of_the_best = np.log(2)


# %% exercise=2 hint="infinite"
def cross_entropy(y, logit):
    with np.errstate(all="ignore"):
        D = 1 / (1 + np.exp(-logit))
        return -y * np.log(D) - (1 - y) * np.log(1 - D)


# %% exercise=2 hint="wrong for the label 0.0"
def cross_entropy(y, logit):
    return y * softplus(logit) + (1 - y) * softplus(-logit)


# %% exercise=2 hint="wrong for the label 0.0"
def cross_entropy(y, logit):
    return softplus(-logit)


# %% exercise=3 hint="other way round"
def repaired_loss(fake_output):
    return broken_loss(fake_output)


# %% exercise=3 hint="Where D is sure"
def repaired_loss(fake_output):
    return -broken_loss(fake_output)


# %% exercise=3 hint="The value is wrong"
def repaired_loss(fake_output):
    return -tf.reduce_mean(fake_output)


# %% exercise=4 hint="not the smallest"
order = ["wasserstein", "minimax", "sigmoid_cross_entropy", "least_squares"]

# %% exercise=4 hint="in the middle"
order = ["minimax", "wasserstein", "sigmoid_cross_entropy", "least_squares"]

# %% exercise=4 hint="not the largest"
order = ["minimax", "sigmoid_cross_entropy", "least_squares", "wasserstein"]

# %% exercise=5 hint="if the logit were higher"
best_logit = 0.9

# %% exercise=5 hint="Without smoothing"
best_logit = np.inf

# %% exercise=5 hint="if the logit were lower"
best_logit = 9.0


# %% exercise=6 hint="wants its samples to have higher logits"
class Repaired:
    def generator_loss(self, fake_output):
        return -V_fake(fake_output)

    def discriminator_loss(self, real_output, fake_output):
        return -(V_real(real_output) + V_fake(fake_output))


# %% exercise=6 hint="D wants higher logits for real"
class Repaired:
    def generator_loss(self, fake_output):
        return V_fake(fake_output)

    def discriminator_loss(self, real_output, fake_output):
        return V_real(real_output) + V_fake(fake_output)


# %% exercise=6 hint="leaves out one kind"
class Repaired:
    def generator_loss(self, fake_output):
        return V_fake(fake_output)

    def discriminator_loss(self, real_output, fake_output):
        return -V_real(real_output)
