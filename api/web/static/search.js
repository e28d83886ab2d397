// Makes comboboxes of search forms: suggestions while somebody types. Without this the forms lead to the page of results.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

const PAUSE = 150; // milliseconds without a key before anybody is asked

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

// A text of the answer, marked with its language where that is not the page's.
const said = (text, className) => {
  const made = element("span", { className, textContent: text.name });
  if (text.lang && text.lang !== document.documentElement.lang) made.lang = text.lang;
  return made;
};

const option = (item, id) => {
  const made = element("li", { id }, said(item, "name"));
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", "false");
  made.dataset.url = item.url;
  if (item.matched) made.append(" (", said(item.matched, "matched"), ")");
  const about = element("small");
  if (item.type) about.append(said(item.type, "type"));
  if (item.type && item.parent) about.append(" · ");
  if (item.parent) about.append(said(item.parent, "parent"));
  if (about.childNodes.length) made.append(" ", about);
  return made;
};

const enhance = (form) => {
  const input = form.elements.q;
  const texts = form.dataset;
  const list = element("ul", { id: `${input.id}-list`, hidden: true });
  const status = element("div", { className: "vh" });
  let timer, asking, active;
  let shown = null; // the text whose suggestions are in the list

  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", texts.label);
  status.setAttribute("role", "status");
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  form.append(list, status);

  const options = () => [...list.querySelectorAll("[role=option]")];

  const choose = (chosen) => {
    if (active) active.setAttribute("aria-selected", "false");
    active = chosen;
    if (!active) return input.removeAttribute("aria-activedescendant");
    active.setAttribute("aria-selected", "true");
    active.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", active.id);
  };

  const open = (wanted) => {
    list.hidden = !wanted;
    input.setAttribute("aria-expanded", String(wanted));
    if (!wanted) choose(null);
  };

  const stop = () => {
    clearTimeout(timer);
    if (asking) asking.abort();
  };

  const show = ({ items, near }) => {
    choose(null);
    const made = items.map((item, at) => option(item, `${list.id}-${at}`));
    if (near) {
      const note = element("li", { className: "near", textContent: texts.near });
      note.setAttribute("role", "presentation");
      made.unshift(note);
    }
    list.replaceChildren(...made);
    open(items.length > 0);
    const count = items.length === 0 ? texts.none : items.length === 1 ? texts.one : texts.many.replace("{n}", items.length);
    status.textContent = near ? `${texts.near} ${count}` : count;
  };

  const ask = async (text) => {
    asking = new AbortController();
    const url = `${texts.suggest}?${new URLSearchParams({ q: text, lang: texts.lang })}`;
    try {
      const answer = await fetch(url, { signal: asking.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      const found = await answer.json();
      shown = text;
      show(found);
    } catch (error) {
      if (error.name !== "AbortError") open(false); // the form still leads to the page of results
    }
  };

  const move = (step) => {
    const all = options();
    if (list.hidden || !all.length) return;
    // Behind the last and before the first stands the input itself.
    const at = active ? all.indexOf(active) + step : step > 0 ? 0 : all.length - 1;
    choose(all[at] ?? null);
  };

  input.addEventListener("input", () => {
    stop();
    const text = input.value.trim();
    if (text) {
      timer = setTimeout(ask, PAUSE, text);
      return;
    }
    shown = null;
    open(false);
    status.textContent = "";
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden && shown === input.value.trim() && options().length) open(true);
      if (!event.altKey) move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && active) {
      event.preventDefault();
      location.assign(active.dataset.url);
    } else if (event.key === "Escape") {
      event.preventDefault();
      stop();
      if (!list.hidden) return open(false);
      input.value = "";
      shown = null;
      status.textContent = "";
    }
  });

  // The list is gone before a click arrives if the input loses the focus to it.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const chosen = target.closest("[role=option]");
    if (chosen) location.assign(chosen.dataset.url);
  });
  input.addEventListener("blur", () => {
    stop();
    open(false);
  });
};

const forms = [...document.querySelectorAll("form[role=search][data-suggest]")];
forms.forEach(enhance);

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], .cm-editor") || !forms.length) return;
  event.preventDefault();
  const input = forms[0].elements.q;
  input.focus();
  input.select();
});
