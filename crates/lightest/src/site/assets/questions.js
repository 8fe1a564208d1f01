// The questions: at most five, each can be skipped, all of them always in sight.

function renderQuestions(place) {
  place.replaceChildren(...data.questions.map(([id, ask, why, answers], at) => {
    const radios = answers.map((answer, index) => radio(id, at, index, capital(answer[0])));
    radios.push(radio(id, at, null, "Skip"));
    return el("fieldset", { class: "lt-question" }, el("legend", {}, ask), el("p", { class: "lt-hint" }, capital(why), "."), radios);
  }));
}

function radio(id, question, answer, label) {
  const input = el("input", { type: "radio", name: `lt-${id}`, value: answer === null ? "" : String(answer) });
  input.addEventListener("change", () => {
    const answers = state.answers.map((known, at) => (at === question ? answer : known));
    go({ answers, requires: null, config: null });
  });
  return el("label", { class: answer === null ? "lt-option lt-skip" : "lt-option" }, input, el("span", {}, label), el("em", {}));
}

/** Sets the radios to the state, and marks the answers after which nothing would be left. */
function showQuestions(place) {
  place.querySelectorAll("fieldset").forEach((fieldset, question) => {
    for (const label of fieldset.querySelectorAll("label")) {
      const input = label.firstChild;
      const answer = input.value === "" ? null : Number(input.value);
      input.checked = !state.requires && state.answers[question] === answer;
      const answers = state.answers.map((known, at) => (at === question ? answer : known));
      const left = anything(answers);
      label.classList.toggle("lt-dead", !left);
      label.lastChild.textContent = left ? "" : "nothing gives this with the rest";
    }
  });
}

/** The choice of architectures. */
function renderArchs(place) {
  const options = [["", data.archs.length === 2 ? "Both" : "All"], ...data.archs.map((arch) => [arch, arch])].map(([arch, label]) => {
    const input = el("input", { type: "radio", name: "lt-arch", value: arch });
    input.addEventListener("change", () => go({ arch, config: null }));
    return el("label", {}, input, el("span", {}, label));
  });
  place.replaceChildren(el("legend", {}, "Architecture"), ...options);
}

function showArchs(place) {
  for (const input of place.querySelectorAll("input")) input.checked = input.value === state.arch;
}
