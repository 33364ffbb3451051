// Values of pixels, in [-1, 1], on a canvas.

/** Turns the values of one picture into pixels: -1 becomes 0 and 1 becomes 255. */
export function toPixels(values, [height, width, channels], from = 0) {
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let colour = 0; colour < 3; colour++) {
      const value = values[from + pixel * channels + (channels === 3 ? colour : 0)];
      image.data[4 * pixel + colour] = (value + 1) * 127.5; // it rounds, and stays in 0 to 255
    }
    image.data[4 * pixel + 3] = 255;
  }
  return image;
}

/** Makes a canvas ready for a grid of pictures. */
export function setSize(canvas, [height, width], rows = 1, columns = 1) {
  canvas.width = width * columns;
  canvas.height = height * rows;
  canvas.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
}
