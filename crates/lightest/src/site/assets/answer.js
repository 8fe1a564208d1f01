// The answer: attribute, command, and for each architecture the pick, its price, and why no lighter guest will do.

function link(row) {
  const { name } = config(row);
  return el("a", { href: `#config=${plain(name)}`, class: "lt-config" }, code(name));
}

/** Links to where something is known from. */
function evidence(text) {
  if (!text) return el("span", { class: "lt-evidence" }, "no statement in the catalog");
  const places = text.split(" ").map((place) => {
    const [index, span] = place.split(":");
    const [name, url] = data.places[index];
    const short = name.split("/").pop() + (span ? `:${span}` : "");
    const full = name + (span ? `:${span}` : "");
    if (!url) return el("span", {}, full);
    const lines = span ? "#" + span.split("-").map((line) => `L${line}`).join("-") : "";
    return el("a", { href: url + lines, title: full }, short);
  });
  return el("span", { class: "lt-evidence" }, places.flatMap((place, at) => (at > 0 ? [" ", place] : [place])));
}

/** A statement of the catalog: why, and where that is known from. */
function statement(index) {
  const [, because, places] = data.statements[index];
  return [because, " ", evidence(places)];
}

/** The amounts above zero, in words. */
function amounts(costs) {
  return costs.map((amount, kind) => amount > 0 && amount + data.costs[kind][amount > 1 ? 1 : 0]).filter(Boolean);
}

/** A price in words. */
function cost(row, prices) {
  const { bytes, note, bootClass } = config(row);
  const parts = [];
  if (bytes) parts.push(`${data.sizes[bytes]} image`);
  else parts.push("no disk image");
  parts.push(`${data.classes[bootClass][1].toLowerCase()} boot`);
  parts.push(...amounts(prices.costs));
  const items = parts.map((text) => el("li", {}, text));
  items.push(el("li", {}, `host: ${data.hosts[prices.host][1]}`));
  return el("ul", { class: "lt-cost", "aria-label": "Cost", title: note || null }, items);
}

function missing(refusal) {
  const name = requirement(refusal.requirement);
  const no = data.statements[refusal.statement][0] === "n";
  if (name === "runs") return [no ? "cannot run" : "not known to run"];
  if (name === "repo-code") return ["runs no code of the repository"];
  return [no ? "lacks " : "unproven: ", code(name)];
}

function quirk(index) {
  const [id, title, advice, , cost] = data.quirks[index];
  const costs = amounts(cost);
  return el("li", {},
    el("a", { href: `#quirk-${id}` }, capital(title)),
    costs.length > 0 && el("b", {}, ` costs ${costs.join(" and ")}`),
    el("br", {}), advice);
}

/** Every guest, in an order that never changes: chosen, refused with its reason, unproven, or heavier than needed. */
function ladder(one) {
  const chosen = one.pick && config(one.pick.row).guest[3];
  const heavier = one.heavier && config(one.heavier.row).guest[3];
  const items = one.ladder.map(({ family, row, refusal }) => {
    const shown = family === chosen ? one.pick.row : refusal ? refusal.row : family === heavier ? one.heavier.row : row;
    const title = capital(config(shown).guest[2]);
    let kind = "heavier";
    let words = ["heavier than needed"];
    if (family === chosen) [kind, words] = ["pick", ["the lightest that gives everything"]];
    else if (refusal) {
      kind = data.statements[refusal.statement][0] === "n" ? "no" : "unknown";
      words = [el("b", {}, missing(refusal)), ": ", statement(refusal.statement)];
    } else if (family === heavier) words = ["runner-up"];
    return el("li", { class: `lt-rung lt-${kind}`, "data-family": family, "data-config": config(shown).name },
      el("a", { href: `#config=${plain(config(shown).name)}` }, title), el("span", { class: "lt-why" }, words));
  });
  return el("ol", { class: "lt-ladder" }, items);
}

function flips(one) {
  const items = one.flips.map(([index, row]) =>
    el("li", {}, "Without ", code(requirement(index)), ", ", link(row), " would do."));
  const unproven = one.ladder.find(({ refusal }) => refusal && data.statements[refusal.statement][0] === "u");
  if (unproven && one.pick) {
    const { row, requirement: index } = unproven.refusal;
    const what = requirement(index) === "runs" ? ["that ", link(row), " runs"] : ["that ", link(row), " gives ", code(requirement(index))];
    items.push(el("li", {}, "If somebody shows ", what, ", it may do, and is lighter."));
  }
  if (items.length === 0 && one.pick) {
    items.push(el("li", {}, one.refused + one.unproven === 0 ? "Nothing: no configuration is lighter." : "No single requirement less makes it lighter."));
  }
  return items.length > 0 && [el("h4", {}, "What would change this"), el("ul", { class: "lt-flips" }, items)];
}

/** Requirements that cannot meet, and where each confines the choice to. */
function conflict([between, arch, vmm, unproven]) {
  const names = between.map(([index]) => code(requirement(index)));
  if (vmm) names.push(code(vmm));
  if (arch) names.push(code(arch));
  const one = names.length === 1;
  const verb = unproven
    ? one ? "is unproven for every configuration" : "are not proven together for any configuration"
    : one ? "is provided by no configuration" : "cannot meet";
  const some = (titles) => titles.length <= 5 ? list(titles, "or") : `${titles.slice(0, 4).join(", ")} and ${titles.length - 4} others`;
  return [
    el("p", { class: "lt-conflict" }, list(names, "and"), ` ${verb}.`),
    el("ul", {}, between.map(([index, guests, boots, refusing]) => el("li", {},
      guests.length === 0
        ? ["no known configuration provides ", code(requirement(index))]
        : [code(requirement(index)), " is provided by ", some(guests), ", booted by ", some(boots)],
      refusing !== null && ["; unavailable elsewhere: ", statement(refusing)]))),
  ];
}

function card(one, words) {
  const title = one.vmm ? `${one.arch} on ${one.vmm}` : one.arch;
  const body = [];
  if (one.pick) {
    const { row, why, quirks } = one.pick;
    body.push(el("p", { class: "lt-pick" }, link(row)), el("p", { class: "lt-guest" }, capital(config(row).guest[1])), cost(row, one.pick.price));
    if (one.companion) {
      body.push(el("p", { class: "lt-companion" }, "Together with ", link(one.companion.row),
        ", so that the test also runs without the paravisor."), cost(one.companion.row, one.companion.price));
    }
    const reasons = words.map((word) => data.requirements.findIndex(([id]) => id === word)).filter((index) => index in why);
    if (reasons.length > 0) {
      body.push(el("h4", {}, "Why it does"), el("ul", { class: "lt-reasons" }, reasons.map((index) =>
        el("li", {}, code(requirement(index)), ": ", statement(why[index])))));
    }
    if (quirks.length > 0) body.push(el("h4", {}, "Quirks"), el("ul", { class: "lt-quirk" }, quirks.map(quirk)));
  } else if (one.conflict) body.push(...conflict(one.conflict));
  body.push(flips(one));
  if (one.heavier) {
    const adds = one.heavier.adds.map((index) => code(requirement(index)));
    body.push(el("h4", {}, "Runner-up"), el("p", { class: "lt-runner-up" }, link(one.heavier.row), " adds ", adds.length > 0 ? list(adds, "and") : "nothing", "."));
  }
  body.push(el("h4", {}, "Guests, lightest first"), ladder(one));
  const hidden = [one.refused > 0 && `${count(one.refused, "lighter configuration")} refused`, one.unproven > 0 && `${one.unproven} unproven`].filter(Boolean);
  if (hidden.length > 0 && one.pick) body.push(el("p", { class: "lt-more" }, `${hidden.join(", ")}; the command with --all lists them.`));
  return el("section", { class: "lt-card", "aria-label": title, "data-arch": one.arch, "data-vmm": one.vmm || null }, el("h3", {}, title), body);
}

function renderAnswer(head, detail) {
  const found = lookUp(state);
  const words = required(state);
  head.replaceChildren();
  detail.replaceChildren();
  if (!found) {
    head.append(el("p", { class: "lt-conflict" }, "This page does not hold that set of requirements. In a terminal: "), snippet(command(state), "the command", "lt-command"));
    return;
  }
  const text = found.attribute;
  const nothing = words.length === 0;
  head.append(
    el("h2", { id: "lt-answer" }, nothing ? "Nothing asked yet: this is enough for most tests" : "Paste this"),
    text ? snippet(text, "the attribute", "lt-attribute") : el("p", { class: "lt-conflict" }, "Nothing gives all of that."),
    snippet(command(state), "the command", "lt-command"),
  );
  detail.append(...found.parts.map((one) => card(one, words)));
  say(picks(found).join("; "));
}

const picks = (found) => found.parts.map((one) => `${one.arch}: ${one.pick ? config(one.pick.row).name : "nothing"}`);

/** The picks in a line each, leading to the answer. */
function soFar() {
  const found = lookUp(state);
  return found ? [el("a", { href: "#lt-answer" }, picks(found).map((text) => el("code", { class: "lt-so-far" }, text)))] : [];
}

/** A text to copy. */
function snippet(text, what, name) {
  return el("div", { class: `lt-snippet ${name || ""}` }, el("pre", { tabindex: "0", role: "group", "aria-label": capital(what) }, code(text)), copying(text, what));
}
