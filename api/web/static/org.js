// The tree of links as a treeview (https://www.w3.org/WAI/ARIA/apg/patterns/treeview/), the picture by arrow keys, and PNG.

const tree = document.querySelector("[data-tree]");
const isMark = (a) => a.classList.contains("more");
const list = (a) => a.parentElement.querySelector(":scope > ul");
const shown = () => [...tree.querySelectorAll("a")].filter((a) => !a.parentElement.closest("ul[hidden]"));
let count = 0;

// What a branch needs to be one of a treeview; the arrows become marks of no use to a keyboard, which has keys of its own.
const prepare = (branch) => {
  for (const li of branch.querySelectorAll("li")) li.setAttribute("role", "none");
  for (const ul of branch.querySelectorAll("ul")) ul.setAttribute("role", "group");
  for (const arrow of branch.querySelectorAll("a.turn, span.turn")) {
    const mark = document.createElement("span");
    mark.className = "turn";
    arrow.replaceWith(mark);
  }
  for (const a of branch.querySelectorAll("a")) {
    a.setAttribute("role", "treeitem");
    a.tabIndex = -1;
    const under = list(a);
    if (under) {
      under.id ||= `branch-${++count}`;
      a.setAttribute("aria-owns", under.id);
      a.setAttribute("aria-expanded", !under.hidden);
    } else if (a.dataset.pieces) a.setAttribute("aria-expanded", "false");
  }
};

const go = (a) => {
  for (const each of tree.querySelectorAll('a[tabindex="0"]')) each.tabIndex = -1;
  a.tabIndex = 0;
  a.focus();
};

const turn = async (a, open) => {
  let under = list(a);
  if (!under && open && a.dataset.pieces) {
    a.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(a.dataset.pieces);
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      under = page.querySelector("ul");
    } catch {
      location.assign(a.href); // its page lists what is inside it
      return;
    } finally {
      a.removeAttribute("aria-busy");
    }
    if (!under || list(a)) return;
    a.parentElement.append(under);
    under.setAttribute("role", "group");
    prepare(under);
    under.id = `branch-${++count}`;
    a.setAttribute("aria-owns", under.id);
  }
  if (!under) return;
  under.hidden = !open;
  a.setAttribute("aria-expanded", open);
};

if (tree) {
  tree.setAttribute("role", "tree");
  prepare(tree);
  const all = shown();
  const first = all.find((a) => a.hasAttribute("aria-current")) || all[0];
  if (first) first.tabIndex = 0;

  tree.addEventListener("click", ({ target }) => {
    if (!target.classList.contains("turn")) return;
    const a = target.previousElementSibling;
    turn(a, a.getAttribute("aria-expanded") !== "true");
  });

  let typed = "", since = 0;
  const find = (items, at, key) => {
    typed = Date.now() - since > 700 ? key : typed + key;
    since = Date.now();
    const text = typed.toLowerCase();
    const from = typed.length > 1 ? at : at + 1;
    return [...items.slice(from), ...items.slice(0, from)].find((a) => a.textContent.trim().toLowerCase().startsWith(text));
  };

  tree.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const a = event.target.closest("a"), items = shown(), at = items.indexOf(a);
    const open = a.getAttribute("aria-expanded");
    let to;
    switch (event.key) {
      case "ArrowDown": to = items[at + 1]; break;
      case "ArrowUp": to = items[at - 1]; break;
      case "Home": to = items[0]; break;
      case "End": to = items.at(-1); break;
      case "ArrowRight":
        if (open === "false") turn(a, true);
        else to = list(a)?.querySelector("a");
        break;
      case "ArrowLeft":
        if (open === "true") turn(a, false);
        else to = a.closest("ul").parentElement.querySelector(":scope > a");
        break;
      case "*":
        for (const li of a.closest("ul").children) {
          const each = li.querySelector("a");
          if (each.hasAttribute("aria-expanded") && !isMark(each)) turn(each, true);
        }
        break;
      case " ": a.click(); break;
      default:
        if (event.key.length !== 1) return;
        to = find(items, at, event.key);
    }
    event.preventDefault();
    if (to && tree.contains(to)) go(to);
  });
}

// The boxes of the picture are one stop for Tab; arrows lead to the nearest box on that side.
const picture = document.querySelector("#chart svg");
if (picture) {
  const boxes = [...picture.querySelectorAll("a")];
  for (const each of boxes) each.setAttribute("tabindex", "-1");
  const first = boxes.find((each) => each.hasAttribute("aria-current")) || boxes[0];
  const middle = (box) => {
    const { x, y, width, height } = box.querySelector("rect").getBBox();
    return [x + width / 2, y + height / 2];
  };
  if (first) {
    first.setAttribute("tabindex", "0");
    const area = picture.parentElement;
    area.scrollLeft = middle(first)[0] - area.clientWidth / 2; // on a narrow screen it would begin beside all boxes
  }
  const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  picture.addEventListener("keydown", (event) => {
    const way = ways[event.key], from = event.target.closest("a");
    if (!way || !from || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [x, y] = middle(from);
    let best, least = Infinity;
    for (const box of boxes) {
      const [right, down] = [middle(box)[0] - x, middle(box)[1] - y];
      const along = right * way[0] + down * way[1], across = Math.abs(right * way[1]) + Math.abs(down * way[0]);
      if (along > 20 && along + 2 * across < least) [best, least] = [box, along + 2 * across];
    }
    if (!best) return;
    for (const each of boxes) each.setAttribute("tabindex", "-1");
    best.setAttribute("tabindex", "0");
    best.focus();
  });
}

for (const button of document.querySelectorAll("[data-png]")) {
  const make = async () => {
    const svg = await (await fetch(button.dataset.png)).text();
    const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    const scale = Math.min(2, 8000 / Math.max(image.width, image.height)); // what every browser can still draw
    canvas.width = image.width * scale;
    canvas.height = image.height * scale;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = button.dataset.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  };
  button.addEventListener("click", () => make().catch(() => {
    document.getElementById("spoken").textContent = button.dataset.failed;
  }));
}
