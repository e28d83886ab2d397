// Runs before anything is painted: what scripts can do has its place from the first, and a reader who chose light or dark does not
// see the other flash by.
document.documentElement.dataset.scripts = "";
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {} // storage may be forbidden
