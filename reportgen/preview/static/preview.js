"use strict";

const at = (id) => document.getElementById(id);
const paper = at("paper");

/* An element with a class, a text and children. */
function made(tag, className, text, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  element.append(...children);
  return element;
}

/* The page. */

let updates = Promise.resolve();
let waiting = false;

function refresh() {
  if (waiting) return; // the one that waits will fetch the newest
  waiting = true;
  updates = updates.then(update).catch(() => {}); // without a server the old page stays
}

async function update() {
  waiting = false;
  if (!paper.hasAttribute("src")) {
    const loaded = new Promise((done) => paper.addEventListener("load", done, { once: true }));
    paper.src = "page";
    await loaded;
    return;
  }
  const answer = await fetch("page");
  if (!answer.ok) return;
  // The frame's own parser: the shell's policy would forbid the report its styles.
  const parser = new paper.contentWindow.DOMParser();
  const fresh = parser.parseFromString(await answer.text(), "text/html");
  keepingPlace(() => morph(paper.contentDocument.documentElement, fresh.documentElement));
}

/* Make `old` like `fresh`, replacing only the smallest elements that differ. */
function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  const pairs = [...old.children].map((child, n) => [child, fresh.children[n]]);
  const alike =
    pairs.length > 0 &&
    pairs.length === fresh.children.length &&
    old.cloneNode().isEqualNode(fresh.cloneNode()) &&
    ownText(old) === ownText(fresh);
  if (alike) pairs.forEach(([child, other]) => morph(child, other));
  else old.replaceWith(old.ownerDocument.adoptNode(fresh));
}

function ownText(element) {
  const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
  return texts.map((node) => node.data.trim()).join("\0");
}

/* Change the page; what the reader looks at stays where it is. */
function keepingPlace(change) {
  const page = paper.contentDocument;
  const top = (element) => element.getBoundingClientRect().top;
  const marks = [...page.querySelectorAll("[id]")].filter((element) => top(element) <= 80);
  const places = marks.reverse().map((element) => [element.id, top(element)]);
  change();
  for (const [id, before] of places) {
    const mark = page.getElementById(id);
    if (mark === null) continue;
    paper.contentWindow.scrollBy({ top: top(mark) - before, behavior: "instant" });
    return;
  }
}

function jump(id) {
  const target = paper.contentDocument.getElementById(id);
  if (target === null) return;
  paper.scrollIntoView({ block: "nearest" });
  target.scrollIntoView({ block: "start" });
  paper.contentWindow.focus();
  target.animate([{ background: "#ffe9a8" }, { background: "transparent" }], 1800);
}

/* The panel. */

function finding(one) {
  const item = made("li", one.severity, "", made("span", "code", one.code), " ");
  const words = one.question === null ? one.message : one.question;
  if (one.anchor === null) item.append(words);
  else {
    const button = made("button", "", words);
    button.type = "button";
    button.addEventListener("click", () => jump(one.anchor));
    item.append(button);
  }
  item.append(made("code", "place", one.place));
  if (one.question !== null) item.append(made("p", "", one.message));
  item.append(made("p", "fix", `→ ${one.fix}`));
  return item;
}

function list(id, items, none) {
  at(id).replaceChildren(...(items.length ? items : [made("li", "detail", none)]));
  at(`${id}-count`).textContent = items.length;
}

function step(one) {
  const state = made("span", "state", one.state);
  return made("li", one.state, "", state, ` ${one.step} `, made("span", "detail", one.detail));
}

function value(one) {
  const button = made("button", "", "Copy");
  button.type = "button";
  button.setAttribute("aria-label", `Copy ${one.expression}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(one.expression);
    at("copied").textContent = `copied: ${one.expression}`;
  });
  const printed = made("span", "shown", one.shown ?? "— (no value in this run)");
  return made("li", "", "", made("code", "", one.expression), button, printed);
}

async function showValues() {
  const pattern = at("pattern").value;
  const answer = await fetch(`values?${new URLSearchParams({ pattern })}`).catch(() => null);
  if (answer === null || !answer.ok || pattern !== at("pattern").value) return;
  const { values, found } = await answer.json();
  list("values", values.map(value), "no value has such a name");
  at("values-count").textContent = values.length < found ? `${values.length} of ${found}` : found;
}

/* The news. */

const told = {
  page: refresh,
  values: showValues,
  fault(fault) {
    at("fault").hidden = fault === null;
    document.title = fault === null ? "reportgen watch" : "✗ reportgen watch";
    at("fault-message").textContent = fault?.message ?? "";
    at("fault-place").textContent = fault?.place ?? "";
    at("fault-hint").textContent = fault?.hint ? `→ ${fault.hint}` : "";
  },
  findings(found) {
    const asked = (one) => one.question !== null;
    list("questions", found.filter(asked).map(finding), "all answered, and for these results");
    list("findings", found.filter((one) => !asked(one)).map(finding), "nothing found");
  },
  pdf({ state, name, message, place }) {
    const old = at("pdf").querySelector("a");
    const words = { ready: "PDF ready: ", typesetting: "PDF: typesetting … ", failed: "PDF failed: " };
    const said = state === "failed" ? `${place ? `${place}: ` : ""}${message.split("\n")[0]} ` : "";
    at("pdf").className = state;
    at("pdf").replaceChildren(words[state] + said);
    if (name) {
      const link = made("a", "", name);
      link.href = `pdf/${encodeURIComponent(name)}`;
      link.target = "_blank";
      at("pdf").append(link);
    } else if (old) at("pdf").append(old);
  },
  steps(steps) {
    const running = steps.filter((one) => one.state === "running").length;
    list("steps", steps.map(step), "no build is running");
    at("steps-count").textContent = running ? `${running} running` : "";
  },
};

const news = new EventSource("news");
for (const [topic, tell] of Object.entries(told)) {
  news.addEventListener(topic, (event) => tell(JSON.parse(event.data)));
}
news.addEventListener("open", () => {
  if (at("connection").className === "lost") refresh();
  at("connection").className = "";
  at("connection").textContent = "live";
});
news.addEventListener("error", () => {
  at("connection").className = "lost";
  at("connection").textContent = "disconnected: is `reportgen watch` still running?";
});
at("pattern").addEventListener("input", showValues);
at("fault-hide").addEventListener("click", () => (at("fault").hidden = true));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") at("fault").hidden = true;
});
