// Puts the parts in their places, and follows the address.

const app = document.getElementById("lt-app");

function build() {
  const search = el("div", { class: "lt-search" });
  const asked = el("p", { class: "lt-asked" });
  const questions = el("form", { class: "lt-questions", "aria-label": "What the test touches", onsubmit: (event) => event.preventDefault() });
  // Where there is one column, the answer stays in sight below the questions.
  const bar = el("p", { class: "lt-bar" });
  const archs = el("fieldset", { class: "lt-archs" });
  const head = el("div", { class: "lt-answer" });
  const detail = el("div", { class: "lt-detail" });
  const top = el("div", { class: "lt-top" }, archs, head);
  app.replaceChildren(speaker, search, el("div", { class: "lt-picker" }, top, el("div", { class: "lt-ask-column" }, asked, questions, bar), detail));
  const input = renderSearch(search);
  renderQuestions(questions);
  renderArchs(archs);
  renderTable(document.getElementById("lt-filters"));
  keys(input);

  const show = () => {
    const next = read(location.hash);
    if (next === null) unfold(location.hash);
    // A place in the page, or somebody else's: what is shown stays.
    if (next === null && state !== null) return;
    const before = state;
    state = next || read("");
    root.classList.toggle("lt-explaining", Boolean(state.config));
    if (state.config) renderExplanation(head, detail);
    else renderAnswer(head, detail);
    bar.replaceChildren(...soFar());
    showQuestions(questions);
    showArchs(archs);
    showTable();
    asked.replaceChildren(...askedFor());
    if (before !== null && (state.config || state.requires) && location.hash !== "") app.scrollIntoView();
  };
  addEventListener("hashchange", show);
  paper();
  show();
}

/** Opens the sections around a place in the page, and goes there. */
function unfold(hash) {
  let name = hash.slice(1);
  try { name = decodeURIComponent(name); } catch { /* Taken as it is. */ }
  const place = document.getElementById(name);
  if (!place || !root.contains(place)) return;
  for (let at = place; at !== root; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
  place.scrollIntoView();
}

/** On paper every section is open. */
function paper() {
  const folded = () => root.querySelectorAll("details.lt-section:not([open])");
  let opened = [];
  addEventListener("beforeprint", () => { opened = [...folded()]; for (const section of opened) section.open = true; });
  addEventListener("afterprint", () => { for (const section of opened) section.open = false; });
}

/** What is asked for other than by answering questions, and the way out. */
function askedFor() {
  if (!state.requires) {
    if (!state.answers.some((answer) => answer !== null)) return ["Answer what you know, skip the rest."];
    return [el("a", { href: "#arch=" + state.arch }, "Start again")];
  }
  return ["Asked for: ", ...list(state.requires.map((word) => code(word)), "and"), ". ", el("a", { href: "#arch=" + state.arch }, "Ask the questions instead")];
}

/** Keys: `/` searches; the page around ours must not turn its pages when ours are for choosing. */
function keys(search) {
  const writing = (target) => target.closest("input:not([type=radio]), select, textarea, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !(event.target instanceof Element && writing(event.target))) {
      event.preventDefault();
      event.stopPropagation();
      search.focus();
    }
  }, true);
  root.addEventListener("keydown", (event) => {
    if (event.target instanceof Element && event.target.closest("input, select, pre, [tabindex]")) event.stopPropagation();
  });
}

unpacked(document.getElementById("lt-data").textContent.trim()).then((unpacked) => {
  data = unpacked;
  root.classList.add("lt-on");
  build();
}).catch((error) => {
  app.replaceChildren(el("p", { class: "lt-note" }, `The picker cannot start in this browser (${error.message}); the guidance below is complete, and "lightest pick" asks the same in a terminal.`));
});
