// Elements. Whatever comes from the daemon becomes a text node or an attribute, never markup: names of runs and columns
// are written by strangers.

function h(tag, attributes, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

function s(tag, attributes, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

// These say nothing as attributes once a person has typed.
const LIVE_PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "indeterminate", "open"]);

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (LIVE_PROPERTIES.has(name) && name in element) element[name] = value;
    else setAttribute(element, name, value);
  }
  add(element, ...children);
  return element;
}

// Appends what is there; nothing for null.
function add(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

function replace(element, ...children) {
  element.replaceChildren();
  return add(element, ...children);
}

// Writes only what differs, so that nothing is laid out or read aloud again for no reason.
function setText(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(element, name, value);
  }
}

// States are spelled out, as ARIA wants them; other attributes are there or not.
function setAttribute(element, name, value) {
  const isState = name.startsWith("aria-") || name.startsWith("data-");
  const text = value === true && !isState ? "" : String(value);
  if (value === null || value === undefined || (value === false && !isState)) element.removeAttribute(name);
  else if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

// Calls `work` once before the next picture, however often it is asked for.
function onNextFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}

// Calls `work` once when an element is about to be seen: what costs the daemon something is not fetched for nobody.
function whenSeen(element, signal, work) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    work();
  }, { rootMargin: "300px" });
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

const wantsStillness = matchMedia("(prefers-reduced-motion: reduce)");
const wantsDark = matchMedia("(prefers-color-scheme: dark)");

let lastNumber = 0;
// An id for what a label or a description points to.
function freshID(word) {
  lastNumber += 1;
  return `${word}-${lastNumber}`;
}
