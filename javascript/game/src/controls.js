/** The settings of a training, as a form; and the samples' colours, explained. */

import { DATA_SETS } from "./data.js";
import { chooser, element } from "./dom.js";
import { LOSSES } from "./losses.js";
import { CHOICES } from "./settings.js";

/**
 * @param {object} texts - the words of one language.
 * @param {object} settings - what is chosen now.
 * @param {function} change - is called with the name and the new value of a setting.
 */
export function buildControls(texts, settings, change) {
  const numbers = (name, label, values) => {
    const options = [...new Set([...values, settings[name]])]
      .sort((a, b) => a - b)
      .map((value) => [value, String(value)]);
    return chooser(`game-${name}`, label, [[null, options]], settings[name], (value) =>
      change(name, Number(value)),
    );
  };
  const names = (name, label, words) =>
    chooser(`game-${name}`, label, [[null, Object.entries(words)]], settings[name], (value) =>
      change(name, value),
    );
  const sets = (dimensions) =>
    Object.entries(texts.dataSets).filter(([key]) => DATA_SETS[key].dimensions === dimensions);
  const groups = [
    [texts.plane, sets(2)],
    [texts.line, sets(1)],
  ];
  const penalty = texts.penaltyWeight[LOSSES[settings.loss].penalty];
  const fields = [
    chooser("game-data", texts.data, groups, settings.data, (value) => change("data", value)),
    names("loss", texts.loss, texts.losses),
    names("networks", texts.networks, texts.networkKinds),
    numbers("penaltyWeight", penalty, CHOICES.penaltyWeights),
    names("optimizer", texts.optimizer, texts.optimizers),
    settings.optimizer === "adam" ? numbers("beta1", texts.beta1, CHOICES.beta1) : null,
    numbers("generatorRate", texts.generatorRate, CHOICES.rates),
    numbers("discriminatorRate", texts.discriminatorRate, CHOICES.rates),
    numbers("discriminatorSteps", texts.discriminatorSteps, CHOICES.discriminatorSteps),
    numbers("headStart", texts.headStart, CHOICES.headStarts),
  ];
  const [data, loss] = fields;
  for (const field of [data, loss]) field.className = "game-wide";
  return [element("legend", {}, texts.settings), ...fields.filter(Boolean)];
}

/** What the marks in the picture mean. */
export function buildLegend(texts, settings, dimensions) {
  const scores = settings.loss === "wasserstein";
  const entry = (kind, words) =>
    element("li", {}, element("span", { class: `game-key ${kind}`, "aria-hidden": "true" }), words);
  if (dimensions === 1) {
    return [
      entry("bar real", texts.real),
      entry("bar fake", texts.fake),
      entry("curve", scores ? texts.score : texts.learned),
      entry("curve dashed", texts.best),
      entry("arrow", texts.pull),
    ];
  }
  const [low, high] = scores ? texts.verdictOfScores : texts.verdict;
  return [
    entry("ring", texts.real),
    entry("dot", texts.fake),
    entry("arrow", texts.pull),
    entry("tint real", high),
    entry("tint fake", low),
  ];
}
