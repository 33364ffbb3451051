// The page defines `words`, its texts in one language.
const byId = (id) => document.getElementById(id);

// Fills values into the places of a text that are named in braces.
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Draws one image of a sheet of equal images onto a canvas of that image's size.
function draw(canvas, sheet, column, row) {
  const { width, height } = canvas;
  canvas.getContext("2d").drawImage(
    sheet, column * width, row * height, width, height, 0, 0, width, height);
}

async function startFilm(film) {
  const sheet = byId("film-sheet"), frame = byId("film-frame");
  const slider = byId("film-slider"), play = byId("film-play");
  const epochs = film.dataset.epochs.split(" "), columns = Number(film.dataset.columns);
  let timer = null;

  function show(index) {
    draw(frame, sheet, index % columns, Math.floor(index / columns));
    const text = fill(words.epoch, { epoch: epochs[index], epochs: epochs.at(-1) });
    slider.value = index;
    slider.setAttribute("aria-valuetext", text);
    frame.setAttribute("aria-label", fill(words.frame, { epoch: text }));
    byId("film-epoch").textContent = text;
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = words.play;
  }
  function next() {
    if (Number(slider.value) + 1 < epochs.length) show(Number(slider.value) + 1);
    else stop();
  }
  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (Number(slider.value) === epochs.length - 1) show(0);
    play.textContent = words.pause;
    timer = setInterval(next, 200);
  });
  await sheet.decode();
  film.hidden = false;
  show(epochs.length - 1);
}

async function startMap(map) {
  const sheet = byId("map-sheet"), marker = byId("marker"), magnified = byId("magnified");
  const rows = Number(map.dataset.rows), columns = Number(map.dataset.columns);
  const wraps = map.dataset.wraps === "yes";
  let column = Math.floor(columns / 2), row = Math.floor(rows / 2);

  function show(newColumn, newRow) {
    const place = (value, count) =>
      wraps ? (value + count) % count : Math.min(Math.max(value, 0), count - 1);
    column = place(newColumn, columns);
    row = place(newRow, rows);
    draw(magnified, sheet, column, row);
    marker.style.left = `${(100 * column) / columns}%`;
    marker.style.top = `${(100 * row) / rows}%`;
    byId("map-place").textContent =
      fill(words.place, { column: column + 1, columns, row: row + 1, rows });
  }
  function follow(event) {
    const box = sheet.getBoundingClientRect();
    const inside = (part, count) => Math.min(Math.max(Math.floor(part * count), 0), count - 1);
    show(inside((event.clientX - box.left) / box.width, columns),
      inside((event.clientY - box.top) / box.height, rows));
  }
  map.addEventListener("pointermove", follow);
  map.addEventListener("pointerdown", follow);
  map.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!(event.key in steps)) return;
    event.preventDefault();  // or the page would scroll
    show(column + steps[event.key][0], row + steps[event.key][1]);
  });
  await sheet.decode();
  marker.style.width = `${100 / columns}%`;
  marker.style.height = `${100 / rows}%`;
  marker.hidden = magnified.hidden = false;
  show(column, row);
}

// Without permission for the clipboard the command is selected, ready for Ctrl+C.
function startCopy(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const command = byId("command");
    try {
      await navigator.clipboard.writeText(command.textContent);
      byId("copied").textContent = words.copied;
    } catch {
      getSelection().selectAllChildren(command);
      byId("copied").textContent = words.selected;
    }
  });
}

// The page of the generator stands in a frame, which is filled when somebody unfolds it.
function startPlay(play) {
  const frame = byId("play-frame");
  play.addEventListener("toggle", async () => {
    if (!play.open || frame.srcdoc) return;
    const text = byId("play-page").textContent;
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    frame.srcdoc = await new Response(stream).text();
  });
  frame.addEventListener("load", () => {
    const body = frame.contentDocument.body;
    const fit = () => { frame.style.height = `${body.scrollHeight + 4}px`; };
    new ResizeObserver(fit).observe(body);
  });
}

if (byId("play")) startPlay(byId("play"));
if (byId("film")) startFilm(byId("film"));
if (byId("map")) startMap(byId("map"));
startCopy(byId("copy"));
