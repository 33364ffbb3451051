/** What can be chosen, what is chosen at first, and the presets. */

export const CHOICES = {
  rates: [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
  beta1: [0, 0.5, 0.9],
  discriminatorSteps: [1, 2, 3, 5, 10],
  penaltyWeights: [0, 0.01, 0.03, 0.1, 0.3, 0.5, 1, 3, 10],
  headStarts: [0, 100, 500],
};

export const BATCH = 64;

const DEFAULTS = {
  networks: "deep",
  loss: "sigmoid_cross_entropy",
  optimizer: "adam",
  beta1: 0,
  generatorRate: 0.002,
  discriminatorRate: 0.002,
  discriminatorSteps: 1,
  penaltyWeight: 0.5,
  headStart: 0,
};

/** Each preset: what differs from the defaults, and the place in the course that explains it. */
const DIFFERENCES = {
  ring: { data: "ring", discriminatorRate: 0.005, penaltyWeight: 0.3 },
  line: {
    data: "two",
    generatorRate: 0.0005,
    discriminatorRate: 0.01,
    discriminatorSteps: 3,
    penaltyWeight: 0,
  },
  collapse: {
    data: "ring",
    optimizer: "sgd",
    generatorRate: 0.2,
    discriminatorRate: 0.02,
    penaltyWeight: 0,
  },
  circles: {
    data: "cloud",
    networks: "linear",
    optimizer: "sgd",
    generatorRate: 0.05,
    discriminatorRate: 0.05,
    penaltyWeight: 0,
  },
  vanishing: {
    data: "one",
    loss: "minimax",
    optimizer: "sgd",
    generatorRate: 0.005,
    discriminatorRate: 0.5,
    penaltyWeight: 0,
    headStart: 500,
  },
  wasserstein: {
    data: "moons",
    loss: "wasserstein",
    generatorRate: 0.001,
    discriminatorSteps: 3,
    penaltyWeight: 1,
  },
};

export const PRESETS = Object.fromEntries(
  Object.entries(DIFFERENCES).map(([name, settings]) => [name, { ...DEFAULTS, ...settings }]),
);

/** By language: the Chinese page stands beside the Chinese chapters. */
export const LINKS = {
  en: {
    ring: "course/03_game.html#two-dimensions",
    line: "course/03_game.html#the-discriminator",
    collapse: "course/08_failures.html#the-second-patient",
    circles: "course/03_game.html#a-game-that-goes-round-in-circles",
    vanishing: "course/05_losses.html#two-losses-for-the-generator",
    wasserstein: "course/05_losses.html#wasserstein",
  },
  zh: {
    ring: "course/03_game.html#二维",
    line: "course/03_game.html#判别器",
    collapse: "course/08_failures.html#第二位病人",
    circles: "course/03_game.html#兜圈子的博弈",
    vanishing: "course/05_losses.html#生成器的两种损失",
    wasserstein: "course/05_losses.html#wasserstein-损失",
  },
};

/** Settings that need new networks or new optimizers; all others may change on the way. */
export const NEEDS_NEW_START = ["data", "networks", "optimizer", "beta1", "headStart"];
