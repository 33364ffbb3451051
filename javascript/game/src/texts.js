/**
 * All words of the page, by language. A language needs every key of `en`.
 *
 * Functions put numbers into a sentence. Where `chapter` leads to stands in settings.js.
 */

const en = {
  start: "Start",
  stop: "Stop",
  step: "One step",
  reset: "Begin anew",
  newStart: "Other first weights",
  speed: "Speed",
  speeds: { 1: "slow", 4: "medium", 32: "fast" },
  presets: "Examples",
  attempt: "Then try:",
  controls: "Training",
  settings: "Settings",
  data: "Real samples",
  plane: "in two dimensions",
  line: "in one dimension",
  dataSets: {
    ring: "Ring of eight Gaussians",
    grid: "Grid of nine Gaussians",
    moons: "Two moons",
    cloud: "One cloud",
    points: "Your own points",
    one: "One Gaussian",
    two: "Two Gaussians",
    line: "Your own points on a line",
  },
  networks: "Networks",
  networkKinds: { deep: "two hidden layers", linear: "no hidden layer" },
  loss: "Loss",
  losses: {
    sigmoid_cross_entropy: "non-saturating: −ln D",
    minimax: "saturating: ln(1 − D)",
    wasserstein: "Wasserstein",
  },
  optimizer: "Optimizer",
  optimizers: { sgd: "SGD", adam: "Adam" },
  beta1: "Momentum (beta_1)",
  generatorRate: "Learning rate of G",
  discriminatorRate: "Learning rate of D",
  discriminatorSteps: "Steps of D for each of G",
  penaltyWeight: { r1: "Weight of R1", gradient_penalty: "Weight of the gradient penalty" },
  headStart: "Steps of D before G begins",
  show: "Show",
  field: "D's verdict",
  arrows: "G's gradients",
  real: "real",
  fake: "generated",
  pull: "where G's loss pulls",
  best: "D* = p / (p + q), the best",
  learned: "D, learned",
  score: "D's score, scaled to fit",
  verdict: ["D says generated", "D says real"],
  verdictOfScores: ["low score", "high score"],
  lossTitle: "Losses",
  generatorLoss: "loss of G",
  discriminatorLoss: "loss of D",
  steps: "steps",
  accuracy: "D is right about",
  accuracyValue: (real, fake) => `${real} % of real, ${fake} % of generated samples`,
  modes: "Modes found",
  modesValue: (found, all) => `${found} of ${all}`,
  lossValue: (value, equilibrium) =>
    equilibrium === null ? value : `${value} (at equilibrium ${equilibrium})`,
  summary: (steps, losses) => `Stopped at step ${steps}. ${losses}`,
  broken: "The numbers have overflowed. Begin anew with lower learning rates.",
  drawHint:
    "Click or drag in the picture to set points. With the keyboard: move the cross by the arrow " +
    "keys, set a point with Enter, remove the last one with Backspace.",
  drawFirst: "Set some points first: click or drag in the picture.",
  pointCount: (count) => (count === 1 ? "1 point" : `${count} points`),
  clearPoints: "Remove all points",
  playground: "Real and generated samples",
  describe2: (real, fake) =>
    `The plane from −3 to 3. Real samples: ${real}. Generated samples lie around ${fake}.`,
  describe1: (real, fake) =>
    `The line from −4 to 4. Real samples: ${real}. Generated samples lie around ${fake}.`,
  describeCurves: "Both losses against the number of steps, and their values at equilibrium.",
  presetTexts: {
    ring: {
      name: "It finds the ring",
      text:
        "The generator begins with a small heap in the middle. Within about a thousand steps it " +
        "finds all eight modes, and both losses settle at their equilibrium: ln 2 and 2 ln 2. " +
        "Now D is undecided nearly everywhere where there are samples.",
      attempt: "Choose the grid, which is harder, or set the weight of R1 to 0.",
      chapter: "Chapter 3: two dimensions",
    },
    line: {
      name: "In one dimension",
      text:
        "Here you see what D should say: the best discriminator is D* = p / (p + q), where p and " +
        "q are the densities of real and of generated samples. D follows it, G moves its " +
        "samples to where D is higher, and in the end both are near one half where there are " +
        "samples.",
      attempt: "Set the learning rate of G to 0.0001, and see how close D comes to D*.",
      chapter: "Chapter 3: the discriminator",
    },
    collapse: {
      name: "Collapse",
      text:
        "D learns ten times more slowly than G. All noise leads to nearly the same sample: the " +
        "generated samples are one heap, which runs to where D is highest. When D has learned " +
        "that the heap is generated, it runs on, and so it hunts around the ring. Both losses " +
        "stay near their equilibrium all the same.",
      attempt:
        "Set the learning rate of D to 0.2, as that of G, and the weight of R1 to 0.1: the heap " +
        "spreads, and the modes are found.",
      chapter: "Chapter 8: the second patient",
    },
    circles: {
      name: "Going in circles",
      text:
        "D's logit is a slope without a bend, and G can only shift and stretch its noise. G runs " +
        "to where D is higher, D turns away from where G is, and so on: the generated cloud " +
        "shrinks, circles around the real one and never arrives. After some turns both losses " +
        "lie near their equilibrium all the same.",
      attempt: "Set the weight of R1 to 0.3: the circle becomes a spiral that leads in.",
      chapter: "Chapter 3: a game that goes round in circles",
    },
    vanishing: {
      name: "Vanishing gradient",
      text:
        "D was trained for 500 steps before G began, and is sure of every generated sample: its " +
        "curve is flat at 0 there. The saturating loss is flat at the same place, so its arrows " +
        "are too short to be seen, and G stays where it is.",
      attempt: "Choose the non-saturating loss and look at the arrows: G sets off at once.",
      chapter: "Chapter 5: two losses for the generator",
    },
    wasserstein: {
      name: "Wasserstein",
      text:
        "D gives scores in place of probabilities, and the penalty keeps its gradient near 1. So " +
        "the arrows have about the same length everywhere, however far the samples have to go. " +
        "The loss of D, without its sign, estimates this distance, and goes towards 0.",
      attempt: "Set the weight of the penalty to 0: nothing holds the scores any more.",
      chapter: "Chapter 5: Wasserstein",
    },
  },
};

export const TEXTS = { en };
