// Runs before anything is painted: a reader who chose light or dark does not see the other flash by.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {} // storage may be forbidden
