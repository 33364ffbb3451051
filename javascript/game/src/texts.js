/**
 * All words of the page, by language. A language needs every key of `en`.
 *
 * Functions put numbers into a sentence. Where `chapter` leads to stands in settings.js, by
 * language, too.
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
  attempt: "Then try: ",
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
  summary: (steps, ofD, ofG) => `Stopped at step ${steps}. Loss of D: ${ofD}, loss of G: ${ofG}`,
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
        "finds all eight modes, and both losses settle at their equilibrium: " +
        "ln\u00a02 and 2\u00a0ln\u00a02. Now D is undecided nearly everywhere where there are " +
        "samples.",
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

const zh = {
  start: "开始",
  stop: "停止",
  step: "走一步",
  reset: "重新开始",
  newStart: "换一组初始权重",
  speed: "速度",
  speeds: { 1: "慢", 4: "中", 32: "快" },
  presets: "例子",
  attempt: "接着试试：",
  controls: "训练",
  settings: "设置",
  data: "真实样本",
  plane: "二维",
  line: "一维",
  dataSets: {
    ring: "八个高斯分布围成的圆环",
    grid: "九个高斯分布排成的网格",
    moons: "两弯月牙",
    cloud: "一团点",
    points: "你自己放的点",
    one: "一个高斯分布",
    two: "两个高斯分布",
    line: "你自己在直线上放的点",
  },
  networks: "网络",
  networkKinds: { deep: "两个隐藏层", linear: "没有隐藏层" },
  loss: "损失",
  losses: {
    sigmoid_cross_entropy: "非饱和损失：−ln D",
    minimax: "饱和损失：ln(1 − D)",
    wasserstein: "Wasserstein 损失",
  },
  optimizer: "优化器",
  optimizers: { sgd: "SGD", adam: "Adam" },
  beta1: "动量（beta_1）",
  generatorRate: "G 的学习率",
  discriminatorRate: "D 的学习率",
  discriminatorSteps: "G 每走一步，D 走的步数",
  penaltyWeight: { r1: "R1 的权重", gradient_penalty: "梯度惩罚的权重" },
  headStart: "G 开始之前，D 先走的步数",
  show: "显示",
  field: "D 的判断",
  arrows: "G 的梯度",
  real: "真实样本",
  fake: "生成样本",
  pull: "G 的损失往哪里拉",
  best: "D* = p / (p + q)，最优判别器",
  learned: "D，学到的判别器",
  score: "D 的评分，缩放到图中",
  verdict: ["D 判为生成", "D 判为真实"],
  verdictOfScores: ["评分低", "评分高"],
  lossTitle: "损失",
  generatorLoss: "G 的损失",
  discriminatorLoss: "D 的损失",
  steps: "步数",
  accuracy: "D 判对的比例",
  accuracyValue: (real, fake) => `真实样本 ${real}%，生成样本 ${fake}%`,
  modes: "找到的模式",
  modesValue: (found, all) => `${all} 个中的 ${found} 个`,
  lossValue: (value, equilibrium) =>
    equilibrium === null ? value : `${value}（均衡时 ${equilibrium}）`,
  summary: (steps, ofD, ofG) => `停在第 ${steps} 步。D 的损失：${ofD}，G 的损失：${ofG}`,
  broken: "数值溢出了。请降低学习率，重新开始。",
  drawHint:
    "在图中点击或拖动，就能放置点。也可以用键盘：方向键移动十字，" +
    "Enter 键放一个点，Backspace 键删去最后一个点。",
  drawFirst: "请先放几个点：在图中点击或拖动。",
  pointCount: (count) => `${count} 个点`,
  clearPoints: "删去所有点",
  playground: "真实样本与生成样本",
  describe2: (real, fake) =>
    `平面，坐标从 −3 到 3。真实样本：${real}。生成样本的中心在 ${fake} 附近。`,
  describe1: (real, fake) =>
    `直线，坐标从 −4 到 4。真实样本：${real}。生成样本的中心在 ${fake} 附近。`,
  describeCurves: "两个损失随步数的变化，以及它们在均衡时的值。",
  presetTexts: {
    ring: {
      name: "找到圆环",
      text:
        "起初，生成样本只是中间的一小堆。大约一千步之内，生成器就找到全部八个模式，" +
        "两个损失也稳定在均衡时的值：ln\u00a02 和 2\u00a0ln\u00a02。这时，凡是有样本的地方，" +
        "D 几乎都拿不定主意。",
      attempt: "换成更难的网格，或者把 R1 的权重设为 0。",
      chapter: "第 3 章：二维",
    },
    line: {
      name: "一维",
      text:
        "在这里能看到 D 应当怎么说：最优判别器是 D* = p / (p + q)，" +
        "其中 p 和 q 是真实样本和生成样本的概率密度。D 跟着 D* 走，" +
        "G 把样本移到 D 更高的地方；到最后，在有样本的地方，D 和 D* 都接近二分之一。",
      attempt: "把 G 的学习率设为 0.0001，看看 D 与 D* 能有多接近。",
      chapter: "第 3 章：判别器",
    },
    collapse: {
      name: "崩溃",
      text:
        "D 学得慢，学习率只有 G 的十分之一。所有噪声都通向几乎同一个样本：" +
        "生成样本挤成一堆，往 D 最高的地方跑。等 D 学会了这一堆是生成的，它又往别处跑，" +
        "就这样沿着圆环四处追逐。尽管如此，两个损失一直在均衡时的值附近。",
      attempt:
        "把 D 的学习率设为 0.2，与 G 相同，再把 R1 的权重设为 0.1：" +
        "这一堆会散开，各个模式也就找到了。",
      chapter: "第 8 章：第二位病人",
    },
    circles: {
      name: "兜圈子",
      text:
        "D 的对数几率是一个没有弯折的斜坡，G 只能把噪声平移和拉伸。" +
        "G 往 D 更高的地方跑，D 就转而背对 G 所在的地方，如此反复：" +
        "生成的那团点越缩越小，绕着真实的那团点转圈，永远到不了。" +
        "尽管如此，转过几圈之后，两个损失都在均衡时的值附近。",
      attempt: "把 R1 的权重设为 0.3：圆圈变成螺旋线，一路通向中心。",
      chapter: "第 3 章：兜圈子的博弈",
    },
    vanishing: {
      name: "梯度消失",
      text:
        "G 开始之前，D 已经训练了 500 步，对每个生成样本都很有把握：" +
        "它的曲线在那里是平的，值为 0。饱和损失在同样的地方也是平的，" +
        "所以箭头短得看不见，G 停在原地不动。",
      attempt: "换成非饱和损失，再看箭头：G 立刻动身。",
      chapter: "第 5 章：生成器的两种损失",
    },
    wasserstein: {
      name: "Wasserstein",
      text:
        "D 给出的是评分，不是概率，惩罚使它的梯度保持在 1 附近。因此，不管样本还要走多远，" +
        "各处的箭头都差不多长。D 的损失去掉负号，就是对这段距离的估计，它会逐渐趋于 0。",
      attempt: "把惩罚的权重设为 0：评分就再也没有约束了。",
      chapter: "第 5 章：Wasserstein 损失",
    },
  },
};

export const TEXTS = { en, zh };
