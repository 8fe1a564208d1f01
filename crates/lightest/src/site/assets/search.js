// Search: a requirement, configuration, guest, quirk or blocker by its words.

function searchable() {
  const entries = [];
  const add = (kind, name, words, href) => entries.push({ kind, name, words: `${name} ${words}`.toLowerCase(), href });
  for (const [id, title, meaning, , aliases] of data.requirements) {
    if (title) add("requirement", id, `${title} ${meaning} ${aliases}`, `#requires=${id}`);
  }
  for (const [id, title] of data.guests) add("guest", id, title, `#table-search=${plain(id)}`);
  for (const [id, title, advice] of data.quirks) add("quirk", id, `${title} ${advice}`, `#quirk-${id}`);
  for (const [id, title, issue] of data.blockers) add("blocker", id, `${title} ${issue}`, `#blocker-${id}`);
  for (const [name] of data.configs) add("configuration", name, "", `#config=${plain(name)}`);
  return entries;
}

const MOST = 12;

/** The entries that hold every word, those whose name starts with the first of them first. */
function found(entries, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const rank = (entry) => (entry.name.startsWith(words[0]) ? 0 : entry.name.includes(words[0]) ? 1 : 2);
  return entries
    .filter((entry) => words.every((word) => entry.words.includes(word)))
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, MOST);
}

function renderSearch(place) {
  const entries = searchable();
  let active = -1;
  const input = el("input", {
    type: "search", id: "lt-search", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-expanded": "false", "aria-controls": "lt-found", "aria-autocomplete": "list",
    placeholder: "tpm, alpine, reboot, openvmm_uefi…",
  });
  const box = el("ul", { id: "lt-found", role: "listbox", "aria-label": "Found", hidden: true });
  const show = () => {
    const hits = found(entries, input.value);
    box.replaceChildren(...hits.map((entry, at) => {
      const option = el("li", { role: "option", id: `lt-found-${at}`, "aria-selected": String(at === active) },
        code(entry.name), el("small", {}, entry.kind));
      option.addEventListener("mousedown", (event) => { event.preventDefault(); open(entry); });
      return option;
    }));
    box.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    if (active >= 0 && hits.length > 0) {
      input.setAttribute("aria-activedescendant", `lt-found-${active}`);
      box.children[active].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
    return hits;
  };
  const close = () => { active = -1; input.value = ""; show(); };
  const open = (entry) => {
    close();
    input.blur();
    if (entry.kind === "guest") {
      replace({ filters: { search: entry.name } });
      showTable();
      document.getElementById("configurations").scrollIntoView();
    } else location.hash = entry.href;
  };
  input.addEventListener("input", () => { active = -1; show(); });
  input.addEventListener("blur", () => { box.hidden = true; input.setAttribute("aria-expanded", "false"); });
  input.addEventListener("focus", show);
  input.addEventListener("keydown", (event) => {
    const hits = show();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (hits.length > 0) active = (active + step + hits.length) % hits.length;
      if (active < 0) active = hits.length - 1;
      event.preventDefault();
      show();
    } else if (event.key === "Enter" && hits.length > 0) {
      event.preventDefault();
      open(hits[Math.max(active, 0)]);
    } else if (event.key === "Escape") {
      close();
      input.blur();
    }
  });
  place.replaceChildren(el("label", { for: "lt-search" }, "Search ", el("kbd", {}, "/")), input, box);
  return input;
}
