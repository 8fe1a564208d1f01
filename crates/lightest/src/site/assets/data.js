// The data: the chooser's answers, looked up. Nothing is decided here.

let data = null;

/** Unpacks the data, which is compressed JSON in letters. */
async function unpacked(letters) {
  const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

/** The number at a place of packed numbers. */
function unpack(text, at, width) {
  let number = 0;
  for (const digit of text.slice(at * width, (at + 1) * width)) number = number * 64 + DIGITS.indexOf(digit);
  return number;
}

/** Numbers of which runs are joined: `12*3 7`. */
function unrun(text) {
  return text.split(" ").flatMap((run) => {
    const [number, times] = run.split("*");
    return Array(Number(times || 1)).fill(Number(number));
  });
}

/** What is asked for by the choices of a state, in the order of the questions. */
function required(state) {
  if (state.requires) return state.requires;
  const words = [];
  data.questions.forEach(([, , , answers], at) => {
    const answer = answers[state.answers[at]];
    for (const word of answer ? answer[1] : []) if (!words.includes(word)) words.push(word);
  });
  return words;
}

/** Which combination of choices the answers are. */
function combination(answers) {
  return data.questions.reduce((index, [, , , known, choices], at) => {
    const answer = known[answers[at]];
    return index * choices + (answer ? answer[2] : 0);
  }, 0);
}

/** The parts of the answer and the attribute to paste; null where the page does not hold what is asked. */
function lookUp(state) {
  const found = data.answers;
  if (state.requires) {
    const set = found.sets[state.requires.join(",")];
    if (!set) return null;
    const [parts, attributes] = set;
    const open = attributes.length > 1;
    const at = open && state.arch ? 1 + data.archs.indexOf(state.arch) : 0;
    const chosen = parts.map(part).filter((one) => !open || !state.arch || one.arch === state.arch);
    return { parts: chosen, attribute: attribute(attributes[at]), open };
  }
  const index = combination(state.answers);
  const parts = data.archs.map((_, arch) => part(unpack(found.combinations, index * data.archs.length + arch, found.partWidth)));
  const at = index * (data.archs.length + 1) + (state.arch ? 1 + data.archs.indexOf(state.arch) : 0);
  return {
    parts: parts.filter((one) => !state.arch || one.arch === state.arch),
    attribute: attribute(unpack(found.combinationAttributes, at, found.attributeWidth)),
    open: true,
  };
}

/** Whether anything gives what the answers ask for, on the architectures of the state. */
function anything(answers) {
  const index = combination(answers);
  return data.archs.some((arch, at) => {
    const of = data.answers.parts[unpack(data.answers.combinations, index * data.archs.length + at, data.answers.partWidth)];
    return (!state.arch || state.arch === arch) && of[1] !== null && of[1] !== undefined;
  });
}

function attribute(index) {
  const text = data.answers.attributes[index];
  return text && text.replace(/\$(\d+);/g, (_, row) => data.configs[row][0]);
}

/** One part of an answer, with its fields named. */
function part(index) {
  const [arch, picked, companion, ladder, heavier, flips, conflict, refused, unproven, vmm, odd] = data.answers.parts[index];
  const nothing = (value) => value === null || value === undefined;
  return {
    arch: data.archs[arch],
    vmm,
    pick: nothing(picked) ? null : pick(picked, odd || []),
    companion: nothing(companion) ? null : pick(companion, []),
    ladder: rungs(arch, data.answers.ladders[ladder]),
    heavier: nothing(heavier) ? null : { row: heavier[0], price: price(heavier[1]), adds: data.answers.adds[heavier[2]] },
    flips: data.answers.flips[flips],
    conflict: nothing(conflict) ? null : data.answers.conflicts[conflict],
    refused,
    unproven,
  };
}

function pick(index, odd) {
  const [row, cost, quirks] = data.answers.picks[index];
  const why = Object.assign({}, data.answers.why[row], Object.fromEntries(odd));
  return { row, price: price(cost), quirks: data.answers.quirkLists[quirks], why };
}

function price(index) {
  const [host, costs] = data.answers.prices[index];
  return { host, costs };
}

function rungs(arch, refusals) {
  return data.answers.rungs[arch].map(([family, row], at) => {
    const refusal = refusals.find(([rung]) => rung === at);
    return { family, row, refusal: refusal && { row: refusal[1], requirement: refusal[2], statement: refusal[3] } };
  });
}

/** A configuration with its fields named. */
function config(row) {
  const [name, guest, boot, vmm, arch, isolation, bytes, note, bootClass, cost, quirks, blockers] = data.configs[row];
  return {
    name,
    guest: data.guests[guest],
    boot: data.boots[boot],
    vmm: data.vmms[vmm],
    arch: data.archs[arch],
    isolation: isolation === null ? null : data.isolation[isolation],
    bytes,
    note,
    bootClass,
    price: price(cost),
    quirks: data.answers.quirkLists[quirks],
    blockers: data.blockerLists[blockers],
  };
}

const requirement = (index) => data.requirements[index][0];
const rowOf = (name) => data.configs.findIndex((known) => known[0] === name);

/** What every configuration answers to a requirement: statements, by row. */
const columns = new Map();
function column(index) {
  if (!columns.has(index)) columns.set(index, unrun(data.matrix[index]));
  return columns.get(index);
}

/** The command that gives the same answer in a terminal. */
function command(state) {
  const words = required(state);
  const flags = words.length > 0 ? ` --requires ${words.join(",")}` : "";
  const archs = state.arch ? ` --arch ${state.arch}` : words.length > 0 ? "" : ` --arch ${data.archs.join(",")}`;
  return `lightest pick${flags}${archs}`;
}
