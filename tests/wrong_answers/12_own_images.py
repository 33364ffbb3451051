# %% exercise=1 hint="The shape is (8, 8, 4)"
def put_on_white(picture):
    return picture


# %% exercise=1 hint="Pillow has other colours"
def put_on_white(picture):
    return picture[..., :3]


# %% exercise=1 hint="The type is float64"
def put_on_white(picture):
    alpha = picture[..., 3:] / 255
    return alpha * picture[..., :3] + (1 - alpha) * 255


# %% exercise=2 hint="0 becomes 0.0"
def broken_scale(pixels):
    return (pixels / 255).astype(np.float32)


# %% exercise=2 hint="The type is float64"
def broken_scale(pixels):
    return pixels / 127.5 - 1


# %% exercise=2 hint="A shade of grey is wrong"
def broken_scale(pixels):
    return ((pixels / 255.0) ** 2 * 2 - 1).astype(np.float32)


# %% exercise=3 hint="scikit-learn finds other neighbours"
def find_nearest(generated, training):
    light = training.mean(axis=(1, 2, 3))
    return np.array([np.abs(light - each.mean()).argmin() for each in generated])


# %% exercise=3 hint="A training picture is nearest to itself"
def find_nearest(generated, training):
    flat = training.reshape(len(training), -1)
    return (generated.reshape(len(generated), -1) @ flat.T).argmin(axis=1)


# %% exercise=3 hint="The shape is ()"
def find_nearest(generated, training):
    return np.mean((training - generated[0]) ** 2, axis=(1, 2, 3)).argmin()


# %% exercise=4 hint="another tone has a nearer one"
def best_tone(i):
    return int(np.argmax([find_best(i, tone)[1] for tone in range(len(TONES))]))


# %% exercise=4 hint="nearer"
def best_tone(i):
    return int(tones[i])


# %% exercise=4 hint="It is a number from 0 to 5"
def best_tone(i):
    return TONES[tones[i]]


# %% exercise=4 hint="another tone has a nearer one"
def best_tone(i):
    return (int(tones[i]) + 1) % 6
