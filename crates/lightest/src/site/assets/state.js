// The state of the page, which is its address: `#inside=unix-shell&arch=x64`, `#requires=tpm` or `#config=…`.

/** The word by which an answer is named in the address. */
const answerWord = (answer) => answer[1].join(",") || "none";

/** Reads an address; null where it names no state, but perhaps a place in the page. */
function read(hash) {
  const state = { answers: data.questions.map(() => null), arch: "", requires: null, config: null, filters: {} };
  let understood = hash === "" || hash === "#";
  for (const pair of hash.replace(/^#/, "").split("&")) {
    const at = pair.indexOf("=");
    if (at < 0) continue;
    const key = pair.slice(0, at);
    let value = pair.slice(at + 1);
    try { value = decodeURIComponent(value); } catch { /* Taken as it is. */ }
    const question = data.questions.findIndex(([id]) => id === key);
    if (key === "config") state.config = value;
    else if (key === "requires") state.requires = value.split(",").filter((word) => word !== "");
    else if (key === "arch") state.arch = data.archs.includes(value) ? value : "";
    else if (key.startsWith("table-")) state.filters[key.slice(6)] = value;
    else if (question >= 0) {
      const answer = data.questions[question][3].findIndex((known) => answerWord(known) === value);
      state.answers[question] = answer < 0 ? null : answer;
    } else continue;
    understood = true;
  }
  return understood ? state : null;
}

// What a fragment may hold as it is, so that it can be read.
const plain = (text) => encodeURIComponent(text).replace(/%(2C|28|29|5B|5D)/gi, (escape) => decodeURIComponent(escape));

/** Writes a state as an address. */
function write(state) {
  const pairs = [];
  if (state.config) pairs.push(["config", state.config]);
  else if (state.requires) pairs.push(["requires", state.requires.join(",")]);
  else data.questions.forEach(([id, , , answers], at) => {
    if (state.answers[at] !== null) pairs.push([id, answerWord(answers[state.answers[at]])]);
  });
  if (state.arch && !state.config) pairs.push(["arch", state.arch]);
  for (const [key, value] of Object.entries(state.filters)) if (value) pairs.push([`table-${key}`, value]);
  return "#" + pairs.map(([key, value]) => `${key}=${plain(value)}`).join("&");
}

let state = null;

/** Goes to a state, so that `back` comes back from it. */
function go(change) {
  const next = write({ ...state, ...change });
  if (next !== location.hash) location.hash = next;
}

/** Goes to a state in place of this one: for filters, which nobody wants to step back through. */
function replace(change) {
  state = { ...state, ...change };
  history.replaceState(history.state, "", write(state));
}
