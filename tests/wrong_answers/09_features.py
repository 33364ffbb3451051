# %% exercise=1 hint="which half is it trained on"
def fair_probe(features, labels):
    half = len(labels) // 2
    classifier = LogisticRegression(max_iter=1000).fit(features[half:], labels[half:])
    return classifier.score(features[:half], labels[:half])


# %% exercise=1 hint="Of random labels"
def fair_probe(features, labels):
    return delightful_probe(features, labels)


# %% exercise=1 hint="It misses labels"
def fair_probe(features, labels):
    return 0.1


# %% exercise=2 hint="another number of pixels"
field = 10 + 4

# %% exercise=2 hint="each of which sees 10"
field = 4

# %% exercise=3 hint="would not be shorter"
squared_length = 16

# %% exercise=3 hint="another mean"
squared_length = 4


# %% exercise=4 hint="the mean of all eights"
def changed(noise, means, first, second):
    return noise + means[first] - means[second]


# %% exercise=4 hint="nothing should change"
def changed(noise, means, first, second):
    return noise + means[second]


# %% exercise=4 hint="does not lead back"
def changed(noise, means, first, second):
    return noise if first == second else np.repeat(means[[second]], len(noise), axis=0)


# %% exercise=5 hint="which way does a gradient point"
def better_step(generator, z, target, rate):
    with tf.GradientTape() as tape:
        error = tf.reduce_mean(tf.square(generator(z, training=False) - target))
    z.assign_add(rate * tape.gradient(error, z))


# %% exercise=5 hint="collects averages"
def better_step(generator, z, target, rate):
    generator(z, training=True)
    with tf.GradientTape() as tape:
        error = tf.reduce_mean(tf.square(generator(z, training=False) - target))
    z.assign_sub(rate * tape.gradient(error, z))


# %% exercise=5 hint="The noise is not changed"
def better_step(generator, z, target, rate):
    with tf.GradientTape() as tape:
        error = tf.reduce_mean(tf.square(generator(z, training=False) - target))
    return z - rate * tape.gradient(error, z)
