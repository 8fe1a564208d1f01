// Elements, and the texts in them: nothing is ever read as markup.

/** An element; attributes that are null or false are left out, children may be text, elements, lists or nothing. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

const code = (text, attributes) => el("code", attributes, text);

/** Items with commas, and `last` before the last. */
function list(items, last) {
  return items.flatMap((item, at) => [at === 0 ? "" : at === items.length - 1 ? ` ${last} ` : ", ", item]);
}

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
/** The first letter made a capital, unless an identifier stands there. */
const capital = (text) => (text.split(/[ ,(]/)[0].includes("_") ? text : text.charAt(0).toUpperCase() + text.slice(1));

/** A button that copies a text, and says so. */
function copying(text, what) {
  const button = el("button", { type: "button", class: "lt-copy", "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    const done = await copied(text);
    button.textContent = done ? "Copied" : "Select it";
    say(done ? `Copied ${what}` : "This browser does not let the page copy");
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  });
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed, or not there: a page from a file is no secure context everywhere.
    const area = el("textarea", { class: "lt-hidden", "aria-hidden": "true", tabindex: "-1" });
    area.value = text;
    root.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** Says something to those who cannot see it change. */
function say(text) {
  speaker.textContent = text;
}

const root = document.getElementById("lightest");
const speaker = el("div", { class: "lt-hidden", role: "status", "aria-live": "polite" });
