// What every page can do beyond its links and forms. Nothing here is needed to read anything.

const say = (text) => {
  const place = document.getElementById("spoken");
  place.textContent = "";
  setTimeout(() => { place.textContent = text; }, 50); // the same text twice is said twice
};

const root = document.documentElement;
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
for (const button of document.querySelectorAll("[data-theme-switch]")) {
  const tell = () => button.setAttribute("aria-pressed", isDark());
  tell();
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch {}
    tell();
  });
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy], [data-copy-address], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) return print();
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? location.href);
    say(button.dataset.done);
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = before; }, 2000);
  } catch {
    say(button.dataset.failed);
  }
});

// A derived fact shows its proof where it stands; without this the link in it leads to the page that does.
document.addEventListener("toggle", async ({ target }) => {
  const link = target.open && target.querySelector("a[data-piece]");
  if (!link) return;
  const place = link.parentElement;
  delete link.dataset.piece;
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${link.href}${link.search ? "&" : "?"}fragment`);
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Several proofs may stand on one page: their steps are told apart.
    const number = document.querySelectorAll(".explanation").length;
    for (const each of page.querySelectorAll("[id]")) each.id = `x${number}-${each.id}`;
    for (const each of page.querySelectorAll('a[href^="#"]')) each.setAttribute("href", `#x${number}-${each.getAttribute("href").slice(1)}`);
    for (const each of page.querySelectorAll("h2")) {
      const plain = document.createElement("p");
      plain.append(...each.childNodes);
      each.replaceWith(plain);
    }
    place.replaceChildren(...page.body.childNodes);
  } catch {} // the link is still there
  place.removeAttribute("aria-busy");
}, true);

// What is folded away belongs on paper, too.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const each of folded) each.open = true;
});
addEventListener("afterprint", () => { for (const each of folded) each.open = false; });
