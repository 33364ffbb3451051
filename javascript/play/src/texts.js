// All texts of the page, by language. To add a language, translate one block.

export const TEXTS = {
  en: {
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
    starting: "The generator is starting.",
    backend: { wasm: "WebAssembly", cpu: "plain JavaScript, as WebAssembly did not start" },
    speed: (backend, milliseconds) => `${backend}, ${milliseconds} ms a picture`,
    frames: (frames) => `, ${frames} pictures a second`,
    failure: (reason) => `The generator could not be started: ${reason}`,
  },
};

/** Chooses the first language of the browser that the table has. */
export function chooseLanguage(wanted, table = TEXTS) {
  return wanted.map((tag) => tag.split("-")[0]).find((tag) => tag in table) ?? "en";
}
