/** Makes elements of the page. */

/**
 * @param {string} tag - name of the element.
 * @param {object} [attributes] - its attributes; a function becomes a listener, for example
 *   `{ click: ... }`; `false` and `null` leave an attribute out.
 * @param {...(Node|string)} children - what is inside.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A drop-down list with its label; `groups` has options by label, or options alone. */
export function chooser(id, label, groups, value, change) {
  const select = element("select", { id, change: () => change(select.value) });
  for (const [name, options] of groups) {
    const made = options.map(([key, words]) => element("option", { value: key }, words));
    select.append(...(name ? [element("optgroup", { label: name }, ...made)] : made));
  }
  select.value = value;
  return element("p", {}, element("label", { for: id }, label), select);
}

export function checkbox(id, label, checked, change) {
  const box = element("input", { id, type: "checkbox", change: () => change(box.checked) });
  box.checked = checked;
  return element("label", { for: id, class: "game-check" }, box, label);
}
