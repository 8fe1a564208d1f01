// The table of all configurations: links, sorting and filters over the rows that are there without a script too.

const FILTERS = [
  ["guest", "Guest", 1], ["boot", "Boot method", 2], ["vmm", "VMM", 3], ["isolation", "Isolation", 4], ["arch", "Architecture", 5],
];
let tableRows = [];

function renderTable(place) {
  const table = document.getElementById("lt-configs");
  tableRows = [...table.tBodies[0].rows].map((element, order) => {
    const cells = [...element.cells].map((cell) => cell.textContent.trim());
    const row = rowOf(cells[0]);
    element.cells[0].replaceChildren(link(row));
    return { element, cells, row, order };
  });
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const name = head.textContent;
    head.replaceChildren(el("button", { type: "button", onclick: () => sortBy(at) }, name));
  });
  const select = (id, label, options) => {
    const box = el("select", { id: `lt-by-${id}`, onchange: (event) => filterBy(id, event.target.value) },
      el("option", { value: "" }, "any"), options.map(([value, text]) => el("option", { value }, text)));
    return el("div", {}, el("label", { for: `lt-by-${id}` }, label), box);
  };
  const words = el("input", { type: "search", id: "lt-by-search", oninput: (event) => filterBy("search", event.target.value) });
  const boxes = FILTERS.map(([id, label, cell]) => {
    const values = [...new Set(tableRows.map(({ cells }) => cells[cell]))];
    return select(id, label, values.map((value) => [value, value]));
  });
  boxes.push(select("gives", "Gives", data.requirements.filter(([, title]) => title).map(([id]) => [id, id])));
  boxes.push(select("class", "Boot at most", data.classes.slice(0, -1).map(([id, title]) => [id, title.toLowerCase()])));
  boxes.push(select("image", "Image at most", [["0", "none"], ["1000000000", "1 GB"], ["10000000000", "10 GB"]]));
  boxes.push(select("runs", "Runs", [["yes", "yes"], ["unproven", "unproven"], ["no", "no"]]));
  const clear = el("button", { type: "button", class: "lt-clear", onclick: () => { replace({ filters: {} }); showTable(); } }, "Clear");
  place.replaceChildren(el("form", { class: "lt-filters", "aria-label": "Filter the configurations", onsubmit: (event) => event.preventDefault() },
    el("div", {}, el("label", { for: "lt-by-search" }, "Words"), words), boxes, clear),
    el("p", { id: "lt-count", role: "status" }));
}

function filterBy(id, value) {
  replace({ filters: { ...state.filters, [id]: value } });
  showTable();
}

function sortBy(at) {
  const [column, down] = (state.filters.sort || "").split("-");
  filterBy("sort", Number(column) === at && column !== "" && !down ? `${at}-down` : String(at));
}

/** Whether a row is wanted. */
function wanted({ cells, row }, filters) {
  const it = config(row);
  const text = `${cells.join(" ")} ${it.guest[1]} ${it.guest[3]}`.toLowerCase();
  if (filters.search && !filters.search.toLowerCase().split(/\s+/).every((word) => text.includes(word))) return false;
  if (FILTERS.some(([id, , cell]) => filters[id] && cells[cell] !== filters[id])) return false;
  if (filters.runs && cells[10] !== filters.runs) return false;
  if (filters.class && it.bootClass > data.classes.findIndex(([id]) => id === filters.class)) return false;
  if (filters.image && (it.bytes || 0) > Number(filters.image)) return false;
  if (filters.gives) {
    const index = data.requirements.findIndex(([id]) => id === filters.gives);
    if (index >= 0 && data.statements[column(index)[row]][0] !== "y") return false;
  }
  return true;
}

// Columns that are not sorted as text: by what they stand for.
const KEYS = {
  6: ({ row }) => config(row).bootClass,
  7: ({ row }) => config(row).bytes || 0,
  // Costs are listed by weight, so that the first outweighs all that follow.
  8: ({ row }) => config(row).price.costs.reduce((sum, amount) => sum * 10_000 + amount, 0),
  9: ({ row }) => config(row).price.host,
};

let shownFilters = null;

function showTable() {
  const { filters } = state;
  if (shownFilters === JSON.stringify(filters)) return;
  shownFilters = JSON.stringify(filters);
  for (const control of document.querySelectorAll("#lt-filters select, #lt-filters input")) {
    const value = filters[control.id.slice("lt-by-".length)] || "";
    if (control.value !== value) control.value = value;
  }
  const [by, down] = (filters.sort || "").split("-");
  const key = KEYS[by] || (({ cells }) => cells[by] || "");
  const sorted = [...tableRows];
  if (by) sorted.sort((one, other) => {
    const [left, right] = down ? [key(other), key(one)] : [key(one), key(other)];
    return (left < right ? -1 : left > right ? 1 : 0) || one.order - other.order;
  });
  const body = document.getElementById("lt-configs").tBodies[0];
  let shown = 0;
  for (const row of sorted) {
    const show = wanted(row, filters);
    row.element.hidden = !show;
    shown += show ? 1 : 0;
  }
  body.append(...sorted.map(({ element }) => element));
  [...body.parentNode.tHead.rows[0].cells].forEach((head, at) => {
    if (by && Number(by) === at) head.setAttribute("aria-sort", down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  });
  document.getElementById("lt-count").textContent = `${shown} of ${count(tableRows.length, "configuration")}`;
}
