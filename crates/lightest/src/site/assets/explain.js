// One configuration, explained: what it is, what it costs, and what it gives, lacks, or is not known to give.

function renderExplanation(head, detail) {
  const row = rowOf(state.config);
  head.replaceChildren();
  detail.replaceChildren();
  const back = el("a", { href: write({ ...state, config: null }), class: "lt-back" }, "Back to the picker");
  if (row < 0) {
    head.append(el("h2", {}, "No such configuration"), el("p", {}, "Nothing is written ", code(state.config), ". "), back);
    return;
  }
  const it = config(row);
  const always = data.requirements.findIndex(([id]) => id === "runs");
  const runs = column(always)[row];
  const verdict = { y: "Runs", n: "Cannot run", u: "Not known to run" }[data.statements[runs][0]];
  head.append(
    back,
    el("h2", { id: "lt-answer" }, "Configuration"),
    snippet(it.name, "the configuration", "lt-attribute"),
    snippet(`lightest explain '${it.name}'`, "the command", "lt-command"),
  );
  const facts = [
    ["Guest", capital(it.guest[1])],
    ["Boot method", it.boot[1]],
    ["VMM", it.vmm[1]],
    ["Architecture", it.arch],
    ["Isolation", it.isolation ? it.isolation[1] : "none"],
    ["Agent", it.guest[4] || "none"],
  ];
  detail.append(el("section", { class: "lt-card lt-explained", "aria-labelledby": "lt-answer" },
    el("p", { class: `lt-verdict lt-${data.statements[runs][0]}` }, el("b", {}, verdict), ": ", statement(runs)),
    el("dl", { class: "lt-facts" }, facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    cost(row, it.price),
    it.quirks.length > 0 && [el("h3", {}, "Quirks"), el("ul", { class: "lt-quirk" }, it.quirks.map(quirk))],
    it.blockers.length > 0 && [el("h3", {}, "Blockers"), el("ul", { class: "lt-quirk" }, it.blockers.map(blocker))],
    [["y", "Gives"], ["n", "Lacks"], ["u", "Not shown either way"]].map(([letter, title]) => answersOf(row, letter, title)),
  ));
  say(`${it.name}: ${verdict}`);
}

function blocker(index) {
  const [id, title, issue, lifted, since] = data.blockers[index];
  return el("li", {}, el("a", { href: `#blocker-${id}` }, capital(title)), `: ${issue}, ${lifted ? `lifted since ${since}` : "open"}`);
}

function answersOf(row, letter, title) {
  const found = data.requirements
    .map(([id], index) => [id, column(index)[row]])
    .filter(([, index]) => data.statements[index][0] === letter);
  if (found.length === 0) return null;
  return el("details", { open: letter === "y" },
    el("summary", {}, `${title} (${found.length})`),
    el("dl", { class: "lt-answers" }, found.map(([id, index]) => [el("dt", {}, code(id)), el("dd", {}, statement(index))])));
}
