// All texts of the page, by language. To add a language, translate one block, and name it in LANGUAGES
// of dcgan_tf/runs/words.py.

export const TEXTS = {
  en: {
    tag: "en",
    title: (name) => `${name}: the generator at play`,
    introduction:
      "The trained generator is inside this page. It draws a picture from its noise, a list of random numbers, as fast as you change them.",
    picture: "The picture that the generator draws",
    newNoise: "New noise",
    labels: "What to draw",
    directions: "Directions of the noise",
    directionsHelp:
      "Along the first direction the picture changes the most, along each next one less. A slider shows where the noise lies on one of them, and moves it.",
    direction: (number) => `Direction ${number}`,
    share: (number, share) => `Direction ${number}: ${share} % of the whole change`,
    field: "Walk in two dimensions",
    fieldHelp: "Drag the point, or use the arrow keys.",
    across: "To the right:",
    up: "Upwards:",
    place: (across, down) => `${across} to the right, ${down} upwards`,
    way: "From one picture to another",
    wayHelp:
      "Keep two pictures that you like. The slider goes from the first to the second along a circle, so that the noise keeps its usual length.",
    first: "The first picture",
    last: "The second picture",
    between: "From the first picture to the second",
    keep: "Keep here",
    travel: "Go to and fro",
    footer:
      "This page contains all that it needs and loads nothing from elsewhere. It computes with TensorFlow.js (Apache License 2.0).",
    backend: { wasm: "WebAssembly", cpu: "plain JavaScript, as WebAssembly did not start" },
    speed: (backend, milliseconds) => `${backend}, ${milliseconds} ms a picture`,
    frames: (frames) => `, ${frames} pictures a second`,
    failure: (reason) => `The generator could not be started: ${reason}`,
  },
  zh: {
    tag: "zh-CN",
    title: (name) => `${name}：玩转生成器`,
    introduction:
      "训练好的生成器就装在这个页面里。它用噪声（一串随机数）画图；你一改动噪声，图像马上跟着变。",
    picture: "生成器画的图像",
    newNoise: "新的噪声",
    labels: "画什么",
    directions: "噪声的方向",
    directionsHelp:
      "沿第一个方向移动噪声，图像变化最大，沿其后的方向，变化依次减小。滑块显示噪声在各个方向上的位置，拖动滑块就能移动它。",
    direction: (number) => `方向 ${number}`,
    share: (number, share) => `方向 ${number}：占全部变化的 ${share}%`,
    field: "在平面上漫步",
    fieldHelp: "拖动圆点，或者按方向键。",
    across: "向右：",
    up: "向上：",
    place: (across, down) => `向右 ${across}，向上 ${down}`,
    way: "从一幅图像走到另一幅",
    wayHelp:
      "记下两幅你喜欢的图像，再用滑块从第一幅走到第二幅。走的是一段圆弧，所以噪声保持通常的长度。",
    first: "第一幅图像",
    last: "第二幅图像",
    between: "从第一幅图像到第二幅",
    keep: "记在这里",
    travel: "来回走",
    footer:
      "这个页面自带所需的一切，不从别处加载任何东西。计算由 TensorFlow.js（Apache License 2.0）完成。",
    backend: { wasm: "WebAssembly", cpu: "普通的 JavaScript（WebAssembly 没能启动）" },
    speed: (backend, milliseconds) => `${backend}，每幅图像 ${milliseconds} 毫秒`,
    frames: (frames) => `，每秒 ${frames} 幅`,
    failure: (reason) => `生成器没能启动：${reason}`,
  },
};

/** Chooses the first language of the browser that the table has. */
export function chooseLanguage(wanted, table = TEXTS) {
  return wanted.map((tag) => tag.split("-")[0]).find((tag) => tag in table) ?? "en";
}
