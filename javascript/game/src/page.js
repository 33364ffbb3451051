/** The page: it connects the training with its pictures and with what the reader does. */

import { buildControls, buildLegend } from "./controls.js";
import { DATA_SETS } from "./data.js";
import { checkbox, chooser, element } from "./dom.js";
import { LossChart } from "./loss_chart.js";
import { LOSSES } from "./losses.js";
import { NumberLine } from "./number_line.js";
import { Plane } from "./plane.js";
import { PointEditor } from "./point_editor.js";
import { Session } from "./session.js";
import { NEEDS_NEW_START, PRESETS } from "./settings.js";

const MILLISECONDS = 14; // of each frame at most, for training steps

export class Page {
  /**
   * @param {Element} root - what the game is put into.
   * @param {object} texts - the words of one language.
   * @param {object} links - where each preset leads to, in this language.
   */
  constructor(root, texts, links) {
    Object.assign(this, { root, texts, links });
    this.seed = 1;
    this.running = false;
    this.stepsAFrame = 4;
    this.show = { field: true, arrows: true };
    this.views = { 1: new NumberLine(texts.playground), 2: new Plane(texts.playground) };
    this.chart = new LossChart(texts.describeCurves);
    this.editor = new PointEditor(
      texts,
      () => this.restart(),
      () => this.draw(),
    );
    for (const view of Object.values(this.views)) this.editor.attach(view);
    this.build();
    this.choosePreset(location.hash.slice(1) in PRESETS ? location.hash.slice(1) : "ring");
    window.addEventListener("hashchange", () => {
      if (location.hash.slice(1) in PRESETS) this.choosePreset(location.hash.slice(1));
    });
    // The theme or the size of the page has changed: the pictures are drawn anew.
    new ResizeObserver(() => this.draw()).observe(root);
    const theme = new MutationObserver(() => this.draw());
    theme.observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  build() {
    const { texts } = this;
    const button = (id, words, click) => element("button", { id, type: "button", click }, words);
    this.presets = Object.keys(PRESETS).map((name) =>
      button(`game-preset-${name}`, texts.presetTexts[name].name, () => this.choosePreset(name)),
    );
    this.story = element("div", { class: "game-story" });
    this.playButton = button("game-play", texts.start, () => this.toggle());
    this.stepButton = button("game-step", texts.step, () => this.stepOnce());
    const speeds = Object.entries(texts.speeds);
    const transport = [
      this.playButton,
      this.stepButton,
      button("game-reset", texts.reset, () => this.restart()),
      button("game-seed", texts.newStart, () => {
        this.seed += 1;
        this.restart();
      }),
      chooser("game-speed", texts.speed, [[null, speeds]], this.stepsAFrame, (value) => {
        this.stepsAFrame = Number(value);
      }),
    ];
    const shown = ["field", "arrows"].map((name) =>
      checkbox(`game-show-${name}`, texts[name], true, (checked) => {
        this.show[name] = checked;
        this.draw();
      }),
    );
    this.controls = element("fieldset", { class: "game-settings" });
    this.legend = element("ul", { class: "game-legend" });
    this.readout = element("dl", { class: "game-readout" });
    this.status = element("p", { class: "game-status", id: "game-status", role: "status" });
    const group = (label, name, ...children) =>
      element("div", { role: "group", "aria-label": label, class: name }, ...children);
    const main = [
      ...Object.values(this.views).map((view) => view.element),
      group(texts.controls, "game-transport", ...transport),
      this.editor.element,
      this.legend,
      group(texts.show, "game-shown", ...shown),
      this.status,
    ];
    const losses = element("h3", { class: "game-heading" }, texts.lossTitle);
    this.root.replaceChildren(
      group(texts.presets, "game-presets", ...this.presets),
      this.story,
      element(
        "div",
        { class: "game-stage" },
        element("div", { class: "game-main" }, ...main),
        element("div", {}, losses, this.chart.element, this.readout, this.controls),
      ),
    );
  }

  choosePreset(name) {
    this.settings = { ...PRESETS[name] };
    this.stop();
    this.tell(name);
    this.refreshControls();
    this.restart();
  }

  /** Shows what a preset shows and how to go on, with the place in the course. */
  tell(name) {
    const { text, attempt, chapter } = this.texts.presetTexts[name];
    this.story.replaceChildren(
      element("p", {}, text),
      element(
        "p",
        {},
        element("strong", {}, this.texts.attempt),
        `${attempt} `,
        element("a", { href: this.links[name] }, chapter),
      ),
    );
    for (const button of this.presets) {
      button.setAttribute("aria-pressed", String(button.id === `game-preset-${name}`));
    }
  }

  change(name, value) {
    this.settings[name] = value;
    if (name === "loss" || name === "optimizer" || name === "data") this.refreshControls();
    if (NEEDS_NEW_START.includes(name)) this.restart();
    else this.session.change(this.settings);
    if (this.session.ready) this.session.measure();
    this.draw();
  }

  /** Builds the form anew, as its fields depend on each other, and keeps the focus. */
  refreshControls() {
    const focused = document.activeElement?.id;
    const fields = buildControls(this.texts, this.settings, (...args) => this.change(...args));
    this.controls.replaceChildren(...fields);
    if (focused?.startsWith("game-")) document.getElementById(focused)?.focus();
  }

  get view() {
    return this.views[DATA_SETS[this.settings.data].dimensions];
  }

  restart() {
    const { dimensions, own } = DATA_SETS[this.settings.data];
    this.editor.show(own ? dimensions : null);
    this.session = new Session(this.settings, this.editor.points, this.seed);
    for (const view of Object.values(this.views)) view.element.hidden = view !== this.view;
    this.legend.replaceChildren(...buildLegend(this.texts, this.settings, dimensions));
    if (!this.session.ready) this.stop();
    for (const button of [this.playButton, this.stepButton]) button.disabled = !this.session.ready;
    this.say(this.session.ready ? "" : this.texts.drawFirst);
    this.draw();
  }

  toggle() {
    if (this.running) {
      this.stop();
      this.summarize();
    } else {
      this.running = true;
      this.playButton.textContent = this.texts.stop;
      this.say("");
      requestAnimationFrame(() => this.frame());
    }
  }

  stop() {
    this.running = false;
    this.playButton.textContent = this.texts.start;
  }

  stepOnce() {
    this.stop();
    this.train(1);
    this.summarize();
  }

  frame() {
    if (!this.running) return;
    this.train(this.stepsAFrame);
    requestAnimationFrame(() => this.frame());
  }

  train(steps) {
    const end = performance.now() + MILLISECONDS;
    for (let i = 0; i < steps && (i === 0 || performance.now() < end); i++) this.session.step();
    if (this.session.broken) {
      this.stop();
      for (const button of [this.playButton, this.stepButton]) button.disabled = true;
      this.say(this.texts.broken);
    }
    this.session.measure();
    this.draw();
  }

  say(words) {
    this.status.textContent = words;
  }

  draw() {
    if (!this.session) return;
    this.view.draw(this.session, this.show, this.editor.points, this.editor.cross);
    this.chart.draw(this.session);
    const centre = this.session.centre?.map((x) => x.toFixed(1)).join(", ") ?? "";
    const { dataSets, describe1, describe2 } = this.texts;
    const describe = this.view === this.views[1] ? describe1 : describe2;
    this.view.describe(describe(dataSets[this.settings.data], centre));
    this.read();
  }

  summarize() {
    const { steps, curves } = this.session;
    const losses = [curves.discriminator, curves.generator].map((curve) => format(curve.last));
    this.say(this.texts.summary(steps, ...losses));
  }

  read() {
    const { texts, session } = this;
    const { generator, discriminator } = session.curves;
    const { equilibrium } = LOSSES[this.settings.loss];
    const loss = (curve, resting) =>
      texts.lossValue(format(curve.last), resting === null ? null : format(resting));
    const percent = (part) => Math.round(100 * part);
    const rows = [
      [texts.steps, String(session.steps), ""],
      [texts.discriminatorLoss, loss(discriminator, equilibrium.discriminator), "real"],
      [texts.generatorLoss, loss(generator, equilibrium.generator), "fake"],
    ];
    if (session.ready && this.settings.loss !== "wasserstein") {
      const { realAccuracy, fakeAccuracy } = session;
      const words = texts.accuracyValue(percent(realAccuracy), percent(fakeAccuracy));
      rows.push([texts.accuracy, words, ""]);
    }
    if (session.modes != null && session.data.modes.length > 1) {
      rows.push([texts.modes, texts.modesValue(session.modes, session.data.modes.length), ""]);
    }
    this.readout.replaceChildren(
      ...rows.flatMap(([name, value, kind]) => [
        element("dt", { class: kind }, name),
        element("dd", {}, value),
      ]),
    );
  }
}

function format(value) {
  if (value === undefined) return "–";
  const words = value.toFixed(3);
  return Number(words) === 0 ? "0.000" : words.replace("-", "−");
}
